//! What is known of one instance at this moment: document, memory, observation and the work in hand; from it the report follows.
//!
//! Shared between the reconciler's task and the work it performs. Memory is stored whenever it changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_core::Timestamp;
use stead_core::driver::{Observation, ProgressSink};
use stead_core::error::{Error, ErrorKind, Problem};
use stead_core::instance::{InstanceDocument, InstanceReport, Progress, Wanted};
use tracing::error;

use super::memory::{FETCH_RUN, Failure, Memory};
use super::plan::{self, Action};
use crate::agent::Shared;

/// Faster progress than this is for nobody's eyes.
const PROGRESS_PAUSE: Duration = Duration::from_millis(200);

struct State {
    document: InstanceDocument,
    memory: Memory,
    /// As [`plan::seen`].
    seen: Observation,
    action: Action,
    progress: Option<Progress>,
    progress_at: Timestamp,
    /// Why the work in hand has to be tried again.
    trouble: Option<Problem>,
}

pub(crate) struct Record {
    pub(crate) shared: Arc<Shared>,
    state: Mutex<State>,
}

impl Record {
    pub(crate) fn new(shared: Arc<Shared>, document: InstanceDocument) -> Self {
        let memory = shared.ledger.memory(document.instance);
        let state = State {
            document,
            memory,
            seen: Observation::Absent,
            action: Action::Settled,
            progress: None,
            progress_at: Timestamp::default(),
            trouble: None,
        };
        Self { shared, state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn document(&self) -> InstanceDocument {
        self.lock().document.clone()
    }

    pub(crate) fn memory(&self) -> Memory {
        self.lock().memory.clone()
    }

    pub(crate) fn seen(&self) -> Observation {
        self.lock().seen
    }

    /// Takes a document; what was given up under an older one is tried again.
    pub(crate) fn take(&self, document: InstanceDocument) {
        let newer = {
            let mut state = self.lock();
            let newer = document.generation != state.document.generation;
            state.document = document;
            if newer {
                state.trouble = None;
            }
            newer
        };
        let revived = {
            let state = self.lock();
            state.memory.deleted && state.document.wanted != Wanted::Absent
        };
        if revived {
            self.remember(|memory| *memory = Memory::default());
        }
        let generation = self.lock().document.generation;
        if newer
            && self.lock().memory.failure.as_ref().is_some_and(|failure| failure.generation != generation)
        {
            self.remember(|memory| memory.failure = None);
        }
    }

    /// Takes an observation, decides the next step and reports.
    pub(crate) fn decide(&self, observation: Observation) -> Action {
        let action = {
            let mut state = self.lock();
            state.seen = plan::seen(observation, &state.memory);
            state.action = plan::next_action(&state.document, &state.memory, state.seen);
            state.progress = None;
            if state.action == Action::Settled {
                state.trouble = None;
            }
            state.action.clone()
        };
        self.publish();
        action
    }

    /// Whether the work in hand serves a newer document as well; the record then follows it.
    pub(crate) fn still_serves(&self, newer: &InstanceDocument) -> bool {
        let serves = {
            let state = self.lock();
            newer.spec == state.document.spec
                && newer.driver == state.document.driver
                && plan::next_action(newer, &state.memory, state.seen) == state.action
        };
        if serves {
            self.lock().document = newer.clone();
            self.publish();
        }
        serves
    }

    /// Changes the memory, stores it and reports.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Memory)) {
        {
            let mut state = self.lock();
            let before = state.memory.clone();
            change(&mut state.memory);
            if state.memory == before {
                return;
            }
            self.store(&state);
        }
        self.publish();
    }

    // A few kilobytes into the page cache; handing them to another thread would take longer.
    fn store(&self, state: &State) {
        if let Err(error) = self.shared.ledger.remember(state.document.instance, &state.memory) {
            error!(instance.id = %state.document.instance, error = %error, error.inside = %error.inside(), "cannot store what was done for an instance");
        }
    }

    pub(crate) fn progress_now(&self, progress: Progress) {
        {
            let now = self.shared.ambient.now();
            let mut state = self.lock();
            let same_work = state.progress.as_ref().is_some_and(|last| last.label == progress.label);
            if same_work && now.since(state.progress_at) < PROGRESS_PAUSE {
                return;
            }
            state.progress = Some(progress);
            state.progress_at = now;
        }
        self.publish();
    }

    /// The step failed and will be tried again.
    pub(crate) fn trouble(&self, error: &Error) {
        self.lock().trouble = Some(error.to_problem());
        self.publish();
    }

    /// The node gives up on the present document.
    pub(crate) fn give_up(&self, error: &Error) {
        let generation = self.lock().document.generation;
        let problem = error.to_problem();
        self.remember(|memory| memory.failure = Some(Failure { generation, problem }));
    }

    /// The node was started with the driver that was missing.
    pub(crate) fn driver_is_back(&self) {
        self.remember(|memory| {
            if memory.failure.as_ref().is_some_and(|failure| failure.problem.code == super::NO_DRIVER) {
                memory.failure = None;
            }
        });
    }

    pub(crate) fn publish(&self) {
        let report = {
            let mut state = self.lock();
            let now = self.shared.ambient.now();
            let observed = plan::state(&state.document, &state.memory, state.seen, &state.action);
            let since = match state.memory.state {
                Some((last, since)) if last == observed => since,
                _ => {
                    state.memory.state = Some((observed, now));
                    self.store(&state);
                    now
                }
            };
            report(&state, since)
        };
        self.shared.feed.publish(report);
    }
}

fn report(state: &State, since: Timestamp) -> InstanceReport {
    let State { document, memory, seen, action, .. } = state;
    let (seen_run, exit) = match *seen {
        Observation::Absent => (FETCH_RUN, None),
        Observation::Running { run } | Observation::Paused { run } => (run, None),
        Observation::Stopped { run, exit } => (run, exit.filter(|_| run != FETCH_RUN)),
    };
    let run = seen_run.max(memory.started.unwrap_or(FETCH_RUN));
    let tasks = memory.tasks.as_ref().filter(|tasks| tasks.run == run);
    let wants_run = matches!(document.wanted, Wanted::Running { .. } | Wanted::Paused { .. });
    let problem = if let Some(problem) = memory.failed_at(document.generation) {
        Some(problem.clone())
    } else if plan::is_lost(document, memory, *seen) {
        Some(run_lost())
    } else if state.trouble.is_some() {
        state.trouble.clone()
    } else {
        tasks.filter(|_| wants_run).and_then(|tasks| tasks.problem.clone())
    };
    InstanceReport {
        instance: document.instance,
        generation: document.generation,
        state: plan::state(document, memory, *seen, action),
        run,
        since,
        progress: state.progress.clone(),
        exit: exit.filter(|_| seen_run == run),
        source: memory.source.clone().filter(|_| !plan::is_stale(document, memory)),
        tasks: tasks
            .map(|tasks| tasks.tasks.iter().map(|task| task.report.clone()).collect())
            .unwrap_or_default(),
        listening: Vec::new(),
        problem,
    }
}

fn run_lost() -> Problem {
    Error::new(
        ErrorKind::Internal,
        "run_lost",
        "The instance was cut off several times without telling how it ended.",
    )
    .next_step("Look at the console and at the node's log, then start it again.")
    .to_problem()
}

impl ProgressSink for Record {
    fn progress(&self, progress: Progress) {
        self.progress_now(progress);
    }
}
