//! What somebody without an account, or not signed in, asked for by an address, until it is worked off. Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// `sign_up`, `reset_password` or `magic_link`.
    pub kind: String,
    pub email: String,
    pub name: Option<String>,
    /// A PHC string.
    pub password_hash: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
