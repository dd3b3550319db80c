//! The engine on both databases: order, undo, retries, cancelling, superseding, takeover, several engines.

use std::sync::Mutex as StdMutex;

use async_trait::async_trait;
use serde_json::json;
use stead_core::access::Role;
use stead_core::ids::UserId;
use stead_core::instance::Progress;
use stead_core::operation::{OperationState, RetryPolicy, StepState};
use stead_db::{tenants, users};

use super::*;

type Journal = Arc<StdMutex<Vec<String>>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Good,
    /// Fails in passing this often, then succeeds.
    Flaky(usize),
    Broken,
    Panics,
    /// Waits until it is interrupted.
    Hangs,
    /// Like `Hangs`, without heeding the request to stop.
    Waits,
}

struct TestStep {
    name: &'static str,
    behaviour: Behaviour,
    journal: Journal,
}

impl TestStep {
    fn note(&self, what: &str) -> usize {
        let mut journal = self.journal.lock().unwrap();
        let line = format!("{what} {}", self.name);
        journal.push(line.clone());
        journal.iter().filter(|other| **other == line).count()
    }
}

#[async_trait]
impl Step for TestStep {
    fn name(&self) -> &'static str {
        self.name
    }
    fn title(&self) -> &'static str {
        self.name
    }
    fn retry(&self) -> RetryPolicy {
        RetryPolicy {
            attempts: 4,
            first_delay: Duration::from_millis(4),
            longest_delay: Duration::from_millis(10),
        }
    }
    async fn run(&self, context: &StepContext) -> Result<Value> {
        let times = self.note("run");
        context.log(format!("Running {}", self.name)).await?;
        match self.behaviour {
            Behaviour::Good => {}
            Behaviour::Flaky(failures) if times > failures => {}
            Behaviour::Flaky(_) => return Err(Error::unavailable("flaky", "Not now.")),
            Behaviour::Broken => return Err(Error::invalid("broken", "Never.")),
            Behaviour::Panics => panic!("a step of a test panics"),
            Behaviour::Hangs => {
                context.progress(Progress { label: "Hanging".into(), done: None, total: None }).await?;
                return context
                    .wait_until(Nudge::Events, Duration::from_secs(300), || async { Ok(None) })
                    .await;
            }
            Behaviour::Waits => std::future::pending::<()>().await,
        }
        Ok(json!({ "by": self.name }))
    }
    async fn undo(&self, _: &StepContext) -> Result<()> {
        self.note("undo");
        Ok(())
    }
}

struct TestKind {
    name: &'static str,
    steps: Vec<(&'static str, Behaviour)>,
    journal: Journal,
}

#[async_trait]
impl OperationKind for TestKind {
    fn name(&self) -> &'static str {
        self.name
    }
    fn time_limit(&self) -> Duration {
        Duration::from_secs(120)
    }
    fn steps(&self) -> Vec<Arc<dyn Step>> {
        let step = |(name, behaviour): &(&'static str, Behaviour)| {
            Arc::new(TestStep { name, behaviour: *behaviour, journal: Arc::clone(&self.journal) })
                as Arc<dyn Step>
        };
        self.steps.iter().map(step).collect()
    }
}

struct World {
    db: Db,
    tenant: TenantId,
    journal: Journal,
}

impl World {
    async fn new(db: Db) -> Self {
        let (user, tenant): (UserId, TenantId) = (db.ambient().new_id(), db.ambient().new_id());
        db.system("test")
            .transaction(|tx| async move {
                let now = tx.now().micros();
                users::insert(&tx, users::User::new(user, "Ada", now)).await?;
                let row = tenants::Tenant::new(tenant, "Ada", None, now);
                tenants::insert(&tx, row).await?;
                tenants::insert_member(&tx, tenant, user, Role::Owner).await
            })
            .await
            .unwrap();
        Self { db, tenant, journal: Journal::default() }
    }

    fn engine(&self, name: &str, steps: &[(&'static str, Behaviour)]) -> Engine {
        let settings =
            EngineSettings { lease: Duration::from_millis(1_500), ..EngineSettings::new(name.into(), false) };
        let engine = Engine::new(self.db.clone(), settings);
        let kind = |name, steps| Arc::new(TestKind { name, steps, journal: Arc::clone(&self.journal) });
        engine.register(kind("test", steps.to_vec()));
        engine.register(kind("test.delete", vec![("remove", Behaviour::Good)]));
        engine
    }

    async fn enqueue(
        &self,
        engine: &Engine,
        kind: &'static str,
        resource: &str,
        supersede: bool,
    ) -> Result<OperationId> {
        let tenant = self.tenant;
        self.db
            .system("test")
            .transaction(|tx| async move {
                let new = NewOperation {
                    kind,
                    tenant,
                    resource: Some(resource.to_owned()),
                    input: json!({}),
                    supersede,
                };
                engine.enqueue(&tx, new).await
            })
            .await
    }

    async fn row(&self, id: OperationId) -> Operation {
        operations::find(&self.db.system("test"), id).await.unwrap().unwrap()
    }

    async fn until(
        &self,
        id: OperationId,
        what: &str,
        mut holds: impl FnMut(&Operation) -> bool,
    ) -> Operation {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        loop {
            let row = self.row(id).await;
            if holds(&row) {
                return row;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{what} did not come: {row:?}, {:?}",
                self.journal()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn ended(&self, id: OperationId) -> OperationRecord {
        let row = self.until(id, "the end", |row| row.ended_at.is_some()).await;
        assert!(row.holds.is_none() && row.lease_owner.is_none());
        decode(&row.record).unwrap()
    }

    fn journal(&self) -> Vec<String> {
        self.journal.lock().unwrap().clone()
    }

    async fn cancel(&self, engine: &Engine, id: OperationId) -> bool {
        self.db
            .system("test")
            .transaction(|tx| async move {
                let row = operations::find(&tx, id).await?.expect("the operation");
                engine.cancel(&tx, &row).await
            })
            .await
            .unwrap()
    }
}

async fn steps_run_in_order_and_keep_their_outputs(db: Db) {
    let world = World::new(db).await;
    let engine =
        world.engine("one", &[("a", Behaviour::Good), ("b", Behaviour::Good), ("c", Behaviour::Good)]);
    engine.start().await.unwrap();
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    assert_eq!(world.ended(id).await.state, OperationState::Succeeded);
    assert_eq!(world.journal(), ["run a", "run b", "run c"]);
    let row = world.row(id).await;
    assert_eq!(serde_json::from_str::<Value>(&row.outputs).unwrap()["b"]["by"], "b");
    assert_eq!(operations::log(&world.db.system("test"), &row, 0, 10).await.unwrap().len(), 3);
    // The resource is free again.
    let again = world.enqueue(&engine, "test", "it", false).await.unwrap();
    assert_eq!(world.ended(again).await.state, OperationState::Succeeded);
    engine.stop().await;
}

async fn passing_failures_are_tried_again(db: Db) {
    let world = World::new(db).await;
    let engine = world.engine("one", &[("a", Behaviour::Flaky(2))]);
    engine.start().await.unwrap();
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    let record = world.ended(id).await;
    assert_eq!(
        (record.state, record.steps[0].attempts, record.problem),
        (OperationState::Succeeded, 3, None)
    );
    engine.stop().await;
}

async fn a_failure_undoes_what_was_begun_and_can_be_tried_again(db: Db) {
    let world = World::new(db).await;
    let steps = [("a", Behaviour::Good), ("b", Behaviour::Broken), ("c", Behaviour::Good)];
    let engine = world.engine("one", &steps);
    engine.start().await.unwrap();
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    let record = world.ended(id).await;
    assert_eq!(record.state, OperationState::Failed);
    assert_eq!(record.problem.unwrap().code, "broken");
    assert_eq!(world.journal(), ["run a", "run b", "undo b", "undo a"]);
    assert_eq!(
        record.steps.iter().map(|step| step.state).collect::<Vec<_>>(),
        [StepState::Undone, StepState::Failed, StepState::Waiting]
    );
    engine.register(Arc::new(TestKind {
        name: "test",
        steps: steps.iter().map(|(name, _)| (*name, Behaviour::Good)).collect(),
        journal: Arc::clone(&world.journal),
    }));
    let retried = world
        .db
        .system("test")
        .transaction(|tx| {
            let engine = &engine;
            async move {
                let row = operations::find(&tx, id).await?.expect("the operation");
                engine.retry(&tx, &row).await
            }
        })
        .await
        .unwrap();
    assert!(retried);
    assert_eq!(world.ended(id).await.state, OperationState::Succeeded);
    engine.stop().await;
}

async fn a_panic_is_a_failure(db: Db) {
    let world = World::new(db).await;
    let engine = world.engine("one", &[("a", Behaviour::Panics)]);
    engine.start().await.unwrap();
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    let record = world.ended(id).await;
    assert_eq!((record.state, record.problem.unwrap().code.as_str()), (OperationState::Failed, "internal"));
    engine.stop().await;
}

async fn cancelling_interrupts_and_undoes(db: Db) {
    let world = World::new(db).await;
    let engine = world.engine("one", &[("a", Behaviour::Good), ("b", Behaviour::Hangs)]);
    engine.start().await.unwrap();
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    world.until(id, "the second step's progress", |row| row.progress.is_some()).await;
    assert!(world.cancel(&engine, id).await);
    let record = world.ended(id).await;
    assert_eq!((record.state, record.problem), (OperationState::Cancelled, None));
    assert_eq!(world.journal(), ["run a", "run b", "undo b", "undo a"]);
    assert!(!world.cancel(&engine, id).await);
    engine.stop().await;
}

async fn one_operation_per_resource_unless_it_supersedes(db: Db) {
    let world = World::new(db).await;
    let engine = world.engine("one", &[("a", Behaviour::Hangs)]);
    engine.start().await.unwrap();
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    world.until(id, "the step's progress", |row| row.progress.is_some()).await;
    assert_eq!(
        world.enqueue(&engine, "test", "it", false).await.unwrap_err().code(),
        "operation_in_progress"
    );
    let delete = world.enqueue(&engine, "test.delete", "it", true).await.unwrap();
    assert_eq!(world.ended(delete).await.state, OperationState::Succeeded);
    let first = world.ended(id).await;
    assert_eq!(first.state, OperationState::Cancelled);
    // The one that took over answers for the state: nothing is undone, and it began only after the other had ended.
    assert_eq!(world.journal(), ["run a", "run remove"]);
    engine.stop().await;
}

async fn another_engine_goes_on_after_a_stop(db: Db) {
    let world = World::new(db).await;
    let first = world.engine("one", &[("a", Behaviour::Good), ("b", Behaviour::Waits)]);
    first.start().await.unwrap();
    let id = world.enqueue(&first, "test", "it", false).await.unwrap();
    world.until(id, "the second step", |_| world.journal().contains(&"run b".to_owned())).await;
    first.stop().await;
    let second = world.engine("two", &[("a", Behaviour::Good), ("b", Behaviour::Good)]);
    second.start().await.unwrap();
    assert_eq!(world.ended(id).await.state, OperationState::Succeeded);
    assert_eq!(world.journal(), ["run a", "run b", "run b"]);
    second.stop().await;
}

async fn another_engine_takes_over_when_the_lease_runs_out(db: Db) {
    let world = World::new(db).await;
    let engine = world.engine("two", &[("a", Behaviour::Good), ("b", Behaviour::Good)]);
    let id = world.enqueue(&engine, "test", "it", false).await.unwrap();
    // What a killed engine leaves: a lease, and a first step that was begun.
    let until = world.db.ambient().now().plus(Duration::from_millis(300));
    let leased = world
        .db
        .system("test")
        .transaction(|tx| async move { operations::lease(&tx, id, "dead", until).await })
        .await;
    assert!(leased.unwrap().is_some());
    engine.start().await.unwrap();
    assert_eq!(world.ended(id).await.state, OperationState::Succeeded);
    assert!(world.db.ambient().now() >= until, "not before the lease ran out");
    engine.stop().await;
}

async fn several_engines_share_the_work_and_do_each_step_once(db: Db) {
    let world = World::new(db).await;
    let engines: Vec<Engine> = ["one", "two", "three"]
        .iter()
        .map(|name| world.engine(name, &[("a", Behaviour::Good), ("b", Behaviour::Good)]))
        .collect();
    for engine in &engines {
        engine.start().await.unwrap();
    }
    let mut ids = Vec::new();
    for number in 0..15 {
        ids.push(world.enqueue(&engines[0], "test", &format!("it{number}"), false).await.unwrap());
    }
    for id in ids {
        assert_eq!(world.ended(id).await.state, OperationState::Succeeded);
    }
    assert_eq!(world.journal().len(), 30);
    for engine in &engines {
        engine.stop().await;
    }
}

stead_db::both_databases!(
    steps_run_in_order_and_keep_their_outputs,
    passing_failures_are_tried_again,
    a_failure_undoes_what_was_begun_and_can_be_tried_again,
    a_panic_is_a_failure,
    cancelling_interrupts_and_undoes,
    one_operation_per_resource_unless_it_supersedes,
    another_engine_goes_on_after_a_stop,
    another_engine_takes_over_when_the_lease_runs_out,
    several_engines_share_the_work_and_do_each_step_once,
);
