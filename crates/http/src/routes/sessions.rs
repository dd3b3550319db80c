//! Logins of browsers and programs.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use stead_api::v1::identity::Session;
use stead_api::v1::{Page, PageQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite};
use crate::extract::{OnAccount, QueryOf, Ref, path};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, end_others)).routes(routes!(end))
}

/// The caller's sessions.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "list_sessions", tag = "account", params(PageQuery),
    responses((status = 200, description = "A page of sessions.", body = Page<Session>)))]
async fn list(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Page<Session>>> {
    Ok(Json(state.control.identity().sessions(&on.caller, &page).await?))
}

/// Ends every session of the caller but the one that asks, with everything they have open.
#[utoipa::path(delete, path = "/v1/sessions", operation_id = "end_other_sessions", tag = "account",
    responses((status = 204, description = "Ended.")))]
async fn end_others(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<StatusCode> {
    state.control.identity().end_other_sessions(&on.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session of the caller, with everything it has open.
#[utoipa::path(delete, path = "/v1/sessions/{session}", operation_id = "end_session", tag = "account",
    params(("session" = String, Path, description = "Id of the session.")), responses((status = 204, description = "Ended.")))]
async fn end(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(session): Ref,
) -> Answer<StatusCode> {
    state.control.identity().end_session(&on.caller, path::id("session", &session)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
