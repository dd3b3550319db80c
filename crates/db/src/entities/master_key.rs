//! Master keys that data keys are, or were, wrapped by; never the keys themselves. Written by control::keys.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "master_keys")]
pub struct Model {
    /// Derived from the key, so that the wrong one is recognised.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Where it came from: `file`, `environment`, `command`.
    pub source: String,
    /// `yes` for the one that new data keys are wrapped by; unique, so there is one.
    pub current: Option<String>,
    pub created_at: i64,
    /// Nothing is wrapped by it any more since then.
    pub retired_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
