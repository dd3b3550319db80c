//! Tickets and passes in memory, as the control plane keeps them in its database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::ids::{SessionId, UserId};

use stead_gateway::PreviewHost;

/// Long enough for two redirects.
pub(crate) const TICKET_LIFETIME: Duration = Duration::from_secs(60);
/// A working day; the session behind it may end earlier.
pub(crate) const PASS_LIFETIME: Duration = Duration::from_secs(12 * 3600);
const MAX_TICKETS: usize = 4_096;
const MAX_PASSES: usize = 65_536;
const SECRET_BYTES: usize = 32;

/// Who looks at a preview: a signed-in user by one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Viewer {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

#[derive(Debug)]
struct Grant {
    viewer: Viewer,
    host: PreviewHost,
    expires_at: Timestamp,
}

type Grants = HashMap<[u8; 32], Grant>;

/// Tickets and passes that are valid now. Secrets are kept as digests.
#[derive(Debug)]
pub(crate) struct AccessBook {
    ambient: Ambient,
    tickets: Mutex<Grants>,
    passes: Mutex<Grants>,
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl AccessBook {
    #[must_use]
    pub(crate) fn new(ambient: Ambient) -> Self {
        Self { ambient, tickets: Mutex::default(), passes: Mutex::default() }
    }

    fn add(&self, grants: &Mutex<Grants>, limit: usize, grant: Grant) -> String {
        let mut bytes = [0; SECRET_BYTES];
        self.ambient.fill_random(&mut bytes);
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        let now = self.ambient.now();
        let mut grants = grants.lock().unwrap_or_else(PoisonError::into_inner);
        if grants.len() >= limit {
            grants.retain(|_, grant| grant.expires_at > now);
        }
        if grants.len() >= limit
            && let Some(oldest) = grants.iter().min_by_key(|(_, grant)| grant.expires_at).map(|(key, _)| *key)
        {
            grants.remove(&oldest);
        }
        grants.insert(digest(&secret), grant);
        secret
    }

    /// A ticket that lets `viewer` into `host` once, within [`TICKET_LIFETIME`].
    #[must_use]
    pub(crate) fn mint(&self, viewer: Viewer, host: &PreviewHost) -> String {
        let expires_at = self.ambient.now().plus(TICKET_LIFETIME);
        self.add(&self.tickets, MAX_TICKETS, Grant { viewer, host: host.clone(), expires_at })
    }

    /// Exchanges a ticket for the value of the pass's cookie; `None` when it is used up, too old, or for another host.
    #[must_use]
    pub(crate) fn redeem(&self, ticket: &str, host: &PreviewHost) -> Option<String> {
        let now = self.ambient.now();
        let grant = self.tickets.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(ticket))?;
        if grant.expires_at <= now || grant.host != *host {
            return None;
        }
        Some(self.add(&self.passes, MAX_PASSES, Grant { expires_at: now.plus(PASS_LIFETIME), ..grant }))
    }

    /// Who holds this pass for this host.
    #[must_use]
    pub(crate) fn viewer(&self, pass: &str, host: &PreviewHost) -> Option<Viewer> {
        let now = self.ambient.now();
        let passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes
            .get(&digest(pass))
            .filter(|grant| grant.expires_at > now && grant.host == *host)
            .map(|grant| grant.viewer)
    }
}
