//! Who did what. Appended in the transaction of the change, never altered.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub at: i64,
    pub tenant_id: Option<String>,
    /// The user; absent: Stead itself.
    pub actor: Option<String>,
    /// The session or token used.
    pub credential: Option<String>,
    /// Such as `instance.create`.
    pub action: String,
    pub object: Option<String>,
    /// JSON; never a secret.
    pub detail: Option<String>,
    pub request_id: Option<String>,
    pub ip: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
