//! The agent: one per machine. It keeps the server's documents in its ledger, brings instances to what they want through the
//! drivers, and reports what it sees. It boots and works without the server; ending it ends no instance.

pub mod agent;
mod http;
pub mod ledger;
mod machine;
pub mod reconcile;
pub mod reports;
mod sampler;
mod secrets;
pub mod uploads;

pub use agent::{Node, NodeConfig};

/// A driver as the node holds it.
pub type DynDriver = dyn stead_core::driver::Driver<stead_link::ByteStream>;
