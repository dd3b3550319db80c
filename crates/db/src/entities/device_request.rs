//! Requests of devices to be signed in by somebody with a browser (RFC 8628). Written by control::identity.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_requests")]
pub struct Model {
    /// SHA-256 of the device's code, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_code_hash: String,
    /// SHA-256 of the code that is shown, hex; unique.
    pub user_code_hash: String,
    /// What the device calls itself.
    pub client_name: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// `pending`, `approved` or `denied`.
    pub state: String,
    /// Who approved.
    pub user_id: Option<String>,
    /// How who approved was authenticated.
    pub factors: Option<String>,
    /// Between two polls, at least.
    pub interval_seconds: i64,
    pub polled_at: Option<i64>,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
