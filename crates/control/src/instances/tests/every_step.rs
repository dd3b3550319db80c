//! Every kind of operation with every step done twice, and with a failure after every step.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use stead_api::v1::instances::{CreateInstance, CreateSource, InstanceOperation, Phase, StopInstance};
use stead_api::v1::operations::OperationState;
use stead_core::instance::{Action, Wanted};
use stead_core::operation::RetryPolicy;
use stead_core::{Error, Result};
use stead_db::{Db, SystemScope, Tx};

use super::world::{World, id};
use crate::engine::{Ended, OperationKind, Step, StepContext};
use crate::idempotency::Mutation;

/// What is done to the steps of one kind.
#[derive(Debug, Clone, Copy)]
enum Treatment {
    /// Everything twice.
    Repeat,
    /// The step with this index does its work and then fails.
    FailAfter(usize),
}

struct Treated {
    kind: Arc<dyn OperationKind>,
    treatment: Treatment,
    undone: Arc<AtomicUsize>,
}

#[async_trait]
impl OperationKind for Treated {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn time_limit(&self) -> Duration {
        self.kind.time_limit()
    }

    fn steps(&self) -> Vec<Arc<dyn Step>> {
        let treated = |(index, step)| {
            let step =
                TreatedStep { step, index, treatment: self.treatment, undone: Arc::clone(&self.undone) };
            Arc::new(step) as Arc<dyn Step>
        };
        self.kind.steps().into_iter().enumerate().map(treated).collect()
    }

    async fn ended(&self, tx: &Tx<SystemScope>, ended: &Ended) -> Result<()> {
        self.kind.ended(tx, ended).await
    }
}

struct TreatedStep {
    step: Arc<dyn Step>,
    index: usize,
    treatment: Treatment,
    undone: Arc<AtomicUsize>,
}

#[async_trait]
impl Step for TreatedStep {
    fn name(&self) -> &'static str {
        self.step.name()
    }

    fn title(&self) -> &'static str {
        self.step.title()
    }

    fn point_of_no_return(&self) -> bool {
        self.step.point_of_no_return()
    }

    fn retry(&self) -> RetryPolicy {
        self.step.retry()
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        let output = self.step.run(context).await?;
        match self.treatment {
            Treatment::Repeat => self.step.run(context).await,
            Treatment::FailAfter(index) if index == self.index => {
                Err(Error::conflict("injected", "A test made this step fail."))
            }
            Treatment::FailAfter(_) => Ok(output),
        }
    }

    async fn undo(&self, context: &StepContext) -> Result<()> {
        self.undone.fetch_add(1, Ordering::SeqCst);
        // The undo, too, may come twice.
        self.step.undo(context).await?;
        self.step.undo(context).await
    }
}

/// Replaces one kind by a treated one; the second answer is its number of steps.
fn treat(world: &World, action: Action, treatment: Treatment) -> (Arc<AtomicUsize>, usize) {
    let kind = world
        .engine
        .kinds()
        .into_iter()
        .find(|kind| kind.name() == action.kind())
        .expect("the kind is registered");
    let steps = kind.steps().len();
    let undone = Arc::new(AtomicUsize::new(0));
    world.engine.register(Arc::new(Treated { kind, treatment, undone: Arc::clone(&undone) }));
    (undone, steps)
}

/// Begins the action on an instance that is in a state in which it makes sense.
async fn begin(world: &World, action: Action) -> InstanceOperation {
    let (it, ada, once) = (&world.instances, &world.ada, Mutation::default());
    let input = CreateInstance {
        name: Some("one".into()),
        source: Some(CreateSource::Git { url: "https://git.example/x/y".into(), revision: None }),
        ..Default::default()
    };
    if action == Action::Create {
        return it.create(ada, input, &once).await.unwrap();
    }
    world.create(input).await;
    match action {
        Action::Start => {
            world.succeeded(it.kill(ada, "one", &once).await.unwrap()).await;
            it.start(ada, "one", &once).await
        }
        Action::Wake => {
            world.succeeded(it.pause(ada, "one", &once).await.unwrap()).await;
            it.wake(ada, "one", &once).await
        }
        Action::Stop => it.stop(ada, "one", &StopInstance::default(), &once).await,
        Action::Restart => it.restart(ada, "one", &once).await,
        Action::Kill => it.kill(ada, "one", &once).await,
        Action::Pause => it.pause(ada, "one", &once).await,
        Action::Delete | Action::Create => it.delete(ada, "one", &once).await,
    }
    .unwrap()
}

async fn repeat_each(db: Db, action: Action) {
    let (world, node) = World::with_fake_node(db).await;
    node.script(|script| script.workspace_config = Some("ports: [8000]\n".into()));
    treat(&world, action, Treatment::Repeat);
    let done = world.succeeded(begin(&world, action).await).await;
    let wanted = node.document(id(&done.instance)).unwrap().wanted;
    // Doing a step twice starts nothing twice: the numbers of runs tell.
    let expected = match action {
        Action::Create | Action::Wake => Wanted::Running { run: 1 },
        Action::Start | Action::Restart => Wanted::Running { run: 2 },
        Action::Pause => Wanted::Paused { run: 1 },
        Action::Stop => Wanted::Stopped { grace: Duration::from_secs(10) },
        Action::Kill => Wanted::Stopped { grace: Duration::ZERO },
        Action::Delete => Wanted::Absent,
    };
    assert_eq!(wanted, expected, "{action:?}");
    world.close().await;
}

/// Says whether there was a step with this index.
async fn fail_at(db: Db, action: Action, index: usize) -> bool {
    let (world, _node) = World::with_fake_node(db).await;
    let (undone, steps) = treat(&world, action, Treatment::FailAfter(index));
    if index >= steps {
        world.close().await;
        return false;
    }
    let operation = world.ended(&begin(&world, action).await.operation).await;
    assert_eq!(operation.state, OperationState::Failed, "{action:?} {index}");
    if matches!(action, Action::Create | Action::Start | Action::Restart | Action::Wake | Action::Pause) {
        assert_eq!(
            undone.load(Ordering::SeqCst),
            index + 1,
            "{action:?} {index}: each begun step is taken back"
        );
    }
    if action != Action::Delete {
        let seen = world.instances.get(&world.ada, "one").await.unwrap();
        assert!(seen.operation.is_none());
        match action {
            // Until the last step what ran still runs.
            Action::Restart if index + 1 < steps => assert_eq!(seen.state.phase, Phase::Running),
            Action::Create | Action::Start | Action::Restart => {
                assert_eq!(seen.state.phase, Phase::Failed, "{action:?} {index}")
            }
            Action::Pause => assert_eq!(seen.state.phase, Phase::Running),
            _ => {}
        }
        // Whatever went wrong: it can be deleted.
        world.instances.delete(&world.ada, "one", &Mutation::default()).await.unwrap();
    }
    world.until_gone("one").await;
    world.close().await;
    true
}

async fn every_step_can_be_repeated(db: Db) {
    for action in Action::ALL {
        repeat_each(db.clone(), action).await;
    }
}

async fn every_step_can_fail(db: Db) {
    for action in Action::ALL {
        for index in 0.. {
            if !fail_at(db.clone(), action, index).await {
                break;
            }
        }
    }
}

on_databases!(every_step_can_be_repeated, every_step_can_fail);
