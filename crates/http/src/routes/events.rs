//! The change feed.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use stead_api::v1::events::Event;
use stead_control::events::FeedEvent;
use stead_core::access::Permission;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::caller::InstanceRead;
use crate::extract::{InTenant, QueryOf};
use crate::problem::Answer;
use crate::state::AppState;
use crate::stream::revocation;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(stream))
}

const MAX_ID: usize = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// The id of the last event seen, for clients that cannot set the header.
    last_event_id: Option<String>,
}

/// Everything that changes in the tenant, as server-sent events. `Last-Event-ID` resumes; when that is too old, or from when the
/// caller had other rights, the first event is `reset`: read everything anew. When what the caller may do in the tenant changes, a `reset` is the last event:
/// connect again.
#[utoipa::path(get, path = "/v1/events", operation_id = "stream_events", tag = "events",
    params(EventQuery, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen.")),
    responses((status = 200, description = "Events: `event` is the type, `id` resumes, `data` is an `Event`.", body = Event, content_type = "text/event-stream")))]
async fn stream(
    State(state): State<AppState>,
    tenant: InTenant<InstanceRead>,
    headers: HeaderMap,
    QueryOf(query): QueryOf<EventQuery>,
) -> Answer<Response> {
    // The header is what a browser sends when it connects again, so it is newer than the address.
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let last = header.or(query.last_event_id).filter(|id| !id.is_empty() && id.len() <= MAX_ID);
    let events = state.control.events().subscribe(&tenant.scope, last.as_deref()).await?;
    let revoked = revocation::until_revoked(&state, &tenant.scope, Permission::InstanceRead);
    let shutdown = state.shutdown.clone();
    let end = async move {
        tokio::select! {
            _ = revoked => {}
            () = shutdown.cancelled() => {}
        }
    };
    // A token may be limited to instances.
    let with_operations = tenant.scope.allows(Permission::OperationRead);
    let events = events.filter(move |one| {
        std::future::ready(with_operations || !matches!(one.event, Event::Operation { .. }))
    });
    // What is shown was decided by what the caller might do when it began.
    let changed = revocation::until_other_rights(&state, &tenant.scope);
    let told = futures::stream::once(async { FeedEvent { id: String::new(), event: Event::Reset } });
    let events = events.take_until(Box::pin(changed)).chain(told);
    let keep_alive = KeepAlive::new().interval(state.config.limits.keep_alive).text("keep-alive");
    let mut response =
        Sse::new(messages(events).take_until(Box::pin(end))).keep_alive(keep_alive).into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Events as the stream writes them.
fn messages<S>(events: S) -> impl Stream<Item = Result<Message, Infallible>>
where
    S: Stream<Item = FeedEvent>,
{
    events.map(|FeedEvent { id, event }| {
        let message = Message::default().event(type_of(&event));
        // A measurement is not part of the feed's history: nothing resumes from it.
        let message = if id.is_empty() { message } else { message.id(id) };
        match serde_json::to_string(&event) {
            Ok(data) => Ok(message.data(data)),
            Err(error) => {
                tracing::error!(error = %error, "an event could not be written");
                Ok(Message::default().event("reset").data("{\"type\":\"reset\"}"))
            }
        }
    })
}

const fn type_of(event: &Event) -> &'static str {
    match event {
        Event::Instance { .. } => "instance",
        Event::InstanceDeleted { .. } => "instance_deleted",
        Event::Operation { .. } => "operation",
        Event::Usage { .. } => "usage",
        Event::Notifications { .. } => "notifications",
        Event::Reset => "reset",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_carry_their_type_and_id() {
        let feed = futures::stream::iter([
            FeedEvent { id: "7".to_owned(), event: Event::InstanceDeleted { instance_id: "inst_x".into() } },
            FeedEvent { id: String::new(), event: Event::Reset },
        ]);
        let response = Sse::new(messages(feed)).into_response();
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains("event: instance_deleted\nid: 7\ndata: {\"type\":\"instance_deleted\",\"instance_id\":\"inst_x\"}\n\n"), "{text}");
        assert!(text.ends_with("event: reset\ndata: {\"type\":\"reset\"}\n\n"), "{text}");
    }
}
