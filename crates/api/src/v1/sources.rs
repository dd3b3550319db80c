//! Signing in with others: sources of sign-in, and the accounts there that users have linked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Any OpenID Connect provider.
    Oidc,
    Github,
    Google,
    Gitlab,
    /// LDAP or Active Directory.
    Ldap,
}

impl SourceKind {
    pub const ALL: [Self; 5] = [Self::Oidc, Self::Github, Self::Google, Self::Gitlab, Self::Ldap];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Github => "github",
            Self::Google => "google",
            Self::Gitlab => "gitlab",
            Self::Ldap => "ldap",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Members of a group there get this role here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRole {
    /// As the source says it: a value of the claim of groups, or a group's DN.
    pub group: String,
    /// `admin`, `support`, `member`, `guest`, `owner`, or the id of one of the tenant's own roles.
    pub role: String,
}

/// A tenant's own source of sign-in. Secrets are never in it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignInSource {
    pub id: String,
    pub name: String,
    pub kind: SourceKind,
    pub enabled: bool,
    /// What is not secret, by name; which names there are depends on the kind.
    pub settings: BTreeMap<String, String>,
    /// Whether it has a client secret or a password to search with.
    pub has_secret: bool,
    /// What its people become in the tenant.
    pub role: String,
    /// Groups that give another role; the first that fits counts, at every sign-in.
    pub group_roles: Vec<GroupRole>,
    /// Their addresses have to be of one of these domains; empty means any.
    pub domains: Vec<String>,
    /// What the other side has to know: the address that it sends people back to. Absent for LDAP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// The page where the tenant's people sign in.
    pub sign_in_url: String,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "google", "name": "Acme", "settings": {"client_id": "stead", "client_secret": "a secret"}, "domains": ["acme.example"]}))]
pub struct CreateSignInSource {
    pub kind: SourceKind,
    /// 1 to 100 characters; stands on the button.
    pub name: String,
    /// `oidc`: issuer, client_id, client_secret, scopes, groups_claim, accept_unproven_email. `github`: client_id, client_secret,
    /// url. `google`: client_id, client_secret. `gitlab`: client_id, client_secret, issuer. `ldap`: url, start_tls, ca,
    /// bind_dn, bind_password, base_dn, user_filter, id_attribute, email_attribute, name_attribute, group_base_dn, group_filter.
    pub settings: BTreeMap<String, String>,
    /// What its people become in the tenant; `member` when absent. None that may do more than you.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub group_roles: Vec<GroupRole>,
    /// Needed for all kinds but `ldap`.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub domains: Vec<String>,
}

/// Settings hold secrets.
impl std::fmt::Debug for CreateSignInSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CreateSignInSource")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What is absent stays as it is.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Acme Corporation"}))]
pub struct UpdateSignInSource {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// All of them; a secret that is left out stays what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub group_roles: Option<Vec<GroupRole>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub domains: Option<Vec<String>>,
}

/// Settings hold secrets.
impl std::fmt::Debug for UpdateSignInSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("UpdateSignInSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An account elsewhere that one signs in with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LinkedIdentity {
    pub id: String,
    pub source_id: String,
    pub source_name: String,
    pub kind: SourceKind,
    /// The address of the account there, as it was said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuthMethodsQuery {
    /// Id of a tenant whose own sources are wanted, too.
    pub tenant: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user": "ada", "password": "a few unrelated words"}))]
pub struct DirectorySignIn {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for DirectorySignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DirectorySignIn").finish_non_exhaustive()
    }
}

/// An account in a directory, to be linked to the caller's own.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source": "src_01j9zz3kq8f7v9x2m4n5p6r7st", "user": "ada", "password": "a few unrelated words"}))]
pub struct LinkDirectory {
    /// Id of the source.
    pub source: String,
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for LinkDirectory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LinkDirectory").field("source", &self.source).finish_non_exhaustive()
    }
}
