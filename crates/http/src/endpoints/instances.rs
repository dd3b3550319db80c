//! Instances, what is inside them, and previews.

use super::Access::{Redirects, Tenant};
use super::Verb::{Delete, Get, Patch, Post, Put};
use super::{Endpoint, Pace};

use stead_core::access::Permission as P;

const fn action(id: &'static str, path: &'static str) -> Endpoint {
    Endpoint::new(id, Post, path, Tenant(P::InstanceWrite)).pace(Pace::Waits).idempotent().audited()
}

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("open_preview", Get, "/v1/preview-access", Redirects),
    Endpoint::new("list_instances", Get, "/v1/instances", Tenant(P::InstanceRead)),
    action("create_instance", "/v1/instances"),
    Endpoint::new("get_instance", Get, "/v1/instances/{instance}", Tenant(P::InstanceRead)),
    Endpoint::new("update_instance", Patch, "/v1/instances/{instance}", Tenant(P::InstanceWrite)).audited(),
    Endpoint::new("delete_instance", Delete, "/v1/instances/{instance}", Tenant(P::InstanceWrite))
        .pace(Pace::Waits)
        .idempotent()
        .audited(),
    action("start_instance", "/v1/instances/{instance}/start"),
    action("stop_instance", "/v1/instances/{instance}/stop"),
    action("restart_instance", "/v1/instances/{instance}/restart"),
    action("kill_instance", "/v1/instances/{instance}/kill"),
    action("pause_instance", "/v1/instances/{instance}/pause"),
    action("wake_instance", "/v1/instances/{instance}/wake"),
    Endpoint::new("get_console", Get, "/v1/instances/{instance}/console", Tenant(P::InstanceRead)),
    Endpoint::new("stream_console", Get, "/v1/instances/{instance}/console/stream", Tenant(P::InstanceRead))
        .websocket(),
    Endpoint::new("run_command", Post, "/v1/instances/{instance}/exec", Tenant(P::InstanceConnect))
        .pace(Pace::Command)
        .audited(),
    Endpoint::new("stream_command", Get, "/v1/instances/{instance}/exec/stream", Tenant(P::InstanceConnect))
        .websocket()
        .audited(),
    Endpoint::new("list_terminals", Get, "/v1/instances/{instance}/terminals", Tenant(P::InstanceRead)),
    Endpoint::new("create_terminal", Post, "/v1/instances/{instance}/terminals", Tenant(P::InstanceConnect))
        .idempotent()
        .audited(),
    Endpoint::new(
        "close_terminal",
        Delete,
        "/v1/instances/{instance}/terminals/{terminal}",
        Tenant(P::InstanceConnect),
    )
    .audited(),
    Endpoint::new(
        "stream_terminal",
        Get,
        "/v1/instances/{instance}/terminals/{terminal}/stream",
        Tenant(P::InstanceConnect),
    )
    .websocket(),
    Endpoint::new("list_ports", Get, "/v1/instances/{instance}/ports", Tenant(P::InstanceRead)),
    Endpoint::new("set_port", Put, "/v1/instances/{instance}/ports/{port}", Tenant(P::InstanceWrite))
        .audited(),
    Endpoint::new("create_upload", Post, "/v1/uploads", Tenant(P::InstanceWrite)).pace(Pace::Upload),
    Endpoint::new(
        "validate_workspace_config",
        Post,
        "/v1/workspace-config/validate",
        Tenant(P::InstanceRead),
    ),
];
