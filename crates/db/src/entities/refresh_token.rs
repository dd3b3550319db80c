//! Refresh tokens of programs' sessions; a session is their family. Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    /// SHA-256 of the token, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub secret_hash: String,
    pub session_id: String,
    /// Hash of the token it came from.
    pub parent: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
    /// When it was exchanged.
    pub used_at: Option<i64>,
    /// The token it was exchanged for, sealed under itself; only its holder can open it.
    pub successor: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
