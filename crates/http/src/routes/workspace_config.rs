//! Checking a `phazeai.yaml`.

use axum::Json;
use stead_api::v1::workspace_config::{ValidateWorkspaceConfig, WorkspaceConfigReport};
use stead_core::workspace_config;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::InstanceRead;
use crate::extract::{InTenant, JsonBody};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(validate))
}

/// Checks a `phazeai.yaml` without creating anything; every mistake is named with its place.
#[utoipa::path(post, path = "/v1/workspace-config/validate", operation_id = "validate_workspace_config", tag = "instances",
    request_body(content = ValidateWorkspaceConfig, example = json!({"text": "version: 1\n"})),
    responses((status = 200, description = "Whether it is valid, and what is wrong.", body = WorkspaceConfigReport)))]
async fn validate(
    _: InTenant<InstanceRead>,
    JsonBody(input): JsonBody<ValidateWorkspaceConfig>,
) -> Answer<Json<WorkspaceConfigReport>> {
    let errors: Vec<_> = match workspace_config::parse(&input.text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(Into::into).collect(),
    };
    Ok(Json(WorkspaceConfigReport { valid: errors.is_empty(), errors }))
}
