//! Terminals.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use stead_api::v1::Page;
use stead_api::v1::terminals::{AttachQuery, CreateTerminal, Terminal};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{InstanceConnect, InstanceRead};
use crate::extract::{Command, InTenant, QueryOf, Ref, RefPair, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;
use crate::stream::bridge::Input;
use crate::stream::socket::Socket;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(close)).routes(routes!(stream))
}

/// The instance's terminals.
#[utoipa::path(get, path = "/v1/instances/{instance}/terminals", operation_id = "list_terminals", tag = "console",
    params(("instance" = String, Path, description = "Id or name.")),
    responses((status = 200, description = "All of them; there is one page.", body = Page<Terminal>)))]
async fn list(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    Ref(instance): Ref,
) -> Answer<Json<Page<Terminal>>> {
    Ok(Json(state.control.instances().terminals(&tenant.scope, &instance).await?))
}

/// Opens a terminal: a shell with a PTY that goes on while nobody looks.
#[utoipa::path(post, path = "/v1/instances/{instance}/terminals", operation_id = "create_terminal", tag = "console",
    params(("instance" = String, Path, description = "Id or name.")),
    request_body(content = CreateTerminal, example = json!({"columns": 120, "rows": 40})),
    responses((status = 201, description = "The terminal.", body = Terminal)))]
async fn create(
    State(state): State<AppState>,
    tenant: InTenant<InstanceConnect>,
    Ref(instance): Ref,
    command: Command<CreateTerminal>,
) -> Answer<Response> {
    Ok(created(
        state
            .control
            .instances()
            .create_terminal(&tenant.scope, &instance, command.input, &command.mutation)
            .await?,
    ))
}

/// Ends a terminal with what runs in it.
#[utoipa::path(delete, path = "/v1/instances/{instance}/terminals/{terminal}", operation_id = "close_terminal", tag = "console",
    params(("instance" = String, Path, description = "Id or name."), ("terminal" = String, Path, description = "Id of the terminal.")),
    responses((status = 204, description = "Ended.")))]
async fn close(
    State(state): State<AppState>,
    tenant: InTenant<InstanceConnect>,
    RefPair(instance, terminal): RefPair,
) -> Answer<StatusCode> {
    state
        .control
        .instances()
        .close_terminal(&tenant.scope, &instance, path::id("terminal", &terminal)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Attaches to a terminal, a WebSocket of frames. The terminal goes on when the socket closes.
#[utoipa::path(get, path = "/v1/instances/{instance}/terminals/{terminal}/stream", operation_id = "stream_terminal", tag = "console",
    params(("instance" = String, Path, description = "Id or name."), ("terminal" = String, Path, description = "Id of the terminal."), AttachQuery),
    responses((status = 101, description = "Binary messages, each one frame.")))]
async fn stream(
    State(state): State<AppState>,
    tenant: InTenant<InstanceConnect>,
    RefPair(instance, terminal): RefPair,
    QueryOf(query): QueryOf<AttachQuery>,
    socket: Socket,
) -> Answer<Response> {
    let input = if query.read_only.unwrap_or(false) { Input::None } else { Input::All };
    let terminal = path::id("terminal", &terminal)?;
    let frames = state.control.instances().attach_terminal(&tenant.scope, &instance, terminal, &query).await;
    socket.open(&state, &tenant, input, frames)
}
