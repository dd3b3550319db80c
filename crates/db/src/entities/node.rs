//! Machines that run the agent. Written by control::nodes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nodes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub version: String,
    /// JSON list of `stead_api::node::NodeDriver`.
    pub drivers: String,
    pub cpu_count: i64,
    pub memory_bytes: i64,
    pub disk_free_bytes: i64,
    /// The server that holds its connection; absent while it is away.
    pub connected_to: Option<String>,
    pub last_seen_at: Option<i64>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
