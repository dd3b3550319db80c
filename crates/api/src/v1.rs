//! Version 1 of the public API, one module per noun. Ids and times are text on the wire (`inst_…`, RFC 3339).

pub mod accounts;
pub mod audit;
pub mod events;
pub mod exec;
pub mod exports;
pub mod factors;
pub mod identity;
pub mod instances;
pub mod keys;
pub mod nodes;
pub mod notifications;
pub mod operations;
pub mod ports;
pub mod secrets;
pub mod sources;
pub mod tenants;
pub mod terminals;
pub mod uploads;
pub mod webhooks;
pub mod workspace_config;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One page of a list. Pass `next_cursor` as `cursor` to get the next one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// How long to wait for the operation to end.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Such as `30s`; at most `120s`. The answer comes earlier when the operation ends.
    pub wait: Option<String>,
}
