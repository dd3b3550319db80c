//! The dashboard: files built into the binary, served to `GET` and `HEAD` at every address that is not the API's.
//!
//! Files below `assets/` carry a hash in their name and are kept by browsers for ever; the others are asked for anew with an
//! `ETag`. Addresses that name no file are the dashboard's own routes and get its one page, when the client wants HTML. A file
//! that the build also left as `.br` or `.gz` is served so compressed.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};
use stead_core::Error;
use stead_core::error::ErrorKind;
use stead_gateway::pages::wants_html;

use crate::problem::Failure;

#[derive(RustEmbed)]
#[folder = "$STEAD_DASHBOARD_DIR"]
struct Bundle;

/// Everything from us; styles also inline, as the terminal and the editor write them; no plugins, no frames around us.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
    connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PAGE: &str = "index.html";

/// The fallback of the router.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/v1" || path.starts_with("/v1/") || path.starts_with("/node/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    if *request.method() != Method::GET && *request.method() != Method::HEAD {
        let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let name = path.trim_start_matches('/');
    let name = if name.is_empty() { PAGE } else { name };
    if let Some(response) = file(name, request.headers()) {
        return response;
    }
    let looks_like_file = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if wants_html(request.headers())
        && !looks_like_file
        && let Some(response) = file(PAGE, request.headers())
    {
        return response;
    }
    let error = Error::new(ErrorKind::NotFound, "route_not_found", "There is nothing at this address.")
        .next_step("The API is described at /v1/openapi.json.");
    Failure::from(error).into_response()
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            parts.next() == Some(encoding)
                && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

fn chosen(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let plain = Bundle::get(name)?;
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(headers, encoding)
            && let Some(packed) = Bundle::get(&format!("{name}.{ending}"))
        {
            return Some((packed, Some(encoding)));
        }
    }
    Some((plain, None))
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    let (found, encoding) = chosen(name, headers)?;
    let mut tag = String::from("\"");
    for byte in &found.metadata.sha256_hash()[..12] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    let unchanged = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag || known.trim() == "*");
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(match found.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        })
    };
    let out = response.headers_mut();
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let text = kind.type_() == mime_guess::mime::TEXT || kind.essence_str() == "application/javascript";
    let kind =
        if text { format!("{}; charset=utf-8", kind.essence_str()) } else { kind.essence_str().to_owned() };
    let immutable = name.starts_with("assets/");
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, tag);
    }
    if !unchanged && let Ok(kind) = HeaderValue::from_str(&kind) {
        out.insert(CONTENT_TYPE, kind);
    }
    if let Some(encoding) = encoding {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_encodings_are_not_used() {
        let with =
            |value: &'static str| HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(accepts(&with("gzip, br;q=0.5"), "br"));
        assert!(
            !accepts(&with("gzip, br;q=0"), "br")
                && !accepts(&with("x-br"), "br")
                && !accepts(&HeaderMap::new(), "br")
        );
    }

    #[test]
    fn there_is_always_a_page() {
        assert!(file(PAGE, &HeaderMap::new()).is_some());
        assert!(file("../Cargo.toml", &HeaderMap::new()).is_none());
    }
}
