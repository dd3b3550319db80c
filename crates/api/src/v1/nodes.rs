//! Nodes: the machines that run the agent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Node {
    pub id: String,
    pub name: String,
    pub connected: bool,
    pub last_seen_at: Option<String>,
    pub version: String,
    pub drivers: Vec<NodeDriver>,
    pub cpu_count: u32,
    pub memory_bytes: u64,
    pub disk_free_bytes: u64,
    pub instances: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NodeDriver {
    pub driver: super::instances::Driver,
    pub pause: bool,
    pub images: bool,
    pub host_userland: bool,
    pub limits: bool,
    pub disk_quota: bool,
    pub outbound_network: bool,
    /// What is missing on this machine and what to do about it.
    pub missing: Vec<String>,
}
