//! Invitations into tenants.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use stead_api::v1::identity::Tenant;
use stead_api::v1::tenants::{CreateInvite, CreatedInvite, Invite, InviteOffer, InviteToken};
use stead_api::v1::{Page, PageQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountWrite, MemberWrite, SignedIn, TenantRead};
use crate::extract::{Command, JsonBody, OnAccount, QueryOf, Ref, RefPair, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_invites, create_invite))
        .routes(routes!(revoke_invite))
        .routes(routes!(look_up_invite))
        .routes(routes!(accept_invite))
}

/// Invitations that are still open.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/invites", operation_id = "list_invites", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), PageQuery),
    responses((status = 200, description = "A page of invitations.", body = Page<Invite>)))]
async fn list_invites(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<Invite>>> {
    let scope = signed_in.scope::<TenantRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.tenants().invites(&scope, &page).await?))
}

/// Invites somebody: an address, or whoever gets the link. The link is shown once.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/invites", operation_id = "create_invite", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant.")), request_body = CreateInvite,
    responses((status = 201, description = "The invitation and its link.", body = CreatedInvite)))]
async fn create_invite(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    command: Command<CreateInvite>,
) -> Answer<Response> {
    let scope = signed_in.scope::<MemberWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(created(state.control.tenants().invite(&scope, &command.input, &command.mutation).await?))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/invites/{invite}", operation_id = "revoke_invite", tag = "tenants", params(("tenant" = String, Path, description = "Id of the tenant."), ("invite" = String, Path, description = "Id of the invitation.")),
    responses((status = 204, description = "Taken back.")))]
async fn revoke_invite(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, invite): RefPair,
) -> Answer<StatusCode> {
    let scope = signed_in.scope::<MemberWrite>(&state, path::id("tenant", &tenant)?).await?;
    state.control.tenants().revoke_invite(&scope, path::id("invite", &invite)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invitation offers, to whoever has its link.
#[utoipa::path(post, path = "/v1/invites/look-up", operation_id = "look_up_invite", tag = "tenants", request_body = InviteToken,
    responses((status = 200, description = "The offer.", body = InviteOffer)))]
async fn look_up_invite(
    State(state): State<AppState>,
    JsonBody(input): JsonBody<InviteToken>,
) -> Answer<Json<InviteOffer>> {
    Ok(Json(state.control.tenants().look_up_invite(&input.token).await?))
}

/// Accepts an invitation: the caller becomes a member.
#[utoipa::path(post, path = "/v1/invites/accept", operation_id = "accept_invite", tag = "tenants", request_body = InviteToken,
    responses((status = 200, description = "The tenant.", body = Tenant)))]
async fn accept_invite(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<InviteToken>,
) -> Answer<Json<Tenant>> {
    Ok(Json(state.control.tenants().accept_invite(&on.caller, &input.token).await?))
}
