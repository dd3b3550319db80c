//! When instances were last used: in memory, written down once a minute at most.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use stead_core::Timestamp;
use stead_core::ids::InstanceId;

#[derive(Debug, Clone, Copy)]
struct Use {
    at: Timestamp,
    written: bool,
}

/// Uses that this server has seen.
#[derive(Debug, Default)]
pub(super) struct Activity(Mutex<HashMap<InstanceId, Use>>);

impl Activity {
    fn with<T>(&self, change: impl FnOnce(&mut HashMap<InstanceId, Use>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn touch(&self, instance: InstanceId, at: Timestamp) {
        self.with(|uses| {
            uses.insert(instance, Use { at, written: false });
        });
    }

    pub(super) fn last(&self, instance: InstanceId) -> Option<Timestamp> {
        self.with(|uses| uses.get(&instance).map(|last| last.at))
    }

    /// Uses that are not written down yet; they count as written from now on. What was written before is forgotten: the row has it.
    pub(super) fn take_unwritten(&self) -> Vec<(InstanceId, Timestamp)> {
        self.with(|uses| {
            uses.retain(|_, last| !last.written);
            uses.iter_mut()
                .map(|(instance, last)| {
                    last.written = true;
                    (*instance, last.at)
                })
                .collect()
        })
    }
}
