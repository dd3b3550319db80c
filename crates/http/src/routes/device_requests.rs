//! Devices that ask to be signed in (RFC 8628), and those who answer them.

use axum::extract::State;
use axum::{Extension, Json};
use http::StatusCode;
use stead_api::v1::identity::{BeginDevice, DeviceCodes, DeviceRequest};
use stead_control::RequestInfo;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite};
use crate::extract::{JsonBody, OnAccount, Ref};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(get))
        .routes(routes!(approve))
        .routes(routes!(deny))
}

/// A device asks to be signed in: it shows the code and polls until somebody has approved it.
#[utoipa::path(post, path = "/v1/auth/device", operation_id = "begin_device", tag = "account", request_body = BeginDevice,
    responses((status = 200, description = "The codes.", body = DeviceCodes)))]
async fn begin(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    JsonBody(input): JsonBody<BeginDevice>,
) -> Answer<Json<DeviceCodes>> {
    Ok(Json(state.control.identity().begin_device(&input.client_name, &info).await?))
}

/// What asks with this code.
#[utoipa::path(get, path = "/v1/device-requests/{user_code}", operation_id = "get_device_request", tag = "account",
    params(("user_code" = String, Path, description = "The code that the device shows.")),
    responses((status = 200, description = "The device.", body = DeviceRequest)))]
async fn get(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    Ref(code): Ref,
) -> Answer<Json<DeviceRequest>> {
    Ok(Json(state.control.identity().device_request(&on.caller, &code).await?))
}

/// Signs the device in as the caller.
#[utoipa::path(post, path = "/v1/device-requests/{user_code}/approve", operation_id = "approve_device", tag = "account",
    params(("user_code" = String, Path, description = "The code that the device shows.")),
    responses((status = 204, description = "The device is signed in when it asks next.")))]
async fn approve(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(code): Ref,
) -> Answer<StatusCode> {
    state.control.identity().answer_device(&on.caller, &code, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses the device.
#[utoipa::path(post, path = "/v1/device-requests/{user_code}/deny", operation_id = "deny_device", tag = "account",
    params(("user_code" = String, Path, description = "The code that the device shows.")),
    responses((status = 204, description = "Refused.")))]
async fn deny(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(code): Ref,
) -> Answer<StatusCode> {
    state.control.identity().answer_device(&on.caller, &code, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
