//! What happens to every request before a handler sees it, one file per concern. [`layer`] puts them in order.
//!
//! They are one layer of the router, not many: each layer of a router costs every request an allocation and a copy of its future.

pub mod authenticate;
pub mod context;
pub mod deadline;
pub mod detach;
pub mod hosts;
pub mod rate_limit;
pub mod same_origin;
pub mod security_headers;

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use stead_control::{Presented, RequestInfo};
use stead_core::Error;
use stead_gateway::gateway::authority_of;
use tokio::time::timeout;
use tracing::Instrument;

use crate::endpoints::{self, Endpoint};
use crate::problem::{self, Answer, Failure};
use crate::state::AppState;
use context::RequestContext;

pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let context = context::attach(&state, &mut request);
    let (id, secure) = (context.id, state.base.secure());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or("-");
    // A span costs more than the rest of a short answer, and reading does little that is logged. Failures name their request anyway.
    let span = if request.method().is_safe() {
        tracing::debug_span!("request", request.id = %id, request.method = %request.method(), request.route = route)
    } else {
        tracing::info_span!("request", request.id = %id, request.method = %request.method(), request.route = route)
    };
    let began = Instant::now();
    let answered = async {
        let response = answer(&state, request, context, next).await;
        let mut response = problem::render(response.unwrap_or_else(IntoResponse::into_response), id);
        security_headers::add(&mut response, secure);
        context::name_request(&mut response, id);
        tracing::debug!(
            response.status = response.status().as_u16(),
            response.micros = began.elapsed().as_micros(),
            "answered"
        );
        response
    };
    answered.instrument(span).await
}

async fn answer(
    state: &AppState,
    mut request: Request,
    context: RequestContext,
    next: Next,
) -> Answer<Response> {
    let authority = authority_of(request.uri(), request.headers());
    hosts::check(state, authority.as_deref())?;
    let Some(endpoint) = endpoint_of(&request)? else {
        same_origin::check(&request, authority.as_deref())?;
        return Ok(detach::run(request, next).await);
    };
    let mut info = RequestInfo {
        request: Some(context.id),
        ip: Some(context.ip),
        user_agent: context.user_agent,
        local: context.local,
        presented: None,
    };
    authenticate::check(state, &mut request, endpoint, &info).await?;
    info.presented = request.extensions().get::<Presented>().cloned();
    request.extensions_mut().insert(info);
    same_origin::check(&request, authority.as_deref())?;
    let mut counted = rate_limit::take(state, &request, endpoint, context.ip);
    if let Some(refusal) = counted.as_mut().and_then(rate_limit::Counted::refusal) {
        return Ok(refusal);
    }
    let running = detach::run(request, next);
    let mut response = match deadline::limit(&state.config.limits, endpoint.pace) {
        None => running.await,
        Some(limit) => timeout(limit, running).await.map_err(|_| deadline::passed(limit))?,
    };
    if let Some(counted) = counted {
        counted.tell(&mut response);
    }
    Ok(response)
}

/// `None`: not an operation but a file of the dashboard, which holds no data, or a method that the route does not take.
fn endpoint_of(request: &Request) -> Answer<Option<&'static Endpoint>> {
    match (endpoints::of(request), request.extensions().get::<MatchedPath>()) {
        (Some(endpoint), _) => Ok(Some(endpoint)),
        (None, Some(path)) if !endpoints::is_known(path.as_str()) => {
            Err(Failure::from(Error::internal("an operation is missing in the table of endpoints")))
        }
        (None, _) => Ok(None),
    }
}
