//! The one mapping from [`Error`] to an answer: RFC 9457 problem bodies.
//!
//! Handlers and layers return a [`Failure`]; it travels as the response's extension until [`render`], which is told the
//! request's id, writes the body and logs defects, once. Error answers that did not begin as a `Failure` (of the router, of
//! extractors that are not ours) get a body there too, so that no error leaves in another form.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use stead_api::problem::ProblemBody;
use stead_core::Error;
use stead_core::error::ErrorKind;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error on its way to being an answer.
#[derive(Debug)]
pub struct Failure {
    error: Error,
    status: Option<StatusCode>,
}

pub type Answer<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// With a status that no [`ErrorKind`] has.
    #[must_use]
    pub fn with_status(status: StatusCode, error: Error) -> Self {
        Self { error, status: Some(status) }
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, status: None }
    }
}

/// The status of a kind. Each kind has its own, so that clients can tell them apart without reading codes; only wrong input
/// has two: 422 when the wrong fields are named, else 400.
#[must_use]
pub fn status_of(error: &Error) -> StatusCode {
    match error.kind() {
        ErrorKind::InvalidInput if !error.fields().is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::QuotaExceeded => StatusCode::PAYMENT_REQUIRED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::TimedOut => StatusCode::GATEWAY_TIMEOUT,
    }
}

/// The words for a status. 402 is used for quotas, so its own words would mislead.
fn title_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYMENT_REQUIRED => "Quota Used Up",
        other => other.canonical_reason().unwrap_or("Error"),
    }
}

#[derive(Clone)]
struct Carried(Arc<Error>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status.unwrap_or_else(|| status_of(&self.error));
        let mut response = status.into_response();
        response.extensions_mut().insert(Carried(Arc::new(self.error)));
        response
    }
}

/// What to say about an error answer that came with nothing but its status.
fn bare(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => {
            Error::new(ErrorKind::NotFound, "route_not_found", "There is nothing at this address.")
                .next_step("The API is described at /v1/openapi.json.")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            Error::invalid("method_not_allowed", "This address does not take that method.")
                .next_step("The header Allow names those it takes.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::new(ErrorKind::TooLarge, "body_too_large", "The body is larger than this address takes.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Error::invalid("media_type_unsupported", "The body is of a type that this address does not take.")
                .next_step("Send JSON with `Content-Type: application/json`.")
        }
        StatusCode::UPGRADE_REQUIRED => {
            Error::invalid("websocket_required", "This address speaks WebSocket only.")
                .next_step("Connect with a WebSocket client.")
        }
        status if status.is_server_error() => Error::internal(format!("a bare answer {status}")),
        status => {
            Error::invalid("request_invalid", format!("The request was refused: {}.", title_of(status)))
        }
    }
}

/// The problem body of an error.
#[must_use]
pub fn body_of(error: &Error, status: StatusCode, request_id: &str) -> ProblemBody {
    let next_step = match error.next_step_text() {
        Some(text) => Some(text.to_owned()),
        None if status == StatusCode::INTERNAL_SERVER_ERROR => {
            Some(format!("Try again; the server's log says more under {request_id}."))
        }
        None => None,
    };
    ProblemBody {
        kind: format!("https://stead.dev/problems/{}", error.code()),
        title: title_of(status).to_owned(),
        status: status.as_u16(),
        detail: error.message().to_owned(),
        code: error.code().to_owned(),
        request_id: request_id.to_owned(),
        next_step,
        errors: error.fields().iter().cloned().map(Into::into).collect(),
    }
}

/// Gives an error answer its body; others pass.
pub fn render(mut response: Response, request_id: impl std::fmt::Display) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let error = match response.extensions_mut().remove::<Carried>() {
        Some(Carried(error)) => error,
        None if is_json(&response) => return response,
        None => Arc::new(bare(status)),
    };
    let request_id = request_id.to_string();
    if error.kind() == ErrorKind::Internal {
        tracing::error!(error = ?error, request.id = %request_id, "a request failed");
    } else {
        tracing::debug!(error.code = error.code(), error.inside = error.inside(), request.id = %request_id, "a request was refused");
    }
    let text = serde_json::to_vec(&body_of(&error, status, &request_id)).unwrap_or_default();
    *response.body_mut() = Body::from(text);
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"stead\""));
    }
    if let Some(delay) = error.retry_delay() {
        headers.insert(RETRY_AFTER, HeaderValue::from(delay.as_secs().max(1)));
    }
    response
}

fn is_json(response: &Response) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn each_kind_has_its_own_status() {
        use ErrorKind as K;
        let kinds = [
            K::InvalidInput,
            K::Unauthenticated,
            K::Forbidden,
            K::NotFound,
            K::Conflict,
            K::PreconditionFailed,
            K::QuotaExceeded,
            K::RateLimited,
            K::TooLarge,
            K::Unavailable,
            K::TimedOut,
            K::Upstream,
            K::Internal,
        ];
        let statuses: BTreeMap<_, _> =
            kinds.iter().map(|kind| (status_of(&Error::new(*kind, "x", "x")).as_u16(), kind)).collect();
        assert_eq!(statuses.len(), kinds.len());
    }

    #[test]
    fn a_defect_says_nothing_but_the_request() {
        let error = Error::internal("reading /secret").source_error(std::io::Error::other("hunter2"));
        let text = serde_json::to_string(&body_of(&error, status_of(&error), "req_1")).unwrap();
        assert!(text.contains("req_1") && !text.contains("secret") && !text.contains("hunter2"));
    }
}
