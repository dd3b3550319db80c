//! How often something limited was done in a window of time. Written by control::attempts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt_counters")]
pub struct Model {
    /// SHA-256 of what is counted, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Number of the window since the epoch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: i64,
    pub count: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
