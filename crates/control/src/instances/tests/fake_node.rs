//! A node that speaks the real protocol and does what a test tells it: it answers each document with the report a perfect machine
//! would give, or with a failure, or not at all.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use stead_api::node::{NodeDriver, NodeHello, NodeMessage};
use stead_core::Timestamp;
use stead_core::driver::Capabilities;
use stead_core::error::Problem;
use stead_core::ids::{InstanceId, NodeId};
use stead_core::instance::{
    DriverKind, InstanceDocument, InstanceReport, ObservedState, SourceReport, Wanted,
};
use stead_link::{ByteStream, answer_with_stream, pipe, serve_node};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Debug, Default)]
pub(super) struct Script {
    /// The text of `phazeai.yaml` in every source.
    pub(super) workspace_config: Option<String>,
    pub(super) fetch_problem: Option<Problem>,
    pub(super) start_problem: Option<Problem>,
    /// Documents are taken and nothing is reported about them.
    pub(super) silent: bool,
}

#[derive(Debug)]
struct State {
    script: Script,
    documents: BTreeMap<InstanceId, InstanceDocument>,
    reports: BTreeMap<InstanceId, InstanceReport>,
    leftovers: Vec<InstanceId>,
    uploads: Vec<(String, Vec<u8>)>,
    puts: usize,
}

#[derive(Debug, Clone)]
pub(super) struct FakeNode {
    pub(super) id: NodeId,
    state: Arc<Mutex<State>>,
    messages: broadcast::Sender<NodeMessage>,
}

impl FakeNode {
    pub(super) fn new(id: NodeId) -> Self {
        let state = State {
            script: Script::default(),
            documents: BTreeMap::new(),
            reports: BTreeMap::new(),
            leftovers: Vec::new(),
            uploads: Vec::new(),
            puts: 0,
        };
        Self { id, state: Arc::new(Mutex::new(state)), messages: broadcast::channel(1_024).0 }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn script(&self, change: impl FnOnce(&mut Script)) {
        self.with(|state| change(&mut state.script));
    }

    pub(super) fn document(&self, instance: InstanceId) -> Option<InstanceDocument> {
        self.with(|state| state.documents.get(&instance).cloned())
    }

    pub(super) fn uploads(&self) -> Vec<(String, Vec<u8>)> {
        self.with(|state| state.uploads.clone())
    }

    /// As after the loss of its ledger: the driver has instances that nobody knows.
    pub(super) fn lose_ledger(&self) {
        self.with(|state| {
            state.leftovers = state.documents.keys().copied().collect();
            state.documents.clear();
            state.reports.clear();
        });
    }

    /// Reports something that no document asked for.
    pub(super) fn report(&self, instance: InstanceId, change: impl FnOnce(&mut InstanceReport)) {
        let report = self.with(|state| {
            let report = state.reports.get_mut(&instance).expect("a report");
            change(report);
            report.clone()
        });
        let _ = self.messages.send(NodeMessage::Report(report));
    }

    pub(super) fn say(&self, message: NodeMessage) {
        let _ = self.messages.send(message);
    }

    /// Acts on what it kept silent about.
    pub(super) fn catch_up(&self) {
        self.script(|script| script.silent = false);
        let documents = self.with(|state| state.documents.values().cloned().collect::<Vec<_>>());
        for document in documents {
            self.act(&document);
        }
    }

    /// Serves a connection until it is cut or `stop`.
    pub(super) fn connect(&self, stop: CancellationToken) -> ByteStream {
        let (ours, theirs) = pipe();
        let node = self.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let node = node.clone();
                async move { Ok::<_, Infallible>(node.answer(request).await) }
            });
            let never = CancellationToken::new();
            tokio::select! {
                _ = serve_node(ours, service, &never) => {}
                () = stop.cancelled() => {}
            }
        });
        theirs
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let path: Vec<String> = request.uri().path().split('/').skip(3).map(ToOwned::to_owned).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (request.method(), path.as_slice()) {
            (&Method::GET, ["hello"]) => json(StatusCode::OK, &self.hello()),
            (&Method::GET, ["reports"]) => {
                let (ours, theirs) = pipe();
                tokio::spawn(self.clone().send_reports(ours));
                answer_with_stream(request.into_body(), theirs)
                    .map(|body| body.map_err(Into::into).boxed_unsync())
            }
            (&Method::PUT, ["instances", _]) => {
                let bytes = request.into_body().collect().await.expect("a body").to_bytes();
                let document: InstanceDocument = serde_json::from_slice(&bytes).expect("a document");
                match self.put(&document) {
                    Ok(()) => empty(StatusCode::NO_CONTENT),
                    Err(problem) => json(StatusCode::CONFLICT, &problem),
                }
            }
            (&Method::PUT, ["uploads", id]) => {
                let id = (*id).to_owned();
                let bytes = request.into_body().collect().await.expect("a body").to_bytes();
                self.with(|state| state.uploads.push((id, bytes.to_vec())));
                empty(StatusCode::NO_CONTENT)
            }
            _ => empty(StatusCode::NOT_FOUND),
        }
    }

    fn hello(&self) -> NodeHello {
        let capabilities = Capabilities {
            pause: true,
            images: true,
            host_userland: true,
            limits: true,
            disk_quota: true,
            outbound_network: true,
            missing: Vec::new(),
        };
        NodeHello {
            node: self.id,
            name: "n1".into(),
            version: "test".into(),
            drivers: vec![NodeDriver { driver: DriverKind::Sim, capabilities }],
            cpu_count: 64,
            memory_bytes: 1 << 40,
            disk_free_bytes: 1 << 40,
            leftovers: self.with(|state| state.leftovers.clone()),
        }
    }

    async fn send_reports(self, mut stream: ByteStream) {
        let mut messages = self.messages.subscribe();
        let mut first: Vec<NodeMessage> =
            self.with(|state| state.reports.values().cloned().map(NodeMessage::Report).collect());
        first.push(NodeMessage::CaughtUp);
        for message in first {
            if write(&mut stream, &message).await.is_err() {
                return;
            }
        }
        while let Ok(message) = messages.recv().await {
            if write(&mut stream, &message).await.is_err() {
                return;
            }
        }
    }

    fn put(&self, document: &InstanceDocument) -> Result<(), Problem> {
        self.with(|state| {
            state.puts += 1;
            match state.documents.get(&document.instance) {
                Some(known) if known.generation > document.generation => Err("stale_generation"),
                Some(known) if known.generation == document.generation && known != document => {
                    Err("generation_conflict")
                }
                _ => {
                    state.documents.insert(document.instance, document.clone());
                    Ok(())
                }
            }
        })
        .map_err(|code| stead_core::Error::conflict(code, "The ledger has another document.").to_problem())?;
        self.act(document);
        Ok(())
    }

    fn act(&self, document: &InstanceDocument) {
        let message = self.with(|state| {
            if state.script.silent {
                return None;
            }
            if document.wanted == Wanted::Absent {
                state.reports.remove(&document.instance);
                state.leftovers.retain(|leftover| *leftover != document.instance);
                return Some(NodeMessage::Gone { instance: document.instance });
            }
            let before = state.reports.get(&document.instance);
            let mut report = InstanceReport {
                instance: document.instance,
                generation: document.generation,
                state: ObservedState::Prepared,
                run: before.map_or(0, |report| report.run),
                since: Timestamp::from_micros(1_800_000_000_000_000),
                progress: None,
                exit: None,
                source: before.and_then(|report| report.source.clone()),
                tasks: Vec::new(),
                listening: Vec::new(),
                problem: None,
            };
            match document.wanted {
                Wanted::Fetched => match &state.script.fetch_problem {
                    Some(problem) => {
                        report.state = ObservedState::Failed;
                        report.problem = Some(problem.clone());
                    }
                    None => {
                        report.source = Some(SourceReport {
                            commit: "c0ffee".into(),
                            branch: Some("main".into()),
                            workspace_config: state.script.workspace_config.clone(),
                        });
                    }
                },
                Wanted::Running { run } => match &state.script.start_problem {
                    Some(problem) => {
                        report.state = ObservedState::Failed;
                        report.problem = Some(problem.clone());
                    }
                    None => {
                        report.state = ObservedState::Running;
                        report.run = run;
                    }
                },
                Wanted::Paused { run } => {
                    report.state = ObservedState::Paused;
                    report.run = run;
                }
                Wanted::Stopped { .. } | Wanted::Absent => report.state = ObservedState::Stopped,
            }
            state.reports.insert(document.instance, report.clone());
            Some(NodeMessage::Report(report))
        });
        if let Some(message) = message {
            let _ = self.messages.send(message);
        }
    }
}

async fn write(stream: &mut ByteStream, message: &NodeMessage) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(message).expect("a message");
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.flush().await
}

fn json(status: StatusCode, value: &impl serde::Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(value).expect("JSON");
    let mut answer =
        Response::new(Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer
}
