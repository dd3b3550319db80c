//! The audit log.

use super::Access::Tenant;
use super::Verb::{Get, Post};
use super::{Endpoint, Pace};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_audit_events", Get, "/v1/audit", Tenant(P::AuditRead)),
    Endpoint::new("export_audit_events", Get, "/v1/audit/export", Tenant(P::AuditRead)).pace(Pace::Stream),
    Endpoint::new("get_audit_checkpoint", Get, "/v1/audit/checkpoint", Tenant(P::AuditRead)),
    Endpoint::new("verify_audit_log", Post, "/v1/audit/verify", Tenant(P::AuditRead)).pace(Pace::Command),
];
