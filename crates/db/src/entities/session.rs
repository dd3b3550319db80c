//! Logins of browsers and of programs. Written by control::identity. The secret is never stored, only its SHA-256.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    /// SHA-256 of the cookie's secret, hex; unique. For a program's session, which has refresh tokens instead, a text that is no hash.
    pub secret_hash: String,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
    pub created_at: i64,
    /// At most a minute behind.
    pub last_used_at: i64,
    /// Slides with use, up to `ends_at`.
    pub expires_at: i64,
    /// `browser` or `program`.
    pub kind: String,
    /// What a program calls itself.
    pub client_name: Option<String>,
    /// How its holder was authenticated, such as `password totp`.
    pub factors: String,
    /// When the holder last proved who they are.
    pub authenticated_at: i64,
    /// The end that no use moves.
    pub ends_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
