//! Links that were mailed. Written by control::identity. The secret is never stored, only its SHA-256.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub secret_hash: String,
    pub user_id: String,
    /// What it may be used for: `verify_email`, `reset_password`, `magic_link` or `confirm_email`.
    pub purpose: String,
    /// Where it was sent, as given: whoever has the link reads mail there.
    pub email: String,
    /// A PHC string: the password chosen in the sign-up that the link confirms.
    pub password_hash: Option<String>,
    /// It is void when the user has another one.
    pub credential_version: i64,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
