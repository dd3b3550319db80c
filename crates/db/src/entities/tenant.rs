//! An organization, or the personal tenant of one user. Written by control::tenants.

use sea_orm::entity::prelude::*;
use stead_core::ids::TenantId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    /// The user whose personal tenant it is; unique.
    pub personal_of: Option<String>,
    pub created_at: i64,
    /// When its deletion was asked for: hidden since then.
    pub deleted_at: Option<i64>,
    /// When what it had was erased. The row stays, without a name: its id is never used again and its audit log stays checkable.
    pub erased_at: Option<i64>,
    /// Members without a second factor are admitted to nothing but enrolment.
    pub require_second_factor: bool,
    /// JSON list of networks in CIDR form that requests have to come from; empty: from anywhere.
    pub ip_allowlist: String,
}

impl Model {
    /// A tenant with no rules of its own.
    #[must_use]
    pub fn new(id: TenantId, name: impl Into<String>, personal_of: Option<String>, created_at: i64) -> Self {
        Self {
            id: id.to_string(),
            name: name.into(),
            personal_of,
            created_at,
            deleted_at: None,
            erased_at: None,
            require_second_factor: false,
            ip_allowlist: "[]".to_owned(),
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
