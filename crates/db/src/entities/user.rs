//! A person or machine account that can sign in. Written by control::identity.

use sea_orm::entity::prelude::*;
use stead_core::ids::UserId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    /// As it was given.
    pub email: Option<String>,
    pub created_at: i64,
    /// Runs the installation. Written by control::tenants (operators) and, for the first user, with the row.
    pub is_operator: bool,
    /// Since when an operator keeps them out. Written by control::tenants.
    pub disabled_at: Option<i64>,
    /// The address's key (`stead_core::email`): unique, what people are found by.
    pub email_key: Option<String>,
    /// Since when the address is known to be theirs.
    pub email_verified_at: Option<i64>,
    /// Grows with every change of password, address or factor: what was made for an older one is void.
    pub credential_version: i64,
    /// Since when they want their account gone.
    pub deleted_at: Option<i64>,
}

impl Model {
    /// Somebody without an address, who is no operator and not kept out.
    #[must_use]
    pub fn new(id: UserId, name: impl Into<String>, created_at: i64) -> Self {
        Self {
            id: id.to_string(),
            name: name.into(),
            email: None,
            created_at,
            is_operator: false,
            disabled_at: None,
            email_key: None,
            email_verified_at: None,
            credential_version: 0,
            deleted_at: None,
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
