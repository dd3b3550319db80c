//! Authentication of every request, denied by default.
//!
//! A routed operation that is not anonymous in [`crate::endpoints`] needs a valid credential; one that is not in the table at
//! all is answered with a defect. What is not routed is the dashboard's files, which hold no data.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use stead_control::{Caller, Presented, RequestInfo};
use stead_core::Error;
use stead_core::error::ErrorKind;
use stead_gateway::cookies;

use crate::endpoints::{self, Access};
use crate::layers::context::RequestContext;
use crate::problem::Failure;
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CredentialId(pub String);

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
            Some((_, token)) => Ok(Some(Presented::Token(token.trim().to_owned()))),
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

pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let routed = request.extensions().get::<MatchedPath>().is_some();
    let access = endpoints::of(&request).map(|endpoint| endpoint.access);
    let access = match (routed, access) {
        (_, Some(access)) => access,
        // Not routed: a file of the dashboard, or a method that the route does not take.
        (false, None) => return next.run(request).await,
        (true, None) if is_other_method(&request) => return next.run(request).await,
        (true, None) => {
            return Failure::from(Error::internal("an operation is missing in the table of endpoints"))
                .into_response();
        }
    };
    let info = request.extensions().get::<RequestContext>().map(|context| RequestInfo {
        request: Some(context.id),
        ip: Some(context.ip),
        user_agent: context.user_agent.clone(),
    });
    let info = info.unwrap_or_default();
    request.extensions_mut().insert(info.clone());
    let found = match presented(request.headers(), state.base.secure()) {
        Ok(None) => Ok(None),
        Ok(Some(presented)) => {
            let caller = state.control.identity().authenticate(&presented, &info).await;
            // Streams show it again when rights have ended.
            request.extensions_mut().insert(presented);
            caller.map(Some)
        }
        Err(error) => Err(error),
    };
    let open = access.permission().is_none();
    match found {
        Ok(Some(caller)) => admit(&mut request, caller),
        Ok(None) | Err(_) if open => {}
        Ok(None) => {
            let error = Error::new(ErrorKind::Unauthenticated, "unauthenticated", "Nobody is signed in.")
                .next_step("Sign in, or send an API token as `Authorization: Bearer stead_…`.");
            return Failure::from(error).into_response();
        }
        Err(error) => return Failure::from(error).into_response(),
    }
    if access == Access::Anonymous {
        request.extensions_mut().remove::<Caller>();
    }
    next.run(request).await
}

/// The path is routed, for other methods: the router answers 405.
fn is_other_method(request: &Request) -> bool {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    endpoints::ENDPOINTS.iter().any(|endpoint| Some(endpoint.path) == path)
}

fn admit(request: &mut Request, caller: Caller) {
    let extensions = request.extensions_mut();
    extensions.insert(if caller.is_session() { CredentialKind::Session } else { CredentialKind::Token });
    extensions.insert(CredentialId(caller.credential().to_string()));
    extensions.insert(caller);
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
    }
}
