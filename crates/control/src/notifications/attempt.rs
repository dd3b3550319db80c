//! What follows from an attempt to deliver something. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stead_core::Timestamp;
use stead_core::operation::RetryPolicy;

/// Attempts of one delivery, 18 to 36 hours together.
const ATTEMPTS: u32 = 18;
/// After this nothing is tried again, however often the other side asked to wait.
const LONGEST: Duration = Duration::from_hours(3 * 24);
/// The longest wait that the other side can ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// Kept of one delivery.
const LOGGED: usize = 10;
/// Characters of an answer that are kept.
const EXCERPT: usize = 500;

/// How often and when.
#[must_use]
pub(super) const fn policy(first_delay: Duration) -> RetryPolicy {
    RetryPolicy { attempts: ATTEMPTS, first_delay, longest_delay: Duration::from_hours(6) }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    /// Trying again may succeed.
    Failed {
        problem: String,
    },
    /// The other side is busy and says when to come back.
    Busy {
        problem: String,
        wait: Duration,
    },
    /// Trying again is useless.
    Refused {
        problem: String,
    },
    /// There is no mail server: operators are shown the mail.
    Held,
}

/// What is done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    Delivered,
    Held,
    Again { at: Timestamp },
    Dead,
}

/// One delivery at the moment that an attempt ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Attempts that count, with the one that just ended.
    pub(super) attempts: u32,
    pub(super) created_at: Timestamp,
    /// Useless afterwards.
    pub(super) expires_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// `jitter` is any random number.
pub(super) fn next(outcome: &Outcome, standing: Standing, policy: RetryPolicy, jitter: u64) -> Next {
    let (wait, spent) = match outcome {
        Outcome::Delivered => return Next::Delivered,
        Outcome::Held => return Next::Held,
        Outcome::Refused { .. } => return Next::Dead,
        Outcome::Failed { .. } => {
            (policy.delay(standing.attempts, jitter), standing.attempts >= policy.attempts)
        }
        // Their word, and a little more, so that not all come back in the same moment.
        Outcome::Busy { wait, .. } => {
            ((*wait).min(LONGEST_WAIT) + Duration::from_millis(jitter % 250), false)
        }
    };
    let at = standing.now.plus(wait);
    let too_late = standing.expires_at.is_some_and(|expires| at >= expires);
    if spent || too_late || at.since(standing.created_at) > LONGEST { Next::Dead } else { Next::Again { at } }
}

/// An attempt, as the delivery log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) at: Timestamp,
    pub(super) took_ms: u64,
    /// Of an answer by HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// The beginning of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) excerpt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
}

/// The beginning of an answer as text: printable, bounded.
pub(super) fn excerpt(body: &[u8]) -> Option<String> {
    let text: String = String::from_utf8_lossy(body)
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(EXCERPT)
        .collect();
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The log with one more attempt, without the oldest beyond what is kept.
pub(super) fn logged(log: &str, attempt: Attempt) -> String {
    let mut attempts = read_log(log);
    attempts.push(attempt);
    let surplus = attempts.len().saturating_sub(LOGGED);
    attempts.drain(..surplus);
    serde_json::to_string(&attempts).unwrap_or_else(|_| "[]".to_owned())
}

pub(super) fn read_log(log: &str) -> Vec<Attempt> {
    serde_json::from_str(log).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(5);

    fn standing(attempts: u32, age: Duration) -> Standing {
        let created_at = Timestamp::from_micros(1_700_000_000_000_000);
        Standing { attempts, created_at, expires_at: None, now: created_at.plus(age) }
    }

    fn failed() -> Outcome {
        Outcome::Failed { problem: "no".into() }
    }

    #[test]
    fn failures_are_tried_again_ever_later_for_more_than_a_day_and_then_no_more() {
        let (mut age, mut last) = (Duration::ZERO, Duration::ZERO);
        for attempts in 1..ATTEMPTS {
            let now = standing(attempts, age);
            let Next::Again { at } = next(&failed(), now, policy(FIRST), u64::from(attempts) * 7_919_777)
            else {
                panic!("attempt {attempts} was the last");
            };
            let wait = at.since(now.now);
            assert!(wait >= Duration::from_millis(2_500) && wait <= Duration::from_hours(6));
            assert!(wait * 3 >= last, "{wait:?} after {last:?}");
            (age, last) = (age + wait, wait);
        }
        assert!(age >= Duration::from_hours(17) && age <= Duration::from_hours(36), "{age:?}");
        assert_eq!(next(&failed(), standing(ATTEMPTS, age), policy(FIRST), 0), Next::Dead);
    }

    #[test]
    fn who_is_busy_is_taken_at_their_word_within_bounds() {
        let busy = |seconds| Outcome::Busy { problem: "later".into(), wait: Duration::from_secs(seconds) };
        let now = standing(ATTEMPTS + 5, Duration::from_hours(1));
        let Next::Again { at } = next(&busy(7), now, policy(FIRST), 249) else { panic!() };
        assert_eq!(at.since(now.now), Duration::from_millis(7_249));
        let Next::Again { at } = next(&busy(1_000_000), now, policy(FIRST), 0) else { panic!() };
        assert_eq!(at.since(now.now), LONGEST_WAIT);
        assert_eq!(next(&busy(7), standing(1, LONGEST), policy(FIRST), 0), Next::Dead);
    }

    #[test]
    fn what_is_useless_later_is_not_tried_again() {
        let mut now = standing(1, Duration::ZERO);
        now.expires_at = Some(now.now.plus(Duration::from_secs(2)));
        assert_eq!(next(&failed(), now, policy(FIRST), 0), Next::Dead);
        let refused = Outcome::Refused { problem: "no such mailbox".into() };
        assert_eq!(next(&refused, standing(1, Duration::ZERO), policy(FIRST), 0), Next::Dead);
        assert_eq!(next(&Outcome::Held, now, policy(FIRST), 0), Next::Held);
    }

    #[test]
    fn logs_and_excerpts_are_bounded() {
        let mut log = "[]".to_owned();
        for number in 0..30 {
            let attempt = Attempt {
                at: Timestamp::from_micros(number),
                took_ms: 1,
                status: Some(500),
                excerpt: excerpt(&vec![b'x'; 10_000]),
                problem: None,
            };
            log = logged(&log, attempt);
        }
        let attempts = read_log(&log);
        assert_eq!((attempts.len(), attempts[0].at), (LOGGED, Timestamp::from_micros(20)));
        assert_eq!(attempts[0].excerpt.as_ref().map(String::len), Some(EXCERPT));
        assert_eq!(excerpt(b"\x00\n\x1b[31m"), Some("[31m".into()));
        assert_eq!(excerpt(b" \n"), None);
        assert_eq!(read_log("damaged"), []);
    }
}
