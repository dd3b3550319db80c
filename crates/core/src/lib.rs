//! Domain words and pure decisions of Stead.
//!
//! Owns: typed ids, time, errors, the shape of instances and of the documents that travel between server and node, the
//! driver contract, and every decision that can be taken without IO (phases, operations, workspace configuration,
//! allocation, policy). Nothing here opens a file, a socket or a task; the only sources of time, ids and randomness are in
//! [`ambient`].

pub mod access;
pub mod ambient;
pub mod audit;
pub mod driver;
pub mod email;
pub mod error;
pub mod frame;
pub mod git_url;
pub mod ids;
pub mod instance;
pub mod names;
pub mod operation;
pub mod placement;
pub mod preview_host;
pub mod public_address;
pub mod quota;
pub mod rights;
pub mod time;
pub mod webhook_signature;
pub mod workspace_config;

pub use error::{Error, ErrorKind, Result};
pub use time::Timestamp;
