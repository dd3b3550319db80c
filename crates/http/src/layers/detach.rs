//! Requests that change something run on their own task: a client that goes away does not stop them half way. A panic in any
//! handler becomes a problem body.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::Method;
use stead_core::Error;
use tracing::Instrument;

use crate::problem::Failure;

fn panicked(what: &(dyn std::any::Any + Send)) -> Response {
    let text = what.downcast_ref::<&str>().copied().or_else(|| what.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words");
    Failure::from(Error::internal(format!("a handler panicked: {text}"))).into_response()
}

pub async fn layer(request: Request, next: Next) -> Response {
    if *request.method() == Method::GET || *request.method() == Method::HEAD {
        return AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|what| panicked(&*what));
    }
    let work = tokio::spawn(next.run(request).instrument(tracing::Span::current()));
    match work.await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(what) => panicked(&*what),
            Err(_) => Failure::from(Error::unavailable("shutting_down", "The server is shutting down.").next_step("Try again.")).into_response(),
        },
    }
}
