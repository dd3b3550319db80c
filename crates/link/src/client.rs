//! The server's side of a connection: typed calls to one node.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stead_api::node::{AttachParams, ConsoleParams, NodeHello, NodeMessage, SecretsAnswer};
use stead_core::driver::{ProcessSpec, ProcessState};
use stead_core::error::{InternalContext, Result};
use stead_core::ids::{InstanceId, ProcessId, UploadId};
use stead_core::instance::InstanceDocument;
use tokio_util::codec::{FramedRead, LinesCodec};
use tokio_util::io::StreamReader;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::debug;

use crate::body::{self, BodyError, BodyStream};
use crate::problem::{read_problem, too_slow, unreachable};
use crate::stream::{ByteStream, Severable};

const CALL: Duration = Duration::from_secs(15);
/// A process may have to be started in an instance under load, a port dialled that does not answer at once.
const OPEN: Duration = Duration::from_secs(30);
const UPLOAD: Duration = Duration::from_secs(30 * 60);
/// The node says something every five seconds.
const SILENCE: Duration = Duration::from_secs(25);
const MAX_ANSWER: usize = 8 << 20;
const MAX_LINE: usize = 1 << 20;

type RequestBody = UnsyncBoxBody<Bytes, BodyError>;

/// A connected node. Cheap to clone; the connection closes when the last clone and the last stream are gone.
#[derive(Clone)]
pub struct NodeClient {
    sender: SendRequest<RequestBody>,
    closed: CancellationToken,
    cut: CancellationToken,
    /// Ends the connection's task when the last clone goes, also while the far side is silent.
    _guard: Arc<DropGuard>,
}

impl fmt::Debug for NodeClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NodeClient").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

impl NodeClient {
    /// Takes over a stream that a node has dialled. Returns as soon as requests can be sent; [`Self::hello`] shows that a node
    /// answers.
    ///
    /// # Errors
    /// `node_unreachable` when the stream is broken already.
    pub async fn connect(stream: ByteStream) -> Result<Self> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .initial_stream_window_size(crate::STREAM_WINDOW)
            .initial_connection_window_size(crate::CONNECTION_WINDOW)
            .initial_max_send_streams(crate::MAX_STREAMS as usize)
            .max_concurrent_reset_streams(1_024)
            .max_frame_size(crate::MAX_FRAME)
            .max_send_buf_size(crate::SEND_BUFFER)
            .max_local_error_reset_streams(crate::RESETS_IN_FLIGHT)
            .max_pending_accept_reset_streams(crate::RESETS_IN_FLIGHT)
            .keep_alive_interval(crate::PING_INTERVAL)
            .keep_alive_timeout(crate::PING_TIMEOUT)
            .keep_alive_while_idle(true);
        let closed = CancellationToken::new();
        let cut = CancellationToken::new();
        let stream = Severable::new(stream, &cut);
        let (sender, connection) = tokio::time::timeout(CALL, builder.handshake(TokioIo::new(stream)))
            .await
            .map_err(|_| too_slow("opening the connection"))?
            .map_err(|error| unreachable().source_error(error))?;
        let (ended, stop) = (closed.clone(), cut.clone());
        tokio::spawn(async move {
            tokio::select! {
                result = connection => {
                    if let Err(error) = result {
                        debug!(error = %error, "the connection to a node broke");
                    }
                }
                () = stop.cancelled() => {}
            }
            ended.cancel();
        });
        Ok(Self { sender, closed, _guard: Arc::new(cut.clone().drop_guard()), cut })
    }

    /// Waits until the connection is gone.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }

    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.is_cancelled() || self.sender.is_closed()
    }

    /// Cuts the connection at once, for every clone, with all its streams.
    pub fn close(&self) {
        self.cut.cancel();
    }

    /// # Errors
    /// `node_unreachable`, `node_timed_out`.
    pub async fn hello(&self) -> Result<NodeHello> {
        self.read(Method::GET, "/node/v1/hello".to_owned(), "saying who it is").await
    }

    /// Hands over the newest document of an instance.
    ///
    /// # Errors
    /// `stale_generation`, `generation_conflict`; `node_unreachable`, `node_timed_out`.
    pub async fn put_document(&self, document: &InstanceDocument) -> Result<()> {
        let path = format!("/node/v1/instances/{}", document.instance);
        self.write(Method::PUT, path, json(document)?, "storing a document", CALL).await
    }

    /// Answers a node that asked for the secrets of an instance.
    ///
    /// # Errors
    /// `node_unreachable`, `node_timed_out`.
    pub async fn put_secrets(&self, instance: InstanceId, answer: &SecretsAnswer) -> Result<()> {
        let path = format!("/node/v1/instances/{instance}/secrets");
        self.write(Method::PUT, path, json(answer)?, "handing secrets over", CALL).await
    }

    /// The node's reports: every instance of its ledger, `CaughtUp`, then changes. Ends with an error when the node falls silent or
    /// the connection breaks; dropping the stream ends it on the node.
    ///
    /// # Errors
    /// `node_unreachable`, `node_timed_out` when the stream does not begin.
    pub async fn reports(&self) -> Result<BoxStream<'static, Result<NodeMessage>>> {
        let answer =
            self.call(Method::GET, "/node/v1/reports".to_owned(), empty(), "reporting", CALL).await?;
        let keep = Arc::clone(&self._guard);
        let bytes = answer.into_body().into_data_stream().map_err(io::Error::other);
        let lines = FramedRead::new(StreamReader::new(bytes), LinesCodec::new_with_max_length(MAX_LINE));
        Ok(futures::stream::unfold((lines, false, keep), |(mut lines, ended, keep)| async move {
            if ended {
                return None;
            }
            let item = match tokio::time::timeout(SILENCE, lines.next()).await {
                Err(_) => Err(too_slow("sending a sign of life")),
                Ok(None) => Err(unreachable().context("the stream of reports ended")),
                Ok(Some(Err(error))) => Err(unreachable().source_error(error)),
                Ok(Some(Ok(line))) => serde_json::from_str(&line).internal("reading a node's report"),
            };
            let ended = item.is_err();
            Some((item, (lines, ended, keep)))
        })
        .boxed())
    }

    /// Sends a file ahead of the document whose source names it.
    ///
    /// # Errors
    /// `upload_too_large`, `disk_full`, what `content` fails with; `node_unreachable`, `node_timed_out`.
    pub async fn put_upload(
        &self,
        upload: UploadId,
        content: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<()> {
        let frames = content.map_ok(Frame::data).map_err(|error| Box::new(error) as BodyError);
        let body = StreamBody::new(frames).boxed_unsync();
        self.write(Method::PUT, format!("/node/v1/uploads/{upload}"), body, "storing an upload", UPLOAD).await
    }

    /// Starts a process in a running instance; repeating it with the same id starts nothing twice.
    ///
    /// # Errors
    /// What the driver says; `node_unreachable`, `node_timed_out`.
    pub async fn spawn(&self, instance: InstanceId, process: &ProcessSpec) -> Result<()> {
        let path = format!("/node/v1/instances/{instance}/processes");
        self.write(Method::POST, path, json(process)?, "starting a process", OPEN).await
    }

    /// # Errors
    /// What the driver says; `node_unreachable`, `node_timed_out`.
    pub async fn processes(&self, instance: InstanceId) -> Result<Vec<ProcessState>> {
        let path = format!("/node/v1/instances/{instance}/processes");
        self.read(Method::GET, path, "listing processes").await
    }

    /// Frames of a process or terminal, both ways. Dropping the stream detaches.
    ///
    /// # Errors
    /// What the driver says; `node_unreachable`, `node_timed_out`.
    pub async fn attach(
        &self,
        instance: InstanceId,
        process: ProcessId,
        params: AttachParams,
    ) -> Result<ByteStream> {
        let query = Query::new()
            .put("offset", params.offset)
            .put("columns", params.columns)
            .put("rows", params.rows)
            .put("read_only", Some(params.read_only));
        self.open(format!("/node/v1/instances/{instance}/processes/{process}/attach{query}"), "attaching")
            .await
    }

    /// # Errors
    /// What the driver says; `node_unreachable`, `node_timed_out`.
    pub async fn signal(&self, instance: InstanceId, process: ProcessId, signal: i32) -> Result<()> {
        let path = format!("/node/v1/instances/{instance}/processes/{process}/signal/{signal}");
        self.write(Method::POST, path, empty(), "sending a signal", CALL).await
    }

    /// Frames of the console; with `follow` both ways until dropped.
    ///
    /// # Errors
    /// What the driver says; `node_unreachable`, `node_timed_out`.
    pub async fn console(&self, instance: InstanceId, params: ConsoleParams) -> Result<ByteStream> {
        let query = Query::new()
            .put("offset", params.offset)
            .put("tail", params.tail)
            .put("follow", Some(params.follow));
        self.open(format!("/node/v1/instances/{instance}/console{query}"), "opening the console").await
    }

    /// A raw connection to a TCP port inside.
    ///
    /// # Errors
    /// What the driver says, such as nobody listening; `node_unreachable`, `node_timed_out`.
    pub async fn dial(&self, instance: InstanceId, port: u16) -> Result<ByteStream> {
        self.open(format!("/node/v1/instances/{instance}/ports/{port}"), "connecting to a port").await
    }

    async fn open(&self, path: String, doing: &'static str) -> Result<ByteStream> {
        let (writer, sent) = body::channel();
        let sent = sent.map_err(|error| Box::new(error) as BodyError).boxed_unsync();
        let answer = self.call(Method::POST, path, sent, doing, OPEN).await?;
        Ok(Box::new(OpenStream {
            stream: BodyStream::new(answer.into_body(), writer),
            _guard: Arc::clone(&self._guard),
        }))
    }

    async fn read<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        doing: &'static str,
    ) -> Result<T> {
        within(CALL, doing, async {
            let answer = self.request(method, path, empty()).await?;
            let bytes = Limited::new(answer.into_body(), MAX_ANSWER)
                .collect()
                .await
                .map_err(|error| unreachable().source_error(error))?;
            serde_json::from_slice(&bytes.to_bytes())
                .internal(format!("reading a node's answer while {doing}"))
        })
        .await
    }

    async fn write(
        &self,
        method: Method,
        path: String,
        body: RequestBody,
        doing: &'static str,
        deadline: Duration,
    ) -> Result<()> {
        self.call(method, path, body, doing, deadline).await.map(drop)
    }

    async fn call(
        &self,
        method: Method,
        path: String,
        body: RequestBody,
        doing: &'static str,
        deadline: Duration,
    ) -> Result<Response<Incoming>> {
        within(deadline, doing, self.request(method, path, body)).await
    }

    async fn request(&self, method: Method, path: String, body: RequestBody) -> Result<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://node{path}"))
            .body(body)
            .internal("building a request to a node")?;
        let mut sender = self.sender.clone();
        let answer = sender.send_request(request).await.map_err(|error| unreachable().source_error(error))?;
        match answer.status() {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(answer),
            status => Err(read_problem(status, answer.into_body()).await),
        }
    }
}

/// Keeps the connection up while the stream is in use.
struct OpenStream {
    stream: BodyStream<Incoming>,
    _guard: Arc<DropGuard>,
}

impl tokio::io::AsyncRead for OpenStream {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl tokio::io::AsyncWrite for OpenStream {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &[u8],
    ) -> std::task::Poll<io::Result<usize>> {
        std::pin::Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

async fn within<T>(deadline: Duration, doing: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(deadline, work).await.map_err(|_| too_slow(doing))?
}

fn empty() -> RequestBody {
    Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync()
}

fn json(value: &impl Serialize) -> Result<RequestBody> {
    let bytes = serde_json::to_vec(value).internal("writing a request to a node")?;
    Ok(Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync())
}

/// A query string of numbers and truth values, which need no escaping.
struct Query(String);

impl Query {
    fn new() -> Self {
        Self(String::new())
    }

    fn put<T: fmt::Display>(mut self, name: &str, value: Option<T>) -> Self {
        if let Some(value) = value {
            let separator = if self.0.is_empty() { '?' } else { '&' };
            self.0.push_str(&format!("{separator}{name}={value}"));
        }
        self
    }
}

impl fmt::Display for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
