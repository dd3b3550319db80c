//! Instances against real databases of both kinds and the real engine, with a node that does what the test says.

mod every_step;
mod fake_node;
mod inside;
mod lifecycle;
pub(crate) mod world;
