//! Taking operations up and running their steps.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::Value;
use stead_core::error::{InternalContext as _, Problem};
use stead_core::ids::{OperationId, TenantId};
use stead_core::operation::{Action, Cancel, Decision, Event, OperationRecord, OperationState, next};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::operations::{self, Advance, Operation};
use stead_db::{Changed, Nudge, SystemScope, Tx};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::context::StepContext;
use super::kind::{Ended, Step};
use super::{Inner, Running, decode, encode, parse_id, tenant_of};
use crate::notifications::{self, Notice};

/// How often the engine looks for work that nobody nudged it about.
const LOOK_ALONE: Duration = Duration::from_secs(10);
const LOOK_SHARED: Duration = Duration::from_secs(1);
/// A back-off up to this long is waited out with the lease held.
const SHORT_WAIT: Duration = Duration::from_secs(2);
/// An interrupted step gets this long to end by itself.
const GRACE: Duration = Duration::from_secs(5);
const UNDO_TIME_LIMIT: Duration = Duration::from_secs(120);
/// A failure of the engine itself (the database is away) is tried again after this.
const ENGINE_FAILURE_DELAY: Duration = Duration::from_secs(1);
const DUE_BATCH: u64 = 256;

/// Takes up whatever is due: on nudges, when something becomes due, and once in a while.
pub(super) async fn dispatch(inner: Arc<Inner>, mut nudges: Receiver<Nudge>) {
    let look = if inner.db.is_shared() { LOOK_SHARED } else { LOOK_ALONE };
    let mut scan = true;
    loop {
        let mut wait = look;
        if scan {
            match look_for_work(&inner).await {
                Ok(until_next) => wait = wait.min(until_next),
                Err(error) => {
                    tracing::warn!(error.inside = %error.inside(), "looking for operations failed: {error}");
                    wait = ENGINE_FAILURE_DELAY;
                }
            }
        }
        scan = tokio::select! {
            biased;
            () = inner.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => true,
            () = inner.rescheduled.notified() => true,
            nudge = nudges.recv() => match nudge {
                Ok(Nudge::Work(id)) => {
                    take_up(&inner, id);
                    false
                }
                Ok(_) => false,
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return,
            },
        };
    }
}

async fn look_for_work(inner: &Arc<Inner>) -> Result<Duration> {
    for id in operations::due(&inner.scope, inner.now(), DUE_BATCH).await? {
        take_up(inner, id);
    }
    let now = inner.now();
    let next = operations::next_due(&inner.scope).await?;
    Ok(next.map_or(Duration::MAX, |at| at.since(now).max(Duration::from_millis(50))))
}

/// Runs the operation unless this engine already does; then it learns that it was asked something.
fn take_up(inner: &Arc<Inner>, id: OperationId) {
    // What a stopping engine lets go of is for the next one.
    if inner.stop.is_cancelled() {
        return;
    }
    let running = {
        let mut all = inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = all.get(&id) {
            running.asked.notify_one();
            return;
        }
        let running = Arc::new(Running::default());
        all.insert(id, Arc::clone(&running));
        running
    };
    let task_inner = Arc::clone(inner);
    inner.tasks.spawn(async move {
        let inner = task_inner;
        let outcome = match Arc::clone(&inner.slots).acquire_owned().await {
            Ok(_slot) if inner.stop.is_cancelled() => Ok(Ok(())),
            Ok(_slot) => AssertUnwindSafe(Runner::run(&inner, id, &running)).catch_unwind().await,
            Err(_) => Ok(Ok(())),
        };
        inner.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(operation.id = %id, error.inside = %error.inside(), "running an operation was broken off: {error}");
                give_back(&inner, id).await;
            }
            Err(_) => {
                tracing::error!(operation.id = %id, "the engine panicked over an operation");
                give_back(&inner, id).await;
            }
        }
        // Something may have been asked between the last look and the removal above.
        inner.rescheduled.notify_one();
    });
}

/// After a failure of the engine itself: free the lease soon, so that the operation is taken up again.
async fn give_back(inner: &Arc<Inner>, id: OperationId) {
    let until = inner.now().plus(ENGINE_FAILURE_DELAY);
    let owner = inner.settings.name.as_str();
    let freed = inner
        .scope
        .transaction(|tx| async move { operations::renew(&tx, owner, &[id], until).await.map(|_| ()) })
        .await;
    if let Err(error) = freed {
        tracing::debug!(operation.id = %id, error.inside = %error.inside(), "the lease runs out by itself: {error}");
    }
}

/// Renews the leases of what runs, and learns which were lost and which were asked to stop.
pub(super) async fn renew_leases(inner: Arc<Inner>) {
    let renewal = inner.settings.lease / 3;
    let interval = if inner.db.is_shared() { renewal.min(LOOK_SHARED) } else { renewal };
    let mut renewed = inner.now();
    loop {
        tokio::select! {
            () = inner.stop.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
        let now = inner.now();
        let renew = now.since(renewed) >= renewal.saturating_sub(interval / 2);
        match look_after_leases(&inner, renew).await {
            Ok(()) if renew => renewed = now,
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(error.inside = %error.inside(), "renewing the leases of operations failed: {error}")
            }
        }
    }
}

async fn look_after_leases(inner: &Arc<Inner>, renew: bool) -> Result<()> {
    let running: Vec<(OperationId, Arc<Running>)> = {
        let all = inner.running.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .filter(|(_, running)| running.leased.load(Ordering::Acquire))
            .map(|(id, running)| (*id, Arc::clone(running)))
            .collect()
    };
    if running.is_empty() {
        return Ok(());
    }
    let owner = inner.settings.name.as_str();
    if renew {
        let ids: Vec<OperationId> = running.iter().map(|(id, _)| *id).collect();
        let until = inner.now().plus(inner.settings.lease);
        let ids = ids.as_slice();
        let lost = inner
            .scope
            .transaction(|tx| async move { operations::renew(&tx, owner, ids, until).await })
            .await?;
        // One that has just ended has no lease either; it does not listen any more.
        for (_, running) in running.iter().filter(|(id, _)| lost.contains(id)) {
            running.lost.cancel();
        }
    }
    for id in operations::asked_to_stop(&inner.scope, owner).await? {
        if let Some((_, running)) = running.iter().find(|(other, _)| *other == id) {
            running.asked.notify_one();
        }
    }
    Ok(())
}

/// One operation while this engine has its lease.
struct Runner<'a> {
    inner: &'a Arc<Inner>,
    running: &'a Arc<Running>,
    id: OperationId,
    tenant: TenantId,
    row: Operation,
    input: Value,
    outputs: BTreeMap<String, Value>,
    record: OperationRecord,
    steps: Vec<Arc<dyn Step>>,
    cancel: Option<Cancel>,
    started_at: Option<Timestamp>,
}

/// What came of running a step.
enum Outcome {
    Done(Value),
    Failed(Error),
    /// Stopped because of the deadline or a request to stop.
    Interrupted,
    /// The engine stops or has lost the lease: nothing more may be written.
    Leave,
}

impl<'a> Runner<'a> {
    async fn run(inner: &'a Arc<Inner>, id: OperationId, running: &'a Arc<Running>) -> Result<()> {
        let (owner, lease) = (inner.settings.name.as_str(), inner.settings.lease);
        let claimed = inner
            .scope
            .transaction(|tx| async move {
                let Some(row) = operations::lease(&tx, id, owner, tx.now().plus(lease)).await? else {
                    return Ok(None);
                };
                let Some(mut runner) = Self::prepare(inner, running, row, &tx).await? else {
                    return Ok(None);
                };
                // The first decision goes into the transaction that takes the lease.
                let event = runner.cancel.map_or(Event::Resume, Event::Cancel);
                let action = runner.decide(&tx, event).await?;
                Ok(Some((runner, action)))
            })
            .await?;
        match claimed {
            Some((mut runner, Some(action))) => {
                running.leased.store(true, Ordering::Release);
                runner.go_on(action).await
            }
            _ => Ok(()),
        }
    }

    async fn prepare(
        inner: &'a Arc<Inner>,
        running: &'a Arc<Running>,
        row: Operation,
        tx: &Tx<SystemScope>,
    ) -> Result<Option<Self>> {
        let id = parse_id(&row)?;
        let cancel = row.cancel.as_deref().and_then(Cancel::parse);
        if let Some(follows) = row.follows.as_deref().and_then(|id| id.parse().ok())
            && cancel != Some(Cancel::Abandon)
            && let Some(before) = operations::find(tx, follows).await?
            && before.ended_at.is_none()
        {
            // The end of that one makes this one due; until then nobody needs the lease.
            operations::give_back(tx, id, &inner.settings.name).await?;
            return Ok(None);
        }
        let record = decode(&row.record)?;
        let kind = inner.kind(&row.kind);
        let known = kind.map(|kind| kind.steps()).unwrap_or_default();
        let steps = record
            .steps
            .iter()
            .map(|step| {
                known
                    .iter()
                    .find(|candidate| candidate.name() == step.name)
                    .map_or_else(|| Arc::new(UnknownStep) as Arc<dyn Step>, Arc::clone)
            })
            .collect();
        Ok(Some(Self {
            inner,
            running,
            id,
            tenant: tenant_of(&row)?,
            input: serde_json::from_str(&row.input).internal("reading an operation's input")?,
            outputs: serde_json::from_str(&row.outputs).internal("reading an operation's outputs")?,
            record,
            steps,
            cancel,
            started_at: row.started_at.map(Timestamp::from_micros),
            row,
        }))
    }

    /// Decides and stores the decision. `None`: the lease is lost.
    async fn decide(&mut self, tx: &Tx<SystemScope>, event: Event) -> Result<Option<Action>> {
        let (decision, advance, lines) = self.decision(tx, event)?;
        if !operations::advance(tx, self.id, &self.inner.settings.name, advance).await? {
            return Ok(None);
        }
        for (step, text) in lines {
            operations::append_log(tx, self.id, step.as_deref(), &text).await?;
        }
        if decision.record.state.is_finished() {
            self.end(tx, &decision.record).await?;
        }
        tx.changed(self.tenant, Changed::Operation(self.id));
        self.record = decision.record;
        Ok(Some(decision.action))
    }

    #[expect(clippy::type_complexity, reason = "three parts that only `decide` takes apart")]
    fn decision(
        &mut self,
        tx: &Tx<SystemScope>,
        event: Event,
    ) -> Result<(Decision, Advance, Vec<(Option<String>, String)>)> {
        let now = tx.now();
        let lines = self.lines_about(&event);
        let decision = next(&self.record, event, now, tx.ambient().random_u64());
        let state = decision.record.state;
        if state != OperationState::Queued && self.started_at.is_none() {
            self.started_at = Some(now);
        }
        let (due_at, release) = match decision.action {
            Action::Wait(at) if at.since(now) > SHORT_WAIT => (at, true),
            Action::Wait(at) => (at, false),
            _ => (now, false),
        };
        let outputs = serde_json::to_string(&self.outputs).internal("writing an operation's outputs")?;
        let advance = Advance {
            state,
            record: encode(&decision.record)?,
            outputs: Some(outputs),
            due_at,
            deadline: decision.record.deadline,
            started_at: self.started_at,
            ended_at: state.is_finished().then_some(now),
            release,
        };
        Ok((decision, advance, lines))
    }

    /// What people want to read about later.
    fn lines_about(&self, event: &Event) -> Vec<(Option<String>, String)> {
        let step = self.record.current().map(|index| self.record.steps[index].name.clone());
        let line = match event {
            Event::StepFailed(problem) => format!("Failed: {}", in_words(problem)),
            Event::UndoFailed(problem) => format!("Undoing it failed: {}", in_words(problem)),
            Event::Cancel(Cancel::Undo) => "Somebody asked to cancel.".to_owned(),
            Event::Cancel(Cancel::Abandon) => "Another operation took over.".to_owned(),
            _ => return Vec::new(),
        };
        vec![(step, line)]
    }

    async fn end(&self, tx: &Tx<SystemScope>, record: &OperationRecord) -> Result<()> {
        if let Some(kind) = self.inner.kind(&self.row.kind) {
            let ended = Ended {
                id: self.id,
                tenant: self.tenant,
                resource: self.row.resource.clone(),
                input: self.input.clone(),
                state: record.state,
                problem: record.problem.clone(),
                superseded: record.cancel == Some(Cancel::Abandon),
            };
            kind.ended(tx, &ended).await?;
        }
        if let (OperationState::Failed, Some(problem)) = (record.state, &record.problem) {
            let creator = self.row.created_by.as_deref().map(str::parse).transpose();
            let notice = Notice::OperationFailed {
                tenant: self.tenant,
                operation: self.id,
                kind: self.row.kind.clone(),
                object: self.row.resource.clone(),
                creator: creator.internal("reading who began an operation")?,
                code: problem.code.clone(),
                message: problem.message.clone(),
            };
            notifications::announce(tx, notice).await?;
        }
        for follower in operations::release_followers(tx, self.id).await? {
            tx.nudge(Nudge::Work(follower));
        }
        Ok(())
    }

    async fn store(&mut self, event: Event) -> Result<Option<Action>> {
        let scope = self.inner.scope.clone();
        // A transaction that lost a race runs again, so the decision must start from the same record each time.
        let before = (self.record.clone(), self.started_at);
        let runner = tokio::sync::Mutex::new(self);
        let runner = &runner;
        scope
            .transaction(|tx| {
                let (event, before) = (event.clone(), before.clone());
                async move {
                    let mut runner = runner.lock().await;
                    (runner.record, runner.started_at) = before;
                    runner.decide(&tx, event).await
                }
            })
            .await
    }

    async fn go_on(&mut self, first: Action) -> Result<()> {
        let mut action = first;
        loop {
            let event = match action {
                Action::End => return Ok(()),
                Action::Wait(at) => match self.wait(at).await? {
                    Some(event) => event,
                    None => return Ok(()),
                },
                // Nothing runs between two decisions of this loop, so there is nothing to interrupt or let go on.
                Action::Interrupt | Action::Continue => Event::Interrupted,
                Action::Run(index) => match self.run_step(index).await? {
                    Outcome::Done(output) => {
                        self.keep(index, output);
                        Event::StepDone
                    }
                    Outcome::Failed(error) => {
                        self.report(index, &error);
                        Event::StepFailed(error.to_problem())
                    }
                    Outcome::Interrupted => self.cancel.map_or(Event::Interrupted, Event::Cancel),
                    Outcome::Leave => return self.leave().await,
                },
                Action::Undo(index) => match self.undo_step(index).await? {
                    Outcome::Done(_) => Event::UndoDone,
                    Outcome::Failed(error) => {
                        self.report(index, &error);
                        Event::UndoFailed(error.to_problem())
                    }
                    Outcome::Interrupted => self.cancel.map_or(Event::Interrupted, Event::Cancel),
                    Outcome::Leave => return self.leave().await,
                },
            };
            action = match self.store(event).await? {
                Some(Action::Interrupt | Action::Continue) => match self.store(Event::Interrupted).await? {
                    Some(action) => action,
                    None => return Ok(()),
                },
                Some(action) => action,
                None => return Ok(()),
            };
        }
    }

    fn keep(&mut self, index: usize, output: Value) {
        if !output.is_null() {
            self.outputs.insert(self.record.steps[index].name.clone(), output);
        }
    }

    fn report(&self, index: usize, error: &Error) {
        tracing::info!(operation.id = %self.id, operation.kind = %self.row.kind, operation.step = %self.record.steps[index].name,
            error.code = error.code(), error.inside = %error.inside(), "a step failed: {error}");
    }

    /// The engine stops: the next one may take over at once. After a lost lease the write is refused, as it should be.
    async fn leave(&mut self) -> Result<()> {
        let (id, owner, now) = (self.id, self.inner.settings.name.as_str(), self.inner.now());
        self.inner
            .scope
            .transaction(|tx| async move { operations::renew(&tx, owner, &[id], now).await.map(|_| ()) })
            .await
    }

    /// Waits out a short back-off. `None`: the lease was given back for a longer one.
    async fn wait(&mut self, at: Timestamp) -> Result<Option<Event>> {
        let delay = at.since(self.inner.now());
        if delay > SHORT_WAIT {
            return Ok(None);
        }
        tokio::select! {
            () = tokio::time::sleep(delay) => Ok(Some(Event::Resume)),
            () = self.running.asked.notified() => {
                self.look_for_cancel().await?;
                Ok(Some(self.cancel.map_or(Event::Resume, Event::Cancel)))
            }
            () = self.inner.stop.cancelled() => { self.leave().await?; Ok(None) }
            () = self.running.lost.cancelled() => Ok(None),
        }
    }

    async fn look_for_cancel(&mut self) -> Result<()> {
        if let Some(row) = operations::find(&self.inner.scope, self.id).await? {
            self.cancel = row.cancel.as_deref().and_then(Cancel::parse);
        }
        Ok(())
    }

    fn context(&self, index: usize, cancelled: CancellationToken) -> StepContext {
        StepContext {
            operation: self.id,
            tenant: self.tenant,
            created_by: self.row.created_by.as_deref().and_then(|id| id.parse().ok()),
            resource: self.row.resource.clone(),
            input: self.input.clone(),
            outputs: self.outputs.clone(),
            step: self.record.steps[index].name.clone(),
            deadline: self.record.deadline,
            db: self.inner.db.clone(),
            scope: self.inner.scope.clone(),
            engine: self.inner.settings.name.clone(),
            cancelled,
            last_progress: Arc::new(Mutex::new(None)),
        }
    }

    async fn run_step(&mut self, index: usize) -> Result<Outcome> {
        let token = CancellationToken::new();
        let context = self.context(index, token.clone());
        let step = Arc::clone(&self.steps[index]);
        let work = async move { step.run(&context).await };
        let left = self.record.deadline.since(self.inner.now());
        self.supervise(work, token, left).await
    }

    async fn undo_step(&mut self, index: usize) -> Result<Outcome> {
        let token = CancellationToken::new();
        let context = self.context(index, token.clone());
        let step = Arc::clone(&self.steps[index]);
        let work = async move { step.undo(&context).await.map(|()| Value::Null) };
        let outcome = self.supervise(work, token, UNDO_TIME_LIMIT).await?;
        Ok(match outcome {
            Outcome::Interrupted if self.cancel != Some(Cancel::Abandon) => Outcome::Failed(Error::new(
                ErrorKind::TimedOut,
                "undo_timed_out",
                "Undoing the step took too long.",
            )),
            outcome => outcome,
        })
    }

    /// Runs `work` until it ends, time is over, somebody asks to stop, or this engine has to let go.
    async fn supervise(
        &mut self,
        work: impl Future<Output = Result<Value>> + Send,
        token: CancellationToken,
        time: Duration,
    ) -> Result<Outcome> {
        let work = AssertUnwindSafe(work).catch_unwind();
        tokio::pin!(work);
        let time_over = tokio::time::sleep(time);
        tokio::pin!(time_over);
        let (inner, running) = (self.inner, self.running);
        loop {
            tokio::select! {
                biased;
                outcome = &mut work => return Ok(finished(outcome)),
                () = running.lost.cancelled() => return Ok(Outcome::Leave),
                () = inner.stop.cancelled() => return Ok(Outcome::Leave),
                () = &mut time_over => break,
                () = running.asked.notified() => {
                    self.look_for_cancel().await?;
                    let heeded = match self.cancel {
                        Some(Cancel::Abandon) => true,
                        Some(Cancel::Undo) => {
                            self.record.state != OperationState::Undoing && !self.record.is_past_no_return()
                        }
                        None => false,
                    };
                    if heeded {
                        break;
                    }
                }
            }
        }
        token.cancel();
        tokio::select! {
            biased;
            outcome = &mut work => Ok(match finished(outcome) {
                // It was quicker than the request: what it did counts.
                Outcome::Done(output) => Outcome::Done(output),
                _ => Outcome::Interrupted,
            }),
            () = running.lost.cancelled() => Ok(Outcome::Leave),
            () = inner.stop.cancelled() => Ok(Outcome::Leave),
            () = tokio::time::sleep(GRACE) => Ok(Outcome::Interrupted),
        }
    }
}

fn finished(outcome: std::thread::Result<Result<Value>>) -> Outcome {
    match outcome {
        Ok(Ok(output)) => Outcome::Done(output),
        Ok(Err(error)) => Outcome::Failed(error),
        Err(_) => Outcome::Failed(Error::internal("a step panicked")),
    }
}

fn in_words(problem: &Problem) -> String {
    match &problem.next_step {
        Some(next_step) => format!("{} {next_step}", problem.message),
        None => problem.message.clone(),
    }
}

/// Stands for a step that this version of Stead does not know.
struct UnknownStep;

#[async_trait::async_trait]
impl Step for UnknownStep {
    fn name(&self) -> &'static str {
        "unknown"
    }
    fn title(&self) -> &'static str {
        "Unknown step"
    }
    async fn run(&self, _: &StepContext) -> Result<Value> {
        Err(Error::conflict(
            "operation_step_unknown",
            "This version of Stead does not know the operation's next step.",
        )
        .next_step("Go back to the version that began it, or delete the object."))
    }
    async fn undo(&self, _: &StepContext) -> Result<()> {
        Ok(())
    }
}
