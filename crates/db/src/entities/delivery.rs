//! Mails and calls of webhooks, with their attempts. Written by control::notifications; while one is being sent, by the server that holds its lease.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub notice_id: Option<String>,
    /// `mail` or `webhook`.
    pub channel: String,
    /// The kind of the notice, or the type of the event.
    pub kind: String,
    pub object: Option<String>,
    pub tenant_id: Option<String>,
    pub user_id: Option<String>,
    pub webhook_id: Option<String>,
    /// Of a mail.
    pub address: Option<String>,
    pub recipient: Option<String>,
    /// JSON of a webhook's event. Mails are rendered from the notice.
    pub body: Option<String>,
    /// `queued`, `held` (a mail without a mail server), `delivered` or `dead`.
    pub state: String,
    pub attempts: i64,
    pub due_at: i64,
    /// Useless afterwards.
    pub expires_at: Option<i64>,
    pub lease_owner: Option<String>,
    pub lease_until: i64,
    pub problem: Option<String>,
    /// JSON list of the newest attempts.
    pub attempts_log: String,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
