//! Secrets of tenants, instances and users.

use super::Access::{Account, Tenant};
use super::Endpoint;
use super::Verb::{Delete, Get, Put};

use stead_core::access::Permission as P;

const INSTANCE: &str = "/v1/instances/{instance}/secrets";
const ONE_OF_INSTANCE: &str = "/v1/instances/{instance}/secrets/{secret}";
const VERSIONS_OF_INSTANCE: &str = "/v1/instances/{instance}/secrets/{secret}/versions";

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_secrets", Get, "/v1/secrets", Tenant(P::SecretRead)),
    Endpoint::new("put_secret", Put, "/v1/secrets/{secret}", Tenant(P::SecretWrite)).audited(),
    Endpoint::new("delete_secret", Delete, "/v1/secrets/{secret}", Tenant(P::SecretWrite)).audited(),
    Endpoint::new("list_secret_versions", Get, "/v1/secrets/{secret}/versions", Tenant(P::SecretRead)),
    Endpoint::new("list_instance_secrets", Get, INSTANCE, Tenant(P::SecretRead)),
    Endpoint::new("put_instance_secret", Put, ONE_OF_INSTANCE, Tenant(P::SecretWrite)).audited(),
    Endpoint::new("delete_instance_secret", Delete, ONE_OF_INSTANCE, Tenant(P::SecretWrite)).audited(),
    Endpoint::new("list_instance_secret_versions", Get, VERSIONS_OF_INSTANCE, Tenant(P::SecretRead)),
    Endpoint::new("list_my_secrets", Get, "/v1/me/secrets", Account(P::AccountRead)),
    Endpoint::new("put_my_secret", Put, "/v1/me/secrets/{secret}", Account(P::AccountWrite)).audited(),
    Endpoint::new("delete_my_secret", Delete, "/v1/me/secrets/{secret}", Account(P::AccountWrite)).audited(),
    Endpoint::new(
        "list_my_secret_versions",
        Get,
        "/v1/me/secrets/{secret}/versions",
        Account(P::AccountRead),
    ),
];
