//! The way of a signed-in browser into a private preview.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use stead_control::Caller;
use stead_core::error::ErrorKind;
use stead_core::{Error, Result};
use stead_gateway::gateway::is_local_path;
use stead_gateway::host::split_authority;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::QueryOf;
use crate::layers::context::RequestContext;
use crate::problem::{Answer, status_of};
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(open))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PreviewQuery {
    /// Host of the preview, such as `8000--shop.localhost:7433`.
    host: String,
    /// Where to go there.
    path: Option<String>,
}

/// Sends a signed-in browser on to a private preview with a ticket that works once, and others to the sign-in page.
#[utoipa::path(get, path = "/v1/preview-access", operation_id = "open_preview", tag = "ports", params(PreviewQuery),
    responses((status = 303, description = "On to the preview, or to the sign-in page.")))]
async fn open(
    State(state): State<AppState>,
    caller: Option<Extension<Caller>>,
    Extension(context): Extension<RequestContext>,
    uri: Uri,
    headers: HeaderMap,
    QueryOf(query): QueryOf<PreviewQuery>,
) -> Answer<Response> {
    let Some(Extension(caller)) = caller else {
        let from: String = url::form_urlencoded::byte_serialize(
            uri.path_and_query().map_or("/", |path| path.as_str()).as_bytes(),
        )
        .collect();
        return Ok(see_other(&format!("/sign-in?from={from}")));
    };
    match ticket(&state, &caller, &query).await {
        Ok(address) => Ok(see_other(&address)),
        // Whoever follows a link wants a page, not a body of JSON.
        Err(error) if stead_gateway::pages::wants_html(&headers) && error.kind() != ErrorKind::Internal => {
            let notice = stead_gateway::pages::Notice::new(
                status_of(&error),
                error.code(),
                "This preview cannot be opened",
                error.message(),
            );
            let notice = match error.next_step_text() {
                Some(text) => notice.next_step(text),
                None => notice,
            };
            Ok(stead_gateway::pages::answer(&notice, &headers, &query.host, "", &context.id.to_string())
                .map(Body::new))
        }
        Err(error) => Err(error.into()),
    }
}

/// The address on the preview's host that exchanges the ticket. Only our own preview hosts are gone on to.
async fn ticket(state: &AppState, caller: &Caller, query: &PreviewQuery) -> Result<String> {
    let domain = state.gateway.domain();
    let host = domain.parse(&query.host).ok_or_else(|| {
        Error::invalid("preview_host_invalid", "This is no host of a preview.")
            .next_step("Open the preview's own address.")
    })?;
    let ticket = state.control.identity().mint_preview_ticket(caller, &host).await?;
    let path = query.path.as_deref().filter(|path| is_local_path(path)).unwrap_or("/");
    let port = split_authority(&query.host).and_then(|(_, port)| port);
    let parameters = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("ticket", &ticket)
        .append_pair("path", path)
        .finish();
    Ok(format!("{}://{}/.stead/access?{parameters}", domain.scheme(), domain.preview_authority(&host, port)))
}

fn see_other(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(LOCATION, address);
    }
    response
}
