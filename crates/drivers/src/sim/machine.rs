//! The simulated machine and its guests. Only this module changes a guest's state and writes the machine's file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::driver::{Observation, ProcessIo, ProcessSpec, ProcessState, RunPlan, Usage};
use stead_core::error::{Error, InternalContext as _, Result};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::{ExitStatus, Resources};
use tokio::sync::watch;

use super::faults::{Call, Faults};
use super::output::OutputLog;
use super::process::{self, Process};

const CONSOLE_BYTES: usize = 4 << 20;
/// Console bytes that go into the file, per guest.
const PERSISTED_CONSOLE_BYTES: usize = 64 << 10;
pub(super) const SIGTERM: i32 = 15;
pub(super) const SIGKILL: i32 = 9;
/// Ended processes that nobody read are forgotten after this.
const KEEP_ENDED: Duration = Duration::from_secs(3_600);

/// How long calls take and where the machine is kept.
#[derive(Debug, Clone, Default)]
pub struct SimSettings {
    /// The machine's file; in memory only when absent.
    pub file: Option<PathBuf>,
    /// Calls not named take no time.
    pub delays: BTreeMap<Call, Duration>,
}

impl SimSettings {
    /// Delays like those of a real machine, for demos.
    #[must_use]
    pub fn lifelike() -> Self {
        let delays = [
            (Call::Prepare, Duration::from_millis(1_200)),
            (Call::Start, Duration::from_millis(250)),
            (Call::Stop, Duration::from_millis(400)),
            (Call::Pause, Duration::from_millis(20)),
            (Call::Resume, Duration::from_millis(20)),
            (Call::Delete, Duration::from_millis(300)),
        ];
        Self { file: None, delays: delays.into() }
    }

    pub(super) fn delay(&self, call: Call) -> Duration {
        self.delays.get(&call).copied().unwrap_or_default()
    }
}

/// A machine in memory. See [`super`].
#[derive(Debug)]
pub struct SimMachine {
    settings: SimSettings,
    ambient: Ambient,
    faults: Faults,
    guests: Mutex<BTreeMap<InstanceId, Arc<Guest>>>,
    arrivals: watch::Sender<u64>,
    saving: Mutex<()>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedGuest {
    plan: RunPlan,
    state: GuestState,
    files: BTreeMap<String, Vec<u8>>,
    console_base: u64,
    console: Vec<u8>,
    /// Jobs that write to the console, apart from the main process.
    #[serde(default)]
    jobs: Vec<ProcessSpec>,
}

/// Present state of a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum GuestState {
    Stopped { run: u64, exit: Option<ExitStatus> },
    Running { run: u64, since: Timestamp, paused: bool },
}

#[derive(Debug)]
pub(super) struct Guest {
    pub(super) ambient: Ambient,
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
    /// Grows with each byte of the console.
    pub(super) console_version: watch::Sender<u64>,
    pub(super) paused: watch::Sender<bool>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) plan: RunPlan,
    pub(super) state: GuestState,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) console: OutputLog,
    pub(super) processes: BTreeMap<ProcessId, Arc<Process>>,
    pub(super) main: Option<ProcessId>,
    /// Port to the process that listens.
    pub(super) ports: BTreeMap<u16, ProcessId>,
    received: u64,
    sent: u64,
}

impl SimMachine {
    #[must_use]
    pub fn new(settings: SimSettings, ambient: Ambient) -> Self {
        Self {
            settings,
            ambient,
            faults: Faults::new(),
            guests: Mutex::default(),
            arrivals: watch::Sender::new(0),
            saving: Mutex::new(()),
        }
    }

    /// The machine of a file; a new one when there is no such file. Running guests come back with their main process.
    ///
    /// # Errors
    /// When the file cannot be read or is not a machine.
    pub fn open(settings: SimSettings, ambient: Ambient) -> Result<Self> {
        let machine = Self::new(settings, ambient);
        let Some(file) = &machine.settings.file else { return Ok(machine) };
        let text = match std::fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(machine),
            Err(error) => return Err(error).internal(format!("reading {}", file.display())),
        };
        let saved: Vec<SavedGuest> =
            serde_json::from_slice(&text).internal(format!("reading {}", file.display()))?;
        {
            let mut guests = machine.lock();
            for saved in saved {
                let guest = Arc::new(Guest::new(&saved.plan, machine.ambient.clone()));
                {
                    let mut inner = guest.lock();
                    inner.state = saved.state;
                    inner.files = saved.files;
                    inner.console = OutputLog::restored(CONSOLE_BYTES, saved.console_base, saved.console);
                    guest
                        .paused
                        .send_replace(matches!(inner.state, GuestState::Running { paused: true, .. }));
                }
                guest.start_main();
                for job in saved.jobs {
                    process::launch(&guest, job);
                }
                guests.insert(saved.plan.instance, guest);
            }
        }
        Ok(machine)
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(super) fn settings(&self) -> &SimSettings {
        &self.settings
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InstanceId, Arc<Guest>>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn instances(&self) -> Vec<InstanceId> {
        self.lock().keys().copied().collect()
    }

    pub(super) fn guest(&self, instance: InstanceId) -> Option<Arc<Guest>> {
        self.lock().get(&instance).cloned()
    }

    pub(super) async fn prepare(&self, plan: &RunPlan) -> Result<()> {
        {
            let mut guests = self.lock();
            let guest = guests
                .entry(plan.instance)
                .or_insert_with(|| Arc::new(Guest::new(plan, self.ambient.clone())));
            let mut inner = guest.lock();
            if matches!(inner.state, GuestState::Stopped { .. }) {
                inner.plan = plan.clone();
            }
        }
        self.arrivals.send_modify(|version| *version += 1);
        self.save().await
    }

    pub(super) async fn delete(&self, instance: InstanceId) -> Result<()> {
        let guest = self.lock().remove(&instance);
        if let Some(guest) = guest {
            guest.kill_all(SIGKILL);
            guest.end(None);
        }
        self.arrivals.send_modify(|version| *version += 1);
        self.save().await
    }

    pub(super) async fn changed(&self, instance: InstanceId) {
        let mut arrivals = self.arrivals.subscribe();
        match self.guest(instance) {
            Some(guest) => {
                let mut changed = guest.changed.subscribe();
                // Early returns are allowed: a change between two calls is caught by the time-out.
                tokio::select! {
                    _ = changed.changed() => {}
                    _ = arrivals.changed() => {}
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                }
            }
            None => {
                tokio::select! {
                    _ = arrivals.changed() => {}
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                }
            }
        }
    }

    /// Writes the machine's file, when it has one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn save(&self) -> Result<()> {
        let Some(file) = self.settings.file.clone() else { return Ok(()) };
        let saved: Vec<SavedGuest> = self.lock().values().map(|guest| guest.to_saved()).collect();
        let text = serde_json::to_vec(&saved).internal("encoding the simulated machine")?;
        let _one_at_a_time = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = file.with_extension("new");
        std::fs::write(&fresh, text).internal(format!("writing {}", fresh.display()))?;
        std::fs::rename(&fresh, &file).internal(format!("writing {}", file.display()))
    }
}

impl Guest {
    fn new(plan: &RunPlan, ambient: Ambient) -> Self {
        let mut files = BTreeMap::new();
        files.insert(
            "/workspace/README.md".to_owned(),
            b"# A simulated workspace\n\nNothing here is executed for real.\n".to_vec(),
        );
        Self {
            ambient,
            inner: Mutex::new(Inner {
                plan: plan.clone(),
                state: GuestState::Stopped { run: 0, exit: None },
                files,
                console: OutputLog::new(CONSOLE_BYTES),
                processes: BTreeMap::new(),
                main: None,
                ports: BTreeMap::new(),
                received: 0,
                sent: 0,
            }),
            changed: watch::Sender::new(0),
            console_version: watch::Sender::new(0),
            paused: watch::Sender::new(false),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn to_saved(&self) -> SavedGuest {
        let inner = self.lock();
        let from =
            inner.console.end().saturating_sub(PERSISTED_CONSOLE_BYTES as u64).max(inner.console.start());
        SavedGuest {
            plan: inner.plan.clone(),
            state: inner.state.clone(),
            files: inner.files.clone(),
            console_base: from,
            console: inner.console.read(from, usize::MAX),
            jobs: inner
                .processes
                .values()
                .filter(|process| process.spec.io == ProcessIo::Console && process.exit().is_none())
                .filter(|process| inner.main != Some(process.spec.id))
                .map(|process| process.spec.clone())
                .collect(),
        }
    }

    pub(super) fn notify(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    pub(super) fn require_running(&self) -> Result<()> {
        match self.lock().state {
            GuestState::Running { .. } => Ok(()),
            GuestState::Stopped { .. } => {
                Err(Error::conflict("instance_not_running", "The instance does not run.")
                    .next_step("Start it first."))
            }
        }
    }

    pub(super) fn start(self: &Arc<Self>, plan: &RunPlan) -> Result<()> {
        {
            let mut inner = self.lock();
            if let GuestState::Running { run, .. } = inner.state {
                return if run == plan.run {
                    Ok(())
                } else {
                    Err(Error::conflict("run_already_up", format!("Run {run} of the instance is up."))
                        .next_step("Stop it before another run is started."))
                };
            }
            inner.plan = plan.clone();
            inner.processes.clear();
            inner.ports.clear();
            inner.state = GuestState::Running { run: plan.run, since: self.ambient.now(), paused: false };
        }
        self.paused.send_replace(false);
        self.start_main();
        self.notify();
        Ok(())
    }

    /// Starts the main process of a running guest: the plan's command, or the image's simulated entry point.
    fn start_main(self: &Arc<Self>) {
        let plan = {
            let inner = self.lock();
            if !matches!(inner.state, GuestState::Running { .. }) {
                return;
            }
            inner.plan.clone()
        };
        let argv = match (&plan.command, &plan.rootfs) {
            (Some(argv), _) => argv.clone(),
            (None, stead_core::instance::Rootfs::Image { .. }) => vec!["simulated-entrypoint".to_owned()],
            (None, stead_core::instance::Rootfs::HostUserland) => return,
        };
        let id: ProcessId = self.ambient.new_id();
        let spec = ProcessSpec {
            id,
            label: argv.join(" "),
            argv,
            env: plan.env,
            working_directory: None,
            user: None,
            io: ProcessIo::Console,
        };
        self.lock().main = Some(id);
        process::launch(self, spec);
    }

    pub(super) fn update(&self, resources: Resources) -> Result<()> {
        self.require_running()?;
        self.lock().plan.resources = resources;
        Ok(())
    }

    /// Ends the run, when one is up.
    pub(super) fn end(&self, exit: Option<ExitStatus>) {
        {
            let mut inner = self.lock();
            let GuestState::Running { run, .. } = inner.state else { return };
            inner.state = GuestState::Stopped { run, exit };
            inner.main = None;
            inner.ports.clear();
        }
        self.paused.send_replace(false);
        self.kill_all(SIGKILL);
        // Followers of the console see that the run has ended.
        self.console_version.send_modify(|version| *version += 1);
        self.notify();
    }

    pub(super) fn kill_all(&self, signal: i32) {
        let processes: Vec<_> = self.lock().processes.values().cloned().collect();
        for process in processes {
            process.kill(signal);
        }
    }

    pub(super) async fn stop(&self, grace: Duration) -> Result<()> {
        if self.require_running().is_err() {
            return Ok(());
        }
        self.paused.send_replace(false);
        let main = {
            let inner = self.lock();
            inner.main.and_then(|id| inner.processes.get(&id).cloned())
        };
        let mut exit = None;
        if !grace.is_zero() {
            self.kill_all(SIGTERM);
            if let Some(main) = &main {
                let _timed_out = tokio::time::timeout(grace, main.ended()).await;
                exit = main.exit();
            }
        }
        let killed = ExitStatus { code: 128 + SIGKILL, signal: Some(SIGKILL), out_of_memory: false };
        let exit = exit.or_else(|| main.is_some().then_some(killed));
        self.end(exit);
        Ok(())
    }

    pub(super) fn set_paused(&self, wanted: bool) -> Result<()> {
        self.require_running()?;
        if let GuestState::Running { paused, .. } = &mut self.lock().state {
            *paused = wanted;
        }
        self.paused.send_replace(wanted);
        self.notify();
        Ok(())
    }

    pub(super) fn observe(&self) -> Observation {
        match self.lock().state {
            GuestState::Stopped { run, exit } => Observation::Stopped { run, exit },
            GuestState::Running { run, paused: false, .. } => Observation::Running { run },
            GuestState::Running { run, paused: true, .. } => Observation::Paused { run },
        }
    }

    /// Figures that move with time and with the number of processes.
    pub(super) fn usage(&self) -> Usage {
        let inner = self.lock();
        let disk_bytes = 4_096 * inner.files.len() as u64
            + inner.files.values().map(|file| file.len() as u64).sum::<u64>();
        let GuestState::Running { since, paused, .. } = inner.state else {
            return Usage { disk_bytes, ..Usage::default() };
        };
        let living = inner.processes.values().filter(|process| process.exit().is_none()).count() as u64;
        let micros = u64::try_from(self.ambient.now().since(since).as_micros()).unwrap_or(u64::MAX);
        // A wave of one minute around a base, so that graphs of a demo look alive.
        let wave = (micros / 1_000_000 % 60).abs_diff(30);
        // Shares of the limits, in percent, a little different for each name.
        let letters: u64 = inner.plan.name.bytes().map(u64::from).sum();
        let busy = 6 + letters % 17 + 11 * living;
        let (memory, cores_millis) =
            (inner.plan.resources.memory_bytes, u64::from(inner.plan.resources.cpu_millis));
        Usage {
            cpu_micros: if paused { 0 } else { micros / 100 * busy.min(90) * cores_millis / 1_000 },
            memory_bytes: memory / 200 * (busy.min(80) * 2 + wave),
            processes: u32::try_from(1 + living).unwrap_or(u32::MAX),
            disk_bytes,
            received_bytes: inner.received + micros / 4_000,
            sent_bytes: inner.sent + micros / 9_000,
        }
    }

    pub(super) fn listening(&self) -> Vec<u16> {
        self.lock().ports.keys().copied().collect()
    }

    pub(super) fn spawn(self: &Arc<Self>, spec: &ProcessSpec) -> Result<()> {
        if spec.argv.is_empty() {
            return Err(Error::invalid("process_not_started", "A process needs a program to run."));
        }
        let now = self.ambient.now();
        {
            let mut inner = self.lock();
            inner
                .processes
                .retain(|_, process| process.ended_at().is_none_or(|at| now.since(at) < KEEP_ENDED));
            if inner.processes.contains_key(&spec.id) {
                return Ok(());
            }
        }
        process::launch(self, spec.clone());
        self.notify();
        Ok(())
    }

    pub(super) fn processes(&self) -> Vec<ProcessState> {
        self.lock().processes.values().map(|process| process.state()).collect()
    }

    pub(super) fn process(&self, id: ProcessId) -> Result<Arc<Process>> {
        self.lock().processes.get(&id).cloned().ok_or_else(|| Error::not_found("process", id))
    }

    pub(super) fn signal(&self, id: ProcessId, signal: i32) -> Result<()> {
        let process = self.process(id)?;
        if process.exit().is_some() {
            self.lock().processes.remove(&id);
        } else {
            process.kill(signal);
        }
        Ok(())
    }

    pub(super) fn write_console(&self, bytes: &[u8]) {
        self.lock().console.push(bytes);
        self.console_version.send_modify(|version| *version += 1);
    }

    pub(super) fn console_note(&self, text: &str) {
        let needs_newline = {
            let inner = self.lock();
            let end = inner.console.end();
            end > inner.console.start() && inner.console.read(end - 1, 1) != b"\n"
        };
        let line = format!("{}{}\n", if needs_newline { "\n" } else { "" }, text.trim_end_matches('\n'));
        self.write_console(line.as_bytes());
    }

    pub(super) fn count_traffic(&self, received: u64, sent: u64) {
        let mut inner = self.lock();
        inner.received += received;
        inner.sent += sent;
    }
}
