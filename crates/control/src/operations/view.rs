//! Rows of operations as the API shows them.

use stead_api::v1::instances::InstanceProblem;
use stead_api::v1::operations::{Operation, OperationProgress, OperationState, Step, StepState};
use stead_core::Result;
use stead_core::Timestamp;
use stead_core::error::{InternalContext as _, Problem};
use stead_core::ids::InstanceId;
use stead_core::instance::Progress;
use stead_core::operation::{self as machine, OperationRecord, StepRecord};
use stead_db::operations::Operation as Row;

use crate::engine::{self, Engine};

pub(super) fn operation(row: &Row, engine: &Engine) -> Result<Operation> {
    let record = engine::decode(&row.record)?;
    let progress = match &row.progress {
        None => None,
        Some(text) => {
            Some(serde_json::from_str::<Progress>(text).internal("reading an operation's progress")?)
        }
    };
    Ok(Operation {
        id: row.id.clone(),
        tenant_id: row.tenant_id.clone(),
        kind: row.kind.clone(),
        instance_id: row.resource.clone().filter(|resource| resource.parse::<InstanceId>().is_ok()),
        state: state(record.state),
        steps: record.steps.iter().map(step).collect(),
        progress: progress.map(|progress| OperationProgress {
            label: progress.label,
            done: progress.done,
            total: progress.total,
        }),
        problem: shown_problem(&record).map(problem),
        cancellable: record.is_cancellable() && row.cancel.is_none(),
        retryable: engine.is_retryable(row, &record),
        created_by: row.created_by.clone().unwrap_or_else(|| "stead".to_owned()),
        created_at: time(row.created_at),
        started_at: row.started_at.map(time),
        ended_at: row.ended_at.map(time),
        deadline: time(row.deadline),
    })
}

/// A problem of a step that is being tried again is shown only once it counts.
fn shown_problem(record: &OperationRecord) -> Option<&Problem> {
    let counts = matches!(record.state, machine::OperationState::Undoing | machine::OperationState::Failed);
    record.problem.as_ref().filter(|_| counts)
}

fn problem(problem: &Problem) -> InstanceProblem {
    InstanceProblem {
        code: problem.code.clone(),
        message: problem.message.clone(),
        next_step: problem.next_step.clone(),
        errors: problem.fields.iter().cloned().map(Into::into).collect(),
    }
}

fn step(step: &StepRecord) -> Step {
    Step {
        name: step.name.clone(),
        title: step.title.clone(),
        state: match step.state {
            machine::StepState::Waiting => StepState::Waiting,
            machine::StepState::Running => StepState::Running,
            machine::StepState::Done => StepState::Done,
            machine::StepState::Failed => StepState::Failed,
            machine::StepState::Undone => StepState::Undone,
        },
        started_at: step.started_at.map(|at| at.to_string()),
        ended_at: step.ended_at.map(|at| at.to_string()),
        attempts: step.attempts,
    }
}

const fn state(state: machine::OperationState) -> OperationState {
    match state {
        machine::OperationState::Queued => OperationState::Queued,
        machine::OperationState::Running => OperationState::Running,
        machine::OperationState::Undoing => OperationState::Undoing,
        machine::OperationState::Succeeded => OperationState::Succeeded,
        machine::OperationState::Failed => OperationState::Failed,
        machine::OperationState::Cancelled => OperationState::Cancelled,
    }
}

fn time(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}
