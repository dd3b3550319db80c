//! Stead put together: database, control plane, node, HTTP, previews.
//!
//! [`assemble::Stead`] is server and node in this process, joined by an in-process pipe. What belongs to the data directory is
//! guarded by [`lock::DataDirLock`], so that two processes never write one database.

pub mod agent;
pub mod assemble;
pub mod lock;
pub mod logging;
pub mod owner;
pub mod remote;
pub mod settings;
pub mod spawner;
