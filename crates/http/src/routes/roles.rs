//! Roles of tenants, and their bindings on single instances.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use stead_api::v1::Page;
use stead_api::v1::tenants::{Binding, CreateRole, RoleDefinition, SetBinding, UpdateRole};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{MemberWrite, RoleWrite, SignedIn, TenantRead};
use crate::extract::{Command, InTenant, JsonBody, Ref, RefPair, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_roles, create_role))
        .routes(routes!(update_role, delete_role))
        .routes(routes!(list_bindings))
        .routes(routes!(set_binding, remove_binding))
}

/// The roles that can be given in a tenant: built-in ones and its own.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/roles", operation_id = "list_roles", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "All roles.", body = Page<RoleDefinition>)))]
async fn list_roles(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<Page<RoleDefinition>>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().roles(&scope).await?))
}

/// Makes a role of permissions that the caller has.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/roles", operation_id = "create_role", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")), request_body = CreateRole,
    responses((status = 201, description = "The role.", body = RoleDefinition)))]
async fn create_role(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    command: Command<CreateRole>,
) -> Answer<Response> {
    let scope = signed_in.scope::<RoleWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(created(state.control.tenants().create_role(&scope, &command.input, &command.mutation).await?))
}

/// Changes a role; those who have it are held to it within a second.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/roles/{role}", operation_id = "update_role", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), ("role" = String, Path, description = "Id of the role.")), request_body = UpdateRole,
    responses((status = 200, description = "The role.", body = RoleDefinition)))]
async fn update_role(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, role): RefPair,
    JsonBody(input): JsonBody<UpdateRole>,
) -> Answer<Json<RoleDefinition>> {
    let scope = signed_in.scope::<RoleWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().update_role(&scope, path::id("role", &role)?, &input).await?))
}

/// Deletes a role that nobody has.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/roles/{role}", operation_id = "delete_role", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), ("role" = String, Path, description = "Id of the role.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete_role(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, role): RefPair,
) -> Answer<StatusCode> {
    let scope = signed_in.scope::<RoleWrite>(&state, path::id("tenant", &tenant)?).await?;
    state.control.tenants().delete_role(&scope, path::id("role", &role)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who may do more on an instance than their role in the tenant says.
#[utoipa::path(get, path = "/v1/instances/{instance}/bindings", operation_id = "list_bindings", tag = "tenants", params(("instance" = String, Path, description = "Id or name of the instance.")),
    responses((status = 200, description = "All bindings.", body = Page<Binding>)))]
async fn list_bindings(
    State(state): State<AppState>,
    on: InTenant<TenantRead>,
    Ref(instance): Ref,
) -> Answer<Json<Page<Binding>>> {
    Ok(Json(state.control.tenants().bindings(&on.scope, &instance).await?))
}

/// Binds a role to a member on one instance.
#[utoipa::path(put, path = "/v1/instances/{instance}/bindings/{user}", operation_id = "set_binding", tag = "tenants", params(("instance" = String, Path, description = "Id or name of the instance."), ("user" = String, Path, description = "Id of the user.")), request_body = SetBinding,
    responses((status = 200, description = "The binding.", body = Binding)))]
async fn set_binding(
    State(state): State<AppState>,
    on: InTenant<MemberWrite>,
    RefPair(instance, user): RefPair,
    JsonBody(input): JsonBody<SetBinding>,
) -> Answer<Json<Binding>> {
    let user = path::id("member", &user)?;
    Ok(Json(state.control.tenants().set_binding(&on.scope, &instance, user, &input).await?))
}

/// Takes a binding away.
#[utoipa::path(delete, path = "/v1/instances/{instance}/bindings/{user}", operation_id = "remove_binding", tag = "tenants", params(("instance" = String, Path, description = "Id or name of the instance."), ("user" = String, Path, description = "Id of the user.")),
    responses((status = 204, description = "Taken away.")))]
async fn remove_binding(
    State(state): State<AppState>,
    on: InTenant<MemberWrite>,
    RefPair(instance, user): RefPair,
) -> Answer<StatusCode> {
    state.control.tenants().remove_binding(&on.scope, &instance, path::id("member", &user)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
