//! Who did what. Appended in the transaction of the change, never altered: the database itself refuses it, but for forgetting texts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub at: i64,
    pub tenant_id: Option<String>,
    /// The user; absent: Stead itself.
    pub actor: Option<String>,
    /// The session or token used.
    pub credential: Option<String>,
    /// Such as `instance.create`.
    pub action: String,
    pub object: Option<String>,
    /// JSON; never a secret. Forgotten when the tenant is erased.
    pub detail: Option<String>,
    pub request_id: Option<String>,
    /// The tenant's id, or `installation`.
    pub tree: Option<String>,
    /// Place among the leaves of the tree, from 0.
    pub leaf_index: Option<i64>,
    /// RFC 6962 leaf hash of what the row says.
    pub leaf_hash: Option<String>,
    /// Salts the digests. Forgotten when the tenant is erased.
    pub salt: Option<String>,
    pub detail_digest: Option<String>,
    /// Where the actor acted from, sealed under the actor's key; JSON in rows from before there were keys.
    pub personal: Option<String>,
    pub personal_digest: Option<String>,
    /// The user whom `about` is about.
    pub subject: Option<String>,
    /// Names and addresses of the subject, sealed under the subject's key.
    pub about: Option<String>,
    pub about_digest: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
