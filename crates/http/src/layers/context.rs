//! The request's id and its client's address.

use std::net::IpAddr;

use axum::extract::Request;
use axum::response::Response;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};
use stead_core::ids::RequestId;

use crate::state::AppState;

/// The header that carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_USER_AGENT: usize = 300;

/// Address of the other end of the connection, put into the request by the server that accepted it.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

#[derive(Debug, Clone)]
pub struct RequestContext {
    pub id: RequestId,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
    /// From this machine, and not passed on by a proxy that says so.
    pub local: bool,
}

/// The client's address: the peer, or the last one that a trusted proxy added.
#[must_use]
pub fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|entry| entry.trim().parse().ok())
        .rfind(|ip| !trusted.contains(ip))
        .unwrap_or(peer)
}

/// Whether the request was made on this machine. What proxies add is enough to say no, whoever added it.
fn is_local(peer: IpAddr, headers: &HeaderMap) -> bool {
    const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    peer.to_canonical().is_loopback() && !PASSED_ON.iter().any(|name| headers.contains_key(*name))
}

/// Puts the context into a request that has just come in.
pub fn attach(state: &AppState, request: &mut Request) -> RequestContext {
    let peer = request.extensions().get::<PeerAddress>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0);
    let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    let context = RequestContext {
        id: state.ambient.new_id(),
        ip: client_ip(peer, request.headers(), &state.config.trusted_proxies),
        user_agent: user_agent.map(|text| text.chars().take(MAX_USER_AGENT).collect()),
        local: is_local(peer, request.headers()),
    };
    request.extensions_mut().insert(context.clone());
    context
}

/// Puts the request's id into the answer.
pub(super) fn name_request(response: &mut Response, id: RequestId) {
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_passed_on_is_not_local() {
        let [here, mapped, there]: [IpAddr; 3] =
            ["127.0.0.1", "::ffff:127.0.0.1", "203.0.113.9"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        assert!(is_local(here, &headers) && is_local(mapped, &headers) && !is_local(there, &headers));
        headers.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
        assert!(!is_local(here, &headers));
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        let [proxy, client, forged] = [[10, 0, 0, 1], [203, 0, 113, 9], [6, 6, 6, 6]].map(IpAddr::from);
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", format!("{forged}, {client}").parse().unwrap());
        assert_eq!(client_ip(proxy, &headers, &[proxy]), client);
        assert_eq!(client_ip(client, &headers, &[proxy]), client);
        assert_eq!(client_ip(proxy, &HeaderMap::new(), &[proxy]), proxy);
    }
}
