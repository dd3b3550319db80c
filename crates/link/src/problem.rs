//! Errors between server and node: a JSON [`Problem`] with a status that fits its kind.

use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use stead_core::error::{Error, ErrorKind, Problem};

const MAX_PROBLEM_BYTES: usize = 64 << 10;

/// The HTTP status of a kind of error.
#[must_use]
pub const fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden | ErrorKind::QuotaExceeded => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The error in a refused answer; when the body is no problem, one that names the status.
pub(crate) async fn read_problem<B>(status: StatusCode, body: B) -> Error
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = match Limited::new(body, MAX_PROBLEM_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => return unreadable(status).source_error(error),
    };
    match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) => problem.into(),
        Err(error) => unreadable(status).source_error(error),
    }
}

fn unreadable(status: StatusCode) -> Error {
    Error::internal(format!("the node answered {status} without a readable problem"))
}

/// The connection to the node broke or was never there.
pub(crate) fn unreachable() -> Error {
    Error::unavailable("node_unreachable", "The node that runs this instance is not connected.")
        .next_step("Instances go on running meanwhile. Check that the node is up and reaches the server, then try again.")
}

pub(crate) fn too_slow(doing: &str) -> Error {
    Error::new(ErrorKind::TimedOut, "node_timed_out", format!("The node did not finish in time: {doing}."))
        .next_step("Try again; when it happens again, look at the load of the node and at its log.")
}
