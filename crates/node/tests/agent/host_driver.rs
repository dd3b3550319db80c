//! A driver for tests that runs real processes on this machine in a temporary folder per instance: git and shells are real, nothing
//! is isolated. It outlives the agent, as shims do, so that restarts of the agent can be tested.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use stead_core::Timestamp;
use stead_core::driver::{
    Attach, Capabilities, ConsolePosition, Driver, Observation, ProcessIo, ProcessSpec, ProcessState,
    ProgressSink, RunPlan, Usage,
};
use stead_core::error::{Error, Result};
use stead_core::frame::Frame;
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::{DriverKind, ExitStatus, Progress, Resources, Rootfs};
use stead_link::{ByteStream, pipe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{Notify, watch};

#[derive(Default)]
struct Process {
    state: Option<ProcessState>,
    pid: Option<u32>,
    output: Vec<u8>,
    stdin: Option<ChildStdin>,
}

#[derive(Default)]
struct Instance {
    observation: Option<Observation>,
    pub(crate) plans: Vec<RunPlan>,
    resources: Option<Resources>,
    console: Vec<u8>,
    processes: BTreeMap<ProcessId, Process>,
}

#[derive(Default)]
pub(crate) struct HostDriver {
    root: PathBuf,
    instances: Mutex<BTreeMap<InstanceId, Instance>>,
    changes: Notify,
    version: watch::Sender<u64>,
    pub(crate) hold_prepare: Mutex<Option<Arc<Notify>>>,
    pub(crate) fail_start: Mutex<Option<Error>>,
    pub(crate) starts: AtomicU64,
    pub(crate) prepares: AtomicU64,
    pub(crate) stops: Mutex<Vec<Duration>>,
    pub(crate) ports: Mutex<Vec<u16>>,
}

impl HostDriver {
    pub(crate) fn new(root: PathBuf) -> Arc<Self> {
        Arc::new(Self { root, ..Self::default() })
    }

    pub(crate) fn workspace(&self, instance: InstanceId) -> PathBuf {
        self.root.join(instance.to_string())
    }

    fn with<T>(&self, instance: InstanceId, change: impl FnOnce(&mut Instance) -> T) -> T {
        let result = change(self.instances.lock().unwrap().entry(instance).or_default());
        self.version.send_modify(|version| *version += 1);
        self.changes.notify_waiters();
        result
    }

    pub(crate) fn observed(&self, instance: InstanceId) -> Observation {
        self.instances
            .lock()
            .unwrap()
            .get(&instance)
            .and_then(|it| it.observation)
            .unwrap_or(Observation::Absent)
    }

    pub(crate) fn plans(&self, instance: InstanceId) -> Vec<RunPlan> {
        self.instances.lock().unwrap().get(&instance).map(|it| it.plans.clone()).unwrap_or_default()
    }

    pub(crate) fn console_text(&self, instance: InstanceId) -> String {
        self.with(instance, |it| String::from_utf8_lossy(&it.console).into_owned())
    }

    /// The main process ends by itself, or the machine goes down (`exit` is `None`).
    pub(crate) fn end_run(&self, instance: InstanceId, exit: Option<ExitStatus>) {
        self.kill_all(instance);
        self.with(instance, |it| {
            if let Some(Observation::Running { run } | Observation::Paused { run }) = it.observation {
                it.observation = Some(Observation::Stopped { run, exit });
            }
        });
    }

    fn kill_all(&self, instance: InstanceId) {
        self.with(instance, |it| {
            for process in it.processes.values_mut() {
                process.kill(9);
            }
            it.processes.clear();
        });
    }

    async fn follow_output(
        self: Arc<Self>,
        instance: InstanceId,
        process: Option<ProcessId>,
        mut from: usize,
        follow: bool,
        mut stream: ByteStream,
    ) {
        let mut version = self.version.subscribe();
        loop {
            version.borrow_and_update();
            let (bytes, exit) = {
                let all = self.instances.lock().unwrap();
                let Some(it) = all.get(&instance) else { return };
                match process {
                    None => (it.console.get(from..).unwrap_or_default().to_vec(), None),
                    Some(process) => {
                        let Some(process) = it.processes.get(&process) else { return };
                        let exit = process.state.as_ref().and_then(|state| state.exit);
                        (process.output.get(from..).unwrap_or_default().to_vec(), exit)
                    }
                }
            };
            let mut out = Vec::new();
            for chunk in bytes.chunks(32 << 10) {
                Frame::Output { offset: from as u64, bytes: chunk }.encode(&mut out);
                from += chunk.len();
            }
            if let Some(exit) = exit {
                Frame::Exit { code: exit.code, signal: 0, out_of_memory: false }.encode(&mut out);
            }
            if stream.write_all(&out).await.is_err() {
                return;
            }
            if exit.is_some() || !follow {
                let _ = stream.shutdown().await;
                return;
            }
            if version.changed().await.is_err() {
                return;
            }
        }
    }

    async fn supervise(
        self: Arc<Self>,
        instance: InstanceId,
        id: ProcessId,
        mut child: Child,
        console: bool,
    ) {
        let read = |it: &Arc<Self>, mut source: Box<dyn tokio::io::AsyncRead + Send + Unpin>| {
            let driver = Arc::clone(it);
            tokio::spawn(async move {
                let mut buffer = vec![0; 16 << 10];
                while let Ok(length @ 1..) = source.read(&mut buffer).await {
                    driver.with(instance, |it| {
                        if console {
                            it.console.extend_from_slice(&buffer[..length]);
                        } else if let Some(process) = it.processes.get_mut(&id) {
                            process.output.extend_from_slice(&buffer[..length]);
                        }
                    });
                }
            })
        };
        let out = read(&self, Box::new(child.stdout.take().unwrap()));
        let err = read(&self, Box::new(child.stderr.take().unwrap()));
        let status = child.wait().await.unwrap();
        let _ = tokio::join!(out, err);
        let exit = ExitStatus { code: status.code().unwrap_or(137), signal: None, out_of_memory: false };
        self.with(instance, |it| {
            if let Some(state) = it.processes.get_mut(&id).and_then(|process| process.state.as_mut()) {
                state.exit = Some(exit);
            }
        });
    }
}

impl Process {
    fn kill(&mut self, signal: i32) {
        let alive = self.state.as_ref().is_some_and(|state| state.exit.is_none());
        if let (true, Some(pid)) = (alive, self.pid) {
            let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
            let signal = rustix::process::Signal::from_named_raw(signal).unwrap();
            let _ = rustix::process::kill_process_group(pid, signal);
        }
    }
}

/// The driver as the agent holds it: spawning needs the `Arc`.
pub(crate) struct Held(pub(crate) Arc<HostDriver>);

fn not_running() -> Error {
    Error::conflict("instance_not_running", "The instance is not running.")
}

#[async_trait]
impl Driver<ByteStream> for Held {
    fn kind(&self) -> DriverKind {
        DriverKind::Sim
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            pause: true,
            images: true,
            host_userland: true,
            limits: false,
            disk_quota: false,
            outbound_network: true,
            missing: vec!["Nothing is isolated: this is for tests.".to_owned()],
        }
    }

    async fn inventory(&self) -> Result<Vec<InstanceId>> {
        let all = self.0.instances.lock().unwrap();
        Ok(all.iter().filter(|(_, it)| it.observation.is_some()).map(|(id, _)| *id).collect())
    }

    async fn prepare(&self, plan: &RunPlan, progress: &dyn ProgressSink) -> Result<()> {
        self.0.prepares.fetch_add(1, Ordering::SeqCst);
        if let Rootfs::Image { reference } = &plan.rootfs {
            progress.progress(Progress {
                label: format!("Pulling {reference}"),
                done: Some(1),
                total: Some(2),
            });
            let hold = self.0.hold_prepare.lock().unwrap().clone();
            if let Some(hold) = hold {
                hold.notified().await;
            }
        }
        std::fs::create_dir_all(self.0.workspace(plan.instance)).unwrap();
        self.0.with(plan.instance, |it| {
            it.observation.get_or_insert(Observation::Stopped { run: 0, exit: None });
        });
        Ok(())
    }

    async fn start(&self, plan: &RunPlan) -> Result<()> {
        if let Some(error) = self.0.fail_start.lock().unwrap().as_ref() {
            return Err(error.to_problem().into());
        }
        self.0.with(plan.instance, |it| match it.observation {
            None => Err(Error::conflict("not_prepared", "Nothing was prepared.")),
            Some(Observation::Running { run }) if run == plan.run => Ok(()),
            Some(Observation::Running { .. } | Observation::Paused { .. }) => {
                Err(Error::conflict("other_run", "Another run is up."))
            }
            Some(Observation::Stopped { .. } | Observation::Absent) => {
                it.observation = Some(Observation::Running { run: plan.run });
                it.resources = Some(plan.resources);
                it.plans.push(plan.clone());
                self.0.starts.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        })
    }

    async fn update(&self, instance: InstanceId, resources: Resources) -> Result<()> {
        self.0.with(instance, |it| it.resources = Some(resources));
        Ok(())
    }

    async fn stop(&self, instance: InstanceId, grace: Duration) -> Result<()> {
        self.0.stops.lock().unwrap().push(grace);
        // What is given very long takes very long.
        if grace > Duration::from_secs(60) {
            tokio::time::sleep(grace).await;
        }
        self.0.end_run(instance, Some(ExitStatus { code: 143, signal: Some(15), out_of_memory: false }));
        Ok(())
    }

    async fn pause(&self, instance: InstanceId) -> Result<()> {
        self.0.with(instance, |it| match it.observation {
            Some(Observation::Running { run }) => {
                it.observation = Some(Observation::Paused { run });
                Ok(())
            }
            _ => Err(not_running()),
        })
    }

    async fn resume(&self, instance: InstanceId) -> Result<()> {
        self.0.with(instance, |it| {
            if let Some(Observation::Paused { run }) = it.observation {
                it.observation = Some(Observation::Running { run });
            }
        });
        Ok(())
    }

    async fn delete(&self, instance: InstanceId) -> Result<()> {
        self.0.kill_all(instance);
        self.0.instances.lock().unwrap().remove(&instance);
        let _ = std::fs::remove_dir_all(self.0.workspace(instance));
        Ok(())
    }

    async fn observe(&self, instance: InstanceId) -> Result<Observation> {
        Ok(self.0.observed(instance))
    }

    async fn changed(&self, _instance: InstanceId) {
        self.0.changes.notified().await;
    }

    async fn usage(&self, _instance: InstanceId) -> Result<Usage> {
        Ok(Usage { cpu_micros: 1_000, memory_bytes: 1, ..Usage::default() })
    }

    async fn listening(&self, _instance: InstanceId) -> Result<Vec<u16>> {
        Ok(self.0.ports.lock().unwrap().clone())
    }

    async fn spawn(&self, instance: InstanceId, process: &ProcessSpec) -> Result<()> {
        if !matches!(self.0.observed(instance), Observation::Running { .. }) {
            return Err(not_running());
        }
        if self.0.with(instance, |it| it.processes.contains_key(&process.id)) {
            return Ok(());
        }
        let mut child = Command::new(&process.argv[0])
            .args(&process.argv[1..])
            .envs(&process.env)
            .current_dir(self.0.workspace(instance))
            .stdin(if process.io == ProcessIo::Console { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let state = ProcessState {
            id: process.id,
            label: process.label.clone(),
            io: process.io,
            started: Timestamp::default(),
            exit: None,
            viewers: 0,
        };
        let entry =
            Process { state: Some(state), pid: child.id(), output: Vec::new(), stdin: child.stdin.take() };
        self.0.with(instance, |it| it.processes.insert(process.id, entry));
        let console = process.io == ProcessIo::Console;
        tokio::spawn(Arc::clone(&self.0).supervise(instance, process.id, child, console));
        Ok(())
    }

    async fn processes(&self, instance: InstanceId) -> Result<Vec<ProcessState>> {
        let all = self.0.instances.lock().unwrap();
        Ok(all
            .get(&instance)
            .map(|it| it.processes.values().filter_map(|it| it.state.clone()).collect())
            .unwrap_or_default())
    }

    async fn attach(&self, instance: InstanceId, process: ProcessId, _attach: Attach) -> Result<ByteStream> {
        let (near, far) = pipe();
        let stdin = self.0.with(instance, |it| {
            it.processes
                .get_mut(&process)
                .map(|it| it.stdin.take())
                .ok_or_else(|| Error::not_found("process", process))
        })?;
        let (mut reader, writer) = tokio::io::split(near);
        tokio::spawn(async move {
            let (mut stdin, mut buffer) = (stdin, Vec::new());
            while let Ok(1..) = reader.read_buf(&mut buffer).await {
                while let Ok(Some((frame, length))) = Frame::decode(&buffer) {
                    match (frame, &mut stdin) {
                        (Frame::Input { bytes }, Some(stdin)) => drop(stdin.write_all(bytes).await),
                        (Frame::InputEnd, _) => drop(stdin.take()),
                        _ => {}
                    }
                    buffer.drain(..length);
                }
            }
        });
        let driver = Arc::clone(&self.0);
        tokio::spawn(async move {
            let stream = Box::new(tokio::io::join(tokio::io::empty(), writer));
            driver.follow_output(instance, Some(process), 0, true, stream).await;
        });
        Ok(far)
    }

    async fn signal(&self, instance: InstanceId, process: ProcessId, signal: i32) -> Result<()> {
        self.0.with(instance, |it| {
            let ended = it.processes.get_mut(&process).is_some_and(|process| {
                process.kill(signal);
                process.state.as_ref().is_some_and(|state| state.exit.is_some())
            });
            if ended {
                it.processes.remove(&process);
            }
        });
        Ok(())
    }

    async fn console(&self, instance: InstanceId, from: ConsolePosition, follow: bool) -> Result<ByteStream> {
        let console = self.0.with(instance, |it| it.console.clone());
        let start = match from {
            ConsolePosition::Start => 0,
            ConsolePosition::Offset { offset } => usize::try_from(offset).unwrap(),
            ConsolePosition::Tail { lines: 0 } => console.len(),
            ConsolePosition::Tail { lines } => {
                let breaks: Vec<usize> = console
                    .iter()
                    .enumerate()
                    .filter(|(_, byte)| **byte == b'\n')
                    .map(|(at, _)| at + 1)
                    .collect();
                breaks.len().checked_sub(lines as usize + 1).map_or(0, |index| breaks[index])
            }
        };
        let (near, far) = pipe();
        tokio::spawn(Arc::clone(&self.0).follow_output(instance, None, start, follow, near));
        Ok(far)
    }

    async fn console_note(&self, instance: InstanceId, text: &str) -> Result<()> {
        self.0.with(instance, |it| it.console.extend_from_slice(format!("[{text}]\n").as_bytes()));
        Ok(())
    }

    /// Port 7 echoes, port 19 sends for ever, port 9 takes everything and counts it at the end; others refuse.
    async fn dial(&self, _instance: InstanceId, port: u16) -> Result<ByteStream> {
        let (mut near, far) = pipe();
        match port {
            7 => tokio::spawn(async move {
                let (mut reader, mut writer) = tokio::io::split(near);
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
                let _ = writer.shutdown().await;
            }),
            9 => tokio::spawn(async move {
                let count = tokio::io::copy(&mut near, &mut tokio::io::sink()).await.unwrap();
                let _ = near.write_all(count.to_string().as_bytes()).await;
                let _ = near.shutdown().await;
            }),
            19 => {
                let driver = Arc::clone(&self.0);
                tokio::spawn(async move {
                    let chunk = vec![b'x'; 8 << 10];
                    while near.write_all(&chunk).await.is_ok() {
                        driver.starts.fetch_add(1 << 32, Ordering::SeqCst);
                    }
                    driver.ports.lock().unwrap().push(19);
                })
            }
            _ => {
                return Err(Error::unavailable(
                    "port_not_listening",
                    format!("Nothing listens on port {port}."),
                )
                .next_step("Start the server inside."));
            }
        };
        Ok(far)
    }
}
