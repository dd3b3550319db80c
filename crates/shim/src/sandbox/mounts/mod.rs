//! The inside's file tree. The parent opens what only it may reach as detached mounts ([`tree::Tree`], gathered in
//! [`sources::Sources`]); the child puts them in place inside its own mount namespace, where everything else happens. Nothing is
//! ever mounted in the host's namespace, so nothing has to be unmounted there.

mod etc;
mod host;
mod image;
mod proc;
mod root;
mod sources;
mod tree;
mod volume;

pub use etc::prepare_etc;
pub(crate) use root::build;
pub(crate) use sources::Sources;
