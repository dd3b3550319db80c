//! Keys of the installation.

use super::Access::Operator;
use super::Endpoint;
use super::Verb::{Get, Post};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("get_keys", Get, "/v1/operator/keys", Operator(P::OperatorRead)),
    Endpoint::new("rotate_keys", Post, "/v1/operator/keys/rotate", Operator(P::OperatorWrite))
        .idempotent()
        .audited(),
];
