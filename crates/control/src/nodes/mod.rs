//! Nodes: their connections, what they report, and what they are sent.
//!
//! Owns the table of nodes and, alone, the observed columns of instances: nothing else may write them. Everything live (clients,
//! measurements) is kept in memory of the server that holds the connection.

mod live;
mod news;
mod session;
mod view;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use stead_api::node::NodeDriver;
use stead_api::v1::Page;
use stead_api::v1::nodes::Node;
use stead_core::ids::{InstanceId, NodeId};
use stead_core::instance::{DriverKind, InstanceDocument, InstanceSecrets, Resources, Rootfs};
use stead_core::placement::{self, Candidate, NODE_DISCONNECTED, Offer, Request};
use stead_core::{Error, Result, Timestamp};
use stead_db::nodes::NodeRow;
use stead_db::{Db, SystemAccess, TenantScope};
use stead_link::{ByteStream, NodeClient};

use live::Registry;
pub use live::UsageSample;

use crate::events::Events;

/// A node that another server holds counts as connected for this long after its last sign of life.
const OTHERS_LEASE: Duration = Duration::from_secs(60);

/// Whether a node can be reached, for the phase of its instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePresence {
    pub name: String,
    pub connected: bool,
    pub last_seen: Option<Timestamp>,
}

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Nodes {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    /// Names this process among servers that share a database.
    server: String,
    registry: Registry,
    events: Events,
    secrets: OnceLock<Arc<dyn SecretsOfInstances>>,
}

/// Who knows the secrets that an instance gets at start.
#[async_trait]
pub trait SecretsOfInstances: Send + Sync + std::fmt::Debug {
    /// For the node that the instance is placed on, and no other.
    async fn of(&self, node: NodeId, instance: InstanceId) -> Result<InstanceSecrets>;
}

impl Nodes {
    /// `server` names this process among those that share the database.
    #[must_use]
    pub fn new(db: Db, events: Events, server: String) -> Self {
        Self {
            inner: Arc::new(Inner {
                db,
                server,
                registry: Registry::default(),
                events,
                secrets: OnceLock::new(),
            }),
        }
    }

    /// Called once while the control plane is put together; later calls change nothing.
    pub fn read_secrets_by(&self, secrets: Arc<dyn SecretsOfInstances>) {
        let _ = self.inner.secrets.set(secrets);
    }

    /// Takes over a connection that a node has dialled and serves it until it ends. `proven` is the id that its certificate
    /// names; `None` for the in-process pipe, which needs no proof.
    ///
    /// # Errors
    /// Why the connection was refused or how it ended; the node dials again.
    pub async fn connected(&self, stream: ByteStream, proven: Option<NodeId>) -> Result<()> {
        session::run(self, stream, proven).await
    }

    /// The connection to a node.
    ///
    /// # Errors
    /// `node_disconnected` when this server holds none.
    pub fn client(&self, node: NodeId) -> Result<NodeClient> {
        self.inner.registry.client(node).ok_or_else(disconnected)
    }

    /// Sends a document. A node that already has a newer one is no failure: this one was overtaken.
    ///
    /// # Errors
    /// `node_disconnected`, `node_unreachable`, or what the node answers.
    pub async fn push(&self, node: NodeId, document: &InstanceDocument) -> Result<()> {
        match self.client(node)?.put_document(document).await {
            Err(error) if error.code() == "stale_generation" => {
                tracing::debug!(instance.id = %document.instance, document.generation = document.generation,
                    "a document was overtaken by a newer one");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// The latest measurement of a running instance.
    #[must_use]
    pub fn usage(&self, instance: InstanceId) -> Option<UsageSample> {
        self.inner.registry.usage(instance)
    }

    /// All nodes; there are few.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self, scope: &TenantScope) -> Result<Page<Node>> {
        let rows = stead_db::nodes::list(scope).await?;
        let counts = stead_db::nodes::instance_counts(scope).await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let presence = self.presence_of(&row);
                let count = counts.get(&row.id).copied().unwrap_or(0);
                view::node(row, &presence, count)
            })
            .collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: None })
    }

    /// What is known of the node now.
    pub(crate) fn presence_of(&self, row: &NodeRow) -> NodePresence {
        let live = self.inner.registry.last_seen(row.id);
        let last_seen = live.max(row.last_seen_at);
        // Alone on its database, another name is that of a server which is dead.
        let held_elsewhere = self.inner.db.is_shared()
            && row.connected_to.as_ref().is_some_and(|server| *server != self.inner.server)
            && row.last_seen_at.is_some_and(|seen| self.inner.db.ambient().now().since(seen) < OTHERS_LEASE);
        NodePresence { name: row.name.clone(), connected: live.is_some() || held_elsewhere, last_seen }
    }

    /// Whether this server holds the node's connection now.
    #[must_use]
    pub fn is_connected(&self, node: NodeId) -> bool {
        self.inner.registry.client(node).is_some()
    }

    /// Chooses a node.
    ///
    /// # Errors
    /// See [`placement::choose`].
    pub(crate) async fn choose<A: SystemAccess>(
        &self,
        access: &A,
        driver: DriverKind,
        rootfs: &Rootfs,
        resources: Resources,
    ) -> Result<NodeId> {
        let rows = stead_db::nodes::all(access).await?;
        let promises = stead_db::instances::promises(access).await?;
        let candidates = rows
            .into_iter()
            .map(|row| {
                let drivers: Vec<NodeDriver> = view::drivers(&row)?;
                let mut candidate = Candidate {
                    node: row.id,
                    connected: self.inner.registry.client(row.id).is_some(),
                    offers: drivers.iter().map(offer).collect(),
                    cpu_count: row.cpu_count,
                    memory_bytes: row.memory_bytes,
                    disk_free_bytes: row.disk_free_bytes,
                    promised_cpu_millis: 0,
                    promised_memory_bytes: 0,
                    instances: 0,
                    name: row.name,
                };
                for promise in promises.iter().filter(|promise| promise.node == candidate.node) {
                    candidate.instances += 1;
                    if promise.running {
                        candidate.promised_cpu_millis += u64::from(promise.resources.cpu_millis);
                        candidate.promised_memory_bytes =
                            candidate.promised_memory_bytes.saturating_add(promise.resources.memory_bytes);
                    }
                }
                Ok(candidate)
            })
            .collect::<Result<Vec<_>>>()?;
        placement::choose(&candidates, &Request { driver, rootfs: rootfs.clone(), resources })
    }
}

fn offer(driver: &NodeDriver) -> Offer {
    Offer {
        driver: driver.driver,
        images: driver.capabilities.images,
        host_userland: driver.capabilities.host_userland,
        limits: driver.capabilities.limits,
    }
}

fn disconnected() -> Error {
    Error::unavailable(NODE_DISCONNECTED, "The node of this instance is not connected now.").next_step(
        "It works on by itself; try again when it is back. `stead node` on its machine connects it.",
    )
}
