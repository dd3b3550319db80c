//! Which headers pass the gateway. Pure.

use std::net::IpAddr;

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, FORWARDED, HOST, HeaderName, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method};

use crate::cookies;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Set by the gateway alone; what the client says about them is dropped.
const FORWARDING: [HeaderName; 7] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-real-ip"),
];

/// Removes what concerns one connection only (RFC 9110 §7.6.1), including what `Connection` names.
fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        // Naming an end-to-end header must not make the gateway drop what protects the app or the length of the body.
        .filter(|name| {
            *name != HOST
                && *name != CONTENT_LENGTH
                && *name != http::header::COOKIE
                && *name != AUTHORIZATION
        })
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [
        CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
        HTTP2_SETTINGS,
    ] {
        headers.remove(name);
    }
}

/// The protocol a request wants to change to; `h2c` is not passed on.
#[must_use]
pub fn wanted_upgrade(method: &Method, headers: &HeaderMap) -> Option<HeaderValue> {
    let asks = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|token| token.trim().eq_ignore_ascii_case("upgrade")));
    let mut wanted = headers.get_all(UPGRADE).iter();
    match (wanted.next(), wanted.next()) {
        (Some(one), None)
            if asks && *method == Method::GET && !one.as_bytes().eq_ignore_ascii_case(b"h2c") =>
        {
            Some(one.clone())
        }
        _ => None,
    }
}

/// The API token of Stead that a program shows, if that is what it shows. Other credentials are the app's own affair.
#[must_use]
pub fn stead_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with("stead_")).then_some(token)
}

/// Where a request came from, as the app is told.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub ip: IpAddr,
    /// The host as the browser sent it.
    pub authority: &'a str,
    pub scheme: &'static str,
    pub port: u16,
}

/// Makes a client's headers into those for the app.
pub fn prepare_request(headers: &mut HeaderMap, upgrade: Option<&HeaderValue>, origin: Origin<'_>) {
    strip_hop_by_hop(headers);
    for name in &FORWARDING {
        headers.remove(name);
    }
    cookies::strip_request(headers);
    if stead_token(headers).is_some() {
        headers.remove(AUTHORIZATION);
    }
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-forwarded-for", origin.ip.to_string());
    set("x-forwarded-host", origin.authority.to_owned());
    set("x-forwarded-proto", origin.scheme.to_owned());
    set("x-forwarded-port", origin.port.to_string());
    set("host", origin.authority.to_owned());
    if let Some(upgrade) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, upgrade.clone());
    }
}

/// Makes an app's headers into those for the client.
pub fn prepare_response(headers: &mut HeaderMap, upgrade: Option<&HeaderValue>) {
    strip_hop_by_hop(headers);
    cookies::strip_response(headers);
    // It would sign the viewer out of the dashboard: browsers clear the cookies of the whole registrable domain.
    headers.remove(CLEAR_SITE_DATA);
    if let Some(upgrade) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, upgrade.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    const ORIGIN: Origin<'static> = Origin {
        ip: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        authority: "8000--shop.localhost:7433",
        scheme: "http",
        port: 7433,
    };

    #[test]
    fn requests_lose_connection_headers_and_forged_origins() {
        let mut headers = map(&[
            ("connection", "keep-alive, X-Hop, host, content-length, cookie"),
            ("x-hop", "1"),
            ("keep-alive", "5"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("content-length", "3"),
            ("x-forwarded-for", "6.6.6.6"),
            ("forwarded", "for=6.6.6.6"),
            ("upgrade", "h2c"),
            ("http2-settings", "x"),
            ("accept", "*/*"),
            ("cookie", "a=1; stead_preview=s"),
            ("host", "8000--shop.localhost:7433"),
        ]);
        prepare_request(&mut headers, None, ORIGIN);
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "accept",
                "content-length",
                "cookie",
                "host",
                "x-forwarded-for",
                "x-forwarded-host",
                "x-forwarded-port",
                "x-forwarded-proto"
            ]
        );
        assert_eq!(headers["x-forwarded-for"], "127.0.0.1");
        assert_eq!(headers["cookie"], "a=1");
    }

    #[test]
    fn an_upgrade_is_passed_on_whole_or_not_at_all() {
        let asks = map(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]);
        let wanted = wanted_upgrade(&Method::GET, &asks);
        assert_eq!(wanted.as_ref().unwrap(), "websocket");
        assert!(wanted_upgrade(&Method::POST, &asks).is_none());
        assert!(wanted_upgrade(&Method::GET, &map(&[("upgrade", "websocket")])).is_none());
        assert!(
            wanted_upgrade(&Method::GET, &map(&[("connection", "upgrade"), ("upgrade", "h2c")])).is_none()
        );
        let mut headers = asks;
        prepare_request(&mut headers, wanted.as_ref(), ORIGIN);
        assert_eq!(
            (&headers["connection"], &headers["upgrade"]),
            (&HeaderValue::from_static("upgrade"), &HeaderValue::from_static("websocket"))
        );
    }

    #[test]
    fn responses_cannot_clear_the_dashboards_cookies() {
        let mut headers = map(&[
            ("clear-site-data", "\"cookies\""),
            ("connection", "close"),
            ("content-type", "text/plain"),
        ]);
        prepare_response(&mut headers, None);
        assert_eq!(headers.len(), 1);
    }
}
