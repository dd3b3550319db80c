//! Tenants: members, invitations, roles, quotas, rules of security; and what operators do to tenants and users.

use super::Access::{Account, Anonymous, Operator, Tenant};
use super::Verb::{Delete, Get, Patch, Post, Put};
use super::{Counted, Endpoint};

use stead_core::access::Permission as P;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new("list_tenants", Get, "/v1/tenants", Account(P::AccountRead)),
    Endpoint::new("create_tenant", Post, "/v1/tenants", Account(P::AccountWrite)).idempotent().audited(),
    Endpoint::new("get_tenant", Get, "/v1/tenants/{tenant}", Tenant(P::TenantRead)),
    Endpoint::new("update_tenant", Patch, "/v1/tenants/{tenant}", Tenant(P::TenantWrite)).audited(),
    Endpoint::new("delete_tenant", Delete, "/v1/tenants/{tenant}", Tenant(P::TenantDelete)).audited(),
    Endpoint::new("restore_tenant", Post, "/v1/tenants/{tenant}/restore", Tenant(P::TenantDelete)).audited(),
    Endpoint::new("leave_tenant", Post, "/v1/tenants/{tenant}/leave", Tenant(P::TenantRead)).audited(),
    Endpoint::new("get_tenant_security", Get, "/v1/tenants/{tenant}/security", Tenant(P::TenantRead)),
    Endpoint::new("update_tenant_security", Patch, "/v1/tenants/{tenant}/security", Tenant(P::TenantWrite))
        .audited(),
    Endpoint::new("list_members", Get, "/v1/tenants/{tenant}/members", Tenant(P::TenantRead)),
    Endpoint::new("update_member", Patch, "/v1/tenants/{tenant}/members/{user}", Tenant(P::MemberWrite))
        .audited(),
    Endpoint::new("remove_member", Delete, "/v1/tenants/{tenant}/members/{user}", Tenant(P::MemberWrite))
        .audited(),
    Endpoint::new("list_invites", Get, "/v1/tenants/{tenant}/invites", Tenant(P::TenantRead)),
    Endpoint::new("create_invite", Post, "/v1/tenants/{tenant}/invites", Tenant(P::MemberWrite))
        .idempotent()
        .audited(),
    Endpoint::new("revoke_invite", Delete, "/v1/tenants/{tenant}/invites/{invite}", Tenant(P::MemberWrite))
        .audited(),
    Endpoint::new("look_up_invite", Post, "/v1/invites/look-up", Anonymous).counted(Counted::Page),
    Endpoint::new("accept_invite", Post, "/v1/invites/accept", Account(P::AccountWrite)).audited(),
    Endpoint::new("list_roles", Get, "/v1/tenants/{tenant}/roles", Tenant(P::TenantRead)),
    Endpoint::new("create_role", Post, "/v1/tenants/{tenant}/roles", Tenant(P::RoleWrite))
        .idempotent()
        .audited(),
    Endpoint::new("update_role", Patch, "/v1/tenants/{tenant}/roles/{role}", Tenant(P::RoleWrite)).audited(),
    Endpoint::new("delete_role", Delete, "/v1/tenants/{tenant}/roles/{role}", Tenant(P::RoleWrite)).audited(),
    Endpoint::new("list_permissions", Get, "/v1/permissions", Account(P::AccountRead)),
    Endpoint::new("get_quotas", Get, "/v1/tenants/{tenant}/quotas", Tenant(P::TenantRead)),
    Endpoint::new("list_bindings", Get, "/v1/instances/{instance}/bindings", Tenant(P::TenantRead)),
    Endpoint::new("set_binding", Put, "/v1/instances/{instance}/bindings/{user}", Tenant(P::MemberWrite))
        .audited(),
    Endpoint::new(
        "remove_binding",
        Delete,
        "/v1/instances/{instance}/bindings/{user}",
        Tenant(P::MemberWrite),
    )
    .audited(),
    Endpoint::new("list_all_tenants", Get, "/v1/operator/tenants", Operator(P::OperatorRead)),
    Endpoint::new("set_quotas", Put, "/v1/operator/tenants/{tenant}/quotas", Operator(P::OperatorWrite))
        .audited(),
    Endpoint::new("list_all_users", Get, "/v1/operator/users", Operator(P::OperatorRead)),
    Endpoint::new("disable_user", Post, "/v1/operator/users/{user}/disable", Operator(P::OperatorWrite))
        .audited(),
    Endpoint::new("enable_user", Post, "/v1/operator/users/{user}/enable", Operator(P::OperatorWrite))
        .audited(),
];
