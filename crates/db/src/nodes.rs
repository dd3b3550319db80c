//! Queries on nodes. Written by `control::nodes` alone.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::ids::NodeId;
use stead_core::{Result, Timestamp};

use crate::entities::{instance, node};
use crate::failure::{Doing, corrupt};
use crate::scope::{Access, SystemAccess};
use crate::transaction::{Tx, on};
use crate::{SystemScope, TenantAccess};

/// A machine that runs the agent, as its last hello and heartbeat described it.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRow {
    pub id: NodeId,
    pub name: String,
    pub version: String,
    /// JSON list of the node protocol's drivers.
    pub drivers: String,
    pub cpu_count: u32,
    pub memory_bytes: u64,
    pub disk_free_bytes: u64,
    /// The server that holds its connection; absent while it is away.
    pub connected_to: Option<String>,
    pub last_seen_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

fn row(model: node::Model) -> Result<NodeRow> {
    Ok(NodeRow {
        id: model.id.parse().map_err(|_| corrupt("a node's id"))?,
        name: model.name,
        version: model.version,
        drivers: model.drivers,
        cpu_count: u32::try_from(model.cpu_count).unwrap_or(0),
        memory_bytes: u64::try_from(model.memory_bytes).unwrap_or(0),
        disk_free_bytes: u64::try_from(model.disk_free_bytes).unwrap_or(0),
        connected_to: model.connected_to,
        last_seen_at: model.last_seen_at.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(model.created_at),
    })
}

fn stored(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// All nodes, for placement and presence.
///
/// # Errors
/// A failure of the database.
pub async fn all<A: SystemAccess>(access: &A) -> Result<Vec<NodeRow>> {
    read_all(access).await
}

/// All nodes; they are the installation's, visible to members whose role allows it.
///
/// # Errors
/// A failure of the database.
pub async fn list<A: TenantAccess>(access: &A) -> Result<Vec<NodeRow>> {
    read_all(access).await
}

async fn read_all<A: Access>(access: &A) -> Result<Vec<NodeRow>> {
    node::Entity::find()
        .order_by_asc(node::Column::Id)
        .all(on(access))
        .await
        .doing("reading nodes")?
        .into_iter()
        .map(row)
        .collect()
}

/// Names, presence and more of some nodes.
///
/// # Errors
/// A failure of the database.
pub async fn find_many<A: Access>(access: &A, nodes: &[NodeId]) -> Result<Vec<NodeRow>> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    node::Entity::find()
        .filter(node::Column::Id.is_in(nodes.iter().map(ToString::to_string)))
        .all(on(access))
        .await
        .doing("reading nodes")?
        .into_iter()
        .map(row)
        .collect()
}

/// Live instances per node.
///
/// # Errors
/// A failure of the database.
pub async fn instance_counts<A: Access>(access: &A) -> Result<BTreeMap<NodeId, u32>> {
    let counts: Vec<(Option<String>, i64)> = instance::Entity::find()
        .select_only()
        .column(instance::Column::NodeId)
        .column_as(instance::Column::Id.count(), "count")
        .filter(instance::Column::DeletedAt.is_null())
        .filter(instance::Column::NodeId.is_not_null())
        .group_by(instance::Column::NodeId)
        .into_tuple()
        .all(on(access))
        .await
        .doing("counting instances of nodes")?;
    counts
        .into_iter()
        .filter_map(|(node, count)| node.map(|node| (node, count)))
        .map(|(node, count)| {
            Ok((node.parse().map_err(|_| corrupt("a node's id"))?, u32::try_from(count).unwrap_or(u32::MAX)))
        })
        .collect()
}

/// Adds the node or replaces what is known of it; the time it joined stays.
///
/// # Errors
/// A failure of the database.
pub async fn put(tx: &Tx<SystemScope>, row: &NodeRow) -> Result<()> {
    let model = node::ActiveModel {
        id: Set(row.id.to_string()),
        name: Set(row.name.clone()),
        version: Set(row.version.clone()),
        drivers: Set(row.drivers.clone()),
        cpu_count: Set(i64::from(row.cpu_count)),
        memory_bytes: Set(stored(row.memory_bytes)),
        disk_free_bytes: Set(stored(row.disk_free_bytes)),
        connected_to: Set(row.connected_to.clone()),
        last_seen_at: Set(row.last_seen_at.map(Timestamp::micros)),
        created_at: Set(row.created_at.micros()),
    };
    node::Entity::insert(model)
        .on_conflict(
            OnConflict::column(node::Column::Id)
                .update_columns([
                    node::Column::Name,
                    node::Column::Version,
                    node::Column::Drivers,
                    node::Column::CpuCount,
                    node::Column::MemoryBytes,
                    node::Column::DiskFreeBytes,
                    node::Column::ConnectedTo,
                    node::Column::LastSeenAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("storing a node")?;
    Ok(())
}

/// Notes a sign of life of a node that this server holds.
///
/// # Errors
/// A failure of the database.
pub async fn seen(
    tx: &Tx<SystemScope>,
    node: NodeId,
    server: &str,
    disk_free_bytes: Option<u64>,
    at: Timestamp,
) -> Result<()> {
    let mut model = node::ActiveModel { last_seen_at: Set(Some(at.micros())), ..Default::default() };
    if let Some(disk_free_bytes) = disk_free_bytes {
        model.disk_free_bytes = Set(stored(disk_free_bytes));
    }
    node::Entity::update_many()
        .set(model)
        .filter(node::Column::Id.eq(node.to_string()))
        .filter(node::Column::ConnectedTo.eq(server))
        .exec(on(tx))
        .await
        .doing("noting a node's sign of life")?;
    Ok(())
}

/// The node is away, unless another server holds it by now. Says whether that changed anything.
///
/// # Errors
/// A failure of the database.
pub async fn disconnected(tx: &Tx<SystemScope>, node: NodeId, server: &str) -> Result<bool> {
    let model = node::ActiveModel { connected_to: Set(None), ..Default::default() };
    let outcome = node::Entity::update_many()
        .set(model)
        .filter(node::Column::Id.eq(node.to_string()))
        .filter(node::Column::ConnectedTo.eq(server))
        .exec(on(tx))
        .await
        .doing("noting that a node is away")?;
    Ok(outcome.rows_affected > 0)
}

/// How many nodes there are.
///
/// # Errors
/// A failure of the database.
pub async fn count<A: SystemAccess>(access: &A) -> Result<u64> {
    node::Entity::find().count(on(access)).await.doing("counting nodes")
}
