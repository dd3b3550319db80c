//! The typed client of the public API, used by the CLI and by tests.
//!
//! One [`Client`] speaks for one credential to one server. Answers are the types of [`crate::v1`]; a refusal is
//! [`ClientError::Refused`] with the server's problem body.

mod accounts;
mod audit;
mod credential;
mod error;
mod events;
mod exports;
mod factors;
mod notifications;
mod operator;
mod secrets;
mod sessions;
mod sources;
mod stream;
mod tenants;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

pub use credential::{Prover, TokenSource};
pub use error::ClientError;
pub use events::EventStream;
pub use secrets::SecretsOf;
pub use stream::{FrameStream, OwnedFrame};

use self::credential::Credential;
use crate::v1::Page;
use crate::v1::exec::{Exec, ExecResult};
use crate::v1::identity::{ApiToken, CreateApiToken, CreatedApiToken, Me, SignInLink, Tenant};
use crate::v1::instances::{CreateInstance, Instance, InstanceOperation, StopInstance, UpdateInstance};
use crate::v1::nodes::Node;
use crate::v1::operations::{Operation, OperationLogLine};
use crate::v1::ports::{Port, SetPort};
use crate::v1::terminals::{CreateTerminal, Terminal};
use crate::v1::uploads::Upload;
use crate::v1::workspace_config::{ValidateWorkspaceConfig, WorkspaceConfigReport};

/// Unary calls give up after this long; streams do not.
const CALL_DEADLINE: Duration = Duration::from_secs(150);

/// Speaks for one credential to one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    credential: Credential,
    prover: Option<Arc<dyn Prover>>,
    tenant: Option<String>,
}

/// An action on an instance that needs no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Start,
    Restart,
    Kill,
    Pause,
    Wake,
}

impl Action {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Restart => "restart",
            Self::Kill => "kill",
            Self::Pause => "pause",
            Self::Wake => "wake",
        }
    }
}

impl Client {
    /// # Errors
    /// When the address is no HTTP address or the TLS roots cannot be read.
    pub fn new(base: Url, token: Option<String>, tenant: Option<String>) -> Result<Self, ClientError> {
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(ClientError::Protocol(format!("{base} is not an http or https address")));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("stead/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ClientError::Protocol(error.to_string()))?;
        Ok(Self { http, base, credential: Credential::fixed(token), prover: None, tenant })
    }

    /// The same, with tokens that are renewed on the way.
    #[must_use]
    pub fn renewing(self, source: Arc<dyn TokenSource>) -> Self {
        Self { credential: Credential::Renewed(source), ..self }
    }

    /// The same, for a session whose user can be asked for a proof.
    #[must_use]
    pub fn proving(self, prover: Arc<dyn Prover>) -> Self {
        Self { prover: Some(prover), ..self }
    }

    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    fn request(&self, method: Method, segments: &[&str]) -> RequestBuilder {
        let mut request = self.http.request(method, self.url(segments));
        if let Some(tenant) = &self.tenant {
            request = request.header("stead-tenant", tenant);
        }
        request
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        self.send_within(request, CALL_DEADLINE).await
    }

    async fn send_within(
        &self,
        request: RequestBuilder,
        deadline: Duration,
    ) -> Result<Response, ClientError> {
        self.dispatch(request.timeout(deadline)).await
    }

    /// Sends it; when the server wants a proof first of who asks and there is one, that and then the request once more.
    async fn dispatch(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let again = request.try_clone();
        let refused = match self.dispatch_once(request).await {
            Err(error) if error.code() == Some("step_up_required") => error,
            outcome => return outcome,
        };
        let (Some(again), Some(prover)) = (again, &self.prover) else { return Err(refused) };
        let Some(proof) = prover.proof().await else { return Err(refused) };
        let prove = self.request(Method::POST, &["v1", "auth", "step-up"]).json(&proof);
        self.dispatch_once(prove.timeout(CALL_DEADLINE)).await?;
        self.dispatch_once(again).await
    }

    /// Sends with the credential; when the server does not take it any more and another one can be had, once more with that.
    async fn dispatch_once(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let send = async |request: RequestBuilder, token: Option<&str>| {
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            request.send().await.map_err(|error| ClientError::unreachable(&self.base, &error))
        };
        let token = self.credential.token().await?;
        let again = request.try_clone();
        let mut response = send(request, token.as_deref()).await?;
        if response.status() == StatusCode::UNAUTHORIZED
            && let Some(again) = again
            && let Some(token) = self.credential.instead_of(token.as_deref()).await?
        {
            response = send(again, Some(&token)).await?;
        }
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(ClientError::from_response(response).await)
        }
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        self.answer_within(request, CALL_DEADLINE).await
    }

    async fn answer_within<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        deadline: Duration,
    ) -> Result<T, ClientError> {
        let response = self.send_within(request, deadline).await?;
        response
            .json()
            .await
            .map_err(|error| ClientError::Protocol(format!("the answer is not what was expected: {error}")))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        self.answer(self.request(Method::GET, segments).query(query)).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        self.answer(self.request(Method::POST, segments).json(body)).await
    }

    /// Reads every page of a list.
    async fn all<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: &[(&str, String)],
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = query.to_vec();
            query.push(("limit", "200".to_owned()));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Page<T> = self.get(segments, &query).await?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(items),
            }
        }
    }

    /// Version of the server; needs no credential.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn server_version(&self) -> Result<String, ClientError> {
        #[derive(serde::Deserialize)]
        struct Version {
            version: String,
        }
        self.get::<Version>(&["v1", "version"], &[]).await.map(|answer| answer.version)
    }

    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get(&["v1", "me"], &[]).await
    }

    pub async fn tenants(&self) -> Result<Vec<Tenant>, ClientError> {
        self.all(&["v1", "tenants"], &[]).await
    }

    pub async fn create_sign_in_link(&self) -> Result<SignInLink, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "sign-in-links"])).await
    }

    pub async fn tokens(&self) -> Result<Vec<ApiToken>, ClientError> {
        self.all(&["v1", "tokens"], &[]).await
    }

    pub async fn create_token(&self, token: &CreateApiToken) -> Result<CreatedApiToken, ClientError> {
        self.post(&["v1", "tokens"], token).await
    }

    pub async fn revoke_token(&self, id: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "tokens", id])).await.map(drop)
    }

    pub async fn nodes(&self) -> Result<Vec<Node>, ClientError> {
        self.all(&["v1", "nodes"], &[]).await
    }

    pub async fn instances(&self) -> Result<Vec<Instance>, ClientError> {
        self.all(&["v1", "instances"], &[]).await
    }

    pub async fn instance(&self, instance: &str) -> Result<Instance, ClientError> {
        self.get(&["v1", "instances", instance], &[]).await
    }

    /// A repeat with the same key gives the same answer instead of a second instance.
    pub async fn create_instance(
        &self,
        create: &CreateInstance,
        idempotency_key: &str,
    ) -> Result<InstanceOperation, ClientError> {
        let request = self.request(Method::POST, &["v1", "instances"]);
        self.answer(request.header("idempotency-key", idempotency_key).json(create)).await
    }

    /// The same; the answer comes when the operation has ended or `wait` (such as `30s`) is over.
    pub async fn create_instance_and_wait(
        &self,
        create: &CreateInstance,
        idempotency_key: &str,
        wait: &str,
    ) -> Result<InstanceOperation, ClientError> {
        let request = self.request(Method::POST, &["v1", "instances"]).query(&[("wait", wait)]);
        self.answer(request.header("idempotency-key", idempotency_key).json(create)).await
    }

    pub async fn update_instance(
        &self,
        instance: &str,
        update: &UpdateInstance,
    ) -> Result<Instance, ClientError> {
        self.answer(self.request(Method::PATCH, &["v1", "instances", instance]).json(update)).await
    }

    pub async fn delete_instance(&self, instance: &str) -> Result<InstanceOperation, ClientError> {
        self.answer(self.request(Method::DELETE, &["v1", "instances", instance])).await
    }

    pub async fn act(&self, instance: &str, action: Action) -> Result<InstanceOperation, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "instances", instance, action.as_str()])).await
    }

    pub async fn stop_instance(
        &self,
        instance: &str,
        stop: &StopInstance,
    ) -> Result<InstanceOperation, ClientError> {
        self.post(&["v1", "instances", instance, "stop"], stop).await
    }

    pub async fn exec(&self, instance: &str, exec: &Exec) -> Result<ExecResult, ClientError> {
        self.post(&["v1", "instances", instance, "exec"], exec).await
    }

    /// The console's text, the whole of it or the last lines.
    pub async fn console_text(&self, instance: &str, tail: Option<u32>) -> Result<String, ClientError> {
        let query: Vec<_> = tail.map(|lines| ("tail", lines.to_string())).into_iter().collect();
        let request = self.request(Method::GET, &["v1", "instances", instance, "console"]).query(&query);
        self.send(request).await?.text().await.map_err(|error| ClientError::unreachable(&self.base, &error))
    }

    pub async fn console_stream(
        &self,
        instance: &str,
        query: &[(&str, String)],
    ) -> Result<FrameStream, ClientError> {
        self.stream(&["v1", "instances", instance, "console", "stream"], query).await
    }

    pub async fn exec_stream(
        &self,
        instance: &str,
        query: &[(&str, String)],
    ) -> Result<FrameStream, ClientError> {
        self.stream(&["v1", "instances", instance, "exec", "stream"], query).await
    }

    pub async fn terminals(&self, instance: &str) -> Result<Vec<Terminal>, ClientError> {
        self.all(&["v1", "instances", instance, "terminals"], &[]).await
    }

    pub async fn create_terminal(
        &self,
        instance: &str,
        terminal: &CreateTerminal,
    ) -> Result<Terminal, ClientError> {
        self.post(&["v1", "instances", instance, "terminals"], terminal).await
    }

    pub async fn close_terminal(&self, instance: &str, terminal: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "instances", instance, "terminals", terminal]))
            .await
            .map(drop)
    }

    pub async fn terminal_stream(
        &self,
        instance: &str,
        terminal: &str,
        query: &[(&str, String)],
    ) -> Result<FrameStream, ClientError> {
        self.stream(&["v1", "instances", instance, "terminals", terminal, "stream"], query).await
    }

    pub async fn ports(&self, instance: &str) -> Result<Vec<Port>, ClientError> {
        self.all(&["v1", "instances", instance, "ports"], &[]).await
    }

    pub async fn set_port(&self, instance: &str, port: u16, set: &SetPort) -> Result<Port, ClientError> {
        self.answer(
            self.request(Method::PUT, &["v1", "instances", instance, "ports", &port.to_string()]).json(set),
        )
        .await
    }

    pub async fn operations(&self, query: &[(&str, String)]) -> Result<Vec<Operation>, ClientError> {
        self.all(&["v1", "operations"], query).await
    }

    /// The newest operations, at most `limit` (1 to 200).
    pub async fn recent_operations(&self, limit: u32) -> Result<Vec<Operation>, ClientError> {
        self.get::<Page<Operation>>(&["v1", "operations"], &[("limit", limit.to_string())])
            .await
            .map(|page| page.items)
    }

    pub async fn operation(&self, operation: &str) -> Result<Operation, ClientError> {
        self.get(&["v1", "operations", operation], &[]).await
    }

    pub async fn cancel_operation(&self, operation: &str) -> Result<Operation, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "operations", operation, "cancel"])).await
    }

    pub async fn retry_operation(&self, operation: &str) -> Result<Operation, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "operations", operation, "retry"])).await
    }

    pub async fn operation_log(&self, operation: &str) -> Result<Vec<OperationLogLine>, ClientError> {
        self.all(&["v1", "operations", operation, "log"], &[]).await
    }

    /// Sends a file; `length` in bytes.
    pub async fn upload(&self, body: reqwest::Body, length: u64) -> Result<Upload, ClientError> {
        let request = self
            .request(Method::POST, &["v1", "uploads"])
            .header("content-type", "application/octet-stream")
            .header("content-length", length)
            .timeout(Duration::from_secs(3_600))
            .body(body);
        let response = self.dispatch(request).await?;
        response.json().await.map_err(|error| ClientError::Protocol(error.to_string()))
    }

    pub async fn validate_workspace_config(
        &self,
        text: String,
    ) -> Result<WorkspaceConfigReport, ClientError> {
        self.post(&["v1", "workspace-config", "validate"], &ValidateWorkspaceConfig { text }).await
    }

    /// The change feed from now on.
    pub async fn events(&self) -> Result<EventStream, ClientError> {
        let request = self.request(Method::GET, &["v1", "events"]).header("accept", "text/event-stream");
        let response = self.dispatch(request).await?;
        Ok(EventStream::new(response))
    }

    async fn stream(&self, segments: &[&str], query: &[(&str, String)]) -> Result<FrameStream, ClientError> {
        let mut url = self.url(segments);
        url.query_pairs_mut().extend_pairs(query);
        let open = async |token: Option<&str>| {
            let headers = [
                token.map(|token| ("authorization", format!("Bearer {token}"))),
                self.tenant.clone().map(|tenant| ("stead-tenant", tenant)),
            ];
            FrameStream::open(url.clone(), headers.into_iter().flatten()).await
        };
        let token = self.credential.token().await?;
        match open(token.as_deref()).await {
            Err(ClientError::Refused(problem)) if problem.status == 401 => {
                match self.credential.instead_of(token.as_deref()).await? {
                    Some(token) => open(Some(&token)).await,
                    None => Err(ClientError::Refused(problem)),
                }
            }
            outcome => outcome,
        }
    }
}
