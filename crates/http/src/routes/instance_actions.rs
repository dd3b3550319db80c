//! Actions on instances: each begins an operation.

use axum::extract::State;
use axum::response::Response;
use stead_api::v1::WaitQuery;
use stead_api::v1::instances::{InstanceOperation, StopInstance};
use stead_control::TenantScope;
use stead_core::error::ErrorKind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::InstanceWrite;
use crate::extract::{Command, InTenant, Ref, Wait, path};
use crate::problem::Answer;
use crate::routes::accepted;
use crate::routes::instances::Nothing;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(stop))
        .routes(routes!(restart))
        .routes(routes!(kill))
        .routes(routes!(pause))
        .routes(routes!(wake))
}

/// Waits for the operation as long as the caller asked, and answers with how things stand then.
pub(super) async fn settle(
    state: &AppState,
    scope: &TenantScope,
    mut begun: InstanceOperation,
    Wait(wait): Wait,
) -> Answer<Response> {
    if let Some(wait) = wait {
        let operation = path::id("operation", &begun.operation.id)?;
        begun.operation = state.control.operations().wait(scope, operation, wait).await?;
        match state.control.instances().get(scope, &begun.instance.id).await {
            Ok(instance) => begun.instance = instance,
            // It has been deleted, as was asked for; the last that was known of it is the answer.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(accepted(&begun.operation.id.clone(), begun))
}

/// Starts an instance.
#[utoipa::path(post, path = "/v1/instances/{instance}/start", operation_id = "start_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    responses((status = 202, description = "The instance and the operation that starts it.", body = InstanceOperation)))]
async fn start(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<Nothing>,
) -> Answer<Response> {
    let Nothing {} = command.input;
    let begun = state.control.instances().start(&tenant.scope, &instance, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// Stops an instance.
#[utoipa::path(post, path = "/v1/instances/{instance}/stop", operation_id = "stop_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    request_body = StopInstance,
    responses((status = 202, description = "The instance and the operation that stops it.", body = InstanceOperation)))]
async fn stop(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<StopInstance>,
) -> Answer<Response> {
    let begun =
        state.control.instances().stop(&tenant.scope, &instance, &command.input, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// Stops and starts an instance.
#[utoipa::path(post, path = "/v1/instances/{instance}/restart", operation_id = "restart_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    responses((status = 202, description = "The instance and the operation that restarts it.", body = InstanceOperation)))]
async fn restart(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<Nothing>,
) -> Answer<Response> {
    let Nothing {} = command.input;
    let begun = state.control.instances().restart(&tenant.scope, &instance, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// Ends at once, without grace, an instance.
#[utoipa::path(post, path = "/v1/instances/{instance}/kill", operation_id = "kill_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    responses((status = 202, description = "The instance and the operation that kills it.", body = InstanceOperation)))]
async fn kill(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<Nothing>,
) -> Answer<Response> {
    let Nothing {} = command.input;
    let begun = state.control.instances().kill(&tenant.scope, &instance, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// Freezes an instance.
#[utoipa::path(post, path = "/v1/instances/{instance}/pause", operation_id = "pause_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    responses((status = 202, description = "The instance and the operation that pauses it.", body = InstanceOperation)))]
async fn pause(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<Nothing>,
) -> Answer<Response> {
    let Nothing {} = command.input;
    let begun = state.control.instances().pause(&tenant.scope, &instance, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}

/// Resumes or starts an instance.
#[utoipa::path(post, path = "/v1/instances/{instance}/wake", operation_id = "wake_instance", tag = "instances",
    params(("instance" = String, Path, description = "Id or name."), WaitQuery),
    responses((status = 202, description = "The instance and the operation that wakes it.", body = InstanceOperation)))]
async fn wake(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    Ref(instance): Ref,
    wait: Wait,
    command: Command<Nothing>,
) -> Answer<Response> {
    let Nothing {} = command.input;
    let begun = state.control.instances().wake(&tenant.scope, &instance, &command.mutation).await?;
    settle(&state, &tenant.scope, begun, wait).await
}
