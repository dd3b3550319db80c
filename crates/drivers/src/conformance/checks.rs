//! The checks themselves. Each returns what it found wrong.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use stead_core::driver::{Attach, ConsolePosition, Observation, ProcessIo, RunPlan};
use stead_core::frame::Frame;
use stead_core::instance::ExitStatus;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::viewer::Viewer;
use super::{Check, Failure, PATIENCE, Subject, Unwatched, plan, process, shell, until_observed};
use crate::DynDriver;

macro_rules! checks {
    ($($name:ident),+ $(,)?) => {
        pub(super) const ALL: &[(&str, Check)] = &[$((stringify!($name), |subject| -> BoxFuture<'_, Result<(), Failure>> {
            Box::pin($name(subject))
        })),+];
    };
}

checks! {
    calls_may_be_repeated, main_process_ends_the_run, exit_codes_are_told, pipes_carry_input_output_and_errors,
    terminals_survive_their_viewers, read_only_viewers_cannot_type, consoles_have_offsets, ports_can_be_dialed,
    pausing_stops_time, instances_do_not_wait_for_each_other, a_new_driver_adopts_what_runs,
    deleting_works_in_every_state, volumes_outlive_runs, problems_are_told,
}

const TERMINAL: ProcessIo = ProcessIo::Terminal { columns: 100, rows: 30 };
const WATCH: Attach = Attach { offset: None, size: None, read_only: false };

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::new(what())) }
}

async fn up(driver: &DynDriver, plan: &RunPlan) -> Result<(), Failure> {
    driver.prepare(plan, &Unwatched).await?;
    driver.start(plan).await?;
    Ok(())
}

async fn gone(driver: &DynDriver, plan: &RunPlan) -> Result<(), Failure> {
    driver.delete(plan.instance).await?;
    let seen = driver.observe(plan.instance).await?;
    ensure(seen == Observation::Absent, || format!("after delete: {seen:?}"))?;
    let left = driver.inventory().await?;
    ensure(!left.contains(&plan.instance), || "the inventory still names a deleted instance".to_owned())
}

/// Runs a line of shell with pipes and collects its output.
async fn output_of(
    driver: &DynDriver,
    subject: &dyn Subject,
    plan: &RunPlan,
    line: &str,
) -> Result<(String, ExitStatus), Failure> {
    let spec = shell(subject.ambient(), line, ProcessIo::Pipes);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer =
        Viewer::new(driver.attach(plan.instance, spec.id, Attach { offset: Some(0), ..WATCH }).await?);
    let exit = viewer.until_exit().await?;
    Ok((String::from_utf8_lossy(&viewer.output).into_owned(), exit))
}

async fn calls_may_be_repeated(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    let instance = plan.instance;
    ensure(driver.observe(instance).await? == Observation::Absent, || "not absent at first".to_owned())?;
    for _ in 0..2 {
        driver.delete(instance).await?;
        driver.prepare(&plan, &Unwatched).await?;
        driver.prepare(&plan, &Unwatched).await?;
        let seen = driver.observe(instance).await?;
        ensure(seen == Observation::Stopped { run: 0, exit: None }, || format!("after prepare: {seen:?}"))?;
        ensure(driver.inventory().await?.contains(&instance), || {
            "the inventory lacks a prepared instance".to_owned()
        })?;
        driver.stop(instance, Duration::ZERO).await?;
        driver.start(&plan).await?;
        driver.start(&plan).await?;
        driver.prepare(&plan, &Unwatched).await?;
        let seen = driver.observe(instance).await?;
        ensure(seen == Observation::Running { run: 1 }, || format!("after start: {seen:?}"))?;
        driver.update(instance, plan.resources).await?;
        let usage = driver.usage(instance).await?;
        ensure(usage.disk_bytes > 0, || format!("no disk is used: {usage:?}"))?;
        // A process is started once, however often it is asked for.
        let spec = shell(subject.ambient(), "sleep 1000", ProcessIo::Pipes);
        driver.spawn(instance, &spec).await?;
        driver.spawn(instance, &spec).await?;
        let same = driver.processes(instance).await?.iter().filter(|process| process.id == spec.id).count();
        ensure(same == 1, || format!("{same} processes with one id"))?;
        driver.stop(instance, Duration::from_secs(2)).await?;
        driver.stop(instance, Duration::from_secs(2)).await?;
        let seen = driver.observe(instance).await?;
        ensure(matches!(seen, Observation::Stopped { run: 1, .. }), || format!("after stop: {seen:?}"))?;
        let next = RunPlan { run: 2, ..plan.clone() };
        driver.start(&next).await?;
        let seen = driver.observe(instance).await?;
        ensure(seen == Observation::Running { run: 2 }, || format!("after the second start: {seen:?}"))?;
        gone(&*driver, &plan).await?;
    }
    Ok(())
}

async fn main_process_ends_the_run(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    for (line, code, signal) in [("echo done; exit 7", 7, None), ("exit 0", 0, None)] {
        let plan = RunPlan {
            command: Some(["/bin/sh", "-c", line].map(str::to_owned).to_vec()),
            ..plan(subject.ambient())
        };
        up(&*driver, &plan).await?;
        let seen =
            until_observed(&*driver, plan.instance, |seen| matches!(seen, Observation::Stopped { .. }))
                .await?;
        let exit = Some(ExitStatus { code, signal, out_of_memory: false });
        ensure(seen == Observation::Stopped { run: 1, exit }, || format!("{line}: {seen:?}"))?;
        gone(&*driver, &plan).await?;
    }
    Ok(())
}

async fn exit_codes_are_told(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    let (text, exit) = output_of(&*driver, subject, &plan, "echo $GREETING; exit 3").await?;
    ensure(text == "hello\n" && exit.code == 3, || format!("{text:?} {exit:?}"))?;
    let spec = shell(subject.ambient(), "sleep 1000", ProcessIo::Pipes);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer = Viewer::new(driver.attach(plan.instance, spec.id, WATCH).await?);
    driver.signal(plan.instance, spec.id, 15).await?;
    let exit = viewer.until_exit().await?;
    ensure(exit.code == 143 && exit.signal == Some(15), || format!("after SIGTERM: {exit:?}"))?;
    // An ended process is remembered until somebody forgets it.
    let remembered = driver.processes(plan.instance).await?.into_iter().find(|process| process.id == spec.id);
    if let Some(process) = remembered {
        ensure(process.exit == Some(exit), || format!("{process:?}"))?;
        driver.signal(plan.instance, spec.id, 15).await?;
    }
    let left = driver.processes(plan.instance).await?;
    ensure(left.iter().all(|process| process.id != spec.id), || {
        "a forgotten process is still known".to_owned()
    })?;
    gone(&*driver, &plan).await
}

async fn pipes_carry_input_output_and_errors(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    let spec = process(subject.ambient(), vec!["cat".to_owned()], ProcessIo::Pipes);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer = Viewer::new(driver.attach(plan.instance, spec.id, WATCH).await?);
    viewer.input("one\ntwo\n").await?;
    viewer.until_shown("two\n").await?;
    viewer.send(Frame::InputEnd).await?;
    let exit = viewer.until_exit().await?;
    ensure(exit.code == 0 && viewer.output == b"one\ntwo\n", || format!("{exit:?} {:?}", viewer.output))?;
    let spec = shell(subject.ambient(), "echo out; echo err >&2", ProcessIo::Pipes);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer =
        Viewer::new(driver.attach(plan.instance, spec.id, Attach { offset: Some(0), ..WATCH }).await?);
    viewer.until_exit().await?;
    ensure(viewer.output == b"out\n" && viewer.errors == b"err\n", || {
        format!("{:?} {:?}", viewer.output, viewer.errors)
    })?;
    gone(&*driver, &plan).await
}

async fn terminals_survive_their_viewers(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    let spec = process(subject.ambient(), vec!["/bin/sh".to_owned()], TERMINAL);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer = Viewer::new(driver.attach(plan.instance, spec.id, WATCH).await?);
    viewer.input("echo first-$GREETING\n").await?;
    viewer.until_shown("first-hello").await?;
    viewer.until("a prompt", |viewer| viewer.output.trim_ascii_end().ends_with(b"$")).await?;
    let reached = viewer.end;
    viewer.close().await;
    // Work goes on while nobody looks; what was missed comes from the offset.
    let mut second =
        Viewer::new(driver.attach(plan.instance, spec.id, Attach { offset: Some(reached), ..WATCH }).await?);
    second.input("echo second-$GREETING\n").await?;
    second.until_shown("second-hello").await?;
    ensure(second.snapshot.is_none() && second.begin == Some(reached), || {
        format!("resumed at {:?}, not {reached}", second.begin)
    })?;
    ensure(!second.shows("first-hello"), || "bytes before the offset came again".to_owned())?;
    // A viewer without an offset gets the screen.
    let mut third = Viewer::new(driver.attach(plan.instance, spec.id, WATCH).await?);
    third.until("a snapshot", |viewer| viewer.snapshot.is_some()).await?;
    ensure(third.shows("first-hello") && third.shows("second-hello"), || format!("{:?}", third.snapshot))?;
    third.send(Frame::Resize { columns: 90, rows: 20 }).await?;
    third.input("exit 5\n").await?;
    ensure(third.until_exit().await?.code == 5, || format!("{:?}", third.exit))?;
    ensure(second.until_exit().await?.code == 5, || format!("{:?}", second.exit))?;
    gone(&*driver, &plan).await
}

async fn read_only_viewers_cannot_type(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    let spec = process(subject.ambient(), vec!["cat".to_owned()], TERMINAL);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer =
        Viewer::new(driver.attach(plan.instance, spec.id, Attach { read_only: true, ..WATCH }).await?);
    viewer.input("typed\n").await?;
    viewer
        .until("a refusal", |viewer| {
            viewer.problem.as_deref().is_some_and(|problem| problem.contains("read_only"))
        })
        .await?;
    ensure(!viewer.shows("typed"), || "a watcher's input was taken".to_owned())?;
    gone(&*driver, &plan).await
}

async fn consoles_have_offsets(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    driver.console_note(plan.instance, "heading").await?;
    let task = shell(subject.ambient(), "echo line-one; echo line-two", ProcessIo::Console);
    driver.spawn(plan.instance, &task).await?;
    let mut viewer = Viewer::new(driver.console(plan.instance, ConsolePosition::Start, true).await?);
    viewer.until_shown("line-two").await?;
    ensure(viewer.begin == Some(0) && viewer.shows("heading"), || {
        format!("{:?}", String::from_utf8_lossy(&viewer.output))
    })?;
    let reached = viewer.end;
    // A follower gets what comes later.
    driver.console_note(plan.instance, "later").await?;
    viewer.until_shown("later").await?;
    driver.stop(plan.instance, Duration::ZERO).await?;
    viewer.until_end().await?;
    // It can be read while nothing runs, from an offset and from the end.
    let mut rest =
        Viewer::new(driver.console(plan.instance, ConsolePosition::Offset { offset: reached }, false).await?);
    rest.until_end().await?;
    ensure(rest.begin == Some(reached) && rest.shows("later") && !rest.shows("line-one"), || {
        format!("{:?} {:?}", rest.begin, String::from_utf8_lossy(&rest.output))
    })?;
    // Offsets go on in the next run.
    let end = rest.end;
    driver.start(&RunPlan { run: 2, ..plan.clone() }).await?;
    driver.console_note(plan.instance, "second run").await?;
    let mut tail =
        Viewer::new(driver.console(plan.instance, ConsolePosition::Tail { lines: 1 }, false).await?);
    tail.until_end().await?;
    ensure(tail.shows("second run") && !tail.shows("line-one"), || {
        format!("{:?}", String::from_utf8_lossy(&tail.output))
    })?;
    ensure(tail.begin.is_some_and(|begin| begin >= end), || format!("{:?} is before {end}", tail.begin))?;
    gone(&*driver, &plan).await
}

async fn ports_can_be_dialed(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    ensure(driver.dial(plan.instance, 8_123).await.is_err(), || {
        "nothing listens, but a connection was made".to_owned()
    })?;
    // Loopback only: from outside nobody could reach it, through the driver one can.
    let argv = ["python3", "-m", "http.server", "8123", "--bind", "127.0.0.1"].map(str::to_owned).to_vec();
    driver.spawn(plan.instance, &process(subject.ambient(), argv, ProcessIo::Console)).await?;
    let listens = async {
        while !driver.listening(plan.instance).await?.contains(&8_123) {
            let _waited =
                tokio::time::timeout(Duration::from_millis(50), driver.changed(plan.instance)).await;
        }
        Ok::<_, Failure>(())
    };
    tokio::time::timeout(PATIENCE, listens)
        .await
        .map_err(|_| Failure::new("the port is never listened on".to_owned()))??;
    let mut stream = driver.dial(plan.instance, 8_123).await?;
    let io = |error: std::io::Error| Failure::new(format!("talking to the port: {error}"));
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.map_err(io)?;
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.map_err(io)?;
    ensure(answer.starts_with(b"HTTP/1.") && answer.ends_with(b"200"), || {
        String::from_utf8_lossy(&answer).into_owned()
    })?;
    gone(&*driver, &plan).await
}

async fn pausing_stops_time(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    if !driver.capabilities().pause {
        return Ok(());
    }
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    let spec = process(subject.ambient(), vec!["/bin/sh".to_owned()], TERMINAL);
    driver.spawn(plan.instance, &spec).await?;
    let mut viewer = Viewer::new(driver.attach(plan.instance, spec.id, WATCH).await?);
    viewer.input("echo before-$GREETING\n").await?;
    viewer.until_shown("before-hello").await?;
    viewer.until("a prompt", |viewer| viewer.output.trim_ascii_end().ends_with(b"$")).await?;
    driver.pause(plan.instance).await?;
    driver.pause(plan.instance).await?;
    let seen = driver.observe(plan.instance).await?;
    ensure(seen == Observation::Paused { run: 1 }, || format!("{seen:?}"))?;
    viewer.input("echo while-$GREETING\n").await?;
    // The kernel's terminal may echo what is typed; the shell must not answer.
    while !viewer.is_quiet(Duration::from_millis(300)).await? {}
    ensure(!viewer.shows("while-hello"), || "a paused instance answered".to_owned())?;
    driver.resume(plan.instance).await?;
    driver.resume(plan.instance).await?;
    viewer.until_shown("while-hello").await?;
    let seen = driver.observe(plan.instance).await?;
    ensure(seen == Observation::Running { run: 1 }, || format!("{seen:?}"))?;
    // A paused instance can be stopped.
    driver.pause(plan.instance).await?;
    driver.stop(plan.instance, Duration::from_secs(1)).await?;
    let seen = driver.observe(plan.instance).await?;
    ensure(matches!(seen, Observation::Stopped { run: 1, .. }), || format!("{seen:?}"))?;
    gone(&*driver, &plan).await
}

async fn instances_do_not_wait_for_each_other(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let one = |number: usize| {
        let driver = Arc::clone(&driver);
        async move {
            let plan = RunPlan { name: format!("many-{number}"), ..plan(subject.ambient()) };
            up(&*driver, &plan).await?;
            let (text, _) = output_of(
                &*driver,
                subject,
                &plan,
                "echo $GREETING > /workspace/own; cat /workspace/own; hostname",
            )
            .await?;
            ensure(text == format!("hello\nmany-{number}\n"), || format!("{text:?}"))?;
            gone(&*driver, &plan).await
        }
    };
    futures::future::join_all((0..6).map(one)).await.into_iter().collect()
}

async fn a_new_driver_adopts_what_runs(subject: &dyn Subject) -> Result<(), Failure> {
    let first = subject.driver().await;
    let plan = plan(subject.ambient());
    first.prepare(&plan, &Unwatched).await?;
    drop(first);
    let second = subject.driver().await;
    second.start(&plan).await?;
    let spec = process(subject.ambient(), vec!["/bin/sh".to_owned()], TERMINAL);
    second.spawn(plan.instance, &spec).await?;
    let mut viewer = Viewer::new(second.attach(plan.instance, spec.id, WATCH).await?);
    viewer.input("echo kept-$GREETING\n").await?;
    viewer.until_shown("kept-hello").await?;
    let reached = viewer.end;
    drop(viewer);
    drop(second);
    let third = subject.driver().await;
    ensure(third.inventory().await?.contains(&plan.instance), || {
        "a running instance was not found again".to_owned()
    })?;
    let seen = third.observe(plan.instance).await?;
    ensure(seen == Observation::Running { run: 1 }, || format!("{seen:?}"))?;
    third.start(&plan).await?;
    let known = third.processes(plan.instance).await?;
    ensure(known.iter().any(|process| process.id == spec.id && process.exit.is_none()), || {
        format!("{known:?}")
    })?;
    let mut viewer =
        Viewer::new(third.attach(plan.instance, spec.id, Attach { offset: Some(reached), ..WATCH }).await?);
    viewer.input("echo again-$GREETING\n").await?;
    viewer.until_shown("again-hello").await?;
    ensure(viewer.begin == Some(reached), || format!("{:?} instead of {reached}", viewer.begin))?;
    third.stop(plan.instance, Duration::from_secs(2)).await?;
    drop(third);
    let fourth = subject.driver().await;
    let seen = fourth.observe(plan.instance).await?;
    ensure(matches!(seen, Observation::Stopped { run: 1, .. }), || format!("{seen:?}"))?;
    gone(&*fourth, &plan).await
}

async fn deleting_works_in_every_state(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    // Nothing there.
    gone(&*driver, &plan(subject.ambient())).await?;
    // Prepared.
    let prepared = plan(subject.ambient());
    driver.prepare(&prepared, &Unwatched).await?;
    gone(&*driver, &prepared).await?;
    // Running, with a process that does not want to end.
    let running = plan(subject.ambient());
    up(&*driver, &running).await?;
    driver
        .spawn(running.instance, &shell(subject.ambient(), "trap '' TERM; sleep 1000", ProcessIo::Pipes))
        .await?;
    gone(&*driver, &running).await?;
    gone(&*driver, &running).await?;
    // Paused.
    if driver.capabilities().pause {
        let paused = plan(subject.ambient());
        up(&*driver, &paused).await?;
        driver.pause(paused.instance).await?;
        gone(&*driver, &paused).await?;
    }
    // Stopped.
    let stopped = plan(subject.ambient());
    up(&*driver, &stopped).await?;
    driver.stop(stopped.instance, Duration::ZERO).await?;
    gone(&*driver, &stopped).await?;
    // Ended by itself.
    let ended = RunPlan { command: Some(vec!["true".to_owned()]), ..plan(subject.ambient()) };
    up(&*driver, &ended).await?;
    until_observed(&*driver, ended.instance, |seen| matches!(seen, Observation::Stopped { .. })).await?;
    gone(&*driver, &ended).await
}

async fn volumes_outlive_runs(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    up(&*driver, &plan).await?;
    output_of(&*driver, subject, &plan, "echo kept > /workspace/file").await?;
    driver.stop(plan.instance, Duration::from_secs(2)).await?;
    driver.prepare(&plan, &Unwatched).await?;
    driver.start(&RunPlan { run: 2, ..plan.clone() }).await?;
    let (text, _) = output_of(&*driver, subject, &plan, "cat /workspace/file").await?;
    ensure(text == "kept\n", || format!("{text:?}"))?;
    gone(&*driver, &plan).await?;
    // The same id begins anew.
    up(&*driver, &plan).await?;
    let (_, exit) = output_of(&*driver, subject, &plan, "cat /workspace/file").await?;
    ensure(exit.code != 0, || "a file came back after delete".to_owned())?;
    gone(&*driver, &plan).await
}

async fn problems_are_told(subject: &dyn Subject) -> Result<(), Failure> {
    let driver = subject.driver().await;
    let plan = plan(subject.ambient());
    let spec = shell(subject.ambient(), "true", ProcessIo::Pipes);
    let told = |what: &str, code: Option<String>, wanted: &[&str]| {
        ensure(code.as_deref().is_some_and(|code| wanted.contains(&code)), || {
            format!("{what}: {code:?} instead of {wanted:?}")
        })
    };
    let code = |result: stead_core::Result<()>| result.err().map(|error| error.code().to_owned());
    told(
        "spawn without an instance",
        code(driver.spawn(plan.instance, &spec).await),
        &["instance_not_found"],
    )?;
    driver.prepare(&plan, &Unwatched).await?;
    told(
        "spawn while nothing runs",
        code(driver.spawn(plan.instance, &spec).await),
        &["instance_not_running"],
    )?;
    told("pause while nothing runs", code(driver.pause(plan.instance).await), &["instance_not_running"])?;
    driver.start(&plan).await?;
    let other = RunPlan { run: 9, ..plan.clone() };
    told("another run while one is up", code(driver.start(&other).await), &["run_already_up"])?;
    let unknown = driver.attach(plan.instance, subject.ambient().new_id(), WATCH).await.map(drop);
    told("attach to nothing", code(unknown), &["process_not_found"])?;
    let quiet = shell(subject.ambient(), "sleep 1000", ProcessIo::Console);
    driver.spawn(plan.instance, &quiet).await?;
    let refused = driver.attach(plan.instance, quiet.id, WATCH).await.map(drop);
    told("attach to a console process", code(refused), &["not_attachable"])?;
    gone(&*driver, &plan).await
}
