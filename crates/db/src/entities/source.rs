//! A tenant's own source of sign-in. Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sources")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant_id: String,
    pub name: String,
    /// `oidc`, `github`, `google`, `gitlab` or `ldap`.
    pub kind: String,
    /// JSON object of texts: what the kind wants to know and is not secret.
    pub settings: String,
    /// The client's secret or the password of the searching account, sealed by the tenant's key.
    pub sealed_secret: Option<String>,
    /// What its people become in the tenant: a role's reference.
    pub role: String,
    /// JSON list of groups and the roles they give, the first that fits.
    pub group_roles: String,
    /// JSON list of the domains that addresses have to be of; empty means any.
    pub domains: String,
    pub enabled: bool,
    pub created_by: Option<String>,
    pub created_at: i64,
    /// Also the revision: what was begun before a change is void.
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
