//! What a step is given: the operation's input and outputs, ways to tell how far it is, and ways to wait.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use stead_core::error::InternalContext as _;
use stead_core::ids::{OperationId, TenantId, UserId};
use stead_core::instance::Progress;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::{Changed, Db, Nudge, SystemScope, operations};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Progress of one step is stored at most this often.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);
/// While waiting for a nudge the condition is looked at this often all the same: another server may have caused it.
const LOOK_AGAIN_ALONE: Duration = Duration::from_secs(5);
const LOOK_AGAIN_SHARED: Duration = Duration::from_millis(500);
const MAX_LOG_LINE: usize = 4_000;

/// The operation as its steps see it.
pub struct StepContext {
    pub(super) operation: OperationId,
    pub(super) tenant: TenantId,
    pub(super) created_by: Option<UserId>,
    pub(super) resource: Option<String>,
    pub(super) input: Value,
    pub(super) outputs: BTreeMap<String, Value>,
    pub(super) step: String,
    pub(super) deadline: Timestamp,
    pub(super) db: Db,
    pub(super) scope: SystemScope,
    pub(super) engine: String,
    pub(super) cancelled: CancellationToken,
    pub(super) last_progress: Arc<Mutex<Option<(Timestamp, Progress)>>>,
}

impl std::fmt::Debug for StepContext {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("StepContext")
            .field("operation", &self.operation)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

impl StepContext {
    #[must_use]
    pub fn operation(&self) -> OperationId {
        self.operation
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The user who asked; `None` when Stead itself did.
    #[must_use]
    pub fn created_by(&self) -> Option<UserId> {
        self.created_by
    }

    /// The object it changes.
    ///
    /// # Errors
    /// A defect when the operation has no resource or one of another kind.
    pub fn resource<I: std::str::FromStr>(&self) -> Result<I> {
        self.resource.as_deref().and_then(|text| text.parse().ok()).ok_or_else(|| {
            Error::internal(format!("operation {} has no resource of the expected kind", self.operation))
        })
    }

    /// # Errors
    /// A defect when the stored input is not a `T`.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.input.clone()).internal("reading an operation's input")
    }

    /// What an earlier step returned; `None` when that step has not run, has no output, or does not apply.
    ///
    /// # Errors
    /// A defect when the stored output is not a `T`.
    pub fn output<T: DeserializeOwned>(&self, step: &str) -> Result<Option<T>> {
        match self.outputs.get(step) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                serde_json::from_value(value.clone()).map(Some).internal("reading a step's output")
            }
        }
    }

    /// For queries and transactions.
    #[must_use]
    pub fn scope(&self) -> &SystemScope {
        &self.scope
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.scope.now()
    }

    /// When the operation runs out of time.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// Cancelled when the step has to stop: somebody cancelled, time ran out, or the server shuts down. A step that waits by
    /// [`StepContext::wait_until`] need not look.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// Tells people how far the step is. Stored a few times a second at most; a change of the label is always stored.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn progress(&self, progress: Progress) -> Result<()> {
        let now = self.now();
        {
            let mut last = self.last_progress.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, stored)) = last.as_ref()
                && (*stored == progress
                    || (now.since(*at) < PROGRESS_INTERVAL && stored.label == progress.label))
            {
                return Ok(());
            }
            *last = Some((now, progress.clone()));
        }
        let text = serde_json::to_string(&progress).internal("writing a step's progress")?;
        let (id, tenant, engine, text) = (self.operation, self.tenant, self.engine.as_str(), text.as_str());
        self.scope
            .transaction(|tx| async move {
                if operations::set_progress(&tx, id, engine, text).await? {
                    tx.changed(tenant, Changed::Operation(id));
                }
                Ok(())
            })
            .await
    }

    /// Adds a line to the operation's log, which people read. Never a secret.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn log(&self, text: impl Into<String>) -> Result<()> {
        let mut text: String = text.into();
        if let Some((cut, _)) = text.char_indices().nth(MAX_LOG_LINE) {
            text.truncate(cut);
        }
        let (id, step, text) = (self.operation, self.step.as_str(), text.as_str());
        self.scope
            .transaction(|tx| async move { operations::append_log(&tx, id, Some(step), text).await })
            .await
    }

    /// Waits until `check` returns something. It is asked at once, whenever `nudge` is given in this process, and once in a while.
    ///
    /// # Errors
    /// What `check` returns; `step_timed_out` (passing, so the step is tried again) when `within` is over; `step_interrupted` when
    /// the step has to stop.
    pub async fn wait_until<T, F, Fut>(&self, nudge: Nudge, within: Duration, mut check: F) -> Result<T>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<Option<T>>>,
    {
        let mut nudges = self.db.nudges();
        let look_again = if self.db.is_shared() { LOOK_AGAIN_SHARED } else { LOOK_AGAIN_ALONE };
        let waiting = async {
            loop {
                if let Some(found) = check().await? {
                    return Ok(found);
                }
                let nudged = async {
                    loop {
                        match nudges.recv().await {
                            Ok(given) if given == nudge => return,
                            Ok(_) => {}
                            Err(RecvError::Lagged(_)) => return,
                            Err(RecvError::Closed) => std::future::pending().await,
                        }
                    }
                };
                let _ = tokio::time::timeout(look_again, nudged).await;
            }
        };
        tokio::select! {
            outcome = tokio::time::timeout(within, waiting) => outcome.unwrap_or_else(|_| Err(timed_out())),
            () = self.cancelled.cancelled() => Err(interrupted()),
        }
    }
}

fn timed_out() -> Error {
    Error::new(ErrorKind::TimedOut, "step_timed_out", "What the step was waiting for did not happen in time.")
        .next_step("Look whether the node is connected and has room, then retry.")
}

pub(super) fn interrupted() -> Error {
    Error::new(ErrorKind::Unavailable, "step_interrupted", "The step was stopped before it ended.")
}
