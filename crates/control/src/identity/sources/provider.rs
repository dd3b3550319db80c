//! What an OpenID Connect provider says about itself: its endpoints (Discovery 1.0) and its keys.
//!
//! Both are kept for an hour. A token signed with a key that is not known has the keys read anew, at most once a minute, so that
//! rotation works and made-up key ids cost the provider nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde::Deserialize;
use serde_json::Value;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use url::Url;

use super::config::check_provider;
use crate::outbound::{Outbound, OutboundRequest};

const LIFETIME: Duration = Duration::from_hours(1);
/// Between two readings of the keys for the sake of an unknown one.
const PAUSE: Duration = Duration::from_mins(1);
const MOST_KEPT: usize = 1_000;
const MOST_KEYS: usize = 100;
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
pub(super) const LARGEST: usize = 256 * 1_024;

/// A failure of the other side, in words for who signs in; `inside` is for the log.
pub(super) fn unusable(inside: impl Into<String>) -> Error {
    Error::new(
        ErrorKind::Upstream,
        "source_answer_invalid",
        "The other side's answer could not be used, so nobody was signed in.",
    )
    .next_step("Try again; if it stays like this, ask whoever set up this way of signing in.")
    .context(inside)
}

#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A provider's endpoints.
#[derive(Debug, Clone)]
pub(super) struct Provider {
    pub(super) issuer: String,
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    pub(super) user_info: Option<Url>,
    /// The client's secret goes into the body instead of the header.
    pub(super) secret_in_body: bool,
    /// Says who it is in its answer to the browser (RFC 9207).
    pub(super) names_itself: bool,
}

fn read(document: Document, issuer: &str) -> Result<Provider> {
    if document.issuer != issuer {
        return Err(unusable(format!("the document of {issuer} is of another issuer")).next_step(
            "Whoever set up this way of signing in has to write the issuer exactly as the provider does.",
        ));
    }
    if document
        .code_challenge_methods_supported
        .is_some_and(|methods| !methods.iter().any(|one| one == "S256"))
    {
        return Err(unusable(format!("{issuer} does not do PKCE with S256")));
    }
    let address = |text: &str| {
        check_provider(text).map_err(|why| unusable(format!("an address of {issuer} cannot be used: {why}")))
    };
    // Basic is the default (Core §9).
    let secret_in_body = document
        .token_endpoint_auth_methods_supported
        .is_some_and(|methods| !methods.iter().any(|one| one == "client_secret_basic"));
    Ok(Provider {
        issuer: document.issuer,
        authorization: address(&document.authorization_endpoint)?,
        token: address(&document.token_endpoint)?,
        keys: address(&document.jwks_uri)?,
        user_info: document.userinfo_endpoint.as_deref().map(address).transpose()?,
        secret_in_body,
        names_itself: document.authorization_response_iss_parameter_supported,
    })
}

struct Kept {
    provider: Provider,
    read_at: Timestamp,
    keys: Option<(Arc<JwkSet>, Timestamp)>,
    /// When the keys were read for the sake of an unknown one.
    anew_at: Option<Timestamp>,
}

/// What is known of providers. One for addresses that may be private, one for those that may not: what the operator may reach is
/// not shown to tenants by the way of the cache.
#[derive(Clone)]
pub(super) struct Providers {
    outbound: Outbound,
    kept: Arc<Mutex<HashMap<String, Kept>>>,
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Providers").finish_non_exhaustive()
    }
}

impl Providers {
    pub(super) fn new(outbound: Outbound) -> Self {
        Self { outbound, kept: Arc::default() }
    }

    pub(super) const fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// The provider of an issuer.
    pub(super) async fn of(&self, issuer: &str, now: Timestamp) -> Result<Provider> {
        let known = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(issuer)
                .filter(|kept| now.since(kept.read_at) < LIFETIME)
                .map(|kept| kept.provider.clone())
        };
        if let Some(provider) = known {
            return Ok(provider);
        }
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let address = Url::parse(&address).map_err(|_| unusable("the issuer is no address"))?;
        let document = serde_json::from_value(self.get(address).await?)
            .map_err(|error| unusable(format!("the document of {issuer} cannot be read: {error}")))?;
        let provider = read(document, issuer)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        let (keys, anew_at) =
            kept.remove(issuer).map_or((None, None), |before| (before.keys, before.anew_at));
        kept.insert(issuer.to_owned(), Kept { provider: provider.clone(), read_at: now, keys, anew_at });
        Ok(provider)
    }

    /// Its keys; read anew when `anew` and that was not done within the last minute.
    pub(super) async fn keys(&self, provider: &Provider, anew: bool, now: Timestamp) -> Result<Arc<JwkSet>> {
        let known = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get_mut(&provider.issuer).and_then(|kept| {
                let (keys, read_at) = kept.keys.clone()?;
                let lately = kept.anew_at.is_some_and(|at| now.since(at) < PAUSE);
                if anew && !lately {
                    kept.anew_at = Some(now);
                    return None;
                }
                (now.since(read_at) < LIFETIME).then_some(keys)
            })
        };
        if let Some(keys) = known {
            return Ok(keys);
        }
        let keys = Arc::new(read_keys(&self.get(provider.keys.clone()).await?)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.get_mut(&provider.issuer) {
            kept.keys = Some((Arc::clone(&keys), now));
        }
        Ok(keys)
    }

    async fn get(&self, address: Url) -> Result<Value> {
        let request = OutboundRequest::new(Method::GET, address).header(ACCEPT, "application/json")?;
        self.ask(request).await
    }

    /// The JSON that a request is answered with.
    pub(super) async fn ask(&self, request: OutboundRequest) -> Result<Value> {
        let request = OutboundRequest { time_limit: PATIENCE, largest_answer: LARGEST, ..request };
        let described = format!("{request:?}");
        let answer = self.outbound.send(request).await?;
        if !answer.is_success() {
            return Err(unusable(format!("{described} was answered with {}", answer.status)));
        }
        serde_json::from_slice(&answer.whole()?)
            .map_err(|error| unusable(format!("{described} was answered with what is no JSON: {error}")))
    }
}

/// A key of a kind that is not known is no reason to refuse the others.
fn read_keys(value: &Value) -> Result<JwkSet> {
    let keys = value["keys"].as_array().ok_or_else(|| unusable("a set of keys without keys"))?;
    let keys: Vec<Jwk> =
        keys.iter().take(MOST_KEYS).filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
    Ok(JwkSet { keys })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(change: &Value) -> Result<Provider> {
        let mut document = json!({
            "issuer": "https://login.example.org",
            "authorization_endpoint": "https://login.example.org/authorize",
            "token_endpoint": "https://login.example.org/token",
            "jwks_uri": "https://login.example.org/keys",
        });
        for (name, value) in change.as_object().unwrap() {
            document[name] = value.clone();
        }
        read(serde_json::from_value(document).unwrap(), "https://login.example.org")
    }

    #[test]
    fn security_14_a_document_of_another_issuer_or_without_pkce_is_refused() {
        assert!(document(&json!({})).is_ok());
        assert!(document(&json!({"code_challenge_methods_supported": ["plain", "S256"]})).is_ok());
        for bad in [
            json!({"issuer": "https://login.example.org/"}),
            json!({"issuer": "https://evil.example"}),
            json!({"code_challenge_methods_supported": ["plain"]}),
            json!({"token_endpoint": "http://login.example.org/token"}),
            json!({"jwks_uri": "file:///etc/passwd"}),
            json!({"authorization_endpoint": "javascript:alert(1)"}),
        ] {
            assert_eq!(document(&bad).unwrap_err().code(), "source_answer_invalid", "{bad}");
        }
    }

    #[test]
    fn the_secret_goes_where_the_provider_takes_it() {
        let methods =
            |list: &[&str]| document(&json!({"token_endpoint_auth_methods_supported": list})).unwrap();
        assert!(!document(&json!({})).unwrap().secret_in_body);
        assert!(!methods(&["client_secret_post", "client_secret_basic"]).secret_in_body);
        assert!(methods(&["client_secret_post"]).secret_in_body);
    }

    #[test]
    fn unknown_keys_do_not_spoil_a_set() {
        let keys = json!({"keys": [
            {"kty": "of the future", "kid": "a"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "b", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        ]});
        assert!(read_keys(&keys).unwrap().find("b").is_some());
        assert!(read_keys(&json!({})).is_err());
    }
}
