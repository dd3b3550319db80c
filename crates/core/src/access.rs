//! Who asks, and what roles may do. Pure: credentials are checked by the control plane, rows are loaded by `db`.

use serde::{Deserialize, Serialize};

/// What somebody may do. The text form is stable and stands in token scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    InstanceRead,
    /// Create, rename, change, start, stop, pause, delete.
    InstanceWrite,
    /// Terminals, exec, console input, private previews: to be inside.
    InstanceConnect,
    OperationRead,
    OperationWrite,
    TenantRead,
    TenantWrite,
    NodeRead,
    /// One's own sessions, tokens and sign-in links.
    AccountRead,
    AccountWrite,
}

impl Permission {
    pub const ALL: [Self; 10] = [
        Self::InstanceRead,
        Self::InstanceWrite,
        Self::InstanceConnect,
        Self::OperationRead,
        Self::OperationWrite,
        Self::TenantRead,
        Self::TenantWrite,
        Self::NodeRead,
        Self::AccountRead,
        Self::AccountWrite,
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
            Self::NodeRead => "node:read",
            Self::AccountRead => "account:read",
            Self::AccountWrite => "account:write",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text)
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
            P::InstanceConnect => matches!(self, Self::Owner | Self::Admin | Self::Member),
            P::InstanceWrite | P::OperationWrite => matches!(self, Self::Owner | Self::Admin | Self::Member),
            P::NodeRead => matches!(self, Self::Owner | Self::Admin | Self::Support),
            P::TenantWrite => matches!(self, Self::Owner | Self::Admin),
        }
    }
}
