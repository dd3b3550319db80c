//! Tenants: members, invitations, roles, quotas, rules of security, and what operators see of all of them.
//!
//! A role is named by its reference: `owner`, `admin`, `support`, `member`, `guest`, or the id of one that the tenant made.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::identity::{CustomRole, Role, User};

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Analytical Engines"}))]
#[serde(deny_unknown_fields)]
pub struct CreateTenant {
    /// 1 to 100 characters.
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Analytical Engines"}))]
#[serde(deny_unknown_fields)]
pub struct UpdateTenant {
    /// 1 to 100 characters.
    pub name: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TenantsQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Those whose deletion was asked for, instead of the others.
    pub deleted: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"role": "member"}))]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    /// Reference of a role.
    pub role: String,
}

/// An invitation that is still open.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Invite {
    pub id: String,
    /// The mailbox it is bound to; absent when anybody with the link may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role: Option<CustomRole>,
    /// Name of who invites.
    pub invited_by: String,
    pub created_at: String,
    pub expires_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"email": "ada@example.com", "role": "member"}))]
#[serde(deny_unknown_fields)]
pub struct CreateInvite {
    /// Only an account with this confirmed address can accept.
    pub email: Option<String>,
    /// Instead of an address: a link that whoever has it can use, once.
    #[serde(default)]
    pub link: bool,
    /// Reference of a role.
    pub role: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedInvite {
    pub invite: Invite,
    /// The link; shown this once and absent in a repeated answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"token": "nothing"}))]
#[serde(deny_unknown_fields)]
pub struct InviteToken {
    /// The text after `#` in the link.
    pub token: String,
}

/// What an invitation offers, to whoever has its link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InviteOffer {
    /// Name of the tenant.
    pub tenant: String,
    pub invited_by: String,
    /// Name of the role.
    pub role: String,
    /// The address it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub expires_at: String,
}

/// A role that can be given in a tenant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoleDefinition {
    /// Its reference: what `role` in requests takes.
    pub id: String,
    pub name: String,
    pub built_in: bool,
    /// Such as `instance:write`.
    pub permissions: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Deployer", "permissions": ["instance:read", "instance:write"]}))]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    /// 1 to 100 characters; not a built-in role's.
    pub name: String,
    pub permissions: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"permissions": ["instance:read"]}))]
#[serde(deny_unknown_fields)]
pub struct UpdateRole {
    pub name: Option<String>,
    pub permissions: Option<Vec<String>>,
}

/// A permission, and the built-in roles that have it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PermissionInfo {
    /// Such as `instance:write`.
    pub key: String,
    pub roles: Vec<Role>,
    /// A binding on a single instance can give it.
    pub per_instance: bool,
    /// Concerns the installation: no role gives it.
    pub operators_only: bool,
}

/// What a member may do on one instance beyond their role in the tenant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Binding {
    pub user: User,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role: Option<CustomRole>,
    pub since: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"role": "member"}))]
#[serde(deny_unknown_fields)]
pub struct SetBinding {
    /// Reference of a role.
    pub role: String,
}

/// One thing that is limited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quota {
    /// `instances`, `cpu_millis`, `memory_bytes`, `disk_bytes` or `members` (open invitations count).
    pub what: String,
    pub used: u64,
    pub limit: u64,
    /// An operator said so; else it is the installation's default.
    pub set: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Quotas {
    pub items: Vec<Quota>,
}

/// What is absent gets the installation's default.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"instances": 20, "members": 10}))]
#[serde(deny_unknown_fields)]
pub struct SetQuotas {
    pub instances: Option<u64>,
    /// Thousandths of a CPU core.
    pub cpu_millis: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub disk_bytes: Option<u64>,
    pub members: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenantSecurity {
    /// Members without a second factor are admitted to nothing but enrolment.
    pub require_second_factor: bool,
    /// Networks in CIDR form that requests have to come from; empty: from anywhere.
    pub ip_allowlist: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"ip_allowlist": ["127.0.0.0/8", "10.1.0.0/16"]}))]
#[serde(deny_unknown_fields)]
pub struct UpdateTenantSecurity {
    pub require_second_factor: Option<bool>,
    /// At most 100 networks.
    pub ip_allowlist: Option<Vec<String>>,
    /// Do it although the caller's own address is not in the list.
    #[serde(default)]
    pub lock_me_out: bool,
}

/// A tenant as operators see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OperatorTenant {
    pub id: String,
    pub name: String,
    pub personal: bool,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<String>,
    pub quotas: Vec<Quota>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OperatorTenantsQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Part of the name, or an id.
    pub q: Option<String>,
    pub deleted: Option<bool>,
    pub personal: Option<bool>,
}

/// A user as operators see them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OperatorUser {
    pub user: User,
    /// Runs the installation.
    pub operator: bool,
    /// Since when an operator keeps them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OperatorUsersQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Part of the name or of the address, or an id.
    pub q: Option<String>,
    pub operator: Option<bool>,
    pub disabled: Option<bool>,
}
