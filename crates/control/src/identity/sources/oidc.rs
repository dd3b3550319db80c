//! The authorization code flow with PKCE (RFC 6749, 7636; OpenID Connect Core), and GitHub's way of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stead_core::email::EmailAddress;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use url::Url;

use super::config::{Github, Oidc, Secret};
use super::id_token::{self, Claims, Expected, Wrong};
use super::linking::Claimed;
use super::provider::{Provider, Providers, unusable};
use crate::outbound::OutboundRequest;

const MOST_GROUPS: usize = 500;
const LONGEST_NAME: usize = 100;

/// Who somebody is, as a source says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Option<Claimed>,
    pub(super) name: Option<String>,
    pub(super) groups: Vec<String>,
}

/// What belongs to one browser's way to a source and back: made from the secret in its cookie and the state, so that nothing of
/// it is stored.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) redirect_uri: String,
}

fn derived(what: &str, browser: &str, state: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["stead source", what, browser, state] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize())
}

impl Way {
    /// `browser` and `state` are 256 random bits each.
    pub(super) fn new(browser: &str, state: &str, redirect_uri: String) -> Self {
        Self {
            state: state.to_owned(),
            nonce: derived("nonce", browser, state),
            verifier: derived("verifier", browser, state),
            redirect_uri,
        }
    }

    /// S256 (RFC 7636 §4.2).
    fn challenge(&self) -> String {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

/// What the browser brought back.
#[derive(Clone, Copy)]
pub(super) struct Brought<'a> {
    pub(super) code: &'a str,
    /// RFC 9207.
    pub(super) issuer: Option<&'a str>,
}

pub(super) fn mixed_up() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "source_state_invalid",
        "This sign-in was not begun in this browser, was used before, or took too long.",
    )
    .next_step("Begin again from the sign-in page.")
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

/// RFC 6749 §2.3.1: both are form-encoded before they are joined.
fn basic(client: &str, secret: &Secret) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client), encode(&secret.0))))
}

/// Where the browser goes to begin.
pub(super) async fn begin(providers: &Providers, config: &Oidc, way: &Way, now: Timestamp) -> Result<Url> {
    let provider = providers.of(&config.issuer, now).await?;
    let mut url = provider.authorization;
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &config.client_id),
        ("redirect_uri", &way.redirect_uri),
        ("scope", &config.scopes),
        ("state", &way.state),
        ("nonce", &way.nonce),
        ("code_challenge", &way.challenge()),
        ("code_challenge_method", "S256"),
    ]);
    Ok(url)
}

/// Exchanges the code, and reads who it is.
pub(super) async fn finish(
    providers: &Providers,
    config: &Oidc,
    way: &Way,
    brought: Brought<'_>,
    now: Timestamp,
) -> Result<Proof> {
    let provider = providers.of(&config.issuer, now).await?;
    match brought.issuer {
        Some(issuer) if issuer != provider.issuer => {
            return Err(mixed_up().context("another issuer answered"));
        }
        None if provider.names_itself => {
            return Err(mixed_up().context("the answer does not name its issuer"));
        }
        _ => {}
    }
    let tokens = exchange(providers, &provider, config, way, brought.code).await?;
    let id_token = tokens["id_token"].as_str().ok_or_else(|| unusable("an answer without an ID token"))?;
    let expected =
        Expected { issuer: &provider.issuer, client_id: &config.client_id, nonce: &way.nonce, now };
    let keys = providers.keys(&provider, false, now).await?;
    let read = match id_token::verify(id_token, &keys, &expected) {
        Err(Wrong::UnknownKey | Wrong::Signature) => {
            let keys = providers.keys(&provider, true, now).await?;
            id_token::verify(id_token, &keys, &expected)
        }
        read => read,
    };
    let mut claims = read.map_err(|wrong| unusable(format!("the ID token is refused: {wrong:?}")))?;
    let subject = id_token::subject(&claims).ok_or_else(|| unusable("no subject"))?.to_owned();
    if !claims.contains_key("email")
        && let (Some(address), Some(token)) = (&provider.user_info, tokens["access_token"].as_str())
    {
        let more = user_info(providers, address, token, &subject).await?;
        // Address and confirmation come from the same place.
        claims.remove("email_verified");
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
    Ok(Proof {
        issuer: provider.issuer,
        subject,
        email: claimed(&claims),
        name: name(claims.get("name")).or_else(|| name(claims.get("preferred_username"))),
        groups: groups(claims.get(&config.groups_claim)),
    })
}

async fn exchange(
    providers: &Providers,
    provider: &Provider,
    config: &Oidc,
    way: &Way,
    code: &str,
) -> Result<Value> {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &way.redirect_uri),
        ("code_verifier", &way.verifier),
    ];
    let mut request = OutboundRequest::new(Method::POST, provider.token.clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")?
        .header(ACCEPT, "application/json")?;
    match &config.client_secret {
        Some(secret) if !provider.secret_in_body => {
            request = request.header(AUTHORIZATION, &basic(&config.client_id, secret))?;
        }
        Some(secret) => {
            pairs.extend([("client_id", config.client_id.as_str()), ("client_secret", &secret.0)])
        }
        None => pairs.push(("client_id", &config.client_id)),
    }
    request.body = form(&pairs);
    providers.ask(request).await
}

/// What the ID token left out. It has to be about the same account (Core §5.3.2).
async fn user_info(providers: &Providers, address: &Url, token: &str, subject: &str) -> Result<Claims> {
    let request = OutboundRequest::new(Method::GET, address.clone())
        .header(AUTHORIZATION, &format!("Bearer {token}"))?
        .header(ACCEPT, "application/json")?;
    match providers.ask(request).await? {
        Value::Object(claims) if id_token::subject(&claims) == Some(subject) => Ok(claims),
        _ => Err(unusable("the user info is about somebody else")),
    }
}

/// Confirmed is what the source says to be so with the boolean `true`; a text is none.
fn claimed(claims: &Claims) -> Option<Claimed> {
    let address = EmailAddress::parse(claims.get("email")?.as_str()?).ok()?;
    Some(Claimed { address, proven: claims.get("email_verified") == Some(&Value::Bool(true)) })
}

pub(super) fn name(value: Option<&Value>) -> Option<String> {
    let text: String =
        value?.as_str()?.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn groups(value: Option<&Value>) -> Vec<String> {
    let texts = |values: &[Value]| -> Vec<String> {
        values.iter().take(MOST_GROUPS).filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match value {
        Some(Value::Array(values)) => texts(values),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// Where the browser goes to begin with GitHub.
pub(super) fn begin_github(config: &Github, way: &Way) -> Result<Url> {
    let mut url = Url::parse(&format!("{}/login/oauth/authorize", config.url))
        .map_err(|_| unusable("GitHub's address is none"))?;
    url.query_pairs_mut().extend_pairs([
        ("client_id", config.client_id.as_str()),
        ("redirect_uri", &way.redirect_uri),
        ("scope", "read:user user:email"),
        ("state", &way.state),
        ("code_challenge", &way.challenge()),
        ("code_challenge_method", "S256"),
    ]);
    Ok(url)
}

/// GitHub's access token says nothing about who it is: its API does.
pub(super) async fn finish_github(
    providers: &Providers,
    config: &Github,
    way: &Way,
    brought: Brought<'_>,
) -> Result<Proof> {
    let oauth = format!("{}/login/oauth", config.url);
    if brought.issuer.is_some_and(|issuer| issuer != oauth && issuer != config.url) {
        return Err(mixed_up().context("another issuer answered"));
    }
    let address = |text: String| Url::parse(&text).map_err(|_| unusable("GitHub's address is none"));
    let mut request = OutboundRequest::new(Method::POST, address(format!("{oauth}/access_token"))?)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")?
        .header(ACCEPT, "application/json")?;
    request.body = form(&[
        ("client_id", &config.client_id),
        ("client_secret", &config.client_secret.0),
        ("code", brought.code),
        ("redirect_uri", &way.redirect_uri),
        ("code_verifier", &way.verifier),
    ]);
    let tokens = providers.ask(request).await?;
    // A refusal comes with 200, too.
    let token = tokens["access_token"].as_str().ok_or_else(|| unusable("GitHub gave no access token"))?;
    let get = async |path: &str| {
        let request = OutboundRequest::new(Method::GET, address(format!("{}{path}", config.api))?)
            .header(AUTHORIZATION, &format!("Bearer {token}"))?
            .header(ACCEPT, "application/vnd.github+json")?;
        providers.ask(request).await
    };
    let user = get("/user").await?;
    let emails = get("/user/emails").await?;
    let subject = user["id"].as_u64().ok_or_else(|| unusable("GitHub names no account"))?.to_string();
    Ok(Proof {
        issuer: config.url.clone(),
        subject,
        email: primary(&emails),
        name: name(user.get("name")).or_else(|| name(user.get("login"))),
        groups: Vec::new(),
    })
}

/// The first address of the account, whether confirmed or not. What the profile shows is not asked: people write there what they like.
fn primary(emails: &Value) -> Option<Claimed> {
    let first = emails.as_array()?.iter().find(|email| email["primary"] == Value::Bool(true))?;
    let address = EmailAddress::parse(first["email"].as_str()?).ok()?;
    Some(Claimed { address, proven: first["verified"] == Value::Bool(true) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let way = Way {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            ..Way::new("b", "s", String::new())
        };
        assert_eq!(way.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn every_way_is_its_own() {
        let way = |browser, state| Way::new(browser, state, String::new());
        let one = way("a", "b");
        assert_eq!(one.verifier.len(), 43);
        for other in [way("a", "c"), way("c", "b"), way("ab", "")] {
            assert!(one.verifier != other.verifier && one.nonce != other.nonce);
        }
        assert_ne!(one.verifier, one.nonce);
    }

    #[test]
    fn security_04_only_the_boolean_confirms_an_address() {
        let proven = |claims: Value| claimed(claims.as_object().unwrap()).map(|email| email.proven);
        assert_eq!(proven(json!({"email": "ada@example.org", "email_verified": true})), Some(true));
        for verified in [json!(false), json!("true"), json!(1), json!(null), json!([true])] {
            let claims = json!({"email": "ada@example.org", "email_verified": verified});
            assert_eq!(proven(claims), Some(false), "{verified}");
        }
        assert_eq!(proven(json!({"email": "ada@example.org"})), Some(false));
        for email in [json!(["ada@example.org"]), json!("ada"), json!(null)] {
            assert_eq!(proven(json!({"email": email, "email_verified": true})), None);
        }
    }

    #[test]
    fn the_first_address_counts_at_github() {
        let emails = json!([
            {"email": "other@example.org", "primary": false, "verified": true},
            {"email": "ada@example.org", "primary": true, "verified": false},
        ]);
        let first = primary(&emails).unwrap();
        assert!(first.address.key() == "ada@example.org" && !first.proven);
        assert!(primary(&json!([])).is_none() && primary(&json!({"message": "Bad credentials"})).is_none());
    }

    #[test]
    fn the_secret_is_encoded_before_it_is_joined() {
        let secret = Secret("a:b c".to_owned().into());
        let basic = basic("x:y", &secret);
        let text = STANDARD.decode(basic.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "x%3Ay:a%3Ab+c");
    }
}
