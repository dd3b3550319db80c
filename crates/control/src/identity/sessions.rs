//! Authentication of requests, sessions of browsers, and the links that begin them.

use std::time::Duration;

use stead_api::v1::identity as wire;
use stead_api::v1::{Page, PageQuery};
use stead_core::ids::{Id, SessionId, SignInLinkId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::sessions::Session;
use stead_db::sign_in_links::SignInLink;
use stead_db::{Credential, SystemScope, previews, revocations, sessions, sign_in_links, tenants, tokens};

use super::caller::{Caller, Presented, RequestInfo};
use super::known::ValidCredential;
use super::{Identity, secret, tokens as own_tokens};

/// A session ends after this long without use.
const SESSION_LIFETIME: Duration = Duration::from_hours(30 * 24);
const LINK_LIFETIME: Duration = Duration::from_mins(15);
/// Use is written down at most this often.
const TOUCH: Duration = Duration::from_mins(1);
const MAX_SECRET: usize = 200;
const MAX_USER_AGENT: usize = 300;

/// A new session: its secret, shown this once, and who it is for.
pub struct SignedIn {
    pub secret: String,
    pub me: wire::Me,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SignedIn").field("user", &self.me.user.id).finish_non_exhaustive()
    }
}

fn refused() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "credential_invalid",
        "This session or token is not valid, or not any more.",
    )
    .next_step("Sign in again.")
}

fn parse<I: Id + std::str::FromStr>(text: &str) -> Result<I> {
    text.parse().map_err(|_| Error::internal("an id in the database is damaged"))
}

impl Identity {
    /// Who presents this credential.
    ///
    /// # Errors
    /// `credential_invalid`; a failure of the database.
    pub async fn authenticate(&self, presented: &Presented, info: &RequestInfo) -> Result<Caller> {
        let text = match presented {
            Presented::Session(text) | Presented::Token(text) => text,
        };
        if text.len() > MAX_SECRET || matches!(presented, Presented::Token(_)) && !secret::is_token(text) {
            return Err(refused());
        }
        let hash = secret::hash(text);
        let now = self.now();
        let valid = match self.inner.known.credential(&hash, now) {
            Some(valid) => valid,
            None => {
                let generation = self.inner.known.generation();
                let valid = match presented {
                    Presented::Session(_) => self.valid_session(&hash, now).await?,
                    Presented::Token(_) => self.valid_token(&hash, now).await?,
                };
                self.inner.known.keep_credential(hash, valid.clone(), now, generation);
                valid
            }
        };
        // A session's secret is no token and the other way round, also when both are in the cache.
        if matches!(presented, Presented::Session(_)) != matches!(valid.credential, Credential::Session(_)) {
            return Err(refused());
        }
        Ok(Caller {
            user: valid.user,
            credential: valid.credential,
            scopes: valid.scopes,
            request: info.clone(),
        })
    }

    async fn valid_session(&self, hash: &str, now: Timestamp) -> Result<ValidCredential> {
        let row = sessions::by_secret_hash(&self.inner.system, hash).await?.ok_or_else(refused)?;
        let mut expires_at = Timestamp::from_micros(row.expires_at);
        if expires_at <= now {
            return Err(refused());
        }
        let id: SessionId = parse(&row.id)?;
        if now.since(Timestamp::from_micros(row.last_used_at)) >= TOUCH {
            expires_at = now.plus(SESSION_LIFETIME);
            self.inner
                .system
                .transaction(|tx| async move { sessions::touch(&tx, id, expires_at).await })
                .await?;
        }
        Ok(ValidCredential {
            user: parse(&row.user_id)?,
            credential: Credential::Session(id),
            scopes: None,
            expires_at: Some(expires_at),
        })
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
    /// A failure of the database.
    pub async fn create_sign_in_link(&self, caller: &Caller) -> Result<wire::SignInLink> {
        self.link_for(caller.user, &self.inner.system.on_behalf_of(caller.actor())).await
    }

    /// The same for a user of this installation, on behalf of the operator.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn sign_in_link(&self, user: UserId) -> Result<wire::SignInLink> {
        self.link_for(user, &self.inner.system).await
    }

    async fn link_for(&self, user: UserId, scope: &SystemScope) -> Result<wire::SignInLink> {
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

    /// Uses a sign-in link up and begins a session.
    ///
    /// # Errors
    /// `sign_in_link_invalid` when it was used, has expired or never was.
    pub async fn sign_in_with_link(&self, token: &str, info: &RequestInfo) -> Result<SignedIn> {
        let invalid = || {
            Error::new(
                ErrorKind::Unauthenticated,
                "sign_in_link_invalid",
                "This sign-in link was used before or has expired.",
            )
            .next_step("Run `stead dashboard` on a machine that is signed in to get a new one.")
        };
        if token.len() > MAX_SECRET {
            return Err(invalid());
        }
        let link = sign_in_links::by_secret_hash(&self.inner.system, &secret::hash(token))
            .await?
            .ok_or_else(invalid)?;
        let user: UserId = parse(&link.user_id)?;
        let secret = secret::opaque(self.inner.db.ambient());
        let id: SessionId = self.inner.db.ambient().new_id();
        let row = Session {
            id: id.to_string(),
            user_id: user.to_string(),
            secret_hash: secret::hash(&secret),
            user_agent: info.user_agent.as_ref().map(|text| text.chars().take(MAX_USER_AGENT).collect()),
            ip: info.ip.map(|ip| ip.to_string()),
            created_at: self.now().micros(),
            last_used_at: self.now().micros(),
            expires_at: self.now().plus(SESSION_LIFETIME).micros(),
        };
        let link_id = link.id;
        let caller =
            Caller { user, credential: Credential::Session(id), scopes: None, request: info.clone() };
        let begun = self
            .inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| {
                let (row, link_id) = (row.clone(), link_id.clone());
                async move {
                    if !sign_in_links::redeem(&tx, &link_id).await? {
                        return Ok(false);
                    }
                    sessions::insert(&tx, row).await?;
                    let personal = personal_tenant(&tx, user).await?;
                    audit::append(
                        &tx,
                        Entry { tenant: personal, ..Entry::new("session.create", &id.to_string()) },
                    )
                    .await?;
                    Ok(true)
                }
            })
            .await?;
        if !begun {
            return Err(invalid());
        }
        Ok(SignedIn { secret, me: self.me(&caller, None).await? })
    }

    /// The caller's sessions, newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn sessions(&self, caller: &Caller, _page: &PageQuery) -> Result<Page<wire::Session>> {
        let rows = sessions::of_user(&self.inner.system, caller.user, self.now()).await?;
        let current = caller.session().map(|id| id.to_string());
        let view = |row: Session| wire::Session {
            current: current.as_deref() == Some(row.id.as_str()),
            id: row.id,
            user_agent: row.user_agent,
            ip: row.ip,
            created_at: Timestamp::from_micros(row.created_at).to_string(),
            last_used_at: Timestamp::from_micros(row.last_used_at).to_string(),
            expires_at: Timestamp::from_micros(row.expires_at).to_string(),
        };
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

pub(super) async fn personal_tenant(
    access: &impl stead_db::SystemAccess,
    user: UserId,
) -> Result<Option<stead_core::ids::TenantId>> {
    let all = tenants::of_user(access, user).await?;
    Ok(all
        .iter()
        .find(|(tenant, _)| tenant.personal_of.is_some())
        .and_then(|(tenant, _)| tenant.id.parse().ok()))
}
