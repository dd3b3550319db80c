//! The only user of the database.
//!
//! Owns: tables ([`entities`]), migrations, and every query, one module per noun. Nothing outside can reach a connection: a query
//! is a function of this crate that takes a scope or an open transaction of one.
//!
//! * [`TenantScope`]: a member acting in a tenant. Made only by loading the membership ([`Db::tenant_scope`]); its queries see that
//!   tenant alone.
//! * [`SystemScope`]: Stead itself (engine, reconcilers, node reports), with a reason. Its queries name the tenant they mean.
//! * [`Tx`]: an open write transaction of a scope ([`TenantScope::transaction`]). It carries what happens on commit: rows of the
//!   change feed, and nudges for those who wait in this process.
//!
//! SQLite has one writing connection and several readers; PostgreSQL runs write transactions SERIALIZABLE and repeats those that
//! lost a race, so both databases give code the same promise. What differs between them stands in `dialect` and nowhere else.

mod connection;
mod dialect;
pub mod entities;
mod failure;
mod migrations;
mod nudge;
mod scope;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transaction;
mod turns;

pub mod account_requests;
pub mod attempts;
pub mod audit;
pub mod data_keys;
pub mod device_requests;
pub mod events;
pub mod exports;
pub mod factors;
pub mod idempotency_keys;
pub mod identities;
pub mod inbox;
pub mod installation_values;
pub mod instances;
pub mod intents;
pub mod invites;
pub mod known_devices;
pub mod mail_links;
pub mod master_keys;
pub mod members;
pub mod nodes;
pub mod operations;
pub mod outbox;
pub mod page;
pub mod passwords;
pub mod pending_sign_ins;
pub mod previews;
pub mod quotas;
pub mod refresh_tokens;
pub mod revocations;
pub mod roles;
pub mod sealed_columns;
pub mod secrets;
pub mod sessions;
pub mod sign_in_links;
pub mod signing_keys;
pub mod sources;
pub mod tenants;
pub mod tokens;
pub mod uploads;
pub mod users;
pub mod webhooks;

pub use connection::{Db, Target};
pub use nudge::Nudge;
pub use scope::{Access, Actor, Credential, Scope, SystemAccess, SystemScope, TenantAccess, TenantScope};
pub use transaction::{Changed, Tx};
