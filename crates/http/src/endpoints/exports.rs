//! Exports of what is stored of a user or a tenant.

use super::Access::Account;
use super::Verb::{Get, Post};
use super::{Endpoint, Pace};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_exports", Get, "/v1/exports", Account(P::AccountWrite)),
    Endpoint::new("create_export", Post, "/v1/exports", Account(P::AccountWrite)).idempotent().audited(),
    Endpoint::new("export_download", Get, "/v1/exports/{export}/download", Account(P::AccountWrite))
        .pace(Pace::Stream)
        .takes_intents(),
];
