//! Server and nodes on different machines: the installation's own certificate authority, join files, the listener for nodes, and a
//! node that keeps dialling.
//!
//! `<data>/server/authority.json` is made at the first need and never changed. A join file carries the private key of one node: it
//! is written with mode 0600 and belongs on that machine alone.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stead_control::Control;
use stead_core::ambient::Ambient;
use stead_core::error::InternalContext;
use stead_core::ids::NodeId;
use stead_core::{Error, Result};
use stead_link::identity::{Authority, Identity, PrivateKey};
use stead_link::tls::{NodeAcceptor, ServerConnector};
use stead_link::{Backoff, ByteStream, connect_forever};
use stead_node::Node;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const DIAL: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct AuthorityFile {
    certificate: String,
    key: String,
}

/// Everything a machine needs to be a node of this installation.
#[derive(Serialize, Deserialize)]
pub struct JoinFile {
    pub node: NodeId,
    authority: String,
    certificate: String,
    key: String,
}

impl std::fmt::Debug for JoinFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("JoinFile").field("node", &self.node).finish_non_exhaustive()
    }
}

fn write_private(path: &Path, content: &impl Serialize) -> Result<()> {
    let cannot = |error: std::io::Error| {
        Error::invalid("file_unwritable", format!("{} cannot be written: {error}.", path.display()))
            .next_step("Name a path that does not exist yet, in a folder you may write.")
    };
    let text = serde_json::to_vec_pretty(content).internal("writing a file with keys")?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(cannot)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(cannot)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read(path).map_err(|error| {
        Error::invalid("file_unreadable", format!("{} cannot be read: {error}.", path.display()))
    })?;
    serde_json::from_slice(&text)
        .map_err(|error| Error::invalid("file_damaged", format!("{} is damaged: {error}.", path.display())))
}

fn authority(server_dir: &Path, ambient: &Ambient) -> Result<Authority> {
    let path = server_dir.join("authority.json");
    if !path.exists() {
        fs::create_dir_all(server_dir).internal("making the server's directory")?;
        let Identity { certificate, key } = Authority::create(ambient)?.identity();
        write_private(&path, &AuthorityFile { certificate, key })?;
    }
    let AuthorityFile { certificate, key } = read(&path)?;
    Authority::load(certificate, key)
}

/// Makes a join file for a new node of the installation in `data_dir`.
///
/// # Errors
/// When the authority or the file cannot be written.
pub fn issue_join_file(data_dir: &Path, path: &Path, ambient: &Ambient) -> Result<NodeId> {
    let authority = authority(&data_dir.join("server"), ambient)?;
    let node: NodeId = ambient.new_id();
    let key = PrivateKey::generate()?;
    let certificate = authority.issue_node(ambient, node, &key.public_pem())?;
    let Identity { certificate, key } = key.with_certificate(certificate);
    write_private(path, &JoinFile { node, authority: authority.certificate().to_owned(), certificate, key })?;
    Ok(node)
}

/// Accepts nodes until `stop`.
///
/// # Errors
/// When the authority cannot be read.
pub fn accept_nodes(
    listener: TcpListener,
    data_dir: &Path,
    control: Control,
    ambient: &Ambient,
    stop: CancellationToken,
) -> Result<impl Future<Output = ()> + Send + 'static> {
    let authority = authority(&data_dir.join("server"), ambient)?;
    let acceptor = NodeAcceptor::new(authority.certificate(), &authority.issue_server(ambient)?, ambient)?;
    Ok(async move {
        let sessions = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let (acceptor, control, stop) = (acceptor.clone(), control.clone(), stop.clone());
            sessions.spawn(async move {
                let session = async {
                    let _ = stream.set_nodelay(true);
                    let (stream, node) = acceptor.accept(stream).await?;
                    control.nodes().connected(stream, Some(node.node)).await
                };
                tokio::select! {
                    ended = session => if let Err(error) = ended {
                        tracing::warn!(peer = %peer, error.inside = %error.inside(), "a node's connection has ended: {error}");
                    },
                    () = stop.cancelled() => {}
                }
            });
        }
        sessions.close();
        sessions.wait().await;
    })
}

/// Keeps the node connected to `server` (host and port) until `stop`.
///
/// # Errors
/// When the join file cannot be used.
pub fn keep_connected(
    node: Node,
    join: &JoinFile,
    server: String,
    ambient: Ambient,
    stop: CancellationToken,
) -> Result<impl Future<Output = ()> + Send + 'static> {
    let identity = Identity { certificate: join.certificate.clone(), key: join.key.clone() };
    let connector = ServerConnector::new(&join.authority, &identity, &ambient)?;
    Ok(async move {
        let dial = || {
            let (connector, server) = (connector.clone(), server.clone());
            async move { dial(&connector, &server).await }
        };
        let serve = |stream: ByteStream| {
            let node = node.clone();
            async move { node.serve(stream).await }
        };
        connect_forever(dial, serve, Backoff::default(), &ambient, &stop).await;
    })
}

async fn dial(connector: &ServerConnector, server: &str) -> Result<ByteStream> {
    let unreachable = || {
        Error::unavailable("server_unreachable", format!("The server at {server} does not answer."))
            .next_step("Check the address and that it was started with --node-listen.")
    };
    let stream = tokio::time::timeout(DIAL, TcpStream::connect(server))
        .await
        .map_err(|_| unreachable().context("no answer in time"))?
        .map_err(|error| unreachable().source_error(error))?;
    let _ = stream.set_nodelay(true);
    connector.connect(stream).await
}

/// Reads a join file.
///
/// # Errors
/// `file_unreadable`, `file_damaged`.
pub fn read_join_file(path: &Path) -> Result<JoinFile> {
    read(path)
}
