//! Requests that act by a cookie have to come from our own pages.
//!
//! Asked: everything but `GET` and `HEAD`, and every WebSocket. A browser says where a request comes from in `Sec-Fetch-Site`
//! or `Origin`; a request with a cookie that says neither is refused, one without any credential (signing in) only when it
//! says another site. API tokens are not sent by browsers on their own and need no such check.

use axum::extract::Request;
use http::header::{ORIGIN, UPGRADE};
use http::{HeaderMap, Method};
use stead_core::Error;
use stead_core::error::ErrorKind;

use crate::layers::authenticate::CredentialKind;
use crate::problem::Answer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Ours,
    Elsewhere,
    Unsaid,
}

/// Where the request says it comes from. `authority` is the host that it is for.
#[must_use]
pub fn comes_from(headers: &HeaderMap, authority: &str) -> From {
    if let Some(origin) = headers.get(ORIGIN) {
        let same = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")))
            .is_some_and(|host| host.eq_ignore_ascii_case(authority));
        if !same {
            return From::Elsewhere;
        }
    }
    match headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes) {
        Some(b"same-origin") => From::Ours,
        Some(_) => From::Elsewhere,
        None if headers.contains_key(ORIGIN) => From::Ours,
        None => From::Unsaid,
    }
}

/// Whether the request needs to be from our own pages.
#[must_use]
pub fn is_asked(method: &Method, headers: &HeaderMap) -> bool {
    let reads = *method == Method::GET || *method == Method::HEAD;
    !reads || headers.contains_key(UPGRADE)
}

/// `authority`: the host that the request is for.
pub(super) fn check(request: &Request, authority: Option<&str>) -> Answer<()> {
    let credential = request.extensions().get::<CredentialKind>().copied().unwrap_or(CredentialKind::Nothing);
    if credential == CredentialKind::Token || !is_asked(request.method(), request.headers()) {
        return Ok(());
    }
    match (credential, comes_from(request.headers(), authority.unwrap_or_default())) {
        (_, From::Elsewhere) | (CredentialKind::Session, From::Unsaid) => Err(Error::new(
            ErrorKind::Forbidden,
            "cross_site_request",
            "The request does not come from Stead's own pages.",
        )
        .next_step("Programs should use an API token instead of the cookie.")
        .into()),
        (_, From::Ours | From::Unsaid) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&'static str, &'static str)]) -> From {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        comes_from(&headers, "localhost:7433")
    }

    #[test]
    fn pages_of_previews_and_other_sites_are_elsewhere() {
        assert_eq!(from(&[]), From::Unsaid);
        assert_eq!(from(&[("origin", "http://localhost:7433")]), From::Ours);
        assert_eq!(from(&[("sec-fetch-site", "same-origin")]), From::Ours);
        assert_eq!(
            from(&[("origin", "http://localhost:7433"), ("sec-fetch-site", "same-site")]),
            From::Elsewhere
        );
        for origin in
            ["http://8000--shop.localhost:7433", "http://localhost:8000", "http://evil.example", "null", ""]
        {
            assert_eq!(
                comes_from(&HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap())]), "localhost:7433"),
                From::Elsewhere,
                "{origin}"
            );
        }
        assert_eq!(from(&[("sec-fetch-site", "none")]), From::Elsewhere);
        assert_eq!(from(&[("sec-fetch-site", "same-site")]), From::Elsewhere);
    }
}
