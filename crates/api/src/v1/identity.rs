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
#[schema(example = json!({"name": "deploy", "scopes": ["account:write"], "expires_in_days": 90}))]
#[serde(deny_unknown_fields)]
pub struct CreateApiToken {
    pub name: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Without this and `expires_at` it never expires, which needs an authentication of the last ten minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
    /// A date (to its end, UTC) or a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// The only answer that carries the secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedApiToken {
    pub token: ApiToken,
    /// `stead_…`; not shown again.
    pub secret: String,
}

/// A set of public keys (RFC 7517).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeySet {
    pub keys: Vec<PublicKey>,
}

/// An Ed25519 key (RFC 8037).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublicKey {
    pub kty: String,
    pub crv: String,
    pub alg: String,
    #[serde(rename = "use")]
    pub usage: String,
    pub kid: String,
    pub x: String,
}

/// Asks for tokens: by a refresh token, or by a device's code (RFC 6749 and 8628). As JSON or as a form.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"grant_type": "refresh_token", "refresh_token": "nothing"}))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// `refresh_token` or `urn:ietf:params:oauth:grant-type:device_code`.
    pub grant_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_code: Option<String>,
    /// Taken, as OAuth clients send it; not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TokenRequest").field("grant_type", &self.grant_type).finish_non_exhaustive()
    }
}

/// Tokens of a program's session.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenAnswer {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
    /// For the next exchange. Using it makes it worthless; repeating that within 30 seconds gives the same answer.
    pub refresh_token: String,
    pub session_id: String,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TokenAnswer").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"client_name": "stead on laptop"}))]
#[serde(deny_unknown_fields)]
pub struct BeginDevice {
    /// Shown to whoever approves.
    pub client_name: String,
}

/// What a device shows and polls with (RFC 8628 section 3.2).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceCodes {
    /// Kept by the device.
    pub device_code: String,
    /// Shown, such as `BCDF-GHJK`.
    pub user_code: String,
    /// Where it is typed.
    pub verification_uri: String,
    pub verification_uri_complete: String,
    /// Seconds.
    pub expires_in: u64,
    /// Seconds between two polls.
    pub interval: u64,
}

impl std::fmt::Debug for DeviceCodes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DeviceCodes").field("user_code", &self.user_code).finish_non_exhaustive()
    }
}

/// A device that waits to be signed in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceRequest {
    pub user_code: String,
    /// What it calls itself.
    pub client_name: String,
    pub ip: Option<String>,
    /// What the address says about itself: `this machine`, `private network`, `internet` or `unknown`.
    pub network: String,
    pub user_agent: Option<String>,
    pub created_at: String,
    pub expires_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"purpose": "stream_console", "object": "shop"}))]
#[serde(deny_unknown_fields)]
pub struct CreateIntent {
    /// The operation it is for, by its `operationId`: a WebSocket or a download.
    pub purpose: String,
    /// What stands in the last `{…}` of the operation's address.
    pub object: String,
}

/// For `?intent=`, once, within a minute.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedIntent {
    pub token: String,
    pub expires_at: String,
}

impl std::fmt::Debug for CreatedIntent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreatedIntent").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
