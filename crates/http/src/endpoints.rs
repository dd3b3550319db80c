//! Every operation of the API in one table: who may call it, how long it may take, whether it is safe to repeat.
//!
//! The layers read it (authentication, deadlines, rate limits, compression), the OpenAPI document is completed from it, and
//! the tests walk it: an operation that is routed but not listed here answers 500 to everyone and fails the tests.

mod account;
mod accounts;
mod audit;
mod exports;
mod factors;
mod instances;
mod keys;
mod nodes;
mod notifications;
mod operations;
mod secrets;
mod sources;
mod system;
mod tenants;
mod webhooks;

use std::collections::HashMap;
use std::sync::LazyLock;
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
    /// With a credential that has this permission, of a user who runs the installation.
    Operator(Permission),
}

impl Access {
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::Anonymous | Self::Redirects => None,
            Self::Tenant(permission) | Self::Account(permission) | Self::Operator(permission) => {
                Some(permission)
            }
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

/// Among what a request that changes something and needs no credential is counted, for each address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Attempts to sign in.
    SignIn,
    /// What opening a page asks for by itself. Who opens one a few times has tried nothing yet.
    Page,
    /// Not at all: it takes nothing that can be guessed, or counts by itself.
    Not,
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
    /// A browser may come with an intent token: it cannot send a header here.
    pub takes_intents: bool,
    /// What a request without a credential is counted among.
    pub counted: Counted,
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
            takes_intents: false,
            counted: Counted::SignIn,
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
        self.takes_intents = true;
        self
    }

    /// A download.
    const fn takes_intents(mut self) -> Self {
        self.takes_intents = true;
        self
    }

    const fn counted(mut self, counted: Counted) -> Self {
        self.counted = counted;
        self
    }
}

/// One table per noun, as its routes are in `routes/`.
const TABLES: &[&[Endpoint]] = &[
    system::ENDPOINTS,
    account::ENDPOINTS,
    accounts::ENDPOINTS,
    factors::ENDPOINTS,
    tenants::ENDPOINTS,
    instances::ENDPOINTS,
    operations::ENDPOINTS,
    nodes::ENDPOINTS,
    audit::ENDPOINTS,
    notifications::ENDPOINTS,
    webhooks::ENDPOINTS,
    keys::ENDPOINTS,
    secrets::ENDPOINTS,
    exports::ENDPOINTS,
    sources::ENDPOINTS,
];

const COUNT: usize = {
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
};

/// Every operation.
pub const ENDPOINTS: &[Endpoint] = &{
    let mut all = [TABLES[0][0]; COUNT];
    let (mut next, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            all[next] = TABLES[table][row];
            next += 1;
            row += 1;
        }
        table += 1;
    }
    all
};

/// The operations of each path, for the layers, which ask at every request.
static BY_ADDRESS: LazyLock<HashMap<&'static str, Vec<&'static Endpoint>>> = LazyLock::new(|| {
    let mut paths: HashMap<_, Vec<_>> = HashMap::new();
    for endpoint in ENDPOINTS {
        paths.entry(endpoint.path).or_default().push(endpoint);
    }
    paths
});

/// The operation of a method and a router's path.
#[must_use]
pub fn find(method: &Method, path: &str) -> Option<&'static Endpoint> {
    // A HEAD request is answered by the handler of GET.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    BY_ADDRESS.get(path)?.iter().copied().find(|endpoint| endpoint.method.as_str() == method)
}

/// The operation with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.id == id)
}

/// Whether some method of the path is an operation.
#[must_use]
pub fn is_known(path: &str) -> bool {
    BY_ADDRESS.contains_key(path)
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
    fn what_is_no_attempt_to_sign_in_is_known() {
        let other: Vec<_> = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.counted != Counted::SignIn)
            .map(|endpoint| (endpoint.id, endpoint.counted))
            .collect();
        assert_eq!(
            other,
            [
                ("issue_token", Counted::Not),
                ("begin_device", Counted::Not),
                ("begin_passkey_sign_in", Counted::Page),
                ("look_up_invite", Counted::Page),
            ],
            "a new one needs a review: it is another way around the limit"
        );
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
            [
                "get_health",
                "get_version",
                "get_openapi",
                "sign_in_with_link",
                "issue_token",
                "begin_device",
                "get_signing_keys",
                "get_auth_methods",
                "sign_up",
                "sign_in",
                "verify_email",
                "ask_password_reset",
                "reset_password",
                "ask_magic_link",
                "sign_in_with_magic_link",
                "confirm_email",
                "complete_sign_in",
                "begin_passkey_sign_in",
                "finish_passkey_sign_in",
                "look_up_invite",
                "open_preview",
                "begin_source",
                "finish_source",
                "sign_in_with_directory"
            ],
            "each has a reason to be open: a new one needs a review"
        );
    }
}
