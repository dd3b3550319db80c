//! Creating, starting, stopping, deleting; what goes wrong on the way.

use std::collections::BTreeMap;

use stead_api::node::NodeMessage;
use stead_api::v1::instances::{
    CreateInstance, CreateSource, InstanceQuery, Phase, ResourcesInput, StopInstance, UpdateInstance,
};
use stead_api::v1::operations::OperationState;
use stead_api::v1::ports::{SetPort, Visibility};
use stead_core::driver::Usage;
use stead_core::instance::{ObservedState, Wanted};
use stead_core::{Error, ErrorKind};
use stead_db::Db;

use super::world::{World, eventually, id};
use crate::idempotency::{Idempotency, Mutation};
use crate::instances::PreviewPresence;

fn git(url: &str) -> CreateInstance {
    CreateInstance {
        source: Some(CreateSource::Git { url: url.into(), revision: None }),
        ..Default::default()
    }
}

fn named(name: &str) -> CreateInstance {
    CreateInstance { name: Some(name.into()), ..Default::default() }
}

fn once() -> Mutation {
    Mutation::default()
}

async fn a_repository_is_opened_and_its_file_obeyed(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    node.script(|script| {
        script.workspace_config =
            Some("image: debian:12\nresources: {cpu: 1, memory: 1GiB}\nenv: {A: file, B: file}\nports: [8000]\ntasks: [make]\nidle_timeout: 30m\n".into());
    });
    let mut input = git("https://git.example/org/Shop.git");
    input.env = BTreeMap::from([("A".to_owned(), "request".to_owned())]);
    let begun = world.instances.create(&world.ada, input, &once()).await.unwrap();
    assert_eq!(begun.instance.name, "shop");
    assert_eq!(begun.instance.state.phase, Phase::Starting);
    let done = world.succeeded(begun).await;
    let steps: Vec<&str> = done.operation.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["place", "fetch", "configure", "start"]);
    let instance = done.instance;
    assert_eq!((instance.state.phase, instance.state.reason.as_str()), (Phase::Running, "Started by Ada."));
    assert_eq!(instance.image, "debian:12");
    assert_eq!((instance.resources.cpu_millis, instance.resources.memory_bytes), (1_000, 1 << 30));
    assert_eq!((instance.env["A"].as_str(), instance.env["B"].as_str()), ("request", "file"));
    assert_eq!(instance.ports[0].preview_url, "http://8000--shop.localhost:7433/");
    assert!(instance.ports[0].declared && !instance.ports[0].listening);
    assert_eq!(instance.tasks[0].command, "make");
    assert_eq!(instance.idle_timeout_seconds, Some(1_800));
    assert_eq!(instance.source.unwrap().commit.as_deref(), Some("c0ffee"));
    assert_eq!(node.document(instance.id.parse().unwrap()).unwrap().wanted, Wanted::Running { run: 1 });
    world.close().await;
}

async fn the_whole_life(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let instance = world.create(named("one")).await;
    let (it, ada) = (&world.instances, &world.ada);
    let phase = |done: stead_api::v1::instances::InstanceOperation| {
        (done.instance.state.phase, done.instance.state.reason)
    };
    let done = world.succeeded(it.pause(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(phase(done), (Phase::Paused, "Paused by Ada.".into()));
    let done = world.succeeded(it.wake(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(phase(done).0, Phase::Running);
    assert_eq!(
        node.document(id(&instance)).unwrap().wanted,
        Wanted::Running { run: 1 },
        "the same run goes on"
    );
    world.succeeded(it.start(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(node.document(id(&instance)).unwrap().wanted, Wanted::Running { run: 1 }, "it ran already");
    world.succeeded(it.restart(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(node.document(id(&instance)).unwrap().wanted, Wanted::Running { run: 2 });
    let stop = StopInstance { grace_seconds: Some(3) };
    let done = world.succeeded(it.stop(ada, "one", &stop, &once()).await.unwrap()).await;
    assert_eq!(phase(done), (Phase::Stopped, "Stopped by Ada.".into()));
    assert_eq!(it.pause(ada, "one", &once()).await.unwrap_err().code(), "not_running");
    world.succeeded(it.start(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(node.document(id(&instance)).unwrap().wanted, Wanted::Running { run: 3 });
    let done = world.succeeded(it.kill(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(phase(done).0, Phase::Stopped);
    world.succeeded(it.delete(ada, "one", &once()).await.unwrap()).await;
    assert_eq!(it.get(ada, "one").await.unwrap_err().code(), "instance_not_found");
    assert_eq!(node.document(id(&instance)).unwrap().wanted, Wanted::Absent);
    // The name is free again.
    world.create(named("one")).await;
    world.close().await;
}

async fn names_are_unique_and_made_up(db: Db) {
    let (world, _node) = World::with_fake_node(db).await;
    world.create(named("shop")).await;
    let error = world.instances.create(&world.ada, named("shop"), &once()).await.unwrap_err();
    assert_eq!((error.code(), error.next_step_text()), ("name_taken", Some("shop-2 is free.")));
    assert_eq!(world.create(git("https://git.example/x/shop")).await.name, "shop-2");
    assert_eq!(world.create(git("https://git.example/x/shop")).await.name, "shop-3");
    let blank = world.create(CreateInstance::default()).await;
    assert!(stead_core::names::check(&blank.name).is_ok());
    // The same name in another tenant gets a label of its own.
    let other = world.instances.create(&world.eve, named("shop"), &once()).await.unwrap();
    let row = stead_db::instances::find(&world.eve, id(&other.instance)).await.unwrap().unwrap();
    assert!(row.host_label.starts_with("shop-") && row.name == "shop");
    world.close().await;
}

async fn failures_leave_a_state_one_can_go_on_from(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let unreachable = Error::unavailable("git_unreachable", "The git host cannot be reached.")
        .next_step("Check the address.");
    node.script(|script| script.fetch_problem = Some(unreachable.to_problem()));
    let begun = world.instances.create(&world.ada, git("https://git.example/x/app"), &once()).await.unwrap();
    let failed = world.failed(begun).await;
    assert_eq!(failed.instance.state.phase, Phase::Failed);
    assert_eq!(failed.instance.state.reason, "The git host cannot be reached.");
    let problem = failed.instance.problem.unwrap();
    assert_eq!(
        (problem.code.as_str(), problem.next_step.as_deref()),
        ("git_unreachable", Some("Check the address."))
    );
    assert!(failed.operation.retryable);
    assert!(matches!(
        node.document(failed.instance.id.parse().unwrap()).unwrap().wanted,
        Wanted::Stopped { .. }
    ));

    // A retry after the repair goes on where it was.
    node.script(|script| {
        script.fetch_problem = None;
        script.start_problem = Some(
            Error::not_found("image", "debian:13").next_step("Check the name of the image.").to_problem(),
        );
    });
    let retried = world.operations.retry(&world.ada, failed.operation.id.parse().unwrap()).await.unwrap();
    let ended = world.ended(&retried).await;
    assert_eq!(ended.problem.unwrap().code, "image_not_found");
    // So does a start.
    node.script(|script| script.start_problem = None);
    let done = world.succeeded(world.instances.start(&world.ada, "app", &once()).await.unwrap()).await;
    assert_eq!(done.instance.state.phase, Phase::Running);
    assert!(done.instance.problem.is_none());

    // A sick one says so; one whose main process ends, too.
    let instance = id(&done.instance);
    node.report(instance, |report| {
        report.problem =
            Some(Error::conflict("startup_task_failed", "Startup task build ended with 1.").to_problem());
    });
    eventually("it is unhealthy", || async {
        let seen = world.instances.get(&world.ada, "app").await.unwrap();
        (seen.state.phase == Phase::Unhealthy && seen.state.reason == "Startup task build ended with 1.")
            .then_some(())
    })
    .await;
    world.close().await;
}

async fn wrong_files_are_reported_with_their_places(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    node.script(|script| script.workspace_config = Some("imge: x\nresources:\n  cpu: lots\n".into()));
    let begun = world.instances.create(&world.ada, git("https://git.example/x/app"), &once()).await.unwrap();
    let failed = world.failed(begun).await;
    let problem = failed.instance.problem.unwrap();
    assert_eq!(problem.code, "workspace_config_invalid");
    assert_eq!(
        problem.errors.iter().map(|error| (error.line, error.column)).collect::<Vec<_>>(),
        [(Some(1), Some(1)), (Some(3), Some(8))]
    );
    assert_eq!(failed.instance.state.phase, Phase::Failed);
    let mut ignoring = git("https://git.example/x/other");
    ignoring.ignore_workspace_config = true;
    assert_eq!(world.create(ignoring).await.state.phase, Phase::Running);
    // After a correction a start is enough.
    node.script(|script| script.workspace_config = Some("image: debian:12\n".into()));
    let done = world.succeeded(world.instances.start(&world.ada, "app", &once()).await.unwrap()).await;
    assert_eq!(done.instance.image, "debian:12");
    world.close().await;
}

async fn delete_works_in_any_state(db: Db) {
    let (mut world, node) = World::with_fake_node(db).await;
    // While it is being created and the node says nothing.
    node.script(|script| script.silent = true);
    let creating = world.instances.create(&world.ada, named("slow"), &once()).await.unwrap();
    eventually("the document arrives", || async { node.document(id(&creating.instance)) }).await;
    let error = world.instances.start(&world.ada, "slow", &once()).await.unwrap_err();
    assert_eq!(error.code(), "operation_in_progress");
    let deleting = world.instances.delete(&world.ada, "slow", &once()).await.unwrap();
    let again = world.instances.delete(&world.ada, "slow", &once()).await.unwrap();
    assert_eq!(deleting.operation.id, again.operation.id, "asking twice is asking once");
    assert_eq!(world.ended(&creating.operation).await.state, OperationState::Cancelled);
    eventually("its removal is asked for", || async {
        node.document(id(&creating.instance)).filter(|document| document.wanted == Wanted::Absent)
    })
    .await;
    node.catch_up();
    world.succeeded(deleting).await;
    world.until_gone("slow").await;

    // While its node is away: done as far as people are concerned, finished when it is back.
    world.create(named("away")).await;
    world.disconnect(&node).await;
    let seen = world.instances.get(&world.ada, "away").await.unwrap();
    assert_eq!(seen.state.phase, Phase::Unknown);
    let deleted = world.succeeded(world.instances.delete(&world.ada, "away", &once()).await.unwrap()).await;
    assert_eq!(deleted.instance.state.phase, Phase::Deleting);
    assert!(
        deleted.instance.state.reason.contains("when node n1 is back"),
        "{}",
        deleted.instance.state.reason
    );
    let error = world.instances.start(&world.ada, "away", &once()).await.unwrap_err();
    assert_eq!(error.code(), "instance_deleting");
    world.connect(&node).await;
    world.until_gone("away").await;
    world.close().await;
}

async fn a_lost_ledger_is_written_again(db: Db) {
    let (mut world, node) = World::with_fake_node(db).await;
    let kept = world.create(named("kept")).await;
    let gone = world.create(named("gone")).await;
    world.disconnect(&node).await;
    world.instances.delete(&world.ada, "gone", &once()).await.unwrap();
    node.lose_ledger();
    world.connect(&node).await;
    eventually("the documents are sent again", || async { node.document(id(&kept)) }).await;
    assert_eq!(node.document(id(&kept)).unwrap().wanted, Wanted::Running { run: 1 });
    world.until_gone("gone").await;
    assert_eq!(node.document(id(&gone)).unwrap().wanted, Wanted::Absent);
    // What was deleted while it was away, and only the driver knows, goes as well.
    world.disconnect(&node).await;
    world.connect(&node).await;
    eventually("it runs", || async {
        let seen = world.instances.get(&world.ada, "kept").await.unwrap();
        (seen.state.phase == Phase::Running).then_some(())
    })
    .await;
    world.close().await;
}

async fn reports_of_strangers_change_nothing(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let mine = world.create(named("mine")).await;
    // Another node claims the instance.
    let other = super::fake_node::FakeNode::new(world.db.ambient().new_id());
    let stream = other.connect(tokio_util::sync::CancellationToken::new());
    let nodes = world.nodes.clone();
    tokio::spawn(async move { nodes.connected(stream, None).await });
    world.until_connected(other.id, true).await;
    let row = stead_db::instances::find(&world.ada, id(&mine)).await.unwrap().unwrap();
    let mut forged = row.observed.unwrap();
    forged.state = ObservedState::Failed;
    forged.generation = 99;
    other.say(NodeMessage::Report(forged));
    let usage = Usage { memory_bytes: 666, ..Usage::default() };
    other.say(NodeMessage::Usage { instance: id(&mine), usage, interval_cpu_millis: 1 });
    // Its own node is heard; that comes later on the same database, so the forged ones are through.
    other.say(NodeMessage::Heartbeat { disk_free_bytes: 1 });
    let usage = Usage { memory_bytes: 42, ..Usage::default() };
    eventually("the true measurement counts", || async {
        node.say(NodeMessage::Usage { instance: id(&mine), usage, interval_cpu_millis: 7 });
        let seen = world.instances.get(&world.ada, "mine").await.unwrap();
        assert_eq!(seen.state.phase, Phase::Running);
        seen.usage.filter(|usage| usage.memory_bytes == 42 && usage.cpu_millis == 7)
    })
    .await;
    world.close().await;
}

async fn settings_change_with_versions(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let instance = world.create(named("one")).await;
    let change = UpdateInstance {
        name: Some("two".into()),
        resources: Some(ResourcesInput { memory_bytes: Some(2 << 30), ..Default::default() }),
        env: Some(BTreeMap::from([("K".to_owned(), "v".to_owned())])),
        idle_timeout_seconds: Some(3_600),
    };
    let changed =
        world.instances.update(&world.ada, "one", change.clone(), Some(instance.version)).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.version), ("two", instance.version + 1));
    assert_eq!(changed.ports.len(), 0);
    let error = world.instances.update(&world.ada, "two", change, Some(instance.version)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::PreconditionFailed, "version_mismatch"));
    let document = node.document(id(&instance)).unwrap();
    assert_eq!((document.name.as_str(), document.spec.resources.memory_bytes), ("two", 2 << 30));
    eventually("it still runs", || async {
        let seen = world.instances.get(&world.ada, "two").await.unwrap();
        (seen.state.phase == Phase::Running).then_some(())
    })
    .await;
    world.close().await;
}

async fn ports_and_previews(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let instance = world.create(named("web")).await;
    node.report(id(&instance), |report| report.listening = vec![3000]);
    let port = eventually("the port is seen", || async {
        world.instances.ports(&world.ada, "web").await.unwrap().into_iter().find(|port| port.port == 3000)
    })
    .await;
    assert!(port.listening && !port.declared && port.visibility == Visibility::Private);
    let target = world.instances.preview_target("web", 3000).await.unwrap().unwrap();
    assert!(
        !target.public && target.presence == PreviewPresence::Running && target.instance == id(&instance)
    );
    let input = SetPort { visibility: Some(Visibility::Public), label: Some("App".into()) };
    let port = world.instances.set_port(&world.ada, "web", 3000, input).await.unwrap();
    assert_eq!((port.label.as_deref(), port.visibility), (Some("App"), Visibility::Public));
    let target = world.instances.preview_target("web", 3000).await.unwrap().unwrap();
    assert!(target.public, "a change is seen at once");
    assert!(!world.instances.preview_target("web", 3001).await.unwrap().unwrap().public);
    assert!(world.instances.preview_target("nobody", 80).await.unwrap().is_none());
    world.succeeded(world.instances.kill(&world.ada, "web", &once()).await.unwrap()).await;
    let target = world.instances.preview_target("web", 3000).await.unwrap().unwrap();
    assert_eq!(target.presence, PreviewPresence::Asleep);
    world.close().await;
}

async fn the_list_is_paged_and_searched(db: Db) {
    let (world, _node) = World::with_fake_node(db).await;
    for number in 0..5 {
        world.create(named(&format!("app-{number}"))).await;
    }
    world.create(git("https://git.example/team/50%25_off")).await;
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = InstanceQuery { cursor, limit: Some(2), q: None };
        let page = world.instances.list(&world.ada, &query).await.unwrap();
        seen.extend(page.items.iter().map(|instance| instance.name.clone()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 6);
    assert_eq!(&seen[1..], ["app-4", "app-3", "app-2", "app-1", "app-0"]);
    let found = |q: &str| {
        let query = InstanceQuery { q: Some(q.into()), ..Default::default() };
        let world = &world;
        async move { world.instances.list(&world.ada, &query).await.unwrap().items.len() }
    };
    assert_eq!(found("APP-").await, 5);
    assert_eq!(found("git.example/TEAM").await, 1);
    assert_eq!(found("%").await, 1);
    assert_eq!(found("app_").await, 0, "an underscore is no wildcard");
    let query = InstanceQuery { cursor: Some("nonsense".into()), ..Default::default() };
    assert_eq!(world.instances.list(&world.ada, &query).await.unwrap_err().code(), "cursor_invalid");
    world.close().await;
}

async fn repeated_requests_have_one_effect(db: Db) {
    let (world, _node) = World::with_fake_node(db).await;
    let keyed = |key: &str| Mutation {
        idempotency: Some(Idempotency {
            key: key.into(),
            route: "POST /v1/instances".into(),
            body_hash: "1".into(),
        }),
    };
    let first = world.instances.create(&world.ada, CreateInstance::default(), &keyed("a")).await.unwrap();
    let again = world.instances.create(&world.ada, CreateInstance::default(), &keyed("a")).await.unwrap();
    assert_eq!((first.instance.id, first.operation.id), (again.instance.id, again.operation.id));
    let all = world.instances.list(&world.ada, &InstanceQuery::default()).await.unwrap();
    assert_eq!(all.items.len(), 1);
    world.close().await;
}

async fn bundles_reach_the_node_and_are_removed(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let chunks = ["bun", "dle"].map(|chunk| Ok::<_, std::io::Error>(bytes::Bytes::from(chunk)));
    let upload = world.uploads.create(&world.ada, futures::stream::iter(chunks)).await.unwrap();
    let input = |id: &str| CreateInstance {
        source: Some(CreateSource::Upload {
            upload_id: id.into(),
            origin: Some("https://git.example/x/shop".into()),
            branch: None,
        }),
        ..Default::default()
    };
    // Not another tenant's.
    let error = world.instances.create(&world.eve, input(&upload.id), &once()).await.unwrap_err();
    assert_eq!(error.code(), "upload_not_found");
    let instance = world.create(input(&upload.id)).await;
    assert_eq!(instance.name, "shop");
    assert_eq!(node.uploads(), [(upload.id.clone(), b"bundle".to_vec())]);
    let error = world.instances.create(&world.ada, input(&upload.id), &once()).await.unwrap_err();
    assert_eq!(error.code(), "upload_not_found", "it was used up");
    world.close().await;
}

async fn unused_instances_are_stopped(db: Db) {
    let (world, node) = World::with_fake_node(db).await;
    let mut input = named("idle");
    input.idle_timeout_seconds = Some(60);
    let instance = world.create(input).await;
    // As if it had been running unused for long.
    node.report(id(&instance), |report| report.since = stead_core::Timestamp::from_micros(1));
    let long_ago = stead_core::Timestamp::from_micros(1);
    let it = id(&instance);
    eventually("the report is in", || async {
        let row = stead_db::instances::find(&world.ada, it).await.unwrap().unwrap();
        (row.observed.unwrap().since == long_ago).then_some(())
    })
    .await;
    assert_eq!(world.repair().await["stopped_idle"], 0, "it was just created");
    world.instances.inner.activity.touch(it, long_ago);
    world
        .db
        .system("the past")
        .transaction(|tx| async move {
            let row = stead_db::instances::find(&tx, it).await?.unwrap();
            stead_db::instances::set_wish(&tx, it, row.wish, &row.wish_cause, long_ago).await?;
            stead_db::instances::set_last_active(&tx, it, long_ago).await
        })
        .await
        .unwrap();
    assert_eq!(world.repair().await["stopped_idle"], 1);
    eventually("it stops and says why", || async {
        let seen = world.instances.get(&world.ada, "idle").await.unwrap();
        (seen.state.phase == Phase::Stopped && seen.state.reason == "Stopped: idle for 1 min.").then_some(())
    })
    .await;
    world.close().await;
}

async fn other_tenants_see_nothing(db: Db) {
    let (world, _node) = World::with_fake_node(db).await;
    let instance = world.create(named("secret")).await;
    for reference in ["secret", instance.id.as_str()] {
        let it = &world.instances;
        assert_eq!(it.get(&world.eve, reference).await.unwrap_err().code(), "instance_not_found");
        assert_eq!(it.delete(&world.eve, reference, &once()).await.unwrap_err().code(), "instance_not_found");
        assert_eq!(it.start(&world.eve, reference, &once()).await.unwrap_err().code(), "instance_not_found");
        let change = UpdateInstance::default();
        assert_eq!(
            it.update(&world.eve, reference, change, None).await.unwrap_err().code(),
            "instance_not_found"
        );
        let input = SetPort { visibility: None, label: None };
        assert_eq!(
            it.set_port(&world.eve, reference, 80, input).await.unwrap_err().code(),
            "instance_not_found"
        );
        assert_eq!(it.terminals(&world.eve, reference).await.unwrap_err().code(), "instance_not_found");
    }
    assert!(world.instances.list(&world.eve, &InstanceQuery::default()).await.unwrap().items.is_empty());
    world.close().await;
}

stead_db::both_databases!(
    a_repository_is_opened_and_its_file_obeyed,
    the_whole_life,
    names_are_unique_and_made_up,
    failures_leave_a_state_one_can_go_on_from,
    wrong_files_are_reported_with_their_places,
    delete_works_in_any_state,
    a_lost_ledger_is_written_again,
    reports_of_strangers_change_nothing,
    settings_change_with_versions,
    ports_and_previews,
    the_list_is_paged_and_searched,
    repeated_requests_have_one_effect,
    bundles_reach_the_node_and_are_removed,
    unused_instances_are_stopped,
    other_tenants_see_nothing,
);
