//! The shim from the outside: its socket, its files and what survives.

mod client;
mod console;
mod fake;
mod life;
mod pipes;
mod protocol;
mod spawner;
mod terminals;
