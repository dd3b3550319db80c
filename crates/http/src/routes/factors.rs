//! Second factors: completing a sign-in, passkeys, authenticator apps, recovery codes.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use http::StatusCode;
use stead_api::v1::Page;
use stead_api::v1::factors::{
    AddPasskey, BeginPasskey, ConfirmTotp, CreatedPasskey, Factors, Passkey, PasskeyBegun, PasskeyProof,
    RecoveryCodes, RenamePasskey, SecondFactorRequest, TotpSetup,
};
use stead_api::v1::identity::SignInAnswer;
use stead_control::RequestInfo;
use stead_control::identity::Proof;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite};
use crate::extract::{JsonBody, OnAccount, Ref, path};
use crate::problem::Answer;
use crate::routes::auth::{admitted, signed_in};
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(second_factor))
        .routes(routes!(begin_sign_in))
        .routes(routes!(finish_sign_in))
        .routes(routes!(list))
        .routes(routes!(begin_totp, remove_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(renew_recovery_codes))
        .routes(routes!(passkeys, add_passkey))
        .routes(routes!(begin_passkey))
        .routes(routes!(rename_passkey, remove_passkey))
}

/// Completes a sign-in by a second factor.
#[utoipa::path(post, path = "/v1/auth/second-factor", operation_id = "complete_sign_in", tag = "account", request_body = SecondFactorRequest,
    responses((status = 200, description = "Signed in; `Set-Cookie` carries the session.", body = SignInAnswer)))]
async fn second_factor(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<SecondFactorRequest>,
) -> Answer<Response> {
    let proof = Proof::one_of(input.totp, input.recovery_code, input.passkey)?;
    Ok(signed_in(&state, state.control.factors().complete(&input.pending, proof, &info).await?))
}

/// Begins a passkey's part: a sign-in by itself, or the second factor of a pending one.
#[utoipa::path(post, path = "/v1/auth/passkey/begin", operation_id = "begin_passkey_sign_in", tag = "account", request_body = BeginPasskey,
    responses((status = 200, description = "What the browser takes.", body = PasskeyBegun)))]
async fn begin_sign_in(
    State(state): State<AppState>,
    JsonBody(input): JsonBody<BeginPasskey>,
) -> Answer<Json<PasskeyBegun>> {
    let factors = state.control.factors();
    Ok(Json(match input.pending {
        Some(pending) => factors.begin_second_factor(&pending).await?,
        None => factors.begin_sign_in().await?,
    }))
}

/// Signs in by a passkey alone, which is both factors.
#[utoipa::path(post, path = "/v1/auth/passkey/finish", operation_id = "finish_passkey_sign_in", tag = "account", request_body = PasskeyProof,
    responses((status = 200, description = "Signed in; `Set-Cookie` carries the session.", body = SignInAnswer)))]
async fn finish_sign_in(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<PasskeyProof>,
) -> Answer<Response> {
    let admission = state.control.factors().sign_in(&input.pending, input.credential, &info).await?;
    Ok(admitted(&state, admission))
}

/// What the caller signs in with.
#[utoipa::path(get, path = "/v1/me/factors", operation_id = "get_factors", tag = "account",
    responses((status = 200, description = "The factors.", body = Factors)))]
async fn list(State(state): State<AppState>, on: OnAccount<AccountRead>) -> Answer<Json<Factors>> {
    Ok(Json(state.control.factors().list(&on.caller).await?))
}

/// Begins to set an authenticator app up. Its secret is shown once.
#[utoipa::path(post, path = "/v1/me/totp", operation_id = "begin_totp", tag = "account",
    responses((status = 200, description = "The secret, as text and picture.", body = TotpSetup)))]
async fn begin_totp(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<Json<TotpSetup>> {
    Ok(Json(state.control.factors().begin_totp(&on.caller).await?))
}

/// Confirms an authenticator app by a code. Answers with recovery codes, shown once.
#[utoipa::path(post, path = "/v1/me/totp/confirm", operation_id = "confirm_totp", tag = "account", request_body = ConfirmTotp,
    responses((status = 200, description = "Confirmed.", body = RecoveryCodes)))]
async fn confirm_totp(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<ConfirmTotp>,
) -> Answer<Json<RecoveryCodes>> {
    Ok(Json(state.control.factors().confirm_totp(&on.caller, &input.code).await?))
}

/// Removes the authenticator app.
#[utoipa::path(delete, path = "/v1/me/totp", operation_id = "remove_totp", tag = "account", responses((status = 204, description = "Removed.")))]
async fn remove_totp(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<StatusCode> {
    state.control.factors().remove_totp(&on.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ten new recovery codes; those before do not work any more.
#[utoipa::path(post, path = "/v1/me/recovery-codes", operation_id = "renew_recovery_codes", tag = "account",
    responses((status = 200, description = "The codes, shown once.", body = RecoveryCodes)))]
async fn renew_recovery_codes(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
) -> Answer<Json<RecoveryCodes>> {
    Ok(Json(state.control.factors().renew_recovery_codes(&on.caller).await?))
}

/// The caller's passkeys.
#[utoipa::path(get, path = "/v1/me/passkeys", operation_id = "list_passkeys", tag = "account",
    responses((status = 200, description = "A page of passkeys.", body = Page<Passkey>)))]
async fn passkeys(State(state): State<AppState>, on: OnAccount<AccountRead>) -> Answer<Json<Page<Passkey>>> {
    Ok(Json(state.control.factors().passkeys(&on.caller).await?))
}

/// Begins to add a passkey.
#[utoipa::path(post, path = "/v1/me/passkeys/begin", operation_id = "begin_passkey", tag = "account",
    responses((status = 200, description = "What the browser takes.", body = PasskeyBegun)))]
async fn begin_passkey(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
) -> Answer<Json<PasskeyBegun>> {
    Ok(Json(state.control.factors().begin_passkey(&on.caller).await?))
}

/// Adds the passkey that the browser made.
#[utoipa::path(post, path = "/v1/me/passkeys", operation_id = "add_passkey", tag = "account", request_body = AddPasskey,
    responses((status = 201, description = "Added; with recovery codes when there were none, shown once.", body = CreatedPasskey)))]
async fn add_passkey(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<AddPasskey>,
) -> Answer<Response> {
    Ok(created(state.control.factors().add_passkey(&on.caller, input).await?))
}

/// Gives a passkey another name.
#[utoipa::path(patch, path = "/v1/me/passkeys/{passkey}", operation_id = "rename_passkey", tag = "account", request_body = RenamePasskey,
    params(("passkey" = String, Path, description = "Id of the passkey.")), responses((status = 204, description = "Renamed.")))]
async fn rename_passkey(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(passkey): Ref,
    JsonBody(input): JsonBody<RenamePasskey>,
) -> Answer<StatusCode> {
    let id = path::id("passkey", &passkey)?;
    state.control.factors().rename_passkey(&on.caller, id, &input.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a passkey.
#[utoipa::path(delete, path = "/v1/me/passkeys/{passkey}", operation_id = "remove_passkey", tag = "account",
    params(("passkey" = String, Path, description = "Id of the passkey.")), responses((status = 204, description = "Removed.")))]
async fn remove_passkey(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(passkey): Ref,
) -> Answer<StatusCode> {
    state.control.factors().remove_passkey(&on.caller, path::id("passkey", &passkey)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
