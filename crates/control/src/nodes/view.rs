//! Rows of nodes to what the API shows. Pure.

use stead_api::node::NodeDriver;
use stead_api::v1::nodes as wire;
use stead_core::Result;
use stead_core::error::InternalContext as _;
use stead_db::nodes::NodeRow;

use super::NodePresence;

pub(super) fn drivers(row: &NodeRow) -> Result<Vec<NodeDriver>> {
    serde_json::from_str(&row.drivers).internal("reading a node's drivers")
}

pub(super) fn node(row: NodeRow, presence: &NodePresence, instances: u32) -> Result<wire::Node> {
    let drivers = drivers(&row)?
        .into_iter()
        .map(|offered| {
            let capabilities = offered.capabilities;
            wire::NodeDriver {
                driver: crate::instances::view::driver(offered.driver),
                pause: capabilities.pause,
                images: capabilities.images,
                host_userland: capabilities.host_userland,
                limits: capabilities.limits,
                disk_quota: capabilities.disk_quota,
                outbound_network: capabilities.outbound_network,
                missing: capabilities.missing,
            }
        })
        .collect();
    Ok(wire::Node {
        id: row.id.to_string(),
        name: row.name,
        connected: presence.connected,
        last_seen_at: presence.last_seen.map(|seen| seen.to_string()),
        version: row.version,
        drivers,
        cpu_count: row.cpu_count,
        memory_bytes: row.memory_bytes,
        disk_free_bytes: row.disk_free_bytes,
        instances,
    })
}
