//! What an instance is: the recipe ([`spec`]), the document the server sends to its node ([`document`]), what the node reports
//! back ([`report`]) and the public phase, a pure function of wish, intent and observed state ([`phase`]).

pub mod document;
pub mod phase;
pub mod report;
pub mod rules;
pub mod secrets;
pub mod spec;

pub use document::{InstanceDocument, Wanted};
pub use phase::{Action, Cause, Circumstances, Phase, PublicState, Underway, Wish, public_state};
pub use report::{ExitStatus, InstanceReport, ObservedState, Progress, SourceReport, TaskReport, TaskState};
pub use secrets::InstanceSecrets;
pub use spec::{
    DriverKind, GitSource, InstanceSpec, PortSpec, Resources, Rootfs, Source, TaskMode, TaskSpec, Visibility,
};
