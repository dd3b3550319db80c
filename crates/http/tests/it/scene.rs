//! A whole server on a socket: a database, the control plane, a simulated node, and this crate's service.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use stead_api::v1::sources::SourceKind;
use stead_api::v1::tenants::TenantsQuery;
use stead_control::identity::{InstalledSource, SignUpPolicy, SourcesSettings};
use stead_control::instances::PreviewAddress;
use stead_control::{Control, ControlSettings, MasterKeySettings, Presented, RequestInfo};
use stead_core::access::{Permission, Role};
use stead_core::ambient::Ambient;
use stead_core::ids::NodeId;
use stead_core::instance::DriverKind;
use stead_db::Db;
use stead_db::audit::{self, AuditEvent};
use stead_db::page::PageRequest;
use stead_drivers::sim::SimDriver;
use stead_http::{App, HttpConfig, HttpLimits};
use stead_node::{Node, NodeConfig};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

/// As whom a request is made.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    Nobody,
    Token(String),
    TokenIn(String, String),
    Session(String),
}

impl Who {
    pub(crate) fn acting_in(&self, tenant: &str) -> Self {
        match self {
            Self::Token(secret) | Self::TokenIn(secret, _) => {
                Self::TokenIn(secret.clone(), tenant.to_owned())
            }
            other => panic!("{other:?} acts in no tenant"),
        }
    }
}

/// Objects of the owner, one of each kind.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    pub(crate) instance: String,
    pub(crate) name: String,
    pub(crate) operation: String,
    pub(crate) terminal: String,
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) tenant: String,
    /// Of further kinds: the name in the path, the id.
    pub(crate) more: BTreeMap<&'static str, String>,
}

/// Further kinds of objects, with an id that nothing has. Those that [`Scene::objects`] makes are filled in there.
const MORE: &[(&str, &str)] = &[
    ("webhook", "hook"),
    ("delivery", "dlv"),
    ("template", "template"),
    ("user", "user"),
    ("invite", "inv"),
    ("role", "role"),
    ("passkey", "pkey"),
    ("secret", "SECRET"),
    ("user_code", "code"),
    ("sink", "sink"),
    ("export", "exp"),
    ("source", "src"),
    ("identity", "ident"),
];

impl Objects {
    /// Ids that nothing has.
    pub(crate) fn nothing() -> Self {
        let id = |prefix: &str| format!("{prefix}_01j9zz3kq8f7v9x2m4n5p6r7st");
        Self {
            instance: id("inst"),
            name: "nothing".into(),
            operation: id("op"),
            terminal: id("proc"),
            session: id("sess"),
            token: id("tok"),
            tenant: id("ten"),
            more: MORE.iter().map(|(name, prefix)| (*name, id(prefix))).collect(),
        }
    }

    pub(crate) fn set_all(&mut self, text: &str) {
        for field in [
            &mut self.instance,
            &mut self.operation,
            &mut self.terminal,
            &mut self.session,
            &mut self.token,
            &mut self.tenant,
        ]
        .into_iter()
        .chain(self.more.values_mut())
        {
            text.clone_into(field);
        }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        // A stream that was opened is not read to its end.
        let streams = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream")
            || status == StatusCode::SWITCHING_PROTOCOLS;
        let text = if streams { String::new() } else { response.text().await.unwrap() };
        Self { status, headers, text }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body is a whole problem.
    pub(crate) fn assert_problem(&self) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"].as_u64(), Some(u64::from(self.status.as_u16())), "{body}");
        for field in ["type", "title", "detail", "code"] {
            assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {body}");
        }
        assert_eq!(body["request_id"].as_str(), self.headers["x-request-id"].to_str().ok(), "{body}");
        assert!(body["request_id"].as_str().is_some_and(|id| id.starts_with("req_")), "{body}");
    }
}

pub(crate) struct Scene {
    pub(crate) base: String,
    pub(crate) port: u16,
    pub(crate) owner: Who,
    pub(crate) tenant: String,
    client: Client,
    node: Node,
    control: Control,
    shutdown: CancellationToken,
    folder: TempDir,
}

impl Scene {
    pub(crate) async fn start(db: Db) -> Self {
        Self::limited(db, Self::unlimited()).await
    }

    /// The walk through all operations is no attempt to break in.
    pub(crate) fn unlimited() -> HttpLimits {
        HttpLimits {
            sign_ins_per_minute: 10_000,
            page_requests_per_minute: 10_000,
            requests_per_minute: None,
            ..HttpLimits::default()
        }
    }

    pub(crate) async fn limited(db: Db, limits: HttpLimits) -> Self {
        Self::made(db, limits, SignUpPolicy::Open, async |_: &str| vec![github()]).await
    }

    /// With these sources of sign-in, which are told the base address.
    pub(crate) async fn start_with(
        db: Db,
        sign_up: SignUpPolicy,
        sources: impl AsyncFnOnce(&str) -> Vec<InstalledSource>,
    ) -> Self {
        Self::made(db, Self::unlimited(), sign_up, sources).await
    }

    async fn made(
        db: Db,
        limits: HttpLimits,
        sign_up: SignUpPolicy,
        sources: impl AsyncFnOnce(&str) -> Vec<InstalledSource>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ambient = db.ambient().clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let base = format!("http://localhost:{port}");
        let sources = SourcesSettings { installed: sources(&base).await, ..SourcesSettings::default() };
        let control = Self::control(&db, folder.path(), &base, port, sign_up, sources).await;
        let node = Self::node(&control, folder.path(), &ambient).await;
        let user = control.identity().create_user("Ada", None).await.unwrap();
        let owner = Who::Token(control.identity().issue_token(user, "test").await.unwrap());
        let shutdown = CancellationToken::new();
        let mut config = HttpConfig::new(base.clone());
        config.limits = limits;
        let app = App::new(config, control.clone(), ambient.clone(), shutdown.clone()).unwrap();
        tokio::spawn(stead_http::serve(listener, app));
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let mut scene =
            Self { base, port, owner, tenant: String::new(), client, node, control, shutdown, folder };
        let me = Answer::of(scene.request(&scene.owner, Method::GET, "/v1/me")).await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.text);
        scene.tenant = me.json()["tenant"]["id"].as_str().unwrap().to_owned();
        scene
    }

    async fn control(
        db: &Db,
        folder: &Path,
        base: &str,
        port: u16,
        sign_up: SignUpPolicy,
        sources: SourcesSettings,
    ) -> Control {
        let previews = PreviewAddress { scheme: "http".into(), domain: "localhost".into(), port: Some(port) };
        let settings = ControlSettings {
            base_url: base.to_owned(),
            previews,
            data_dir: folder.to_owned(),
            default_driver: DriverKind::Sim,
            master_key: MasterKeySettings::File(folder.join("master.key")),
            notifications: stead_control::notifications::NotificationSettings::default(),
            // Receivers of webhooks are on this machine.
            outbound: stead_control::outbound::OutboundSettings::parse(["127.0.0.0/8"]).unwrap(),
            sign_up,
            sources,
        };
        Control::start(db.clone(), settings).await.unwrap()
    }

    /// Joined by a pipe, as in one process.
    async fn node(control: &Control, folder: &Path, ambient: &Ambient) -> Node {
        let id: NodeId = ambient.new_id();
        let driver: Arc<stead_drivers::DynDriver> = Arc::new(SimDriver::in_memory(ambient.clone()));
        let node =
            Node::start(NodeConfig::new(id, "here", folder.join("node")), vec![driver], ambient.clone())
                .await
                .unwrap();
        let (server_end, node_end) = stead_link::stream::pipe();
        let (serving, connecting) = (node.clone(), control.nodes().clone());
        tokio::spawn(async move { serving.serve(node_end).await });
        tokio::spawn(async move { connecting.connected(server_end, None).await });
        tokio::time::timeout(Duration::from_secs(10), async {
            while !control.nodes().is_connected(id) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap();
        node
    }

    pub(crate) fn request(&self, who: &Who, method: Method, path: &str) -> RequestBuilder {
        self.request_at(&format!("localhost:{}", self.port), who, method, path)
    }

    pub(crate) fn request_at(&self, host: &str, who: &Who, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.client.request(method, format!("http://127.0.0.1:{}{path}", self.port)).header("host", host);
        match who {
            Who::Nobody => request,
            Who::Token(secret) => request.bearer_auth(secret),
            Who::TokenIn(secret, tenant) => request.bearer_auth(secret).header("stead-tenant", tenant),
            Who::Session(secret) => request.header("cookie", format!("theme=dark; stead_session={secret}")),
        }
    }

    pub(crate) async fn websocket(
        &self,
        who: &Who,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://localhost:{}{path}", self.port).into_client_request().unwrap();
        match who {
            Who::Token(secret) => {
                request.headers_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap())
            }
            Who::Session(secret) => {
                request.headers_mut().insert("cookie", format!("stead_session={secret}").parse().unwrap())
            }
            other => panic!("{other:?} opens no socket here"),
        };
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| socket)
    }

    pub(crate) async fn new_token(&self, scopes: &[Permission]) -> (Who, String) {
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        let made = self
            .request(&self.owner, Method::POST, "/v1/tokens")
            .json(&json!({ "name": "made by a test", "scopes": scopes, "expires_in_days": 30 }));
        let made = Answer::of(made).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (Who::Token(text(&made["secret"])), text(&made["token"]["id"]))
    }

    pub(crate) async fn token_with(&self, scopes: &[Permission]) -> Who {
        self.new_token(scopes).await.0
    }

    pub(crate) fn plane(&self) -> &Control {
        &self.control
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody with a tenant of their own, a stranger to the owner's.
    pub(crate) async fn stranger(&self) -> Who {
        let user = self.control.identity().create_user("Eve", None).await.unwrap();
        Who::Token(self.control.identity().issue_token(user, "test").await.unwrap())
    }

    /// Somebody new, without an account's address; with a token, their id and their personal tenant.
    pub(crate) async fn somebody(&self, name: &str) -> (Who, String, String) {
        let user = self.control.identity().create_user(name, None).await.unwrap();
        let who = Who::Token(self.control.identity().issue_token(user, "test").await.unwrap());
        let me = Answer::of(self.request(&who, Method::GET, "/v1/me")).await.json();
        (who, user.to_string(), me["tenant"]["id"].as_str().unwrap().to_owned())
    }

    /// A tenant of the owner beside the personal one.
    pub(crate) async fn team(&self) -> String {
        let made = self.request(&self.owner, Method::POST, "/v1/tenants").json(&json!({"name": "Team"}));
        let made = Answer::of(made).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// Somebody new who belongs to the tenant.
    pub(crate) async fn member(&self, tenant: &str, role: Role) -> (Who, String) {
        let (who, user, _) = self.somebody(role.as_str()).await;
        let (tenant, id) = (tenant.parse().unwrap(), user.parse().unwrap());
        self.control.tenants().add_member(tenant, id, role).await.unwrap();
        (who, user)
    }

    /// What the audit logs of the owner's tenants hold about this request; everything they hold without one.
    pub(crate) async fn audited(&self, request: Option<&str>) -> Vec<AuditEvent> {
        let Who::Token(secret) = &self.owner else { panic!("the owner has a token") };
        let presented = Presented::Token(secret.clone());
        let info = RequestInfo { ip: Some([127, 0, 0, 1].into()), ..RequestInfo::default() };
        let identity = self.control.identity();
        let caller = identity.authenticate(&presented, &info).await.unwrap();
        let query = TenantsQuery { limit: Some(200), ..TenantsQuery::default() };
        let mut all = Vec::new();
        for tenant in self.control.tenants().list(&caller, &query).await.unwrap().items {
            let tenant = Some(tenant.id.parse().unwrap());
            let scope = identity.scope(&caller, tenant, Permission::TenantRead).await.unwrap();
            all.extend(audit::list(&scope, &PageRequest { limit: 1_000, before: None }).await.unwrap().rows);
        }
        all.into_iter().filter(|event| request.is_none() || event.request_id.as_deref() == request).collect()
    }

    /// A link that signs the owner in, as its secret.
    pub(crate) async fn link(&self) -> String {
        let link = Answer::of(self.request(&self.owner, Method::POST, "/v1/sign-in-links")).await;
        assert_eq!(link.status, StatusCode::CREATED, "{}", link.text);
        let url = link.json()["url"].as_str().unwrap().to_owned();
        url.split_once('#').unwrap().1.to_owned()
    }

    /// A browser that signed in by a link.
    pub(crate) async fn session(&self) -> Who {
        self.session_by(&self.link().await).await
    }

    /// A browser of somebody, signed in by a link of the operator.
    pub(crate) async fn session_of(&self, user: &str) -> Who {
        let link = self.control.identity().sign_in_link(user.parse().unwrap()).await.unwrap();
        self.session_by(link.url.split_once('#').unwrap().1).await
    }

    pub(crate) async fn session_by(&self, token: &str) -> Who {
        let signed_in = Answer::of(
            self.request(&Who::Nobody, Method::POST, "/v1/auth/link").json(&json!({ "token": token })),
        )
        .await;
        assert_eq!(signed_in.status, StatusCode::OK, "{}", signed_in.text);
        Who::Session(
            signed_in.headers["set-cookie"].to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned(),
        )
    }

    /// One of each, made by the owner, on the simulated node.
    pub(crate) async fn objects(&self) -> Objects {
        let created = Answer::of(
            self.request(&self.owner, Method::POST, "/v1/instances?wait=30s")
                .json(&json!({"name": "shop", "driver": "sim"})),
        )
        .await;
        assert_eq!(created.status, StatusCode::ACCEPTED, "{}", created.text);
        let created = created.json();
        assert_eq!(created["operation"]["state"], "succeeded", "{created}");
        let instance = created["instance"]["id"].as_str().unwrap().to_owned();
        let terminal = Answer::of(self.request(
            &self.owner,
            Method::POST,
            &format!("/v1/instances/{instance}/terminals"),
        ))
        .await;
        assert_eq!(terminal.status, StatusCode::CREATED, "{}", terminal.text);
        self.session().await;
        let sessions = Answer::of(self.request(&self.owner, Method::GET, "/v1/sessions")).await;
        let (_, token) = self.new_token(&[]).await;
        let (webhook, delivery) = self.webhook().await;
        let more = BTreeMap::from([
            ("webhook", webhook),
            ("delivery", delivery),
            ("template", "verify_email".to_owned()),
            ("source", "github".to_owned()),
        ]);
        let secret = &Objects::nothing().more["secret"];
        for place in ["/v1", "/v1/me", &format!("/v1/instances/{instance}")] {
            let path = format!("{place}/secrets/{secret}");
            let put = self.request(&self.owner, Method::PUT, &path).json(&json!({"value": "hidden"}));
            assert_eq!(Answer::of(put).await.status, StatusCode::OK);
        }
        Objects {
            name: "shop".into(),
            operation: created["operation"]["id"].as_str().unwrap().to_owned(),
            terminal: terminal.json()["id"].as_str().unwrap().to_owned(),
            session: sessions.json()["items"][0]["id"].as_str().unwrap().to_owned(),
            token,
            tenant: self.tenant.clone(),
            instance,
            more: Objects::nothing().more.into_iter().chain(more).collect(),
        }
    }

    /// A source of sign-in of a tenant, by the tenant's address.
    pub(crate) async fn source(&self, tenant: &str) -> String {
        let body = json!({
            "kind": "google", "name": "Acme", "domains": ["acme.example"],
            "settings": {"client_id": "stead", "client_secret": "hidden"},
        });
        let session = self.session().await;
        let made = self.request(&session, Method::POST, &format!("{tenant}/sources")).json(&body);
        let made = Answer::of(made.header("origin", self.base.as_str())).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn control_plane(&self) -> &Control {
        &self.control
    }

    /// A webhook at a receiver that takes everything, and a delivery to it that has ended.
    pub(crate) async fn webhook(&self) -> (String, String) {
        let body = json!({"name": "Tests", "url": receiver().await});
        let made = Answer::of(self.request(&self.owner, Method::POST, "/v1/webhooks").json(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let webhook = made.json()["webhook"]["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/webhooks/{webhook}");
        let test = Answer::of(self.request(&self.owner, Method::POST, &format!("{path}/test"))).await;
        assert_eq!(test.status, StatusCode::ACCEPTED, "{}", test.text);
        let delivery = test.json()["id"].as_str().unwrap().to_owned();
        let delivered = async {
            loop {
                let log = self.request(&self.owner, Method::GET, &format!("{path}/deliveries"));
                if Answer::of(log).await.json()["items"][0]["state"] == "delivered" {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), delivered).await.unwrap();
        (webhook, delivery)
    }
}

/// A source of the installation that needs nobody to be begun with.
fn github() -> InstalledSource {
    let settings = [("client_id", "stead"), ("client_secret", "hidden")];
    InstalledSource {
        id: "github".into(),
        name: "GitHub".into(),
        kind: SourceKind::Github,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        domains: Vec::new(),
    }
}

/// Takes every call with 204.
async fn receiver() -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 8_192]).await;
            let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
        }
    });
    format!("http://{address}/")
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.shutdown.cancel();
        let (node, control) = (self.node.clone(), self.control.clone());
        tokio::spawn(async move {
            node.shutdown().await;
            // Else its connections stay open, and PostgreSQL has only so many for all tests.
            let _ = control.stop().await;
        });
    }
}
