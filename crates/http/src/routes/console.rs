//! Consoles: as text, and as a WebSocket of frames.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use stead_api::v1::terminals::ConsoleQuery;
use stead_core::access::Permission;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::InstanceRead;
use crate::extract::{InTenant, QueryOf, Ref};
use crate::problem::Answer;
use crate::state::AppState;
use crate::stream::bridge::Input;
use crate::stream::socket::Socket;
use crate::stream::text;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(stream))
}

/// Where the text ends: the `offset` to go on from.
const OFFSET_HEADER: &str = "stead-console-offset";

/// The console's text so far. At most the last 8 MiB.
#[utoipa::path(get, path = "/v1/instances/{instance}/console", operation_id = "get_console", tag = "console",
    params(("instance" = String, Path, description = "Id or name."), ConsoleQuery),
    responses((status = 200, description = "The text.", body = String, content_type = "text/plain",
        headers(("Stead-Console-Offset" = u64, description = "Where the text ends; pass it as `offset` to go on.")))))]
async fn get(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    Ref(instance): Ref,
    QueryOf(query): QueryOf<ConsoleQuery>,
) -> Answer<Response> {
    let begin = query.offset.unwrap_or(0);
    let frames = state.control.instances().console(&tenant.scope, &instance, &query, false).await?;
    let console = text::collect(frames, begin).await?;
    let mut response = ([(CONTENT_TYPE, "text/plain; charset=utf-8")], console.bytes).into_response();
    response.headers_mut().insert(OFFSET_HEADER, HeaderValue::from(console.end));
    Ok(response)
}

/// The console as it grows, a WebSocket of frames. Input is taken from those who may be inside.
#[utoipa::path(get, path = "/v1/instances/{instance}/console/stream", operation_id = "stream_console", tag = "console",
    params(("instance" = String, Path, description = "Id or name."), ConsoleQuery),
    responses((status = 101, description = "Binary messages, each one frame.")))]
async fn stream(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    Ref(instance): Ref,
    QueryOf(query): QueryOf<ConsoleQuery>,
    socket: Socket,
) -> Answer<Response> {
    let input = if tenant.scope.allows(Permission::InstanceConnect) { Input::All } else { Input::None };
    let frames = state.control.instances().console(&tenant.scope, &instance, &query, true).await;
    socket.open(&state, &tenant, input, frames)
}
