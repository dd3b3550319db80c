//! The contract of a driver: how an agent runs instances on its machine.
//!
//! Drivers report only what they observe; they hold no wish. Every call is idempotent: the agent repeats it after a crash.
//! Calls on different instances may run at the same time; the agent never overlaps two calls that change the same instance.
//! `S` is the byte stream of the async runtime, so that this crate needs none.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::ids::{InstanceId, ProcessId, TenantId};
use crate::instance::{DriverKind, ExitStatus, InstanceSecrets, Progress, Resources, Rootfs};

/// What a driver can do on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    pub pause: bool,
    pub images: bool,
    pub host_userland: bool,
    /// CPU, memory and process limits are enforced.
    pub limits: bool,
    /// The size of the volume is enforced.
    pub disk_quota: bool,
    pub outbound_network: bool,
    /// One sentence for each thing that is missing here and what to do about it.
    pub missing: Vec<String>,
}

/// Everything a driver needs to prepare and start one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPlan {
    pub instance: InstanceId,
    pub tenant: TenantId,
    /// The host name inside.
    pub name: String,
    /// Number of the run.
    pub run: u64,
    pub rootfs: Rootfs,
    pub resources: Resources,
    pub env: BTreeMap<String, String>,
    /// The main process; `None` is the image's own entry point, or nothing but PID 1 on the host's userland.
    pub command: Option<Vec<String>>,
    /// What the server gave for this start. Never stored.
    #[serde(skip)]
    pub secrets: InstanceSecrets,
}

/// A process to start inside a running instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSpec {
    pub id: ProcessId,
    /// Words for people: the task's name, or the command.
    pub label: String,
    pub argv: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// Absolute; `/workspace` when absent.
    pub working_directory: Option<String>,
    /// User name or `uid[:gid]` inside; the instance's ordinary user when absent.
    pub user: Option<String>,
    pub io: ProcessIo,
}

/// Where a process's input and output go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProcessIo {
    /// A PTY with a screen that is kept across reattaching.
    Terminal { columns: u16, rows: u16 },
    /// Three pipes.
    Pipes,
    /// Output goes to the instance's console; no input.
    Console,
}

/// A process that the driver started and still knows about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessState {
    pub id: ProcessId,
    pub label: String,
    pub io: ProcessIo,
    pub started: crate::Timestamp,
    /// Present once it has ended. Kept until somebody read it, at most an hour.
    pub exit: Option<ExitStatus>,
    /// Viewers attached now.
    pub viewers: u32,
}

/// What runs, as the driver sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Observation {
    /// The driver has nothing of this instance.
    Absent,
    /// The volume is there, nothing runs. `exit` tells how the last run ended, when it is known.
    Stopped {
        run: u64,
        exit: Option<ExitStatus>,
    },
    Running {
        run: u64,
    },
    Paused {
        run: u64,
    },
}

/// What an instance uses now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time since the run began, microseconds.
    pub cpu_micros: u64,
    pub memory_bytes: u64,
    pub processes: u32,
    /// Blocks that the volume takes on disk.
    pub disk_bytes: u64,
    pub received_bytes: u64,
    pub sent_bytes: u64,
}

/// Where to begin reading a console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConsolePosition {
    /// The oldest byte that is kept.
    Start,
    /// This offset, or the oldest kept byte after it (a gap frame says so).
    Offset { offset: u64 },
    /// This many lines before the end.
    Tail { lines: u32 },
}

/// Where to begin reading a process or terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attach {
    /// Output from this offset, when it is still kept; else, and when absent, a snapshot first.
    pub offset: Option<u64>,
    /// The viewer's size: columns, rows.
    pub size: Option<(u16, u16)>,
    /// Only watch; input, resize and signal frames are refused.
    pub read_only: bool,
}

/// Told about the progress of a longer call.
pub trait ProgressSink: Send + Sync {
    fn progress(&self, progress: Progress);
}

/// See the module's documentation.
#[async_trait]
pub trait Driver<S: Send + 'static>: Send + Sync {
    fn kind(&self) -> DriverKind;

    fn capabilities(&self) -> Capabilities;

    /// Every instance of which anything is left on this machine: volumes, processes, mounts, control groups, interfaces.
    async fn inventory(&self) -> Result<Vec<InstanceId>>;

    /// Makes the volume and brings the root file system in, so that [`Driver::start`] is quick.
    async fn prepare(&self, plan: &RunPlan, progress: &dyn ProgressSink) -> Result<()>;

    /// Starts the run. When this run is already up, nothing happens. A prepared instance is expected.
    async fn start(&self, plan: &RunPlan) -> Result<()>;

    /// Changes the limits of a running instance.
    async fn update(&self, instance: InstanceId, resources: Resources) -> Result<()>;

    /// Ends every process: SIGTERM, `grace`, SIGKILL. Paused instances are stopped too. Returns when nothing runs.
    async fn stop(&self, instance: InstanceId, grace: Duration) -> Result<()>;

    async fn pause(&self, instance: InstanceId) -> Result<()>;

    async fn resume(&self, instance: InstanceId) -> Result<()>;

    /// Kills what runs and removes everything, in whatever state it is.
    async fn delete(&self, instance: InstanceId) -> Result<()>;

    async fn observe(&self, instance: InstanceId) -> Result<Observation>;

    /// Returns when the instance's state may have changed since the last call, or a process ended; may return early.
    async fn changed(&self, instance: InstanceId);

    async fn usage(&self, instance: InstanceId) -> Result<Usage>;

    /// TCP ports that something inside listens on, ascending.
    async fn listening(&self, instance: InstanceId) -> Result<Vec<u16>>;

    /// Starts a process. Repeating the call with the same id does not start it twice.
    async fn spawn(&self, instance: InstanceId, process: &ProcessSpec) -> Result<()>;

    async fn processes(&self, instance: InstanceId) -> Result<Vec<ProcessState>>;

    /// A stream of [`crate::frame::Frame`]s in both directions. Dropping it detaches; the process goes on.
    async fn attach(&self, instance: InstanceId, process: ProcessId, attach: Attach) -> Result<S>;

    /// Sends a signal to the process's group; for a process that has ended, forgets it.
    async fn signal(&self, instance: InstanceId, process: ProcessId, signal: i32) -> Result<()>;

    /// The console of the main process and of tasks, as frames; also readable while nothing runs. With `follow`, waits for more
    /// and takes input frames for the main process.
    async fn console(&self, instance: InstanceId, from: ConsolePosition, follow: bool) -> Result<S>;

    /// Adds a line to the console, such as the heading of a task.
    async fn console_note(&self, instance: InstanceId, text: &str) -> Result<()>;

    /// A raw connection to a TCP port inside, also to one that listens on the inside's loopback only.
    async fn dial(&self, instance: InstanceId, port: u16) -> Result<S>;
}
