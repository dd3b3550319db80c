//! The shim's socket protocol and the files it leaves: what an agent needs to write a client.
//!
//! **Shim socket** (`<run_dir>/shim.sock`, unix stream, mode 0600, only the shim's own user and root are served). Everything is a
//! [`Frame`](stead_core::frame::Frame). The client sends `Frame::Request` with the JSON of a [`Message`]; the shim answers with one
//! `Frame::Reply` (JSON of the reply type named at the request) or one `Frame::Problem` (JSON of
//! [`Problem`](stead_core::error::Problem)). After a reply the connection takes the next request; after a problem it takes the
//! next request too, unless the bytes were no frames or the version differs: then the shim closes it. Requests of one connection
//! are answered in order. `Attach` and `Console` turn the connection into a stream after their reply: frames both ways until one
//! side closes. Closing detaches; nothing inside notices. `Frame::Ping` is answered by `Frame::Ping` at any time.
//!
//! **Passing descriptors**: the reply to [`Request::Dial`] carries one connected TCP socket by `SCM_RIGHTS`, attached to the bytes
//! of the reply frame itself, so a client that dials must read that reply with `recvmsg`.
//!
//! **State file** (`<run_dir>/state.json`, [`State`]): written whole and renamed into place, by the shim only. It outlives the shim:
//! when a run has ended, the shim stays to serve what is unread (at most [`LINGER_SECONDS`]) and then goes, leaving the file with
//! [`State::end`] filled in. Whoever collected it removes the run directory; [`Request::Forget`] makes the shim do so and go at once.
//!
//! **Spawner socket** (standard input of `stead shim-spawner`, unix stream): `Frame::Request` with a [`Launch`], answered by
//! `Frame::Reply` with a [`Launched`] when the sandbox is up or has failed; many may be under way, answers carry the launch's number.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stead_core::Timestamp;
use stead_core::driver::{Attach, ConsolePosition, ProcessSpec, ProcessState, Usage};
use stead_core::error::{InternalContext as _, Problem, Result};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::{ExitStatus, Resources};

/// Version of everything in this module. A shim serves only its own version; an agent that finds another one in a state file uses
/// the binary that wrote it or stops the instance by the process ids in the file.
pub const VERSION: u32 = 1;
/// Name of the socket in the run directory.
pub const SOCKET_FILE: &str = "shim.sock";
/// Name of the state file in the run directory.
pub const STATE_FILE: &str = "state.json";
/// Name of the shim's own log in the run directory; bounded.
pub const LOG_FILE: &str = "shim.log";
/// The longest JSON of a request, bytes.
pub const MAX_REQUEST: usize = 256 * 1024;
/// Connections at one time; more are answered with a problem and closed.
pub const MAX_CONNECTIONS: usize = 256;
/// Viewers of one process or of the console at one time.
pub const MAX_VIEWERS: usize = 64;
/// Processes known at one time, ended ones that nobody read included.
pub const MAX_PROCESSES: usize = 128;
/// Terminal sizes outside are brought to the nearest allowed one.
pub const MAX_COLUMNS: u16 = 500;
pub const MAX_ROWS: u16 = 300;
/// The longest text of a console note, bytes.
pub const MAX_NOTE: usize = 8 * 1024;
/// How long an ended process or run is kept for somebody to read.
pub const LINGER_SECONDS: u64 = 3_600;
/// A `Changed` request is answered after this long also when nothing changed.
pub const CHANGED_WAIT_SECONDS: u64 = 60;

/// One request with the version the client speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub version: u32,
    #[serde(flatten)]
    pub request: Request,
}

impl Message {
    #[must_use]
    pub const fn new(request: Request) -> Self {
        Self { version: VERSION, request }
    }
}

/// What a client can ask of a shim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Reply: [`Status`].
    Status,
    /// Starts a process; a known id is not started twice. Reply: [`Done`], once the process runs. Problem codes:
    /// `process_not_started`, `too_many_processes`, `run_ended`.
    Spawn { process: ProcessSpec },
    /// Reply: [`Processes`]: those started by `Spawn`, so without the main process.
    Processes,
    /// Reply: [`Attached`], then a stream. From the shim: `Output`, `ErrorOutput`, `Snapshot`, `Resized`, `Gap`, `Exit` (last).
    /// To the shim: `Input`, `InputEnd`, `Resize`, `Signal`; refused with `Problem` (code `read_only`) when `read_only`.
    /// Processes with console output cannot be attached (`not_attachable`): follow the console.
    Attach {
        process: ProcessId,
        #[serde(flatten)]
        attach: Attach,
    },
    /// Reply: [`Attached`], then a stream of `Output` and `Gap` frames with absolute offsets. Without `follow` the shim closes the
    /// connection at the end; with it, more follows until the run has ended. `input` makes `Input` frames go to the main process
    /// (problem `read_only` without it).
    Console {
        from: ConsolePosition,
        follow: bool,
        #[serde(default)]
        input: bool,
    },
    /// Adds a line to the console. Reply: [`Done`].
    ConsoleNote { text: String },
    /// Sends a signal to a process's group; for an ended process, forgets it. Reply: [`Done`].
    Signal { process: ProcessId, signal: i32 },
    /// SIGTERM to every process, `grace_ms`, then the sandbox is taken down. A paused one is resumed first. Reply: [`Done`], when
    /// nothing runs any more.
    Stop { grace_ms: u64 },
    /// Takes the sandbox down at once. Reply: [`Done`], when nothing runs any more.
    Kill,
    /// Reply: [`Done`].
    Pause,
    /// Reply: [`Done`].
    Resume,
    /// Changes the limits. Reply: [`Done`].
    Update { resources: Resources },
    /// Reply: [`Usage`]; `disk_bytes` is 0, the agent knows the volume.
    Usage,
    /// Reply: [`Listening`].
    Listening,
    /// Reply: [`Done`] with the connected socket; see the module's documentation. Problem code `not_listening`.
    Dial { port: u16 },
    /// Answered when the shim's change number is not `since` any more. Reply: [`Changed`].
    Changed { since: u64 },
    /// Only after the end of the run (`run_not_ended` before). The shim removes its files and goes. Reply: [`Done`].
    Forget,
}

/// The request was carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// Frames follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Offset of the first byte that will be sent (standard output for a process with pipes).
    pub offset: u64,
}

/// What the shim knows of its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub version: u32,
    pub instance: InstanceId,
    pub run: u64,
    pub state: RunState,
    /// Whether there is a main process.
    pub has_main: bool,
    /// How the run ended; with `state` `Ended` only.
    pub end: Option<RunEnd>,
    /// Grows with each change of state and each end of a process.
    pub changed: u64,
    /// Offset after the last byte of the console.
    pub console_end: u64,
    /// Console bytes that could not be kept in this run, such as on a full disk.
    pub console_lost: u64,
    /// Why the console loses bytes now, in words for people.
    pub console_problem: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Paused,
    /// Being stopped, or cleaned up after its end.
    Stopping,
    /// Nothing runs and nothing is mounted any more.
    Ended,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    pub at: Timestamp,
    pub cause: EndCause,
    /// How the main process ended; absent without one or when it cannot be known.
    pub exit: Option<ExitStatus>,
    /// Something that could not be cleaned up, and what to do about it.
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The main process ended by itself.
    MainEnded,
    /// It was asked to stop.
    Stopped,
    /// It was killed by request.
    Killed,
    /// PID 1 of the sandbox went away by itself.
    SandboxLost,
}

/// Reply to [`Request::Processes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processes {
    pub processes: Vec<ProcessState>,
}

/// Reply to [`Request::Listening`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// Ascending.
    pub ports: Vec<u16>,
}

/// Reply to [`Request::Changed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub changed: u64,
}

/// Reply to [`Request::Usage`]: the fields of the driver contract's usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageReply {
    #[serde(flatten)]
    pub usage: Usage,
}

/// A process id that cannot be mistaken for a later process with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessIdentity {
    pub pid: i32,
    /// Field 22 of `/proc/<pid>/stat`: clock ticks since boot.
    pub start_time: u64,
}

impl ProcessIdentity {
    /// Reads the start time of a live process; `None` when there is no such process.
    #[must_use]
    pub fn of(pid: i32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The command name stands in parentheses and may hold anything; fields are counted after the last one.
        let after_name = stat.rsplit_once(')')?.1;
        let mut fields = after_name.split_ascii_whitespace();
        // A zombie has ended; what is left of it cannot be adopted.
        if fields.next()? == "Z" {
            return None;
        }
        let start_time = fields.nth(18)?.parse().ok()?;
        Some(Self { pid, start_time })
    }

    /// Whether this very process still runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).is_some_and(|found| found == *self)
    }
}

/// Content of the state file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub version: u32,
    pub instance: InstanceId,
    pub run: u64,
    pub started: Timestamp,
    pub shim: ProcessIdentity,
    /// PID 1 of the sandbox as the host sees it.
    pub init: Option<ProcessIdentity>,
    pub socket: PathBuf,
    /// Filled in when the run has ended and everything is cleaned up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<RunEnd>,
    /// The processes at the end of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<ProcessState>,
}

impl State {
    /// The state file of a run directory; `None` when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or is not a state file.
    pub fn read(run_dir: &Path) -> Result<Option<Self>> {
        let path = run_dir.join(STATE_FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).internal(format!("reading {}", path.display())),
        };
        serde_json::from_slice(&text).map(Some).internal(format!("reading {}", path.display()))
    }
}

/// A request to the spawner: start a shim with this sandbox. `S` is the sandbox's description, `sandbox::SandboxSpec` outside tests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Launch<S> {
    pub version: u32,
    /// Chosen by the agent; comes back in [`Launched`].
    pub launch: u64,
    pub instance: InstanceId,
    pub run: u64,
    /// Made by the shim with mode 0700 when missing. Short enough for a socket's path: at most 90 bytes.
    pub run_dir: PathBuf,
    pub console: ConsoleSettings,
    /// Its command, when it has one, is the main process: its output is the console, its end the end of the run. Without one the
    /// sandbox runs until it is stopped.
    pub sandbox: S,
}

/// Where and how much of the console is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleSettings {
    /// Made by the shim with mode 0700 when missing.
    pub directory: PathBuf,
    /// Size of a segment file, bytes.
    pub segment_bytes: u64,
    /// How many segment files are kept.
    pub segments: u32,
}

impl ConsoleSettings {
    /// 8 segments of 4 MiB.
    #[must_use]
    pub fn in_directory(directory: PathBuf) -> Self {
        Self { directory, segment_bytes: 4 << 20, segments: 8 }
    }
}

/// The spawner's answer to [`Launch`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launched {
    pub launch: u64,
    #[serde(flatten)]
    pub outcome: LaunchOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum LaunchOutcome {
    /// The sandbox runs, the main process was started, the socket listens.
    Ready { shim: ProcessIdentity },
    /// Nothing is left of it.
    Failed { problem: Problem },
}
