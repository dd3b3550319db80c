//! A simulated machine that honours the whole driver contract in memory: for tests, demos and screenshots.
//!
//! [`SimMachine`] is the machine; it outlives any number of [`SimDriver`]s, as a real one outlives its agent. Given a file, it
//! also outlives the process, when it was saved at the end: state, files and consoles come back, and jobs that write to the
//! console begin anew; terminals are gone. Nothing is executed: the programs are canned and say that they are simulated. The machine is the only writer of
//! its file.

mod attach;
mod faults;
mod machine;
mod output;
mod process;
mod programs;
mod repositories;
mod shell;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use stead_core::ambient::Ambient;
use stead_core::driver::{
    Attach, Capabilities, ConsolePosition, Driver, Observation, ProcessSpec, ProcessState, ProgressSink,
    RunPlan, Usage,
};
use stead_core::error::{Error, Result};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::{DriverKind, Progress, Resources, Rootfs};
use stead_link::stream::ByteStream;

pub use faults::{Call, Faults, Hold};
pub use machine::{SimMachine, SimSettings};

use machine::Guest;

/// The driver side of a [`SimMachine`].
#[derive(Debug, Clone)]
pub struct SimDriver {
    machine: Arc<SimMachine>,
}

impl SimDriver {
    #[must_use]
    pub const fn new(machine: Arc<SimMachine>) -> Self {
        Self { machine }
    }

    /// A driver with a machine of its own, kept in memory only.
    #[must_use]
    pub fn in_memory(ambient: Ambient) -> Self {
        Self::new(Arc::new(SimMachine::new(SimSettings::default(), ambient)))
    }

    /// To make calls fail or wait.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        self.machine.faults()
    }

    /// Everything before the effect of a call: holds, injected failures, then the configured delay.
    async fn enter(&self, call: Call, instance: InstanceId) -> Result<()> {
        self.machine.faults().pass(call, instance).await?;
        let delay = self.machine.settings().delay(call);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        Ok(())
    }

    fn guest(&self, instance: InstanceId) -> Result<Arc<Guest>> {
        self.machine.guest(instance).ok_or_else(|| Error::not_found("instance", instance))
    }

    fn running(&self, instance: InstanceId) -> Result<Arc<Guest>> {
        let guest = self.guest(instance)?;
        guest.require_running()?;
        Ok(guest)
    }
}

#[async_trait]
impl Driver<ByteStream> for SimDriver {
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
            outbound_network: false,
            missing: vec![
                "This is a simulated machine: nothing is executed and no limit is enforced.".to_owned(),
            ],
        }
    }

    async fn inventory(&self) -> Result<Vec<InstanceId>> {
        Ok(self.machine.instances())
    }

    async fn prepare(&self, plan: &RunPlan, progress: &dyn ProgressSink) -> Result<()> {
        self.machine.faults().pass(Call::Prepare, plan.instance).await?;
        if let Rootfs::Image { reference } = &plan.rootfs {
            if reference.starts_with("missing") {
                return Err(Error::not_found("image", reference)
                    .next_step("Check the name and the tag. The simulated machine refuses names that begin with `missing`."));
            }
            let steps = 4;
            for done in 0..=steps {
                progress.progress(Progress {
                    label: format!("Downloading {reference}"),
                    done: Some((done * 16) << 20),
                    total: Some((steps * 16) << 20),
                });
                tokio::time::sleep(self.machine.settings().delay(Call::Prepare) / 5).await;
            }
        } else {
            progress.progress(Progress { label: "Preparing the volume".to_owned(), done: None, total: None });
            tokio::time::sleep(self.machine.settings().delay(Call::Prepare)).await;
        }
        self.machine.prepare(plan).await
    }

    async fn start(&self, plan: &RunPlan) -> Result<()> {
        self.enter(Call::Start, plan.instance).await?;
        self.guest(plan.instance)?.start(plan)?;
        self.machine.save().await
    }

    async fn update(&self, instance: InstanceId, resources: Resources) -> Result<()> {
        self.enter(Call::Update, instance).await?;
        self.guest(instance)?.update(resources)
    }

    async fn stop(&self, instance: InstanceId, grace: Duration) -> Result<()> {
        self.enter(Call::Stop, instance).await?;
        match self.machine.guest(instance) {
            Some(guest) => guest.stop(grace).await?,
            None => return Ok(()),
        }
        self.machine.save().await
    }

    async fn pause(&self, instance: InstanceId) -> Result<()> {
        self.enter(Call::Pause, instance).await?;
        self.guest(instance)?.set_paused(true)?;
        self.machine.save().await
    }

    async fn resume(&self, instance: InstanceId) -> Result<()> {
        self.enter(Call::Resume, instance).await?;
        self.guest(instance)?.set_paused(false)?;
        self.machine.save().await
    }

    async fn delete(&self, instance: InstanceId) -> Result<()> {
        self.enter(Call::Delete, instance).await?;
        self.machine.delete(instance).await
    }

    async fn observe(&self, instance: InstanceId) -> Result<Observation> {
        self.enter(Call::Observe, instance).await?;
        Ok(self.machine.guest(instance).map_or(Observation::Absent, |guest| guest.observe()))
    }

    async fn changed(&self, instance: InstanceId) {
        self.machine.changed(instance).await;
    }

    async fn usage(&self, instance: InstanceId) -> Result<Usage> {
        self.enter(Call::Usage, instance).await?;
        Ok(self.guest(instance)?.usage())
    }

    async fn listening(&self, instance: InstanceId) -> Result<Vec<u16>> {
        self.enter(Call::Listening, instance).await?;
        Ok(self.running(instance)?.listening())
    }

    async fn spawn(&self, instance: InstanceId, process: &ProcessSpec) -> Result<()> {
        self.enter(Call::Spawn, instance).await?;
        self.running(instance)?.spawn(process)
    }

    async fn processes(&self, instance: InstanceId) -> Result<Vec<ProcessState>> {
        self.enter(Call::Processes, instance).await?;
        Ok(self.guest(instance)?.processes())
    }

    async fn attach(&self, instance: InstanceId, process: ProcessId, attach: Attach) -> Result<ByteStream> {
        self.enter(Call::Attach, instance).await?;
        self.guest(instance)?.attach(process, attach)
    }

    async fn signal(&self, instance: InstanceId, process: ProcessId, signal: i32) -> Result<()> {
        self.enter(Call::Signal, instance).await?;
        self.guest(instance)?.signal(process, signal)
    }

    async fn console(&self, instance: InstanceId, from: ConsolePosition, follow: bool) -> Result<ByteStream> {
        self.enter(Call::Console, instance).await?;
        Ok(self.guest(instance)?.console(from, follow))
    }

    async fn console_note(&self, instance: InstanceId, text: &str) -> Result<()> {
        self.enter(Call::ConsoleNote, instance).await?;
        self.guest(instance)?.console_note(text);
        Ok(())
    }

    async fn dial(&self, instance: InstanceId, port: u16) -> Result<ByteStream> {
        self.enter(Call::Dial, instance).await?;
        self.running(instance)?.dial(port)
    }
}
