//! Archives of what is stored of a user or a tenant. Written by control::data_rights.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Of a user's export their personal one.
    pub tenant_id: String,
    /// Who asked for it.
    pub user_id: String,
    /// With what they asked.
    pub credential: String,
    /// `user` or `tenant`.
    pub scope: String,
    /// `running`, `ready`, `failed` or `expired`.
    pub state: String,
    /// Whose data, as long as it runs: one at a time.
    #[sea_orm(unique)]
    pub running_of: Option<String>,
    pub operation_id: Option<String>,
    pub size_bytes: Option<i64>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
