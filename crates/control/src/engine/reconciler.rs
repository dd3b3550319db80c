//! Reconcilers: small jobs that bring the world in line with the rows, by timer and by nudge.
//!
//! A reconciler takes no input, so running it once more is always right; it does not retry by itself, the next round does. Its
//! status is kept for operators.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use serde::Serialize;
use serde_json::Value;
use stead_core::{Error, Result, Timestamp};
use stead_db::{Db, Nudge};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Nudges that come in a burst lead to one round.
const GATHER: Duration = Duration::from_millis(20);

#[async_trait]
pub trait Reconciler: Send + Sync {
    fn name(&self) -> &'static str;

    /// It runs at least this often.
    fn interval(&self) -> Duration;

    /// Whether this nudge asks for a round now.
    fn heeds(&self, nudge: Nudge) -> bool {
        let _ = nudge;
        false
    }

    /// One round; returns what it did, for operators.
    async fn reconcile(&self) -> Result<Value>;
}

/// The last round of a reconciler.
#[derive(Debug, Clone, Serialize)]
pub struct ReconcilerStatus {
    pub rounds: u64,
    pub last_began: Timestamp,
    pub last_took: Duration,
    /// What the last good round did.
    pub last_status: Option<Value>,
    /// Why the last round failed, if it did.
    pub last_failure: Option<String>,
}

/// Runs reconcilers. Cheap to clone.
#[derive(Clone)]
pub struct Reconcilers {
    db: Db,
    statuses: Arc<Mutex<BTreeMap<&'static str, ReconcilerStatus>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl std::fmt::Debug for Reconcilers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reconcilers").finish_non_exhaustive()
    }
}

impl Reconcilers {
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db, statuses: Arc::default(), tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Runs it at once, then by its timer and nudges, until [`Reconcilers::stop`].
    pub fn start(&self, reconciler: Arc<dyn Reconciler>) {
        let this = self.clone();
        self.tasks.spawn(async move {
            let mut nudges = this.db.nudges();
            loop {
                this.round(reconciler.as_ref()).await;
                let nudged = async {
                    loop {
                        match nudges.recv().await {
                            Ok(nudge) if reconciler.heeds(nudge) => break tokio::time::sleep(GATHER).await,
                            Ok(_) => {}
                            Err(RecvError::Lagged(_)) => break,
                            Err(RecvError::Closed) => std::future::pending().await,
                        }
                    }
                };
                tokio::select! {
                    () = this.stop.cancelled() => return,
                    () = tokio::time::sleep(reconciler.interval()) => {}
                    () = nudged => {}
                }
            }
        });
    }

    async fn round(&self, reconciler: &dyn Reconciler) {
        let began = self.db.ambient().now();
        let outcome = AssertUnwindSafe(reconciler.reconcile())
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Error::internal("the reconciler panicked")));
        if let Err(error) = &outcome {
            tracing::warn!(reconciler.name = reconciler.name(), error.inside = %error.inside(), "a reconciler failed: {error}");
        }
        let took = self.db.ambient().now().since(began);
        let mut statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        let status = statuses.entry(reconciler.name()).or_insert(ReconcilerStatus {
            rounds: 0,
            last_began: began,
            last_took: took,
            last_status: None,
            last_failure: None,
        });
        status.rounds += 1;
        (status.last_began, status.last_took) = (began, took);
        match outcome {
            Ok(value) => (status.last_status, status.last_failure) = (Some(value), None),
            Err(error) => status.last_failure = Some(error.to_string()),
        }
    }

    /// Of each reconciler, by name.
    #[must_use]
    pub fn statuses(&self) -> BTreeMap<&'static str, ReconcilerStatus> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets rounds that run end, and begins no more.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
