//! Exports: archives of what is stored of a user or a tenant.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use stead_api::v1::Page;
use stead_api::v1::exports::{CreateExport, Export};
use stead_api::v1::operations::Operation;
use stead_core::ids::ExportId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::AccountWrite;
use crate::extract::{Command, OnAccount, Ref, path};
use crate::problem::Answer;
use crate::routes::accepted;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(download))
}

/// The caller's own exports, and those of the tenant that they act in if they run it; newest first.
#[utoipa::path(get, path = "/v1/exports", operation_id = "list_exports", tag = "account",
    responses((status = 200, description = "The newest of them.", body = Page<Export>)))]
async fn list(State(state): State<AppState>, on: OnAccount<AccountWrite>) -> Answer<Json<Page<Export>>> {
    Ok(Json(state.control.exports().list(&on.caller, on.tenant).await?))
}

/// Makes an archive of what is stored of the caller, or of the tenant that they act in. It can be downloaded for a week.
#[utoipa::path(post, path = "/v1/exports", operation_id = "create_export", tag = "account", request_body = CreateExport,
    responses((status = 202, description = "The operation that makes it.", body = Operation)))]
async fn create(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    command: Command<CreateExport>,
) -> Answer<Response> {
    let begun = state.control.exports().create(&on.caller, on.tenant, command.input, &command.mutation);
    let operation = begun.await?;
    let id = operation.id.clone();
    Ok(accepted(&id, operation))
}

/// The archive: a tar.gz. Browsers come with an intent token in `?intent=`.
#[utoipa::path(get, path = "/v1/exports/{export}/download", operation_id = "export_download", tag = "account",
    params(("export" = String, Path, description = "Id of the export.")),
    responses((status = 200, description = "The archive.", body = String, content_type = "application/gzip")))]
async fn download(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(export): Ref,
) -> Answer<Response> {
    let export: ExportId = path::id("export", &export)?;
    let archive = state.control.exports().download(&on.caller, export).await?;
    let mut response = Body::from_stream(archive.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/gzip"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(archive.length));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", archive.name)) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
