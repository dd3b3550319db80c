//! A browser on its way to another source of sign-in and back. Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_flows")]
pub struct Model {
    /// SHA-256 of the state, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    /// SHA-256 of the secret in the browser's cookie, hex.
    pub browser_hash: String,
    /// A tenant's source or one of the installation.
    pub source_id: String,
    /// `updated_at` of the source; 0 for one of the installation.
    pub source_revision: i64,
    /// Who asked for their account to be linked; nobody when somebody signs in.
    pub link_user_id: Option<String>,
    /// Where the browser goes afterwards, on this server.
    pub return_to: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
