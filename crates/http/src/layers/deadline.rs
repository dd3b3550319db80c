//! Until when a request has to be answered, by the pace that its endpoint is declared with.
//!
//! A change that is still under way when the deadline passes goes on (see `detach`); only the answer is given up.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use stead_core::Error;
use stead_core::error::ErrorKind;
use tokio::time::timeout;

use crate::endpoints::{self, Pace};
use crate::problem::Failure;
use crate::state::AppState;

/// What is allowed on top of the time that the caller asked to wait.
const GRACE: Duration = Duration::from_secs(15);

pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limit = match endpoints::of(&request).map_or(Pace::Brief, |endpoint| endpoint.pace) {
        Pace::Brief => state.config.limits.answer,
        Pace::Waits => endpoints::LONGEST_WAIT + GRACE,
        Pace::Command => endpoints::LONGEST_COMMAND + GRACE,
        Pace::Upload | Pace::Stream => return next.run(request).await,
    };
    match timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let error = Error::new(
                ErrorKind::TimedOut,
                "deadline_passed",
                format!("The request was not answered within {} seconds.", limit.as_secs()),
            )
            .next_step("Read the object again to see what has become of it.");
            Failure::from(error).into_response()
        }
    }
}
