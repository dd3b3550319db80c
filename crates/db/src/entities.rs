//! One file per table: the row as Rust sees it. All rows are made and read by the query modules of this crate; outside it a row is
//! data only, since nothing outside can reach a connection.
//!
//! Portable subset: ids and JSON are TEXT, times are microseconds in BIGINT, sizes are bytes in BIGINT.

pub mod account_request;
pub mod api_token;
pub mod attempt_counter;
pub mod audit_checkpoint;
pub mod audit_event;
pub mod audit_sink;
pub mod audit_tree;
pub mod data_key;
pub mod delivery;
pub mod device_request;
pub mod event;
pub mod export;
pub mod idempotency_key;
pub mod identity;
pub mod inbox_item;
pub mod installation_value;
pub mod instance;
pub mod instance_binding;
pub mod instance_port;
pub mod intent;
pub mod invite;
pub mod known_device;
pub mod mail_link;
pub mod master_key;
pub mod membership;
pub mod node;
pub mod notice;
pub mod notification_preference;
pub mod operation;
pub mod operation_log;
pub mod passkey;
pub mod passkey_ceremony;
pub mod password;
pub mod pending_sign_in;
pub mod preview_session;
pub mod preview_ticket;
pub mod recovery_code;
pub mod refresh_token;
pub mod revocation;
pub mod role;
pub mod secret;
pub mod secret_version;
pub mod session;
pub mod sign_in_link;
pub mod signing_key;
pub mod source;
pub mod source_flow;
pub mod tenant;
pub mod tenant_quota;
pub mod totp;
pub mod upload;
pub mod user;
pub mod webhook;
