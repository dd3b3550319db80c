//! The node as a whole: what its parts share, how it starts, serves and ends.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::service::service_fn;
use stead_api::node::{NodeDriver, NodeHello, SecretsAnswer};
use stead_core::ambient::Ambient;
use stead_core::error::{InternalContext, Result};
use stead_core::ids::{Id, InstanceId, NodeId};
use stead_core::instance::{DriverKind, InstanceDocument, Wanted};
use stead_link::{ByteStream, SessionEnd, serve_node};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::ledger::Ledger;
use crate::reports::ReportFeed;
use crate::secrets::Secrets;
use crate::uploads::Uploads;
use crate::{DynDriver, http, machine, reconcile, sampler};

/// Downloads and clones at a time.
const BRINGING_IN: usize = 16;
/// Starts, pauses and deletions at a time.
const TURNS: usize = 32;
const PUT_LOCKS: usize = 64;
const SHUTDOWN: Duration = Duration::from_secs(10);
/// How long a document that wants its instance absent is kept after that was done, against older documents that come late.
const TOMBSTONE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Clone)]
pub struct NodeConfig {
    pub id: NodeId,
    /// Words for people.
    pub name: String,
    /// Holds `ledger/` and `uploads/`; drivers have their own folders.
    pub data_dir: PathBuf,
    pub version: String,
    /// How often listening ports are looked at.
    pub ports_interval: Duration,
    /// How often use is measured.
    pub usage_interval: Duration,
}

impl NodeConfig {
    #[must_use]
    pub fn new(id: NodeId, name: impl Into<String>, data_dir: PathBuf) -> Self {
        Self {
            id,
            name: name.into(),
            data_dir,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ports_interval: Duration::from_millis(1_500),
            usage_interval: Duration::from_secs(5),
        }
    }
}

/// What the node's parts share.
pub(crate) struct Shared {
    pub(crate) config: NodeConfig,
    drivers: BTreeMap<DriverKind, Arc<DynDriver>>,
    pub(crate) ambient: Ambient,
    pub(crate) ledger: Ledger,
    pub(crate) uploads: Uploads,
    pub(crate) feed: ReportFeed,
    pub(crate) secrets: Secrets,
    pub(crate) bringing_in: Semaphore,
    pub(crate) turns: Semaphore,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    reconcilers: Mutex<BTreeMap<InstanceId, watch::Sender<InstanceDocument>>>,
    /// Documents of one instance are taken one after the other.
    puts: Vec<tokio::sync::Mutex<()>>,
}

impl Shared {
    pub(crate) fn driver(&self, kind: DriverKind) -> Option<Arc<DynDriver>> {
        self.drivers.get(&kind).map(Arc::clone)
    }

    fn reconcilers(&self) -> MutexGuard<'_, BTreeMap<InstanceId, watch::Sender<InstanceDocument>>> {
        self.reconcilers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a document and wakes its reconciler.
    pub(crate) async fn put_document(self: &Arc<Self>, document: InstanceDocument) -> Result<()> {
        let slot = usize::try_from(document.instance.uuid().as_u128() % PUT_LOCKS as u128).unwrap_or(0);
        let _turn = self.puts[slot].lock().await;
        let shared = Arc::clone(self);
        let document = tokio::task::spawn_blocking(move || shared.ledger.put(&document).map(|_| document))
            .await
            .internal("storing a document")??;
        self.wake(document);
        Ok(())
    }

    /// Takes what the server says about the secrets that a start waits for.
    pub(crate) fn put_secrets(&self, instance: InstanceId, answer: SecretsAnswer) {
        self.feed.has_secrets(instance);
        self.secrets.put(instance, answer);
        if let Some(reconciler) = self.reconcilers().get(&instance) {
            reconciler.send_modify(|_| {});
        }
    }

    fn wake(self: &Arc<Self>, document: InstanceDocument) {
        let mut reconcilers = self.reconcilers();
        if let Some(sender) = reconcilers.get(&document.instance) {
            sender.send_if_modified(|known| {
                let changed = *known != document;
                *known = document;
                changed
            });
            return;
        }
        if self.stop.is_cancelled() {
            return;
        }
        let instance = document.instance;
        let (sender, receiver) = watch::channel(document);
        reconcilers.insert(instance, sender);
        self.tasks.spawn(reconcile::reconcile(Arc::clone(self), receiver));
    }

    /// Ends a reconciler that has nothing left to do, unless a document came meanwhile.
    pub(crate) fn retire(
        &self,
        instance: InstanceId,
        documents: &mut watch::Receiver<InstanceDocument>,
    ) -> bool {
        let mut reconcilers = self.reconcilers();
        if documents.has_changed().unwrap_or(false) {
            return false;
        }
        reconcilers.remove(&instance);
        true
    }

    /// Forgets documents of instances that have been gone for long.
    pub(crate) fn prune(&self) {
        let now = self.ambient.now();
        for (instance, document) in self.ledger.documents() {
            if document.wanted != Wanted::Absent || self.reconcilers().contains_key(&instance) {
                continue;
            }
            let memory = self.ledger.memory(instance);
            if memory.deleted && memory.state.is_some_and(|(_, since)| now.since(since) > TOMBSTONE) {
                self.ledger.forget(instance);
                self.feed.forget(instance);
            }
        }
    }

    pub(crate) async fn hello(&self) -> Result<NodeHello> {
        let drivers = self
            .drivers
            .iter()
            .map(|(kind, driver)| NodeDriver { driver: *kind, capabilities: driver.capabilities() })
            .collect();
        Ok(NodeHello {
            node: self.config.id,
            name: self.config.name.clone(),
            version: self.config.version.clone(),
            drivers,
            cpu_count: machine::cpu_count(),
            memory_bytes: machine::memory_bytes(),
            disk_free_bytes: machine::disk_free_bytes(&self.config.data_dir),
            leftovers: self.leftovers().await,
        })
    }

    /// What drivers have and the ledger does not know. It may be what a damaged ledger forgot, so it is only told, never removed: the
    /// server answers with the document it has, or with one that wants the instance absent.
    pub(crate) async fn leftovers(&self) -> Vec<InstanceId> {
        let mut found = Vec::new();
        for (kind, driver) in &self.drivers {
            match driver.inventory().await {
                Ok(instances) => {
                    found.extend(
                        instances.into_iter().filter(|instance| self.ledger.document(*instance).is_none()),
                    );
                }
                Err(error) => {
                    warn!(driver = kind.as_str(), error = %error, error.inside = %error.inside(), "a driver cannot list its instances");
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The running agent. Cheap to clone.
#[derive(Clone)]
pub struct Node(Arc<Shared>);

impl std::fmt::Debug for Node {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Node").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Node {
    /// Reads the ledger and begins to reconcile every instance in it, with or without a server.
    ///
    /// # Errors
    /// When the data directory cannot be used.
    pub async fn start(config: NodeConfig, drivers: Vec<Arc<DynDriver>>, ambient: Ambient) -> Result<Self> {
        let folder = config.data_dir.join("ledger");
        let ledger = tokio::task::spawn_blocking(move || Ledger::open(folder))
            .await
            .internal("opening the ledger")??;
        let uploads = Uploads::open(config.data_dir.join("uploads")).await?;
        uploads.sweep(ambient.now()).await;
        let documents = ledger.documents();
        let shared = Arc::new(Shared {
            config,
            drivers: drivers.into_iter().map(|driver| (driver.kind(), driver)).collect(),
            ambient,
            ledger,
            uploads,
            feed: ReportFeed::default(),
            secrets: Secrets::default(),
            bringing_in: Semaphore::new(BRINGING_IN),
            turns: Semaphore::new(TURNS),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            reconcilers: Mutex::new(BTreeMap::new()),
            puts: (0..PUT_LOCKS).map(|_| tokio::sync::Mutex::new(())).collect(),
        });
        info!(node.id = %shared.config.id, instances = documents.len(), "the node has read its ledger");
        let leftovers = shared.leftovers().await;
        if !leftovers.is_empty() {
            warn!(instances = ?leftovers, "drivers have instances that the ledger does not know; they are left alone until the server decides");
        }
        for document in documents.into_values() {
            shared.wake(document);
        }
        shared.tasks.spawn(sampler::sample(Arc::clone(&shared)));
        Ok(Self(shared))
    }

    #[must_use]
    pub fn id(&self) -> NodeId {
        self.0.config.id
    }

    /// Answers the server's requests on a stream that this node has dialled, until it ends or the node shuts down.
    pub async fn serve(&self, stream: ByteStream) -> SessionEnd {
        let shared = Arc::clone(&self.0);
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(http::answer(&shared, request).await) }
        });
        let stop = self.0.stop.clone();
        let never = CancellationToken::new();
        tokio::select! {
            end = serve_node(stream, service, &never) => end,
            // Streams of reports and terminals have no end of their own; viewers resume by offset.
            () = stop.cancelled() => SessionEnd { accepted: true, error: None },
        }
    }

    /// Ends the agent: cuts connections, finishes the driver calls at hand (at most ten seconds), leaves every instance running.
    pub async fn shutdown(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(SHUTDOWN, self.0.tasks.wait()).await.is_err() {
            warn!("some work did not end in time; it is picked up again at the next start");
        }
    }
}
