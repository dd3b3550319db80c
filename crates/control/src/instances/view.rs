//! Rows to what the API shows. Pure: everything a view needs is loaded before, for a whole page at once.

use stead_api::v1::instances as wire;
use stead_api::v1::operations::{Operation, OperationState, StepState};
use stead_api::v1::ports::{Port, Visibility as WireVisibility};
use stead_core::Timestamp;
use stead_core::error::Problem;
use stead_core::instance::{
    Action, Circumstances, DriverKind, InstanceReport, ObservedState, Phase, PortSpec, PublicState, Source,
    TaskMode, TaskState, Underway, Visibility, public_state, rules,
};
use stead_core::preview_host::PreviewHost;
use stead_db::instances::{InstanceRow, PortRow};

use crate::nodes::{NodePresence, UsageSample};

/// Where previews are reached: the parts of `http://{port}--{label}.localhost:7433/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewAddress {
    pub scheme: String,
    /// `localhost`, or the domain whose sub-domains lead here.
    pub domain: String,
    /// The server's port, when it is not the scheme's own.
    pub port: Option<u16>,
}

impl PreviewAddress {
    #[must_use]
    pub fn url(&self, host: &PreviewHost) -> String {
        let name = host.under(&self.domain);
        match self.port {
            Some(port) => format!("{}://{name}:{port}/", self.scheme),
            None => format!("{}://{name}/", self.scheme),
        }
    }
}

/// What stands beside an instance's row.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    pub(super) node: Option<NodePresence>,
    pub(super) operation: Option<Operation>,
    /// How the newest operation ended, when it has.
    pub(super) last: Option<Ending>,
    pub(super) ports: Vec<PortRow>,
    pub(super) usage: Option<UsageSample>,
}

/// An operation that did not succeed.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    Failed { problem: Problem, at: Timestamp },
    Cancelled { action: Action, at: Timestamp },
}

pub(super) fn instance(
    row: &InstanceRow,
    beside: Beside,
    previews: &PreviewAddress,
    now: Timestamp,
) -> wire::Instance {
    let state = state(row, &beside, now);
    let runs = matches!(state.phase, Phase::Running | Phase::Unhealthy | Phase::Paused);
    let report = row.observed.as_ref();
    wire::Instance {
        id: row.id.to_string(),
        tenant_id: row.tenant.to_string(),
        name: row.name.clone(),
        version: row.version,
        driver: driver(row.driver),
        node_id: row.node.map(|node| node.to_string()),
        image: rules::image_text(&row.spec.rootfs).to_owned(),
        resources: wire::Resources {
            cpu_millis: row.spec.resources.cpu_millis,
            memory_bytes: row.spec.resources.memory_bytes,
            disk_bytes: row.spec.resources.disk_bytes,
            pids: row.spec.resources.pids,
        },
        source: row.spec.source.as_ref().map(|given| source(given, report)),
        env: row.spec.env.clone(),
        tasks: tasks(row),
        ports: ports(row, &beside.ports, state.phase, previews),
        idle_timeout_seconds: row.spec.idle_timeout.map(|timeout| timeout.as_secs()),
        usage: beside.usage.filter(|_| runs).map(|sample| usage(&sample)),
        problem: shown_problem(row, beside.last.as_ref(), state.phase).map(problem),
        state: wire::InstanceState {
            phase: phase(state.phase),
            reason: state.reason,
            since: state.since.to_string(),
        },
        operation: beside.operation,
        created_by: row.created_by.to_string(),
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
    }
}

/// What a repeated deletion is answered with when the row is gone. Outlives the instance for a day, so nothing that may be confidential.
pub(super) fn bare(instance: &wire::Instance) -> wire::Instance {
    wire::Instance {
        env: std::collections::BTreeMap::new(),
        tasks: Vec::new(),
        source: None,
        operation: None,
        usage: None,
        problem: None,
        ..instance.clone()
    }
}

/// The public state of a row.
pub(super) fn state(row: &InstanceRow, beside: &Beside, now: Timestamp) -> PublicState {
    let node = beside.node.as_ref();
    let underway = beside.operation.as_ref().and_then(underway);
    let (failure, cancelled) = match &beside.last {
        Some(Ending::Failed { problem, at }) => (Some((problem, *at)), None),
        Some(Ending::Cancelled { action, at }) => (None, Some((*action, *at))),
        None => (None, None),
    };
    public_state(
        &Circumstances {
            wish: row.wish,
            wish_cause: &row.wish_cause,
            wish_since: row.wish_since,
            intent: row.wanted.map(|wanted| (row.generation, wanted)),
            observed: row.observed.as_ref(),
            operation: underway.as_ref(),
            failure,
            cancelled,
            node: node.map(|node| node.name.as_str()),
            node_connected: node.is_some_and(|node| node.connected),
            node_seen: node.and_then(|node| node.last_seen),
        },
        now,
    )
}

/// The unfinished operation in the words of the phase; `None` when it is finished or not an instance's.
fn underway(operation: &Operation) -> Option<Underway> {
    let undoing = match operation.state {
        OperationState::Queued | OperationState::Running => false,
        OperationState::Undoing => true,
        OperationState::Succeeded | OperationState::Failed | OperationState::Cancelled => return None,
    };
    let step =
        operation.steps.iter().find(|step| step.state == StepState::Running).map(|step| step.title.clone());
    let progress = operation.progress.as_ref().map(|progress| progress.label.clone());
    let since = operation.started_at.as_ref().unwrap_or(&operation.created_at).parse().ok()?;
    Some(Underway { action: Action::parse(&operation.kind)?, since, step: progress.or(step), undoing })
}

pub(super) fn phase(phase: Phase) -> wire::Phase {
    match phase {
        Phase::Starting => wire::Phase::Starting,
        Phase::Running => wire::Phase::Running,
        Phase::Paused => wire::Phase::Paused,
        Phase::Stopping => wire::Phase::Stopping,
        Phase::Stopped => wire::Phase::Stopped,
        Phase::Unhealthy => wire::Phase::Unhealthy,
        Phase::Failed => wire::Phase::Failed,
        Phase::Deleting => wire::Phase::Deleting,
        Phase::Unknown => wire::Phase::Unknown,
    }
}

pub(crate) fn driver(driver: DriverKind) -> wire::Driver {
    match driver {
        DriverKind::Oci => wire::Driver::Oci,
        DriverKind::Sim => wire::Driver::Sim,
    }
}

fn source(source: &Source, report: Option<&InstanceReport>) -> wire::SourceView {
    let fetched = report.and_then(|report| report.source.as_ref());
    let (url, revision) = match source {
        Source::Git(git) => (Some(git.url.clone()), git.revision.clone()),
        Source::Bundle { origin, branch, .. } => (origin.clone(), branch.clone()),
    };
    wire::SourceView {
        url,
        revision,
        commit: fetched.map(|fetched| fetched.commit.clone()),
        branch: fetched.and_then(|fetched| fetched.branch.clone()),
    }
}

/// The warning of a running instance, or why the last wish was not met.
fn shown_problem<'a>(row: &'a InstanceRow, last: Option<&'a Ending>, phase: Phase) -> Option<&'a Problem> {
    let reported = row.observed.as_ref().and_then(|report| report.problem.as_ref());
    let failed = match last {
        Some(Ending::Failed { problem, .. }) => Some(problem),
        _ => None,
    };
    match phase {
        Phase::Running | Phase::Unhealthy | Phase::Paused => reported,
        Phase::Failed | Phase::Stopped | Phase::Unknown => failed.or(reported),
        Phase::Starting | Phase::Stopping | Phase::Deleting => None,
    }
}

fn problem(problem: &Problem) -> wire::InstanceProblem {
    wire::InstanceProblem {
        code: problem.code.clone(),
        message: problem.message.clone(),
        next_step: problem.next_step.clone(),
        errors: problem.fields.iter().cloned().map(Into::into).collect(),
    }
}

fn tasks(row: &InstanceRow) -> Vec<wire::TaskView> {
    let reported = row.observed.as_ref().map_or(&[][..], |report| report.tasks.as_slice());
    row.spec
        .tasks
        .iter()
        .map(|task| {
            let state =
                reported.iter().find(|reported| reported.name == task.name).map(|reported| reported.state);
            let (phase, exit_code, since) = match state {
                None | Some(TaskState::Waiting) => (wire::TaskPhase::Waiting, None, None),
                Some(TaskState::Running { since }) => (wire::TaskPhase::Running, None, Some(since)),
                Some(TaskState::Ended { status, since }) => {
                    let phase =
                        if status.code == 0 { wire::TaskPhase::Succeeded } else { wire::TaskPhase::Failed };
                    (phase, Some(status.code), Some(since))
                }
            };
            wire::TaskView {
                name: task.name.clone(),
                command: task.command.clone(),
                background: task.mode == TaskMode::Background,
                phase,
                exit_code,
                since: since.map(|since| since.to_string()),
            }
        })
        .collect()
}

/// Declared ports, then those that something listens on, ascending.
pub(super) fn ports(
    row: &InstanceRow,
    known: &[PortRow],
    phase: Phase,
    previews: &PreviewAddress,
) -> Vec<Port> {
    let up = matches!(phase, Phase::Starting | Phase::Running | Phase::Unhealthy);
    let listening: &[u16] = row
        .observed
        .as_ref()
        .filter(|report| up && matches!(report.state, ObservedState::Running | ObservedState::Starting))
        .map_or(&[], |report| report.listening.as_slice());
    let mut all: Vec<(PortSpec, bool)> =
        known.iter().map(|known| (known.port.clone(), known.declared)).collect();
    all.extend(
        listening
            .iter()
            .filter(|port| !known.iter().any(|known| known.port.port == **port))
            .map(|port| (PortSpec { port: *port, label: None, visibility: Visibility::Private }, false)),
    );
    all.sort_by_key(|(port, _)| port.port);
    all.into_iter()
        .map(|(port, declared)| Port {
            port: port.port,
            listening: listening.contains(&port.port),
            declared,
            label: port.label,
            visibility: match port.visibility {
                Visibility::Private => WireVisibility::Private,
                Visibility::Public => WireVisibility::Public,
            },
            preview_url: previews.url(&PreviewHost { port: port.port, label: row.host_label.clone() }),
        })
        .collect()
}

pub(crate) fn usage(sample: &UsageSample) -> wire::Usage {
    wire::Usage {
        measured_at: sample.at.to_string(),
        cpu_millis: sample.cpu_millis,
        memory_bytes: sample.usage.memory_bytes,
        disk_bytes: sample.usage.disk_bytes,
        processes: sample.usage.processes,
        received_bytes: sample.usage.received_bytes,
        sent_bytes: sample.usage.sent_bytes,
    }
}

/// A process that is a terminal.
pub(super) fn terminal(state: &stead_core::driver::ProcessState) -> stead_api::v1::terminals::Terminal {
    stead_api::v1::terminals::Terminal {
        id: state.id.to_string(),
        label: state.label.clone(),
        started_at: state.started.to_string(),
        exit_code: state.exit.map(|exit| exit.code),
        viewers: state.viewers,
    }
}
