//! Ports and who may see their previews.

use axum::Json;
use axum::extract::State;
use stead_api::v1::Page;
use stead_api::v1::ports::{Port, SetPort};
use stead_core::Error;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{InstanceRead, InstanceWrite};
use crate::extract::{InTenant, JsonBody, Ref, RefPair};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set))
}

/// The ports that are declared or that something listens on.
#[utoipa::path(get, path = "/v1/instances/{instance}/ports", operation_id = "list_ports", tag = "ports",
    params(("instance" = String, Path, description = "Id or name.")),
    responses((status = 200, description = "All of them; there is one page.", body = Page<Port>)))]
async fn list(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    Ref(instance): Ref,
) -> Answer<Json<Page<Port>>> {
    let items = state.control.instances().ports(&tenant.scope, &instance).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Declares a port, or changes who may see its preview. Takes effect at once, also on open connections.
#[utoipa::path(put, path = "/v1/instances/{instance}/ports/{port}", operation_id = "set_port", tag = "ports",
    params(("instance" = String, Path, description = "Id or name."), ("port" = u16, Path, description = "1 to 65535.", minimum = 1)),
    request_body(content = SetPort, example = json!({"visibility": "public"})),
    responses((status = 200, description = "The port.", body = Port)))]
async fn set(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    RefPair(instance, port): RefPair,
    JsonBody(change): JsonBody<SetPort>,
) -> Answer<Json<Port>> {
    let port: u16 =
        port.parse().map_err(|_| Error::invalid("port_invalid", "A port is a number from 1 to 65535."))?;
    Ok(Json(state.control.instances().set_port(&tenant.scope, &instance, port, change).await?))
}
