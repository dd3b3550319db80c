//! The next step from what is wanted, remembered and observed. No IO, no time.
//!
//! Taking the steps one after the other leads to [`Action::Settled`] from every state; each may be repeated or interrupted
//! anywhere. Delete and stop look at nothing but the observation, so that they are never held up by what failed before.

use std::time::Duration;

use stead_core::driver::Observation;
use stead_core::instance::{InstanceDocument, ObservedState, Rootfs, Wanted};

use super::memory::{FETCH_RUN, Memory, Sandbox};

/// A run that a newer one replaces gets this long between SIGTERM and SIGKILL.
pub const REPLACE_GRACE: Duration = Duration::from_secs(10);
/// A run whose end nobody saw (the machine went down) is started again this often.
pub const MAX_STARTS: u32 = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing to do until something changes.
    Settled,
    /// Make the volume and bring this root file system in.
    Prepare {
        rootfs: Rootfs,
    },
    /// Start the sandbox in which the source is fetched.
    StartSandbox,
    Fetch,
    /// The sandbox that fetched goes on as this run.
    Adopt {
        run: u64,
    },
    Start {
        run: u64,
    },
    /// Bring the limits up to date.
    Limit,
    Tasks {
        run: u64,
    },
    Pause,
    Resume,
    Stop {
        grace: Duration,
    },
    Delete,
}

impl Action {
    /// Whether a new document may cut it short. The others take milliseconds.
    #[must_use]
    pub const fn interruptible(&self) -> bool {
        matches!(self, Self::Prepare { .. } | Self::Fetch | Self::Tasks { .. } | Self::Stop { .. })
    }

    /// Whether the node may give up on it. What ends or removes something is tried for ever.
    #[must_use]
    pub const fn may_fail(&self) -> bool {
        !matches!(self, Self::Stop { .. } | Self::Delete | Self::Settled)
    }
}

/// The observation with the sandbox that fetched counted as the run it serves.
#[must_use]
pub fn seen(observation: Observation, memory: &Memory) -> Observation {
    let number = |run| match memory.adopted {
        Some(adopted) if run == FETCH_RUN => adopted,
        _ => run,
    };
    match observation {
        Observation::Absent => Observation::Absent,
        Observation::Stopped { run, exit } => Observation::Stopped { run: number(run), exit },
        Observation::Running { run } => Observation::Running { run: number(run) },
        Observation::Paused { run } => Observation::Paused { run: number(run) },
    }
}

/// The run ended by itself and stays ended.
fn is_over(run: u64, memory: &Memory, observation: Observation) -> bool {
    match observation {
        Observation::Stopped { run: last, exit } if last >= run && run != FETCH_RUN => {
            !memory.stopped && (exit.is_some() || memory.starts >= MAX_STARTS)
        }
        _ => false,
    }
}

/// The run was cut short again and again; it is not started any more.
#[must_use]
pub fn is_lost(document: &InstanceDocument, memory: &Memory, observation: Observation) -> bool {
    let (Wanted::Running { run } | Wanted::Paused { run }) = document.wanted else { return false };
    matches!(observation, Observation::Stopped { exit: None, .. }) && is_over(run, memory, observation)
}

/// See the module's documentation. `observation` is as [`seen`].
#[must_use]
pub fn next_action(document: &InstanceDocument, memory: &Memory, observation: Observation) -> Action {
    match document.wanted {
        Wanted::Absent => {
            return match observation {
                Observation::Absent if memory.deleted => Action::Settled,
                _ => Action::Delete,
            };
        }
        Wanted::Stopped { grace } => {
            return match observation {
                Observation::Running { .. } | Observation::Paused { .. } => Action::Stop { grace },
                Observation::Absent | Observation::Stopped { .. } => Action::Settled,
            };
        }
        Wanted::Fetched | Wanted::Running { .. } | Wanted::Paused { .. } => {}
    }
    if memory.failed_at(document.generation).is_some() {
        return Action::Settled;
    }
    match document.wanted {
        Wanted::Running { run } => towards_running(run, document, memory, observation),
        Wanted::Paused { run } => match observation {
            Observation::Paused { run: current } if current >= run => Action::Settled,
            Observation::Running { run: current } if current >= run => Action::Pause,
            _ => towards_running(run, document, memory, observation),
        },
        _ => towards_fetched(document, memory, observation),
    }
}

fn unfetched(document: &InstanceDocument, memory: &Memory) -> bool {
    document.spec.source.is_some() && !memory.fetched
}

/// What is known of the source is of an older document: whoever asks for it anew wants to see what has changed since.
pub(super) fn is_stale(document: &InstanceDocument, memory: &Memory) -> bool {
    document.spec.source.is_some()
        && document.wanted == Wanted::Fetched
        && memory.fetched_at != Some(document.generation)
}

fn into_sandbox(memory: &Memory, observation: Observation) -> Action {
    if matches!(observation, Observation::Absent) || memory.prepared != Some(Rootfs::HostUserland) {
        Action::Prepare { rootfs: Rootfs::HostUserland }
    } else {
        Action::StartSandbox
    }
}

fn towards_fetched(document: &InstanceDocument, memory: &Memory, observation: Observation) -> Action {
    if unfetched(document, memory) || is_stale(document, memory) {
        return match observation {
            Observation::Running { .. } => Action::Fetch,
            Observation::Paused { .. } => Action::Resume,
            Observation::Absent | Observation::Stopped { .. } => into_sandbox(memory, observation),
        };
    }
    match observation {
        Observation::Absent => Action::Prepare { rootfs: Rootfs::HostUserland },
        Observation::Running { run: FETCH_RUN } | Observation::Paused { run: FETCH_RUN }
            if document.spec.rootfs != Rootfs::HostUserland =>
        {
            Action::Stop { grace: Duration::ZERO }
        }
        _ => Action::Settled,
    }
}

fn towards_running(
    run: u64,
    document: &InstanceDocument,
    memory: &Memory,
    observation: Observation,
) -> Action {
    if is_over(run, memory, observation) {
        return Action::Settled;
    }
    match observation {
        Observation::Running { run: current } if current >= run && current != FETCH_RUN => {
            if unfetched(document, memory) {
                Action::Fetch
            } else if memory.resources != Some(document.spec.resources) {
                Action::Limit
            } else if tasks_pending(current, document, memory) {
                Action::Tasks { run: current }
            } else {
                Action::Settled
            }
        }
        Observation::Paused { run: current } if current >= run || current == FETCH_RUN => Action::Resume,
        Observation::Running { run: FETCH_RUN } => {
            if unfetched(document, memory) {
                Action::Fetch
            } else if run != FETCH_RUN && memory.sandbox.as_ref() == Some(&Sandbox::of(document)) {
                Action::Adopt { run }
            } else {
                Action::Stop { grace: Duration::ZERO }
            }
        }
        Observation::Running { .. } | Observation::Paused { .. } => Action::Stop { grace: REPLACE_GRACE },
        Observation::Absent | Observation::Stopped { .. } => {
            if unfetched(document, memory) {
                into_sandbox(memory, observation)
            } else if matches!(observation, Observation::Absent)
                || memory.prepared.as_ref() != Some(&document.spec.rootfs)
            {
                Action::Prepare { rootfs: document.spec.rootfs.clone() }
            } else {
                Action::Start { run }
            }
        }
    }
}

fn tasks_pending(run: u64, document: &InstanceDocument, memory: &Memory) -> bool {
    // Without a memory of having started it, the run was found: its tasks have run, as far as anyone can tell.
    memory.started.is_some_and(|started| started >= run)
        && !document.spec.tasks.is_empty()
        && !memory.tasks.as_ref().is_some_and(|tasks| tasks.run == run && tasks.done)
}

/// What to report while `action` is the next step.
#[must_use]
pub fn state(
    document: &InstanceDocument,
    memory: &Memory,
    observation: Observation,
    action: &Action,
) -> ObservedState {
    let given_up = memory.failed_at(document.generation).is_some() || is_lost(document, memory, observation);
    match action {
        Action::Prepare { .. } | Action::StartSandbox | Action::Fetch => ObservedState::Preparing,
        Action::Adopt { .. } | Action::Start { .. } | Action::Tasks { .. } => ObservedState::Starting,
        Action::Resume => ObservedState::Paused,
        Action::Stop { .. } | Action::Delete => ObservedState::Stopping,
        Action::Limit | Action::Pause => ObservedState::Running,
        Action::Settled => match (document.wanted, observation) {
            (Wanted::Absent, _) if memory.deleted => ObservedState::Absent,
            _ if given_up => ObservedState::Failed,
            (Wanted::Absent, _) => ObservedState::Absent,
            (Wanted::Stopped { .. }, _) => ObservedState::Stopped,
            (Wanted::Fetched, _) => ObservedState::Prepared,
            (_, Observation::Running { .. }) => ObservedState::Running,
            (_, Observation::Paused { .. }) => ObservedState::Paused,
            (_, Observation::Stopped { .. } | Observation::Absent) => ObservedState::Stopped,
        },
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
