//! Wire types: the public API (`v1`), the problem body, and the protocol between server and node (`node`).
//!
//! Types here are what travels, nothing else: no IO, no database, no policy. Names of fields are the public contract.

#[cfg(feature = "client")]
pub mod client;
pub mod node;
pub mod problem;
pub mod v1;
