//! Who asks, and what roles may do. Pure: credentials are checked by the control plane, rows are loaded by `db`.

use serde::{Deserialize, Serialize};

/// What somebody may do. The text form is stable and stands in token scopes and custom roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    InstanceRead,
    /// Create, rename, change, start, stop, pause, delete.
    InstanceWrite,
    /// Terminals, exec, console input, private previews: to be inside.
    InstanceConnect,
    OperationRead,
    OperationWrite,
    /// The tenant, its members, roles, invites and quotas.
    TenantRead,
    /// Rename it, change its security settings.
    TenantWrite,
    /// An archive of everything the tenant has.
    TenantExport,
    TenantDelete,
    /// Invite, remove, give roles.
    MemberWrite,
    /// Custom roles.
    RoleWrite,
    /// The tenant's own sources of sign-in.
    SsoRead,
    SsoWrite,
    AuditRead,
    /// Where audit events are forwarded to.
    AuditWrite,
    /// Names and versions; values are shown to nobody.
    SecretRead,
    SecretWrite,
    WebhookRead,
    WebhookWrite,
    NodeRead,
    /// One's own profile, sessions, tokens, factors, notifications.
    AccountRead,
    AccountWrite,
    /// The installation: all users and tenants. Given to users, never by a role.
    OperatorRead,
    OperatorWrite,
}

impl Permission {
    pub const ALL: [Self; 24] = [
        Self::InstanceRead,
        Self::InstanceWrite,
        Self::InstanceConnect,
        Self::OperationRead,
        Self::OperationWrite,
        Self::TenantRead,
        Self::TenantWrite,
        Self::TenantExport,
        Self::TenantDelete,
        Self::MemberWrite,
        Self::RoleWrite,
        Self::SsoRead,
        Self::SsoWrite,
        Self::AuditRead,
        Self::AuditWrite,
        Self::SecretRead,
        Self::SecretWrite,
        Self::WebhookRead,
        Self::WebhookWrite,
        Self::NodeRead,
        Self::AccountRead,
        Self::AccountWrite,
        Self::OperatorRead,
        Self::OperatorWrite,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InstanceRead => "instance:read",
            Self::InstanceWrite => "instance:write",
            Self::InstanceConnect => "instance:connect",
            Self::OperationRead => "operation:read",
            Self::OperationWrite => "operation:write",
            Self::TenantRead => "tenant:read",
            Self::TenantWrite => "tenant:write",
            Self::TenantExport => "tenant:export",
            Self::TenantDelete => "tenant:delete",
            Self::MemberWrite => "member:write",
            Self::RoleWrite => "role:write",
            Self::SsoRead => "sso:read",
            Self::SsoWrite => "sso:write",
            Self::AuditRead => "audit:read",
            Self::AuditWrite => "audit:write",
            Self::SecretRead => "secret:read",
            Self::SecretWrite => "secret:write",
            Self::WebhookRead => "webhook:read",
            Self::WebhookWrite => "webhook:write",
            Self::NodeRead => "node:read",
            Self::AccountRead => "account:read",
            Self::AccountWrite => "account:write",
            Self::OperatorRead => "operator:read",
            Self::OperatorWrite => "operator:write",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text)
    }

    /// Concerns the installation as a whole; no role gives it.
    #[must_use]
    pub const fn is_operators(self) -> bool {
        matches!(self, Self::OperatorRead | Self::OperatorWrite)
    }
}

/// A member's role in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Support,
    Member,
    Guest,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::Support, Self::Member, Self::Guest];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Support => "support",
            Self::Member => "member",
            Self::Guest => "guest",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The policy. A test writes it out as a matrix, so that a change is seen as a difference.
    #[must_use]
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::InstanceRead | P::OperationRead | P::TenantRead | P::AccountRead | P::AccountWrite => true,
            P::InstanceConnect | P::InstanceWrite | P::OperationWrite | P::SecretRead => {
                matches!(self, Self::Owner | Self::Admin | Self::Member)
            }
            P::NodeRead | P::AuditRead | P::WebhookRead | P::SsoRead => {
                matches!(self, Self::Owner | Self::Admin | Self::Support)
            }
            P::TenantWrite
            | P::TenantExport
            | P::MemberWrite
            | P::RoleWrite
            | P::SsoWrite
            | P::AuditWrite
            | P::SecretWrite
            | P::WebhookWrite => matches!(self, Self::Owner | Self::Admin),
            P::TenantDelete => matches!(self, Self::Owner),
            P::OperatorRead | P::OperatorWrite => false,
        }
    }
}
