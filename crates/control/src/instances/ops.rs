//! The kinds of operations on instances, as lists of steps. What the steps do stands in [`super::steps`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stead_core::Result;
use stead_core::ids::InstanceId;
use stead_core::instance::Action;
use stead_core::operation::RetryPolicy;
use stead_db::{Changed, SystemScope, Tx};

use super::steps::Worker;
use crate::engine::{Ended, OperationKind, Step, StepContext, persistent};

/// What operations on instances are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Input {
    /// The newest run when the operation was asked for.
    pub(super) run_before: u64,
    /// Between SIGTERM and SIGKILL, for stops.
    #[serde(default)]
    pub(super) grace: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Place,
    Fetch,
    Configure,
    Start { anew: bool },
    Stop,
    Pause,
    Remove,
}

/// A kind of operation on instances.
#[derive(Debug)]
pub(super) struct InstanceKind {
    action: Action,
    worker: Worker,
}

impl InstanceKind {
    pub(super) fn all(worker: &Worker) -> Vec<Arc<dyn OperationKind>> {
        Action::ALL
            .into_iter()
            .map(|action| Arc::new(Self { action, worker: worker.clone() }) as Arc<dyn OperationKind>)
            .collect()
    }
}

#[async_trait]
impl OperationKind for InstanceKind {
    fn name(&self) -> &'static str {
        self.action.kind()
    }

    fn time_limit(&self) -> Duration {
        match self.action {
            // A large image over a slow line and long startup tasks.
            Action::Create | Action::Start | Action::Restart | Action::Wake => Duration::from_hours(2),
            Action::Stop => Duration::from_mins(15),
            Action::Kill | Action::Pause => Duration::from_mins(3),
            Action::Delete => Duration::from_mins(10),
        }
    }

    fn steps(&self) -> Vec<Arc<dyn Step>> {
        let parts: &[Part] = match self.action {
            // A start also finishes a creation that failed.
            Action::Create | Action::Start | Action::Wake => {
                &[Part::Place, Part::Fetch, Part::Configure, Part::Start { anew: false }]
            }
            Action::Restart => &[Part::Place, Part::Fetch, Part::Configure, Part::Start { anew: true }],
            Action::Stop | Action::Kill => &[Part::Stop],
            Action::Pause => &[Part::Pause],
            Action::Delete => &[Part::Remove],
        };
        parts
            .iter()
            .map(|part| Arc::new(InstanceStep { part: *part, worker: self.worker.clone() }) as Arc<dyn Step>)
            .collect()
    }

    /// The instance is seen anew: it has no unfinished operation any more, or a failed one.
    async fn ended(&self, tx: &Tx<SystemScope>, ended: &Ended) -> Result<()> {
        if let Some(instance) =
            ended.resource.as_deref().and_then(|resource| resource.parse::<InstanceId>().ok())
            && stead_db::instances::find(tx, instance).await?.is_some()
        {
            tx.changed(ended.tenant, Changed::Instance(instance));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct InstanceStep {
    part: Part,
    worker: Worker,
}

#[async_trait]
impl Step for InstanceStep {
    fn name(&self) -> &'static str {
        match self.part {
            Part::Place => "place",
            Part::Fetch => "fetch",
            Part::Configure => "configure",
            Part::Start { .. } => "start",
            Part::Stop => "stop",
            Part::Pause => "pause",
            Part::Remove => "remove",
        }
    }

    fn title(&self) -> &'static str {
        match self.part {
            Part::Place => "Choose a node",
            Part::Fetch => "Bring the source in",
            Part::Configure => "Read phazeai.yaml",
            Part::Start { .. } => "Start it",
            Part::Stop => "Stop what runs",
            Part::Pause => "Freeze what runs",
            Part::Remove => "Remove everything",
        }
    }

    /// What was asked to stop stays asked to stop, and deleted things do not come back.
    fn point_of_no_return(&self) -> bool {
        matches!(self.part, Part::Stop | Part::Remove)
    }

    fn retry(&self) -> RetryPolicy {
        match self.part {
            // The node tries by itself what is worth it; what it reports as failed is told soon.
            Part::Fetch | Part::Start { .. } => RetryPolicy { attempts: 3, ..RetryPolicy::default() },
            // A delete is never given up within its time.
            Part::Remove => persistent(),
            _ => RetryPolicy::default(),
        }
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        let instance: InstanceId = context.resource()?;
        let input: Input = context.input()?;
        match self.part {
            Part::Place => self.worker.place(instance).await,
            Part::Fetch => self.worker.fetch(instance, context).await,
            Part::Configure => self.worker.configure(instance, context).await,
            Part::Start { anew } => self.worker.start(instance, input.run_before, anew, context).await,
            Part::Stop => self.worker.stop(instance, input.grace, context).await,
            Part::Pause => self.worker.pause(instance, context).await,
            Part::Remove => self.worker.remove(instance, context).await,
        }?;
        Ok(Value::Null)
    }

    async fn undo(&self, context: &StepContext) -> Result<()> {
        let instance: InstanceId = context.resource()?;
        match self.part {
            // Where it was placed and what its file said stays true; a retry builds on it.
            Part::Place | Part::Configure => Ok(()),
            Part::Fetch => self.worker.undo_fetch(instance, context).await,
            Part::Start { .. } => {
                let input: Input = context.input()?;
                self.worker.undo_start(instance, input.run_before, context).await
            }
            Part::Pause => self.worker.undo_pause(instance).await,
            Part::Stop | Part::Remove => Ok(()),
        }
    }
}
