//! How often something may be asked for: attempts to sign in, and what opening a page asks for before that, per address; and requests
//! per session or API token.
//!
//! Requests are counted by [`stead_control::attempts`], over all servers. The two kinds without a credential have one number each for
//! an address, the time at which its allowance is whole again (GCRA). The table is bounded: when it is full, keys whose allowance is whole are
//! forgotten, which changes nothing about them. (What limits guessing is counted in the database, per account and address, where
//! the guess is looked at; this only keeps floods away from there.)
//!
//! Every answer that was counted says what is left, in the fields of draft-ietf-httpapi-ratelimit-headers.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};
use stead_control::attempts::{self, Attempts, REQUEST_WINDOW, RequestLimit};
use stead_core::{Error, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::config::HttpLimits;
use crate::endpoints::{self, Access, Endpoint};
use crate::layers::authenticate::CredentialId;
use crate::problem::Failure;
use crate::state::AppState;

const MAX_KEYS: usize = 100_000;
const MINUTE: Duration = Duration::from_secs(60);
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// An allowance of `burst` requests that refills by one each `interval`.
#[derive(Debug)]
pub struct Limiter<K> {
    interval: Duration,
    burst: u32,
    whole_again: Mutex<HashMap<K, Timestamp>>,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub remaining: u64,
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
    pub fn take(&self, key: K, now: Timestamp) -> Result<Left, Duration> {
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
        let remaining = self.burst.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
        Ok(Left { remaining: u64::from(remaining), reset: owed })
    }
}

/// An allowance of each address.
#[derive(Debug)]
struct PerAddress {
    name: &'static str,
    limiter: Limiter<IpAddr>,
    policy: HeaderValue,
}

impl PerAddress {
    fn new(name: &'static str, per_minute: u32) -> Self {
        let most = per_minute.max(1);
        let policy = policy(name, u64::from(most), MINUTE);
        Self { name, limiter: Limiter::new(MINUTE / most, most), policy }
    }

    fn take(&self, ip: IpAddr, now: Timestamp) -> Counted {
        let (left, refused) = match self.limiter.take(ip, now) {
            Ok(left) => (left, None),
            Err(wait) => (Left { remaining: 0, reset: wait }, Some(attempts::refusal(wait))),
        };
        Counted { name: self.name, policy: self.policy.clone(), left, refused }
    }
}

/// The limiters of this server.
#[derive(Debug)]
pub struct RateLimits {
    sign_in: PerAddress,
    page: PerAddress,
    requests: Option<(RequestLimit, HeaderValue)>,
}

/// A quota by its name, as a structured field (RFC 9651).
fn policy(name: &str, quota: u64, window: Duration) -> HeaderValue {
    let text = format!("\"{name}\";q={quota};w={}", window.as_secs());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

const SIGN_IN: &str = "sign-in";
const PAGE: &str = "page";
const REQUESTS: &str = "requests";

impl RateLimits {
    #[must_use]
    pub fn new(attempts: &Attempts, limits: &HttpLimits) -> Self {
        let requests = limits.requests_per_minute.map(|most| {
            let limit = attempts.limit_requests(most);
            let policy = policy(REQUESTS, limit.most(), REQUEST_WINDOW);
            (limit, policy)
        });
        Self {
            sign_in: PerAddress::new(SIGN_IN, limits.sign_ins_per_minute),
            page: PerAddress::new(PAGE, limits.page_requests_per_minute),
            requests,
        }
    }

    /// Writes down what is counted, until `stop`; returns when everything is written.
    pub async fn write_until(&self, stop: CancellationToken) {
        match &self.requests {
            Some((limit, _)) => limit.write_until(stop).await,
            None => stop.cancelled().await,
        }
    }
}

/// A request that was counted: what is left, and whether it is refused.
#[derive(Debug)]
pub(super) struct Counted {
    name: &'static str,
    policy: HeaderValue,
    left: Left,
    refused: Option<Error>,
}

/// Counts the request. `None`: it is not limited.
pub(super) fn take(state: &AppState, request: &Request, endpoint: &Endpoint, ip: IpAddr) -> Option<Counted> {
    let (now, limits) = (state.ambient.now(), &state.rate_limits);
    if endpoint.access == Access::Anonymous && endpoint.is_mutation() {
        match endpoint.counted {
            endpoints::Counted::SignIn => return Some(limits.sign_in.take(ip, now)),
            endpoints::Counted::Page => return Some(limits.page.take(ip, now)),
            endpoints::Counted::Not => {}
        }
    }
    let (limit, policy) = limits.requests.as_ref()?;
    let CredentialId(credential) = request.extensions().get::<CredentialId>()?;
    let taken = limit.take(&credential.to_string(), now);
    let left = Left { remaining: taken.allowance.remaining, reset: taken.allowance.reset };
    Some(Counted { name: REQUESTS, policy: policy.clone(), left, refused: taken.refused })
}

impl Counted {
    /// The answer, when the request is refused.
    pub(super) fn refusal(&mut self) -> Option<Response> {
        let mut response = Failure::from(self.refused.take()?).into_response();
        self.tell(&mut response);
        Some(response)
    }

    pub(super) fn tell(&self, response: &mut Response) {
        let Left { remaining, reset } = self.left;
        // Rounded up: who waits as long as told finds it so.
        let seconds = reset.as_secs() + u64::from(reset.subsec_nanos() > 0);
        let text = format!("\"{}\";r={remaining};t={seconds}", self.name);
        let headers = response.headers_mut();
        headers.insert(RATE_LIMIT_POLICY, self.policy.clone());
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(RATE_LIMIT, value);
        }
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
