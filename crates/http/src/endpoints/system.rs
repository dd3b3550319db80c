//! The server itself.

use super::Access::Anonymous;
use super::Endpoint;
use super::Verb::Get;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("get_health", Get, "/healthz", Anonymous),
    Endpoint::new("get_version", Get, "/v1/version", Anonymous),
    Endpoint::new("get_openapi", Get, "/v1/openapi.json", Anonymous),
];
