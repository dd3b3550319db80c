//! Authentication of every request, denied by default.
//!
//! A routed operation that is not anonymous in [`crate::endpoints`] needs a valid credential.

use axum::extract::Request;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use stead_control::{Caller, Credential, Presented, RequestInfo};
use stead_core::Error;
use stead_core::access::Permission;
use stead_core::error::ErrorKind;
use stead_gateway::cookies;

use crate::endpoints::{Access, Endpoint};
use crate::problem::Answer;
use crate::state::AppState;

/// The cookie of a browser's session.
pub const SESSION_COOKIE: &str = "stead_session";
/// Its name by TLS, where browsers keep pages of sub-domains from setting it.
pub const SECURE_SESSION_COOKIE: &str = "__Host-stead_session";

/// What a request was authenticated with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    Nothing,
    Session,
    Token,
}

/// The id of the session or token, to count requests by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CredentialId(pub Credential);

#[must_use]
pub const fn session_cookie(secure: bool) -> &'static str {
    if secure { SECURE_SESSION_COOKIE } else { SESSION_COOKIE }
}

/// The credential that a request shows: the header wins over the cookie.
fn presented(headers: &HeaderMap, secure: bool) -> Result<Option<Presented>, Error> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return match token {
            Some((_, token)) => Ok(Some(Presented::bearer(token.trim()))),
            None => Err(Error::new(
                ErrorKind::Unauthenticated,
                "credential_unsupported",
                "The header Authorization holds no bearer token.",
            )
            .next_step("Send `Authorization: Bearer stead_…`.")),
        };
    }
    Ok(cookies::value(headers, session_cookie(secure)).map(Presented::Session))
}

/// Finds the caller and puts it into the request; refuses when the operation needs one and there is none.
pub(super) async fn check(
    state: &AppState,
    request: &mut Request,
    endpoint: &Endpoint,
    info: &RequestInfo,
) -> Answer<()> {
    let (access, identity) = (endpoint.access, state.control.identity());
    let found = match (intent(request, endpoint), presented(request.headers(), state.base.secure())) {
        // Browsers add the cookie by themselves: the intent says what is meant.
        (Some(intent), _) => {
            let redeemed =
                identity.redeem_intent(&intent.token, endpoint.id, &intent.object, intent.needs, info);
            Box::pin(redeemed).await.map(|(caller, presented)| {
                request.extensions_mut().insert(presented);
                Some(caller)
            })
        }
        (None, Ok(None)) => Ok(None),
        (None, Ok(Some(presented))) => {
            let caller = identity.authenticate(&presented, info).await;
            request.extensions_mut().insert(presented);
            caller.map(Some)
        }
        (None, Err(error)) => Err(error),
    };
    let open = access.permission().is_none();
    match found {
        Ok(Some(caller)) => admit(request, &caller),
        Ok(None) | Err(_) if open => {}
        Ok(None) => {
            return Err(Error::new(ErrorKind::Unauthenticated, "unauthenticated", "Nobody is signed in.")
                .next_step("Sign in, or send an API token as `Authorization: Bearer stead_…`.")
                .into());
        }
        Err(error) => return Err(error.into()),
    }
    if access == Access::Anonymous {
        request.extensions_mut().remove::<Caller>();
    }
    Ok(())
}

fn admit(request: &mut Request, caller: &Caller) {
    let extensions = request.extensions_mut();
    // Only a cookie is sent by browsers on their own.
    let cookie = matches!(extensions.get::<Presented>(), Some(Presented::Session(_)));
    extensions.insert(if cookie { CredentialKind::Session } else { CredentialKind::Token });
    extensions.insert(CredentialId(caller.credential()));
    extensions.insert(caller.clone());
}

/// A single-use token in the address, where that is taken.
struct Intent {
    token: String,
    object: String,
    needs: Permission,
}

fn intent(request: &Request, endpoint: &Endpoint) -> Option<Intent> {
    let needs = endpoint.access.permission().filter(|_| endpoint.takes_intents)?;
    let query = request.uri().query()?;
    let (_, token) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "intent")?;
    Some(Intent { token: token.into_owned(), object: object_of(endpoint.path, request.uri().path()), needs })
}

/// What stands in the last `{…}` of the pattern; nothing when there is none.
fn object_of(pattern: &str, path: &str) -> String {
    let pairs = pattern.split('/').zip(path.split('/'));
    let found = pairs.filter(|(name, _)| name.starts_with('{')).last().map(|(_, value)| value);
    found.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_wins_and_is_never_passed_over() {
        let headers = |pairs: &[(&str, &str)]| -> HeaderMap {
            pairs
                .iter()
                .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
                .collect()
        };
        let cookie = ("cookie", "stead_session=abc");
        assert!(
            matches!(presented(&headers(&[cookie]), false), Ok(Some(Presented::Session(secret))) if secret == "abc")
        );
        assert!(matches!(presented(&headers(&[cookie]), true), Ok(None)));
        assert!(
            matches!(presented(&headers(&[cookie, ("authorization", "bearer stead_x")]), false), Ok(Some(Presented::Token(secret))) if secret == "stead_x")
        );
        assert!(presented(&headers(&[cookie, ("authorization", "Basic abc")]), false).is_err());
        assert!(matches!(presented(&HeaderMap::new(), false), Ok(None)));
        assert!(matches!(
            presented(&headers(&[("authorization", "Bearer a.b.c")]), false),
            Ok(Some(Presented::AccessToken(_)))
        ));
    }

    #[test]
    fn an_intent_is_for_the_last_object_of_the_address() {
        let pattern = "/v1/instances/{instance}/terminals/{terminal}/stream";
        assert_eq!(object_of(pattern, "/v1/instances/shop/terminals/proc_1/stream"), "proc_1");
        assert_eq!(object_of("/v1/events", "/v1/events"), "");
    }
}
