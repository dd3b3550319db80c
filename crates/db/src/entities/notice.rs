//! The outbox: what there is to tell. Written by control::notifications, in the transaction of the change.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub tenant_id: Option<String>,
    pub user_id: Option<String>,
    /// JSON of the notice; absent when it is sealed, or erased because nothing needs it any more.
    pub body: Option<String>,
    /// The same, sealed, for notices that hold the secret of a link.
    pub sealed_body: Option<String>,
    /// `queued`, `told` (deliveries and inbox entries are made) or `dead`.
    pub state: String,
    pub attempts: i64,
    pub due_at: i64,
    pub problem: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
