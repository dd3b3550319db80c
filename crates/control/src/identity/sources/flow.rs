//! The way of a browser to a source and back.
//!
//! State is 256 random bits, single use, ten minutes long, and kept as a hash; it belongs to the browser that began by a second
//! secret in a cookie, and to the source as it was then. What comes back is worth nothing in another browser, for another source or
//! a second time.

use std::time::Duration;

use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result};
use stead_db::sources::{self, SourceFlow};

use super::config::Config;
use super::oidc::{self, Brought, Proof, Way, mixed_up};
use super::{Known, Origin, Sources};
use crate::attempts::Limited;
use crate::identity::{Admission, Caller, RequestInfo, secret};

const LIFETIME: Duration = Duration::from_mins(10);
const MAX_SECRET: usize = 200;
const MAX_CODE: usize = 4_096;
const MAX_RETURN: usize = 2_000;

/// What the browser asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Where to go afterwards, on this server.
    pub return_to: Option<String>,
    /// Who wants their account linked, instead of signing in.
    pub link: Option<Caller>,
}

/// Where the browser goes, and what it keeps in a cookie meanwhile.
pub struct Begun {
    pub url: String,
    /// For ten minutes.
    pub cookie: String,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Begun(…)")
    }
}

/// What the browser brings back. Each parameter once; a repeated one is none.
#[derive(Clone, Default)]
pub struct Back {
    pub state: Option<String>,
    pub code: Option<String>,
    /// RFC 9207.
    pub issuer: Option<String>,
    /// RFC 6749 §4.1.2.1.
    pub error: Option<String>,
    pub cookie: Option<String>,
    /// Who is signed in in this browser.
    pub caller: Option<Caller>,
}

impl std::fmt::Debug for Back {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Back").field("error", &self.error).finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    Admitted { admission: Admission, return_to: Option<String> },
    Linked { return_to: Option<String> },
}

/// A failure on the way back, with what is known of where the browser wanted to go.
#[derive(Debug)]
pub struct Lost {
    pub error: Error,
    pub return_to: Option<String>,
    /// It was about linking, by somebody who is signed in.
    pub linking: bool,
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self { error, return_to: None, linking: false }
    }
}

fn directory() -> Error {
    Error::conflict("source_is_directory", "This source is a directory: it asks for name and password.")
        .next_step("`POST /v1/auth/sources/{source}/sign-in` takes them.")
}

impl Sources {
    /// Begins: where the browser goes.
    ///
    /// # Errors
    /// `source_not_found`, `source_is_directory`; `step_up_required` for linking; `rate_limited`; what the other side fails with.
    pub async fn begin(&self, source: &str, asked: Asked, info: &RequestInfo) -> Result<Begun> {
        let known = self.known(source).await?;
        if let Some(caller) = &asked.link {
            self.inner.identity.require_recent(caller).await?;
        }
        self.inner.identity.attempts().take(Limited::SourceBegin { ip: info.ip }).await?;
        let ambient = self.inner.identity.inner.db.ambient();
        let (browser, state) = (secret::opaque(ambient), secret::opaque(ambient));
        let way = Way::new(&browser, &state, self.callback_url(&known.id));
        let now = self.inner.system.now();
        let providers = self.providers(known.origin);
        let url = match &known.config {
            Config::Oidc(config) => oidc::begin(providers, config, &way, now).await?,
            Config::Github(config) => oidc::begin_github(config, &way)?,
            Config::Ldap(_) => return Err(directory()),
        };
        let row = SourceFlow {
            state_hash: secret::hash(&state),
            browser_hash: secret::hash(&browser),
            source_id: known.id,
            source_revision: known.revision,
            link_user_id: asked.link.map(|caller| caller.user().to_string()),
            return_to: asked.return_to.filter(|path| path.len() <= MAX_RETURN),
            created_at: now.micros(),
            expires_at: now.plus(LIFETIME).micros(),
        };
        let row = &row;
        self.inner
            .system
            .transaction(|tx| async move { sources::insert_flow(&tx, row.clone()).await })
            .await?;
        Ok(Begun { url: url.into(), cookie: browser })
    }

    /// Takes up what a browser brings back: somebody is signed in, or their account is linked.
    ///
    /// # Errors
    /// `source_not_found`; `source_state_invalid`; `source_denied`; `source_answer_invalid`; and why somebody stays out (`arrive`).
    pub async fn back(
        &self,
        source: &str,
        back: Back,
        info: &RequestInfo,
    ) -> std::result::Result<Outcome, Lost> {
        let known = self.known(source).await?;
        let (flow, way) = self.take_flow(&known, &back).await?;
        let linking = flow.link_user_id.is_some();
        let return_to = flow.return_to.clone();
        match self.go_on(&known, &flow, &way, &back, info).await {
            Ok(Some(admission)) => Ok(Outcome::Admitted { admission, return_to }),
            Ok(None) => Ok(Outcome::Linked { return_to }),
            Err(error) => Err(Lost { error, return_to, linking }),
        }
    }

    /// Uses the state up, whatever else is wrong.
    async fn take_flow(&self, known: &Known, back: &Back) -> Result<(SourceFlow, Way)> {
        let fits = |text: &&String| !text.is_empty() && text.len() <= MAX_SECRET;
        let state = back.state.as_ref().filter(fits).ok_or_else(mixed_up)?;
        let hash = &secret::hash(state);
        let flow = self
            .inner
            .system
            .transaction(|tx| async move { sources::take_flow(&tx, hash).await })
            .await?
            .ok_or_else(mixed_up)?;
        let browser = back.cookie.as_ref().filter(fits).ok_or_else(mixed_up)?;
        // Of hashes nothing is learnt by how long their comparison takes.
        let same = flow.browser_hash == secret::hash(browser)
            && flow.source_id == known.id
            && flow.source_revision == known.revision;
        if !same {
            return Err(mixed_up());
        }
        let way = Way::new(browser, state, self.callback_url(&known.id));
        Ok((flow, way))
    }

    async fn go_on(
        &self,
        known: &Known,
        flow: &SourceFlow,
        way: &Way,
        back: &Back,
        info: &RequestInfo,
    ) -> Result<Option<Admission>> {
        let link = match &flow.link_user_id {
            None => None,
            // Whoever began it is who is signed in here still.
            Some(user) => Some(
                back.caller
                    .as_ref()
                    .filter(|caller| caller.is_session() && caller.user().to_string() == *user)
                    .ok_or_else(mixed_up)?,
            ),
        };
        if let Some(error) = &back.error {
            return Err(denied(error));
        }
        let code = back
            .code
            .as_deref()
            .filter(|code| !code.is_empty() && code.len() <= MAX_CODE)
            .ok_or_else(|| denied("no code"))?;
        let brought = Brought { code, issuer: back.issuer.as_deref() };
        let proof = self.prove(known, way, brought).await?;
        self.arrive(known, &proof, link, info).await
    }

    async fn prove(&self, known: &Known, way: &Way, brought: Brought<'_>) -> Result<Proof> {
        let (providers, now) = (self.providers(known.origin), self.inner.system.now());
        match &known.config {
            Config::Oidc(config) => oidc::finish(providers, config, way, brought, now).await,
            Config::Github(config) => oidc::finish_github(providers, config, way, brought).await,
            Config::Ldap(_) => Err(directory()),
        }
    }

    /// Admits who proved who they are; `None` when their account was linked instead.
    pub(super) async fn arrive(
        &self,
        known: &Known,
        proof: &Proof,
        link: Option<&Caller>,
        info: &RequestInfo,
    ) -> Result<Option<Admission>> {
        let user: UserId = self.settle(known, proof, link, info).await?;
        if link.is_some() {
            return Ok(None);
        }
        if let Origin::Tenant(tenant) = known.origin {
            tracing::debug!(source.id = known.id, tenant.id = %tenant, user.id = %user, "a tenant's source signs in");
        }
        let identity = &self.inner.identity;
        identity.admit(user, crate::identity::Factor::Source, info).await.map(Some)
    }
}

/// The other side refused, or the person did there. What it says of why is for the log: it may be anybody's text.
fn denied(error: &str) -> Error {
    let shown: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
    Error::new(ErrorKind::Unauthenticated, "source_denied", "The other side did not let you in.")
        .next_step("Try again, or choose another way in.")
        .context(format!("it says {shown}"))
}
