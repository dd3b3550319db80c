//! Inbox, preferences, and the mails of the installation.

use axum::Json;
use axum::extract::State;
use stead_api::v1::PageQuery;
use stead_api::v1::notifications::{
    Inbox, InboxQuery, MailContent, MailTemplates, Mails, MarkRead, NotificationPreferences,
    SetNotificationPreferences, Unread,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::{AccountRead, AccountWrite, OperatorRead};
use crate::extract::{AsOperator, JsonBody, OnAccount, QueryOf, Ref};
use crate::problem::Answer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(preferences, set_preferences))
        .routes(routes!(mails))
        .routes(routes!(templates))
        .routes(routes!(preview))
}

/// The caller's inbox, newest first.
#[utoipa::path(get, path = "/v1/notifications", operation_id = "list_notifications", tag = "notifications", params(InboxQuery),
    responses((status = 200, description = "A page of the inbox.", body = Inbox)))]
async fn list(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
    QueryOf(query): QueryOf<InboxQuery>,
) -> Answer<Json<Inbox>> {
    Ok(Json(state.control.notifications().inbox(&on.caller, query).await?))
}

/// Marks notifications as read.
#[utoipa::path(post, path = "/v1/notifications/read", operation_id = "read_notifications", tag = "notifications", request_body = MarkRead,
    responses((status = 200, description = "How many are unread now.", body = Unread)))]
async fn read(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<MarkRead>,
) -> Answer<Json<Unread>> {
    Ok(Json(state.control.notifications().mark_read(&on.caller, input).await?))
}

/// What the caller is told, by which channel.
#[utoipa::path(get, path = "/v1/notification-preferences", operation_id = "get_notification_preferences", tag = "notifications",
    responses((status = 200, description = "Every kind.", body = NotificationPreferences)))]
async fn preferences(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
) -> Answer<Json<NotificationPreferences>> {
    Ok(Json(state.control.notifications().preferences(&on.caller).await?))
}

/// Changes what the caller is told. Security notices cannot be turned off.
#[utoipa::path(put, path = "/v1/notification-preferences", operation_id = "set_notification_preferences", tag = "notifications",
    request_body = SetNotificationPreferences,
    responses((status = 200, description = "Every kind, as it is now.", body = NotificationPreferences)))]
async fn set_preferences(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<SetNotificationPreferences>,
) -> Answer<Json<NotificationPreferences>> {
    Ok(Json(state.control.notifications().set_preferences(&on.caller, input).await?))
}

/// The newest mails of the installation. Without a mail server, also what they say.
#[utoipa::path(get, path = "/v1/operator/mails", operation_id = "list_mails", tag = "operator", params(PageQuery),
    responses((status = 200, description = "A page of mails.", body = Mails)))]
async fn mails(
    State(state): State<AppState>,
    on: AsOperator<OperatorRead>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Answer<Json<Mails>> {
    Ok(Json(state.control.notifications().mails(&on.operator, &page).await?))
}

/// The kinds of mails.
#[utoipa::path(get, path = "/v1/operator/mail-templates", operation_id = "list_mail_templates", tag = "operator",
    responses((status = 200, description = "Every kind of mail.", body = MailTemplates)))]
async fn templates(
    State(state): State<AppState>,
    on: AsOperator<OperatorRead>,
) -> Answer<Json<MailTemplates>> {
    Ok(Json(state.control.notifications().mail_templates(&on.operator)))
}

/// What a kind of mail looks like, with made-up values.
#[utoipa::path(get, path = "/v1/operator/mail-templates/{template}/preview", operation_id = "preview_mail_template", tag = "operator",
    params(("template" = String, Path, description = "Name of the template, such as `verify_email`.")),
    responses((status = 200, description = "The mail.", body = MailContent)))]
async fn preview(
    State(state): State<AppState>,
    on: AsOperator<OperatorRead>,
    Ref(template): Ref,
) -> Answer<Json<MailContent>> {
    Ok(Json(state.control.notifications().mail_preview(&on.operator, &template)?))
}
