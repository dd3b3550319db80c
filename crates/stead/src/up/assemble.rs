//! The parts put together: the server, with this machine's own agent joined by an in-process pipe, or without.
//!
//! The pipe carries the same HTTP/2 as a connection between machines.

use std::net::SocketAddr;
use std::time::Duration;

use stead_control::instances::PreviewAddress;
use stead_control::notifications::NotificationSettings;
use stead_control::{Control, ControlSettings};
use stead_core::ambient::Ambient;
use stead_core::error::InternalContext;
use stead_core::instance::DriverKind;
use stead_core::{Error, Result};
use stead_db::Db;
use stead_http::{App, HttpConfig};
use stead_node::Node;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::agent::Agent;
use super::remote;
use super::settings::Settings;

const NODE_PATIENCE: Duration = Duration::from_secs(30);

/// Stead, answering. [`Stead::shutdown`] ends it in order; instances run on.
#[derive(Debug)]
pub struct Stead {
    base_url: String,
    control: Control,
    agent: Option<Agent>,
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

/// Whether this machine runs instances itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnNode {
    Yes,
    No,
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
    /// `address_in_use` and other reasons why an address cannot be listened at; a database or data directory that cannot be used.
    pub async fn assemble(settings: &Settings, own_node: OwnNode, ambient: &Ambient) -> Result<Self> {
        let listener = listen(settings.listen, "--listen").await?;
        let node_listener = match settings.node_listen {
            Some(address) => Some(listen(address, "--node-listen").await?),
            None => None,
        };
        let base_url = settings.base_url(listener.local_addr().internal("reading the listener's address")?);
        let server_dir = settings.data_dir.join("server");
        std::fs::create_dir_all(&server_dir).internal("making the server's directory")?;
        let db = Db::open(&settings.database_target(), ambient.clone()).await?;
        let default_driver = if settings.simulate { DriverKind::Sim } else { DriverKind::Oci };
        let control_settings = ControlSettings {
            base_url: base_url.clone(),
            previews: preview_address(&base_url)?,
            data_dir: server_dir,
            default_driver,
            master_key: settings.master_key.clone(),
            notifications: NotificationSettings {
                mail: settings.mail.clone(),
                ..NotificationSettings::default()
            },
            outbound: settings.outbound.clone(),
            sign_up: settings.sign_up,
            sources: settings.sources.clone(),
        };
        let control = Control::start(db, control_settings).await?;
        control.accounts().prepare().await?;
        let stop = CancellationToken::new();
        let mut tasks = Vec::new();
        if let Some(listener) = node_listener {
            let accepting =
                remote::accept_nodes(listener, &settings.data_dir, control.clone(), ambient, stop.clone())?;
            tasks.push(tokio::spawn(accepting));
        }
        let agent = match own_node {
            OwnNode::Yes => Some(Agent::start(settings, None, ambient).await?),
            OwnNode::No => None,
        };
        if let Some(agent) = &agent {
            tasks.push(tokio::spawn(join(agent.node.clone(), control.clone(), stop.clone())));
        }
        let mut http = HttpConfig::new(base_url.clone());
        http.limits.requests_per_minute = settings.requests_per_minute;
        http.trusted_proxies.clone_from(&settings.trusted_proxies);
        let app = App::new(http, control.clone(), ambient.clone(), stop.clone())?;
        tasks.push(tokio::spawn(async move {
            if let Err(error) = stead_http::serve(listener, app).await {
                tracing::error!(error = %error, "the HTTP listener has ended");
            }
        }));
        let stead = Self { base_url, control, agent, tasks, stop };
        stead.until_the_own_node_is_there().await?;
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

    async fn until_the_own_node_is_there(&self) -> Result<()> {
        let Some(agent) = &self.agent else { return Ok(()) };
        let arrived = async {
            let mut news = self.control.nudges();
            while !self.control.nodes().is_connected(agent.node.id()) {
                let _ = tokio::time::timeout(Duration::from_millis(200), news.recv()).await;
            }
        };
        tokio::time::timeout(NODE_PATIENCE, arrived).await.map_err(|_| {
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

    /// Takes back what was set up on this machine for instances: bridge, packet filter, control groups, disk pool.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn teardown_host(&self) -> Result<()> {
        match &self.agent {
            Some(agent) => agent.oci.teardown_host().await,
            None => Ok(()),
        }
    }

    /// Ends server and node in order; instances run on.
    pub async fn shutdown(self) {
        self.stop.cancel();
        if let Some(agent) = &self.agent {
            agent.shutdown().await;
        }
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

async fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Error::conflict("address_in_use", format!("Another program listens at {address} already."))
                .next_step(format!(
                    "Name another address: {flag} {}:{}",
                    address.ip(),
                    address.port().wrapping_add(1).max(1024)
                ))
        }
        std::io::ErrorKind::PermissionDenied => {
            Error::invalid("address_not_allowed", format!("This user may not listen at {address}."))
                .next_step("Use a port above 1023, or run as root.")
        }
        _ => Error::invalid("address_unusable", format!("Nothing can listen at {address}: {error}."))
            .next_step(format!("Name an address of this machine: {flag} 127.0.0.1:7433")),
    })
}

/// Joins node and control plane by a pipe, again whenever it breaks.
async fn join(node: Node, control: Control, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let (near, far) = stead_link::pipe();
        let served = node.serve(near);
        let connected = control.nodes().connected(far, Some(node.id()));
        tokio::select! {
            // First: an end that was asked for is no news.
            biased;
            () = stop.cancelled() => return,
            end = served => tracing::warn!(error = ?end.error, "the connection to this machine's own node has ended"),
            end = connected => if let Err(error) = end {
                tracing::warn!(error.inside = %error.inside(), "the connection to this machine's own node has ended: {error}");
            },
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
