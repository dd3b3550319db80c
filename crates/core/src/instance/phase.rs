//! The public phase of an instance: a pure function of wish, intent and observed state.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What people asked for. Written by the API only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Running,
    Paused,
    Stopped,
    Deleted,
}

/// What people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Starting,
    Running,
    Paused,
    Stopping,
    Stopped,
    /// It runs, but a startup task failed.
    Unhealthy,
    Failed,
    Deleting,
    /// Its node has not been heard from.
    Unknown,
}

/// The phase with one sentence why, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicState {
    pub phase: Phase,
    pub reason: String,
    pub since: Timestamp,
}
