//! What the reconciler has to remember about an instance beyond its document.
//!
//! Written by the instance's own reconciler only. Losing it is survivable: what runs is taken as it is found, and nothing is done
//! twice that people would notice.

use serde::{Deserialize, Serialize};
use stead_core::Timestamp;
use stead_core::error::Problem;
use stead_core::ids::ProcessId;
use stead_core::instance::{
    InstanceDocument, ObservedState, Resources, Rootfs, Source, SourceReport, TaskReport, TaskState,
};

use std::collections::BTreeMap;

/// The driver's run number of the sandbox in which a source is fetched.
pub const FETCH_RUN: u64 = 0;

/// What a sandbox was started with; one that fits the next run goes on as that run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    pub name: String,
    pub rootfs: Rootfs,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// It was started with secrets, or its document says that it has some.
    #[serde(default)]
    pub secrets: bool,
}

impl Sandbox {
    #[must_use]
    pub fn of(document: &InstanceDocument) -> Self {
        Self {
            name: document.name.clone(),
            rootfs: document.spec.rootfs.clone(),
            env: document.spec.env.clone(),
            command: document.spec.command.clone(),
            secrets: document.spec.secrets,
        }
    }

    /// The one that fetches: the host's userland and no main process, whatever the document says.
    #[must_use]
    pub fn for_fetching(document: &InstanceDocument) -> Self {
        Self { rootfs: Rootfs::HostUserland, command: None, secrets: false, ..Self::of(document) }
    }
}

/// Why the node gave up on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub generation: u64,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskMemory {
    pub process: ProcessId,
    pub report: TaskReport,
    pub foreground: bool,
}

/// The startup tasks of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRun {
    pub run: u64,
    pub tasks: Vec<TaskMemory>,
    /// Foreground tasks have ended or one has failed; background tasks were started.
    pub done: bool,
    #[serde(default)]
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The root file system that the volume was prepared for.
    pub prepared: Option<Rootfs>,
    /// The source is in the volume.
    pub fetched: bool,
    /// The document by which it was last fetched or looked at.
    pub fetched_at: Option<u64>,
    pub source: Option<SourceReport>,
    /// The process that is or was fetching it.
    pub fetch_process: Option<(ProcessId, Source)>,
    /// What the newest sandbox was started with. Written before it is started.
    pub sandbox: Option<Sandbox>,
    /// The newest run whose start was begun.
    pub started: Option<u64>,
    /// How often its start was begun.
    pub starts: u32,
    /// The sandbox that fetched goes on as this run.
    pub adopted: Option<u64>,
    /// A stop of the newest run was begun: it did not end by itself.
    pub stopped: bool,
    /// Limits in force.
    pub resources: Option<Resources>,
    pub tasks: Option<TaskRun>,
    pub failure: Option<Failure>,
    /// Everything was removed.
    pub deleted: bool,
    /// The last reported state and when it was entered.
    pub state: Option<(ObservedState, Timestamp)>,
}

impl Memory {
    #[must_use]
    pub fn failed_at(&self, generation: u64) -> Option<&Problem> {
        self.failure
            .as_ref()
            .filter(|failure| failure.generation == generation)
            .map(|failure| &failure.problem)
    }

    /// Whether a task of the newest run is known to be running.
    #[must_use]
    pub fn has_running_tasks(&self) -> bool {
        self.tasks.as_ref().is_some_and(|run| {
            run.tasks.iter().any(|task| matches!(task.report.state, TaskState::Running { .. }))
        })
    }

    /// Before the driver is asked to start `run`.
    pub fn begin_start(&mut self, run: u64, sandbox: Sandbox) {
        if self.started == Some(run) && !self.stopped {
            self.starts = self.starts.saturating_add(1);
        } else {
            self.starts = 1;
        }
        self.started = Some(run);
        self.sandbox = Some(sandbox);
        self.adopted = None;
        self.stopped = false;
    }
}
