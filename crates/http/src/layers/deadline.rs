//! Until when a request has to be answered, by the pace that its endpoint is declared with.
//!
//! A change that is still under way when the deadline passes goes on (see `detach`); only the answer is given up.

use std::time::Duration;

use stead_core::Error;
use stead_core::error::ErrorKind;

use crate::config::HttpLimits;
use crate::endpoints::{self, Pace};
use crate::problem::Failure;

/// What is allowed on top of the time that the caller asked to wait.
const GRACE: Duration = Duration::from_secs(15);

/// How long the answer may take; `None`: as long as it takes.
pub(super) fn limit(limits: &HttpLimits, pace: Pace) -> Option<Duration> {
    match pace {
        Pace::Brief => Some(limits.answer),
        Pace::Waits => Some(endpoints::LONGEST_WAIT + GRACE),
        Pace::Command => Some(endpoints::LONGEST_COMMAND + GRACE),
        Pace::Upload | Pace::Stream => None,
    }
}

pub(super) fn passed(limit: Duration) -> Failure {
    Error::new(
        ErrorKind::TimedOut,
        "deadline_passed",
        format!("The request was not answered within {} seconds.", limit.as_secs()),
    )
    .next_step("Read the object again to see what has become of it.")
    .into()
}
