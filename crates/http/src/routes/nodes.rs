//! Nodes.

use axum::Json;
use axum::extract::State;
use stead_api::v1::Page;
use stead_api::v1::nodes::Node;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::InTenant;
use crate::extract::caller::NodeRead;
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The machines that run instances.
#[utoipa::path(get, path = "/v1/nodes", operation_id = "list_nodes", tag = "nodes",
    responses((status = 200, description = "All of them; there is one page.", body = Page<Node>)))]
async fn list(State(state): State<AppState>, tenant: InTenant<NodeRead>) -> Answer<Json<Page<Node>>> {
    Ok(Json(state.control.nodes().list(&tenant.scope).await?))
}
