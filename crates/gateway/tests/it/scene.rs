//! A gateway on a socket, an app on another, and routes that tests can turn.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, Request};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use stead_core::ambient::Ambient;
use stead_core::ids::{InstanceId, TenantId};
use stead_core::{Error, Result};
use stead_gateway::{
    Admission, Client, Gateway, GatewayConfig, Limits, NOT_LISTENING, Pass, Presence, PreviewDomain,
    PreviewHost, Routes, Target,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::access::{AccessBook, PASS_LIFETIME, Viewer};

pub(crate) const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) public: bool,
    pub(crate) presence: Presence,
    pub(crate) admission: Admission,
    pub(crate) listening: bool,
    pub(crate) hangs_up: bool,
}

pub(crate) const TOKEN: &str = "stead_token";

pub(crate) struct TestRoutes {
    /// Holds [`TOKEN`].
    owner: Viewer,
    app: SocketAddr,
    target: (TenantId, InstanceId),
    state: watch::Sender<State>,
    book: AccessBook,
    dials: AtomicU32,
    wakes: AtomicU32,
}

impl TestRoutes {
    pub(crate) fn set(&self, change: impl FnOnce(&mut State)) {
        self.state.send_modify(change);
    }
    pub(crate) fn dials(&self) -> u32 {
        self.dials.load(Ordering::SeqCst)
    }
    pub(crate) fn wakes(&self) -> u32 {
        self.wakes.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Routes for TestRoutes {
    type Stream = TcpStream;
    type Viewer = Viewer;

    async fn redeem(&self, ticket: &str, host: &PreviewHost) -> Result<Option<Pass>> {
        Ok(self.book.redeem(ticket, host).map(|secret| Pass { secret, lifetime: PASS_LIFETIME }))
    }

    async fn viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<Viewer>> {
        Ok(self.book.viewer(pass, host))
    }

    async fn token_holder(&self, token: &str, _: &PreviewHost) -> Result<Option<Viewer>> {
        Ok((token == TOKEN).then_some(self.owner))
    }

    async fn resolve(&self, host: &PreviewHost) -> Result<Option<Target>> {
        let state = self.state.borrow().clone();
        let (tenant, instance) = self.target;
        Ok((host.label == "shop").then(|| Target {
            tenant,
            instance,
            name: "shop".into(),
            port: host.port,
            public: state.public,
            presence: state.presence,
        }))
    }

    async fn admission(&self, _: &Viewer, _: &Target) -> Result<Admission> {
        Ok(self.state.borrow().admission)
    }

    async fn changed(&self, _: &PreviewHost, _: &Target) {
        let mut watch = self.state.subscribe();
        if watch.changed().await.is_err() {
            std::future::pending().await
        }
    }

    async fn dial(&self, target: &Target) -> Result<TcpStream> {
        self.dials.fetch_add(1, Ordering::SeqCst);
        let state = self.state.borrow().clone();
        if !state.listening {
            return Err(Error::unavailable(NOT_LISTENING, format!("Nothing listens on {}.", target.port)));
        }
        if state.hangs_up {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { drop(listener.accept().await) });
            return Ok(TcpStream::connect(address).await.unwrap());
        }
        Ok(TcpStream::connect(self.app).await.unwrap())
    }

    async fn wake(&self, _: &Viewer, _: &Target) -> Result<()> {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

async fn echo(request: Request) -> impl IntoResponse {
    let headers: serde_json::Map<_, _> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
        .collect();
    let seen = serde_json::json!({ "uri": request.uri().to_string(), "headers": headers });
    let mut response = seen.to_string().into_response();
    for cookie in ["app=1; Path=/; Domain=localhost", "stead_session=evil; Domain=localhost"] {
        response.headers_mut().append("set-cookie", cookie.parse().unwrap());
    }
    response
}

async fn echo_socket(upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

async fn app(ended: Arc<Notify>) -> SocketAddr {
    let endless = move || {
        let guard = NotifyOnDrop(Arc::clone(&ended));
        let ticks = tokio::time::interval(Duration::from_millis(5));
        let pieces = futures::stream::unfold((ticks, guard), |(mut ticks, guard)| async move {
            ticks.tick().await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"tick\n")), (ticks, guard)))
        });
        async move { Body::from_stream(pieces) }
    };
    let router = Router::new()
        .route("/echo", any(echo))
        .route("/close", get(|| async { ([("connection", "close")], "bye") }))
        .route("/mirror", post(|body: Body| async move { body }))
        .route("/socket", any(echo_socket))
        .route("/endless", get(endless));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }
    pub(crate) fn cookie(&self) -> String {
        self.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }
    pub(crate) fn problem_code(&self) -> String {
        let body: serde_json::Value =
            serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no problem: {}", self.text));
        assert_eq!(self.headers["content-type"], "application/problem+json");
        body["code"].as_str().unwrap().to_owned()
    }
}

pub(crate) struct Scene {
    pub(crate) routes: Arc<TestRoutes>,
    pub(crate) port: u16,
    pub(crate) host: String,
    pub(crate) endless_ended: Arc<Notify>,
    viewer: Viewer,
    preview: PreviewHost,
    address: SocketAddr,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let endless_ended = Arc::new(Notify::new());
        let app = app(Arc::clone(&endless_ended)).await;
        let ambient = Ambient::system();
        let state = State {
            public: false,
            presence: Presence::Running,
            admission: Admission::Admitted,
            listening: true,
            hangs_up: false,
        };
        let viewer = Viewer { user: ambient.new_id(), session: ambient.new_id() };
        let routes = Arc::new(TestRoutes {
            app,
            target: (ambient.new_id(), ambient.new_id()),
            state: watch::Sender::new(state),
            owner: viewer,
            book: AccessBook::new(ambient),
            dials: AtomicU32::new(0),
            wakes: AtomicU32::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let domain = PreviewDomain::from_base(&format!("http://localhost:{}", address.port())).unwrap();
        let gateway = Gateway::new(
            GatewayConfig { domain, dashboard: None, limits: Limits::default() },
            Arc::clone(&routes),
        );
        let service =
            Router::new().fallback(move |ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request| {
                let gateway = gateway.clone();
                async move {
                    gateway
                        .handle(request, Client { ip: peer.ip(), request_id: "req_test".into() })
                        .await
                        .map(Body::new)
                }
            });
        tokio::spawn(async move {
            axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap()
        });
        let preview = PreviewHost { port: 8000, label: "shop".into() };
        let host = format!("8000--shop.localhost:{}", address.port());
        Self { routes, port: address.port(), host, endless_ended, viewer, preview, address }
    }

    pub(crate) fn ticket(&self) -> String {
        self.routes.book.mint(self.viewer, &self.preview)
    }

    /// The cookie of somebody who went through signing in.
    pub(crate) async fn pass(&self) -> String {
        let presence = self.routes.state.borrow().presence;
        let entered = self.get(&format!("/.stead/access?ticket={}&path=%2F", self.ticket()), &[]).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{presence:?}");
        entered.cookie()
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.get_at(&self.host, path, headers).await
    }

    pub(crate) async fn get_at(&self, host: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        collect(self.exchange("GET", host, path, headers, "").await).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        collect(self.exchange(method, &self.host, path, headers, body).await).await
    }

    async fn exchange(
        &self,
        method: &str,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> http::Response<hyper::body::Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = http::Request::builder().method(method).uri(path).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        sender
            .send_request(request.body(http_body_util::Full::new(Bytes::from(body.to_owned()))).unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn open(
        &self,
        path: &str,
    ) -> impl Stream<Item = std::result::Result<Bytes, hyper::Error>> + Unpin + use<> {
        let response = self.exchange("GET", &self.host, path, &[], "").await;
        response.into_body().into_data_stream().boxed()
    }

    pub(crate) async fn websocket(
        &self,
        path: &str,
        cookie: &str,
    ) -> std::result::Result<WebSocketStream<TcpStream>, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://{}{path}", self.host).into_client_request().unwrap();
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        let stream = TcpStream::connect(self.address).await.unwrap();
        client_async(request, stream).await.map(|(socket, _)| socket)
    }
}

async fn collect(response: http::Response<hyper::body::Incoming>) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
