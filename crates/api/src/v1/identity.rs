//! Who is signed in: users, tenants, sessions, API tokens, one-time sign-in links.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Support,
    Member,
    Guest,
    /// One that the tenant made for itself; `custom_role` says which.
    Custom,
}

/// A role that a tenant made for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomRole {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    /// Whether the address is known to be theirs.
    pub email_verified: bool,
    pub created_at: String,
}

/// A tenant, seen by one of its members.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Tenant {
    pub id: String,
    pub name: String,
    /// The one that belongs to a user alone.
    pub personal: bool,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role: Option<CustomRole>,
    pub created_at: String,
    /// When its deletion was asked for; such tenants are only shown to be restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<String>,
    /// When everything in it is erased for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_after: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Member {
    pub user: User,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role: Option<CustomRole>,
    pub since: String,
}

/// The caller. `tenant` is the one that requests act in: the header `Stead-Tenant`, else the personal one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub user: User,
    pub tenant: Tenant,
    pub tenants: Vec<Tenant>,
    /// What the caller may do in `tenant`, such as `instance:write`.
    pub permissions: Vec<String>,
    /// Present when a session cookie was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

/// What a first factor leads to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one per request, and it is written at once")]
pub enum SignInAnswer {
    /// `Set-Cookie` carries the session.
    SignedIn { me: Me },
    /// A second factor has to follow within ten minutes.
    SecondFactor {
        /// Shown again with the second factor.
        pending: String,
        /// `totp`, `recovery_code`, `passkey`: those that the user has.
        methods: Vec<String>,
    },
}

/// Exchanges a one-time sign-in link for a session cookie.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"token": "nothing"}))]
#[serde(deny_unknown_fields)]
pub struct SignInWithLink {
    /// The text after `#` in the link.
    pub token: String,
}

/// A link that signs its holder in once, as the user who asked for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignInLink {
    pub url: String,
    pub expires_at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A browser with a cookie.
    Browser,
    /// A program with refresh tokens, such as `stead login`.
    Program,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub id: String,
    pub kind: SessionKind,
    /// Such as `Firefox on Linux`; what a program calls itself.
    pub device: String,
    pub user_agent: Option<String>,
    /// Where it began. Stead has no database of places: the address is the place.
    pub ip: Option<String>,
    /// What the address says about itself: `this machine`, `private network`, `internet` or `unknown`.
    pub network: String,
    /// How its holder was authenticated: `link`, `password`, `totp` and so on.
    pub factors: Vec<String>,
    pub created_at: String,
    pub last_used_at: String,
    /// Moves with use, up to 180 days after the beginning.
    pub expires_at: String,
    /// The one that asks.
    pub current: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ApiToken {
    pub id: String,
    pub name: String,
    /// First characters, to recognise it by.
    pub hint: String,
    /// Permissions it is limited to; empty: all of its owner's.
    pub scopes: Vec<String>,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "deploy", "scopes": ["account:write"]}))]
#[serde(deny_unknown_fields)]
pub struct CreateApiToken {
    pub name: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Days; absent: never expires.
    pub expires_in_days: Option<u32>,
}

/// The only answer that carries the secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedApiToken {
    pub token: ApiToken,
    /// `stead_…`; not shown again.
    pub secret: String,
}
