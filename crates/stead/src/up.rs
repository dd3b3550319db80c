//! Stead put together: database, control plane, node, HTTP, previews.
//!
//! [`Stead::assemble`] starts server and node in this process, joined by an in-process pipe; [`serve`] answers on a socket. What
//! belongs to the data directory is guarded by [`lock::DataDirLock`], so that two processes never write one database.

pub mod bootstrap;
pub mod listen;
pub mod lock;
pub mod spawner;
