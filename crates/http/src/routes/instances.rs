//! Instances: list, create, read, change, delete.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use stead_api::v1::instances::{CreateInstance, Instance, InstanceOperation, InstanceQuery, UpdateInstance};
use stead_api::v1::{Page, WaitQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{InstanceRead, InstanceWrite};
use crate::extract::{Command, IfMatch, InTenant, JsonBody, QueryOf, Ref, Wait};
use crate::problem::Answer;
use crate::routes::instance_actions::settle;
use crate::routes::versioned;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, update, delete))
}

/// The tenant's instances.
#[utoipa::path(get, path = "/v1/instances", operation_id = "list_instances", tag = "instances", params(InstanceQuery),
    responses((status = 200, description = "A page of instances.", body = Page<Instance>)))]
async fn list(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    QueryOf(query): QueryOf<InstanceQuery>,
) -> Answer<Json<Page<Instance>>> {
    Ok(Json(state.control.instances().list(&tenant.scope, &query).await?))
}

/// Creates an instance and starts it. `{}` makes a blank workspace.
#[utoipa::path(post, path = "/v1/instances", operation_id = "create_instance", tag = "instances", params(WaitQuery),
    request_body(content = CreateInstance, example = json!({"name": "shop", "source": {"kind": "git", "url": "https://git.example.com/ada/shop.git"}})),
    responses((status = 202, description = "The instance and the operation that makes it.", body = InstanceOperation)))]
async fn create(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    wait: Wait,
    command: Command<CreateInstance>,
) -> Answer<Response> {
    let begun = state.control.instances().create(&tenant.scope, command.input, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// One instance.
#[utoipa::path(get, path = "/v1/instances/{instance}", operation_id = "get_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name.")),
    responses((status = 200, description = "The instance; its version is the `ETag`.", body = Instance, headers(("ETag" = String, description = "The version.")))))]
async fn get(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    Ref(instance): Ref,
) -> Answer<Response> {
    let instance = state.control.instances().get(&tenant.scope, &instance).await?;
    Ok(versioned(instance.version, instance))
}

/// Changes an instance's settings. With `If-Match`, only when nobody else has changed them since.
#[utoipa::path(patch, path = "/v1/instances/{instance}", operation_id = "update_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on.")),
    request_body(content = UpdateInstance, example = json!({"resources": {"memory_bytes": 2_147_483_648_u64}})),
    responses((status = 200, description = "The changed instance.", body = Instance, headers(("ETag" = String, description = "The version.")))))]
async fn update(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<UpdateInstance>,
) -> Answer<Response> {
    let instance = state.control.instances().update(&tenant.scope, &instance, change, version).await?;
    Ok(versioned(instance.version, instance))
}

/// Deletes an instance with its disk.
#[utoipa::path(delete, path = "/v1/instances/{instance}", operation_id = "delete_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    responses((status = 202, description = "The instance and the operation that deletes it.", body = InstanceOperation)))]
async fn delete(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<Nothing>,
) -> Answer<Response> {
    let Nothing {} = command.input;
    let begun = state.control.instances().delete(&tenant.scope, &instance, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// A body without fields.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}
