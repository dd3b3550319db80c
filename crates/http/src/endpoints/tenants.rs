//! Tenants and who belongs to them.

use super::Access::{Account, Tenant};
use super::Endpoint;
use super::Verb::Get;

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_tenants", Get, "/v1/tenants", Account(P::AccountRead)),
    Endpoint::new("list_members", Get, "/v1/tenants/{tenant}/members", Tenant(P::TenantRead)),
];
