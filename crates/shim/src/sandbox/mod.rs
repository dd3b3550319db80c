//! The isolation of one run: a process tree in its own user, mount, PID, IPC, UTS, network and control-group namespaces, with
//! limits, a read-only or layered root, a system-call filter and a PID 1 of our own.
//!
//! Owns everything between a [`SandboxSpec`] and a running [`Sandbox`]. Synchronous, without a runtime and meant for a
//! single-threaded process: [`launch`] forks without exec, so no other thread may hold a lock at that moment.
//! Only the shim of the instance calls it. Nothing is written outside the instance's volume, its control groups and its network
//! interface; mounts exist only inside the instance's mount namespace and vanish with it.

mod capabilities;
mod cgroup;
mod child;
mod error;
mod idmap;
mod init;
mod launch;
mod listening;
mod mounts;
mod netlink;
mod network;
mod protocol;
mod running;
mod seccomp;
mod spec;

use std::collections::BTreeMap;
use std::os::fd::{BorrowedFd, OwnedFd};

use serde::{Deserialize, Serialize};

pub use error::{Result, SandboxError, Stage};
pub use launch::{control_groups_available, launch};
pub use mounts::prepare_etc;
pub use running::{Sandbox, remove_left_overs};
pub use seccomp::prepare as prepare_filters;
pub use spec::{
    ExtraMount, HOST_USER, HOST_USER_ID, IdsSpec, NetworkSpec, RootfsSpec, SandboxSpec, VolumeSpec,
};
use stead_core::driver::Usage;
use stead_core::instance::Resources;

/// Where a process's standard streams go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stdio {
    /// A PTY of the instance's own devpts, which becomes the controlling terminal: [`Spawned::master`].
    Terminal { columns: u16, rows: u16 },
    /// Three pipes: [`Spawned::stdin`], [`Spawned::stdout`], [`Spawned::stderr`].
    Pipes,
    /// One pipe with output and errors in their order: [`Spawned::stdout`]. With `input` also [`Spawned::stdin`], else the
    /// process reads `/dev/null`.
    Merged { input: bool },
}

/// A process to start inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRequest {
    /// The program and its arguments; a program without a slash is looked up in the process's `PATH`.
    pub argv: Vec<String>,
    /// Added to the instance's environment; wins over it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Absolute. Absent: `/workspace` (for the main process [`SandboxSpec::working_directory`]). When it does not exist or may
    /// not be entered the home directory is used, then `/`.
    #[serde(default)]
    pub working_directory: Option<String>,
    /// User name or `uid[:gid]` inside; [`SandboxSpec::user`] when absent.
    #[serde(default)]
    pub user: Option<String>,
    pub stdio: Stdio,
}

/// A process that has been started: its program is already executing. The descriptors are non-blocking and close-on-exec.
#[derive(Debug)]
pub struct Spawned {
    /// The process id as the inside sees it; names the process in every other call. It leads its own session and group.
    pub pid: i32,
    pub master: Option<OwnedFd>,
    pub stdin: Option<OwnedFd>,
    pub stdout: Option<OwnedFd>,
    pub stderr: Option<OwnedFd>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProcessStatus {
    Code { code: i32 },
    Signal { signal: i32 },
}

impl ProcessStatus {
    /// The exit code, or 128 + signal, as shells report it.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Code { code } => code,
            Self::Signal { signal } => 128 + signal,
        }
    }

    #[must_use]
    pub const fn signal(self) -> Option<i32> {
        match self {
            Self::Code { .. } => None,
            Self::Signal { signal } => Some(signal),
        }
    }
}

/// A process started by [`Container::spawn`] (or the main process) has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exited {
    pub pid: i32,
    pub status: ProcessStatus,
}

/// What a shim needs of a running instance. [`Sandbox`] is the real one; tests of the shim use plain processes.
///
/// No call waits for a process inside, except what [`Container::end`] hands out, which waits for the kernel to end them.
pub trait Container {
    /// Starts a process and returns when its program executes.
    ///
    /// # Errors
    /// When the user is unknown inside, the program is missing or not executable, the process limit is reached, or the instance
    /// is frozen or has ended.
    fn spawn(&mut self, request: &ProcessRequest) -> Result<Spawned>;

    /// The main process's streams ([`Stdio::Merged`] with input), once; `None` when the spec has no command or it was taken.
    fn take_main(&mut self) -> Option<Spawned>;

    /// Becomes readable when [`Container::next_event`] has something. Also readable, without an event, when PID 1 has ended.
    fn event_fd(&self) -> BorrowedFd<'_>;

    /// The next ended process, without waiting.
    ///
    /// # Errors
    /// [`Stage::Ended`] when PID 1 is gone and with it every process: no more events will come.
    fn next_event(&mut self) -> Result<Option<Exited>>;

    /// Becomes readable when PID 1 has ended.
    fn pidfd(&self) -> BorrowedFd<'_>;

    /// Sends a signal to the process group that `pid` leads; one that has ended is no error.
    ///
    /// # Errors
    /// When the number is no signal or the instance is frozen.
    fn signal(&mut self, pid: i32, signal: i32) -> Result<()>;

    /// Sends a signal to every process but PID 1.
    ///
    /// # Errors
    /// When the number is no signal or the instance is frozen.
    fn signal_all(&mut self, signal: i32) -> Result<()>;

    /// Kills everything, frozen or not, without waiting.
    ///
    /// # Errors
    /// When the kernel refuses.
    fn kill_all(&mut self) -> Result<()>;

    /// Stops every process until [`Container::thaw`].
    ///
    /// # Errors
    /// When there is no control group or freezing does not complete; everything then runs again.
    fn freeze(&mut self) -> Result<()>;

    /// # Errors
    /// When the kernel refuses.
    fn thaw(&mut self) -> Result<()>;

    /// Changes the limits. The size of the volume is not its business.
    ///
    /// # Errors
    /// When there is no control group or the kernel refuses (memory below what is in use).
    fn update(&mut self, resources: Resources) -> Result<()>;

    /// `disk_bytes` is counted for disk images only; it is 0 for a directory.
    ///
    /// # Errors
    /// When the counters cannot be read.
    fn usage(&self) -> Result<Usage>;

    /// TCP ports that something inside listens on, ascending.
    ///
    /// # Errors
    /// When the kernel's tables cannot be read.
    fn listening(&self) -> Result<Vec<u16>>;

    /// A connection to a TCP port: the inside's 127.0.0.1, then ::1, then its own address. Waits at most a second for each. The
    /// socket is non-blocking and close-on-exec.
    ///
    /// # Errors
    /// [`Stage::Dial`] when nothing accepts; frozen.
    fn dial(&mut self, port: u16) -> Result<OwnedFd>;

    /// How many processes the kernel has killed for the memory limit since the start.
    ///
    /// # Errors
    /// When the counter cannot be read.
    fn oom_kills(&self) -> Result<u64>;

    /// Kills everything, frozen or not, and hands out the rest of the end: waiting for the kernel to be done with the processes
    /// and removing the control groups and the network interface. That takes tens of milliseconds, at most seconds, and may be
    /// done by another thread; it must be done. May be repeated: there is nothing left to do then.
    fn end(&mut self) -> Teardown;

    /// [`Container::end`], all of it, here and now.
    ///
    /// # Errors
    /// What could not be removed; the rest is removed all the same.
    fn destroy(&mut self) -> Result<()> {
        self.end()()
    }
}

/// What is left to do at the end of a sandbox.
///
/// Its error: what could not be removed; the rest is removed all the same.
pub type Teardown = Box<dyn FnOnce() -> Result<()> + Send>;
