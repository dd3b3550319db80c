//! What a kind of operation is made of. Domains implement these; the engine runs them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use stead_core::Result;
use stead_core::error::Problem;
use stead_core::ids::{OperationId, TenantId};
use stead_core::operation::{OperationState, RetryPolicy, StepPlan};
use stead_db::{SystemScope, Tx};

use super::context::StepContext;

/// One step. Both halves are idempotent: they run again after a crash, and the undo also runs when the step did half its work or
/// nothing.
#[async_trait]
pub trait Step: Send + Sync {
    /// Stable, snake_case: it is stored.
    fn name(&self) -> &'static str;

    /// Words for people, such as `Clone the repository`.
    fn title(&self) -> &'static str;

    /// Whether an operation with this input has the step.
    fn applies(&self, input: &Value) -> bool {
        let _ = input;
        true
    }

    /// Once begun, this step and those before it are not undone, and cancelling does nothing.
    fn point_of_no_return(&self) -> bool {
        false
    }

    fn retry(&self) -> RetryPolicy {
        RetryPolicy::default()
    }

    /// Does the work. What it returns is kept as the step's output ([`StepContext::output`]); `Value::Null` for none. Failures of
    /// a passing kind ([`stead_core::operation::is_transient`]) are tried again; others begin the undo.
    async fn run(&self, context: &StepContext) -> Result<Value>;

    /// Takes back whatever `run` did. Tried again on any failure, a few times.
    async fn undo(&self, context: &StepContext) -> Result<()>;
}

/// A kind of operation, such as `instance.create`.
#[async_trait]
pub trait OperationKind: Send + Sync {
    /// Stable: it is stored and shown.
    fn name(&self) -> &'static str;

    /// Time from the start to the deadline.
    fn time_limit(&self) -> Duration;

    fn steps(&self) -> Vec<Arc<dyn Step>>;

    /// Whether a failed one may be tried again as it is.
    fn can_retry(&self) -> bool {
        true
    }

    /// Runs in the transaction that stores the end, before it commits: keep it to a few writes.
    async fn ended(&self, tx: &Tx<SystemScope>, ended: &Ended) -> Result<()> {
        let _ = (tx, ended);
        Ok(())
    }
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub id: OperationId,
    pub tenant: TenantId,
    pub resource: Option<String>,
    pub input: Value,
    pub state: OperationState,
    pub problem: Option<Problem>,
    /// Another operation took its resource over; that one answers for the state now.
    pub superseded: bool,
}

/// The steps of an operation with this input.
pub(super) fn plan(kind: &dyn OperationKind, input: &Value) -> Vec<StepPlan> {
    kind.steps()
        .into_iter()
        .filter(|step| step.applies(input))
        .map(|step| StepPlan {
            name: step.name().to_owned(),
            title: step.title().to_owned(),
            point_of_no_return: step.point_of_no_return(),
            retry: step.retry(),
        })
        .collect()
}
