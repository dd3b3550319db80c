//! The one place where time, randomness and new ids come from.
//!
//! Everything that needs them is handed an [`Ambient`]; tests hand in a clock they can turn and a seeded source.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::Timestamp;
use crate::ids::Id;

/// Tells the wall-clock time.
pub trait Clock: Send + Sync + fmt::Debug {
    fn now(&self) -> Timestamp;
}

/// Fills buffers with bytes fit for keys and tokens.
pub trait Random: Send + Sync + fmt::Debug {
    fn fill(&self, buffer: &mut [u8]);
}

/// Time, randomness and ids, cheap to clone.
#[derive(Clone, Debug)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    last_id: Arc<Mutex<(u64, u16)>>,
}

impl Ambient {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, last_id: Arc::new(Mutex::new((0, 0))) }
    }

    /// The system clock and the kernel's random source.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRandom))
    }

    /// A clock that stands still until turned and a deterministic random source, for tests.
    #[must_use]
    pub fn manual(start: Timestamp, seed: u64) -> (Self, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::starting_at(start));
        (Self::new(Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(SeededRandom::new(seed))), clock)
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn fill_random(&self, buffer: &mut [u8]) {
        self.random.fill(buffer);
    }

    #[must_use]
    pub fn random_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A new id, UUIDv7 (RFC 9562 §5.7), strictly increasing within this process: 12 bits count ids of one millisecond.
    #[must_use]
    pub fn new_id<I: Id>(&self) -> I {
        let now = u64::try_from(self.clock.now().micros() / 1_000).unwrap_or(0);
        let (millis, counter) = {
            let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
            *last = match *last {
                (millis, _) if now > millis => (now, 0),
                (millis, counter) if counter < 0x0fff => (millis, counter + 1),
                (millis, _) => (millis + 1, 0),
            };
            *last
        };
        let mut tail = [0; 8];
        self.random.fill(&mut tail);
        let high = (u128::from(millis & 0xffff_ffff_ffff) << 80) | (0x7 << 76) | (u128::from(counter) << 64);
        let low = (u128::from(u64::from_be_bytes(tail)) & 0x3fff_ffff_ffff_ffff) | (0b10 << 62);
        I::from_uuid(Uuid::from_u128(high | low))
    }
}

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
    fn now(&self) -> Timestamp {
        let elapsed =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp::from_micros(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }
}

#[derive(Debug)]
struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the one source; going on without randomness would forge tokens"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the kernel's random source answers");
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.micros()))
    }

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// SplitMix64 over a counter: repeatable, never for real secrets.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::InstanceId;

    #[test]
    fn ids_increase_even_when_the_clock_stands_still_or_goes_back() {
        let (ambient, clock) = Ambient::manual(Timestamp::from_micros(1_700_000_000_000_000), 1);
        let mut last: InstanceId = ambient.new_id();
        for round in 0..10_000 {
            if round == 5_000 {
                clock.0.fetch_sub(60_000_000, Ordering::SeqCst);
            }
            let next = ambient.new_id();
            assert!(next > last);
            last = next;
        }
        assert_eq!(last.uuid().get_version_num(), 7);
    }
}
