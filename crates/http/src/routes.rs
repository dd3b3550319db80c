//! One file per noun; a handler extracts, calls one service, converts.

pub mod accounts;
pub mod audit;
pub mod auth;
pub mod console;
pub mod device_requests;
pub mod events;
pub mod exec;
pub mod exports;
pub mod factors;
pub mod instance_actions;
pub mod instances;
pub mod intents;
pub mod invites;
pub mod issued_tokens;
pub mod keys;
pub mod nodes;
pub mod notifications;
pub mod operations;
pub mod operator;
pub mod ports;
pub mod preview_access;
pub mod roles;
pub mod secrets;
pub mod sessions;
pub mod sources;
pub mod system;
pub mod tenants;
pub mod terminals;
pub mod tokens;
pub mod uploads;
pub mod webhooks;
pub mod workspace_config;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use stead_core::Error;
use utoipa_axum::router::OpenApiRouter;

use crate::problem::Failure;
use crate::state::AppState;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Bytes that an object of the API mostly fits into.
const USUAL_ANSWER: usize = 2_048;

/// Every route of the API.
pub fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(system::routes())
        .merge(audit::routes())
        .merge(auth::routes())
        .merge(accounts::routes())
        .merge(factors::routes())
        .merge(issued_tokens::routes())
        .merge(device_requests::routes())
        .merge(intents::routes())
        .merge(sessions::routes())
        .merge(tokens::routes())
        .merge(tenants::routes())
        .merge(invites::routes())
        .merge(roles::routes())
        .merge(operator::routes())
        .merge(instances::routes())
        .merge(instance_actions::routes())
        .merge(console::routes())
        .merge(exec::routes())
        .merge(terminals::routes())
        .merge(ports::routes())
        .merge(operations::routes())
        .merge(events::routes())
        .merge(uploads::routes())
        .merge(workspace_config::routes())
        .merge(nodes::routes())
        .merge(notifications::routes())
        .merge(webhooks::routes())
        .merge(keys::routes())
        .merge(secrets::routes())
        .merge(exports::routes())
        .merge(sources::routes())
        .merge(preview_access::routes())
}

/// 201 with the new object.
fn created<T: Serialize>(value: T) -> Response {
    (StatusCode::CREATED, Json(value)).into_response()
}

/// 202 with the operation's address.
fn accepted<T: Serialize>(operation: &str, value: T) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(value)).into_response();
    if let Ok(address) = HeaderValue::from_str(&format!("/v1/operations/{operation}")) {
        response.headers_mut().insert(LOCATION, address);
    }
    response
}

/// 200 with the version as the `ETag`.
fn versioned<T: Serialize>(version: u64, value: T) -> Response {
    // `Json` asks for room with every few bytes; this is the answer that is asked for most.
    let mut body = Vec::with_capacity(USUAL_ANSWER);
    if let Err(error) = serde_json::to_writer(&mut body, &value) {
        return Failure::from(Error::internal("writing an answer").source_error(error)).into_response();
    }
    let mut response = ([(CONTENT_TYPE, JSON)], body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
