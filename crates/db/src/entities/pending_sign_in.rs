//! Sign-ins whose first factor was shown and whose second is awaited. Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pending_sign_ins")]
pub struct Model {
    /// SHA-256 of the secret, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub secret_hash: String,
    pub user_id: String,
    /// The one that was shown.
    pub factor: String,
    /// Second factors that were shown so far.
    pub tries: i64,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
