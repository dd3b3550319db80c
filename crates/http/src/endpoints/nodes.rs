//! Nodes.

use super::Access::Tenant;
use super::Endpoint;
use super::Verb::Get;

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::new("list_nodes", Get, "/v1/nodes", Tenant(P::NodeRead))];
