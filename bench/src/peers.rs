//! What Stead is measured against.

pub(crate) mod crun;
pub(crate) mod docker;
