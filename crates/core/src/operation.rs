//! The operation machine: what a durable operation does next, decided without IO.
//!
//! An operation is a list of named steps. The engine (`control::engine`) stores the [`OperationRecord`], runs what an [`Action`]
//! names and tells [`next`] what came of it. Rules:
//!
//! * Steps run in order. A transient failure is tried again after a back-off, any other failure begins the undo.
//! * Undo goes backwards over every step that was *begun*, the failed or interrupted one too, since it may have done half its work.
//!   Steps up to a point of no return that was begun are not undone; from there on cancelling does nothing.
//! * A deadline or a cancel request interrupts the running step and begins the undo. An undo that keeps failing is given up for that
//!   step after a few attempts, so every operation ends.
//! * An operation that another one superseded is abandoned: it ends at once and undoes nothing, the other one answers for the state.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::error::{ErrorKind, Problem};
use crate::placement::NODE_DISCONNECTED;

/// One or two seconds apart: about five minutes.
const ATTEMPTS_WITHOUT_NODE: u32 = 200;

/// How often the undo of one step is tried.
pub const UNDO_ATTEMPTS: u32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    Queued,
    Running,
    Undoing,
    Succeeded,
    Failed,
    Cancelled,
}

impl OperationState {
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Undoing, Self::Succeeded, Self::Failed, Self::Cancelled];

    #[must_use]
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Undoing => "undoing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
    Undone,
}

/// When a failed step is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Failures after which a transient failure counts as final.
    pub attempts: u32,
    pub first_delay: Duration,
    /// Delays double up to this.
    pub longest_delay: Duration,
}

impl Default for RetryPolicy {
    /// Six attempts over about half a minute.
    fn default() -> Self {
        Self { attempts: 6, first_delay: Duration::from_millis(500), longest_delay: Duration::from_secs(15) }
    }
}

impl RetryPolicy {
    /// The delay after failure number `failures` (from 1): exponential, the upper half of it random. `jitter` is any number.
    #[must_use]
    pub fn delay(&self, failures: u32, jitter: u64) -> Duration {
        let full =
            self.first_delay.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(self.longest_delay);
        let half = full / 2;
        let micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX);
        half + Duration::from_micros(jitter % micros.saturating_add(1))
    }
}

/// What is known of a step before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPlan {
    pub name: String,
    /// Words for people.
    pub title: String,
    /// Once begun, this step and those before it are not undone and cancelling does nothing.
    pub point_of_no_return: bool,
    pub retry: RetryPolicy,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoState {
    #[default]
    NotUndone,
    Undone,
    /// Its undo failed as often as it may.
    GivenUp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    pub name: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub point_of_no_return: bool,
    pub retry: RetryPolicy,
    pub state: StepState,
    /// How often it was begun.
    #[serde(default)]
    pub attempts: u32,
    /// How often it failed since the operation was last queued.
    #[serde(default)]
    pub failures: u32,
    #[serde(default)]
    pub undo: UndoState,
    #[serde(default)]
    pub undo_failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Begun since the operation was last queued, or kept done from before.
    #[serde(default)]
    pub begun: bool,
}

/// How an operation was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancel {
    /// Undo what was done.
    Undo,
    /// Another operation takes over: end at once.
    Abandon,
}

impl Cancel {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Abandon => "abandon",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Undo, Self::Abandon].into_iter().find(|cancel| cancel.as_str() == text)
    }
}

/// The durable state of an operation. Written by the engine that holds its lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    pub state: OperationState,
    pub steps: Vec<StepRecord>,
    pub deadline: Timestamp,
    /// Nothing is begun before this time: back-off.
    pub not_before: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<Cancel>,
    /// Why it failed or is being undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An engine takes the operation up, for the first time, after a crash, or because a time was reached.
    Resume,
    StepDone,
    StepFailed(Problem),
    /// The running step or undo was stopped from outside before it ended.
    Interrupted,
    UndoDone,
    UndoFailed(Problem),
    Cancel(Cancel),
    /// Somebody asks for another try of an ended operation, with this deadline.
    Retry {
        deadline: Timestamp,
    },
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Run the step with this index.
    Run(usize),
    /// Undo the step with this index.
    Undo(usize),
    /// Come back at this time with [`Event::Resume`].
    Wait(Timestamp),
    /// Stop what runs, then come back with [`Event::Interrupted`].
    Interrupt,
    /// What runs goes on.
    Continue,
    /// It has ended.
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub record: OperationRecord,
    pub action: Action,
}

/// Whether trying the same thing again may succeed. A defect may be a passing one (a busy database), so it is tried again too.
#[must_use]
pub const fn is_transient(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unavailable | ErrorKind::TimedOut | ErrorKind::RateLimited | ErrorKind::Internal
    )
}

impl OperationRecord {
    #[must_use]
    pub fn new(steps: Vec<StepPlan>, now: Timestamp, deadline: Timestamp) -> Self {
        let steps = steps
            .into_iter()
            .map(|plan| StepRecord {
                name: plan.name,
                title: plan.title,
                point_of_no_return: plan.point_of_no_return,
                retry: plan.retry,
                state: StepState::Waiting,
                attempts: 0,
                failures: 0,
                undo: UndoState::NotUndone,
                undo_failures: 0,
                started_at: None,
                ended_at: None,
                begun: false,
            })
            .collect();
        Self { state: OperationState::Queued, steps, deadline, not_before: now, cancel: None, problem: None }
    }

    /// The step that runs or is being undone.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        match self.state {
            OperationState::Queued | OperationState::Running => {
                self.steps.iter().position(|step| step.state != StepState::Done)
            }
            OperationState::Undoing => self.next_undo(),
            _ => None,
        }
    }

    /// Whether a cancel request would do something now.
    #[must_use]
    pub fn is_cancellable(&self) -> bool {
        matches!(self.state, OperationState::Queued | OperationState::Running)
            && self.cancel.is_none()
            && !self.is_past_no_return()
    }

    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.state, OperationState::Failed | OperationState::Cancelled)
            && self.cancel != Some(Cancel::Abandon)
    }

    #[must_use]
    pub fn is_past_no_return(&self) -> bool {
        self.first_undoable() > 0
    }

    fn first_undoable(&self) -> usize {
        self.steps.iter().rposition(|step| step.point_of_no_return && step.begun).map_or(0, |index| index + 1)
    }

    fn next_undo(&self) -> Option<usize> {
        let first = self.first_undoable();
        self.steps
            .iter()
            .enumerate()
            .rev()
            .take_while(|(index, _)| *index >= first)
            .find(|(_, step)| step.begun && step.undo == UndoState::NotUndone)
            .map(|(index, _)| index)
    }
}

/// The machine. `jitter` is any random number. `record` must be the one the last decision returned.
#[must_use]
pub fn next(record: &OperationRecord, event: Event, now: Timestamp, jitter: u64) -> Decision {
    let mut record = record.clone();
    if record.state.is_finished() {
        return match event {
            Event::Retry { deadline } if record.is_retryable() => queue_again(record, now, deadline),
            _ => Decision { record, action: Action::End },
        };
    }
    match event {
        Event::Resume | Event::Retry { .. } => {}
        Event::Interrupted => {
            // The step may have done half its work; it stays begun, and runs again if the operation goes on.
            if let Some(step) = running(&mut record) {
                step.state = StepState::Waiting;
            }
        }
        Event::Cancel(cancel) => {
            record.cancel = record.cancel.max(Some(cancel));
            let heeded = cancel == Cancel::Abandon
                || (record.state != OperationState::Undoing && !record.is_past_no_return());
            if record.steps.iter().any(|step| step.state == StepState::Running)
                || record.state == OperationState::Undoing
            {
                let action = if heeded { Action::Interrupt } else { Action::Continue };
                return Decision { record, action };
            }
        }
        Event::StepDone => {
            if let Some(step) = running(&mut record) {
                step.state = StepState::Done;
                step.ended_at = Some(now);
            }
        }
        Event::StepFailed(problem) => step_failed(&mut record, problem, now, jitter),
        Event::UndoDone => {
            if let Some(index) = record.next_undo() {
                let step = &mut record.steps[index];
                step.undo = UndoState::Undone;
                if step.state != StepState::Failed {
                    step.state = StepState::Undone;
                }
            }
        }
        Event::UndoFailed(problem) => undo_failed(&mut record, problem, now, jitter),
    }
    proceed(record, now)
}

fn running(record: &mut OperationRecord) -> Option<&mut StepRecord> {
    record.steps.iter_mut().find(|step| step.state == StepState::Running)
}

fn step_failed(record: &mut OperationRecord, problem: Problem, now: Timestamp, jitter: u64) {
    let Some(step) = running(record) else { return };
    step.failures += 1;
    // A node that is away mostly comes back within minutes, and then nobody wants to wait long for the next attempt.
    let (attempts, slowest) = if problem.code == NODE_DISCONNECTED {
        (ATTEMPTS_WITHOUT_NODE.max(step.retry.attempts), 3)
    } else {
        (step.retry.attempts, u32::MAX)
    };
    if is_transient(problem.kind) && step.failures < attempts {
        step.state = StepState::Waiting;
        let delay = step.retry.delay(step.failures.min(slowest), jitter);
        record.not_before = now.plus(delay);
        // Kept, so that people see what it is waiting for, and why when the deadline passes first.
        record.problem = Some(problem);
        return;
    }
    step.state = StepState::Failed;
    step.ended_at = Some(now);
    record.problem = Some(problem);
    begin_undo(record, now);
}

fn undo_failed(record: &mut OperationRecord, problem: Problem, now: Timestamp, jitter: u64) {
    let Some(index) = record.next_undo() else { return };
    let step = &mut record.steps[index];
    step.undo_failures += 1;
    if step.undo_failures >= UNDO_ATTEMPTS {
        step.undo = UndoState::GivenUp;
        step.state = StepState::Failed;
        if record.problem.is_none() {
            record.problem = Some(problem);
        }
    } else {
        record.not_before = now.plus(RetryPolicy::default().delay(step.undo_failures, jitter));
    }
}

fn begin_undo(record: &mut OperationRecord, now: Timestamp) {
    record.state = OperationState::Undoing;
    record.not_before = now;
    for step in &mut record.steps {
        if step.state == StepState::Running {
            step.state = StepState::Waiting;
        }
    }
}

fn proceed(mut record: OperationRecord, now: Timestamp) -> Decision {
    if record.cancel == Some(Cancel::Abandon) {
        record.state = OperationState::Cancelled;
        for step in &mut record.steps {
            if step.state == StepState::Running {
                step.state = StepState::Waiting;
            }
        }
        return Decision { record, action: Action::End };
    }
    if matches!(record.state, OperationState::Queued | OperationState::Running) {
        if record.steps.iter().all(|step| step.state == StepState::Done) {
            record.state = OperationState::Succeeded;
            record.problem = None;
            return Decision { record, action: Action::End };
        }
        if record.cancel.is_some() && !record.is_past_no_return() {
            record.problem = None;
            begin_undo(&mut record, now);
        } else if now >= record.deadline {
            record.problem = Some(out_of_time(&record));
            if let Some(index) = record.current() {
                record.steps[index].state = StepState::Failed;
                record.steps[index].ended_at = Some(now);
            }
            begin_undo(&mut record, now);
        } else {
            return run_next(record, now);
        }
    }
    undo_next(record, now)
}

fn run_next(mut record: OperationRecord, now: Timestamp) -> Decision {
    if now < record.not_before {
        let at = record.not_before.min(record.deadline);
        return Decision { record, action: Action::Wait(at) };
    }
    let Some(index) = record.current() else {
        return Decision { record, action: Action::End };
    };
    record.state = OperationState::Running;
    let step = &mut record.steps[index];
    step.state = StepState::Running;
    step.begun = true;
    step.attempts += 1;
    if step.started_at.is_none() {
        step.started_at = Some(now);
    }
    Decision { record, action: Action::Run(index) }
}

fn undo_next(mut record: OperationRecord, now: Timestamp) -> Decision {
    match record.next_undo() {
        Some(_) if now < record.not_before => {
            let at = record.not_before;
            Decision { record, action: Action::Wait(at) }
        }
        Some(index) => Decision { record, action: Action::Undo(index) },
        None => {
            // A problem means a step failed or time ran out; without one, somebody cancelled.
            let cancelled = record.cancel.is_some() && record.problem.is_none();
            record.state = if cancelled { OperationState::Cancelled } else { OperationState::Failed };
            Decision { record, action: Action::End }
        }
    }
}

fn out_of_time(record: &OperationRecord) -> Problem {
    let step = record.current().map_or("its last step", |index| record.steps[index].title.as_str());
    let mut problem = Problem {
        kind: ErrorKind::TimedOut,
        code: "operation_timed_out".to_owned(),
        message: format!("The operation ran out of time at \u{201c}{step}\u{201d}."),
        next_step: Some(
            "Retry it; if it runs out of time again, its log says what it was waiting for.".to_owned(),
        ),
        fields: Vec::new(),
    };
    if let Some(last) = &record.problem {
        problem.message = format!("{} The last attempt failed: {}", problem.message, last.message);
        problem.next_step = last.next_step.clone().or(problem.next_step);
    }
    problem
}

fn queue_again(mut record: OperationRecord, now: Timestamp, deadline: Timestamp) -> Decision {
    for step in &mut record.steps {
        if step.state != StepState::Done {
            step.state = StepState::Waiting;
            step.begun = step.point_of_no_return && step.begun;
            step.started_at = None;
            step.ended_at = None;
        }
        step.failures = 0;
        step.undo = UndoState::NotUndone;
        step.undo_failures = 0;
    }
    record.state = OperationState::Queued;
    record.problem = None;
    record.cancel = None;
    record.not_before = now;
    record.deadline = deadline;
    Decision { record, action: Action::Wait(now) }
}

#[cfg(test)]
mod tests;
