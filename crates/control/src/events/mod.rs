//! The change feed of a tenant, for server-sent events.
//!
//! Rows of the feed say only which object changed; the object is read when the event is delivered, so a reader that is behind gets
//! the newest state once. Measurements are not stored: they are passed on in this process as they come.
//!
//! The id of an event names its row and what the reader was allowed then: who comes back with other rights reads everything anew.

#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::{Stream, stream};
use sha2::{Digest as _, Sha256};
use stead_api::v1::events::Event;
use stead_api::v1::instances::{Instance, Usage};
use stead_core::Result;
use stead_core::access::Permission;
use stead_core::audit::hex;
use stead_core::ids::{InstanceId, TenantId};
use stead_core::rights::Rights;
use stead_db::events::FeedRow;
use stead_db::{Changed, Db, Nudge, TenantScope, events, inbox, operations};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::operations::Operations;

/// Rows are read in pieces of this size.
const BATCH: u64 = 200;
const LOOK_AGAIN_ALONE: Duration = Duration::from_secs(15);
const LOOK_AGAIN_SHARED: Duration = Duration::from_secs(1);
const USAGES_KEPT: usize = 1_024;

/// One event of the stream. `id` goes into `id:`, to resume after it; opaque to clients.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    pub id: String,
    pub event: Event,
}

pub type EventStream = Pin<Box<dyn Stream<Item = FeedEvent> + Send>>;

/// How the feed gets at instances, which belong to another domain.
#[async_trait]
pub trait InstanceReader: Send + Sync {
    /// `None` when it is not there (any more).
    async fn read(&self, scope: &TenantScope, id: InstanceId) -> Result<Option<Instance>>;
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Events {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    operations: Operations,
    instances: OnceLock<Arc<dyn InstanceReader>>,
    usages: broadcast::Sender<(TenantId, InstanceId, Usage)>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    #[must_use]
    pub fn new(db: Db, operations: Operations) -> Self {
        let (usages, _) = broadcast::channel(USAGES_KEPT);
        Self { inner: Arc::new(Inner { db, operations, instances: OnceLock::new(), usages }) }
    }

    /// Called once while the control plane is put together; later calls change nothing.
    pub fn read_instances_by(&self, reader: Arc<dyn InstanceReader>) {
        let _ = self.inner.instances.set(reader);
    }

    /// Passes a measurement on to those who listen now.
    pub fn usage(&self, tenant: TenantId, instance: InstanceId, usage: Usage) {
        // Nobody listening is fine.
        let _ = self.inner.usages.send((tenant, instance, usage));
    }

    /// What changes in the scope's tenant from now on, or after the event with this id. An id that is too old, from when the reader
    /// had other rights, or none of this feed, gives `Reset` first. The stream does not end by itself; whoever sends it on ends it
    /// when the caller's credential ends.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn subscribe(&self, scope: &TenantScope, last_event_id: Option<&str>) -> Result<EventStream> {
        // Subscribed before the feed is read, so that nothing falls between.
        let nudges = self.inner.db.nudges();
        let usages = self.inner.usages.subscribe();
        let bounds = events::bounds(scope).await?;
        let (oldest, newest) = bounds.unwrap_or((0, 0));
        let rights = mark(scope.rights());
        let (after, reset) = match last_event_id {
            None => (newest, false),
            // The row itself need not be there any more, but the one after it must.
            Some(text) => match row_of(text, &rights) {
                Some(row) if row <= newest && row.saturating_add(1) >= oldest => (row, false),
                _ => (newest, true),
            },
        };
        let mut ready = VecDeque::new();
        if reset {
            ready.push_back(FeedEvent { id: id(newest, &rights), event: Event::Reset });
        }
        let subscription = Subscription {
            inner: Arc::clone(&self.inner),
            scope: scope.clone(),
            rights,
            nudges,
            usages,
            after,
            ready,
            // With an id to resume from there may be rows already.
            look: last_event_id.is_some(),
        };
        Ok(Box::pin(stream::unfold(subscription, |mut subscription| async move {
            let event = subscription.next().await;
            Some((event, subscription))
        })))
    }
}

/// Rights in a few characters; equal ones have equal marks.
fn mark(rights: &Rights) -> String {
    let digest = Sha256::digest(rights.in_words().as_bytes());
    hex(&digest[..6])
}

fn id(row: i64, rights: &str) -> String {
    format!("{row}-{rights}")
}

/// The row that an id names, when it was given to somebody with these rights.
fn row_of(id: &str, rights: &str) -> Option<i64> {
    let (row, then) = id.split_once('-')?;
    if then == rights { row.parse().ok() } else { None }
}

struct Subscription {
    inner: Arc<Inner>,
    scope: TenantScope,
    /// The mark of what the scope is allowed.
    rights: String,
    nudges: broadcast::Receiver<Nudge>,
    usages: broadcast::Receiver<(TenantId, InstanceId, Usage)>,
    after: i64,
    ready: VecDeque<FeedEvent>,
    look: bool,
}

impl Subscription {
    async fn next(&mut self) -> FeedEvent {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return event;
            }
            if self.look {
                self.look = false;
                if let Err(error) = self.read().await {
                    tracing::warn!(tenant.id = %self.scope.tenant_id(), error.inside = %error.inside(), "reading the change feed failed: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    self.look = true;
                }
                continue;
            }
            self.wait().await;
        }
    }

    async fn wait(&mut self) {
        let look_again = if self.inner.db.is_shared() { LOOK_AGAIN_SHARED } else { LOOK_AGAIN_ALONE };
        let timer = tokio::time::sleep(look_again);
        tokio::pin!(timer);
        loop {
            tokio::select! {
                () = &mut timer => {
                    self.look = true;
                    return;
                }
                nudge = self.nudges.recv() => match nudge {
                    Ok(Nudge::Events) | Err(RecvError::Lagged(_)) => {
                        self.look = true;
                        return;
                    }
                    Ok(_) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                },
                usage = self.usages.recv() => match usage {
                    Ok((tenant, instance, usage)) if tenant == self.scope.tenant_id() => {
                        let event = Event::Usage { instance_id: instance.to_string(), usage };
                        self.ready.push_back(FeedEvent { id: id(self.after, &self.rights), event });
                        return;
                    }
                    // A measurement that was missed is superseded within seconds.
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                },
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        let rows = events::after(&self.scope, self.after, BATCH).await?;
        self.look = u64::try_from(rows.len()).is_ok_and(|count| count == BATCH);
        // Of several rows about one object the last one is delivered: all would show the same newest state.
        let mut seen = HashSet::new();
        let mut newest_first: Vec<FeedRow> =
            rows.iter().rev().copied().filter(|row| seen.insert(row.change)).collect();
        newest_first.reverse();
        for row in newest_first {
            if let Some(event) = self.event(row.change).await? {
                self.ready.push_back(FeedEvent { id: id(row.id, &self.rights), event });
            }
        }
        if let Some(last) = rows.last() {
            self.after = last.id;
        }
        Ok(())
    }

    async fn event(&self, change: Changed) -> Result<Option<Event>> {
        Ok(match change {
            // A token that may not read the account hears nothing of it.
            Changed::Inbox(user) if self.scope.allows(Permission::AccountRead) => {
                Some(Event::Notifications { unread: inbox::unread(&self.scope, user).await? })
            }
            Changed::Inbox(_) => None,
            Changed::InstanceDeleted(id) => Some(Event::InstanceDeleted { instance_id: id.to_string() }),
            Changed::Instance(id) => match self.inner.instances.get() {
                // One that is gone by now has a row of its own that says so.
                Some(reader) => {
                    reader.read(&self.scope, id).await?.map(|instance| Event::Instance { instance })
                }
                None => None,
            },
            Changed::Operation(id) => match operations::find(&self.scope, id).await? {
                Some(row) => Some(Event::Operation { operation: self.inner.operations.view(&row)? }),
                None => None,
            },
        })
    }
}
