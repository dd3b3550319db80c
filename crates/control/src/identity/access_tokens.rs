//! Access tokens: JWTs signed with Ed25519 (RFC 8037), shaped by RFC 9068, fifteen minutes long, not kept anywhere. They name the
//! session they belong to and die with it.
//!
//! Read strictly and by hand: one algorithm, one type, a header and claims of known fields with known types and no other. So no
//! header can choose the algorithm, the key or where a key comes from.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use stead_api::v1::identity as wire;
use stead_core::error::InternalContext as _;
use stead_core::ids::{RequestId, SessionId, UserId};
use stead_core::{Error, Result, Timestamp};
use stead_db::{Credential, sessions};

use super::Identity;
use super::known::ValidCredential;
use super::sessions::{parse, refused};
use crate::keys::{SigningKeys, SigningPurpose};

pub(super) const LIFETIME: Duration = Duration::from_mins(15);
/// Clocks of servers may differ by this.
const LEEWAY_SECONDS: i64 = 5;
pub(super) const MOST_BYTES: usize = 1_500;
const ALGORITHM: &str = "EdDSA";
/// RFC 9068 §2.1.
const TYPE: &str = "at+jwt";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// RFC 9068 §2.2. Times are whole seconds; a text is no time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) sub: String,
    pub(super) sid: String,
    pub(super) jti: String,
    pub(super) client_id: String,
    pub(super) tenant: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
}

fn encode(value: &impl Serialize) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).internal("writing an access token")?))
}

fn sign(keys: &SigningKeys, claims: &Claims) -> Result<String> {
    let header = Header { alg: ALGORITHM.into(), typ: TYPE.into(), kid: keys.id().to_string() };
    let message = format!("{}.{}", encode(&header)?, encode(claims)?);
    let signature = URL_SAFE_NO_PAD.encode(keys.sign(message.as_bytes()));
    Ok(format!("{message}.{signature}"))
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The claims of a token that one of the keys signed, for this issuer and audience, now; `None` for everything else.
pub(super) fn verify(
    keys: &SigningKeys,
    token: &str,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Option<Claims> {
    if token.len() > MOST_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Header = decode(header)?;
    if header.alg != ALGORITHM || header.typ != TYPE {
        return None;
    }
    // An id of a key, and nothing that could be a path or a query.
    let key = keys.find(header.kid.parse().ok()?)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !key.verifies(message.as_bytes(), &signature) {
        return None;
    }
    let claims: Claims = decode(claims)?;
    let seconds = now.micros().div_euclid(1_000_000);
    let in_time = claims.nbf <= seconds.saturating_add(LEEWAY_SECONDS)
        && claims.iat <= seconds.saturating_add(LEEWAY_SECONDS)
        && claims.exp > seconds;
    (claims.iss == issuer && claims.aud == audience && in_time).then_some(claims)
}

impl Identity {
    fn audience(&self) -> String {
        format!("{}/v1", self.inner.base_url)
    }

    /// A token for the session.
    pub(super) async fn mint_access_token(
        &self,
        user: UserId,
        session: SessionId,
        client: &str,
    ) -> Result<String> {
        let keys = self.keys()?.signing(SigningPurpose::AccessToken).await?;
        let tenant = super::sessions::personal_tenant(&self.inner.system, user).await?;
        let seconds = self.now().micros().div_euclid(1_000_000);
        let claims = Claims {
            iss: self.inner.base_url.clone(),
            aud: self.audience(),
            sub: user.to_string(),
            sid: session.to_string(),
            jti: self.inner.db.ambient().new_id::<RequestId>().to_string(),
            client_id: client.to_owned(),
            tenant: tenant.map(|id| id.to_string()).unwrap_or_default(),
            iat: seconds,
            nbf: seconds,
            exp: seconds.saturating_add(i64::try_from(LIFETIME.as_secs()).unwrap_or(0)),
        };
        sign(&keys, &claims)
    }

    pub(super) async fn valid_access_token(&self, token: &str, now: Timestamp) -> Result<ValidCredential> {
        let keys = self.keys()?.signing(SigningPurpose::AccessToken).await?;
        let claims = verify(&keys, token, &self.inner.base_url, &self.audience(), now).ok_or_else(refused)?;
        let (user, session): (UserId, SessionId) =
            (claims.sub.parse().map_err(|_| refused())?, claims.sid.parse().map_err(|_| refused())?);
        let alive = self.session_end(user, session, now).await?;
        let until = Timestamp::from_micros(claims.exp.saturating_mul(1_000_000));
        Ok(ValidCredential {
            user,
            credential: Credential::Session(session),
            scopes: None,
            expires_at: Some(until.min(alive)),
        })
    }

    /// When the session ends as it is now; from memory when it was looked at lately.
    pub(super) async fn session_end(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Timestamp> {
        let key = format!("session {session}");
        if let Some(known) = self.inner.known.credential(&key, now) {
            return match known.expires_at {
                Some(end) if known.user == user => Ok(end),
                _ => Err(refused()),
            };
        }
        let generation = self.inner.known.generation();
        let row = sessions::find(&self.inner.system, session).await?.ok_or_else(refused)?;
        let end = Timestamp::from_micros(row.expires_at);
        if end <= now || parse::<UserId>(&row.user_id)? != user {
            return Err(refused());
        }
        self.touch_session(&row, now).await?;
        let valid = ValidCredential {
            user,
            credential: Credential::Session(session),
            scopes: None,
            expires_at: Some(end),
        };
        self.inner.known.keep_credential(key, valid, now, generation);
        Ok(end)
    }

    /// The keys that access tokens can be checked with (RFC 7517), the current one first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn jwks(&self) -> Result<wire::KeySet> {
        let keys = self.keys()?.signing(SigningPurpose::AccessToken).await?;
        let keys = keys.public().iter().map(|key| wire::PublicKey {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            alg: ALGORITHM.into(),
            usage: "sig".into(),
            kid: key.id.to_string(),
            x: key.base64url(),
        });
        Ok(wire::KeySet { keys: keys.collect() })
    }
}

impl Identity {
    pub(super) fn keys(&self) -> Result<&crate::keys::Keys> {
        self.inner.keys.get().ok_or_else(|| Error::internal("identity was put together without keys"))
    }
}
