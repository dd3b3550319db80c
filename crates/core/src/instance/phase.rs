//! The public phase of an instance: a pure function of wish, intent and observed state.
//!
//! Two rules hold for every combination: a phase never claims what the node does not observe (`running`, `unhealthy` and
//! `paused` need a connected node that says so), and [`Action::Delete`] is always allowed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::instance::document::Wanted;
use crate::instance::report::{InstanceReport, ObservedState, TaskState};
use crate::instance::rules::shown;
use crate::workspace_config::duration_text;
use crate::{Error, Result, Timestamp};

/// What people asked for. Written by the API only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Running,
    Paused,
    Stopped,
    Deleted,
}

impl Wish {
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Stopped, Self::Deleted];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Deleted => "deleted",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == text)
    }
}

/// What people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Starting,
    Running,
    Paused,
    Stopping,
    Stopped,
    /// It runs, but a startup task failed.
    Unhealthy,
    Failed,
    Deleting,
    /// Its node has not been heard from.
    Unknown,
}

/// The phase with one sentence why, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicState {
    pub phase: Phase,
    pub reason: String,
    pub since: Timestamp,
}

/// Why the wish is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// Somebody asked for it; the name as it was then.
    Person { name: String },
    /// Nobody used it for this long.
    Idle { after: Duration },
    /// Stead itself; one clause such as `its creation was cancelled`.
    System { why: String },
}

/// What can be done to an instance; each is an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Start,
    Stop,
    Restart,
    Kill,
    Pause,
    Wake,
    Delete,
}

impl Action {
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Start,
        Self::Stop,
        Self::Restart,
        Self::Kill,
        Self::Pause,
        Self::Wake,
        Self::Delete,
    ];

    /// The operation's kind.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Create => "instance.create",
            Self::Start => "instance.start",
            Self::Stop => "instance.stop",
            Self::Restart => "instance.restart",
            Self::Kill => "instance.kill",
            Self::Pause => "instance.pause",
            Self::Wake => "instance.wake",
            Self::Delete => "instance.delete",
        }
    }

    #[must_use]
    pub fn parse(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.kind() == kind)
    }

    /// The wish that the action sets.
    #[must_use]
    pub const fn wish(self) -> Wish {
        match self {
            Self::Create | Self::Start | Self::Restart | Self::Wake => Wish::Running,
            Self::Stop | Self::Kill => Wish::Stopped,
            Self::Pause => Wish::Paused,
            Self::Delete => Wish::Deleted,
        }
    }

    /// Whether it takes the place of this unfinished one instead of being refused. Nobody waits for a slow start in order to
    /// stop, and a delete waits for nothing.
    #[must_use]
    pub const fn supersedes(self, running: Self) -> bool {
        match self {
            Self::Delete => !matches!(running, Self::Delete),
            Self::Kill => !matches!(running, Self::Delete | Self::Kill),
            Self::Stop => !matches!(running, Self::Delete | Self::Kill | Self::Stop),
            _ => false,
        }
    }

    const fn doing(self) -> &'static str {
        match self {
            Self::Create => "Being created",
            Self::Start => "Starting",
            Self::Stop => "Stopping",
            Self::Restart => "Restarting",
            Self::Kill => "Being killed",
            Self::Pause => "Pausing",
            Self::Wake => "Waking up",
            Self::Delete => "Being deleted",
        }
    }
}

/// The unfinished operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underway {
    pub action: Action,
    pub since: Timestamp,
    /// What it does right now, in words for people.
    pub step: Option<String>,
    /// It failed or was cancelled and is being taken back.
    pub undoing: bool,
}

/// Everything the phase depends on.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    pub wish: Wish,
    pub wish_cause: &'a Cause,
    pub wish_since: Timestamp,
    /// The document its node has to follow: generation and wanted state; `None` before it was placed.
    pub intent: Option<(u64, Wanted)>,
    pub observed: Option<&'a InstanceReport>,
    pub operation: Option<&'a Underway>,
    /// Why the newest operation failed, when nothing has succeeded since.
    pub failure: Option<(&'a Problem, Timestamp)>,
    /// When the newest operation was cancelled, when nothing has succeeded since.
    pub cancelled: Option<(Action, Timestamp)>,
    /// The node's name; `None` before it was placed.
    pub node: Option<&'a str>,
    pub node_connected: bool,
    /// When the node was last heard from.
    pub node_seen: Option<Timestamp>,
}

/// The phase for every combination.
#[must_use]
pub fn public_state(circumstances: &Circumstances<'_>, now: Timestamp) -> PublicState {
    let Circumstances { wish, wish_since, observed, operation, node, node_connected, .. } = *circumstances;
    let state = |phase, reason: String, since| PublicState { phase, reason, since };
    let node_away = node.is_some() && !node_connected;
    let away = |node: &str| match circumstances.node_seen {
        Some(seen) => format!("Node {} has not been heard from for {}.", shown(node), rough(now.since(seen))),
        None => format!("Node {} has not been heard from.", shown(node)),
    };

    if wish == Wish::Deleted {
        let reason = match node {
            Some(node) if node_away => {
                format!("Being deleted; what is left is removed when node {} is back.", shown(node))
            }
            _ => caused("Being deleted", circumstances.wish_cause),
        };
        return state(Phase::Deleting, reason, wish_since);
    }

    let at_rest = observed.is_none_or(|report| {
        matches!(
            report.state,
            ObservedState::Stopped | ObservedState::Prepared | ObservedState::Absent | ObservedState::Failed
        )
    });
    // What was stopped when its node went away still is: a node keeps following the last document.
    if let (Some(name), true) = (node, node_away)
        && !(at_rest && wish == Wish::Stopped && observed.is_some())
    {
        return state(Phase::Unknown, away(name), circumstances.node_seen.unwrap_or(wish_since));
    }

    let current = match (circumstances.intent, observed) {
        (Some((generation, _)), Some(report)) => report.generation >= generation,
        _ => false,
    };
    if let Some(operation) = operation {
        return while_operating(circumstances, operation, current);
    }
    if let Some((problem, since)) = circumstances.failure
        && !observed
            .is_some_and(|report| matches!(report.state, ObservedState::Running | ObservedState::Paused))
        && wish != Wish::Stopped
    {
        return state(Phase::Failed, problem.message.clone(), since);
    }
    if let Some((action, since)) = circumstances.cancelled
        && at_rest
        && wish != Wish::Stopped
    {
        let what = match action {
            Action::Create => "Its creation",
            Action::Restart => "Its restart",
            Action::Pause => "Pausing it",
            Action::Wake => "Waking it up",
            Action::Stop | Action::Kill => "Stopping it",
            Action::Start => "Its start",
            Action::Delete => "Deleting it",
        };
        return state(Phase::Stopped, format!("{what} was cancelled."), since);
    }
    at_peace(circumstances, current)
}

/// While an operation runs.
fn while_operating(circumstances: &Circumstances<'_>, operation: &Underway, current: bool) -> PublicState {
    let since = operation.since;
    let observed = circumstances.observed;
    let progress = observed
        .filter(|_| current)
        .and_then(|report| report.progress.as_ref())
        .map(|progress| progress.label.clone());
    let said = progress.or_else(|| operation.step.clone());
    let doing = operation.action.doing();
    let reason = match said {
        _ if operation.undoing => format!("{doing} did not work out; it is being taken back."),
        Some(step) => format!("{doing}: {}.", step.trim_end_matches(['.', '…'])),
        None => format!("{doing}."),
    };
    let runs = observed.is_some_and(|report| report.state == ObservedState::Running);
    let phase = match operation.action {
        Action::Delete => Phase::Deleting,
        Action::Stop | Action::Kill => Phase::Stopping,
        // The freezer takes milliseconds; until then it is what it was.
        Action::Pause if runs => Phase::Running,
        Action::Pause if observed.is_some_and(|report| report.state == ObservedState::Paused) => {
            Phase::Paused
        }
        Action::Pause => Phase::Stopping,
        _ if operation.undoing => Phase::Stopping,
        _ => {
            let wanted_run = match circumstances.intent {
                Some((_, Wanted::Running { run })) => Some(run),
                _ => None,
            };
            if runs
                && current
                && wanted_run.is_some_and(|run| observed.is_some_and(|report| report.run >= run))
            {
                return at_peace(circumstances, current);
            }
            Phase::Starting
        }
    };
    PublicState { phase, reason, since }
}

/// Nothing is being done to it: what the node sees, in the light of the wish.
fn at_peace(circumstances: &Circumstances<'_>, current: bool) -> PublicState {
    let Circumstances { wish, wish_cause, wish_since, observed, .. } = *circumstances;
    let state = |phase, reason: String, since| PublicState { phase, reason, since };
    let Some(report) = observed else {
        return match wish {
            Wish::Running | Wish::Paused => {
                state(Phase::Starting, "Waiting for its node.".into(), wish_since)
            }
            Wish::Stopped | Wish::Deleted => state(Phase::Stopped, caused("Stopped", wish_cause), wish_since),
        };
    };
    let since = report.since;
    match report.state {
        ObservedState::Running => match wish {
            Wish::Stopped | Wish::Deleted => {
                state(Phase::Stopping, caused("Stopping, asked for", wish_cause), wish_since)
            }
            _ => match &report.problem {
                Some(problem) => state(Phase::Unhealthy, problem.message.clone(), since),
                None => state(Phase::Running, caused("Started", wish_cause), since),
            },
        },
        ObservedState::Paused => match wish {
            Wish::Stopped | Wish::Deleted => {
                state(Phase::Stopping, caused("Stopping, asked for", wish_cause), wish_since)
            }
            Wish::Running => state(Phase::Paused, "Paused; it is being woken up.".into(), since),
            Wish::Paused => state(Phase::Paused, caused("Paused", wish_cause), since),
        },
        ObservedState::Starting => state(Phase::Starting, starting_reason(report), since),
        ObservedState::Preparing => match wish {
            Wish::Stopped | Wish::Deleted => {
                state(Phase::Stopping, "What was being prepared is stopped.".into(), since)
            }
            _ => state(Phase::Starting, starting_reason(report), since),
        },
        ObservedState::Prepared => match wish {
            Wish::Stopped | Wish::Deleted => state(Phase::Stopped, caused("Stopped", wish_cause), since),
            _ => state(Phase::Starting, "Everything is there; it is about to start.".into(), since),
        },
        ObservedState::Stopping => state(Phase::Stopping, caused("Stopping, asked for", wish_cause), since),
        ObservedState::Failed => {
            let reason = report
                .problem
                .as_ref()
                .map_or_else(|| "Its node gave up.".to_owned(), |problem| problem.message.clone());
            state(Phase::Failed, reason, since)
        }
        ObservedState::Stopped => match (wish, report.exit) {
            (Wish::Running | Wish::Paused, _) if !current => {
                state(Phase::Starting, "Waiting for its node to begin.".into(), wish_since)
            }
            (Wish::Running | Wish::Paused, Some(exit)) => {
                if exit.out_of_memory {
                    state(
                        Phase::Failed,
                        "Its memory limit was reached and the kernel ended it.".into(),
                        since,
                    )
                } else if exit.code == 0 {
                    state(Phase::Stopped, "Its main process ended by itself.".into(), since)
                } else {
                    let how = match exit.signal {
                        Some(signal) => format!("was ended by signal {signal}"),
                        None => format!("ended with {}", exit.code),
                    };
                    state(Phase::Failed, format!("Its main process {how}."), since)
                }
            }
            (Wish::Running | Wish::Paused, None) => state(
                Phase::Stopped,
                "It stopped without being asked to, such as by a restart of its machine.".into(),
                since,
            ),
            (Wish::Stopped | Wish::Deleted, _) => state(Phase::Stopped, caused("Stopped", wish_cause), since),
        },
        ObservedState::Absent => match wish {
            Wish::Running | Wish::Paused if !current => {
                state(Phase::Starting, "Waiting for its node to begin.".into(), wish_since)
            }
            Wish::Running | Wish::Paused => {
                state(Phase::Failed, "Its node has nothing of it any more.".into(), since)
            }
            Wish::Stopped | Wish::Deleted => state(Phase::Stopped, caused("Stopped", wish_cause), since),
        },
    }
}

fn starting_reason(report: &InstanceReport) -> String {
    if let Some(progress) = &report.progress {
        return format!("{}.", progress.label.trim_end_matches(['.', '…']));
    }
    let running = report.tasks.iter().find(|task| matches!(task.state, TaskState::Running { .. }));
    match running {
        Some(task) => format!("Startup task {} is running.", shown(&task.name)),
        None => "Starting.".to_owned(),
    }
}

fn caused(verb: &str, cause: &Cause) -> String {
    match cause {
        Cause::Person { name } => format!("{verb} by {}.", shown(name)),
        Cause::Idle { after } => format!("{verb}: idle for {}.", rough(*after)),
        Cause::System { why } => format!("{verb}: {why}."),
    }
}

/// A duration as people say it: `30 min`, `2 h`, `45 s`.
fn rough(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..7_200 => format!("{} min", seconds / 60),
        _ if seconds < 172_800 => format!("{} h", seconds / 3_600),
        _ => duration_text(Duration::from_hours(seconds / 3_600)),
    }
}

/// Whether an action makes sense now. [`Action::Delete`] always does.
///
/// # Errors
/// `instance_deleting`, or `not_running` with what to do instead.
pub fn check_action(action: Action, wish: Wish, phase: Phase) -> Result<()> {
    if action == Action::Delete {
        return Ok(());
    }
    if wish == Wish::Deleted {
        return Err(Error::conflict("instance_deleting", "This instance is being deleted.")
            .next_step("Create a new one; what was deleted does not come back."));
    }
    match (action, phase) {
        (Action::Pause, Phase::Running | Phase::Unhealthy | Phase::Paused) => Ok(()),
        (Action::Pause, _) => Err(Error::conflict(
            "not_running",
            "Only a running instance can be paused; this one is not running.",
        )
        .next_step("Start it first.")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
