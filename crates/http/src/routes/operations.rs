//! Operations: durable long-running actions.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use stead_api::v1::operations::{Operation, OperationLogLine, OperationQuery};
use stead_api::v1::{Page, PageQuery, WaitQuery};
use stead_control::TenantScope;
use stead_core::ids::OperationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{OperationRead, OperationWrite};
use crate::extract::{InTenant, QueryOf, Ref, Wait, path};
use crate::problem::Answer;
use crate::routes::accepted;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(log))
}

fn id(text: &str) -> Answer<OperationId> {
    path::id("operation", text)
}

async fn waited(
    state: &AppState,
    scope: &TenantScope,
    operation: Operation,
    Wait(wait): Wait,
) -> Answer<Operation> {
    match wait {
        Some(wait) => Ok(state.control.operations().wait(scope, id(&operation.id)?, wait).await?),
        None => Ok(operation),
    }
}

/// The tenant's operations, newest first.
#[utoipa::path(get, path = "/v1/operations", operation_id = "list_operations", tag = "operations", params(OperationQuery),
    responses((status = 200, description = "A page of operations.", body = Page<Operation>)))]
async fn list(
    State(state): State<AppState>,
    tenant: InTenant<OperationRead>,
    QueryOf(query): QueryOf<OperationQuery>,
) -> Answer<Json<Page<Operation>>> {
    Ok(Json(state.control.operations().list(&tenant.scope, &query).await?))
}

/// One operation. With `wait`, answers when it has ended or the time is over.
#[utoipa::path(get, path = "/v1/operations/{operation}", operation_id = "get_operation", tag = "operations",
    params(("operation" = String, Path, description = "Id of the operation."), WaitQuery),
    responses((status = 200, description = "The operation.", body = Operation)))]
async fn get(
    State(state): State<AppState>,
    tenant: InTenant<OperationRead>,
    Ref(operation): Ref,
    wait: Wait,
) -> Answer<Json<Operation>> {
    let operation = state.control.operations().get(&tenant.scope, id(&operation)?).await?;
    Ok(Json(waited(&state, &tenant.scope, operation, wait).await?))
}

/// Cancels an operation: finished steps are undone.
#[utoipa::path(post, path = "/v1/operations/{operation}/cancel", operation_id = "cancel_operation", tag = "operations",
    params(("operation" = String, Path, description = "Id of the operation."), WaitQuery),
    responses((status = 202, description = "The operation.", body = Operation)))]
async fn cancel(
    State(state): State<AppState>,
    tenant: InTenant<OperationWrite>,
    Ref(operation): Ref,
    wait: Wait,
) -> Answer<Response> {
    let operation = state.control.operations().cancel(&tenant.scope, id(&operation)?).await?;
    let operation = waited(&state, &tenant.scope, operation, wait).await?;
    Ok(accepted(&operation.id.clone(), operation))
}

/// Runs a failed operation again from the step that failed.
#[utoipa::path(post, path = "/v1/operations/{operation}/retry", operation_id = "retry_operation", tag = "operations",
    params(("operation" = String, Path, description = "Id of the operation."), WaitQuery),
    responses((status = 202, description = "The operation.", body = Operation)))]
async fn retry(
    State(state): State<AppState>,
    tenant: InTenant<OperationWrite>,
    Ref(operation): Ref,
    wait: Wait,
) -> Answer<Response> {
    let operation = state.control.operations().retry(&tenant.scope, id(&operation)?).await?;
    let operation = waited(&state, &tenant.scope, operation, wait).await?;
    Ok(accepted(&operation.id.clone(), operation))
}

/// What an operation has written about itself.
#[utoipa::path(get, path = "/v1/operations/{operation}/log", operation_id = "list_operation_log", tag = "operations",
    params(("operation" = String, Path, description = "Id of the operation."), PageQuery),
    responses((status = 200, description = "A page of lines, oldest first.", body = Page<OperationLogLine>)))]
async fn log(
    State(state): State<AppState>,
    tenant: InTenant<OperationRead>,
    Ref(operation): Ref,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<OperationLogLine>>> {
    Ok(Json(state.control.operations().log(&tenant.scope, id(&operation)?, &page).await?))
}
