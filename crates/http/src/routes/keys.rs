//! Keys of the installation, for those who run it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use stead_api::v1::keys::{KeyRotation, Keys, RotateKeys};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{OperatorRead, OperatorWrite};
use crate::extract::{AsOperator, Command};
use crate::problem::Answer;
use crate::routes::accepted;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(rotate))
}

/// The keys of the installation: ids, dates and counts, never a key.
#[utoipa::path(get, path = "/v1/operator/keys", operation_id = "get_keys", tag = "operator",
    responses((status = 200, description = "The keys.", body = Keys)))]
async fn get(State(state): State<AppState>, _operator: AsOperator<OperatorRead>) -> Answer<Json<Keys>> {
    Ok(Json(state.control.keys().overview().await?))
}

/// Rotates the master key, the data key of a tenant or of the installation, or the signing keys; or says what that would do.
/// More than the plan asks for a recent proof of who asks (`step_up_required`); an API token has none, but for the server's own on its machine.
#[utoipa::path(post, path = "/v1/operator/keys/rotate", operation_id = "rotate_keys", tag = "operator", request_body = RotateKeys,
    responses((status = 200, description = "The plan.", body = KeyRotation),
        (status = 202, description = "The rotation and the operation that does it.", body = KeyRotation)))]
async fn rotate(
    State(state): State<AppState>,
    operator: AsOperator<OperatorWrite>,
    command: Command<RotateKeys>,
) -> Answer<Response> {
    let rotation = state.control.rotate_keys(&operator.operator, &command.input, &command.mutation).await?;
    let operation = rotation.operation.as_ref().map(|operation| operation.id.clone());
    Ok(match operation {
        Some(id) => accepted(&id, rotation),
        None => Json(rotation).into_response(),
    })
}
