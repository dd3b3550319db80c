//! How a run ends, and what is known of it afterwards.

use std::sync::atomic::Ordering;
use std::time::Instant;

use stead_core::driver::ProcessIo;
use stead_core::instance::{ExitStatus, Resources};
use stead_shim::protocol::{
    Changed, Done, EndCause, Listening, Request, RunState, SOCKET_FILE, STATE_FILE, State, UsageReply,
};

use crate::client::{Client, NOTHING, PATIENCE, TestShim};
use crate::fake::FakeContainer;

#[test]
fn the_end_of_the_main_process_ends_the_run_and_stays_on_record() {
    let container = FakeContainer::new(Some("echo last words; exit 42"));
    let destroyed = container.destroyed.clone();
    let mut shim = TestShim::start(container);
    let other = shim.try_spawn("sleep 1000", ProcessIo::Pipes);
    shim.wait_for("the end", |shim| shim.status().state == RunState::Ended);
    let end = shim.status().end.unwrap();
    assert_eq!(end.cause, EndCause::MainEnded);
    assert_eq!(end.exit, Some(ExitStatus { code: 42, signal: None, out_of_memory: false }));
    assert!(destroyed.load(Ordering::SeqCst));
    let state = State::read(&shim.run_dir).unwrap().unwrap();
    assert_eq!((state.run, state.end), (3, Some(end)));
    if other.is_ok() {
        assert_eq!(state.processes[0].exit.and_then(|exit| exit.signal), Some(9));
    }
    assert_eq!(shim.try_spawn("true", ProcessIo::Pipes), Err("run_ended".into()));
    assert_eq!(shim.ask::<UsageReply>(Request::Usage), Err("run_ended".into()));
    shim.ask::<Done>(Request::Forget).unwrap();
    shim.join();
    assert!(!shim.run_dir.exists());
}

#[test]
fn a_shim_that_nobody_asks_goes_after_a_while_and_leaves_the_record() {
    let mut shim = TestShim::with_main("exit 1");
    shim.join();
    assert!(!shim.run_dir.join(SOCKET_FILE).exists());
    let state = State::read(&shim.run_dir).unwrap().unwrap();
    assert_eq!(state.end.and_then(|end| end.exit).map(|exit| exit.code), Some(1));
}

#[test]
fn a_sandbox_without_a_main_process_runs_until_it_is_stopped() {
    let shim = TestShim::idle();
    let polite = shim
        .spawn("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done", ProcessIo::Pipes);
    shim.attach(polite, NOTHING).read_until("ready");
    assert_eq!(shim.ask::<Done>(Request::Forget), Err("run_not_ended".into()));
    let begun = Instant::now();
    shim.ask::<Done>(Request::Stop { grace_ms: 60_000 }).unwrap();
    assert!(begun.elapsed() < PATIENCE, "it does not wait for the whole grace");
    let status = shim.status();
    assert_eq!((status.state, status.end.unwrap().cause), (RunState::Ended, EndCause::Stopped));
    let state = State::read(&shim.run_dir).unwrap().unwrap();
    assert_eq!(state.processes[0].exit.map(|exit| exit.code), Some(0));
    // Stopping again is no error.
    shim.ask::<Done>(Request::Stop { grace_ms: 0 }).unwrap();
}

#[test]
fn the_grace_ends_and_what_does_not_listen_is_killed() {
    let shim = TestShim::with_main("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    shim.console(stead_core::driver::ConsolePosition::Start, true, false).read_until("ready");
    shim.ask::<Done>(Request::Stop { grace_ms: 100 }).unwrap();
    let end = shim.status().end.unwrap();
    assert_eq!(end.cause, EndCause::Stopped);
    assert_eq!(end.exit.and_then(|exit| exit.signal), Some(9));
}

#[test]
fn a_second_stop_with_less_grace_shortens_the_first() {
    let shim = TestShim::with_main("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    shim.console(stead_core::driver::ConsolePosition::Start, true, false).read_until("ready");
    let run_dir = shim.run_dir.clone();
    let first = std::thread::spawn(move || {
        Client::connect(&run_dir).ask::<Done>(Request::Stop { grace_ms: 3_600_000 })
    });
    shim.wait_for("stopping", |shim| shim.status().state == RunState::Stopping);
    shim.ask::<Done>(Request::Kill).unwrap();
    first.join().unwrap().unwrap();
}

#[test]
fn pause_and_resume_and_stopping_a_paused_one() {
    let shim = TestShim::with_main("while :; do sleep 0.01; done");
    shim.ask::<Done>(Request::Pause).unwrap();
    shim.ask::<Done>(Request::Pause).unwrap();
    assert_eq!(shim.status().state, RunState::Paused);
    assert_eq!(shim.try_spawn("true", ProcessIo::Pipes), Err("instance_paused".into()));
    shim.ask::<Done>(Request::Resume).unwrap();
    assert_eq!(shim.status().state, RunState::Running);
    shim.ask::<Done>(Request::Pause).unwrap();
    shim.ask::<Done>(Request::Stop { grace_ms: 60_000 }).unwrap();
    assert_eq!(shim.status().end.unwrap().exit.and_then(|exit| exit.signal), Some(15));
}

#[test]
fn losing_the_sandbox_is_noticed_and_recorded() {
    let container = FakeContainer::new(None);
    let init = container.init_pid();
    let shim = TestShim::start(container);
    // SAFETY: the process is a child of this test.
    unsafe { libc::kill(init, libc::SIGKILL) };
    shim.wait_for("the end", |shim| shim.status().state == RunState::Ended);
    assert_eq!(shim.status().end.unwrap().cause, EndCause::SandboxLost);
}

#[test]
fn a_kill_for_lack_of_memory_is_told_from_others() {
    let container = FakeContainer::new(None);
    let kills = container.oom_kills.clone();
    let shim = TestShim::start(container);
    let one = shim.spawn("kill -9 $$", ProcessIo::Pipes);
    assert!(matches!(
        shim.attach(one, NOTHING).read_to_end().2,
        crate::client::Got::Exit { out_of_memory: false, code: 137, .. }
    ));
    kills.fetch_add(1, Ordering::SeqCst);
    let two = shim.spawn("kill -9 $$", ProcessIo::Pipes);
    assert!(matches!(
        shim.attach(two, NOTHING).read_to_end().2,
        crate::client::Got::Exit { out_of_memory: true, .. }
    ));
    let three = shim.spawn("kill -9 $$", ProcessIo::Pipes);
    assert!(matches!(
        shim.attach(three, NOTHING).read_to_end().2,
        crate::client::Got::Exit { out_of_memory: false, .. }
    ));
}

#[test]
fn changes_are_told_to_those_who_wait() {
    let shim = TestShim::idle();
    let before = shim.status().changed;
    let run_dir = shim.run_dir.clone();
    let waiter = std::thread::spawn(move || {
        Client::connect(&run_dir).ask::<Changed>(Request::Changed { since: before })
    });
    shim.spawn("true", ProcessIo::Console);
    assert!(waiter.join().unwrap().unwrap().changed > before);
    let now: Changed = shim.ask(Request::Changed { since: before }).unwrap();
    assert!(now.changed > before);
}

#[test]
fn the_rest_of_what_a_driver_asks() {
    use std::io::{Read as _, Write as _};
    let shim = TestShim::idle();
    shim.ask::<Done>(Request::Update { resources: Resources::DEFAULT }).unwrap();
    assert_eq!(shim.ask::<UsageReply>(Request::Usage).unwrap().usage.processes, 1);
    assert_eq!(shim.ask::<Listening>(Request::Listening).unwrap().ports, [80, 8080]);
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut dialled = std::net::TcpStream::from(shim.client().ask_for_fd(Request::Dial { port }));
    dialled.set_nonblocking(false).unwrap();
    let (mut inside, _) = listener.accept().unwrap();
    dialled.write_all(b"hello").unwrap();
    let mut buffer = [0; 5];
    inside.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"hello");
    drop(listener);
    assert_eq!(shim.ask::<Done>(Request::Dial { port }), Err("port_not_reachable".into()));
    let state = State::read(&shim.run_dir).unwrap().unwrap();
    assert!(state.shim.is_alive() && state.init.unwrap().is_alive() && state.end.is_none());
    assert_eq!(state.socket, shim.run_dir.join(SOCKET_FILE));
    use std::os::unix::fs::PermissionsExt as _;
    for file in [SOCKET_FILE, STATE_FILE] {
        let mode = std::fs::metadata(shim.run_dir.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn requests_sent_without_waiting_for_replies_are_answered_in_order() {
    let mut shim = TestShim::idle();
    let mut client = shim.client();
    let mut bytes = Vec::new();
    for request in [Request::Status, Request::Kill, Request::Status, Request::Forget] {
        let json = serde_json::to_vec(&stead_shim::protocol::Message::new(request)).unwrap();
        stead_core::frame::Frame::Request { json: &json }.encode(&mut bytes);
    }
    std::io::Write::write_all(&mut client.stream, &bytes).unwrap();
    let replies: Vec<_> = (0..4).map(|_| client.next()).collect();
    assert!(
        matches!(&replies[2], crate::client::Got::Reply(json) if json.contains("\"ended\"")),
        "{replies:?}"
    );
    shim.join();
}
