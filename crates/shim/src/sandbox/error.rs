//! What can go wrong with a sandbox, by the step that failed. Crosses from the forked child to its parent as JSON.

use std::io;

use serde::{Deserialize, Serialize};
use stead_core::error::{Error, ErrorKind};

pub type Result<T, E = SandboxError> = std::result::Result<T, E>;

/// The step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The spec itself is wrong.
    Spec,
    Volume,
    Etc,
    Namespaces,
    IdMap,
    ControlGroup,
    Network,
    RootMount,
    Overlay,
    Devices,
    Proc,
    Hardening,
    SystemCallFilter,
    Init,
    User,
    Spawn,
    Signal,
    Freeze,
    Usage,
    Dial,
    /// The instance is frozen: thaw it first.
    Frozen,
    /// PID 1 is gone, and with it every process.
    Ended,
    Cleanup,
}

/// A failed step: what was being done and what the kernel said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{doing}: {cause}")]
pub struct SandboxError {
    pub stage: Stage,
    /// Such as "mounting the overlay".
    pub doing: String,
    /// The kernel's words, or ours when the kernel was not asked.
    pub cause: String,
    pub errno: Option<i32>,
}

impl SandboxError {
    pub fn new(stage: Stage, doing: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { stage, doing: doing.into(), cause: cause.into(), errno: None }
    }

    pub fn io(stage: Stage, doing: impl Into<String>, error: &io::Error) -> Self {
        let errno = error.raw_os_error();
        Self { stage, doing: doing.into(), cause: error.to_string(), errno }
    }

    /// What the operator can do, where the errno tells.
    fn next_step(&self) -> Option<&'static str> {
        match (self.stage, self.errno) {
            (Stage::Namespaces, Some(libc::EPERM | libc::ENOSPC | libc::EINVAL)) => Some(
                "Allow user namespaces on the node (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, \
                 kernel.apparmor_restrict_unprivileged_userns) or run Stead as root.",
            ),
            (Stage::IdMap, Some(libc::EPERM)) => Some("Run Stead as root to use a range of user ids."),
            (Stage::IdMap, Some(libc::EINVAL)) => {
                Some("Put Stead's data on ext4, xfs, btrfs or tmpfs and use a kernel of 5.19 or newer.")
            }
            (Stage::Network, Some(libc::ENODEV)) => {
                Some("The bridge is missing; restart the node so that it makes it again.")
            }
            (Stage::Spawn, Some(libc::EAGAIN)) => {
                Some("End some of its processes, restart it, or raise its process limit.")
            }
            (Stage::Spawn, Some(libc::ENOENT)) => Some("Check the program's name and the instance's PATH."),
            (Stage::Frozen, _) => Some("Resume the instance first."),
            (Stage::Dial, _) => Some("Start the server inside, or check the port."),
            (Stage::ControlGroup, Some(libc::EACCES | libc::EPERM)) => Some(
                "Delegate a control group to Stead (Delegate=yes in its systemd unit) or run it as root.",
            ),
            _ => None,
        }
    }
}

impl From<SandboxError> for Error {
    fn from(failure: SandboxError) -> Self {
        let (kind, code) = match failure.stage {
            Stage::Spec => (ErrorKind::InvalidInput, "sandbox_spec_invalid"),
            Stage::User => (ErrorKind::InvalidInput, "user_unknown"),
            Stage::Spawn => match failure.errno {
                Some(libc::EAGAIN) => (ErrorKind::QuotaExceeded, "process_limit_reached"),
                _ => (ErrorKind::InvalidInput, "process_not_started"),
            },
            Stage::Signal => (ErrorKind::InvalidInput, "signal_refused"),
            Stage::Frozen => (ErrorKind::Conflict, "instance_paused"),
            Stage::Ended => (ErrorKind::Conflict, "instance_not_running"),
            Stage::Dial => (ErrorKind::Unavailable, "port_not_reachable"),
            _ => (ErrorKind::Internal, "sandbox_failed"),
        };
        let message = format!("The sandbox failed while {}: {}.", failure.doing, failure.cause);
        let error = Self::new(kind, code, message);
        match failure.next_step() {
            Some(next_step) => error.next_step(next_step),
            None => error,
        }
    }
}

/// Names the step for failures of the system.
pub(crate) trait During<T> {
    fn during(self, stage: Stage, doing: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<io::Error>> During<T> for std::result::Result<T, E> {
    fn during(self, stage: Stage, doing: impl Into<String>) -> Result<T> {
        self.map_err(|error| SandboxError::io(stage, doing, &error.into()))
    }
}
