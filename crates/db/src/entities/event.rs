//! The change feed: which object of which tenant changed, in commit order. Written with the change in one transaction; pruned by age.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Grows in commit order, on every database.
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: String,
    /// `instance`, `instance_deleted` or `operation`.
    pub kind: String,
    /// Id of the object.
    pub object: String,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
