//! Files sent ahead of the request that uses them; the bytes lie in `server/uploads/`. Written by control::uploads.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant_id: String,
    pub created_by: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub created_at: i64,
    /// Removed at this time when nothing uses it.
    pub expires_at: i64,
    /// The instance that needs it until it is prepared.
    pub used_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
