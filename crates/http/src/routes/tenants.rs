//! Tenants, their members, rules and quotas.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use stead_api::v1::identity::{Member, Tenant};
use stead_api::v1::tenants::{
    CreateTenant, PermissionInfo, Quotas, TenantSecurity, TenantsQuery, UpdateMember, UpdateTenant,
    UpdateTenantSecurity,
};
use stead_api::v1::{Page, PageQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{
    AccountRead, AccountWrite, MemberWrite, SignedIn, TenantDelete, TenantRead, TenantWrite,
};
use crate::extract::{Command, JsonBody, OnAccount, QueryOf, Ref, RefPair, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_tenants, create_tenant))
        .routes(routes!(get_tenant, update_tenant, delete_tenant))
        .routes(routes!(restore_tenant))
        .routes(routes!(leave_tenant))
        .routes(routes!(get_tenant_security, update_tenant_security))
        .routes(routes!(list_members))
        .routes(routes!(update_member, remove_member))
        .routes(routes!(list_permissions))
        .routes(routes!(get_quotas))
}

/// The tenants that the caller is a member of.
#[utoipa::path(get, path = "/v1/tenants", operation_id = "list_tenants", tag = "tenants", params(TenantsQuery),
    responses((status = 200, description = "A page of tenants.", body = Page<Tenant>)))]
async fn list_tenants(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    QueryOf(query): QueryOf<TenantsQuery>,
) -> Answer<Json<Page<Tenant>>> {
    Ok(Json(state.control.tenants().list(&on.caller, &query).await?))
}

/// Makes a tenant that the caller owns.
#[utoipa::path(post, path = "/v1/tenants", operation_id = "create_tenant", tag = "tenants", request_body = CreateTenant,
    responses((status = 201, description = "The tenant.", body = Tenant)))]
async fn create_tenant(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    command: Command<CreateTenant>,
) -> Answer<Response> {
    Ok(created(state.control.tenants().create(&on.caller, &command.input, &command.mutation).await?))
}

/// One tenant.
#[utoipa::path(get, path = "/v1/tenants/{tenant}", operation_id = "get_tenant", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "The tenant.", body = Tenant)))]
async fn get_tenant(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<Tenant>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().get(&scope)))
}

/// Renames a tenant.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}", operation_id = "update_tenant", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")), request_body = UpdateTenant,
    responses((status = 200, description = "The tenant.", body = Tenant)))]
async fn update_tenant(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    JsonBody(input): JsonBody<UpdateTenant>,
) -> Answer<Json<Tenant>> {
    let scope = signed_in.scope::<TenantWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().rename(&scope, &input).await?))
}

/// Hides a tenant at once and stops its instances; everything in it is erased after thirty days.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}", operation_id = "delete_tenant", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "When it is erased.", body = Tenant)))]
async fn delete_tenant(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<Tenant>> {
    let scope = signed_in.scope::<TenantDelete>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().delete(&signed_in.0, &scope).await?))
}

/// Takes the deletion of a tenant back.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/restore", operation_id = "restore_tenant", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "The tenant.", body = Tenant)))]
async fn restore_tenant(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<Tenant>> {
    let tenant = path::id("tenant", &tenant)?;
    Ok(Json(state.control.tenants().restore(&signed_in.0, tenant).await?))
}

/// Ends the caller's own membership.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/leave", operation_id = "leave_tenant", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 204, description = "Left.")))]
async fn leave_tenant(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<StatusCode> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    state.control.tenants().leave(&scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A tenant's rules of security.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/security", operation_id = "get_tenant_security", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "The rules.", body = TenantSecurity)))]
async fn get_tenant_security(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<TenantSecurity>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().security(&scope)))
}

/// Changes a tenant's rules of security. They hold for what is open, too.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/security", operation_id = "update_tenant_security", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")), request_body = UpdateTenantSecurity,
    responses((status = 200, description = "The rules.", body = TenantSecurity)))]
async fn update_tenant_security(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    JsonBody(input): JsonBody<UpdateTenantSecurity>,
) -> Answer<Json<TenantSecurity>> {
    let scope = signed_in.scope::<TenantWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().set_security(&scope, &input).await?))
}

/// The members of a tenant.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/members", operation_id = "list_members", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), PageQuery),
    responses((status = 200, description = "A page of members.", body = Page<Member>)))]
async fn list_members(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<Member>>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().members(&scope, &page).await?))
}

/// Gives a member another role.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/members/{user}", operation_id = "update_member", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), ("user" = String, Path, description = "Id of the user.")), request_body = UpdateMember,
    responses((status = 200, description = "The member.", body = Member)))]
async fn update_member(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, user): RefPair,
    JsonBody(input): JsonBody<UpdateMember>,
) -> Answer<Json<Member>> {
    let scope = signed_in.scope::<MemberWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().set_role(&scope, path::id("member", &user)?, &input).await?))
}

/// Ends a membership; what the member has open is cut.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/members/{user}", operation_id = "remove_member", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), ("user" = String, Path, description = "Id of the user.")),
    responses((status = 204, description = "Removed.")))]
async fn remove_member(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, user): RefPair,
) -> Answer<StatusCode> {
    let scope = signed_in.scope::<MemberWrite>(&state, path::id("tenant", &tenant)?).await?;
    state.control.tenants().remove_member(&scope, path::id("member", &user)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every permission, and the built-in roles that have it.
#[utoipa::path(get, path = "/v1/permissions", operation_id = "list_permissions", tag = "tenants",
    responses((status = 200, description = "All permissions.", body = Page<PermissionInfo>)))]
async fn list_permissions(
    State(state): State<AppState>,
    _on: OnAccount<AccountRead>,
) -> Answer<Json<Page<PermissionInfo>>> {
    Ok(Json(state.control.tenants().permissions()))
}

/// What a tenant uses and may use.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/quotas", operation_id = "get_quotas", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "The quotas.", body = Quotas)))]
async fn get_quotas(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<Quotas>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().quotas(&scope).await?))
}
