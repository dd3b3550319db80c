//! Every operation of the API in one table: who may call it, how long it may take, whether it is safe to repeat.
//!
//! The layers read it (authentication, deadlines, rate limits, compression), the OpenAPI document is completed from it, and
//! the tests walk it: an operation that is routed but not listed here answers 500 to everyone and fails the tests.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use http::Method;
use stead_core::access::Permission;

/// The longest `?wait=`.
pub const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// The longest `timeout_seconds` of a command.
pub const LONGEST_COMMAND: Duration = Duration::from_secs(600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Without a credential.
    Anonymous,
    /// Without a credential too; the handler sends those who are not signed in to the sign-in page.
    Redirects,
    /// With a credential that has this permission, within a tenant.
    Tenant(Permission),
    /// With a credential that has this permission, on the caller's own account.
    Account(Permission),
}

impl Access {
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::Anonymous | Self::Redirects => None,
            Self::Tenant(permission) | Self::Account(permission) => Some(permission),
        }
    }
}

/// How long an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Brief,
    /// With `?wait=`.
    Waits,
    /// Runs a command to its end.
    Command,
    Upload,
    /// Until one side ends it.
    Stream,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    pub id: &'static str,
    pub method: Verb,
    /// As in the router and in the OpenAPI document.
    pub path: &'static str,
    pub access: Access,
    pub pace: Pace,
    /// An `Idempotency-Key` makes repeating it harmless.
    pub idempotent: bool,
    /// Leaves a row in the audit log.
    pub audited: bool,
    /// A WebSocket.
    pub websocket: bool,
}

/// The methods that the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Endpoint {
    #[must_use]
    pub const fn is_mutation(&self) -> bool {
        !matches!(self.method, Verb::Get)
    }

    const fn new(id: &'static str, method: Verb, path: &'static str, access: Access) -> Self {
        Self {
            id,
            method,
            path,
            access,
            pace: Pace::Brief,
            idempotent: false,
            audited: false,
            websocket: false,
        }
    }

    const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    const fn audited(mut self) -> Self {
        self.audited = true;
        self
    }

    const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    const fn websocket(mut self) -> Self {
        self.pace = Pace::Stream;
        self.websocket = true;
        self
    }
}

use Access::{Account, Anonymous, Redirects, Tenant};
use Permission as P;
use Verb::{Delete, Get, Patch, Post, Put};

const fn action(id: &'static str, path: &'static str) -> Endpoint {
    Endpoint::new(id, Post, path, Tenant(P::InstanceWrite)).pace(Pace::Waits).idempotent().audited()
}

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("get_health", Get, "/healthz", Anonymous),
    Endpoint::new("get_version", Get, "/v1/version", Anonymous),
    Endpoint::new("get_openapi", Get, "/v1/openapi.json", Anonymous),
    Endpoint::new("sign_in_with_link", Post, "/v1/auth/link", Anonymous).audited(),
    Endpoint::new("open_preview", Get, "/v1/preview-access", Redirects),
    Endpoint::new("sign_out", Post, "/v1/auth/sign-out", Account(P::AccountWrite)).audited(),
    Endpoint::new("get_me", Get, "/v1/me", Account(P::AccountRead)),
    Endpoint::new("list_sessions", Get, "/v1/sessions", Account(P::AccountRead)),
    Endpoint::new("end_session", Delete, "/v1/sessions/{session}", Account(P::AccountWrite)).audited(),
    Endpoint::new("create_sign_in_link", Post, "/v1/sign-in-links", Account(P::AccountWrite)).audited(),
    Endpoint::new("list_tokens", Get, "/v1/tokens", Account(P::AccountRead)),
    Endpoint::new("create_token", Post, "/v1/tokens", Account(P::AccountWrite)).idempotent().audited(),
    Endpoint::new("delete_token", Delete, "/v1/tokens/{token}", Account(P::AccountWrite)).audited(),
    Endpoint::new("list_tenants", Get, "/v1/tenants", Account(P::AccountRead)),
    Endpoint::new("list_members", Get, "/v1/tenants/{tenant}/members", Tenant(P::TenantRead)),
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
    Endpoint::new("create_upload", Post, "/v1/uploads", Tenant(P::InstanceWrite)).pace(Pace::Upload),
    Endpoint::new(
        "validate_workspace_config",
        Post,
        "/v1/workspace-config/validate",
        Tenant(P::InstanceRead),
    ),
    Endpoint::new("list_nodes", Get, "/v1/nodes", Tenant(P::NodeRead)),
];

/// The operation of a method and a router's path.
#[must_use]
pub fn find(method: &Method, path: &str) -> Option<&'static Endpoint> {
    // A HEAD request is answered by the handler of GET.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    ENDPOINTS.iter().find(|endpoint| endpoint.method.as_str() == method && endpoint.path == path)
}

/// The operation that a routed request is for.
#[must_use]
pub fn of(request: &Request) -> Option<&'static Endpoint> {
    let path = request.extensions().get::<MatchedPath>()?;
    find(request.method(), path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_and_addresses_are_unique() {
        let ids: BTreeSet<_> = ENDPOINTS.iter().map(|endpoint| endpoint.id).collect();
        let addresses: BTreeSet<_> =
            ENDPOINTS.iter().map(|endpoint| (endpoint.method.as_str(), endpoint.path)).collect();
        assert_eq!((ids.len(), addresses.len()), (ENDPOINTS.len(), ENDPOINTS.len()));
    }

    #[test]
    fn the_anonymous_are_few_and_known() {
        let open: Vec<_> = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.access.permission().is_none())
            .map(|endpoint| endpoint.id)
            .collect();
        assert_eq!(
            open,
            ["get_health", "get_version", "get_openapi", "sign_in_with_link", "open_preview"],
            "this list only shrinks"
        );
    }
}
