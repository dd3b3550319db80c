//! Second factors.

use super::Access::{Account, Anonymous};
use super::Verb::{Delete, Get, Patch, Post};
use super::{Counted, Endpoint};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("complete_sign_in", Post, "/v1/auth/second-factor", Anonymous),
    Endpoint::new("begin_passkey_sign_in", Post, "/v1/auth/passkey/begin", Anonymous).counted(Counted::Page),
    Endpoint::new("finish_passkey_sign_in", Post, "/v1/auth/passkey/finish", Anonymous),
    Endpoint::new("get_factors", Get, "/v1/me/factors", Account(P::AccountRead)),
    Endpoint::new("begin_totp", Post, "/v1/me/totp", Account(P::AccountWrite)).audited(),
    Endpoint::new("confirm_totp", Post, "/v1/me/totp/confirm", Account(P::AccountWrite)),
    Endpoint::new("remove_totp", Delete, "/v1/me/totp", Account(P::AccountWrite)),
    Endpoint::new("renew_recovery_codes", Post, "/v1/me/recovery-codes", Account(P::AccountWrite)),
    Endpoint::new("list_passkeys", Get, "/v1/me/passkeys", Account(P::AccountRead)),
    Endpoint::new("begin_passkey", Post, "/v1/me/passkeys/begin", Account(P::AccountWrite)),
    Endpoint::new("add_passkey", Post, "/v1/me/passkeys", Account(P::AccountWrite)),
    Endpoint::new("rename_passkey", Patch, "/v1/me/passkeys/{passkey}", Account(P::AccountWrite)),
    Endpoint::new("remove_passkey", Delete, "/v1/me/passkeys/{passkey}", Account(P::AccountWrite)),
];
