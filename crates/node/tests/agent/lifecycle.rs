//! Documents become states, through restarts, failures and changes of mind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use stead_core::driver::Observation;
use stead_core::error::Error;
use stead_core::instance::{ExitStatus, ObservedState, Rootfs, TaskMode, TaskSpec, TaskState, Wanted};
use tokio::sync::Notify;

use super::{Transport, World, eventually};

fn task(name: &str, command: &str, mode: TaskMode) -> TaskSpec {
    let env = BTreeMap::from([("WHO".to_owned(), "stead".to_owned())]);
    TaskSpec { name: name.to_owned(), command: command.to_owned(), mode, env }
}

async fn whole_life(transport: Transport) {
    let mut world = World::new(transport).await;
    let mut document = world.document(Wanted::Running { run: 1 });
    world.client.put_document(&document).await.unwrap();
    assert_eq!(world.until_state(&document, ObservedState::Running).await.run, 1);
    world.driver.ports.lock().unwrap().push(8000);
    world.until(document.instance, "listening", |report| report.listening == [8000]).await;

    world.want(&mut document, Wanted::Paused { run: 1 }).await;
    world.until_state(&document, ObservedState::Paused).await;
    world.want(&mut document, Wanted::Running { run: 1 }).await;
    world.until_state(&document, ObservedState::Running).await;
    assert_eq!(world.driver.starts.load(Ordering::SeqCst), 1, "resuming starts nothing");

    world.want(&mut document, Wanted::Stopped { grace: Duration::ZERO }).await;
    let report = world.until_state(&document, ObservedState::Stopped).await;
    assert!(report.listening.is_empty());
    world.want(&mut document, Wanted::Running { run: 2 }).await;
    assert_eq!(world.until_state(&document, ObservedState::Running).await.run, 2);

    let crash = ExitStatus { code: 3, signal: None, out_of_memory: false };
    world.driver.end_run(document.instance, Some(crash));
    let report = world.until_state(&document, ObservedState::Stopped).await;
    assert_eq!(report.exit, Some(crash));
    assert_eq!(world.driver.starts.load(Ordering::SeqCst), 2, "what ended by itself stays ended");
    world.want(&mut document, Wanted::Running { run: 3 }).await;
    world.until_state(&document, ObservedState::Running).await;

    world.want(&mut document, Wanted::Absent).await;
    world.until_state(&document, ObservedState::Absent).await;
    world.until_gone(document.instance).await;
    assert_eq!(world.driver.observed(document.instance), Observation::Absent);

    world.reconnect().await;
    world.until_gone(document.instance).await;
    world.want(&mut document, Wanted::Running { run: 4 }).await;
    world.until_state(&document, ObservedState::Running).await;
    world.node.shutdown().await;
}

#[tokio::test]
async fn a_whole_life_over_the_pipe() {
    whole_life(Transport::Pipe).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_over_tls() {
    whole_life(Transport::Tls).await;
}

#[tokio::test]
async fn old_and_changed_documents_are_refused_and_the_same_is_taken() {
    let world = World::new(Transport::Pipe).await;
    let mut document = world.document(Wanted::Running { run: 1 });
    document.generation = 5;
    world.client.put_document(&document).await.unwrap();
    world.client.put_document(&document).await.unwrap();
    let mut other = document.clone();
    other.name = "other".to_owned();
    assert_eq!(world.client.put_document(&other).await.unwrap_err().code(), "generation_conflict");
    other.generation = 4;
    let error = world.client.put_document(&other).await.unwrap_err();
    assert_eq!(error.code(), "stale_generation");
    assert!(error.next_step_text().is_some());
}

#[tokio::test]
async fn a_restarted_agent_takes_up_what_runs_and_what_was_cut_off() {
    let mut world = World::new(Transport::Pipe).await;
    let running = world.document(Wanted::Running { run: 7 });
    let mut unsettled = world.document(Wanted::Running { run: 1 });
    unsettled.spec.rootfs = Rootfs::Image { reference: "debian:12".to_owned() };
    let hold = Arc::new(Notify::new());
    *world.driver.hold_prepare.lock().unwrap() = Some(Arc::clone(&hold));
    world.client.put_document(&running).await.unwrap();
    world.client.put_document(&unsettled).await.unwrap();
    let before = world.until_state(&running, ObservedState::Running).await;
    world
        .until(unsettled.instance, "pulling", |report| {
            report.progress.as_ref().is_some_and(|progress| progress.label.contains("Pulling"))
        })
        .await;

    *world.driver.hold_prepare.lock().unwrap() = None;
    world.restart().await;
    let after = world.until_state(&running, ObservedState::Running).await;
    assert_eq!((after.run, after.since), (7, before.since), "the state was entered before the restart");
    world.until_state(&unsettled, ObservedState::Running).await;
    assert_eq!(world.driver.starts.load(Ordering::SeqCst), 2);

    // The machine goes down: nobody saw how the run ended, so it did not end by itself.
    world.node.shutdown().await;
    world.driver.end_run(running.instance, None);
    world.restart().await;
    world.until_state(&running, ObservedState::Running).await;
    eventually("started again", || world.driver.starts.load(Ordering::SeqCst) == 3).await;
}

#[tokio::test]
async fn a_delete_interrupts_a_pull_and_a_kill_interrupts_a_stop() {
    let mut world = World::new(Transport::Pipe).await;
    let mut pulling = world.document(Wanted::Running { run: 1 });
    pulling.spec.rootfs = Rootfs::Image { reference: "huge".to_owned() };
    *world.driver.hold_prepare.lock().unwrap() = Some(Arc::new(Notify::new()));
    world.client.put_document(&pulling).await.unwrap();
    world.until_state(&pulling, ObservedState::Preparing).await;
    world.want(&mut pulling, Wanted::Absent).await;
    world.until_gone(pulling.instance).await;

    let mut stopping = world.document(Wanted::Running { run: 1 });
    world.client.put_document(&stopping).await.unwrap();
    world.until_state(&stopping, ObservedState::Running).await;
    world.want(&mut stopping, Wanted::Stopped { grace: Duration::from_secs(3_600) }).await;
    world.until_state(&stopping, ObservedState::Stopping).await;
    world.want(&mut stopping, Wanted::Stopped { grace: Duration::ZERO }).await;
    world.until_state(&stopping, ObservedState::Stopped).await;
}

#[tokio::test]
async fn tasks_run_in_order_and_a_failing_one_leaves_a_problem() {
    let mut world = World::new(Transport::Pipe).await;
    let mut document = world.document(Wanted::Running { run: 1 });
    document.spec.tasks = vec![
        task("first", "echo one by $WHO", TaskMode::Foreground),
        task("server", "sleep 600", TaskMode::Background),
        task("last", "echo two; exit 4", TaskMode::Foreground),
        task("never", "echo three", TaskMode::Foreground),
    ];
    world.client.put_document(&document).await.unwrap();
    let report = world.until_state(&document, ObservedState::Running).await;
    let problem = report.problem.expect("a task failed");
    assert_eq!(problem.code, "startup_task_failed");
    assert!(problem.message.contains("last") && problem.next_step.unwrap().contains("console"));
    assert!(matches!(report.tasks[0].state, TaskState::Ended { status, .. } if status.code == 0));
    assert!(matches!(report.tasks[1].state, TaskState::Running { .. }));
    assert!(matches!(report.tasks[2].state, TaskState::Ended { status, .. } if status.code == 4));
    assert_eq!(report.tasks[3].state, TaskState::Waiting);
    let console = world.driver.console_text(document.instance);
    assert!(console.contains("[Task first]\none by stead\n") && !console.contains("three"), "{console}");

    // A restarted agent runs nothing twice.
    world.restart().await;
    world.until_state(&document, ObservedState::Running).await;
    assert_eq!(world.driver.console_text(document.instance), console);
    world.want(&mut document, Wanted::Absent).await;
    world.until_gone(document.instance).await;
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_task_waits_for_it() {
    let mut world = World::new(Transport::Pipe).await;
    let mut document = world.document(Wanted::Running { run: 1 });
    document.spec.tasks = vec![task(
        "slow",
        "echo begun; while ! [ -e go ]; do sleep 0.02; done; echo ended",
        TaskMode::Foreground,
    )];
    world.client.put_document(&document).await.unwrap();
    world.until_state(&document, ObservedState::Starting).await;
    let driver = Arc::clone(&world.driver);
    let instance = document.instance;
    eventually("begun", || driver.console_text(instance).contains("begun")).await;
    world.restart().await;
    world.until_state(&document, ObservedState::Starting).await;
    std::fs::write(world.driver.workspace(instance).join("go"), "").unwrap();
    let report = world.until_state(&document, ObservedState::Running).await;
    assert!(report.problem.is_none());
    assert_eq!(world.driver.console_text(instance), "[Task slow]\nbegun\nended\n");
}

#[tokio::test]
async fn what_fails_for_good_is_reported_and_a_newer_document_tries_again() {
    let mut world = World::new(Transport::Pipe).await;
    let mut document = world.document(Wanted::Running { run: 1 });
    *world.driver.fail_start.lock().unwrap() =
        Some(Error::conflict("kernel_too_old", "The kernel is too old.").next_step("Update it."));
    world.client.put_document(&document).await.unwrap();
    let report = world.until_state(&document, ObservedState::Failed).await;
    assert_eq!(report.problem.unwrap().code, "kernel_too_old");
    // Also after a restart, without trying again.
    world.restart().await;
    world.until_state(&document, ObservedState::Failed).await;
    *world.driver.fail_start.lock().unwrap() = None;
    world.want(&mut document, Wanted::Running { run: 1 }).await;
    let report = world.until_state(&document, ObservedState::Running).await;
    assert!(report.problem.is_none());
}

#[tokio::test]
async fn what_a_damaged_ledger_forgot_is_told_and_left_alone() {
    let mut world = World::new(Transport::Pipe).await;
    let document = world.document(Wanted::Running { run: 1 });
    world.client.put_document(&document).await.unwrap();
    world.until_state(&document, ObservedState::Running).await;
    world.node.shutdown().await;
    let ledger = world.folder.path().join("node/ledger");
    std::fs::write(ledger.join(format!("{}.document.json", document.instance)), "{\"version\":1,").unwrap();
    world.restart().await;
    assert_eq!(world.client.hello().await.unwrap().leftovers, [document.instance]);
    assert_eq!(world.driver.observed(document.instance), Observation::Running { run: 1 });
    assert_eq!(std::fs::read_dir(ledger.join("set-aside")).unwrap().count(), 1);
    // The server sends what it has: nothing is started again.
    world.client.put_document(&document).await.unwrap();
    world.until_state(&document, ObservedState::Running).await;
    assert_eq!(world.driver.starts.load(Ordering::SeqCst), 1);
    assert!(world.client.hello().await.unwrap().leftovers.is_empty());
}
