//! Single-use tokens for what cannot send a header.

use axum::extract::State;
use axum::response::Response;
use stead_api::v1::identity::{CreateIntent, CreatedIntent};
use stead_core::Error;
use stead_core::error::FieldError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::endpoints;
use crate::extract::caller::AccountRead;
use crate::extract::{JsonBody, OnAccount};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create))
}

const MAX_OBJECT: usize = 100;

fn wrong(field: &str, message: &str) -> Error {
    Error::invalid("intent_unknown", "There is no intent like this.").field(FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
        line: None,
        column: None,
    })
}

/// A token for `?intent=`: opens one stream or download once, within a minute, as the caller.
#[utoipa::path(post, path = "/v1/intents", operation_id = "create_intent", tag = "account", request_body = CreateIntent,
    responses((status = 201, description = "The token.", body = CreatedIntent)))]
async fn create(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    JsonBody(input): JsonBody<CreateIntent>,
) -> Answer<Response> {
    if !endpoints::by_id(&input.purpose).is_some_and(|endpoint| endpoint.takes_intents) {
        return Err(wrong("purpose", "expected the operationId of a WebSocket or a download").into());
    }
    if input.object.len() > MAX_OBJECT || input.object.contains('\0') {
        return Err(wrong("object", "expected what stands in the last part of the address in braces").into());
    }
    Ok(created(state.control.identity().create_intent(&on.caller, &input.purpose, &input.object).await?))
}
