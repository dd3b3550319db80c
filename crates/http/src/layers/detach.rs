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
    let text = what
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| what.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words");
    Failure::from(Error::internal(format!("a handler panicked: {text}"))).into_response()
}

pub(super) async fn run(request: Request, next: Next) -> Response {
    if *request.method() == Method::GET || *request.method() == Method::HEAD {
        return AssertUnwindSafe(next.run(request))
            .catch_unwind()
            .await
            .unwrap_or_else(|what| panicked(&*what));
    }
    let work = tokio::spawn(next.run(request).instrument(tracing::Span::current()));
    match work.await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(what) => panicked(&*what),
            Err(_) => Failure::from(
                Error::unavailable("shutting_down", "The server is shutting down.").next_step("Try again."),
            )
            .into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};
    use http::{Request, StatusCode};
    use tokio::sync::Notify;
    use tower::ServiceExt;

    async fn answer(router: Router, method: &str, path: &str) -> (StatusCode, serde_json::Value) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    fn layered(router: Router) -> Router {
        router.layer(from_fn(async |request, next| {
            crate::problem::render(super::run(request, next).await, "req_1")
        }))
    }

    #[tokio::test]
    async fn panics_are_problems_that_say_nothing() {
        async fn breaks() {
            panic!("hunter2")
        }
        let router = layered(Router::new().route("/", get(breaks).post(breaks)));
        for method in ["GET", "POST"] {
            let (status, body) = answer(router.clone(), method, "/").await;
            assert_eq!(
                (status, body["code"].as_str()),
                (StatusCode::INTERNAL_SERVER_ERROR, Some("internal"))
            );
            assert!(!body.to_string().contains("hunter2"));
        }
    }

    #[tokio::test]
    async fn changes_go_on_when_the_client_leaves() {
        let (begun, go_on, done) =
            (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = {
            let (begun, go_on, done) = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&done));
            move || async move {
                begun.notify_one();
                go_on.notified().await;
                done.notify_one();
            }
        };
        let router = layered(Router::new().route("/", post(handler)));
        let request = Request::builder().method("POST").uri("/").body(Body::empty()).unwrap();
        let call = tokio::spawn(router.oneshot(request));
        begun.notified().await;
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        tokio::time::timeout(Duration::from_secs(5), done.notified()).await.unwrap();
    }

    #[tokio::test]
    async fn what_the_router_refuses_has_a_body_too() {
        let router = layered(Router::new().route("/", get(|| async {})));
        assert_eq!(answer(router.clone(), "POST", "/").await.1["code"], "method_not_allowed");
        assert_eq!(answer(router, "GET", "/nothing").await.1["code"], "route_not_found");
    }
}
