//! Addresses that are told of a tenant's events. Written by control::notifications.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant_id: String,
    pub name: String,
    /// `standard`, `discord` or `slack`.
    pub kind: String,
    /// The address without what may be a secret in it.
    pub address_shown: String,
    /// JSON list of event types and of beginnings such as `instance.*`; empty means all.
    pub events: String,
    /// JSON with the address and the signing secrets, sealed by the tenant's key.
    pub sealed_config: String,
    /// Until then the secret of before signs too.
    pub previous_secret_until: Option<i64>,
    pub enabled: bool,
    /// Why it was switched off by Stead.
    pub disabled_reason: Option<String>,
    /// Since when no delivery succeeded.
    pub failing_since: Option<i64>,
    pub last_success_at: Option<i64>,
    /// The other side asked for quiet until then; 0 when it did not.
    pub paused_until: i64,
    pub created_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
