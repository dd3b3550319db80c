//! Instances.
mod exec;
mod input;
pub(crate) mod view;
