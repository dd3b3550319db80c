//! The small process beside each instance: it holds the instance's terminals, console and exit status, so that the agent may come
//! and go. Synchronous and single-threaded on purpose: it forks, and it must stay small.
//!
//! Owns the spawner, the shim, its socket protocol and, in [`sandbox`], the isolation itself.

pub mod console;
mod process;
pub mod protocol;
pub mod sandbox;
pub mod shim;
pub mod spawner;
mod terminal;

pub use spawner::spawner_main;
