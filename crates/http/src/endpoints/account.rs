//! One's own account: signing in, sessions, tokens.

use super::Access::{Account, Anonymous};
use super::Verb::{Delete, Get, Post};
use super::{Counted, Endpoint};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("sign_in_with_link", Post, "/v1/auth/link", Anonymous).audited(),
    Endpoint::new("issue_token", Post, "/v1/auth/token", Anonymous).counted(Counted::Not),
    Endpoint::new("begin_device", Post, "/v1/auth/device", Anonymous).counted(Counted::Not),
    Endpoint::new("get_device_request", Get, "/v1/device-requests/{user_code}", Account(P::AccountRead)),
    Endpoint::new(
        "approve_device",
        Post,
        "/v1/device-requests/{user_code}/approve",
        Account(P::AccountWrite),
    )
    .audited(),
    Endpoint::new("deny_device", Post, "/v1/device-requests/{user_code}/deny", Account(P::AccountWrite))
        .audited(),
    Endpoint::new("create_intent", Post, "/v1/intents", Account(P::AccountRead)),
    Endpoint::new("get_signing_keys", Get, "/.well-known/jwks.json", Anonymous),
    Endpoint::new("sign_out", Post, "/v1/auth/sign-out", Account(P::AccountWrite)).audited(),
    Endpoint::new("step_up", Post, "/v1/auth/step-up", Account(P::AccountWrite)).audited(),
    Endpoint::new("get_me", Get, "/v1/me", Account(P::AccountRead)),
    Endpoint::new("list_sessions", Get, "/v1/sessions", Account(P::AccountRead)),
    Endpoint::new("end_other_sessions", Delete, "/v1/sessions", Account(P::AccountWrite)).audited(),
    Endpoint::new("end_session", Delete, "/v1/sessions/{session}", Account(P::AccountWrite)).audited(),
    Endpoint::new("create_sign_in_link", Post, "/v1/sign-in-links", Account(P::AccountWrite)).audited(),
    Endpoint::new("list_tokens", Get, "/v1/tokens", Account(P::AccountRead)),
    Endpoint::new("create_token", Post, "/v1/tokens", Account(P::AccountWrite)).idempotent().audited(),
    Endpoint::new("delete_token", Delete, "/v1/tokens/{token}", Account(P::AccountWrite)).audited(),
];
