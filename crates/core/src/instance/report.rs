//! The observed state: what a node says about an instance. Written by nodes only; the server stores it and never edits it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::error::Problem;
use crate::ids::InstanceId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservedState {
    /// Nothing of it is on the node.
    Absent,
    /// Volume, image or source are being brought in.
    Preparing,
    /// Volume and source are there, nothing runs.
    Prepared,
    /// The sandbox is up, foreground tasks are still running.
    Starting,
    Running,
    Paused,
    Stopping,
    Stopped,
    /// The node gave up on the present document; `problem` says why. A newer generation makes it try again.
    Failed,
}

/// How far a longer piece of work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Words for people, such as `Cloning repository`.
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<u64>,
    /// In the unit of `done`; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitStatus {
    /// The exit code, or 128 + signal.
    pub code: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// The kernel killed it because the instance's memory limit was reached.
    #[serde(default)]
    pub out_of_memory: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    pub commit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Text of `phazeai.yaml` at the repository's root, at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_config: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    Waiting,
    Running { since: Timestamp },
    Ended { status: ExitStatus, since: Timestamp },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskReport {
    pub name: String,
    #[serde(flatten)]
    pub state: TaskState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceReport {
    pub instance: InstanceId,
    /// The generation of the document this state reflects.
    pub generation: u64,
    pub state: ObservedState,
    /// The newest run that was started; 0 before the first.
    pub run: u64,
    /// When `state` was entered.
    pub since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// How the main process of the newest run ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<ExitStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceReport>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskReport>,
    /// TCP ports that something inside listens on, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listening: Vec<u16>,
    /// Why the state is not the wanted one, or a warning about a running instance (a failed startup task).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}
