//! What operations on instances do, step by step. Each step is idempotent: it looks at the row first and changes the intent only
//! when it has not done so before; repeating it waits for the same thing.
//!
//! The intent (node, generation, run, wanted state, recipe) is written here and by [`super::reconcile`], nowhere else. A step that
//! changes it raises the generation, sends the document to the node and waits for a report that reflects it.

use std::time::Duration;

use stead_core::error::Problem;
use stead_core::ids::InstanceId;
use stead_core::instance::{InstanceReport, ObservedState, Source, Wanted, Wish};
use stead_core::operation::is_transient;
use stead_core::{Error, ErrorKind, Result, workspace_config};
use stead_db::instances::{InstanceRow, Intent};
use stead_db::{Changed, Db, Nudge};

use super::remove;
use crate::engine::StepContext;
use crate::nodes::Nodes;
use crate::tenants::quotas;
use crate::uploads::Uploads;

/// How long taking back waits for a node to stop what it started.
const UNDO_PATIENCE: Duration = Duration::from_secs(20);
/// How long a delete waits for a node that is connected before it leaves the rest to the reconciler.
const REMOVE_PATIENCE: Duration = Duration::from_secs(60);
/// Between SIGTERM and SIGKILL when something is taken back.
const UNDO_GRACE: Duration = Duration::from_secs(5);

/// The parts that steps use.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    pub(super) db: Db,
    pub(super) nodes: Nodes,
    pub(super) uploads: Uploads,
}

/// What a look at the row says about waiting on.
enum Look<T> {
    Done(T),
    Wait,
}

impl Worker {
    pub(super) async fn row(&self, instance: InstanceId) -> Result<InstanceRow> {
        stead_db::instances::find(&self.db.system("a step of an operation"), instance)
            .await?
            .ok_or_else(|| deleted(instance))
    }

    /// Changes the intent in one transaction; `change` returns `None` when it is as it should be already. The generation is raised
    /// here and nowhere else.
    pub(super) async fn set_intent(
        &self,
        instance: InstanceId,
        change: impl Fn(&InstanceRow) -> Result<Option<Intent>> + Sync,
    ) -> Result<InstanceRow> {
        let change = &change;
        self.db
            .system("changing an intent")
            .transaction(|tx| async move {
                let Some(mut row) = stead_db::instances::find(&tx, instance).await? else {
                    return Err(deleted(instance));
                };
                if let Some(mut intent) = change(&row)? {
                    intent.generation = row.generation + 1;
                    stead_db::instances::set_intent(&tx, instance, &intent).await?;
                    tx.changed(row.tenant, Changed::Instance(instance));
                    row.node = intent.node;
                    row.generation = intent.generation;
                    row.run = intent.run;
                    row.wanted = intent.wanted;
                    row.spec = intent.spec;
                    row.configured = intent.configured;
                }
                Ok(row)
            })
            .await
    }

    /// Sends the row's document to its node.
    pub(super) async fn push(&self, row: &InstanceRow) -> Result<()> {
        match (row.node, row.document()) {
            (Some(node), Some(document)) => self.nodes.push(node, &document).await,
            _ => Ok(()),
        }
    }

    /// Waits until `look` is content with the row. Progress that the node reports is passed on.
    async fn wait<T: Send>(
        &self,
        instance: InstanceId,
        context: &StepContext,
        within: Option<Duration>,
        look: impl Fn(&InstanceRow) -> Result<Look<T>> + Sync,
    ) -> Result<T> {
        let look = &look;
        // Without a limit of its own the operation's deadline ends the step.
        let within =
            within.unwrap_or_else(|| context.deadline().since(context.now()).max(Duration::from_secs(1)));
        context
            .wait_until(Nudge::Instance(instance), within, || async move {
                let row = self.row(instance).await?;
                if let Look::Done(value) = look(&row)? {
                    return Ok(Some(value));
                }
                if let Some(progress) = row.current_report().and_then(|report| report.progress.clone()) {
                    context.progress(progress).await?;
                }
                Ok(None)
            })
            .await
    }

    /// Makes the wish the operation's own: a retry may come after somebody wished something else.
    async fn ensure_wish(&self, instance: InstanceId, wish: Wish) -> Result<()> {
        self.db
            .system("renewing a wish")
            .transaction(|tx| async move {
                let row = stead_db::instances::find(&tx, instance).await?.ok_or_else(|| deleted(instance))?;
                if row.wish == Wish::Deleted {
                    return Err(being_deleted());
                }
                if row.wish != wish {
                    stead_db::instances::set_wish(&tx, instance, wish, &row.wish_cause, tx.now()).await?;
                    tx.changed(row.tenant, Changed::Instance(instance));
                }
                Ok(())
            })
            .await
    }

    /// Chooses a node, unless that was done before.
    pub(super) async fn place(&self, instance: InstanceId) -> Result<()> {
        self.ensure_wish(instance, Wish::Running).await?;
        let worker = self;
        self.db
            .system("placing an instance")
            .transaction(|tx| async move {
                let row = stead_db::instances::find(&tx, instance).await?.ok_or_else(|| deleted(instance))?;
                if row.node.is_some() {
                    return Ok(());
                }
                let node = worker.nodes.choose(&tx, row.driver, &row.spec.rootfs, row.spec.resources).await?;
                // No document yet, so that the generation stays.
                let intent = Intent { node: Some(node), ..Intent::of(&row) };
                stead_db::instances::set_intent(&tx, instance, &intent).await?;
                tx.changed(row.tenant, Changed::Instance(instance));
                Ok(())
            })
            .await
    }

    /// Brings the source in, unless it was configured with it before.
    pub(super) async fn fetch(&self, instance: InstanceId, context: &StepContext) -> Result<()> {
        let row = self.row(instance).await?;
        let Some(source) = row.settings.source.clone() else { return Ok(()) };
        if row.configured {
            return Ok(());
        }
        if let (Source::Bundle { upload, .. }, Some(node)) = (&source, row.node)
            && row.observed.as_ref().is_none_or(|report| report.source.is_none())
        {
            let content = self.uploads.read(*upload).await?;
            self.nodes.client(node)?.put_upload(*upload, content).await?;
        }
        let row = self
            .set_intent(instance, |row| {
                let asked = row.wanted == Some(Wanted::Fetched)
                    && row.spec.source.as_ref() == row.settings.source.as_ref();
                // A document that the node gave up on is only tried again under a new generation.
                let given_up =
                    row.current_report().is_some_and(|report| report.state == ObservedState::Failed);
                Ok((!asked || given_up).then(|| {
                    let mut intent = Intent { wanted: Some(Wanted::Fetched), ..Intent::of(row) };
                    intent.spec.source.clone_from(&row.settings.source);
                    intent
                }))
            })
            .await?;
        self.push(&row).await?;
        let commit = self
            .wait(instance, context, None, |row| match row.current_report() {
                Some(report) if report.state == ObservedState::Failed => Err(given_up(report)),
                Some(InstanceReport { source: Some(source), .. }) => Ok(Look::Done(source.commit.clone())),
                _ => Ok(Look::Wait),
            })
            .await?;
        context.log(format!("The source is at commit {commit}.")).await?;
        Ok(())
    }

    /// Reads `phazeai.yaml` and completes the recipe, once.
    pub(super) async fn configure(&self, instance: InstanceId, context: &StepContext) -> Result<()> {
        let row = self.row(instance).await?;
        if row.configured {
            return Ok(());
        }
        let text = match (&row.settings.source, row.settings.requested.ignore_workspace_config) {
            (Some(_), false) => row
                .observed
                .as_ref()
                .and_then(|report| report.source.as_ref())
                .and_then(|source| source.workspace_config.as_deref()),
            _ => None,
        };
        let config = text.map(workspace_config::parse).transpose().map_err(|errors| {
            let error = workspace_config::invalid(errors);
            match &row.settings.source {
                // Nothing can be fetched anew from what was uploaded once.
                Some(Source::Bundle { .. }) => error.next_step(format!(
                    "Correct and commit it (`stead validate` checks it), then `stead delete {name}` and open it again.",
                    name = row.name
                )),
                _ => error,
            }
        })?;
        let spec =
            workspace_config::merge(&row.settings.requested, row.settings.source.clone(), config.as_ref());
        let spec = &spec;
        self.db
            .system("configuring an instance")
            .transaction(|tx| async move {
                let row = stead_db::instances::find(&tx, instance).await?.ok_or_else(|| deleted(instance))?;
                // The file may ask for more than the instance was created with.
                let wanted = super::growth(Some(row.spec.resources), spec.resources);
                quotas::check_all(&tx, row.tenant, &wanted).await?;
                let intent = Intent { spec: spec.clone(), configured: true, ..Intent::of(&row) };
                stead_db::instances::set_intent(&tx, instance, &intent).await?;
                stead_db::instances::put_ports(&tx, instance, &spec.ports, true).await?;
                tx.changed(row.tenant, Changed::Instance(instance));
                Ok(())
            })
            .await?;
        if let Some(Source::Bundle { upload, .. }) = &spec.source {
            self.uploads.discard(*upload).await?;
        }
        match &config {
            Some(_) => context.log("phazeai.yaml was read.").await,
            None if spec.source.is_some() => context.log("No phazeai.yaml is read; defaults are used.").await,
            None => Ok(()),
        }
    }

    /// Brings a run up. `before` is the number of the newest run when the operation was asked for; with `anew` one that runs is
    /// replaced, else it is kept, and woken up when it is paused.
    pub(super) async fn start(
        &self,
        instance: InstanceId,
        before: u64,
        anew: bool,
        context: &StepContext,
    ) -> Result<()> {
        let known = self.row(instance).await?;
        let holders = crate::secrets::holders(known.tenant, instance, known.created_by);
        let secrets = stead_db::secrets::any(&self.db.system("starting an instance"), &holders).await?;
        let row = self
            .set_intent(instance, |row| {
                if row.wish == Wish::Deleted {
                    return Err(being_deleted());
                }
                Ok(run_to_ask_for(row, before, anew).map(|run| {
                    let mut intent = Intent { run, wanted: Some(Wanted::Running { run }), ..Intent::of(row) };
                    intent.spec.secrets = secrets;
                    intent
                }))
            })
            .await?;
        self.push(&row).await?;
        let run = row.run;
        let warning = self
            .wait(instance, context, None, |row| {
                let Some(report) = row.current_report() else { return Ok(Look::Wait) };
                match report.state {
                    ObservedState::Running if report.run >= run => Ok(Look::Done(report.problem.clone())),
                    ObservedState::Failed => Err(given_up(report)),
                    ObservedState::Stopped if report.run >= run => ended_by_itself(report).map(Look::Done),
                    _ => Ok(Look::Wait),
                }
            })
            .await?;
        if let Some(warning) = warning {
            context.log(warning.message).await?;
        }
        Ok(())
    }

    /// Takes a fetch back: the sandbox it ran in ends, what it brought stays.
    pub(super) async fn undo_fetch(&self, instance: InstanceId, context: &StepContext) -> Result<()> {
        self.take_back(instance, context, |row| row.wanted == Some(Wanted::Fetched)).await
    }

    /// Takes a start back: the run that it asked for ends, the volume stays. What ran before goes on.
    pub(super) async fn undo_start(
        &self,
        instance: InstanceId,
        before: u64,
        context: &StepContext,
    ) -> Result<()> {
        self.take_back(instance, context, |row| row.run > before).await
    }

    async fn take_back(
        &self,
        instance: InstanceId,
        context: &StepContext,
        ours: impl Fn(&InstanceRow) -> bool + Send,
    ) -> Result<()> {
        match self.row(instance).await {
            Ok(row) if row.wish == Wish::Deleted || row.document().is_none() || !ours(&row) => return Ok(()),
            Err(error) if error.code() == "instance_not_found" => return Ok(()),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        let row = self.want_stopped(instance, UNDO_GRACE).await?;
        // The document is stored: an absent node follows it when it is back.
        if let Err(error) = self.push(&row).await {
            context.log(format!("Nothing more runs once its node is back: {}", error.message())).await?;
            return Ok(());
        }
        match self.wait(instance, context, Some(UNDO_PATIENCE), at_rest).await {
            // What the node could not stop either is for the next start or delete; it has the document.
            Err(error) => context.log(format!("It is not known to have stopped: {}", error.message())).await,
            Ok(()) => Ok(()),
        }
    }

    async fn want_stopped(&self, instance: InstanceId, grace: Duration) -> Result<InstanceRow> {
        self.set_intent(instance, |row| {
            if row.wanted.is_none() {
                return Ok(None);
            }
            Ok(match row.wanted {
                Some(Wanted::Stopped { grace: asked }) if asked <= grace && !gave_up(row) => None,
                Some(Wanted::Absent) => None,
                _ => Some(Intent { wanted: Some(Wanted::Stopped { grace }), ..Intent::of(row) }),
            })
        })
        .await
    }

    /// Stops it, with `grace` between SIGTERM and SIGKILL.
    pub(super) async fn stop(
        &self,
        instance: InstanceId,
        grace: Duration,
        context: &StepContext,
    ) -> Result<()> {
        self.ensure_wish(instance, Wish::Stopped).await?;
        let row = self.want_stopped(instance, grace).await?;
        if row.document().is_none() {
            return Ok(());
        }
        self.push(&row).await?;
        self.wait(instance, context, None, at_rest).await
    }

    /// Freezes it.
    pub(super) async fn pause(&self, instance: InstanceId, context: &StepContext) -> Result<()> {
        self.ensure_wish(instance, Wish::Paused).await?;
        let row = self
            .set_intent(instance, |row| {
                let run = row.run;
                Ok((row.wanted != Some(Wanted::Paused { run }) || gave_up(row))
                    .then(|| Intent { wanted: Some(Wanted::Paused { run }), ..Intent::of(row) }))
            })
            .await?;
        self.push(&row).await?;
        self.wait(instance, context, None, |row| {
            let Some(report) = row.current_report() else { return Ok(Look::Wait) };
            match report.state {
                ObservedState::Paused => Ok(Look::Done(())),
                ObservedState::Failed => Err(given_up(report)),
                ObservedState::Stopped => {
                    Err(Error::conflict("not_running", "It stopped before it could be paused.")
                        .next_step("Start it first."))
                }
                _ => Ok(Look::Wait),
            }
        })
        .await
    }

    /// Takes a pause back: what is frozen runs on.
    pub(super) async fn undo_pause(&self, instance: InstanceId) -> Result<()> {
        let row = self
            .set_intent(instance, |row| {
                let run = row.run;
                Ok((row.wanted == Some(Wanted::Paused { run }))
                    .then(|| Intent { wanted: Some(Wanted::Running { run }), ..Intent::of(row) }))
            })
            .await?;
        let cause = row.wish_cause.clone();
        let cause = &cause;
        self.db
            .system("taking a pause back")
            .transaction(|tx| async move {
                if row.wish == Wish::Paused {
                    stead_db::instances::set_wish(&tx, instance, Wish::Running, cause, tx.now()).await?;
                    tx.changed(row.tenant, Changed::Instance(instance));
                }
                Ok(())
            })
            .await?;
        // An absent node follows the stored document when it is back.
        match self.push(&self.row(instance).await?).await {
            Err(error) if error.kind() != stead_core::ErrorKind::Unavailable => Err(error),
            _ => Ok(()),
        }
    }

    /// Has its node remove everything. When the node is away or slow the rest is left to the reconciler, and the delete is done as
    /// far as people are concerned.
    pub(super) async fn remove(&self, instance: InstanceId, context: &StepContext) -> Result<()> {
        let row = match remove::want_absent(self, instance).await {
            Err(error) if error.code() == "instance_not_found" => return Ok(()),
            outcome => outcome?,
        };
        if row.node.is_none() || remove::is_gone(&row) {
            return remove::finish(self, &row).await;
        }
        if let Err(error) = self.push(&row).await {
            context
                .log(format!(
                    "What is left on its node is removed when the node is back: {}",
                    error.message()
                ))
                .await?;
            return Ok(());
        }
        let look = |row: &InstanceRow| Ok(if remove::is_gone(row) { Look::Done(()) } else { Look::Wait });
        match self.wait(instance, context, Some(REMOVE_PATIENCE), look).await {
            Ok(()) => remove::finish(self, &row).await,
            Err(error) if error.code() == "instance_not_found" => Ok(()),
            Err(error) if error.code() == "step_timed_out" => {
                context.log("Its node takes long to remove what is left; Stead goes on asking.").await
            }
            Err(error) => Err(error),
        }
    }
}

/// The number of the run to ask for; `None` when the one asked for is the right one.
fn run_to_ask_for(row: &InstanceRow, before: u64, anew: bool) -> Option<u64> {
    let ended = row.current_report().is_some_and(|report| {
        report.run >= row.run && matches!(report.state, ObservedState::Stopped | ObservedState::Failed)
    });
    match row.wanted {
        // Asked for by this operation already, by an earlier attempt at this step.
        Some(Wanted::Running { run }) if run > before && !gave_up(row) => None,
        Some(Wanted::Running { .. }) if !anew && !ended => None,
        // Frozen: the same run goes on.
        Some(Wanted::Paused { run }) if !anew && !ended => Some(run),
        _ => Some(row.run + 1),
    }
}

fn gave_up(row: &InstanceRow) -> bool {
    row.current_report().is_some_and(|report| report.state == ObservedState::Failed)
}

fn at_rest(row: &InstanceRow) -> Result<Look<()>> {
    let Some(report) = row.current_report() else { return Ok(Look::Wait) };
    match report.state {
        ObservedState::Stopped | ObservedState::Prepared | ObservedState::Absent => Ok(Look::Done(())),
        ObservedState::Failed => Err(given_up(report)),
        _ => Ok(Look::Wait),
    }
}

fn given_up(report: &InstanceReport) -> Error {
    match report.problem.clone() {
        // The node has tried often enough; trying the step again would only make people wait.
        Some(problem) if is_transient(problem.kind) => {
            Error::from(Problem { kind: ErrorKind::Upstream, ..problem })
        }
        Some(problem) => Error::from(problem),
        None => Error::new(ErrorKind::Upstream, "node_gave_up", "The node gave up without saying why.")
            .next_step("Look at the instance's console and at the node's log, then try again."),
    }
}

/// A main process that ended at once: well, or as a failure that people should see.
fn ended_by_itself(report: &InstanceReport) -> Result<Option<Problem>> {
    match report.exit {
        Some(exit) if exit.out_of_memory => {
            Err(Error::conflict("out_of_memory", "Its memory limit was reached while it started.")
                .next_step("Give it more memory and start it again."))
        }
        Some(exit) if exit.code != 0 => Err(Error::conflict(
            "main_process_failed",
            format!("Its main process ended with {} right after the start.", exit.code),
        )
        .next_step("Its console says why; correct the command or the image and start it again.")),
        _ => Ok(report.problem.clone()),
    }
}

pub(super) fn deleted(instance: InstanceId) -> Error {
    Error::not_found("instance", instance)
}

fn being_deleted() -> Error {
    Error::conflict("instance_deleting", "This instance is being deleted.")
        .next_step("Create a new one; what was deleted does not come back.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use stead_core::Timestamp;
    use stead_core::instance::{Cause, DriverKind, InstanceSpec};
    use stead_db::instances::InstanceSettings;

    fn row(wanted: Wanted, run: u64, observed: Option<(ObservedState, u64)>) -> InstanceRow {
        let (ambient, _) = stead_core::ambient::Ambient::manual(Timestamp::from_micros(1), 1);
        let id = ambient.new_id();
        InstanceRow {
            id,
            tenant: ambient.new_id(),
            name: "a".into(),
            host_label: "a".into(),
            driver: DriverKind::Sim,
            settings: InstanceSettings::default(),
            wish: Wish::Running,
            wish_cause: Cause::System { why: "test".into() },
            wish_since: Timestamp::from_micros(1),
            version: 1,
            created_by: ambient.new_id(),
            created_at: Timestamp::from_micros(1),
            updated_at: Timestamp::from_micros(1),
            node: Some(ambient.new_id()),
            generation: 4,
            run,
            wanted: Some(wanted),
            spec: InstanceSpec::blank(),
            configured: true,
            observed: observed.map(|(state, run)| InstanceReport {
                instance: id,
                generation: 4,
                state,
                run,
                since: Timestamp::from_micros(1),
                progress: None,
                exit: None,
                source: None,
                tasks: Vec::new(),
                listening: Vec::new(),
                problem: None,
            }),
            observed_at: None,
            last_active_at: None,
        }
    }

    #[test]
    fn a_repeated_start_asks_for_no_second_run() {
        use ObservedState::{Failed, Paused, Running, Stopped};
        let stopped = Wanted::Stopped { grace: Duration::ZERO };
        let running = |run| Wanted::Running { run };
        let cases = [
            // A first start, and its repetition.
            (row(Wanted::Fetched, 0, None), 0, false, Some(1)),
            (row(running(1), 1, None), 0, false, None),
            // A start of what runs keeps the run; a restart does not, and its repetition does.
            (row(running(1), 1, Some((Running, 1))), 1, false, None),
            (row(running(1), 1, Some((Running, 1))), 1, true, Some(2)),
            (row(running(2), 2, Some((Running, 1))), 1, true, None),
            // After a stop, after it ended by itself, and after the node gave up.
            (row(stopped, 1, Some((Stopped, 1))), 1, false, Some(2)),
            (row(running(1), 1, Some((Stopped, 1))), 1, false, Some(2)),
            (row(running(2), 2, Some((Failed, 2))), 1, false, Some(3)),
            // What is paused is woken up, unless a restart was asked for.
            (row(Wanted::Paused { run: 1 }, 1, Some((Paused, 1))), 1, false, Some(1)),
            (row(Wanted::Paused { run: 1 }, 1, Some((Paused, 1))), 1, true, Some(2)),
        ];
        for (row, before, anew, expected) in cases {
            assert_eq!(run_to_ask_for(&row, before, anew), expected, "{:?} {before} {anew}", row.wanted);
        }
    }
}
