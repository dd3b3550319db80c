//! Carrying out one step of the plan through the driver.

use std::sync::Arc;
use std::time::Duration;

use stead_core::driver::{Observation, RunPlan};
use stead_core::error::{Error, ErrorKind, Result};
use stead_core::instance::{InstanceDocument, InstanceSecrets, Rootfs, Source, Wanted};

use super::memory::{FETCH_RUN, Memory, Sandbox};
use super::plan::Action;
use super::record::Record;
use super::{fetch, tasks};
use crate::DynDriver;

/// A driver call that takes longer than this is stuck.
pub(crate) const SHORT_CALL: Duration = Duration::from_secs(60);
const DELETE: Duration = Duration::from_secs(300);

pub(crate) async fn short<T>(doing: &str, call: impl Future<Output = Result<T>>) -> Result<T> {
    within(SHORT_CALL, doing, call).await
}

async fn within<T>(deadline: Duration, doing: &str, call: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(deadline, call).await.map_err(|_| {
        Error::new(
            ErrorKind::TimedOut,
            "driver_timed_out",
            format!("The node did not finish in time: {doing}."),
        )
        .next_step("It is tried again; when it stays so, look at the node's log.")
    })?
}

/// May be dropped at any point when the action is interruptible.
pub(crate) async fn perform(record: &Record, driver: &Arc<DynDriver>, action: &Action) -> Result<()> {
    let document = record.document();
    let instance = document.instance;
    match action {
        Action::Settled => {}
        Action::Prepare { rootfs } => {
            driver.prepare(&plan(&document, wanted_run(&document), rootfs), record).await?;
            record.remember(|memory| memory.prepared = Some(rootfs.clone()));
        }
        Action::StartSandbox => {
            record.remember(|memory| {
                memory.sandbox = Some(Sandbox::for_fetching(&document));
                memory.adopted = None;
            });
            start(record, driver, &plan(&document, FETCH_RUN, &Rootfs::HostUserland)).await?;
        }
        Action::Fetch => fetch::fetch(record, driver, &document).await?,
        Action::Adopt { run } => {
            let resources = document.spec.resources;
            if record.memory().resources != Some(resources) {
                short("changing limits", driver.update(instance, resources)).await?;
            }
            record.remember(|memory| {
                memory.resources = Some(resources);
                memory.adopted = Some(*run);
                memory.started = Some(*run);
                memory.starts = 1;
                memory.stopped = false;
            });
        }
        Action::Start { run } => {
            let secrets = if document.spec.secrets {
                record.shared.secrets.for_start(instance, *run, &record.shared.feed).await?
            } else {
                InstanceSecrets::default()
            };
            record.remember(|memory| memory.begin_start(*run, Sandbox::of(&document)));
            let mut plan = plan(&document, *run, &document.spec.rootfs);
            plan.secrets = secrets;
            start(record, driver, &plan).await?;
        }
        Action::Limit => {
            short("changing limits", driver.update(instance, document.spec.resources)).await?;
            record.remember(|memory| memory.resources = Some(document.spec.resources));
        }
        Action::Tasks { run } => tasks::run(record, driver, &document, *run).await?,
        Action::Pause => short("pausing", driver.pause(instance)).await?,
        Action::Resume => short("resuming", driver.resume(instance)).await?,
        Action::Stop { grace } => {
            record.shared.secrets.forget(instance);
            let run_ends = !matches!(
                record.seen(),
                Observation::Running { run: FETCH_RUN } | Observation::Paused { run: FETCH_RUN }
            );
            // Before the call: whatever comes in between, the run did not end by itself.
            record.remember(|memory| memory.stopped |= run_ends);
            within(*grace + SHORT_CALL, "stopping", driver.stop(instance, *grace)).await?;
        }
        Action::Delete => {
            record.shared.secrets.forget(instance);
            within(DELETE, "deleting", driver.delete(instance)).await?;
            if let Some(Source::Bundle { upload, .. }) = document.spec.source {
                record.shared.uploads.discard(upload).await;
            }
            record.remember(|memory| {
                *memory = Memory { deleted: true, state: memory.state, ..Memory::default() }
            });
        }
    }
    Ok(())
}

async fn start(record: &Record, driver: &Arc<DynDriver>, plan: &RunPlan) -> Result<()> {
    if let Err(error) = short("starting", driver.start(plan)).await {
        // Something that was prepared may be gone; the next try makes sure.
        record.remember(|memory| memory.prepared = None);
        return Err(error);
    }
    record.remember(|memory| memory.resources = Some(plan.resources));
    Ok(())
}

fn wanted_run(document: &InstanceDocument) -> u64 {
    match document.wanted {
        Wanted::Running { run } | Wanted::Paused { run } => run,
        _ => FETCH_RUN,
    }
}

fn plan(document: &InstanceDocument, run: u64, rootfs: &Rootfs) -> RunPlan {
    let command = if run == FETCH_RUN { None } else { document.spec.command.clone() };
    RunPlan {
        instance: document.instance,
        tenant: document.tenant,
        name: document.name.clone(),
        run,
        rootfs: rootfs.clone(),
        resources: document.spec.resources,
        env: document.spec.env.clone(),
        command,
        secrets: InstanceSecrets::default(),
    }
}
