//! Why an outbound request failed, in words for whoever named the address. They say nothing of what the network holds.

use std::time::Duration;

use stead_core::public_address::Special;
use stead_core::{Error, ErrorKind};

/// Carries the resolver's error through the HTTP client.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Error);

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::error::Error for Refused {}

pub(super) fn refused(host: &str, special: Special) -> Error {
    Error::invalid(
        "address_not_allowed",
        format!("{host} is {}, which Stead does not call.", special.as_str()),
    )
    .next_step(
        "Name an address of the public internet, or ask the operator to allow its range (--outbound-allow).",
    )
}

pub(super) fn timed_out(limit: Duration) -> Error {
    Error::new(
        ErrorKind::TimedOut,
        "peer_timed_out",
        format!("The other side did not answer within {} seconds.", limit.as_secs().max(1)),
    )
    .next_step("Check that it runs and answers quickly.")
}

/// The failure of a request: the resolver's own error when it was that.
pub(super) fn of(failure: reqwest::Error) -> Error {
    let mut source = std::error::Error::source(&failure);
    while let Some(inner) = source {
        if let Some(Refused(error)) = inner.downcast_ref::<Refused>() {
            return Error::from(error.to_problem()).context(error.inside());
        }
        source = inner.source();
    }
    if failure.is_timeout() {
        return Error::new(ErrorKind::TimedOut, "peer_timed_out", "The other side did not answer in time.")
            .next_step("Check that it runs and answers quickly.")
            .source_error(failure.without_url());
    }
    let message = if failure.is_connect() {
        "No connection to the other side could be made, or its certificate is not trusted."
    } else {
        "The connection to the other side broke, or its answer is no HTTP."
    };
    Error::new(ErrorKind::Upstream, "peer_unreachable", message)
        .next_step("Check the address, that the other side runs, and its certificate.")
        .source_error(failure.without_url())
}
