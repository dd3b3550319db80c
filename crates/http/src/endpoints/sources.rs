//! Signing in with others.

use super::Access::{Account, Anonymous, Redirects, Tenant};
use super::Endpoint;
use super::Verb::{Delete, Get, Patch, Post};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("begin_source", Get, "/v1/auth/sources/{source}/begin", Redirects),
    Endpoint::new("finish_source", Get, "/v1/auth/sources/{source}/callback", Redirects),
    Endpoint::new("sign_in_with_directory", Post, "/v1/auth/sources/{source}/sign-in", Anonymous),
    Endpoint::new("list_identities", Get, "/v1/me/identities", Account(P::AccountRead)),
    Endpoint::new("link_directory", Post, "/v1/me/identities", Account(P::AccountWrite)),
    Endpoint::new("unlink_identity", Delete, "/v1/me/identities/{identity}", Account(P::AccountWrite)),
    Endpoint::new("list_sources", Get, "/v1/tenants/{tenant}/sources", Tenant(P::SsoRead)),
    Endpoint::new("create_source", Post, "/v1/tenants/{tenant}/sources", Tenant(P::SsoWrite))
        .idempotent()
        .audited(),
    Endpoint::new("get_source", Get, "/v1/tenants/{tenant}/sources/{source}", Tenant(P::SsoRead)),
    Endpoint::new("update_source", Patch, "/v1/tenants/{tenant}/sources/{source}", Tenant(P::SsoWrite))
        .audited(),
    Endpoint::new("delete_source", Delete, "/v1/tenants/{tenant}/sources/{source}", Tenant(P::SsoWrite))
        .audited(),
];
