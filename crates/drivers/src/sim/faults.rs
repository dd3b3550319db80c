//! Failures and waits that tests inject into calls of the simulated machine. Written by tests, read by the driver.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use stead_core::error::{Problem, Result};
use stead_core::ids::InstanceId;
use tokio::sync::watch;

/// A call of the driver contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    Prepare,
    Start,
    Update,
    Stop,
    Pause,
    Resume,
    Delete,
    Observe,
    Usage,
    Listening,
    Spawn,
    Processes,
    Attach,
    Signal,
    Console,
    ConsoleNote,
    Dial,
}

struct Failure {
    call: Call,
    instance: Option<InstanceId>,
    left: u32,
    problem: Problem,
}

#[derive(Default)]
struct Rules {
    failures: Vec<Failure>,
    holds: Vec<(u64, Call, Option<InstanceId>)>,
    next_hold: u64,
    /// Calls that wait at a hold now.
    waiting: BTreeSet<(Call, InstanceId)>,
}

/// The injected failures and holds of one machine.
#[derive(Clone)]
pub struct Faults {
    rules: Arc<Mutex<Rules>>,
    changed: watch::Sender<u64>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Faults").finish_non_exhaustive()
    }
}

/// While this lives, the calls it names wait before they do anything.
#[derive(Debug)]
pub struct Hold {
    faults: Faults,
    number: u64,
    call: Call,
}

impl Hold {
    /// Returns when a call waits at this hold.
    pub async fn reached(&self) {
        let mut changed = self.faults.changed.subscribe();
        while !self.faults.lock(|rules| rules.waiting.iter().any(|(call, _)| *call == self.call)) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.faults.lock(|rules| rules.holds.retain(|(number, _, _)| *number != self.number));
        self.faults.changed.send_modify(|version| *version += 1);
    }
}

impl Faults {
    pub(super) fn new() -> Self {
        Self { rules: Arc::default(), changed: watch::Sender::new(0) }
    }

    fn lock<T>(&self, work: impl FnOnce(&mut Rules) -> T) -> T {
        work(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next `times` such calls fail with `problem`; for every instance when none is named.
    pub fn fail(&self, call: Call, instance: Option<InstanceId>, times: u32, problem: Problem) {
        self.lock(|rules| rules.failures.push(Failure { call, instance, left: times, problem }));
    }

    /// Such calls wait until the answer is dropped.
    #[must_use]
    pub fn hold(&self, call: Call, instance: Option<InstanceId>) -> Hold {
        let number = self.lock(|rules| {
            rules.next_hold += 1;
            rules.holds.push((rules.next_hold, call, instance));
            rules.next_hold
        });
        Hold { faults: self.clone(), number, call }
    }

    /// Forgets every injected failure; holds stay with their owners.
    pub fn clear(&self) {
        self.lock(|rules| rules.failures.clear());
    }

    fn held(&self, call: Call, instance: InstanceId) -> bool {
        self.lock(|rules| {
            rules.holds.iter().any(|(_, held, of)| *held == call && of.is_none_or(|of| of == instance))
        })
    }

    pub(super) async fn pass(&self, call: Call, instance: InstanceId) -> Result<()> {
        if self.held(call, instance) {
            let mut changed = self.changed.subscribe();
            self.lock(|rules| rules.waiting.insert((call, instance)));
            self.changed.send_modify(|version| *version += 1);
            while self.held(call, instance) && changed.changed().await.is_ok() {}
            self.lock(|rules| rules.waiting.remove(&(call, instance)));
        }
        let problem = self.lock(|rules| {
            let failure = rules.failures.iter_mut().find(|failure| {
                failure.left > 0 && failure.call == call && failure.instance.is_none_or(|of| of == instance)
            })?;
            failure.left -= 1;
            Some(failure.problem.clone())
        });
        problem.map_or(Ok(()), |problem| Err(problem.into()))
    }
}
