//! What an instance is: the recipe ([`spec`]), the document the server sends to its node ([`document`]), what the node reports
//! back ([`report`]) and the public phase, a pure function of wish, intent and observed state ([`phase`]).

pub mod document;
pub mod phase;
pub mod report;
pub mod spec;

pub use document::{InstanceDocument, Wanted};
pub use phase::{Phase, PublicState, Wish};
pub use report::{ExitStatus, InstanceReport, ObservedState, Progress, SourceReport, TaskReport, TaskState};
pub use spec::{DriverKind, GitSource, InstanceSpec, PortSpec, Resources, Rootfs, Source, TaskMode, TaskSpec, Visibility};
