//! Commands in instances: to their end, and as a WebSocket of frames.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use stead_api::v1::exec::{Exec, ExecQuery, ExecResult};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::InstanceConnect;
use crate::extract::{InTenant, JsonBody, QueryOf, Ref};
use crate::problem::Answer;
use crate::state::AppState;
use crate::stream::bridge::Input;
use crate::stream::socket::Socket;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(run)).routes(routes!(stream))
}

/// Runs a command and answers when it has ended.
#[utoipa::path(post, path = "/v1/instances/{instance}/exec", operation_id = "run_command", tag = "console",
    params(("instance" = String, Path, description = "Id or name.")),
    request_body(content = Exec, example = json!({"command": ["ls", "-l"]})),
    responses((status = 200, description = "What it wrote and how it ended.", body = ExecResult)))]
async fn run(
    State(state): State<AppState>,
    tenant: InTenant<InstanceConnect>,
    Ref(instance): Ref,
    JsonBody(exec): JsonBody<Exec>,
) -> Answer<Json<ExecResult>> {
    Ok(Json(state.control.instances().exec(&tenant.scope, &instance, exec).await?))
}

/// Runs a command, a WebSocket of frames. The command is ended when the socket closes.
#[utoipa::path(get, path = "/v1/instances/{instance}/exec/stream", operation_id = "stream_command", tag = "console",
    params(("instance" = String, Path, description = "Id or name."), ExecQuery),
    responses((status = 101, description = "Binary messages, each one frame.")))]
async fn stream(
    State(state): State<AppState>,
    tenant: InTenant<InstanceConnect>,
    Ref(instance): Ref,
    QueryOf(query): QueryOf<ExecQuery>,
    socket: Socket,
) -> Answer<Response> {
    let frames = state.control.instances().exec_stream(&tenant.scope, &instance, &query).await;
    socket.open(&state, &tenant, Input::All, frames)
}
