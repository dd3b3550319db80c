//! What the server says about itself.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(version)).routes(routes!(openapi))
}

/// The server answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    pub status: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    #[schema(example = "0.1.0")]
    pub version: String,
}

/// Whether the server answers.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "system", responses((status = 200, description = "It does.", body = Health)))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The server's version.
#[utoipa::path(get, path = "/v1/version", operation_id = "get_version", tag = "system", responses((status = 200, description = "The version.", body = Version)))]
async fn version(State(state): State<AppState>) -> Json<Version> {
    Json(Version { version: state.config.version.clone() })
}

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", operation_id = "get_openapi", tag = "system", responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)))]
async fn openapi(State(state): State<AppState>) -> Response {
    ([(CONTENT_TYPE, "application/json")], state.openapi.clone()).into_response()
}
