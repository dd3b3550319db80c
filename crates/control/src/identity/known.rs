//! What is kept in memory about credentials and memberships, so that most requests need no query for them.
//!
//! Kept for seconds, and dropped whole whenever some right ends. What was read before such an end is not kept after it: readers
//! name the generation they began in.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_core::Timestamp;
use stead_core::ids::{TenantId, UserId};
use stead_db::{Credential, TenantScope};

use super::Scopes;
use super::caller::{Caller, RequestInfo};

const KEEP: Duration = Duration::from_secs(20);
const MOST: usize = 20_000;

/// A credential that was valid when it was looked up.
#[derive(Debug, Clone)]
pub(super) struct ValidCredential {
    pub(super) user: UserId,
    pub(super) credential: Credential,
    pub(super) scopes: Scopes,
    pub(super) expires_at: Option<Timestamp>,
}

impl ValidCredential {
    /// For one request.
    pub(super) fn caller(self, info: &RequestInfo) -> Caller {
        Caller { user: self.user, credential: self.credential, scopes: self.scopes, request: info.clone() }
    }
}

/// A credential may be held to different permissions: all of its own, or the one that an intent token was for.
pub(super) type ScopeKey = (Credential, Option<TenantId>, Scopes);

#[derive(Debug, Default)]
pub(super) struct Known {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    generation: u64,
    credentials: HashMap<String, (ValidCredential, Timestamp)>,
    scopes: HashMap<ScopeKey, (TenantScope, Timestamp)>,
}

fn get<K: Eq + Hash, V: Clone>(map: &HashMap<K, (V, Timestamp)>, key: &K, now: Timestamp) -> Option<V> {
    map.get(key).filter(|(_, at)| now.since(*at) < KEEP).map(|(value, _)| value.clone())
}

fn put<K: Eq + Hash, V>(map: &mut HashMap<K, (V, Timestamp)>, key: K, value: V, now: Timestamp) {
    if map.len() >= MOST {
        map.clear();
    }
    map.insert(key, (value, now));
}

impl Known {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generation(&self) -> u64 {
        self.state().generation
    }

    pub(super) fn clear(&self) {
        let mut state = self.state();
        state.generation += 1;
        state.credentials.clear();
        state.scopes.clear();
    }

    /// By its kind and the hash of its secret.
    pub(super) fn credential(&self, hash: &String, now: Timestamp) -> Option<ValidCredential> {
        get(&self.state().credentials, hash, now).filter(|valid| valid.expires_at.is_none_or(|at| now < at))
    }

    pub(super) fn keep_credential(
        &self,
        hash: String,
        valid: ValidCredential,
        now: Timestamp,
        generation: u64,
    ) {
        let mut state = self.state();
        if state.generation == generation {
            put(&mut state.credentials, hash, valid, now);
        }
    }

    pub(super) fn scope(&self, key: &ScopeKey, now: Timestamp) -> Option<TenantScope> {
        get(&self.state().scopes, key, now)
    }

    pub(super) fn keep_scope(&self, key: ScopeKey, scope: TenantScope, now: Timestamp, generation: u64) {
        let mut state = self.state();
        if state.generation == generation {
            put(&mut state.scopes, key, scope, now);
        }
    }
}
