//! Operations and the change feed.

use super::Access::Tenant;
use super::Verb::{Get, Post};
use super::{Endpoint, Pace};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_operations", Get, "/v1/operations", Tenant(P::OperationRead)),
    Endpoint::new("get_operation", Get, "/v1/operations/{operation}", Tenant(P::OperationRead))
        .pace(Pace::Waits),
    Endpoint::new("cancel_operation", Post, "/v1/operations/{operation}/cancel", Tenant(P::OperationWrite))
        .pace(Pace::Waits)
        .audited(),
    Endpoint::new("retry_operation", Post, "/v1/operations/{operation}/retry", Tenant(P::OperationWrite))
        .pace(Pace::Waits)
        .audited(),
    Endpoint::new("list_operation_log", Get, "/v1/operations/{operation}/log", Tenant(P::OperationRead)),
    Endpoint::new("stream_events", Get, "/v1/events", Tenant(P::InstanceRead)).pace(Pace::Stream),
];
