//! Bringing instances to what their documents want: one task per instance, woken by new documents, by the driver and by a timer.
//!
//! [`plan`] decides, [`work`] does. A new document that wants something else interrupts long work at once. What fails for a
//! passing reason is tried again with growing pauses; what fails for good is reported, and a newer document starts afresh.

pub(crate) mod fetch;
pub(crate) mod git;
pub(crate) mod inside;
pub mod memory;
pub mod plan;
pub(crate) mod record;
pub(crate) mod tasks;
pub(crate) mod work;

use std::sync::Arc;
use std::time::Duration;

use stead_core::driver::Observation;
use stead_core::error::{Error, ErrorKind, Result};
use stead_core::instance::{InstanceDocument, Wanted};
use stead_link::Backoff;
use tokio::sync::{SemaphorePermit, watch};
use tracing::{info, warn};

use crate::DynDriver;
use crate::agent::Shared;
use crate::secrets::MISSING;
use plan::Action;
use record::Record;
use work::short;

/// Everything is looked at again this often, also when nothing was heard.
const RESYNC: Duration = Duration::from_secs(30);
/// A driver that takes a step and shows no effect of it is broken.
const MAX_REPEATS: u32 = 5;
pub(crate) const NO_DRIVER: &str = "driver_unavailable";

/// Reconciles one instance until the node shuts down or nothing is left of the instance.
pub(crate) async fn reconcile(shared: Arc<Shared>, mut documents: watch::Receiver<InstanceDocument>) {
    let document = documents.borrow_and_update().clone();
    let instance = document.instance;
    let record = Record::new(Arc::clone(&shared), document);
    let mut reconciler = Reconciler {
        shared,
        record,
        documents,
        backoff: Backoff::new(Duration::from_millis(500), Duration::from_secs(60)),
        last: None,
        quiet: 0,
    };
    while !reconciler.shared.stop.is_cancelled() {
        if reconciler.turn().await.is_break() && reconciler.shared.retire(instance, &mut reconciler.documents)
        {
            return;
        }
    }
}

struct Reconciler {
    shared: Arc<Shared>,
    record: Record,
    documents: watch::Receiver<InstanceDocument>,
    backoff: Backoff,
    /// The last step with its generation and how often in a row it was taken with success.
    last: Option<(u64, Action, u32)>,
    /// How often in a row the driver said that something changed when nothing had.
    quiet: u32,
}

enum Turn {
    /// Look again at once.
    Again,
    /// Nothing is left of the instance.
    Over,
}

impl Turn {
    const fn is_break(&self) -> bool {
        matches!(self, Self::Over)
    }
}

impl Reconciler {
    async fn turn(&mut self) -> Turn {
        let document = self.documents.borrow_and_update().clone();
        if self.last.as_ref().is_some_and(|(generation, ..)| *generation != document.generation) {
            self.backoff.reset();
            self.last = None;
        }
        self.record.take(document.clone());
        let Some(driver) = self.shared.driver(document.driver) else {
            self.record.give_up(&no_driver(&document));
            self.wait(None, RESYNC).await;
            return Turn::Again;
        };
        self.record.driver_is_back();
        let observation = match short("observing an instance", driver.observe(document.instance)).await {
            Ok(observation) => observation,
            Err(error) => {
                self.retry(&document, &error).await;
                return Turn::Again;
            }
        };
        let before = (self.record.seen(), self.record.memory());
        let action = self.record.decide(observation);
        if action == Action::Settled {
            return self.settled(&document, &driver, &before).await;
        }
        self.quiet = 0;
        if let Err(error) = self.step(&document, &driver, &action).await {
            self.failed(&document, &action, &error).await;
        }
        Turn::Again
    }

    async fn settled(
        &mut self,
        document: &InstanceDocument,
        driver: &Arc<DynDriver>,
        before: &(Observation, memory::Memory),
    ) -> Turn {
        self.backoff.reset();
        self.last = None;
        if document.wanted == Wanted::Absent {
            self.shared.feed.gone(document.instance);
            return Turn::Over;
        }
        let runs = matches!(self.record.seen(), Observation::Running { .. });
        if runs
            && self.record.memory().has_running_tasks()
            && let Err(error) = tasks::observe(&self.record, driver, document).await
        {
            warn!(instance.id = %document.instance, error = %error, error.inside = %error.inside(), "cannot look after background tasks");
        }
        if (self.record.seen(), self.record.memory()) == *before {
            self.quiet = self.quiet.saturating_add(1);
        } else {
            self.quiet = 0;
        }
        if self.quiet > 1 {
            // The driver may return early as often as it likes.
            let pause = Duration::from_millis(5 << self.quiet.min(8)).min(Duration::from_secs(1));
            if self.wait(None, pause).await {
                return Turn::Again;
            }
        }
        self.wait(Some(driver), RESYNC).await;
        Turn::Again
    }

    /// Waits for a document, the driver, or the time; true when a document came or the node shuts down.
    async fn wait(&mut self, driver: Option<&Arc<DynDriver>>, longest: Duration) -> bool {
        let instance = self.documents.borrow().instance;
        let changed = async {
            match driver {
                Some(driver) => driver.changed(instance).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.documents.changed() => true,
            () = self.shared.stop.cancelled() => true,
            () = changed => false,
            () = tokio::time::sleep(longest) => false,
        }
    }

    async fn step(
        &mut self,
        document: &InstanceDocument,
        driver: &Arc<DynDriver>,
        action: &Action,
    ) -> Result<()> {
        if let Some((_, last, repeats)) = &self.last
            && last == action
            && *repeats >= MAX_REPEATS
        {
            self.last = None;
            return Err(Error::internal(format!("{action:?} has no effect on what the driver observes")));
        }
        let record = &self.record;
        let shared = Arc::clone(&self.shared);
        let work = async {
            let _turn = turn(&shared, action).await;
            work::perform(record, driver, action).await
        };
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => {
                    done?;
                    break;
                }
                changed = self.documents.changed(), if action.interruptible() => {
                    let newer = self.documents.borrow_and_update().clone();
                    if changed.is_err() || !record.still_serves(&newer) {
                        info!(instance.id = %document.instance, action = ?action, "interrupted by a newer document");
                        return Ok(());
                    }
                }
                () = self.shared.stop.cancelled(), if action.interruptible() => return Ok(()),
            }
        }
        let repeats = match &self.last {
            Some((_, last, repeats)) if last == action => repeats + 1,
            _ => 1,
        };
        self.last = Some((document.generation, action.clone(), repeats));
        Ok(())
    }

    async fn failed(&mut self, document: &InstanceDocument, action: &Action, error: &Error) {
        let attempts = self.backoff.failures() + 1;
        if action.may_fail() && attempts >= tries(error.kind()) && error.code() != MISSING {
            warn!(
                instance.id = %document.instance, action = ?action, error = %error, error.inside = %error.inside(),
                attempts, "gave up on a document"
            );
            self.record.give_up(error);
            self.backoff.reset();
        } else {
            self.last = Some((document.generation, Action::Settled, 0));
            self.retry(document, error).await;
        }
    }

    async fn retry(&mut self, document: &InstanceDocument, error: &Error) {
        let pause = self.backoff.next(self.shared.ambient.random_u64());
        warn!(
            instance.id = %document.instance, error = %error, error.inside = %error.inside(), pause = ?pause,
            "will try again"
        );
        self.record.trouble(error);
        self.wait(None, pause).await;
    }
}

/// How often something is tried before the node gives up.
const fn tries(kind: ErrorKind) -> u32 {
    match kind {
        ErrorKind::Unavailable | ErrorKind::TimedOut | ErrorKind::RateLimited => 5,
        ErrorKind::Internal => 3,
        _ => 1,
    }
}

/// Bounds what the machine does at a time. Ending and removing never wait behind downloads.
async fn turn<'a>(shared: &'a Shared, action: &Action) -> Option<SemaphorePermit<'a>> {
    let queue = match action {
        Action::Prepare { .. } | Action::Fetch => &shared.bringing_in,
        Action::Tasks { .. } | Action::Stop { .. } | Action::Settled => return None,
        _ => &shared.turns,
    };
    // Never closed.
    queue.acquire().await.ok()
}

fn no_driver(document: &InstanceDocument) -> Error {
    let kind = document.driver.as_str();
    Error::conflict(NO_DRIVER, format!("This node has no driver {kind}."))
        .next_step("Start the node with that driver, or create the instance on another node.")
}
