//! The audit log.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use stead_api::v1::Page;
use stead_api::v1::audit::{
    AuditCheckpoint, AuditEvent, AuditExportQuery, AuditQuery, AuditSink, AuditVerification, CreateAuditSink,
    CreatedAuditSink, VerifyAudit,
};
use stead_core::ids::AuditSinkId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AuditRead, AuditWrite};
use crate::extract::{Command, InTenant, JsonBody, QueryOf, Ref, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
        .routes(routes!(checkpoint))
        .routes(routes!(verify))
        .routes(routes!(list_sinks, add_sink))
        .routes(routes!(remove_sink))
}

/// The tenant's audit log, newest first.
#[utoipa::path(get, path = "/v1/audit", operation_id = "list_audit_events", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "A page of events.", body = Page<AuditEvent>)))]
async fn list(
    State(state): State<AppState>,
    tenant: InTenant<AuditRead>,
    QueryOf(query): QueryOf<AuditQuery>,
) -> Answer<Json<Page<AuditEvent>>> {
    Ok(Json(state.control.audit().list(&tenant.scope, &query).await?))
}

/// The tenant's audit log as a file, oldest first: JSON Lines with what it takes to verify them, or CEF.
#[utoipa::path(get, path = "/v1/audit/export", operation_id = "export_audit_events", tag = "audit", params(AuditExportQuery),
    responses((status = 200, description = "One event per line.", body = AuditEvent, content_type = "application/jsonl")))]
async fn export(
    State(state): State<AppState>,
    tenant: InTenant<AuditRead>,
    QueryOf(query): QueryOf<AuditExportQuery>,
) -> Answer<Response> {
    let (format, lines) = state.control.audit().export(&tenant.scope, &query).await?;
    let mut response = Body::from_stream(lines).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", format.file_name())) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Size and root of the tenant's audit log, signed. Keep it elsewhere: the log can be held against it later.
#[utoipa::path(get, path = "/v1/audit/checkpoint", operation_id = "get_audit_checkpoint", tag = "audit",
    responses((status = 200, description = "The checkpoint.", body = AuditCheckpoint)))]
async fn checkpoint(
    State(state): State<AppState>,
    tenant: InTenant<AuditRead>,
) -> Answer<Json<AuditCheckpoint>> {
    Ok(Json(state.control.audit().checkpoint(&tenant.scope).await?))
}

/// Holds the tenant's audit log against checkpoints and names the first row that is wrong.
#[utoipa::path(post, path = "/v1/audit/verify", operation_id = "verify_audit_log", tag = "audit", request_body = VerifyAudit,
    responses((status = 200, description = "What it came to.", body = AuditVerification)))]
async fn verify(
    State(state): State<AppState>,
    tenant: InTenant<AuditRead>,
    JsonBody(input): JsonBody<VerifyAudit>,
) -> Answer<Json<AuditVerification>> {
    Ok(Json(state.control.audit().verify(&tenant.scope, &input).await?))
}

/// Where the tenant's audit events are forwarded to.
#[utoipa::path(get, path = "/v1/audit/sinks", operation_id = "list_audit_sinks", tag = "audit",
    responses((status = 200, description = "All of them, oldest first.", body = Page<AuditSink>)))]
async fn list_sinks(
    State(state): State<AppState>,
    tenant: InTenant<AuditRead>,
) -> Answer<Json<Page<AuditSink>>> {
    Ok(Json(state.control.audit().sinks(&tenant.scope).await?))
}

/// Forwards the tenant's audit events from now on: in order, at least once.
#[utoipa::path(post, path = "/v1/audit/sinks", operation_id = "add_audit_sink", tag = "audit", request_body = CreateAuditSink,
    responses((status = 201, description = "The sink, with the secret that an HTTPS sink's deliveries are signed with.", body = CreatedAuditSink)))]
async fn add_sink(
    State(state): State<AppState>,
    tenant: InTenant<AuditWrite>,
    command: Command<CreateAuditSink>,
) -> Answer<Response> {
    let made = state.control.audit().add_sink(&tenant.scope, &command.input, &command.mutation);
    Ok(created(made.await?))
}

/// Forwards nothing there any more.
#[utoipa::path(delete, path = "/v1/audit/sinks/{sink}", operation_id = "remove_audit_sink", tag = "audit",
    params(("sink" = String, Path, description = "Id of the sink.")),
    responses((status = 204, description = "Removed.")))]
async fn remove_sink(
    State(state): State<AppState>,
    tenant: InTenant<AuditWrite>,
    Ref(sink): Ref,
) -> Answer<StatusCode> {
    let sink: AuditSinkId = path::id("sink", &sink)?;
    state.control.audit().remove_sink(&tenant.scope, sink).await?;
    Ok(StatusCode::NO_CONTENT)
}
