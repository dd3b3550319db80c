//! The agent over the real protocol, on the in-process pipe and on TLS, with a driver that runs real processes.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod connection;
mod host_driver;
mod lifecycle;
mod sources;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use host_driver::{Held, HostDriver};
use stead_api::node::NodeMessage;
use stead_core::ambient::Ambient;
use stead_core::error::Result;
use stead_core::ids::{InstanceId, NodeId};
use stead_core::instance::{
    DriverKind, InstanceDocument, InstanceReport, InstanceSpec, ObservedState, Wanted,
};
use stead_link::identity::{Authority, PrivateKey};
use stead_link::tls::{NodeAcceptor, ServerConnector};
use stead_link::{ByteStream, NodeClient, pipe};
use stead_node::{DynDriver, Node, NodeConfig};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Pipe,
    Tls,
}

/// Node's end and server's end.
pub(crate) async fn streams(
    ambient: &Ambient,
    node: NodeId,
    transport: Transport,
) -> (ByteStream, ByteStream) {
    if transport == Transport::Pipe {
        return pipe();
    }
    let authority = Authority::create(ambient).unwrap();
    let acceptor =
        NodeAcceptor::new(authority.certificate(), &authority.issue_server(ambient).unwrap(), ambient)
            .unwrap();
    let key = PrivateKey::generate().unwrap();
    let identity = key.with_certificate(authority.issue_node(ambient, node, &key.public_pem()).unwrap());
    let connector = ServerConnector::new(authority.certificate(), &identity, ambient).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (near, far) = tokio::join!(
        async { connector.connect(tokio::net::TcpStream::connect(address).await.unwrap()).await.unwrap() },
        async { acceptor.accept(listener.accept().await.unwrap().0).await.unwrap() },
    );
    assert_eq!(far.1.node, node, "the id is the certificate's");
    (near, far.0)
}

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) ambient: Ambient,
    pub(crate) driver: Arc<HostDriver>,
    pub(crate) node: Node,
    pub(crate) client: NodeClient,
    id: NodeId,
    transport: Transport,
    reports: BoxStream<'static, Result<NodeMessage>>,
    pub(crate) known: BTreeMap<InstanceId, InstanceReport>,
    pub(crate) states: Vec<(InstanceId, ObservedState)>,
    pub(crate) gone: Vec<InstanceId>,
}

impl World {
    pub(crate) async fn new(transport: Transport) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ambient = Ambient::system();
        let driver = HostDriver::new(folder.path().join("instances"));
        let id = ambient.new_id();
        let node = start(folder.path(), &driver, &ambient, id).await;
        let (client, reports) = connect(&node, &ambient, id, transport).await;
        Self {
            folder,
            ambient,
            driver,
            node,
            client,
            id,
            transport,
            reports,
            known: BTreeMap::new(),
            states: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// The agent ends as by kill -9 (nothing is told to instances) and comes back; so does the connection.
    pub(crate) async fn restart(&mut self) {
        self.node.shutdown().await;
        self.client.close();
        self.node = start(self.folder.path(), &self.driver, &self.ambient, self.id).await;
        self.reconnect().await;
    }

    pub(crate) async fn reconnect(&mut self) {
        (self.client, self.reports) = connect(&self.node, &self.ambient, self.id, self.transport).await;
        self.known.clear();
        self.gone.clear();
    }

    pub(crate) fn document(&self, wanted: Wanted) -> InstanceDocument {
        InstanceDocument {
            instance: self.ambient.new_id(),
            tenant: self.ambient.new_id(),
            name: "shop".to_owned(),
            generation: 1,
            driver: DriverKind::Sim,
            wanted,
            spec: InstanceSpec::blank(),
        }
    }

    /// Sends the document under the next generation.
    pub(crate) async fn want(&self, document: &mut InstanceDocument, wanted: Wanted) {
        document.generation += 1;
        document.wanted = wanted;
        self.client.put_document(document).await.unwrap();
    }

    pub(crate) async fn message(&mut self) -> NodeMessage {
        let message = self.reports.next().await.expect("reports go on").unwrap();
        match &message {
            NodeMessage::Report(report) => {
                self.states.push((report.instance, report.state));
                self.known.insert(report.instance, report.clone());
            }
            NodeMessage::Gone { instance } => self.gone.push(*instance),
            _ => {}
        }
        message
    }

    pub(crate) async fn until(
        &mut self,
        instance: InstanceId,
        what: &str,
        wanted: impl Fn(&InstanceReport) -> bool,
    ) -> InstanceReport {
        let waiting = async {
            loop {
                if let Some(report) = self.known.get(&instance)
                    && wanted(report)
                {
                    return report.clone();
                }
                self.message().await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        found.unwrap_or_else(|_| panic!("never {what}; last {:?}", self.known.get(&instance)))
    }

    pub(crate) async fn until_state(
        &mut self,
        document: &InstanceDocument,
        state: ObservedState,
    ) -> InstanceReport {
        let generation = document.generation;
        self.until(document.instance, &format!("{state:?}"), |report| {
            report.state == state && report.generation == generation
        })
        .await
    }

    pub(crate) async fn until_gone(&mut self, instance: InstanceId) {
        let waiting = async {
            while !self.gone.contains(&instance) {
                self.message().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it goes");
    }
}

async fn start(folder: &Path, driver: &Arc<HostDriver>, ambient: &Ambient, id: NodeId) -> Node {
    let mut config = NodeConfig::new(id, "test", folder.join("node"));
    config.ports_interval = Duration::from_millis(20);
    config.usage_interval = Duration::from_millis(50);
    let drivers: Vec<Arc<DynDriver>> = vec![Arc::new(Held(Arc::clone(driver)))];
    Node::start(config, drivers, ambient.clone()).await.unwrap()
}

async fn connect(
    node: &Node,
    ambient: &Ambient,
    id: NodeId,
    transport: Transport,
) -> (NodeClient, BoxStream<'static, Result<NodeMessage>>) {
    let (near, far) = streams(ambient, id, transport).await;
    let serving = node.clone();
    tokio::spawn(async move { serving.serve(near).await });
    let client = NodeClient::connect(far).await.unwrap();
    let reports = client.reports().await.unwrap();
    (client, reports)
}

/// Waits for a condition, with a deadline.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap_or_else(|_| panic!("never {what}"));
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
