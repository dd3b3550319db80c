//! Accepting connections: HTTP/1.1 and HTTP/2 without TLS, bounded in number and in the time they may take to speak.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;

const HEADER_TIME: Duration = Duration::from_secs(30);
const GOODBYE: Duration = Duration::from_secs(10);
const MAX_STREAMS: u32 = 256;
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Serves until the app's shutdown is cancelled; then lets what is under way finish for a while.
///
/// # Errors
/// None now; accepting goes on after failures.
pub async fn serve(listener: TcpListener, app: App) -> std::io::Result<()> {
    let shutdown = app.state().shutdown.clone();
    let places = Arc::new(Semaphore::new(app.state().config.limits.connections));
    let connections = TaskTracker::new();
    // Counts of requests are written until the last connection has gone.
    let (counting, done) = (app.clone(), CancellationToken::new());
    let written = done.clone();
    let writing = tokio::spawn(async move { counting.state().rate_limits.write_until(written).await });
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = shutdown.cancelled() => break,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer.ip(), app.clone(), place));
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                // Out of descriptors: waiting lets some be closed.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if timeout(GOODBYE, connections.wait()).await.is_err() {
        tracing::info!(connections = connections.len(), "connections that were still open are cut");
    }
    done.cancel();
    let _ = writing.await;
    Ok(())
}

async fn connection(stream: TcpStream, peer: std::net::IpAddr, app: App, place: OwnedSemaphorePermit) {
    let _place = place;
    let _ = stream.set_nodelay(true);
    let shutdown = app.state().shutdown.clone();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let app = app.clone();
        async move { Ok::<_, std::convert::Infallible>(app.handle(request.map(Body::new), peer).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES.max(8 << 10));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
    let mut serving = std::pin::pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = shutdown.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended");
    }
}
