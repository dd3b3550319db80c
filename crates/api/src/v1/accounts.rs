//! One's own account: signing up and in, passwords, addresses, links in mails.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Everybody who can read mail at some address.
    Open,
    /// Whoever was invited into a tenant.
    Invited,
    /// Nobody: operators make accounts.
    Closed,
}

/// The ways in that this server offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthMethods {
    pub sign_up: SignUp,
    pub password: bool,
    /// Links by mail.
    pub magic_link: bool,
    pub passkeys: bool,
    /// Accounts elsewhere.
    pub sources: Vec<AuthSource>,
}

/// An account elsewhere that one can sign in with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuthSource {
    pub id: String,
    pub name: String,
    /// Such as `oidc`, `github` or `ldap`.
    pub kind: String,
    /// Where the browser goes to begin.
    pub begin_url: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Ada", "email": "ada@example.org", "password": "a few unrelated words"}))]
#[serde(deny_unknown_fields)]
pub struct SignUpRequest {
    pub name: String,
    pub email: String,
    /// 12 to 256 characters.
    pub password: String,
    /// The secret of an invitation; needed where sign-up is for the invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"email": "nobody@example.org", "password": "a few unrelated words"}))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    pub email: String,
    pub password: String,
}

/// Where a mail is wanted.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"email": "ada@example.org"}))]
#[serde(deny_unknown_fields)]
pub struct MailRequest {
    pub email: String,
}

/// The secret of a link in a mail.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"token": "nothing"}))]
#[serde(deny_unknown_fields)]
pub struct MailToken {
    /// The text after `#` in the link.
    pub token: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"token": "nothing", "password": "a few unrelated words"}))]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The text after `#` in the link.
    pub token: String,
    /// 12 to 256 characters.
    pub password: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Ada Lovelace"}))]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    pub name: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"new": "a few unrelated words"}))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present one; needed when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// 12 to 256 characters.
    pub new: String,
}

macro_rules! debug_without_secrets {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

debug_without_secrets!(SignUpRequest, SignInRequest, MailRequest, MailToken, ResetPassword, ChangePassword);
