//! Secrets shared with authenticator apps. Written by control::identity::factors.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: String,
    /// Sealed under the user's key.
    pub sealed_secret: String,
    /// The newest time step (RFC 6238) whose code was used.
    pub last_step: i64,
    pub created_at: i64,
    /// Since when it is a second factor.
    pub confirmed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
