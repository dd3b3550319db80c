//! Webhooks of a tenant.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use stead_api::v1::Page;
use stead_api::v1::webhooks::{
    CreateWebhook, DeliveryQuery, UpdateWebhook, Webhook, WebhookDelivery, WebhookWithSecret, Webhooks,
};
use stead_core::ids::WebhookId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{WebhookRead, WebhookWrite};
use crate::extract::{Command, InTenant, JsonBody, QueryOf, Ref, RefPair, path};
use crate::problem::Answer;
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(test))
        .routes(routes!(rotate_secret))
        .routes(routes!(deliveries))
        .routes(routes!(redeliver))
}

fn id(text: &str) -> Answer<WebhookId> {
    path::id("webhook", text)
}

/// The tenant's webhooks, newest first, and the events there are.
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks",
    responses((status = 200, description = "All webhooks.", body = Webhooks)))]
async fn list(State(state): State<AppState>, tenant: InTenant<WebhookRead>) -> Answer<Json<Webhooks>> {
    Ok(Json(state.control.notifications().webhooks(&tenant.scope).await?))
}

/// Adds a webhook. Calls follow the Standard Webhooks specification, or are messages for Discord or Slack.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "create_webhook", tag = "webhooks", request_body = CreateWebhook,
    responses((status = 201, description = "The webhook and its signing secret.", body = WebhookWithSecret)))]
async fn create(
    State(state): State<AppState>,
    tenant: InTenant<WebhookWrite>,
    command: Command<CreateWebhook>,
) -> Answer<Response> {
    let made = state.control.notifications().create_webhook(&tenant.scope, command.input, &command.mutation);
    Ok(created(made.await?))
}

/// One webhook.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}", operation_id = "get_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "The webhook.", body = Webhook)))]
async fn get(
    State(state): State<AppState>,
    tenant: InTenant<WebhookRead>,
    Ref(webhook): Ref,
) -> Answer<Json<Webhook>> {
    Ok(Json(state.control.notifications().webhook(&tenant.scope, id(&webhook)?).await?))
}

/// Changes a webhook, or switches it on or off.
#[utoipa::path(patch, path = "/v1/webhooks/{webhook}", operation_id = "update_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")), request_body = UpdateWebhook,
    responses((status = 200, description = "The webhook.", body = Webhook)))]
async fn update(
    State(state): State<AppState>,
    tenant: InTenant<WebhookWrite>,
    Ref(webhook): Ref,
    JsonBody(input): JsonBody<UpdateWebhook>,
) -> Answer<Json<Webhook>> {
    let webhook = id(&webhook)?;
    Ok(Json(state.control.notifications().update_webhook(&tenant.scope, webhook, input).await?))
}

/// Deletes a webhook with the log of its deliveries.
#[utoipa::path(delete, path = "/v1/webhooks/{webhook}", operation_id = "delete_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(
    State(state): State<AppState>,
    tenant: InTenant<WebhookWrite>,
    Ref(webhook): Ref,
) -> Answer<StatusCode> {
    state.control.notifications().delete_webhook(&tenant.scope, id(&webhook)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test event, also to a webhook that is switched off. Its delivery shows what came of it.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 202, description = "The delivery.", body = WebhookDelivery)))]
async fn test(
    State(state): State<AppState>,
    tenant: InTenant<WebhookWrite>,
    Ref(webhook): Ref,
) -> Answer<Response> {
    let delivery = state.control.notifications().test_webhook(&tenant.scope, id(&webhook)?).await?;
    Ok((StatusCode::ACCEPTED, Json(delivery)).into_response())
}

/// Makes a new signing secret. Calls are signed with the old one too for 24 hours.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/rotate-secret", operation_id = "rotate_webhook_secret", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "The webhook and its new secret.", body = WebhookWithSecret)))]
async fn rotate_secret(
    State(state): State<AppState>,
    tenant: InTenant<WebhookWrite>,
    Ref(webhook): Ref,
) -> Answer<Json<WebhookWithSecret>> {
    Ok(Json(state.control.notifications().rotate_webhook_secret(&tenant.scope, id(&webhook)?).await?))
}

/// The log of a webhook's deliveries, newest first.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}/deliveries", operation_id = "list_webhook_deliveries", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook."), DeliveryQuery),
    responses((status = 200, description = "A page of deliveries.", body = Page<WebhookDelivery>)))]
async fn deliveries(
    State(state): State<AppState>,
    tenant: InTenant<WebhookRead>,
    Ref(webhook): Ref,
    QueryOf(query): QueryOf<DeliveryQuery>,
) -> Answer<Json<Page<WebhookDelivery>>> {
    let webhook = id(&webhook)?;
    Ok(Json(state.control.notifications().webhook_deliveries(&tenant.scope, webhook, query).await?))
}

/// Sends an ended delivery once more, with the same id and body.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver", operation_id = "redeliver_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook."), ("delivery" = String, Path, description = "Id of the delivery.")),
    responses((status = 202, description = "The delivery.", body = WebhookDelivery)))]
async fn redeliver(
    State(state): State<AppState>,
    tenant: InTenant<WebhookWrite>,
    RefPair(webhook, delivery): RefPair,
) -> Answer<Response> {
    let (webhook, delivery) = (id(&webhook)?, path::id("delivery", &delivery)?);
    let delivery = state.control.notifications().redeliver(&tenant.scope, webhook, delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(delivery)).into_response())
}
