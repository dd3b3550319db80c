//! Terminals: PTYs in an instance whose screen outlives viewers, agent and server.
//!
//! `GET …/terminals/{id}/stream` is a WebSocket of binary messages, each one frame of `stead_core::frame`. Query: `offset` to
//! resume, `columns` and `rows` of the viewer, `read_only`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Terminal {
    #[schema(example = "proc_01j9zz3kq8f7v9x2m4n5p6r7st")]
    pub id: String,
    pub label: String,
    pub started_at: String,
    /// Present once the shell has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Viewers attached now.
    pub viewers: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"columns": 120, "rows": 40}))]
#[serde(deny_unknown_fields)]
pub struct CreateTerminal {
    /// The user's login shell when absent.
    pub command: Option<Vec<String>>,
    pub columns: Option<u16>,
    pub rows: Option<u16>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttachQuery {
    /// Output is wanted from here on; a snapshot comes first when it is not kept any more.
    pub offset: Option<u64>,
    pub columns: Option<u16>,
    pub rows: Option<u16>,
    pub read_only: Option<bool>,
}

/// Where to begin in a console. The text form answers plain text; the stream is a WebSocket of frames.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConsoleQuery {
    pub offset: Option<u64>,
    /// Only this many lines before the end.
    pub tail: Option<u32>,
}
