//! The driver itself: what the contract asks, done with the parts beside. Each call looks at what is there before it does
//! anything, so that repeating it after a crash is harmless.

mod images;
mod run;
mod sandbox;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use stead_core::ambient::Ambient;
use stead_core::driver::{
    Attach, Capabilities, ConsolePosition, Driver, Observation, ProcessSpec, ProcessState, ProgressSink,
    RunPlan, Usage,
};
use stead_core::error::{Error, ErrorKind, InternalContext as _, Result};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::{DriverKind, Progress, Resources, Rootfs};
use stead_link::stream::ByteStream;
use stead_shim::protocol::{
    Changed, ConsoleSettings, Launch, Listening, Processes, Request, RunState, State, UsageReply, VERSION,
};
use tokio::sync::watch;

use crate::oci::capabilities::{self, Machine};
use crate::oci::console;
use crate::oci::disk::Disks;
use crate::oci::files;
use crate::oci::image::{ImageStore, Leased, blocking};
use crate::oci::leftovers;
use crate::oci::network::{Names, Network};
use crate::oci::rootfs::host;
use crate::oci::settings::{OciSettings, Toolchain};
use crate::oci::shim_client::{QUICK, Shim, Spawner};
use crate::oci::trash::Trash;
use images::PreparedImage;
use run::{LastRun, Run};

/// Beyond the grace of a stop: the kernel ends processes and the shim unmounts.
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// Longest path of a run directory, so that its socket's path fits into 107 bytes.
const LONGEST_RUN_DIRECTORY: usize = 90;
/// While nothing runs, a change is looked for this often at least.
const IDLE_WAIT: Duration = Duration::from_secs(5);

/// See [`super`].
#[derive(Debug)]
pub struct OciDriver {
    settings: OciSettings,
    ambient: Ambient,
    machine: Machine,
    capabilities: Capabilities,
    instances: PathBuf,
    runs: PathBuf,
    images: Arc<ImageStore>,
    _cleaning: images::Cleaning,
    disks: Arc<Disks>,
    network: Arc<Network>,
    trash: Arc<Trash>,
    spawner: Spawner,
    toolchains: Vec<Toolchain>,
    /// The shim's change number that was seen last.
    seen: Mutex<HashMap<InstanceId, u64>>,
    /// Grows with each call that changes something.
    nudges: watch::Sender<u64>,
}

impl OciDriver {
    /// Opens the node's directory and looks at the machine. Instances that run are found as they are.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub async fn open(mut settings: OciSettings, ambient: Ambient) -> Result<Self> {
        files::private_directory(&settings.directory)?;
        settings.directory = fs::canonicalize(&settings.directory)
            .internal(format!("opening {}", settings.directory.display()))?;
        let directory = settings.directory.clone();
        let instances = directory.join("instances");
        let runs = settings.run_directory.clone().unwrap_or_else(|| run_directory(&directory));
        files::private_directory(&instances)?;
        files::private_directory(&runs)?;
        // Beside the rest, so that the first instance finds it.
        let etc = tokio::task::spawn_blocking({
            let directory = etc_directory(&directory);
            move || stead_shim::sandbox::prepare_etc(&directory)
        });
        let servers = if settings.name_servers.is_empty() {
            host::name_servers()
        } else {
            settings.name_servers.clone()
        };
        let network =
            Arc::new(Network::open(&directory, instances.clone(), servers, settings.allow_private_networks)?);
        let ready = if settings.loopback_only {
            Err("The node's settings give instances no network.".to_owned())
        } else {
            let network = Arc::clone(&network);
            blocking(move || {
                Ok(capabilities::network_tools().and_then(|()| {
                    network.set_up().map_err(|why| format!("Instances have no network: {why}."))
                }))
            })
            .await?
        };
        let (machine, capabilities) = blocking(move || Ok(capabilities::detect(ready))).await?;
        for sentence in &capabilities.missing {
            tracing::warn!(missing = sentence, "this machine lacks something");
        }
        let trash = Arc::new(Trash::open(&directory)?);
        let images = Arc::new(ImageStore::open(
            &directory,
            settings.image_limits,
            &settings.insecure_registries,
            settings.allow_private_networks,
            ambient.clone(),
            Arc::clone(&trash),
        )?);
        let cleaning = images::Cleaning::begin(&images, instances.clone(), settings.image_cleaning);
        let disks = Disks::open(&directory, settings.disk_pool, machine.disk_images, ambient.clone())?;
        disks.fill_in_background();
        let mut toolchains = settings.toolchains.clone();
        if settings.detect_toolchains {
            for found in host::detect_toolchains().await {
                if toolchains.iter().all(|named| named.target != found.target) {
                    toolchains.push(found);
                }
            }
        }
        if let Err(error) = etc.await.internal("preparing the instances' /etc")? {
            tracing::warn!(error = %error, "the instances' /etc could not be prepared; it is tried again with the first one");
        }
        let spawner = Spawner::new(settings.spawner.clone());
        Ok(Self {
            settings,
            ambient,
            machine,
            capabilities,
            instances,
            runs,
            images,
            _cleaning: cleaning,
            disks,
            network,
            trash,
            spawner,
            toolchains,
            seen: Mutex::default(),
            nudges: watch::Sender::new(0),
        })
    }

    /// Removes what the node put on the machine itself: bridge, firewall table and rules, control groups. For the end of tests
    /// and of a node; the server has deleted the instances that it knows before, and those of a lost database end here.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub async fn teardown_host(&self) -> Result<()> {
        for instance in self.inventory().await? {
            tracing::info!(instance.id = %instance, "an instance that no server knows is deleted");
            self.delete(instance).await?;
        }
        let network = Arc::clone(&self.network);
        let outbound = self.capabilities.outbound_network;
        blocking(move || {
            if outbound {
                network.tear_down()?;
            }
            leftovers::remove_groups(&network.names().cgroup())
        })
        .await?;
        if self.runs.starts_with("/run") { remove_directory(&self.runs) } else { Ok(()) }
    }

    /// The images of this node.
    #[must_use]
    pub fn images(&self) -> &ImageStore {
        &self.images
    }

    /// Removes images that no instance was prepared with and that were last looked up `keep` ago or earlier. Answers how many.
    /// Done by itself as [`ImageCleaning`](crate::oci::ImageCleaning) says.
    ///
    /// # Errors
    /// When the node's directory cannot be read.
    pub async fn remove_unused_images(&self, keep: Duration) -> Result<usize> {
        images::remove_unused(&self.images, self.instances.clone(), keep).await
    }

    fn directory(&self, instance: InstanceId) -> PathBuf {
        self.instances.join(instance.to_string())
    }

    fn run_directory(&self, instance: InstanceId) -> PathBuf {
        self.runs.join(instance.to_string())
    }

    fn cgroup(&self, instance: InstanceId) -> String {
        format!("{}/{instance}", self.network.names().cgroup())
    }

    fn nudge(&self) {
        self.nudges.send_modify(|number| *number += 1);
    }

    /// The instance's image, made ready and noted so that it stays.
    async fn prepare_image(
        &self,
        plan: &RunPlan,
        reference: &str,
        progress: &dyn ProgressSink,
    ) -> Result<()> {
        if !self.capabilities.images {
            return Err(Error::unavailable("images_not_supported", "This node cannot run images.")
                .next_step("Use the host's userland, or see what the node says is missing."));
        }
        let note = self.directory(plan.instance).join("image.json");
        let prepared: Option<PreparedImage> = files::read_json(&note)?;
        // What an instance began with stays its image: its writable layer belongs on top of exactly that.
        if let Some(prepared) = prepared.filter(|prepared| prepared.reference == reference)
            && self.images.get(&prepared.image.digest)?.is_some()
        {
            return Ok(());
        }
        let Leased { image, lease } = self.images.ensure(reference, progress).await?;
        let noted = files::write_json(&note, &PreparedImage { reference: reference.to_owned(), image });
        // Only now is the image seen to be in use.
        drop(lease);
        noted
    }
}

/// What instances on the host's userland see as `/etc`.
fn etc_directory(directory: &Path) -> PathBuf {
    directory.join("etc")
}

/// Beside the rest, or below `/run` when the sockets' paths would be too long.
fn run_directory(directory: &Path) -> PathBuf {
    let beside = directory.join("run");
    let id_length = "/inst_01j9zz3kq8f7v9x2m4n5p6r7st".len();
    if beside.as_os_str().len() + id_length <= LONGEST_RUN_DIRECTORY {
        return beside;
    }
    Path::new("/run").join(Names::of(directory).cgroup())
}

fn remove_directory(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).internal(format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[async_trait]
impl Driver<ByteStream> for OciDriver {
    fn kind(&self) -> DriverKind {
        DriverKind::Oci
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    async fn inventory(&self) -> Result<Vec<InstanceId>> {
        let mut found = BTreeSet::new();
        let names = |paths: Vec<PathBuf>| {
            paths.into_iter().filter_map(|path| path.file_name()?.to_str()?.parse::<InstanceId>().ok())
        };
        found.extend(names(files::list(&self.instances)?));
        found.extend(names(files::list(&self.runs)?));
        found.extend(names(leftovers::groups_below(&self.network.names().cgroup())));
        Ok(found.into_iter().collect())
    }

    async fn prepare(&self, plan: &RunPlan, progress: &dyn ProgressSink) -> Result<()> {
        let (directory, instance) = (self.directory(plan.instance), plan.instance);
        let live = matches!(self.run(instance).await?, Run::Live { .. });
        if !live {
            progress.progress(Progress { label: "Preparing the volume".to_owned(), done: None, total: None });
        }
        let (network, disks, bytes) =
            (Arc::clone(&self.network), Arc::clone(&self.disks), plan.resources.disk_bytes);
        blocking(move || {
            files::private_directory(&directory)?;
            network.lease(instance)?;
            if live { Ok(()) } else { disks.ensure(&directory, bytes) }
        })
        .await?;
        if let Rootfs::Image { reference } = &plan.rootfs {
            self.prepare_image(plan, reference, progress).await?;
        }
        self.nudge();
        Ok(())
    }

    async fn start(&self, plan: &RunPlan) -> Result<()> {
        match self.run(plan.instance).await? {
            Run::Live { status, .. } if status.run == plan.run => return Ok(()),
            Run::Live { status, .. } => {
                return Err(Error::conflict(
                    "run_already_up",
                    format!("Run {} of the instance is up.", status.run),
                )
                .next_step("Stop it before another run is started."));
            }
            Run::None | Run::Ended { .. } => {}
        }
        let (directory, bytes) = (self.directory(plan.instance), plan.resources.disk_bytes);
        if !blocking(move || Disks::enlarge(&directory, bytes)).await? {
            return Err(Self::volume_missing(plan.instance));
        }
        self.forget_run(plan.instance).await?;
        let slot = self.network.lease(plan.instance)?;
        let sandbox = self.sandbox(plan, slot)?;
        let launch = Launch {
            version: VERSION,
            launch: self.spawner.next_launch(),
            instance: plan.instance,
            run: plan.run,
            run_dir: self.run_directory(plan.instance),
            console: ConsoleSettings::in_directory(self.directory(plan.instance).join("console")),
            sandbox,
        };
        let launched = self.spawner.launch(&launch).await;
        if launched.is_err() && !matches!(self.run(plan.instance).await, Ok(Run::Live { .. })) {
            let (network, group, instance) =
                (Arc::clone(&self.network), self.cgroup(plan.instance), plan.instance);
            blocking(move || {
                leftovers::remove_groups(&group)?;
                network.remove_left(instance)
            })
            .await?;
        }
        self.nudge();
        launched.map(drop)
    }

    async fn update(&self, instance: InstanceId, resources: Resources) -> Result<()> {
        self.ask(instance, Request::Update { resources }, QUICK).await
    }

    async fn stop(&self, instance: InstanceId, grace: Duration) -> Result<()> {
        if let Run::Live { shim, .. } = self.run(instance).await? {
            let request = if grace.is_zero() {
                Request::Kill
            } else {
                Request::Stop { grace_ms: u64::try_from(grace.as_millis()).unwrap_or(u64::MAX) }
            };
            let asked = shim.done(request, grace.saturating_add(STOP_PATIENCE)).await;
            // The run may have ended by itself meanwhile; what counts is that nothing runs.
            if matches!(self.run(instance).await?, Run::Live { .. }) {
                asked?;
                return Err(Error::internal("a shim says that it stopped, but it runs"));
            }
        }
        self.nudge();
        Ok(())
    }

    async fn pause(&self, instance: InstanceId) -> Result<()> {
        self.ask(instance, Request::Pause, QUICK).await?;
        self.nudge();
        Ok(())
    }

    async fn resume(&self, instance: InstanceId) -> Result<()> {
        self.ask(instance, Request::Resume, QUICK).await?;
        self.nudge();
        Ok(())
    }

    async fn delete(&self, instance: InstanceId) -> Result<()> {
        match self.run(instance).await {
            Ok(Run::Live { shim, .. }) => {
                if let Err(error) = shim.done(Request::Kill, STOP_PATIENCE).await {
                    tracing::warn!(instance.id = %instance, error = ?error, "the shim did not end the run; its processes are killed");
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(instance.id = %instance, error = ?error, "the shim does not answer; its processes are killed");
            }
        }
        if let Some(state) = State::read(&self.run_directory(instance)).unwrap_or_default() {
            if state.end.is_some() && state.shim.is_alive() {
                let _gone = Shim::at(&state.socket).done(Request::Forget, QUICK).await;
            }
            self.clean_after(instance, &state).await?;
        }
        let (network, group) = (Arc::clone(&self.network), self.cgroup(instance));
        blocking(move || {
            leftovers::kill_group(&group, STOP_PATIENCE)?;
            leftovers::remove_groups(&group)?;
            network.remove_left(instance)
        })
        .await?;
        remove_directory(&self.run_directory(instance))?;
        // Last: as long as its directory is there, the inventory names the instance, and its lease holds.
        self.trash.discard(&self.directory(instance))?;
        self.network.release(instance);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
        self.nudge();
        Ok(())
    }

    async fn observe(&self, instance: InstanceId) -> Result<Observation> {
        Ok(match self.run(instance).await? {
            Run::Live { status, .. } => {
                // What changes from here on is news.
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(instance, status.changed);
                match status.state {
                    RunState::Paused => Observation::Paused { run: status.run },
                    _ => Observation::Running { run: status.run },
                }
            }
            Run::Ended { run, exit, .. } => Observation::Stopped { run, exit },
            Run::None => {
                let directory = self.directory(instance);
                if Disks::find(&directory).is_none() {
                    return Ok(Observation::Absent);
                }
                let last: Option<LastRun> = files::read_json(&directory.join("last_run.json"))?;
                let last = last.unwrap_or(LastRun { run: 0, exit: None });
                Observation::Stopped { run: last.run, exit: last.exit }
            }
        })
    }

    async fn changed(&self, instance: InstanceId) {
        let mut nudges = self.nudges.subscribe();
        let since =
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&instance).copied().unwrap_or(0);
        let state = State::read(&self.run_directory(instance)).unwrap_or_default();
        let shim = state.filter(|state| state.end.is_none()).map(|state| Shim::at(&state.socket));
        let from_shim = async {
            let limit = Duration::from_secs(stead_shim::protocol::CHANGED_WAIT_SECONDS).saturating_add(QUICK);
            match shim {
                Some(shim) => match shim.call::<Changed>(Request::Changed { since }, limit).await {
                    Ok(reply) => {
                        self.seen
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .insert(instance, reply.changed);
                    }
                    // Gone or going: the caller looks soon, but not in a busy loop.
                    Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
                },
                None => tokio::time::sleep(IDLE_WAIT).await,
            }
        };
        tokio::select! {
            () = from_shim => {}
            _ = nudges.changed() => {}
        }
    }

    async fn usage(&self, instance: InstanceId) -> Result<Usage> {
        let mut usage = match self.run(instance).await? {
            Run::Live { shim, .. } => shim.call::<UsageReply>(Request::Usage, QUICK).await?.usage,
            Run::None | Run::Ended { .. } => Usage::default(),
        };
        let directory = self.directory(instance);
        usage.disk_bytes =
            blocking(move || Ok(Disks::find(&directory).map_or(0, |volume| Disks::used(&volume)))).await?;
        Ok(usage)
    }

    async fn listening(&self, instance: InstanceId) -> Result<Vec<u16>> {
        Ok(self.ask_for::<Listening>(instance, Request::Listening, QUICK).await?.ports)
    }

    async fn spawn(&self, instance: InstanceId, process: &ProcessSpec) -> Result<()> {
        self.ask(instance, Request::Spawn { process: process.clone() }, STOP_PATIENCE).await
    }

    async fn processes(&self, instance: InstanceId) -> Result<Vec<ProcessState>> {
        match self.run(instance).await? {
            Run::Live { shim, .. } => Ok(shim.call::<Processes>(Request::Processes, QUICK).await?.processes),
            Run::Ended { processes, .. } => Ok(processes),
            Run::None if self.directory(instance).is_dir() => Ok(Vec::new()),
            Run::None => Err(Error::not_found("instance", instance)),
        }
    }

    async fn attach(&self, instance: InstanceId, process: ProcessId, attach: Attach) -> Result<ByteStream> {
        match self.reachable(instance).await? {
            Some(shim) => shim.stream(Request::Attach { process, attach }).await,
            None => Err(Error::not_found("process", process)),
        }
    }

    async fn signal(&self, instance: InstanceId, process: ProcessId, signal: i32) -> Result<()> {
        match self.reachable(instance).await? {
            Some(shim) => shim.done(Request::Signal { process, signal }, QUICK).await,
            None => Err(Error::not_found("process", process)),
        }
    }

    async fn console(&self, instance: InstanceId, from: ConsolePosition, follow: bool) -> Result<ByteStream> {
        if let Some(shim) = self.reachable(instance).await? {
            match shim.stream(Request::Console { from, follow, input: follow }).await {
                // Its run has just ended: the files say the rest.
                Err(error) if error.kind() == ErrorKind::Unavailable => {}
                stream => return stream,
            }
        }
        let directory = self.directory(instance);
        if !directory.is_dir() {
            return Err(Error::not_found("instance", instance));
        }
        Ok(console::read(directory.join("console"), from))
    }

    async fn console_note(&self, instance: InstanceId, text: &str) -> Result<()> {
        self.ask(instance, Request::ConsoleNote { text: text.to_owned() }, QUICK).await
    }

    async fn dial(&self, instance: InstanceId, port: u16) -> Result<ByteStream> {
        self.with_live(instance, |shim| async move { shim.dial(port).await }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_have_short_paths_however_long_the_data_directory_is() {
        assert_eq!(run_directory(Path::new("/var/lib/stead/node")), Path::new("/var/lib/stead/node/run"));
        let long = PathBuf::from(format!("/{}", "long/".repeat(30)));
        assert!(run_directory(&long).starts_with("/run/"));
    }
}
