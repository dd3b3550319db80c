//! The audit log.

use super::Access::Tenant;
use super::Verb::{Delete, Get, Post};
use super::{Endpoint, Pace};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_audit_events", Get, "/v1/audit", Tenant(P::AuditRead)),
    Endpoint::new("export_audit_events", Get, "/v1/audit/export", Tenant(P::AuditRead)).pace(Pace::Stream),
    Endpoint::new("get_audit_checkpoint", Get, "/v1/audit/checkpoint", Tenant(P::AuditRead)),
    Endpoint::new("verify_audit_log", Post, "/v1/audit/verify", Tenant(P::AuditRead)).pace(Pace::Command),
    Endpoint::new("list_audit_sinks", Get, "/v1/audit/sinks", Tenant(P::AuditRead)),
    Endpoint::new("add_audit_sink", Post, "/v1/audit/sinks", Tenant(P::AuditWrite)).idempotent().audited(),
    Endpoint::new("remove_audit_sink", Delete, "/v1/audit/sinks/{sink}", Tenant(P::AuditWrite)).audited(),
];
