//! Sliding windows from two counters: the count of the running window, and of the one before as far as it still reaches into
//! the last stretch of that length. Pure.

use std::time::Duration;

use stead_core::Timestamp;

/// Where a moment lies among windows of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Number of the window since the epoch.
    pub(super) bucket: i64,
    /// Since its beginning.
    pub(super) elapsed: Duration,
}

pub(super) fn position(now: Timestamp, window: Duration) -> Position {
    let length = micros(window).max(1);
    let at = i128::from(now.micros());
    let bucket = at.div_euclid(length);
    let elapsed = u64::try_from(at.rem_euclid(length)).unwrap_or(0);
    Position { bucket: i64::try_from(bucket).unwrap_or(i64::MAX), elapsed: Duration::from_micros(elapsed) }
}

fn micros(duration: Duration) -> i128 {
    i128::try_from(duration.as_micros()).unwrap_or(i128::MAX)
}

fn duration(micros: i128) -> Duration {
    Duration::from_micros(u64::try_from(micros.max(0)).unwrap_or(u64::MAX))
}

/// How many count for the stretch of `window` that ends now, rounded up.
pub(super) fn estimate(previous: u64, current: u64, elapsed: Duration, window: Duration) -> u64 {
    let (length, left) = (micros(window).max(1), (micros(window) - micros(elapsed)).max(0));
    let carried = (i128::from(previous) * left + length - 1) / length;
    current.saturating_add(u64::try_from(carried).unwrap_or(u64::MAX))
}

/// How long until one more is within `most`, when nothing is added meanwhile; `None` when it is now.
pub(super) fn wait(
    previous: u64,
    current: u64,
    elapsed: Duration,
    window: Duration,
    most: u64,
) -> Option<Duration> {
    if estimate(previous, current, elapsed, window) < most {
        return None;
    }
    let (length, gone) = (micros(window).max(1), micros(elapsed));
    // The part of `count` that may still be carried over, and when in a window it is down to that.
    let reached = |count: u64, allowed: u64| length - i128::from(allowed) * length / i128::from(count.max(1));
    let until = if current < most && previous > 0 {
        reached(previous, most - 1 - current) - gone
    } else {
        length - gone + if current < most { 0 } else { reached(current, most.saturating_sub(1)) }
    };
    Some(duration(until.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: Duration = Duration::from_secs(900);

    #[test]
    fn five_in_a_window() {
        assert_eq!(wait(0, 4, Duration::ZERO, WINDOW, 5), None);
        let wait_after_five = wait(0, 5, Duration::from_secs(300), WINDOW, 5).unwrap();
        // The rest of the window, then until four fifths of the five are carried over.
        assert_eq!(wait_after_five, Duration::from_secs(600 + 180));
        assert_eq!(estimate(5, 0, Duration::from_secs(180), WINDOW), 4);
    }

    proptest! {
        /// After the wait that was told one more is let in, and it is never longer than two windows.
        #[test]
        fn the_wait_is_enough(previous in 0u64..50, current in 0u64..50, elapsed in 0u64..900, most in 1u64..20) {
            let elapsed = Duration::from_secs(elapsed);
            if let Some(wait_for) = wait(previous, current, elapsed, WINDOW, most) {
                prop_assert!(wait_for <= WINDOW * 2);
                let later = elapsed + wait_for;
                let (previous, current, later) =
                    if later < WINDOW { (previous, current, later) }
                    else if later < WINDOW * 2 { (current, 0, later - WINDOW) }
                    else { (0, 0, later - WINDOW * 2) };
                prop_assert!(estimate(previous, current, later, WINDOW) < most);
            }
        }

        /// No stretch of a window's length is granted more than one and a half times the limit, whatever the arrivals.
        #[test]
        fn no_stretch_gets_much_more(gaps in proptest::collection::vec(0u64..400, 1..300), most in 1u64..10) {
            let mut now = 10_000_000u64;
            let mut counts = std::collections::HashMap::<i64, u64>::new();
            let mut granted = Vec::new();
            for gap in gaps {
                now += gap;
                let at = Timestamp::from_micros(i64::try_from(now * 1_000_000).unwrap());
                let Position { bucket, elapsed } = position(at, WINDOW);
                let of = |bucket| counts.get(&bucket).copied().unwrap_or(0);
                if wait(of(bucket - 1), of(bucket), elapsed, WINDOW, most).is_none() {
                    *counts.entry(bucket).or_default() += 1;
                    granted.push(now);
                }
            }
            for (index, begin) in granted.iter().enumerate() {
                let within = granted[index..].iter().filter(|at| **at < begin + 900).count() as u64;
                prop_assert!(within <= most * 2, "{within} of {most}");
            }
        }
    }
}
