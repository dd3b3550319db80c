//! The intent: the declarative document that the server sends to the node an instance is placed on.
//!
//! Written by the control plane's placement only. A node keeps the newest document per instance in its ledger, refuses an older
//! generation and a changed document with the generation it already has, and works towards the document by itself, also when
//! the server is away.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{InstanceId, TenantId};
use crate::instance::spec::{DriverKind, InstanceSpec};

/// The state the node has to bring the instance to and keep it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Wanted {
    /// The volume exists and its source is in it; whether a sandbox runs is the node's choice. The report then carries the
    /// source's commit and the text of its `phazeai.yaml`.
    Fetched,
    /// Run number `run` is up. A higher number than the one that runs asks for a restart; one that already ended by itself is
    /// not started again.
    Running { run: u64 },
    /// Run number `run` exists, frozen.
    Paused { run: u64 },
    /// No process; the volume stays. Processes get SIGTERM and this long before SIGKILL; zero kills at once.
    Stopped { grace: Duration },
    /// Nothing is left of the instance on the node.
    Absent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceDocument {
    pub instance: InstanceId,
    pub tenant: TenantId,
    /// The host name inside; not an identity.
    pub name: String,
    /// Grows with each change of the document.
    pub generation: u64,
    pub driver: DriverKind,
    pub wanted: Wanted,
    pub spec: InstanceSpec,
}
