//! Refresh tokens: how a program's session goes on without asking anybody.
//!
//! Each is exchanged once, for a successor. A session is the family of its tokens. An answer can get lost, so the exchange can be
//! repeated for half a minute and gives the *same* successor: it is kept sealed under the token it came from, which only the
//! holder has. Whoever shows an exchanged token later than that has a copy, or had their copy used: the session ends.

use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stead_core::ambient::Ambient;
use stead_core::ids::{SessionId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::refresh_tokens::{self, RefreshToken};
use stead_db::sessions::Session;
use stead_db::{Credential, SystemScope, Tx, previews, revocations, sessions};

use super::caller::{Caller, RequestInfo};
use super::notices::whereabouts;
use super::sessions::{IDLE_LIFETIME, LONGEST_LIFETIME, browser_row, parse, personal_tenant};
use super::{Identity, access_tokens, secret};
use crate::notifications::Notice;

/// In which the exchange can be repeated.
const GRACE: Duration = Duration::from_secs(30);
const MAX_SECRET: usize = 200;

/// What a program gets: a token for requests, and one for the next exchange. Does not show in debug output.
#[derive(Clone)]
pub struct ProgramTokens {
    pub access: String,
    pub access_lifetime: Duration,
    pub refresh: String,
    pub session: SessionId,
}

impl std::fmt::Debug for ProgramTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ProgramTokens").field("session", &self.session).finish_non_exhaustive()
    }
}

fn invalid_grant() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "invalid_grant",
        "This refresh token is not valid, was used before, or its session has ended.",
    )
    .next_step("Sign in again.")
}

/// The key that only the holder of the token can make.
fn key_of(token: &str) -> Result<LessSafeKey> {
    let mut digest = Sha256::new();
    digest.update(b"stead refresh successor\0");
    digest.update(token.as_bytes());
    let key = UnboundKey::new(&AES_256_GCM, &digest.finalize())
        .map_err(|_| Error::internal("making the key of a successor"))?;
    Ok(LessSafeKey::new(key))
}

fn seal(token: &str, successor: &str, ambient: &Ambient) -> Result<String> {
    let mut nonce = [0; NONCE_LEN];
    ambient.fill_random(&mut nonce);
    let mut text = successor.as_bytes().to_vec();
    key_of(token)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
        .map_err(|_| Error::internal("sealing a successor"))?;
    Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &text].concat()))
}

fn open(token: &str, sealed: &str) -> Option<String> {
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    if bytes.len() < NONCE_LEN {
        return None;
    }
    let mut text = bytes.split_off(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
    let plain = key_of(token).ok()?.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

/// A program's session about to begin.
pub(super) struct ProgramSession {
    pub(super) user: UserId,
    pub(super) id: SessionId,
    pub(super) client_name: String,
    pub(super) factors: String,
    pub(super) refresh: String,
    pub(super) info: RequestInfo,
}

impl ProgramSession {
    /// Writes the session and its first token.
    pub(super) async fn begin(&self, tx: &Tx<SystemScope>) -> Result<()> {
        let now = tx.now();
        // No hash: nothing that somebody shows as a cookie can match it.
        let no_cookie = format!("none {}", self.id);
        let row = browser_row(self.id, self.user, no_cookie, &self.factors, &self.info, now);
        let row = Session {
            kind: "program".to_owned(),
            client_name: Some(self.client_name.clone()),
            // Whoever approved was asked in a browser; the program itself proved nothing.
            authenticated_at: 0,
            ..row
        };
        sessions::insert(tx, row).await?;
        let first = RefreshToken {
            secret_hash: secret::hash(&self.refresh),
            session_id: self.id.to_string(),
            parent: None,
            created_at: now.micros(),
            expires_at: now.plus(IDLE_LIFETIME.min(LONGEST_LIFETIME)).micros(),
            used_at: None,
            successor: None,
        };
        refresh_tokens::insert(tx, first).await?;
        let (subject, detail) = (self.id.to_string(), serde_json::json!({ "factors": self.factors }));
        let tenant = personal_tenant(tx, self.user).await?;
        audit::append(tx, Entry { tenant, detail: Some(&detail), ..Entry::new("session.create", &subject) })
            .await
    }
}

enum Exchange {
    Done { refresh: String, user: UserId, session: SessionId, client: String },
    Reused,
    Invalid,
}

impl Identity {
    /// Exchanges a refresh token for the next one and an access token.
    ///
    /// # Errors
    /// `invalid_grant`, also when the token was used before, which ends its session; a failure of the database.
    pub async fn refresh(&self, token: &str, info: &RequestInfo) -> Result<ProgramTokens> {
        if token.len() > MAX_SECRET {
            return Err(invalid_grant());
        }
        let hash = secret::hash(token);
        let Some(row) = refresh_tokens::find(&self.inner.system, &hash).await? else {
            return Err(invalid_grant());
        };
        let session: SessionId = parse(&row.session_id)?;
        let Some(owner) = sessions::find(&self.inner.system, session).await? else {
            return Err(invalid_grant());
        };
        let caller = Caller {
            user: parse(&owner.user_id)?,
            credential: Credential::Session(session),
            scopes: None,
            request: info.clone(),
        };
        let user = caller.user;
        let fresh = secret::opaque(self.inner.db.ambient());
        let sealed = seal(token, &fresh, self.inner.db.ambient())?;
        let (hash, fresh, sealed) = (&hash, &fresh, &sealed);
        let outcome = self
            .inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                let outcome = exchange(&tx, token, hash, fresh, sealed).await?;
                if matches!(outcome, Exchange::Reused) {
                    let whereabouts = whereabouts(info);
                    self.tell(&tx, Notice::RefreshReuse { user, whereabouts }).await?;
                }
                Ok(outcome)
            })
            .await?;
        match outcome {
            Exchange::Done { refresh, user, session, client } => {
                let access = self.mint_access_token(user, session, &client).await?;
                Ok(ProgramTokens { access, access_lifetime: access_tokens::LIFETIME, refresh, session })
            }
            Exchange::Reused => {
                tracing::warn!(session.id = %session, "a refresh token was used again; its session has ended");
                self.rights_ended();
                Err(invalid_grant())
            }
            Exchange::Invalid => Err(invalid_grant()),
        }
    }
}

async fn exchange(
    tx: &Tx<SystemScope>,
    token: &str,
    hash: &str,
    fresh: &str,
    sealed: &str,
) -> Result<Exchange> {
    let now = tx.now();
    let Some(row) = refresh_tokens::find(tx, hash).await? else { return Ok(Exchange::Invalid) };
    let session: SessionId = parse(&row.session_id)?;
    let Some(owner) = sessions::find(tx, session).await? else { return Ok(Exchange::Invalid) };
    let user: UserId = parse(&owner.user_id)?;
    if let Some(used_at) = row.used_at {
        let successor = row.successor.as_deref().and_then(|sealed| open(token, sealed));
        return match successor {
            Some(refresh) if now.since(Timestamp::from_micros(used_at)) <= GRACE => {
                Ok(Exchange::Done { refresh, user, session, client: owner.client_name.unwrap_or_default() })
            }
            _ => {
                end_family(tx, user, session).await?;
                Ok(Exchange::Reused)
            }
        };
    }
    let ends_at = Timestamp::from_micros(owner.ends_at);
    if Timestamp::from_micros(row.expires_at) <= now || ends_at <= now {
        return Ok(Exchange::Invalid);
    }
    if !refresh_tokens::exchange(tx, hash, sealed).await? {
        return Err(Error::internal("a refresh token was exchanged twice in one transaction"));
    }
    let expires_at = now.plus(IDLE_LIFETIME).min(ends_at);
    let successor = RefreshToken {
        secret_hash: secret::hash(fresh),
        session_id: row.session_id,
        parent: Some(hash.to_owned()),
        created_at: now.micros(),
        expires_at: expires_at.micros(),
        used_at: None,
        successor: None,
    };
    refresh_tokens::insert(tx, successor).await?;
    sessions::touch(tx, session, expires_at).await?;
    let client = owner.client_name.unwrap_or_default();
    Ok(Exchange::Done { refresh: fresh.to_owned(), user, session, client })
}

/// The tokens of a session go with its row.
async fn end_family(tx: &Tx<SystemScope>, user: UserId, session: SessionId) -> Result<()> {
    sessions::delete(tx, user, session).await?;
    let subject = session.to_string();
    previews::delete_of(tx, &subject).await?;
    revocations::append(tx, "session", &subject).await?;
    let tenant = personal_tenant(tx, user).await?;
    audit::append(tx, Entry { tenant, ..Entry::new("session.refresh_reused", &subject) }).await
}
