//! Where previews lead: host labels to instances, and raw connections to their ports.
//!
//! Every request to a preview asks, so that answers are kept until something about the instance or its node changes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stead_core::ids::{InstanceId, TenantId};
use stead_core::instance::{Phase, Visibility};
use stead_core::{Error, Result, Timestamp};
use stead_db::{Db, Nudge};
use stead_link::ByteStream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::{Instances, steps, view};

/// Another server's changes give no nudge here.
const KEEP_SHARED: Duration = Duration::from_millis(500);
const KEEP_ALONE: Duration = Duration::from_secs(30);
const MAX_KEPT: usize = 10_000;

/// Whether an instance can answer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewPresence {
    Running,
    /// On its way up; waiting helps.
    Starting,
    /// Stopped or paused; waking it helps.
    Asleep,
    /// It failed or is being deleted; neither helps.
    Gone,
    /// Its node cannot be reached.
    NodeAway,
}

/// What stands behind a preview's host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewTarget {
    pub tenant: TenantId,
    pub instance: InstanceId,
    pub name: String,
    pub port: u16,
    /// Anyone with the address may look.
    pub public: bool,
    pub presence: PreviewPresence,
}

#[derive(Debug, Clone)]
struct Kept {
    tenant: TenantId,
    instance: InstanceId,
    name: String,
    public: Vec<u16>,
    presence: PreviewPresence,
    at: Timestamp,
}

impl Kept {
    fn target(&self, port: u16) -> PreviewTarget {
        PreviewTarget {
            tenant: self.tenant,
            instance: self.instance,
            name: self.name.clone(),
            port,
            public: self.public.contains(&port),
            presence: self.presence,
        }
    }
}

/// Answers by label, dropped by nudges.
#[derive(Debug)]
pub(super) struct PreviewCache {
    keep: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    nudges: Receiver<Nudge>,
    kept: HashMap<String, Kept>,
    /// Counts what was dropped, so that an answer that was read before is not kept after.
    drops: u64,
}

impl PreviewCache {
    pub(super) fn new(db: &Db) -> Self {
        let keep = if db.is_shared() { KEEP_SHARED } else { KEEP_ALONE };
        Self { keep, state: Mutex::new(State { nudges: db.nudges(), kept: HashMap::new(), drops: 0 }) }
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.drop_changed();
        look(&mut state)
    }

    /// The answer that is kept, and the count to keep a new one with.
    fn get(&self, label: &str, now: Timestamp) -> (Option<Kept>, u64) {
        self.with(|state| {
            let kept = state.kept.get(label).filter(|kept| now.since(kept.at) < self.keep).cloned();
            (kept, state.drops)
        })
    }

    fn put(&self, label: &str, kept: Kept, drops: u64) {
        self.with(|state| {
            if state.drops == drops {
                if state.kept.len() >= MAX_KEPT {
                    state.kept.clear();
                }
                state.kept.insert(label.to_owned(), kept);
            }
        });
    }
}

impl State {
    fn drop_changed(&mut self) {
        loop {
            match self.nudges.try_recv() {
                Ok(Nudge::Instance(instance)) => {
                    self.drops += 1;
                    self.kept.retain(|_, kept| kept.instance != instance);
                }
                Ok(Nudge::Node(_)) | Err(TryRecvError::Lagged(_)) => {
                    self.drops += 1;
                    self.kept.clear();
                }
                Ok(_) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

impl Instances {
    /// What stands behind `{port}--{label}`; `None` when no instance has the label. Who may look is not decided here.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn preview_target(&self, host_label: &str, port: u16) -> Result<Option<PreviewTarget>> {
        let now = self.inner.db.ambient().now();
        let (kept, drops) = self.inner.previews.get(host_label, now);
        if let Some(kept) = kept {
            return Ok(Some(kept.target(port)));
        }
        let system = self.inner.db.system("finding what stands behind a preview");
        let Some(row) = stead_db::instances::find_by_host_label(&system, host_label).await? else {
            return Ok(None);
        };
        let beside = self.beside_of(&system, &row).await?;
        let kept = Kept {
            tenant: row.tenant,
            instance: row.id,
            public: (beside.ports.iter())
                .filter(|known| known.port.visibility == Visibility::Public)
                .map(|known| known.port.port)
                .collect(),
            presence: presence(view::state(&row, &beside, now).phase),
            name: row.name,
            at: now,
        };
        self.inner.previews.put(host_label, kept.clone(), drops);
        Ok(Some(kept.target(port)))
    }

    /// Completes when something about the instance or its node may have changed.
    pub async fn changed(&self, instance: InstanceId) {
        let mut nudges = self.inner.db.nudges();
        let nudged = async {
            loop {
                match nudges.recv().await {
                    Ok(Nudge::Instance(changed)) if changed == instance => return,
                    Ok(Nudge::Node(_)) | Err(RecvError::Lagged(_)) => return,
                    Ok(_) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // Another server's changes give no nudge here.
        let look_again = if self.inner.db.is_shared() { KEEP_SHARED } else { KEEP_ALONE };
        let _ = tokio::time::timeout(look_again, nudged).await;
    }

    /// A raw connection to a port inside; counts as use.
    ///
    /// # Errors
    /// `not_listening`, `node_disconnected`, `node_unreachable`.
    pub async fn dial(&self, instance: InstanceId, port: u16) -> Result<ByteStream> {
        let system = self.inner.db.system("connecting to a preview");
        let row =
            stead_db::instances::find(&system, instance).await?.ok_or_else(|| steps::deleted(instance))?;
        let node = row.node.ok_or_else(|| Error::conflict("not_running", "This instance does not run."))?;
        self.touch(instance);
        self.inner.nodes.client(node)?.dial(instance, port).await
    }
}

fn presence(phase: Phase) -> PreviewPresence {
    match phase {
        Phase::Running | Phase::Unhealthy => PreviewPresence::Running,
        Phase::Starting => PreviewPresence::Starting,
        Phase::Paused | Phase::Stopped | Phase::Stopping => PreviewPresence::Asleep,
        Phase::Failed | Phase::Deleting => PreviewPresence::Gone,
        Phase::Unknown => PreviewPresence::NodeAway,
    }
}
