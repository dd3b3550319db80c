//! Where a tenant's audit events are forwarded to, and how far that is. Written by control::audit.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_sinks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant_id: String,
    pub name: String,
    /// `syslog`, `syslog_tls` or `https`.
    pub kind: String,
    /// `host:port`, or a URL.
    pub address: String,
    /// Of the Authorization header, sealed under the tenant's key.
    pub sealed_token: Option<String>,
    pub created_by: String,
    pub created_at: i64,
    /// The next leaf to send.
    pub next_index: i64,
    pub delivered_at: Option<i64>,
    /// Failed deliveries since the last good one.
    pub failures: i64,
    pub last_failure: Option<String>,
    /// Not before this.
    pub retry_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
