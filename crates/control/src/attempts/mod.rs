//! How often limited actions may be tried: signing in, signing up, asking for mails, guessing codes; and requests as such.
//!
//! Owns the table of counters and is its only writer. Counters are in the database, so they hold over several servers and
//! restarts; keys are kept as hashes. What was refused is remembered in memory until its time is over, so that a flood of
//! refused attempts costs no query. What was refused is not counted.

mod limits;
mod requests;
#[cfg(test)]
mod tests;
mod window;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::attempts::Addition;
use stead_db::{Db, SystemScope, Tx, attempts};

pub use self::limits::Limited;
use self::limits::{Above, Rule};
pub use self::requests::{Allowance, RequestLimit, Taken, WINDOW as REQUEST_WINDOW};

const MOST_REMEMBERED: usize = 50_000;

/// The service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Attempts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    scope: SystemScope,
    /// Until when keys are refused.
    refused: Mutex<HashMap<String, Timestamp>>,
}

/// What is counted, by its hash.
fn hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The refusal that everything limited in rate gives.
#[must_use]
pub fn refusal(wait: Duration) -> Error {
    // Whole seconds, rounded up: who waits as long as told is let in.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Error::new(ErrorKind::RateLimited, "rate_limited", "There were too many attempts in a short time.")
        .next_step(format!("Try again in {} seconds.", seconds.max(1)))
        .retry_after(Duration::from_secs(seconds.max(1)))
}

impl Attempts {
    #[must_use]
    pub fn new(db: &Db) -> Self {
        let inner = Inner { scope: db.system("attempts"), refused: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Counts one attempt. Returns late when only the account was tried too often.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait; a failure of the database.
    pub async fn take(&self, what: Limited<'_>) -> Result<()> {
        let rules: Vec<Rule> =
            what.rules().into_iter().map(|rule| Rule { key: hash(&rule.key), ..rule }).collect();
        let now = self.inner.scope.now();
        if let Some(wait) = self.remembered(&rules, now) {
            return Err(refusal(wait));
        }
        let at = |rule: &Rule| window::position(now, rule.window);
        let one = |rule: &Rule| Addition {
            key: rule.key.clone(),
            bucket: at(rule).bucket,
            amount: 1,
            expires_at: now.plus(rule.window * 2),
        };
        let additions: Vec<Addition> = rules.iter().map(one).collect();
        let counted = attempts::count(&self.inner.scope, &additions).await?;
        let (mut delay, mut refused) = (Duration::ZERO, None);
        for (rule, counts) in rules.iter().zip(&counted) {
            // Before this one.
            let (previous, current) = (counts.previous, counts.current.saturating_sub(1));
            let elapsed = at(rule).elapsed;
            match rule.above {
                Above::Refuse => {
                    let wait = window::wait(previous, current, elapsed, rule.window, rule.most);
                    refused = refused.or(wait.map(|wait| (rule.key.clone(), wait)));
                }
                Above::Delay => {
                    let count = window::estimate(previous, current, elapsed, rule.window);
                    delay = delay.max(limits::delay(count, rule.most));
                }
            }
        }
        if let Some((key, wait)) = refused {
            let added: Vec<_> = additions.into_iter().zip(counted).collect();
            let added = added.as_slice();
            self.inner.scope.transaction(|tx| async move { attempts::take_back(&tx, added).await }).await?;
            self.remember(key, now.plus(wait));
            return Err(refusal(wait));
        }
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        Ok(())
    }

    /// Forgets what counts for the account at this address: after a success, so that who signs in often is not held up.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn succeeded(&self, what: Limited<'_>) -> Result<()> {
        self.inner.scope.transaction(|tx| async move { self.forget(&tx, what).await }).await
    }

    /// The same, in the transaction of what succeeded.
    ///
    /// # Errors
    /// A failure of the database.
    pub(crate) async fn forget(&self, tx: &Tx<SystemScope>, what: Limited<'_>) -> Result<()> {
        let Some(first) = what.rules().into_iter().next() else { return Ok(()) };
        let key = hash(&first.key);
        self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        attempts::forget(tx, &key).await
    }

    fn remembered(&self, rules: &[Rule], now: Timestamp) -> Option<Duration> {
        let refused = self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let until = rules.iter().filter_map(|rule| refused.get(&rule.key)).max()?;
        Some(until.since(now)).filter(|wait| !wait.is_zero())
    }

    fn remember(&self, key: String, until: Timestamp) {
        let mut refused = self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MOST_REMEMBERED {
            let now = self.inner.scope.now();
            refused.retain(|_, until| *until > now);
            if refused.len() >= MOST_REMEMBERED {
                // Only a query is saved by remembering.
                refused.clear();
            }
        }
        refused.insert(key, until);
    }
}
