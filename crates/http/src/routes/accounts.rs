//! Signing up and in by address, links in mails, and changes of one's own account.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use http::StatusCode;
use stead_api::v1::accounts::{
    AuthMethods, ChangePassword, MailRequest, MailToken, ResetPassword, SignInRequest, SignUpRequest,
    UpdateMe,
};
use stead_api::v1::identity::{Me, SignInAnswer};
use stead_api::v1::sources::AuthMethodsQuery;
use stead_control::RequestInfo;
use stead_control::identity::SignUp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::extract::caller::AccountWrite;
use crate::extract::{JsonBody, OnAccount, QueryOf};
use crate::problem::Answer;
use crate::routes::auth::admitted;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(methods))
        .routes(routes!(sign_up))
        .routes(routes!(sign_in))
        .routes(routes!(verify_email))
        .routes(routes!(ask_reset))
        .routes(routes!(reset))
        .routes(routes!(ask_magic_link))
        .routes(routes!(magic_link))
        .routes(routes!(confirm_email))
        .routes(routes!(update_me, delete_me))
        .routes(routes!(change_password))
        .routes(routes!(change_email))
        .routes(routes!(ask_verification))
}

/// The ways in that this server offers, and a tenant's own where one is named.
#[utoipa::path(get, path = "/v1/auth/methods", operation_id = "get_auth_methods", tag = "account", params(AuthMethodsQuery),
    responses((status = 200, description = "The ways in.", body = AuthMethods)))]
async fn methods(
    State(state): State<AppState>,
    QueryOf(query): QueryOf<AuthMethodsQuery>,
) -> Answer<Json<AuthMethods>> {
    let sources = state.control.sources().offered(query.tenant.as_deref()).await?;
    Ok(Json(AuthMethods { sources, ..state.control.accounts().methods() }))
}

/// Asks for an account. The answer is the same whether there is one with this address; a mail says more.
#[utoipa::path(post, path = "/v1/auth/sign-up", operation_id = "sign_up", tag = "account", request_body = SignUpRequest,
    responses((status = 202, description = "A mail goes to the address.")))]
async fn sign_up(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<SignUpRequest>,
) -> Answer<StatusCode> {
    let SignUpRequest { name, email, password, invite } = input;
    let input = SignUp { name, email, password: Zeroizing::new(password), invite };
    state.control.accounts().sign_up(input, &info).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Signs in by address and password.
#[utoipa::path(post, path = "/v1/auth/sign-in", operation_id = "sign_in", tag = "account", request_body = SignInRequest,
    responses((status = 200, description = "Signed in; `Set-Cookie` carries the session. Or a second factor has to follow.", body = SignInAnswer)))]
async fn sign_in(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<SignInRequest>,
) -> Answer<Response> {
    let password = Zeroizing::new(input.password);
    let admission = state.control.accounts().sign_in(&input.email, password, &info).await?;
    Ok(admitted(&state, admission))
}

/// Confirms the address of an account by the link that was mailed there.
#[utoipa::path(post, path = "/v1/auth/verify-email", operation_id = "verify_email", tag = "account", request_body = MailToken,
    responses((status = 204, description = "Confirmed.")))]
async fn verify_email(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<MailToken>,
) -> Answer<StatusCode> {
    state.control.accounts().verify_email(&input.token, &info).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a mail that resets the password. The answer is the same whether there is an account with this address.
#[utoipa::path(post, path = "/v1/auth/reset", operation_id = "ask_password_reset", tag = "account", request_body = MailRequest,
    responses((status = 202, description = "If there is an account, a mail goes to the address.")))]
async fn ask_reset(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<MailRequest>,
) -> Answer<StatusCode> {
    state.control.accounts().ask_reset(&input.email, &info).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password by a link from a mail, and ends every session of the account.
#[utoipa::path(post, path = "/v1/auth/reset/confirm", operation_id = "reset_password", tag = "account", request_body = ResetPassword,
    responses((status = 204, description = "Set; sign in with it.")))]
async fn reset(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<ResetPassword>,
) -> Answer<StatusCode> {
    let password = Zeroizing::new(input.password);
    state.control.accounts().reset_password(&input.token, password, &info).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a mail with a link that signs in. The answer is the same whether there is an account with this address.
#[utoipa::path(post, path = "/v1/auth/magic-link", operation_id = "ask_magic_link", tag = "account", request_body = MailRequest,
    responses((status = 202, description = "If there is an account, a mail goes to the address.")))]
async fn ask_magic_link(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<MailRequest>,
) -> Answer<StatusCode> {
    state.control.accounts().ask_magic_link(&input.email, &info).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Signs in by a link from a mail.
#[utoipa::path(post, path = "/v1/auth/magic-link/confirm", operation_id = "sign_in_with_magic_link", tag = "account", request_body = MailToken,
    responses((status = 200, description = "Signed in; `Set-Cookie` carries the session. Or a second factor has to follow.", body = SignInAnswer)))]
async fn magic_link(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<MailToken>,
) -> Answer<Response> {
    let admission = state.control.accounts().sign_in_with_magic_link(&input.token, &info).await?;
    Ok(admitted(&state, admission))
}

/// Makes another address the account's, by the link that was mailed there. Every session ends.
#[utoipa::path(post, path = "/v1/auth/confirm-email", operation_id = "confirm_email", tag = "account", request_body = MailToken,
    responses((status = 204, description = "Changed.")))]
async fn confirm_email(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<MailToken>,
) -> Answer<StatusCode> {
    state.control.accounts().confirm_email(&input.token, &info).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the caller's name.
#[utoipa::path(patch, path = "/v1/me", operation_id = "update_me", tag = "account", request_body = UpdateMe,
    responses((status = 200, description = "The caller.", body = Me)))]
async fn update_me(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<UpdateMe>,
) -> Answer<Json<Me>> {
    state.control.accounts().rename(&on.caller, &input.name).await?;
    Ok(Json(state.control.identity().me(&on.caller, on.tenant).await?))
}

/// Deletes the caller's account. Sessions and tokens end; signing in within 30 days takes it back.
#[utoipa::path(delete, path = "/v1/me", operation_id = "delete_me", tag = "account", responses((status = 204, description = "To be deleted.")))]
async fn delete_me(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<StatusCode> {
    state.control.accounts().delete(&on.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets or changes the caller's password. Their other sessions end.
#[utoipa::path(post, path = "/v1/me/password", operation_id = "change_password", tag = "account", request_body = ChangePassword,
    responses((status = 204, description = "Changed.")))]
async fn change_password(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<ChangePassword>,
) -> Answer<StatusCode> {
    let (current, new) = (input.current.map(Zeroizing::new), Zeroizing::new(input.new));
    state.control.accounts().change_password(&on.caller, current, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for another address; it is changed by the link that is mailed there.
#[utoipa::path(post, path = "/v1/me/email", operation_id = "change_email", tag = "account", request_body = MailRequest,
    responses((status = 202, description = "A mail goes to the address.")))]
async fn change_email(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<MailRequest>,
) -> Answer<StatusCode> {
    state.control.accounts().ask_email_change(&on.caller, &input.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sends the mail that confirms the caller's address once more.
#[utoipa::path(post, path = "/v1/me/verify-email", operation_id = "ask_email_verification", tag = "account",
    responses((status = 202, description = "A mail goes to the address.")))]
async fn ask_verification(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<StatusCode> {
    state.control.accounts().ask_verification(&on.caller).await?;
    Ok(StatusCode::ACCEPTED)
}
