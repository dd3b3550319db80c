//! Bringing the source into the workspace, inside the instance's own sandbox.

use std::sync::Arc;

use stead_core::driver::ProcessIo;
use stead_core::error::{Error, Result};
use stead_core::instance::{ExitStatus, InstanceDocument, Progress, Source, SourceReport};
use tracing::{info, warn};

use super::record::Record;
use super::{git, inside};
use crate::DynDriver;

const FAILURE_LINES: u32 = 60;

/// A clone that is running already, because the agent was restarted or interrupted, is waited for and not begun again.
pub(crate) async fn fetch(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
) -> Result<()> {
    let Some(source) = &document.spec.source else { return Ok(()) };
    let instance = document.instance;
    let exit = match running(record, driver, document, source).await? {
        Some(exit) => exit,
        None => begin(record, driver, document, source).await?,
    };
    if let Some((process, _)) = record.memory().fetch_process
        && let Err(error) = driver.signal(instance, process, 9).await
    {
        warn!(instance.id = %instance, error = %error, "cannot forget the process that fetched the source");
    }
    record.remember(|memory| memory.fetch_process = None);
    if exit.code != 0 {
        let tail = inside::console_tail(driver.as_ref(), instance, FAILURE_LINES).await?;
        return Err(git::classify(exit, &tail, source));
    }
    let report = inspect(record, driver, document).await?;
    info!(instance.id = %instance, source.commit = %report.commit, "the source is in the workspace");
    record.remember(|memory| {
        memory.source = Some(report);
        memory.fetched = true;
        memory.fetched_at = Some(document.generation);
    });
    if let Source::Bundle { upload, .. } = source {
        record.shared.uploads.discard(*upload).await;
    }
    Ok(())
}

/// How the fetch that was begun before ends; `None` when there is none.
async fn running(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
    source: &Source,
) -> Result<Option<ExitStatus>> {
    let Some((process, of)) = record.memory().fetch_process else { return Ok(None) };
    if of == *source {
        return watch(record, driver, document, process).await;
    }
    if driver.processes(document.instance).await?.iter().any(|state| state.id == process) {
        driver.signal(document.instance, process, 9).await?;
        inside::wait_for_exit(driver.as_ref(), document.instance, process).await?;
    }
    Ok(None)
}

async fn begin(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
    source: &Source,
) -> Result<ExitStatus> {
    let instance = document.instance;
    let fetched = record.memory().fetched;
    let command = git::fetch_command(source, fetched)?;
    if let Source::Bundle { upload, .. } = source
        && !fetched
    {
        record.progress_now(Progress {
            label: "Receiving the uploaded repository".to_owned(),
            done: None,
            total: None,
        });
        let mut file = record.shared.uploads.open_file(*upload).await?;
        let ambient = &record.shared.ambient;
        let received = inside::run(
            driver,
            ambient,
            instance,
            "receive",
            git::receive_command(),
            Some(&mut file),
            8 << 10,
        )
        .await?;
        if received.exit.code != 0 {
            return Err(git::classify(received.exit, &String::from_utf8_lossy(&received.stderr), source));
        }
    }
    let label = match source {
        Source::Git(git) if fetched => format!("Fetching what is new at {}", git.url),
        Source::Bundle { .. } if fetched => "Looking at the workspace".to_owned(),
        Source::Git(git) => format!("Cloning {}", git.url),
        Source::Bundle { .. } => "Cloning the uploaded repository".to_owned(),
    };
    record.progress_now(Progress { label: label.clone(), done: None, total: None });
    driver.console_note(instance, &label).await?;
    let id = record.shared.ambient.new_id();
    record.remember(|memory| memory.fetch_process = Some((id, source.clone())));
    let mut env = document.spec.env.clone();
    env.extend(git::environment());
    driver.spawn(instance, &inside::process(id, &label, command, env, ProcessIo::Console)).await?;
    watch(record, driver, document, id).await?.ok_or_else(inside::lost)
}

async fn watch(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
    process: stead_core::ids::ProcessId,
) -> Result<Option<ExitStatus>> {
    let instance = document.instance;
    tokio::select! {
        exit = inside::wait_for_exit(driver.as_ref(), instance, process) => exit,
        () = inside::follow_console(driver.as_ref(), instance, |line| {
            if let Some(progress) = git::progress(line) {
                record.progress_now(progress);
            }
        }) => Err(Error::internal("following a console ended")),
    }
}

async fn inspect(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
) -> Result<SourceReport> {
    let ambient = &record.shared.ambient;
    let limit = git::MAX_CONFIG + (8 << 10);
    let argv = git::inspect_command();
    let finished = inside::run(driver, ambient, document.instance, "inspect", argv, None, limit).await?;
    let inspection = git::read_inspection(&finished.stdout)
        .map_err(|error| error.context(format!("inspection ended with {:?}", finished.exit)))?;
    Ok(SourceReport {
        commit: inspection.commit,
        branch: inspection.branch,
        workspace_config: inspection.workspace_config,
    })
}
