//! Every kind of operation with every step done twice, and with a failure after every step.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use stead_api::v1::instances::{CreateInstance, CreateSource, InstanceOperation, Phase, StopInstance};
use stead_api::v1::operations::OperationState;
use stead_core::instance::{Action, DriverKind, Wanted};
use stead_core::operation::RetryPolicy;
use stead_core::{Error, Result};
use stead_db::{Db, SystemScope, Tx};

use super::world::{World, id};
use crate::engine::{Ended, Engine, OperationKind, Step, StepContext};
use crate::idempotency::Mutation;
use crate::instances::PreviewAddress;
use crate::{Control, ControlSettings};

/// What is done to the steps of one kind.
#[derive(Debug, Clone, Copy)]
enum Treatment {
    /// Everything twice.
    Repeat,
    /// The step with this index fails.
    Fail(usize, Moment),
}

/// A step that was begun may have done all of its work or nothing when it fails; taking it back copes with both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeItsWork,
    AfterItsWork,
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

    fn can_retry(&self) -> bool {
        self.kind.can_retry()
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

    fn applies(&self, input: &Value) -> bool {
        self.step.applies(input)
    }

    fn point_of_no_return(&self) -> bool {
        self.step.point_of_no_return()
    }

    fn retry(&self) -> RetryPolicy {
        self.step.retry()
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        let failure = || Err(Error::conflict("injected", "A test made this step fail."));
        let fails = |moment| matches!(self.treatment, Treatment::Fail(index, when) if index == self.index && when == moment);
        if fails(Moment::BeforeItsWork) {
            return failure();
        }
        let output = self.step.run(context).await?;
        if fails(Moment::AfterItsWork) {
            return failure();
        }
        match self.treatment {
            Treatment::Repeat => self.step.run(context).await,
            Treatment::Fail(..) => Ok(output),
        }
    }

    async fn undo(&self, context: &StepContext) -> Result<()> {
        self.undone.fetch_add(1, Ordering::SeqCst);
        // The undo, too, may come twice.
        self.step.undo(context).await?;
        self.step.undo(context).await
    }
}

/// The kinds that are registered.
fn kinds(engine: &Engine) -> Vec<&'static str> {
    engine.kinds().iter().map(|kind| kind.name()).collect()
}

/// What begins an operation of this kind, and says what is right afterwards.
fn scenario(kind: &str) -> Action {
    Action::parse(kind).unwrap_or_else(|| {
        panic!("the operation kind {kind} has no scenario: say here how one is begun and what is to be seen after it")
    })
}

fn kind(world: &World, action: Action) -> Arc<dyn OperationKind> {
    world
        .engine
        .kinds()
        .into_iter()
        .find(|kind| kind.name() == action.kind())
        .expect("the kind is registered")
}

/// Replaces one kind by a treated one; the answer counts what it takes back.
fn treat(world: &World, action: Action, treatment: Treatment) -> Arc<AtomicUsize> {
    let (kind, undone) = (kind(world, action), Arc::new(AtomicUsize::new(0)));
    world.engine.register(Arc::new(Treated { kind, treatment, undone: Arc::clone(&undone) }));
    undone
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

async fn fail_at(db: Db, action: Action, index: usize, moment: Moment) {
    let (world, _node) = World::with_fake_node(db).await;
    let what = format!("{action:?}, step {index}, {moment:?}");
    let steps = kind(&world, action).steps();
    let undone = treat(&world, action, Treatment::Fail(index, moment));
    let operation = world.ended(&begin(&world, action).await.operation).await;
    assert_eq!(operation.state, OperationState::Failed, "{what}");
    assert_eq!(operation.problem.map(|problem| problem.code).as_deref(), Some("injected"), "{what}");
    let kept = steps[..=index].iter().rposition(|step| step.point_of_no_return()).map_or(0, |last| last + 1);
    assert_eq!(
        undone.load(Ordering::SeqCst),
        index + 1 - kept,
        "{what}: each begun step is taken back, down to one of no return"
    );
    if action != Action::Delete {
        let seen = world.instances.get(&world.ada, "one").await.unwrap();
        assert!(seen.operation.is_none(), "{what}");
        let begun = index + 1 == steps.len() && moment == Moment::AfterItsWork;
        match action {
            // Until the last step what ran still runs.
            Action::Restart if !begun => assert_eq!(seen.state.phase, Phase::Running, "{what}"),
            Action::Create | Action::Start | Action::Restart => {
                assert_eq!(seen.state.phase, Phase::Failed, "{what}")
            }
            // Taking it back does not wait for the node.
            Action::Pause => world.until_phase("one", Phase::Running).await,
            _ => {}
        }
        // Whatever went wrong: it can be deleted.
        world.instances.delete(&world.ada, "one", &Mutation::default()).await.unwrap();
    }
    world.until_gone("one").await;
    world.close().await;
}

async fn every_kind_has_a_scenario(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let settings = ControlSettings {
        base_url: "http://localhost:7433".into(),
        previews: PreviewAddress { scheme: "http".into(), domain: "localhost".into(), port: None },
        data_dir: folder.path().to_owned(),
        default_driver: DriverKind::Sim,
        master_key: crate::MasterKeySettings::File(folder.path().join("master.key")),
        notifications: crate::notifications::NotificationSettings::default(),
        outbound: crate::outbound::OutboundSettings::default(),
        sign_up: crate::identity::SignUpPolicy::default(),
        sources: crate::identity::SourcesSettings::default(),
    };
    let whole = Control::start(db.clone(), settings).await.unwrap();
    let world = World::on(db).await;
    // Other domains try theirs themselves.
    let mut registered = kinds(whole.engine());
    registered.retain(|kind| kind.starts_with("instance."));
    assert_eq!(registered, kinds(&world.engine), "the tests below try what a server has");
    for kind in registered {
        scenario(kind);
    }
    world.close().await;
    whole.stop().await.unwrap();
}

/// The engine that the list is from is stopped, or it would take part.
async fn all_kinds(db: &Db) -> Vec<Arc<dyn OperationKind>> {
    let world = World::on(db.clone()).await;
    let kinds = world.engine.kinds();
    world.close().await;
    kinds
}

async fn every_step_can_be_repeated(db: Db) {
    for kind in all_kinds(&db).await {
        repeat_each(db.clone(), scenario(kind.name())).await;
    }
}

async fn every_step_can_fail(db: Db) {
    for kind in all_kinds(&db).await {
        for index in 0..kind.steps().len() {
            for moment in [Moment::BeforeItsWork, Moment::AfterItsWork] {
                fail_at(db.clone(), scenario(kind.name()), index, moment).await;
            }
        }
    }
}

stead_db::both_databases!(every_kind_has_a_scenario, every_step_can_be_repeated, every_step_can_fail);
