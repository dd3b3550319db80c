//! The protocol between server and node: HTTP/2 requests that the server opens over the connection the node made.
//!
//! | request | meaning |
//! |---|---|
//! | `GET /node/v1/hello` | [`NodeHello`] |
//! | `PUT /node/v1/instances/{id}` | body [`stead_core::instance::InstanceDocument`]; 204, or a problem: `stale_generation`, `generation_conflict` |
//! | `PUT /node/v1/instances/{id}/secrets` | body [`SecretsAnswer`], after [`NodeMessage::NeedsSecrets`]; kept in memory until the start; 204 |
//! | `GET /node/v1/reports` | stream, one [`NodeMessage`] per line: first every instance of the ledger, then `CaughtUp`, then changes |
//! | `PUT /node/v1/uploads/{id}` | body: the bytes; kept until used, for `Source::Bundle` |
//! | `POST /node/v1/instances/{id}/processes` | body [`stead_core::driver::ProcessSpec`]; 204 |
//! | `GET /node/v1/instances/{id}/processes` | list of [`stead_core::driver::ProcessState`] |
//! | `POST /node/v1/instances/{id}/processes/{proc}/attach` | query [`AttachParams`]; frames both ways |
//! | `POST /node/v1/instances/{id}/processes/{proc}/signal/{number}` | 204 |
//! | `POST /node/v1/instances/{id}/console` | query [`ConsoleParams`]; frames both ways |
//! | `POST /node/v1/instances/{id}/ports/{port}` | raw bytes both ways |
//!
//! Errors are a JSON [`stead_core::error::Problem`] with a matching status.

use serde::{Deserialize, Serialize};
use stead_core::driver::{Capabilities, Usage};
use stead_core::error::Problem;
use stead_core::ids::{InstanceId, NodeId};
use stead_core::instance::{DriverKind, InstanceReport, InstanceSecrets};

/// Who the node is and what it can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeHello {
    pub node: NodeId,
    pub name: String,
    pub version: String,
    pub drivers: Vec<NodeDriver>,
    pub cpu_count: u32,
    pub memory_bytes: u64,
    pub disk_free_bytes: u64,
    /// Instances that the node's drivers have something of while its ledger knows nothing of them. The node never removes them by
    /// itself: the server sends the document it has, or one that wants them absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<InstanceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeDriver {
    pub driver: DriverKind,
    pub capabilities: Capabilities,
}

/// One line of the report stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one at a time, turned into a line at once")]
pub enum NodeMessage {
    /// The instance's state, whole.
    Report(InstanceReport),
    /// The node has no document and nothing of this instance any more.
    Gone { instance: InstanceId },
    /// A start waits for the instance's secrets. Said again on each new stream until they came.
    NeedsSecrets { instance: InstanceId },
    /// Every instance of the ledger has been reported once.
    CaughtUp,
    /// Measured every few seconds while it runs; `interval_cpu_millis` is the CPU it used since the last time, in thousandths of a
    /// core.
    Usage { instance: InstanceId, usage: Usage, interval_cpu_millis: u32 },
    /// Sent when nothing else was for five seconds.
    Heartbeat { disk_free_bytes: u64 },
}

/// What the server says to [`NodeMessage::NeedsSecrets`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SecretsAnswer {
    Secrets(InstanceSecrets),
    /// The instance cannot be started with its secrets.
    Refused {
        problem: Problem,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachParams {
    pub offset: Option<u64>,
    pub columns: Option<u16>,
    pub rows: Option<u16>,
    #[serde(default)]
    pub read_only: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleParams {
    pub offset: Option<u64>,
    pub tail: Option<u32>,
    #[serde(default)]
    pub follow: bool,
}
