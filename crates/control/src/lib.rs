//! The application layer, one folder per domain. Domains call what each other's `mod.rs` exports; HTTP and the binary call
//! [`Control`].

pub mod attempts;
pub mod audit;
mod control;
pub mod data_rights;
pub mod engine;
pub mod events;
pub mod idempotency;
pub mod identity;
pub mod instances;
pub mod keys;
pub mod nodes;
pub mod notifications;
pub mod operations;
pub mod outbound;
pub mod secrets;
pub mod tenants;
pub mod uploads;

pub use control::{Control, ControlSettings};
pub use idempotency::{Idempotency, Mutation};
pub use identity::{Admission, Caller, Operator, Presented, ProgramTokens, RequestInfo, SignedIn};
pub use keys::{Keys, MasterKeySettings, Owner};
pub use stead_db::{Credential, TenantScope};
