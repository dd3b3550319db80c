//! Resolves names to addresses that may be called.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use stead_core::{Error, ErrorKind, Result};

use super::{OutboundSettings, refusal};

/// The resolver of the HTTP client.
pub(super) struct Checked {
    settings: Arc<OutboundSettings>,
}

impl Checked {
    pub(super) fn new(settings: Arc<OutboundSettings>) -> Self {
        Self { settings }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let settings = Arc::clone(&self.settings);
        Box::pin(async move {
            let found = resolve(&settings, name.as_str()).await.map_err(refusal::Refused)?;
            // The client sets the port.
            let found: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(found)
        })
    }
}

/// The addresses of a name that may be called, at least one.
pub(super) async fn resolve(settings: &OutboundSettings, host: &str) -> Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((host, 0)).await.map_err(|failure| {
        Error::new(
            ErrorKind::Upstream,
            "address_unresolvable",
            format!("The name {host} cannot be resolved."),
        )
        .next_step("Check the name, and that the server can use DNS.")
        .source_error(failure)
    })?;
    let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    choose(settings, host, &found)
}

/// Drops what may not be called; refuses when nothing is left.
pub(super) fn choose(settings: &OutboundSettings, host: &str, found: &[IpAddr]) -> Result<Vec<IpAddr>> {
    let mut refused = None;
    let mut allowed = Vec::with_capacity(found.len());
    for address in found {
        match settings.judge(*address) {
            Ok(()) if allowed.contains(address) => {}
            Ok(()) => allowed.push(*address),
            Err(special) => refused = Some(special),
        }
    }
    match refused {
        _ if !allowed.is_empty() => Ok(allowed),
        Some(special) => Err(refusal::refused(host, special)),
        None => Err(Error::new(
            ErrorKind::Upstream,
            "address_unresolvable",
            format!("The name {host} has no address."),
        )
        .next_step("Check the name.")),
    }
}
