//! Values that instances get at start: what they are called and where they go. Written by control::secrets.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secrets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Of those at tenant and instance level.
    pub tenant_id: Option<String>,
    /// Of those at user level.
    pub user_id: Option<String>,
    /// Of those at instance level.
    pub instance_id: Option<String>,
    /// The id of the tenant, user or instance it belongs to; unique with the name.
    pub holder: String,
    pub name: String,
    /// The newest version.
    pub version: i64,
    /// `env` or `file`.
    pub inject_kind: String,
    /// Name of the variable or of the file.
    pub inject_target: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub updated_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
