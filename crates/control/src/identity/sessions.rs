//! Authentication of requests, sessions of browsers, and the links that begin them.

use std::time::Duration;

use stead_api::v1::identity as wire;
use stead_api::v1::{Page, PageQuery};
use stead_core::ids::{Id, SessionId, SignInLinkId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::sessions::Session;
use stead_db::sign_in_links::SignInLink;
use stead_db::{
    Credential, SystemScope, Tx, previews, revocations, sessions, sign_in_links, tenants, tokens,
};

use super::admission::{Admission, Factor};
use super::caller::{Caller, Presented, RequestInfo};
use super::known::ValidCredential;
use super::{Identity, access_tokens, devices, operators, secret, tokens as own_tokens};
use crate::attempts::Limited;

/// A session ends after this long without use.
pub(super) const IDLE_LIFETIME: Duration = Duration::from_hours(30 * 24);
/// And after this long however much it is used.
pub(super) const LONGEST_LIFETIME: Duration = Duration::from_hours(180 * 24);
const LINK_LIFETIME: Duration = Duration::from_mins(15);
/// Use is written down at most this often.
const TOUCH: Duration = Duration::from_mins(1);
const MAX_SECRET: usize = 200;
const MAX_USER_AGENT: usize = 300;

/// A new session: its secret, shown this once, and who it is for.
pub struct SignedIn {
    pub secret: String,
    pub me: Box<wire::Me>,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SignedIn").field("user", &self.me.user.id).finish_non_exhaustive()
    }
}

pub(super) fn refused() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "credential_invalid",
        "This session or token is not valid, or not any more.",
    )
    .next_step("Sign in again.")
}

pub(super) fn parse<I: Id + std::str::FromStr>(text: &str) -> Result<I> {
    text.parse().map_err(|_| Error::internal("an id in the database is damaged"))
}

fn session_view(current: bool, row: Session) -> wire::Session {
    let program = row.kind == "program";
    let named = row.client_name.filter(|_| program);
    wire::Session {
        current,
        id: row.id,
        kind: if program { wire::SessionKind::Program } else { wire::SessionKind::Browser },
        device: named.unwrap_or_else(|| devices::name(row.user_agent.as_deref())),
        network: devices::network(row.ip.as_deref().and_then(|ip| ip.parse().ok())).to_owned(),
        user_agent: row.user_agent,
        ip: row.ip,
        factors: row.factors.split(' ').map(str::to_owned).collect(),
        created_at: Timestamp::from_micros(row.created_at).to_string(),
        last_used_at: Timestamp::from_micros(row.last_used_at).to_string(),
        expires_at: Timestamp::from_micros(row.expires_at).to_string(),
    }
}

/// The row of a browser's session that begins now.
pub(super) fn browser_row(
    id: SessionId,
    user: UserId,
    secret_hash: String,
    factors: &str,
    info: &RequestInfo,
    now: Timestamp,
) -> Session {
    Session {
        id: id.to_string(),
        user_id: user.to_string(),
        secret_hash,
        user_agent: info.user_agent.as_ref().map(|text| text.chars().take(MAX_USER_AGENT).collect()),
        ip: info.ip.map(|ip| ip.to_string()),
        created_at: now.micros(),
        last_used_at: now.micros(),
        expires_at: now.plus(IDLE_LIFETIME).micros(),
        kind: "browser".to_owned(),
        client_name: None,
        factors: factors.to_owned(),
        authenticated_at: now.micros(),
        ends_at: now.plus(LONGEST_LIFETIME).micros(),
    }
}

impl Identity {
    /// Who presents this credential.
    ///
    /// # Errors
    /// `credential_invalid`; a failure of the database.
    pub async fn authenticate(&self, presented: &Presented, info: &RequestInfo) -> Result<Caller> {
        let now = self.now();
        let (text, most) = match presented {
            Presented::Session(text) | Presented::Token(text) => (text, MAX_SECRET),
            Presented::AccessToken(text) => (text, access_tokens::MOST_BYTES),
            Presented::Held(held) => {
                let valid = Box::pin(self.valid_held(held, now)).await?;
                Box::pin(operators::check_enabled(&self.inner.system, valid.user)).await?;
                return Ok(valid.caller(info));
            }
        };
        if text.len() > most || matches!(presented, Presented::Token(_)) && !secret::is_token(text) {
            return Err(refused());
        }
        // Kinds are kept apart: what is valid as one is nothing as another, also when both are in the cache.
        let key = match presented {
            Presented::Session(_) => format!("cookie {}", secret::hash(text)),
            Presented::AccessToken(_) => format!("access {}", secret::hash(text)),
            _ => format!("token {}", secret::hash(text)),
        };
        if let Some(valid) = self.inner.known.credential(&key, now) {
            return Ok(valid.caller(info));
        }
        // On the heap: seldom needed, and far larger than the rest of what every request waits for.
        Ok(Box::pin(self.look_up(presented, text, key, now)).await?.caller(info))
    }

    /// What the database says of a credential; kept under `key` when it is valid.
    async fn look_up(
        &self,
        presented: &Presented,
        text: &str,
        key: String,
        now: Timestamp,
    ) -> Result<ValidCredential> {
        let generation = self.inner.known.generation();
        let valid = match presented {
            Presented::Session(_) => self.valid_session(&secret::hash(text), now).await?,
            Presented::AccessToken(_) => self.valid_access_token(text, now).await?,
            _ => self.valid_token(&secret::hash(text), now).await?,
        };
        operators::check_enabled(&self.inner.system, valid.user).await?;
        self.inner.known.keep_credential(key, valid.clone(), now, generation);
        Ok(valid)
    }

    async fn valid_session(&self, hash: &str, now: Timestamp) -> Result<ValidCredential> {
        let row = sessions::by_secret_hash(&self.inner.system, hash).await?.ok_or_else(refused)?;
        if row.expires_at <= now.micros() {
            return Err(refused());
        }
        Ok(ValidCredential {
            user: parse(&row.user_id)?,
            credential: Credential::Session(parse(&row.id)?),
            scopes: None,
            expires_at: Some(self.touch_session(&row, now).await?),
        })
    }

    /// Notes that the session is used; returns its end.
    pub(super) async fn touch_session(&self, row: &Session, now: Timestamp) -> Result<Timestamp> {
        if now.since(Timestamp::from_micros(row.last_used_at)) < TOUCH {
            return Ok(Timestamp::from_micros(row.expires_at));
        }
        let id = parse(&row.id)?;
        let expires_at = now.plus(IDLE_LIFETIME).min(Timestamp::from_micros(row.ends_at));
        self.inner.system.transaction(|tx| async move { sessions::touch(&tx, id, expires_at).await }).await?;
        Ok(expires_at)
    }

    async fn valid_token(&self, hash: &str, now: Timestamp) -> Result<ValidCredential> {
        let row = tokens::by_secret_hash(&self.inner.system, hash).await?.ok_or_else(refused)?;
        let expires_at = row.expires_at.map(Timestamp::from_micros);
        if expires_at.is_some_and(|at| at <= now) {
            return Err(refused());
        }
        let id = parse(&row.id)?;
        if row.last_used_at.is_none_or(|at| now.since(Timestamp::from_micros(at)) >= TOUCH) {
            self.inner.system.transaction(|tx| async move { tokens::touch(&tx, id).await }).await?;
        }
        Ok(ValidCredential {
            user: parse(&row.user_id)?,
            credential: Credential::Token(id),
            scopes: own_tokens::parse_scopes(&row.scopes)?,
            expires_at,
        })
    }

    /// A link that signs its holder in once, as the caller.
    ///
    /// # Errors
    /// `session_needed` for limited tokens; a failure of the database.
    pub async fn create_sign_in_link(&self, caller: &Caller) -> Result<wire::SignInLink> {
        // A link is a whole session; a token limited to some permissions must not make one.
        if caller.scopes.is_some() {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "session_needed",
                "A limited token cannot make a link that signs in without its limits.",
            )
            .next_step("Sign in, or use a token without scopes."));
        }
        let proved = self.proved_at(caller).await?;
        self.link_for(caller.user, &self.inner.system.on_behalf_of(caller.actor()), proved).await
    }

    /// When the caller last proved who they are, for what they make; see [`super::admission`].
    pub(super) async fn proved_at(&self, caller: &Caller) -> Result<Timestamp> {
        let system = &self.inner.system;
        match caller.credential {
            Credential::Session(id) => {
                let row = sessions::find(system, id).await?;
                Ok(row.map_or(Timestamp::default(), |row| Timestamp::from_micros(row.authenticated_at)))
            }
            Credential::Token(id) => {
                let of_machine = tokens::find(system, id).await?.is_some_and(|row| row.of_machine);
                Ok(if of_machine && caller.request.local { self.now() } else { Timestamp::default() })
            }
        }
    }

    /// The same for a user of this installation, on behalf of the operator.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn sign_in_link(&self, user: UserId) -> Result<wire::SignInLink> {
        self.link_for(user, &self.inner.system, self.now()).await
    }

    async fn link_for(
        &self,
        user: UserId,
        scope: &SystemScope,
        proved: Timestamp,
    ) -> Result<wire::SignInLink> {
        let secret = secret::opaque(self.inner.db.ambient());
        let (hash, id) = (secret::hash(&secret), self.inner.db.ambient().new_id::<SignInLinkId>());
        let expires_at = self.now().plus(LINK_LIFETIME);
        scope
            .transaction(|tx| {
                let row = SignInLink {
                    id: id.to_string(),
                    user_id: user.to_string(),
                    secret_hash: hash.clone(),
                    created_at: tx.now().micros(),
                    expires_at: expires_at.micros(),
                    used_at: None,
                    proved_at: proved.micros(),
                };
                async move {
                    sign_in_links::insert(&tx, row).await?;
                    let personal = personal_tenant(&tx, user).await?;
                    audit::append(
                        &tx,
                        Entry { tenant: personal, ..Entry::new("sign_in_link.create", &id.to_string()) },
                    )
                    .await
                }
            })
            .await?;
        Ok(wire::SignInLink {
            url: format!("{}/sign-in#{secret}", self.inner.base_url),
            expires_at: expires_at.to_string(),
        })
    }

    /// Uses a sign-in link up and admits its holder.
    ///
    /// # Errors
    /// `sign_in_link_invalid` when it was used, has expired or never was; `rate_limited`.
    pub async fn sign_in_with_link(&self, token: &str, info: &RequestInfo) -> Result<Admission> {
        let invalid = || {
            Error::new(
                ErrorKind::Unauthenticated,
                "sign_in_link_invalid",
                "This sign-in link was used before or has expired.",
            )
            .next_step("Run `stead dashboard` on a machine that is signed in to get a new one.")
        };
        self.attempts().take(Limited::Link { ip: info.ip }).await?;
        if token.len() > MAX_SECRET {
            return Err(invalid());
        }
        let link = sign_in_links::by_secret_hash(&self.inner.system, &secret::hash(token))
            .await?
            .ok_or_else(invalid)?;
        let arrival =
            self.arrival(parse(&link.user_id)?, info).proved_at(Timestamp::from_micros(link.proved_at));
        let (link, arriving) = (&link.id, &arrival);
        let decision = arrival
            .scope()
            .transaction(|tx| async move {
                if !sign_in_links::redeem(&tx, link).await? {
                    return Err(invalid());
                }
                arriving.admit(&tx, Factor::Link).await
            })
            .await?;
        self.arrived(arrival, decision).await
    }

    /// The caller's sessions, newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn sessions(&self, caller: &Caller, _page: &PageQuery) -> Result<Page<wire::Session>> {
        let rows = sessions::of_user(&self.inner.system, caller.user, self.now()).await?;
        let current = caller.session().map(|id| id.to_string());
        let view = |row: Session| session_view(current.as_deref() == Some(row.id.as_str()), row);
        Ok(Page { items: rows.into_iter().map(view).collect(), next_cursor: None })
    }

    /// Ends a session of the caller, and what is open on it.
    ///
    /// # Errors
    /// `session_not_found`.
    pub async fn end_session(&self, caller: &Caller, id: SessionId) -> Result<()> {
        let user = caller.user;
        self.inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                if !sessions::delete(&tx, user, id).await? {
                    return Err(Error::not_found("session", id));
                }
                let subject = id.to_string();
                previews::delete_of(&tx, &subject).await?;
                revocations::append(&tx, "session", &subject).await?;
                let personal = personal_tenant(&tx, user).await?;
                audit::append(&tx, Entry { tenant: personal, ..Entry::new("session.end", &subject) }).await
            })
            .await?;
        self.rights_ended();
        Ok(())
    }

    /// Ends every session of the caller but the one that asks.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<()> {
        let (user, own) = (caller.user, caller.session());
        self.inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                end_all(&tx, user, own).await?;
                let subject = user.to_string();
                let personal = personal_tenant(&tx, user).await?;
                audit::append(&tx, Entry { tenant: personal, ..Entry::new("session.end_others", &subject) })
                    .await
            })
            .await?;
        self.rights_ended();
        Ok(())
    }

    /// Notes that the caller proved who they are once more. A browser's session gets another secret: what was known before is
    /// worth nothing after it. `None`: the session has no cookie.
    ///
    /// # Errors
    /// `session_needed` for API tokens; `credential_invalid` when the session has ended; a failure of the database.
    pub async fn stepped_up(&self, caller: &Caller, factor: Factor) -> Result<Option<String>> {
        let Some(id) = caller.session() else {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "session_needed",
                "An API token cannot prove who holds it.",
            )
            .next_step("Sign in to the dashboard."));
        };
        let (user, secret) = (caller.user, secret::opaque(self.inner.db.ambient()));
        let hash = secret::hash(&secret);
        let hash = &hash;
        let browser = self
            .inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                let row = sessions::find(&tx, id).await?.ok_or_else(refused)?;
                let mut factors: Vec<&str> = row.factors.split(' ').collect();
                if !factors.contains(&factor.as_str()) {
                    factors.push(factor.as_str());
                }
                sessions::authenticated(&tx, id, &factors.join(" ")).await?;
                let browser = row.kind == "browser";
                if browser {
                    sessions::rotate(&tx, id, hash).await?;
                    // The former secret is forgotten everywhere.
                    revocations::append(&tx, "session_secret", &row.id).await?;
                }
                let personal = personal_tenant(&tx, user).await?;
                let detail = serde_json::json!({ "factor": factor.as_str() });
                let entry = Entry {
                    tenant: personal,
                    detail: Some(&detail),
                    ..Entry::new("session.step_up", &row.id)
                };
                audit::append(&tx, entry).await?;
                Ok(browser)
            })
            .await?;
        self.rights_ended();
        Ok(browser.then_some(secret))
    }

    /// Ends the session that asks; with a token nothing is ended.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn sign_out(&self, caller: &Caller) -> Result<()> {
        match caller.session() {
            Some(id) => match self.end_session(caller, id).await {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                ended => ended,
            },
            None => Ok(()),
        }
    }
}

/// Ends every session of the user but one, in the transaction of what ends them: a change of password, the disabling of the user.
/// Call [`Identity::rights_ended`] after its commit.
pub(crate) async fn end_all(tx: &Tx<SystemScope>, user: UserId, but: Option<SessionId>) -> Result<()> {
    let but = but.map(|id| id.to_string());
    for row in sessions::all_of_user(tx, user).await? {
        if Some(&row.id) != but.as_ref() {
            sessions::delete(tx, user, parse(&row.id)?).await?;
            previews::delete_of(tx, &row.id).await?;
            revocations::append(tx, "session", &row.id).await?;
        }
    }
    Ok(())
}

pub(super) async fn personal_tenant(
    access: &impl stead_db::SystemAccess,
    user: UserId,
) -> Result<Option<stead_core::ids::TenantId>> {
    tenants::personal_of(access, user).await
}
