//! Webhooks of a tenant.

use super::Access::Tenant;
use super::Endpoint;
use super::Verb::{Delete, Get, Patch, Post};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_webhooks", Get, "/v1/webhooks", Tenant(P::WebhookRead)),
    Endpoint::new("create_webhook", Post, "/v1/webhooks", Tenant(P::WebhookWrite)).idempotent().audited(),
    Endpoint::new("get_webhook", Get, "/v1/webhooks/{webhook}", Tenant(P::WebhookRead)),
    Endpoint::new("update_webhook", Patch, "/v1/webhooks/{webhook}", Tenant(P::WebhookWrite)).audited(),
    Endpoint::new("delete_webhook", Delete, "/v1/webhooks/{webhook}", Tenant(P::WebhookWrite)).audited(),
    Endpoint::new("test_webhook", Post, "/v1/webhooks/{webhook}/test", Tenant(P::WebhookWrite)).audited(),
    Endpoint::new(
        "rotate_webhook_secret",
        Post,
        "/v1/webhooks/{webhook}/rotate-secret",
        Tenant(P::WebhookWrite),
    )
    .audited(),
    Endpoint::new(
        "list_webhook_deliveries",
        Get,
        "/v1/webhooks/{webhook}/deliveries",
        Tenant(P::WebhookRead),
    ),
    Endpoint::new(
        "redeliver_webhook",
        Post,
        "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver",
        Tenant(P::WebhookWrite),
    )
    .audited(),
];
