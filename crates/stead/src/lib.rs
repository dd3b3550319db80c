//! Wiring of the `stead` binary: configuration, the command line, and the parts put together as server and node.

pub mod cli;
pub mod config;
pub mod credentials;
pub mod output;
pub mod session_tokens;
pub mod up;
