//! The tree over the audit rows of a tenant or of the installation. Written with the rows, and by control::audit (checkpoints).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_trees")]
pub struct Model {
    /// A tenant's id, or `installation`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Number of leaves.
    pub size: i64,
    /// Roots of the perfect subtrees in hexadecimal, the largest first.
    pub frontier: String,
    /// Size at the last checkpoint.
    pub checkpointed: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
