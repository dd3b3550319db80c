//! Signing in and out.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::header::SET_COOKIE;
use http::{HeaderValue, StatusCode};
use stead_api::v1::factors::StepUpRequest;
use stead_api::v1::identity::{Me, SignInAnswer, SignInLink, SignInWithLink};
use stead_control::identity::StepUp;
use stead_control::{Admission, RequestInfo, SignedIn};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite};
use crate::extract::{JsonBody, OnAccount};
use crate::layers::authenticate::session_cookie;
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in_with_link))
        .routes(routes!(sign_out))
        .routes(routes!(step_up))
        .routes(routes!(me))
        .routes(routes!(create_sign_in_link))
}

/// Browsers forget the cookie then; the server forgets the session on its own time.
const COOKIE_SECONDS: u64 = 400 * 24 * 3600;

fn cookie(secure: bool, value: &str, max_age: u64) -> HeaderValue {
    let flag = if secure { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{flag}",
        session_cookie(secure)
    );
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The cookie of a session that has just begun.
pub(super) fn session_cookie_of(secure: bool, session: &SignedIn) -> HeaderValue {
    cookie(secure, &session.secret, COOKIE_SECONDS)
}

/// The answer of whoever was signed in: who they are, and the session's cookie.
pub(super) fn signed_in(state: &AppState, signed_in: SignedIn) -> Response {
    let cookie = cookie(state.base.secure(), &signed_in.secret, COOKIE_SECONDS);
    ([(SET_COOKIE, cookie)], Json(SignInAnswer::SignedIn { me: *signed_in.me })).into_response()
}

/// The answer to a first factor.
pub(super) fn admitted(state: &AppState, admission: Admission) -> Response {
    match admission {
        Admission::SignedIn(session) => signed_in(state, session),
        Admission::SecondFactor { pending, methods } => Json(SignInAnswer::SecondFactor {
            pending: pending.0,
            methods: methods.into_iter().map(|method| method.as_str().to_owned()).collect(),
        })
        .into_response(),
    }
}

/// Exchanges a one-time sign-in link for a session cookie.
#[utoipa::path(post, path = "/v1/auth/link", operation_id = "sign_in_with_link", tag = "account", request_body = SignInWithLink,
    responses((status = 200, description = "Signed in; `Set-Cookie` carries the session. Or a second factor has to follow.", body = SignInAnswer)))]
async fn sign_in_with_link(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<SignInWithLink>,
) -> Answer<Response> {
    Ok(admitted(&state, state.control.identity().sign_in_with_link(&input.token, &info).await?))
}

/// Ends the session that asks. With a token, nothing is ended.
#[utoipa::path(post, path = "/v1/auth/sign-out", operation_id = "sign_out", tag = "account", responses((status = 204, description = "Signed out.")))]
async fn sign_out(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<Response> {
    state.control.identity().sign_out(&on.caller).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie(state.base.secure(), "", 0))]).into_response())
}

/// Proves once more who holds this session, for what asks for that in the ten minutes that follow. A browser's session gets a new
/// cookie.
#[utoipa::path(post, path = "/v1/auth/step-up", operation_id = "step_up", tag = "account", request_body = StepUpRequest,
    responses((status = 204, description = "Proved; `Set-Cookie` carries the session's new value, and the former one is worth nothing any more.")))]
async fn step_up(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<StepUpRequest>,
) -> Answer<Response> {
    let proved = state.control.factors().step_up(&on.caller, StepUp::one_of(input)?).await?;
    let Some(secret) = proved else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let cookie = cookie(state.base.secure(), &secret, COOKIE_SECONDS);
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Who asks, in which tenant, and what they may do there.
#[utoipa::path(get, path = "/v1/me", operation_id = "get_me", tag = "account", responses((status = 200, description = "The caller.", body = Me)))]
async fn me(State(state): State<AppState>, on: OnAccount<AccountRead>) -> Answer<Json<Me>> {
    Ok(Json(state.control.identity().me(&on.caller, on.tenant).await?))
}

/// A link that signs its holder in once, as the caller, within 15 minutes.
#[utoipa::path(post, path = "/v1/sign-in-links", operation_id = "create_sign_in_link", tag = "account",
    responses((status = 201, description = "The link.", body = SignInLink)))]
async fn create_sign_in_link(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<Response> {
    Ok(created(state.control.identity().create_sign_in_link(&on.caller).await?))
}
