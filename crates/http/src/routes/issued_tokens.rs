//! Tokens of programs: access and refresh tokens, and the keys that access tokens are checked with.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use stead_api::v1::identity::{KeySet, TokenAnswer, TokenRequest};
use stead_control::{ProgramTokens, RequestInfo};
use stead_core::{Error, ErrorKind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::JsonOrForm;
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(issue)).routes(routes!(keys))
}

const BY_DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn answer(tokens: ProgramTokens) -> Response {
    let body = TokenAnswer {
        access_token: tokens.access,
        token_type: "Bearer".to_owned(),
        expires_in: tokens.access_lifetime.as_secs(),
        refresh_token: tokens.refresh,
        session_id: tokens.session.to_string(),
    };
    ([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response()
}

fn wrong(code: &str, message: &str, next_step: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, code, message).next_step(next_step)
}

/// Exchanges a refresh token, or a device's code that was approved, for an access token and the next refresh token. The `code`
/// of a refusal is the `error` of RFC 6749 and 8628.
#[utoipa::path(post, path = "/v1/auth/token", operation_id = "issue_token", tag = "account", request_body = TokenRequest,
    responses((status = 200, description = "The tokens.", body = TokenAnswer)))]
async fn issue(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonOrForm(input): JsonOrForm<TokenRequest>,
) -> Answer<Response> {
    let identity = state.control.identity();
    let tokens = match (input.grant_type.as_str(), &input.refresh_token, &input.device_code) {
        ("refresh_token", Some(token), _) => identity.refresh(token, &info).await?,
        (BY_DEVICE_CODE, _, Some(code)) => identity.poll_device(code, &info).await?,
        ("refresh_token" | BY_DEVICE_CODE, ..) => {
            return Err(wrong(
                "invalid_request",
                "The token or code that the grant type needs is missing.",
                "Send refresh_token or device_code with it.",
            )
            .into());
        }
        _ => {
            return Err(wrong(
                "unsupported_grant_type",
                "There is no such grant type.",
                "Use refresh_token or urn:ietf:params:oauth:grant-type:device_code.",
            )
            .into());
        }
    };
    Ok(answer(tokens))
}

/// The public keys that access tokens are signed with (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "get_signing_keys", tag = "account",
    responses((status = 200, description = "The keys, the current one first.", body = KeySet)))]
async fn keys(State(state): State<AppState>) -> Answer<Json<KeySet>> {
    Ok(Json(state.control.identity().jwks().await?))
}
