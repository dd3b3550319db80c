//! How often something may be asked for: attempts to sign in per address, and requests per credential when configured.
//!
//! Each key has one number, the time at which its allowance is whole again (GCRA). The table is bounded: when it is full,
//! keys whose allowance is whole are forgotten, which changes nothing about them.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::HeaderValue;
use stead_core::error::ErrorKind;
use stead_core::{Error, Timestamp};

use crate::endpoints::{Access, Endpoint};
use crate::layers::authenticate::CredentialId;
use crate::problem::Answer;
use crate::state::AppState;

const MAX_KEYS: usize = 100_000;
const BURST_SECONDS: u32 = 10;

/// An allowance of `burst` requests that refills by one each `interval`.
#[derive(Debug)]
pub struct Limiter<K> {
    interval: Duration,
    burst: u32,
    whole_again: Mutex<HashMap<K, Timestamp>>,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    /// Until it is whole again.
    pub reset: Duration,
}

impl<K: Eq + Hash> Limiter<K> {
    #[must_use]
    pub fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst, whole_again: Mutex::default() }
    }

    /// Takes one from the key's allowance.
    ///
    /// # Errors
    /// How long to wait, when there is none left.
    pub fn take(&self, key: K, now: Timestamp) -> Result<Allowance, Duration> {
        let mut whole_again = self.whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        if whole_again.len() >= MAX_KEYS && !whole_again.contains_key(&key) {
            whole_again.retain(|_, at| *at > now);
            if whole_again.len() >= MAX_KEYS {
                return Err(self.interval);
            }
        }
        let at = whole_again.get(&key).copied().unwrap_or(now).max(now).plus(self.interval);
        let owed = at.since(now);
        let most = self.interval.saturating_mul(self.burst);
        if owed > most {
            return Err(owed - most);
        }
        whole_again.insert(key, at);
        let used = owed.as_micros().div_ceil(self.interval.as_micros().max(1));
        Ok(Allowance {
            limit: self.burst,
            remaining: self.burst.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)),
            reset: owed,
        })
    }
}

/// The limiters of this server.
#[derive(Debug)]
pub struct RateLimits {
    sign_in: Limiter<IpAddr>,
    requests: Option<Limiter<CredentialId>>,
}

impl RateLimits {
    #[must_use]
    pub fn new(sign_ins_per_minute: u32, requests_per_second: Option<u32>) -> Self {
        let per_minute = sign_ins_per_minute.max(1);
        let requests = requests_per_second.map(|rate| {
            Limiter::new(Duration::from_secs(1) / rate.max(1), rate.max(1).saturating_mul(BURST_SECONDS))
        });
        Self { sign_in: Limiter::new(Duration::from_secs(60) / per_minute, per_minute), requests }
    }
}

/// Counts the request. `None`: it is not limited.
pub(super) fn take(
    state: &AppState,
    request: &Request,
    endpoint: &Endpoint,
    ip: IpAddr,
) -> Answer<Option<Allowance>> {
    let now = state.ambient.now();
    let taken = if endpoint.access == Access::Anonymous && endpoint.is_mutation() && !endpoint.uncounted {
        Some(state.rate_limits.sign_in.take(ip, now))
    } else {
        let key = request.extensions().get::<CredentialId>().cloned();
        state.rate_limits.requests.as_ref().zip(key).map(|(limiter, key)| limiter.take(key, now))
    };
    match taken {
        None => Ok(None),
        Some(Ok(allowance)) => Ok(Some(allowance)),
        Some(Err(wait)) => Err(Error::new(
            ErrorKind::RateLimited,
            "rate_limited",
            "There were too many requests in a short time.",
        )
        .next_step(format!("Try again in {} seconds.", wait.as_secs().max(1)))
        .retry_after(wait)
        .into()),
    }
}

impl Allowance {
    pub(super) fn tell(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert("ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("ratelimit-reset", HeaderValue::from(self.reset.as_secs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_allowance_is_used_up_and_refills() {
        let limiter = Limiter::new(Duration::from_secs(1), 3);
        let start = Timestamp::from_micros(1_000_000_000);
        let left: Vec<_> = (0..3).map(|_| limiter.take("a", start).unwrap().remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        assert_eq!(limiter.take("a", start), Err(Duration::from_secs(1)));
        assert!(limiter.take("b", start).is_ok());
        assert!(limiter.take("a", start.plus(Duration::from_secs(1))).is_ok());
        assert!(limiter.take("a", start.plus(Duration::from_secs(1))).is_err());
    }

    proptest! {
        #[test]
        fn never_more_than_burst_and_rate_allow(gaps in proptest::collection::vec(0u64..3_000, 1..200), burst in 1u32..20) {
            let limiter = Limiter::new(Duration::from_secs(1), burst);
            let mut at = 1_000_000_000i64;
            let (begin, mut granted) = (at, 0u64);
            for gap in gaps {
                at += i64::try_from(gap).unwrap() * 1_000;
                granted += u64::from(limiter.take((), Timestamp::from_micros(at)).is_ok());
                let allowed = u64::from(burst) + u64::try_from((at - begin) / 1_000_000).unwrap();
                prop_assert!(granted <= allowed);
            }
        }
    }
}
