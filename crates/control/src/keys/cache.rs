//! Data keys that were opened once, in memory. Only keys that were read as committed get in: one that a transaction rolled back would
//! seal what nobody can open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stead_core::Timestamp;
use stead_core::ids::DataKeyId;
use stead_db::{Db, Nudge};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::envelope::Key;

const MOST: usize = 10_000;
/// Where other servers may destroy keys without this one hearing of it, a key is forgotten after this time.
const LIFETIME_SHARED: Duration = Duration::from_secs(30);

/// A data key with its owner.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) owner: Arc<str>,
    pub(super) key: Arc<Key>,
}

pub(super) struct Cache {
    db: Db,
    inner: Mutex<Inner>,
}

struct Inner {
    nudges: Receiver<Nudge>,
    keys: HashMap<DataKeyId, (Opened, Timestamp)>,
    /// Grows when the keys are forgotten.
    forgotten: u64,
}

impl Cache {
    pub(super) fn new(db: Db) -> Self {
        let nudges = db.nudges();
        Self { db, inner: Mutex::new(Inner { nudges, keys: HashMap::new(), forgotten: 0 }) }
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match inner.nudges.try_recv() {
                Ok(Nudge::Keys) | Err(TryRecvError::Lagged(_)) => {
                    inner.keys.clear();
                    inner.forgotten += 1;
                }
                Ok(_) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return work(&mut inner),
            }
        }
    }

    /// The key, and what to give to [`Cache::put`] when it is not there.
    pub(super) fn get(&self, id: DataKeyId) -> (Option<Opened>, u64) {
        let now = self.db.ambient().now();
        let shared = self.db.is_shared();
        self.locked(|inner| {
            let found = inner.keys.get(&id);
            let found = found.filter(|(_, since)| !shared || now.since(*since) < LIFETIME_SHARED);
            (found.map(|(opened, _)| opened.clone()), inner.forgotten)
        })
    }

    /// Keeps a key that was read as committed, unless keys were destroyed since `asked` and it may be one of them.
    pub(super) fn put(&self, id: DataKeyId, opened: Opened, asked: u64) {
        let now = self.db.ambient().now();
        self.locked(|inner| {
            if inner.forgotten != asked {
                return;
            }
            if inner.keys.len() >= MOST {
                inner.keys.clear();
            }
            inner.keys.insert(id, (opened, now));
        });
    }

    /// Grows whenever keys were destroyed or rotated.
    pub(super) fn forgotten(&self) -> u64 {
        self.locked(|inner| inner.forgotten)
    }
}
