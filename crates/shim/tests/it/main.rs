//! The shim from the outside: its socket, its files and what survives.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test that uses them")]

mod client;
mod console;
mod fake;
mod life;
mod pipes;
mod protocol;
mod spawner;
mod terminals;
