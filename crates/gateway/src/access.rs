//! Admission of signed-in viewers to private previews.
//!
//! The dashboard's cookie is not sent to preview hosts. So the dashboard mints a ticket ([`AccessBook::mint`]), the browser
//! carries it to the preview's host, and there it is exchanged for a pass in a host-only cookie ([`AccessBook::redeem`]).
//! Tickets are single-use and short-lived. A pass only says *who* looks; whether they may is asked anew for each request, so
//! that the end of a session or membership ends it too. Both live in memory alone: after a restart browsers go around once
//! more without anybody noticing. This module is the only writer of both.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::ids::{SessionId, UserId};

use crate::host::PreviewHost;

/// Long enough for two redirects.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(60);
/// A working day; the session behind it may end earlier.
pub const PASS_LIFETIME: Duration = Duration::from_secs(12 * 3600);
const MAX_TICKETS: usize = 4_096;
const MAX_PASSES: usize = 65_536;
const SECRET_BYTES: usize = 32;

/// Who looks at a preview: a signed-in user by one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    pub user: UserId,
    pub session: SessionId,
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
pub struct AccessBook {
    ambient: Ambient,
    tickets: Mutex<Grants>,
    passes: Mutex<Grants>,
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl AccessBook {
    #[must_use]
    pub fn new(ambient: Ambient) -> Self {
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
    pub fn mint(&self, viewer: Viewer, host: &PreviewHost) -> String {
        let expires_at = self.ambient.now().plus(TICKET_LIFETIME);
        self.add(&self.tickets, MAX_TICKETS, Grant { viewer, host: host.clone(), expires_at })
    }

    /// Exchanges a ticket for the value of the pass's cookie; `None` when it is used up, too old, or for another host.
    #[must_use]
    pub fn redeem(&self, ticket: &str, host: &PreviewHost) -> Option<String> {
        let now = self.ambient.now();
        let grant = self.tickets.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(ticket))?;
        if grant.expires_at <= now || grant.host != *host {
            return None;
        }
        Some(self.add(&self.passes, MAX_PASSES, Grant { expires_at: now.plus(PASS_LIFETIME), ..grant }))
    }

    /// Who holds this pass for this host.
    #[must_use]
    pub fn viewer(&self, pass: &str, host: &PreviewHost) -> Option<Viewer> {
        let now = self.ambient.now();
        let passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.get(&digest(pass)).filter(|grant| grant.expires_at > now && grant.host == *host).map(|grant| grant.viewer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(port: u16) -> PreviewHost {
        PreviewHost { port, label: "shop".into() }
    }

    #[test]
    fn a_ticket_works_once_for_its_host_and_not_for_long() {
        let (ambient, clock) = Ambient::manual(Timestamp::from_micros(1_700_000_000_000_000), 1);
        let viewer = Viewer { user: ambient.new_id(), session: ambient.new_id() };
        let book = AccessBook::new(ambient);

        let ticket = book.mint(viewer, &host(8000));
        let pass = book.redeem(&ticket, &host(8000)).unwrap();
        assert_eq!(book.redeem(&ticket, &host(8000)), None);
        assert_eq!(book.viewer(&pass, &host(8000)), Some(viewer));
        assert_eq!(book.viewer(&pass, &host(9000)), None);
        assert_eq!(book.viewer(&ticket, &host(8000)), None);

        let elsewhere = book.mint(viewer, &host(8000));
        assert_eq!(book.redeem(&elsewhere, &host(9000)), None);
        assert_eq!(book.redeem(&elsewhere, &host(8000)), None);

        let late = book.mint(viewer, &host(8000));
        clock.advance(TICKET_LIFETIME);
        assert_eq!(book.redeem(&late, &host(8000)), None);
        clock.advance(PASS_LIFETIME);
        assert_eq!(book.viewer(&pass, &host(8000)), None);
    }

    #[test]
    fn the_book_does_not_grow_without_bound() {
        let (ambient, _) = Ambient::manual(Timestamp::from_micros(1), 1);
        let viewer = Viewer { user: ambient.new_id(), session: ambient.new_id() };
        let book = AccessBook::new(ambient);
        for _ in 0..MAX_TICKETS + 10 {
            let _ = book.mint(viewer, &host(1));
        }
        assert_eq!(book.tickets.lock().unwrap().len(), MAX_TICKETS);
    }
}
