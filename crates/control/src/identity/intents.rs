//! Intent tokens: for what cannot send a header (WebSockets of browsers, downloads). One minute, one purpose on one object, one
//! use. What is opened with one lives as long as the credential that asked for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use stead_api::v1::identity as wire;
use stead_core::access::Permission;
use stead_core::error::InternalContext as _;
use stead_core::ids::{SessionId, TokenId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::intents::{self, Intent};
use stead_db::{Credential, TenantScope, sessions, tokens};

use super::caller::{Caller, Held, Presented, RequestInfo};
use super::known::ValidCredential;
use super::sessions::{parse, refused};
use super::{Identity, secret};

const LIFETIME: Duration = Duration::from_secs(60);
const MAX_SECRET: usize = 200;

fn invalid() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "intent_invalid",
        "This intent token was used, has expired, or is for something else.",
    )
    .next_step("Ask for a new one with `POST /v1/intents` right before it is used.")
}

impl Identity {
    /// A token for one purpose on one object. Whether the purpose exists is the caller's to know; whether they may is asked when
    /// it is used.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn create_intent(
        &self,
        caller: &Caller,
        purpose: &str,
        object: &str,
    ) -> Result<wire::CreatedIntent> {
        let token = secret::opaque(self.inner.db.ambient());
        let expires_at = self.now().plus(LIFETIME);
        let scopes = match &caller.scopes {
            None => None,
            Some(scopes) => {
                let names: Vec<_> = scopes.iter().map(|permission| permission.as_str()).collect();
                Some(serde_json::to_string(&names).internal("writing the scopes of an intent")?)
            }
        };
        let row = Intent {
            secret_hash: secret::hash(&token),
            user_id: caller.user.to_string(),
            credential: caller.credential.to_string(),
            purpose: purpose.to_owned(),
            object: object.to_owned(),
            scopes,
            created_at: self.now().micros(),
            expires_at: expires_at.micros(),
        };
        self.inner
            .system
            .transaction(|tx| {
                let row = row.clone();
                async move { intents::insert(&tx, row).await }
            })
            .await?;
        Ok(wire::CreatedIntent { token, expires_at: expires_at.to_string() })
    }

    /// Uses a token up: who asked for it, limited to what the purpose needs, and what to show again while the stream is open.
    ///
    /// # Errors
    /// `intent_invalid`; a failure of the database.
    pub async fn redeem_intent(
        &self,
        token: &str,
        purpose: &str,
        object: &str,
        needs: Permission,
        info: &RequestInfo,
    ) -> Result<(Caller, Presented)> {
        if token.len() > MAX_SECRET {
            return Err(invalid());
        }
        let hash = secret::hash(token);
        let hash = &hash;
        let row = self
            .inner
            .system
            .transaction(|tx| async move { intents::take(&tx, hash).await })
            .await?
            .filter(|row| row.purpose == purpose && row.object == object)
            .ok_or_else(invalid)?;
        if let Some(names) = &row.scopes {
            let names: Vec<String> =
                serde_json::from_str(names).internal("reading the scopes of an intent")?;
            if !names.iter().any(|name| name == needs.as_str()) {
                return Err(invalid());
            }
        }
        let credential = match row.credential.parse::<SessionId>() {
            Ok(session) => Credential::Session(session),
            Err(_) => Credential::Token(parse::<TokenId>(&row.credential)?),
        };
        let held = Held { user: parse(&row.user_id)?, credential, permission: needs };
        let presented = Presented::Held(held);
        let caller = self.authenticate(&presented, info).await?;
        Ok((caller, presented))
    }

    /// The right to something that is open, by the credential that opened it and as long as that is there, whatever becomes of its
    /// secrets: for the one permission.
    #[must_use]
    pub fn hold(&self, scope: &TenantScope, permission: Permission) -> Presented {
        let actor = scope.acting();
        Presented::Held(Held { user: actor.user, credential: actor.credential, permission })
    }

    /// Whether the credential behind something that is open is still there.
    pub(super) async fn valid_held(&self, held: &Held, now: Timestamp) -> Result<ValidCredential> {
        let (owner, expires_at): (String, Option<i64>) = match held.credential {
            Credential::Session(id) => {
                let row = sessions::find(&self.inner.system, id).await?.ok_or_else(refused)?;
                (row.user_id, Some(row.expires_at))
            }
            Credential::Token(id) => {
                let row = tokens::find(&self.inner.system, id).await?.ok_or_else(refused)?;
                (row.user_id, row.expires_at)
            }
        };
        let expires_at = expires_at.map(Timestamp::from_micros);
        if parse::<UserId>(&owner)? != held.user || expires_at.is_some_and(|at| at <= now) {
            return Err(refused());
        }
        Ok(ValidCredential {
            user: held.user,
            credential: held.credential,
            scopes: Some(Arc::new(BTreeSet::from([held.permission]))),
            expires_at,
        })
    }
}
