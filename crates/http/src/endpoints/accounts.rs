//! Signing up and in by address, links in mails, changes of one's own account.

use super::Access::{Account, Anonymous};
use super::Endpoint;
use super::Verb::{Delete, Get, Patch, Post};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("get_auth_methods", Get, "/v1/auth/methods", Anonymous),
    Endpoint::new("sign_up", Post, "/v1/auth/sign-up", Anonymous),
    Endpoint::new("sign_in", Post, "/v1/auth/sign-in", Anonymous),
    Endpoint::new("verify_email", Post, "/v1/auth/verify-email", Anonymous),
    Endpoint::new("ask_password_reset", Post, "/v1/auth/reset", Anonymous),
    Endpoint::new("reset_password", Post, "/v1/auth/reset/confirm", Anonymous),
    Endpoint::new("ask_magic_link", Post, "/v1/auth/magic-link", Anonymous),
    Endpoint::new("sign_in_with_magic_link", Post, "/v1/auth/magic-link/confirm", Anonymous),
    Endpoint::new("confirm_email", Post, "/v1/auth/confirm-email", Anonymous),
    Endpoint::new("update_me", Patch, "/v1/me", Account(P::AccountWrite)).audited(),
    Endpoint::new("delete_me", Delete, "/v1/me", Account(P::AccountWrite)),
    Endpoint::new("change_password", Post, "/v1/me/password", Account(P::AccountWrite)).audited(),
    Endpoint::new("change_email", Post, "/v1/me/email", Account(P::AccountWrite)).audited(),
    Endpoint::new("ask_email_verification", Post, "/v1/me/verify-email", Account(P::AccountWrite)),
];
