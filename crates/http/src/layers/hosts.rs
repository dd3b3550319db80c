//! Only requests for hosts that are ours (DNS rebinding: a page of `evil.example` that resolves to this machine is refused).

use http::StatusCode;
use stead_core::Error;
use stead_gateway::host::split_authority;

use crate::problem::{Answer, Failure};
use crate::state::AppState;

/// Names that lead to this machine only, from wherever they are asked for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether requests for this name are ours; ports do not matter, as they may be forwarded.
#[must_use]
pub fn is_ours(base: &str, extra: &[String], name: &str) -> bool {
    name == base || LOOPBACK.contains(&name) || extra.iter().any(|host| host.eq_ignore_ascii_case(name))
}

/// `authority`: the host that the request is for.
pub(super) fn check(state: &AppState, authority: Option<&str>) -> Answer<()> {
    let name = authority.and_then(split_authority).map(|(name, _)| name);
    if name.as_deref().is_some_and(|name| is_ours(state.base.name(), &state.config.extra_hosts, name)) {
        return Ok(());
    }
    let error = Error::invalid("host_unknown", "This server does not answer for the host of the request.")
        .next_step(format!("Use {}, or add the host to the server's list of hosts.", state.config.base_url));
    Err(Failure::with_status(StatusCode::MISDIRECTED_REQUEST, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_are_refused() {
        let extra = ["Box.lan".to_owned()];
        for ours in ["stead.example.com", "localhost", "127.0.0.1", "[::1]", "box.lan"] {
            assert!(is_ours("stead.example.com", &extra, ours), "{ours}");
        }
        for other in ["evil.example", "stead.example.com.evil.example", "x.localhost", "10.0.0.1", ""] {
            assert!(!is_ours("stead.example.com", &extra, other), "{other}");
        }
    }
}
