//! One command in a running instance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"command": ["true"]}))]
#[serde(deny_unknown_fields)]
pub struct Exec {
    pub command: Vec<String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    pub working_directory: Option<String>,
    /// Given to the command as standard input.
    pub input: Option<String>,
    /// 60 when absent, at most 600; then the command is killed.
    pub timeout_seconds: Option<u32>,
}

/// Output longer than 1 MiB is cut at the front; use the stream for more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExecResult {
    pub exit_code: i32,
    pub stdout: String,
    pub stderr: String,
    /// Output was cut.
    pub truncated: bool,
    pub timed_out: bool,
}

/// `GET …/exec/stream` is a WebSocket of frames; the command is ended when the socket closes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExecQuery {
    /// The command as a JSON array of strings.
    pub command: String,
    pub working_directory: Option<String>,
    /// With a PTY of this size.
    pub columns: Option<u16>,
    pub rows: Option<u16>,
}
