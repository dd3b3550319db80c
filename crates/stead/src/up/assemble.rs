//! Server and node in one process, joined by an in-process pipe that carries the same HTTP/2 as a connection between machines.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_control::instances::PreviewAddress;
use stead_control::{Control, ControlSettings};
use stead_core::ambient::Ambient;
use stead_core::error::InternalContext;
use stead_core::ids::NodeId;
use stead_core::instance::DriverKind;
use stead_core::{Error, Result};
use stead_db::Db;
use stead_drivers::DynDriver;
use stead_drivers::oci::{OciDriver, OciSettings};
use stead_drivers::sim::{SimDriver, SimMachine, SimSettings};
use stead_http::{App, HttpConfig};
use stead_node::{Node, NodeConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::settings::Settings;

/// Stead, answering. [`Stead::shutdown`] ends it in order; instances run on.
#[derive(Debug)]
pub struct Stead {
    base_url: String,
    control: Control,
    node: Node,
    oci: Arc<OciDriver>,
    /// The pipe's two ends and the HTTP listener.
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

/// Who this machine is; written once.
#[derive(Debug, Serialize, Deserialize)]
struct NodeFile {
    node: NodeId,
}

fn node_id(directory: &Path, ambient: &Ambient) -> Result<NodeId> {
    std::fs::create_dir_all(directory).internal("making the node's directory")?;
    let path = directory.join("node.json");
    match std::fs::read(&path) {
        Ok(text) => {
            let file: NodeFile = serde_json::from_slice(&text).map_err(|error| {
                Error::invalid("node_file_damaged", format!("{} is damaged: {error}.", path.display()))
                    .next_step("Restore it from a backup: without it, this machine is another node and does not know its instances.")
            })?;
            Ok(file.node)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let file = NodeFile { node: ambient.new_id() };
            let text = serde_json::to_vec(&file).internal("writing the node's file")?;
            let temporary = path.with_extension("new");
            std::fs::write(&temporary, text).internal("writing the node's file")?;
            std::fs::rename(&temporary, &path).internal("writing the node's file")?;
            Ok(file.node)
        }
        Err(error) => Err(Error::internal("reading the node's file").source_error(error)),
    }
}

fn preview_address(base_url: &str) -> Result<PreviewAddress> {
    let wrong = || {
        Error::invalid("public_url_invalid", format!("{base_url} is not an address that browsers can use."))
            .next_step("Write it like https://stead.example.org.")
    };
    let url = Url::parse(base_url).map_err(|_| wrong())?;
    let domain = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or_else(wrong)?;
    Ok(PreviewAddress { scheme: url.scheme().to_owned(), domain: domain.to_owned(), port: url.port() })
}

impl Stead {
    /// Starts everything and begins to answer.
    ///
    /// # Errors
    /// `address_in_use` and other reasons why the address cannot be listened at; a database or data directory that cannot be used.
    pub async fn assemble(settings: &Settings, ambient: &Ambient) -> Result<Self> {
        let listener = listen(settings).await?;
        let local = listener.local_addr().internal("reading the listener's address")?;
        let base_url = settings.base_url(local);
        let server_dir = settings.data_dir.join("server");
        std::fs::create_dir_all(&server_dir).internal("making the server's directory")?;
        let db = Db::open(&settings.database_target(), ambient.clone()).await?;
        let default_driver = if settings.simulate { DriverKind::Sim } else { DriverKind::Oci };
        let control = Control::start(
            db,
            ControlSettings {
                base_url: base_url.clone(),
                previews: preview_address(&base_url)?,
                data_dir: server_dir,
                default_driver,
            },
        )
        .await?;

        let mut oci = OciSettings::new(settings.node_dir());
        oci.allow_private_networks = settings.allow_private_networks;
        oci.insecure_registries.clone_from(&settings.insecure_registries);
        let oci = Arc::new(OciDriver::open(oci, ambient.clone()).await?);
        let mut drivers: Vec<Arc<DynDriver>> = vec![Arc::clone(&oci) as Arc<DynDriver>];
        if settings.simulate {
            let file = Some(settings.node_dir().join("simulated-machine.json"));
            let machine = SimMachine::new(SimSettings { file, ..SimSettings::lifelike() }, ambient.clone());
            drivers.push(Arc::new(SimDriver::new(Arc::new(machine))));
        }
        let id = node_id(&settings.node_dir(), ambient)?;
        let config = NodeConfig::new(id, settings.node_name.clone(), settings.node_dir());
        let node = Node::start(config, drivers, ambient.clone()).await?;

        let stop = CancellationToken::new();
        let mut tasks = join(&node, &control, &stop);
        let app =
            App::new(HttpConfig::new(base_url.clone()), control.clone(), ambient.clone(), stop.clone())?;
        tasks.push(tokio::spawn(async move {
            if let Err(error) = stead_http::serve(listener, app).await {
                tracing::error!(error = %error, "the HTTP listener has ended");
            }
        }));
        let stead = Self { base_url, control, node, oci, tasks, stop };
        stead.until_the_node_is_there().await?;
        Ok(stead)
    }

    /// Where browsers reach it, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    async fn until_the_node_is_there(&self) -> Result<()> {
        const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
        let nodes = self.control.nodes();
        let arrived = async {
            let mut news = self.control.nudges();
            while !nodes.is_connected(self.node.id()) {
                let _ = tokio::time::timeout(std::time::Duration::from_millis(200), news.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived).await.map_err(|_| {
            Error::unavailable("node_missing", "This machine's own node did not connect within 30 seconds.")
        })
    }

    /// How many instances have a sandbox now; 0 when that cannot be told.
    pub async fn running_instances(&self) -> usize {
        self.control.instances().count_running().await.unwrap_or(0)
    }

    /// Stops every instance of every tenant; gives how many.
    ///
    /// # Errors
    /// See [`stead_control::instances::Instances::stop_everything`].
    pub async fn stop_every_instance(&self) -> Result<usize> {
        self.control.instances().stop_everything().await
    }

    /// Deletes every instance of every tenant; gives how many.
    ///
    /// # Errors
    /// See [`stead_control::instances::Instances::delete_everything`].
    pub async fn delete_every_instance(&self) -> Result<usize> {
        self.control.instances().delete_everything().await
    }

    /// Takes back what was set up on the machine for instances: bridge, packet filter, control groups, disk pool.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn teardown_host(&self) -> Result<()> {
        self.oci.teardown_host().await
    }

    /// Ends server and node in order; instances run on.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.node.shutdown().await;
        for task in self.tasks {
            if let Err(error) = task.await
                && error.is_panic()
            {
                tracing::error!(error = %error, "a part of Stead has crashed");
            }
        }
        if let Err(error) = self.control.stop().await {
            tracing::warn!(error.inside = %error.inside(), "the database did not close: {error}");
        }
    }
}

async fn listen(settings: &Settings) -> Result<TcpListener> {
    TcpListener::bind(settings.listen).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Error::conflict(
            "address_in_use",
            format!("Another program listens at {} already.", settings.listen),
        )
        .next_step("Name another address: stead up --listen 127.0.0.1:7434"),
        std::io::ErrorKind::PermissionDenied => {
            Error::invalid("address_not_allowed", format!("This user may not listen at {}.", settings.listen))
                .next_step("Use a port above 1023, or run as root.")
        }
        _ => {
            Error::invalid("address_unusable", format!("Nothing can listen at {}: {error}.", settings.listen))
                .next_step("Name an address of this machine: stead up --listen 127.0.0.1:7433")
        }
    })
}

/// Joins node and control plane by a pipe, again whenever it breaks.
fn join(node: &Node, control: &Control, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
    let (node, control, stop) = (node.clone(), control.clone(), stop.clone());
    vec![tokio::spawn(async move {
        while !stop.is_cancelled() {
            let (near, far) = stead_link::pipe();
            let served = node.serve(near);
            let connected = control.nodes().connected(far, Some(node.id()));
            tokio::select! {
                () = stop.cancelled() => return,
                end = served => tracing::warn!(error = ?end.error, "the connection to this machine's own node has ended"),
                end = connected => if let Err(error) = end {
                    tracing::warn!(error.inside = %error.inside(), "the connection to this machine's own node has ended: {error}");
                },
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    })]
}
