//! API tokens.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use stead_api::v1::identity::{ApiToken, CreateApiToken, CreatedApiToken};
use stead_api::v1::{Page, PageQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite};
use crate::extract::{Command, OnAccount, QueryOf, Ref, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

/// The caller's tokens.
#[utoipa::path(get, path = "/v1/tokens", operation_id = "list_tokens", tag = "account", params(PageQuery),
    responses((status = 200, description = "A page of tokens, without their secrets.", body = Page<ApiToken>)))]
async fn list(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<ApiToken>>> {
    Ok(Json(state.control.identity().tokens(&on.caller, &page).await?))
}

/// Creates a token. Its secret is shown once.
#[utoipa::path(post, path = "/v1/tokens", operation_id = "create_token", tag = "account", request_body = CreateApiToken,
    responses((status = 201, description = "The token and its secret.", body = CreatedApiToken)))]
async fn create(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    command: Command<CreateApiToken>,
) -> Answer<Response> {
    Ok(created(state.control.identity().create_token(&on.caller, command.input, &command.mutation).await?))
}

/// Deletes a token; what it has open is cut.
#[utoipa::path(delete, path = "/v1/tokens/{token}", operation_id = "delete_token", tag = "account",
    params(("token" = String, Path, description = "Id of the token.")), responses((status = 204, description = "Deleted.")))]
async fn delete(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(token): Ref,
) -> Answer<StatusCode> {
    state.control.identity().delete_token(&on.caller, path::id("token", &token)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
