//! An account elsewhere that a user signs in with. Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: String,
    pub source_id: String,
    /// Whose source it is; nobody's for one of the installation.
    pub tenant_id: Option<String>,
    /// Who names the subject. With it, a source that is pointed elsewhere lets nobody into another's account.
    pub issuer: String,
    /// The account there, by the name that never changes.
    pub subject: String,
    /// As it was said there last.
    pub email: Option<String>,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
