//! The node's side of a connection: HTTP/2 server on the stream it dialled.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use stead_core::error::Error;
use tokio_util::sync::CancellationToken;

use crate::body::BodyError;
use crate::stream::ByteStream;

/// How a session ended.
#[derive(Debug)]
pub struct SessionEnd {
    /// The server has sent at least one request, so it has accepted this node.
    pub accepted: bool,
    /// Why, unless it was closed in order.
    pub error: Option<Error>,
}

/// Serves the node's protocol on a stream until the server closes it, it breaks, or `stop` is cancelled (requests that are being
/// answered are then finished, streams are cut when the caller drops the future).
pub async fn serve_node<S, B>(stream: ByteStream, service: S, stop: &CancellationToken) -> SessionEnd
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + Sync + 'static,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BodyError>,
{
    let accepted = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&accepted);
    let service = service_fn(move |request| {
        seen.store(true, Ordering::Release);
        service.call(request)
    });
    let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(crate::STREAM_WINDOW)
        .initial_connection_window_size(crate::CONNECTION_WINDOW)
        .max_concurrent_streams(crate::MAX_STREAMS)
        .max_frame_size(crate::MAX_FRAME)
        .max_send_buf_size(crate::SEND_BUFFER)
        .max_pending_accept_reset_streams(crate::RESETS_IN_FLIGHT)
        .max_local_error_reset_streams(crate::RESETS_IN_FLIGHT)
        .keep_alive_interval(crate::PING_INTERVAL)
        .keep_alive_timeout(crate::PING_TIMEOUT);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    let error = ended.err().map(|error| {
        Error::unavailable("server_unreachable", "The connection to the server broke.")
            .next_step("It is dialled again by itself; instances go on running.")
            .source_error(error)
    });
    SessionEnd { accepted: accepted.load(Ordering::Acquire), error }
}
