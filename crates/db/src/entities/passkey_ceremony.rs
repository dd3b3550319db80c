//! Passkey registrations and authentications that have begun. The secret is never stored, only its SHA-256. Written by control::identity::factors.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremonies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub secret_hash: String,
    /// Whom it is for; nobody yet for who signs in.
    pub user_id: Option<String>,
    /// `register`, `sign_in` or `prove`.
    pub kind: String,
    /// JSON of webauthn-rs, sealed under the installation's key.
    pub sealed_state: String,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
