//! What those who run the installation do to tenants and users.

use axum::Json;
use axum::extract::State;
use stead_api::v1::Page;
use stead_api::v1::tenants::{
    OperatorTenant, OperatorTenantsQuery, OperatorUser, OperatorUsersQuery, Quotas, SetQuotas,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{OperatorRead, OperatorWrite};
use crate::extract::{AsOperator, JsonBody, QueryOf, Ref, path};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_all_tenants))
        .routes(routes!(set_quotas))
        .routes(routes!(list_all_users))
        .routes(routes!(disable_user))
        .routes(routes!(enable_user))
}

/// All tenants, with their quotas.
#[utoipa::path(get, path = "/v1/operator/tenants", operation_id = "list_all_tenants", tag = "operator", params(OperatorTenantsQuery),
    responses((status = 200, description = "A page of tenants.", body = Page<OperatorTenant>)))]
async fn list_all_tenants(
    State(state): State<AppState>,
    on: AsOperator<OperatorRead>,
    QueryOf(query): QueryOf<OperatorTenantsQuery>,
) -> Answer<Json<Page<OperatorTenant>>> {
    Ok(Json(state.control.tenants().all(&on.operator, &query).await?))
}

/// Sets what a tenant may take.
#[utoipa::path(put, path = "/v1/operator/tenants/{tenant}/quotas", operation_id = "set_quotas", tag = "operator", params(("tenant" = String, Path, description = "Id of the tenant.")), request_body = SetQuotas,
    responses((status = 200, description = "The quotas.", body = Quotas)))]
async fn set_quotas(
    State(state): State<AppState>,
    on: AsOperator<OperatorWrite>,
    Ref(tenant): Ref,
    JsonBody(input): JsonBody<SetQuotas>,
) -> Answer<Json<Quotas>> {
    let tenant = path::id("tenant", &tenant)?;
    Ok(Json(state.control.tenants().set_quotas(&on.operator, tenant, &input).await?))
}

/// All users.
#[utoipa::path(get, path = "/v1/operator/users", operation_id = "list_all_users", tag = "operator", params(OperatorUsersQuery),
    responses((status = 200, description = "A page of users.", body = Page<OperatorUser>)))]
async fn list_all_users(
    State(state): State<AppState>,
    on: AsOperator<OperatorRead>,
    QueryOf(query): QueryOf<OperatorUsersQuery>,
) -> Answer<Json<Page<OperatorUser>>> {
    Ok(Json(state.control.tenants().users(&on.operator, &query).await?))
}

/// Keeps a user out and ends every session of theirs.
#[utoipa::path(post, path = "/v1/operator/users/{user}/disable", operation_id = "disable_user", tag = "operator", params(("user" = String, Path, description = "Id of the user.")),
    responses((status = 200, description = "The user.", body = OperatorUser)))]
async fn disable_user(
    State(state): State<AppState>,
    on: AsOperator<OperatorWrite>,
    Ref(user): Ref,
) -> Answer<Json<OperatorUser>> {
    let user = path::id("user", &user)?;
    Ok(Json(state.control.tenants().set_disabled(&on.operator, user, true).await?))
}

/// Lets a user in again.
#[utoipa::path(post, path = "/v1/operator/users/{user}/enable", operation_id = "enable_user", tag = "operator", params(("user" = String, Path, description = "Id of the user.")),
    responses((status = 200, description = "The user.", body = OperatorUser)))]
async fn enable_user(
    State(state): State<AppState>,
    on: AsOperator<OperatorWrite>,
    Ref(user): Ref,
) -> Answer<Json<OperatorUser>> {
    let user = path::id("user", &user)?;
    Ok(Json(state.control.tenants().set_disabled(&on.operator, user, false).await?))
}
