//! What handlers ask of a request: who asks, in which tenant, with what input. Every rejection is a problem body.

pub mod caller;
pub mod input;
pub mod mutation;
pub mod path;

pub use caller::{AsOperator, InTenant, OnAccount};
pub use input::{JsonBody, JsonOrForm, QueryOf, Wait};
pub use mutation::{Command, IfMatch};
pub use path::{Ref, RefPair};
