//! Tenants and their members.

use axum::Json;
use axum::extract::State;
use stead_api::v1::identity::{Member, Tenant};
use stead_api::v1::{Page, PageQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, SignedIn, TenantRead};
use crate::extract::{OnAccount, QueryOf, Ref, path};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(members))
}

/// The tenants that the caller is a member of.
#[utoipa::path(get, path = "/v1/tenants", operation_id = "list_tenants", tag = "account", params(PageQuery),
    responses((status = 200, description = "A page of tenants.", body = Page<Tenant>)))]
async fn list(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<Tenant>>> {
    Ok(Json(state.control.identity().tenants(&on.caller, &page).await?))
}

/// The members of a tenant.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/members", operation_id = "list_members", tag = "account",
    params(("tenant" = String, Path, description = "Id of the tenant."), PageQuery),
    responses((status = 200, description = "A page of members.", body = Page<Member>)))]
async fn members(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<Member>>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.identity().members(&scope, &page).await?))
}
