//! Durable operations and reconcilers: how everything of more than one step is done.
//!
//! An operation is a row with named steps. Whoever asks for one adds it in the transaction of the wish ([`Engine::enqueue`]); an
//! engine takes a lease on it, runs its steps in order, stores each decision of [`stead_core::operation::next`] and renews the
//! lease. When the engine dies, the lease runs out and another one goes on with the step that was begun; therefore every step and
//! every undo is idempotent. Several engines may share a database: all writes are refused to an engine that lost the lease.
//!
//! One unfinished operation per resource; one that supersedes (delete) takes the resource over and asks the other to end at once.
//! Engines of this process learn of work by nudges, of other servers' work by looking once in a while.

mod context;
mod kind;
mod onward;
mod reconciler;
mod runner;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use stead_core::ids::{OperationId, TenantId};
use stead_core::operation::{Cancel, Event, OperationRecord, next};
use stead_core::{Error, Result, Timestamp};
use stead_db::operations::{self, Operation};
use stead_db::{Changed, Db, Nudge, Scope, SystemScope, Tx};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use context::StepContext;
pub use kind::{Ended, OperationKind, Step};
pub use onward::{Onward, onward, persistent};
pub use reconciler::{Reconciler, ReconcilerStatus, Reconcilers};

/// An operation that follows another one is looked at this late when the end of the other one was missed.
const FOLLOW_FALLBACK: Duration = Duration::from_secs(60);

/// How the engine behaves.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Names this engine in leases; different for every start of a process.
    pub name: String,
    /// How long a lease lasts without renewal.
    pub lease: Duration,
    /// Operations that run at once; most of them wait for nodes.
    pub concurrency: usize,
    /// No other server uses the database: leases of dead engines are broken at the start.
    pub alone: bool,
}

impl EngineSettings {
    #[must_use]
    pub fn new(name: String, alone: bool) -> Self {
        Self { name, lease: Duration::from_secs(15), concurrency: 512, alone }
    }
}

/// An operation to begin.
#[derive(Debug, Clone)]
pub struct NewOperation {
    /// Name of a registered [`OperationKind`].
    pub kind: &'static str,
    pub tenant: TenantId,
    /// The object it changes; one unfinished operation each.
    pub resource: Option<String>,
    pub input: Value,
    /// Take the resource over from the operation that holds it, instead of failing.
    pub supersede: bool,
}

/// The engine. Cheap to clone. Runs nothing until [`Engine::start`].
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) scope: SystemScope,
    pub(crate) settings: EngineSettings,
    kinds: RwLock<HashMap<&'static str, Arc<dyn OperationKind>>>,
    pub(crate) running: Mutex<HashMap<OperationId, Arc<Running>>>,
    pub(crate) slots: Arc<Semaphore>,
    /// A timer of the dispatcher is to be set anew: something became due later.
    pub(crate) rescheduled: Notify,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// What others may tell a running operation.
#[derive(Debug, Default)]
pub(crate) struct Running {
    /// It was asked to stop: the row says how.
    pub(crate) asked: Notify,
    /// The lease was taken.
    pub(crate) leased: std::sync::atomic::AtomicBool,
    /// Another engine has the lease.
    pub(crate) lost: CancellationToken,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("name", &self.inner.settings.name).finish_non_exhaustive()
    }
}

impl Engine {
    #[must_use]
    pub fn new(db: Db, settings: EngineSettings) -> Self {
        Self {
            inner: Arc::new(Inner {
                scope: db.system("operations engine"),
                slots: Arc::new(Semaphore::new(settings.concurrency)),
                db,
                settings,
                kinds: RwLock::default(),
                running: Mutex::default(),
                rescheduled: Notify::new(),
                tasks: TaskTracker::new(),
                stop: CancellationToken::new(),
            }),
        }
    }

    /// Makes a kind of operation known. Two of one name are a defect; the later one counts.
    pub fn register(&self, kind: Arc<dyn OperationKind>) {
        self.inner.kinds.write().unwrap_or_else(PoisonError::into_inner).insert(kind.name(), kind);
    }

    /// The kinds that are registered, by name.
    #[must_use]
    pub fn kinds(&self) -> Vec<Arc<dyn OperationKind>> {
        let mut kinds: Vec<_> = self
            .inner
            .kinds
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .map(Arc::clone)
            .collect();
        kinds.sort_by_key(|kind| kind.name());
        kinds
    }

    /// Adds an operation in the caller's transaction; it begins when that commits.
    ///
    /// # Errors
    /// `operation_in_progress` when the resource has an unfinished operation and `supersede` is not set.
    pub async fn enqueue<S: Scope>(&self, tx: &Tx<S>, new: NewOperation) -> Result<OperationId> {
        let kind = self
            .inner
            .kind(new.kind)
            .ok_or_else(|| Error::internal(format!("no operation kind {} is registered", new.kind)))?;
        let (now, id) = (tx.now(), tx.ambient().new_id::<OperationId>());
        let deadline = now.plus(kind.time_limit());
        let record = OperationRecord::new(kind::plan(kind.as_ref(), &new.input), now, deadline);
        let mut follows = None;
        if let Some(resource) = &new.resource
            && let Some(holder) = operations::holder(tx, resource).await?
        {
            if !new.supersede {
                return Err(operations::in_progress());
            }
            let other = parse_id(&holder)?;
            operations::supersede(tx, other).await?;
            tx.nudge(Nudge::Work(other));
            follows = Some(holder.id);
        }
        // One that follows is made due by the end of the other.
        let due_at = if follows.is_some() { now.plus(FOLLOW_FALLBACK) } else { now };
        let row = Operation {
            id: id.to_string(),
            tenant_id: new.tenant.to_string(),
            kind: new.kind.to_owned(),
            holds: new.resource.clone(),
            resource: new.resource,
            follows,
            created_by: stead_db::Access::actor(tx).map(|actor| actor.user.to_string()),
            input: new.input.to_string(),
            record: encode(&record)?,
            outputs: "{}".to_owned(),
            progress: None,
            state: record.state.as_str().to_owned(),
            version: 1,
            due_at: due_at.micros(),
            deadline: deadline.micros(),
            cancel: None,
            lease_owner: None,
            lease_until: 0,
            created_at: now.micros(),
            started_at: None,
            ended_at: None,
        };
        operations::insert(tx, row).await?;
        tx.changed(new.tenant, Changed::Operation(id));
        tx.nudge(Nudge::Work(id));
        Ok(id)
    }

    /// Asks an unfinished operation to stop and undo. Returns whether it heeds that.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn cancel<S: Scope>(&self, tx: &Tx<S>, row: &Operation) -> Result<bool> {
        let id = parse_id(row)?;
        if !decode(&row.record)?.is_cancellable() || row.cancel.is_some() {
            return Ok(false);
        }
        let asked = operations::request_cancel(tx, id, Cancel::Undo).await?;
        if asked {
            tx.changed(tenant_of(row)?, Changed::Operation(id));
            tx.nudge(Nudge::Work(id));
        }
        Ok(asked)
    }

    /// Queues an ended operation again: what was undone is done anew, with a fresh deadline. Returns whether it could be.
    ///
    /// # Errors
    /// `operation_in_progress` when its resource is held by another one by now.
    pub async fn retry<S: Scope>(&self, tx: &Tx<S>, row: &Operation) -> Result<bool> {
        let id = parse_id(row)?;
        let record = decode(&row.record)?;
        let Some(kind) = self.inner.kind(&row.kind) else { return Ok(false) };
        if !record.is_retryable() || !kind.can_retry() {
            return Ok(false);
        }
        let deadline = tx.now().plus(kind.time_limit());
        let decision = next(&record, Event::Retry { deadline }, tx.now(), 0);
        if !operations::queue_again(tx, row, encode(&decision.record)?, deadline).await? {
            return Ok(false);
        }
        operations::append_log(tx, id, None, "Tried again.").await?;
        tx.changed(tenant_of(row)?, Changed::Operation(id));
        tx.nudge(Nudge::Work(id));
        Ok(true)
    }

    /// Whether [`Engine::retry`] would do something now.
    #[must_use]
    pub fn is_retryable(&self, row: &Operation, record: &OperationRecord) -> bool {
        record.is_retryable() && self.inner.kind(&row.kind).is_some_and(|kind| kind.can_retry())
    }

    /// Begins to take operations up.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn start(&self) -> Result<()> {
        if self.inner.settings.alone {
            self.inner.scope.transaction(|tx| async move { operations::break_leases(&tx).await }).await?;
        }
        // Subscribed before the first look, so that nothing falls between.
        let nudges = self.inner.db.nudges();
        self.inner.tasks.spawn(runner::dispatch(Arc::clone(&self.inner), nudges));
        self.inner.tasks.spawn(runner::renew_leases(Arc::clone(&self.inner)));
        Ok(())
    }

    /// Stops taking work up, interrupts what runs where it is and gives the leases back; the steps go on in the next engine.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

impl Inner {
    pub(crate) fn kind(&self, name: &str) -> Option<Arc<dyn OperationKind>> {
        self.kinds.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.db.ambient().now()
    }
}

pub(crate) fn decode(record: &str) -> Result<OperationRecord> {
    serde_json::from_str(record)
        .map_err(|error| Error::internal("reading an operation's record").source_error(error))
}

pub(crate) fn encode(record: &OperationRecord) -> Result<String> {
    serde_json::to_string(record)
        .map_err(|error| Error::internal("writing an operation's record").source_error(error))
}

pub(crate) fn parse_id(row: &Operation) -> Result<OperationId> {
    row.id.parse().map_err(|error| Error::internal("reading an operation's id").source_error(error))
}

pub(crate) fn tenant_of(row: &Operation) -> Result<TenantId> {
    row.tenant_id
        .parse()
        .map_err(|error| Error::internal("reading an operation's tenant").source_error(error))
}
