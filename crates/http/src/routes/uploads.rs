//! Files sent ahead of the request that uses them.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};
use stead_api::v1::uploads::Upload;
use stead_core::Error;
use stead_core::error::ErrorKind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::InTenant;
use crate::extract::caller::InstanceWrite;
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Takes a file, such as a `git bundle`. At most 1 GiB.
#[utoipa::path(post, path = "/v1/uploads", operation_id = "create_upload", tag = "instances",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 201, description = "The upload; it is kept for a day.", body = Upload)))]
async fn create(
    State(state): State<AppState>,
    tenant: InTenant<InstanceWrite>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .map(HeaderValue::to_str)
        .and_then(Result::ok)
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > state.config.limits.upload) {
        // Said before the bytes are sent, not after.
        return Err(Error::new(
            ErrorKind::TooLarge,
            "upload_too_large",
            format!("An upload has at most {} MiB.", state.config.limits.upload >> 20),
        )
        .into());
    }
    Ok(created(state.control.uploads().create(&tenant.scope, body.into_data_stream()).await?))
}
