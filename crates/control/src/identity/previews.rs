//! Admission to private previews. The dashboard's cookie is not sent to preview hosts, so the dashboard gives the browser a
//! ticket for one host, which is exchanged there for a pass. A pass says who looks; whether they may is asked each time.

use std::time::Duration;

use stead_core::preview_host::PreviewHost;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::previews::{self, PreviewSession, PreviewTicket};
use stead_db::{Credential, sessions};

use super::caller::{Caller, RequestInfo};
use super::known::ValidCredential;
use super::{Identity, secret};

const TICKET_LIFETIME: Duration = Duration::from_secs(60);
/// Then the browser is sent through the dashboard again, which nobody notices who is still signed in.
const PASS_LIFETIME: Duration = Duration::from_hours(12);
const MAX_SECRET: usize = 200;

/// What a browser shows at one preview host.
pub struct PreviewPass {
    pub secret: String,
    pub lifetime: Duration,
}

impl std::fmt::Debug for PreviewPass {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PreviewPass").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// The host without the domain, which is the same for all.
fn host_key(host: &PreviewHost) -> String {
    format!("{}--{}", host.port, host.label)
}

impl Identity {
    /// A ticket for one host, single use, valid for a minute.
    ///
    /// # Errors
    /// `session_needed` for API tokens, which send their header to previews themselves.
    pub async fn mint_preview_ticket(&self, caller: &Caller, host: &PreviewHost) -> Result<String> {
        let Some(session) = caller.session() else {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "session_needed",
                "Only a browser's session can open a preview.",
            )
            .next_step("Sign in to the dashboard."));
        };
        let tenant = self.membership(caller, None).await?.tenant_id();
        let secret = secret::opaque(self.inner.db.ambient());
        let row = PreviewTicket {
            secret_hash: secret::hash(&secret),
            user_id: caller.user.to_string(),
            credential: session.to_string(),
            tenant_id: tenant.to_string(),
            host: host_key(host),
            created_at: self.now().micros(),
            expires_at: self.now().plus(TICKET_LIFETIME).micros(),
        };
        self.inner
            .system
            .transaction(|tx| {
                let row = row.clone();
                async move { previews::insert_ticket(&tx, row).await }
            })
            .await?;
        Ok(secret)
    }

    /// Exchanges a ticket at its host; `None` when it was used before, is too old or was meant for another host.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn redeem_preview_ticket(
        &self,
        ticket: &str,
        host: &PreviewHost,
    ) -> Result<Option<PreviewPass>> {
        if ticket.len() > MAX_SECRET {
            return Ok(None);
        }
        let (ticket_hash, wanted) = (secret::hash(ticket), host_key(host));
        let secret = secret::opaque(self.inner.db.ambient());
        let pass_hash = secret::hash(&secret);
        let expires_at = self.now().plus(PASS_LIFETIME);
        let redeemed = self
            .inner
            .system
            .transaction(|tx| {
                let (ticket_hash, pass_hash, wanted) =
                    (ticket_hash.clone(), pass_hash.clone(), wanted.clone());
                async move {
                    let Some(ticket) = previews::take_ticket(&tx, &ticket_hash)
                        .await?
                        .filter(|ticket| ticket.host == wanted)
                    else {
                        return Ok(false);
                    };
                    let row = PreviewSession {
                        secret_hash: pass_hash,
                        user_id: ticket.user_id,
                        credential: ticket.credential,
                        tenant_id: ticket.tenant_id,
                        host: ticket.host,
                        created_at: tx.now().micros(),
                        expires_at: expires_at.micros(),
                    };
                    previews::insert_session(&tx, row).await?;
                    Ok(true)
                }
            })
            .await?;
        Ok(redeemed.then_some(PreviewPass { secret, lifetime: PASS_LIFETIME }))
    }

    /// Who holds this pass for this host; `None` when the pass or the session behind it has ended.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn preview_viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<Caller>> {
        if pass.len() > MAX_SECRET {
            return Ok(None);
        }
        let now = self.now();
        // Passes are kept apart from sessions and tokens: the key cannot be the hash of either.
        let key = format!("preview {} {}", host_key(host), secret::hash(pass));
        let caller = |valid: ValidCredential| Caller {
            user: valid.user,
            credential: valid.credential,
            scopes: None,
            request: RequestInfo::default(),
        };
        if let Some(valid) = self.inner.known.credential(&key, now) {
            return Ok(Some(caller(valid)));
        }
        let generation = self.inner.known.generation();
        let Some(row) = previews::find_session(&self.inner.system, &secret::hash(pass)).await? else {
            return Ok(None);
        };
        let expires_at = Timestamp::from_micros(row.expires_at);
        if expires_at <= now || row.host != host_key(host) {
            return Ok(None);
        }
        let session = row.credential.parse().map_err(|_| Error::internal("a session's id is damaged"))?;
        let alive = sessions::find(&self.inner.system, session).await?;
        if alive.is_none_or(|session| Timestamp::from_micros(session.expires_at) <= now) {
            return Ok(None);
        }
        let valid = ValidCredential {
            user: row.user_id.parse().map_err(|_| Error::internal("a user's id is damaged"))?,
            credential: Credential::Session(session),
            scopes: None,
            expires_at: Some(expires_at),
        };
        self.inner.known.keep_credential(key, valid.clone(), now, generation);
        Ok(Some(caller(valid)))
    }
}
