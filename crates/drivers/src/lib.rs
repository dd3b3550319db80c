//! How instances run on a machine: the implementations of [`stead_core::driver::Driver`] and the suite that holds them to it.
//!
//! [`oci`] is the embedded sandbox, [`sim`] a simulated machine for tests, demos and screenshots. Drivers report what they
//! observe and hold no wish; every call may be repeated.

pub mod conformance;
pub mod frames;
pub mod oci;
pub mod sim;

/// A driver as the node holds it.
pub type DynDriver = dyn stead_core::driver::Driver<stead_link::stream::ByteStream>;
