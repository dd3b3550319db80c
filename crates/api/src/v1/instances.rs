//! Instances.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::operations::Operation;

/// State in one word. Shown with shape, colour and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

/// The thing that runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    #[schema(example = "inst_01j9zz3kq8f7v9x2m4n5p6r7st")]
    pub id: String,
    pub tenant_id: String,
    /// Unique in the tenant.
    #[schema(example = "shop")]
    pub name: String,
    pub state: InstanceState,
    /// Grows with every change of the instance's settings; the value of `ETag`.
    pub version: u64,
    pub driver: Driver,
    /// Absent until it has been placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// `host` for the node's own userland, else an image reference.
    #[schema(example = "host")]
    pub image: String,
    pub resources: Resources,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceView>,
    pub env: BTreeMap<String, String>,
    pub tasks: Vec<TaskView>,
    pub ports: Vec<super::ports::Port>,
    /// Seconds without use after which it stops; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<u64>,
    /// The unfinished operation, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Latest measurement; absent while nothing runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Why the last wish was not met, or a warning about a running instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<InstanceProblem>,
    pub created_by: String,
    pub created_at: String,
    pub updated_at: String,
}

/// Phase, one sentence why, and since when.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InstanceState {
    pub phase: Phase,
    #[schema(example = "Stopped by Ada.")]
    pub reason: String,
    pub since: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// The embedded sandbox.
    Oci,
    /// A simulated machine.
    Sim,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InstanceProblem {
    pub code: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<crate::problem::ProblemField>,
}

/// Limits that the kernel enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu_millis: u32,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    pub pids: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    pub measured_at: String,
    /// Thousandths of a core over the last interval.
    pub cpu_millis: u32,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    pub processes: u32,
    pub received_bytes: u64,
    pub sent_bytes: u64,
}

/// Where `/workspace` came from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SourceView {
    /// Git URL, or the origin of an uploaded bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Known once it has been fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskPhase {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

/// A startup task and how it went in this run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    pub name: String,
    pub command: String,
    pub background: bool,
    pub phase: TaskPhase,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// What to create. Everything is optional: `{}` makes a blank workspace with a made-up name.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"driver": "sim"}))]
#[serde(deny_unknown_fields)]
pub struct CreateInstance {
    /// Lower-case letters, digits and hyphens, at most 40; made from the repository when absent.
    pub name: Option<String>,
    pub source: Option<CreateSource>,
    /// `host` or an image reference; overrides `phazeai.yaml`.
    pub image: Option<String>,
    /// Each value given overrides `phazeai.yaml`.
    pub resources: Option<ResourcesInput>,
    /// Added to the variables of `phazeai.yaml`, winning over them.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The main process, for images.
    pub command: Option<Vec<String>>,
    /// Do not read `phazeai.yaml`.
    #[serde(default)]
    pub ignore_workspace_config: bool,
    pub driver: Option<Driver>,
    /// Seconds; 0 for never.
    pub idle_timeout_seconds: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CreateSource {
    /// Clone this repository.
    Git { url: String, revision: Option<String> },
    /// Unpack a `git bundle` uploaded with `POST /v1/uploads`.
    Upload { upload_id: String, origin: Option<String>, branch: Option<String> },
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourcesInput {
    pub cpu_millis: Option<u32>,
    pub memory_bytes: Option<u64>,
    pub disk_bytes: Option<u64>,
    pub pids: Option<u32>,
}

/// What to change; absent fields stay. Takes effect at once where the kernel allows it, else at the next start.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"env": {"LANG": "C.UTF-8"}}))]
#[serde(deny_unknown_fields)]
pub struct UpdateInstance {
    pub name: Option<String>,
    pub resources: Option<ResourcesInput>,
    /// Replaces all variables.
    pub env: Option<BTreeMap<String, String>>,
    /// Seconds; 0 for never.
    pub idle_timeout_seconds: Option<u64>,
}

/// An instance and the operation that is changing it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InstanceOperation {
    pub instance: Instance,
    pub operation: Operation,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InstanceQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Part of the name or of the repository's address.
    pub q: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({}))]
#[serde(deny_unknown_fields)]
pub struct StopInstance {
    /// Between SIGTERM and SIGKILL; 10 when absent, at most 600.
    pub grace_seconds: Option<u32>,
}
