//! How many requests each session and API token makes.
//!
//! Counted in memory, and written to the database in lumps: whenever a credential has used another twentieth of its allowance, what
//! it used is added there, and what it used at other servers is read. So a request costs a look into a table in memory, idle
//! credentials cost nothing, and a limit holds over several servers and restarts to within a twentieth for each server (and what
//! passes while a lump is written). What was refused is not counted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_core::{Error, Result, Timestamp};
use stead_db::attempts::Addition;
use stead_db::{SystemScope, attempts};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Attempts, hash, refusal, window};

/// Of every limit of this kind.
pub const WINDOW: Duration = Duration::from_secs(60);
/// One lump, as a part of the allowance.
const LUMP: u64 = 20;
/// Between two writes.
const PAUSE: Duration = Duration::from_millis(100);
const MOST_KEYS: usize = 100_000;
const MOST_AT_ONCE: usize = 200;

/// Counts requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestLimit {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    scope: SystemScope,
    most: u64,
    counters: Mutex<HashMap<String, Counter>>,
    due: Notify,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    bucket: i64,
    /// Of all servers, as far as it is known here.
    previous: u64,
    current: u64,
    /// Of `current`, what is not in the database yet.
    unwritten: u64,
}

/// What is left of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub most: u64,
    pub remaining: u64,
    /// Until the window ends.
    pub reset: Duration,
}

/// Whether the request is allowed, and what is left then.
#[derive(Debug)]
pub struct Taken {
    pub allowance: Allowance,
    pub refused: Option<Error>,
}

/// A lump on its way to the database.
struct Lump {
    id: String,
    bucket: i64,
    amount: u64,
}

impl Counter {
    fn move_to(&mut self, bucket: i64) {
        if self.bucket == bucket {
            return;
        }
        // What a window that is over has left unwritten is less than a lump.
        *self = Self {
            bucket,
            previous: if self.bucket + 1 == bucket { self.current } else { 0 },
            current: 0,
            unwritten: 0,
        };
    }
}

impl Attempts {
    /// Counts the requests of each credential, at most `most` in a minute.
    #[must_use]
    pub fn limit_requests(&self, most: u32) -> RequestLimit {
        let inner = Inner {
            scope: self.inner.scope.clone(),
            most: u64::from(most.max(1)),
            counters: Mutex::default(),
            due: Notify::new(),
        };
        RequestLimit { inner: Arc::new(inner) }
    }
}

impl RequestLimit {
    #[must_use]
    pub fn most(&self) -> u64 {
        self.inner.most
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<String, Counter>> {
        self.inner.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lump(&self) -> u64 {
        (self.inner.most / LUMP).max(1)
    }

    /// Counts a request of the session or token with this id.
    #[must_use]
    pub fn take(&self, id: &str, now: Timestamp) -> Taken {
        let (at, most) = (window::position(now, WINDOW), self.inner.most);
        let mut counters = self.counters();
        if !counters.contains_key(id) {
            if counters.len() >= MOST_KEYS {
                counters.retain(|_, counter| counter.bucket + 1 >= at.bucket);
            }
            // When so many are at it at once, memory is what is protected; each of them is a valid credential.
            if counters.len() < MOST_KEYS {
                counters.insert(id.to_owned(), Counter { bucket: at.bucket, ..Counter::default() });
            }
        }
        let mut uncounted = Counter { bucket: at.bucket, ..Counter::default() };
        let counter = counters.get_mut(id).unwrap_or(&mut uncounted);
        counter.move_to(at.bucket);
        let wait = window::wait(counter.previous, counter.current, at.elapsed, WINDOW, most);
        if wait.is_none() {
            counter.current += 1;
            counter.unwritten += 1;
            if counter.unwritten == self.lump() {
                self.inner.due.notify_one();
            }
        }
        let used = window::estimate(counter.previous, counter.current, at.elapsed, WINDOW);
        let reset = WINDOW.saturating_sub(at.elapsed);
        Taken {
            allowance: Allowance { most, remaining: most.saturating_sub(used), reset },
            refused: wait.map(refusal),
        }
    }

    /// Writes lumps as they come up, until `stop`; then what is left.
    pub async fn write_until(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.inner.due.notified() => {}
            }
            self.write_or_warn(self.lump()).await;
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        self.write_or_warn(1).await;
    }

    async fn write_or_warn(&self, least: u64) {
        if let Err(error) = self.write(least).await {
            tracing::warn!(error.inside = %error.inside(), "counts of requests are not written: {error}");
        }
    }

    /// Writes the lumps of at least this size, and takes over what other servers have written.
    pub(super) async fn write(&self, least: u64) -> Result<()> {
        let mut due: Vec<Lump> = {
            let mut counters = self.counters();
            let due = counters.iter_mut().filter(|(_, counter)| counter.unwritten >= least);
            due.map(|(id, counter)| Lump {
                id: id.clone(),
                bucket: counter.bucket,
                amount: std::mem::take(&mut counter.unwritten),
            })
            .collect()
        };
        // In one order at every server: their statements would wait for each other in a circle else.
        due.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let mut outcome = Ok(());
        for lumps in due.chunks(MOST_AT_ONCE) {
            if outcome.is_ok() {
                match self.write_lumps(lumps).await {
                    Ok(counts) => self.take_over(lumps, &counts),
                    Err(error) => outcome = Err(error),
                }
            }
            if outcome.is_err() {
                self.put_back(lumps);
            }
        }
        outcome
    }

    async fn write_lumps(&self, lumps: &[Lump]) -> Result<Vec<attempts::Counts>> {
        let now = self.inner.scope.now();
        let one = |lump: &Lump| Addition {
            key: hash(&format!("requests {}", lump.id)),
            bucket: lump.bucket,
            amount: lump.amount,
            expires_at: now.plus(WINDOW * 3),
        };
        let additions: Vec<_> = lumps.iter().map(one).collect();
        attempts::count(&self.inner.scope, &additions).await
    }

    fn take_over(&self, lumps: &[Lump], counts: &[attempts::Counts]) {
        let mut counters = self.counters();
        for (lump, counts) in lumps.iter().zip(counts) {
            if let Some(counter) = counters.get_mut(&lump.id).filter(|counter| counter.bucket == lump.bucket)
            {
                counter.previous = counter.previous.max(counts.previous);
                counter.current = counter.current.max(counts.current + counter.unwritten);
            }
        }
    }

    fn put_back(&self, lumps: &[Lump]) {
        let mut counters = self.counters();
        for lump in lumps {
            if let Some(counter) = counters.get_mut(&lump.id).filter(|counter| counter.bucket == lump.bucket)
            {
                counter.unwritten += lump.amount;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stead_core::ambient::{Ambient, ManualClock};
    use stead_db::Db;

    use super::*;

    fn turned(db: &Db) -> (Db, Arc<ManualClock>) {
        // The beginning of a minute.
        let (ambient, clock) = Ambient::manual(Timestamp::from_micros(1_800_000_000_000_000), 7);
        (db.with_ambient(ambient), clock)
    }

    /// How many are allowed until one is refused; lumps are written as they come up.
    async fn until_refused(limit: &RequestLimit, now: Timestamp) -> u64 {
        let mut allowed = 0;
        while limit.take("tok_1", now).refused.is_none() {
            allowed += 1;
            limit.write(limit.lump()).await.unwrap();
        }
        allowed
    }

    async fn a_limit_holds_over_servers_and_restarts(db: Db) {
        let (db, clock) = turned(&db);
        let server = || Attempts::new(&db).limit_requests(100);
        let now = || db.ambient().now();
        let (one, two) = (server(), server());
        for count in 1..=60 {
            let taken = one.take("tok_1", now());
            assert!(taken.refused.is_none());
            assert_eq!((taken.allowance.most, taken.allowance.remaining), (100, 100 - count));
            one.write(one.lump()).await.unwrap();
        }
        assert_eq!(until_refused(&two, now()).await, 40, "the other server knows of the sixty");
        assert!(until_refused(&one, now()).await <= 5, "and the first of the forty, to within a lump");
        assert!(until_refused(&server(), now()).await <= 5, "and one that starts anew of all of them");
        let refused = one.take("tok_1", now());
        let wait = refused.refused.unwrap().retry_delay().unwrap();
        assert!(wait <= WINDOW * 2 && refused.allowance.remaining == 0);
        assert!(one.take("tok_2", now()).refused.is_none(), "each credential for itself");
        clock.advance(wait);
        assert!(one.take("tok_1", now()).refused.is_none());
        clock.advance(WINDOW * 2);
        assert_eq!(until_refused(&two, now()).await, 100);
    }

    async fn what_is_left_at_the_end_is_written(db: Db) {
        let (db, _clock) = turned(&db);
        let (limit, stop) = (Attempts::new(&db).limit_requests(1_000), CancellationToken::new());
        for _ in 0..30 {
            assert!(limit.take("tok_1", db.ambient().now()).refused.is_none());
        }
        stop.cancel();
        limit.write_until(stop).await;
        let at = window::position(db.ambient().now(), WINDOW);
        let nothing = Addition {
            key: hash("requests tok_1"),
            bucket: at.bucket,
            amount: 0,
            expires_at: db.ambient().now(),
        };
        let counts = attempts::count(&limit.inner.scope, &[nothing]).await.unwrap();
        assert_eq!((counts[0].previous, counts[0].current), (0, 30));
    }

    stead_db::both_databases!(a_limit_holds_over_servers_and_restarts, what_is_left_at_the_end_is_written);
}
