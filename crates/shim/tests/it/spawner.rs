//! The spawner as a process of its own: what survives it and its agent.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use stead_core::ambient::Ambient;
use stead_core::driver::{ProcessIo, ProcessSpec};
use stead_core::error::Error;
use stead_core::frame::Frame;
use stead_shim::protocol::{
    ConsoleSettings, Done, EndCause, Launch, LaunchOutcome, Launched, Request, RunState, State, Status,
    VERSION,
};
use stead_shim::spawner;

use crate::client::{Client, NOTHING, PATIENCE};
use crate::fake::FakeContainer;

const MARK: &str = "STEAD_SHIM_TEST_SPAWNER";

/// Not a test: the body of the spawner's process, started by the tests below.
#[test]
#[expect(clippy::disallowed_methods, reason = "the tests tell this one by its environment to be the spawner")]
fn spawner_process() {
    if std::env::var(MARK).is_err() {
        return;
    }
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3).unwrap();
    let null = std::fs::File::open("/dev/null").unwrap();
    rustix::stdio::dup2_stdin(null).unwrap();
    spawner::serve(socket, |main: &Option<String>| match main.as_deref() {
        Some("fail") => Err(Error::unavailable("no_luck", "It was told to fail.")),
        Some("panic") => panic!("it was told to"),
        main => Ok(FakeContainer::new(main)),
    })
    .unwrap();
}

struct Spawner {
    child: Child,
    socket: UnixStream,
    home: tempfile::TempDir,
    ambient: Ambient,
}

impl Spawner {
    fn start() -> Self {
        let (socket, theirs) = UnixStream::pair().unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "spawner::spawner_process", "--nocapture", "--test-threads=1"])
            .env(MARK, "1")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        Self { child, socket, home: tempfile::tempdir().unwrap(), ambient: Ambient::system() }
    }

    fn run_dir(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn send(&mut self, number: u64, name: &str, main: Option<&str>) {
        let launch = Launch {
            version: VERSION,
            launch: number,
            instance: self.ambient.new_id(),
            run: 1,
            run_dir: self.run_dir(name),
            console: ConsoleSettings::in_directory(self.home.path().join("console").join(name)),
            sandbox: main.map(str::to_owned),
        };
        let mut bytes = Vec::new();
        Frame::Request { json: &serde_json::to_vec(&launch).unwrap() }.encode(&mut bytes);
        self.socket.write_all(&bytes).unwrap();
    }

    fn answer(&mut self) -> Launched {
        let mut header = [0; 5];
        self.socket.read_exact(&mut header).unwrap();
        let mut bytes = header.to_vec();
        bytes.resize(5 + u32::from_be_bytes(header[1..].try_into().unwrap()) as usize, 0);
        self.socket.read_exact(&mut bytes[5..]).unwrap();
        match Frame::decode(&bytes).unwrap() {
            Some((Frame::Reply { json }, _)) => serde_json::from_slice(json).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn launch(&mut self, name: &str, main: Option<&str>) -> PathBuf {
        self.send(1, name, main);
        let launched = self.answer();
        let LaunchOutcome::Ready { shim } = launched.outcome else { panic!("{launched:?}") };
        let run_dir = self.run_dir(name);
        let state = State::read(&run_dir).unwrap().unwrap();
        assert_eq!(state.shim, shim);
        assert!(shim.is_alive());
        run_dir
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for entry in std::fs::read_dir(self.home.path()).unwrap().flatten() {
            if let Ok(Some(state)) = State::read(&entry.path())
                && state.shim.is_alive()
                && !std::thread::panicking()
            {
                finish(&entry.path());
            }
        }
    }
}

fn finish(run_dir: &Path) {
    Client::connect(run_dir).ask::<Done>(Request::Kill).unwrap();
    Client::connect(run_dir).ask::<Done>(Request::Forget).unwrap();
    wait_for("the shim's end", || !run_dir.exists());
}

fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::yield_now();
    }
}

#[test]
fn shims_and_terminals_outlive_the_spawner_and_every_client() {
    let mut spawner = Spawner::start();
    let run_dir = spawner.launch("one", None);
    let id = spawner.ambient.new_id();
    let process = ProcessSpec {
        id,
        label: "shell".into(),
        argv: vec![
            "/bin/sh".into(),
            "-c".into(),
            "stty -echo; echo ready; while read n; do echo \"line $n\"; done".into(),
        ],
        env: Default::default(),
        working_directory: None,
        user: None,
        io: ProcessIo::Terminal { columns: 80, rows: 24 },
    };
    Client::connect(&run_dir).ask::<Done>(Request::Spawn { process }).unwrap();
    let mut viewer = Client::connect(&run_dir).attach(id, NOTHING).0;
    viewer.read_until("ready");
    viewer.input("1\n");
    let (_, seen) = viewer.read_until("line 1\r\n");
    spawner.child.kill().unwrap();
    spawner.child.wait().unwrap();
    viewer.input("2\n");
    drop(viewer);
    let mut back =
        Client::connect(&run_dir).attach(id, stead_core::driver::Attach { offset: Some(seen), ..NOTHING }).0;
    back.input("3\n");
    assert_eq!(back.read_until("line 3\r\n").0, b"line 2\r\nline 3\r\n");
    let state = State::read(&run_dir).unwrap().unwrap();
    // The shim belongs to no process of this test, has its own session and does not mind a terminal's signals.
    // SAFETY: the process is the shim that this test started.
    unsafe {
        for signal in [libc::SIGHUP, libc::SIGINT] {
            libc::kill(state.shim.pid, signal);
        }
        assert_ne!(libc::getsid(state.shim.pid), libc::getsid(0));
    }
    assert_eq!(Client::connect(&run_dir).ask::<Status>(Request::Status).unwrap().state, RunState::Running);
    assert_eq!(std::fs::read_to_string(format!("/proc/{}/comm", state.shim.pid)).unwrap(), "stead-shim\n");
    finish(&run_dir);
    wait_for("the shim's process to go", || !state.shim.is_alive());
}

#[test]
fn the_spawner_ends_with_its_agent_and_the_shims_stay() {
    let mut spawner = Spawner::start();
    let run_dir = spawner.launch("one", Some("read x; exit 9"));
    let (ours, _) = UnixStream::pair().unwrap();
    drop(std::mem::replace(&mut spawner.socket, ours));
    assert!(spawner.child.wait().unwrap().success());
    let mut console = Client::connect(&run_dir);
    console
        .ask::<stead_shim::protocol::Attached>(Request::Console {
            from: stead_core::driver::ConsolePosition::Start,
            follow: true,
            input: true,
        })
        .unwrap();
    console.input("\n");
    wait_for("the end", || State::read(&run_dir).unwrap().unwrap().end.is_some());
    let end = State::read(&run_dir).unwrap().unwrap().end.unwrap();
    assert_eq!((end.cause, end.exit.map(|exit| exit.code)), (EndCause::MainEnded, Some(9)));
}

#[test]
fn many_launches_at_once_are_answered_each_for_itself() {
    let mut spawner = Spawner::start();
    let mains = [None, Some("fail"), Some("read x"), Some("panic"), None, Some("exit 0")];
    for (number, main) in mains.iter().enumerate() {
        spawner.send(number as u64, &format!("r{number}"), *main);
    }
    let mut answers: Vec<Launched> = mains.iter().map(|_| spawner.answer()).collect();
    answers.sort_by_key(|answer| answer.launch);
    for (number, (answer, main)) in answers.iter().zip(mains).enumerate() {
        assert_eq!(answer.launch, number as u64);
        let code = match &answer.outcome {
            LaunchOutcome::Ready { .. } => "ready",
            LaunchOutcome::Failed { problem } => &problem.code,
        };
        let expected = match main {
            Some("fail") => "no_luck",
            Some("panic") => "internal",
            _ => "ready",
        };
        assert_eq!(code, expected, "{answer:?}");
    }
}

#[test]
fn launches_that_cannot_work_are_refused_in_words() {
    let mut spawner = Spawner::start();
    let long = "x".repeat(100);
    spawner.send(5, &long, None);
    let answer = spawner.answer();
    let LaunchOutcome::Failed { problem } = answer.outcome else { panic!() };
    assert_eq!((answer.launch, problem.code.as_str()), (5, "run_directory_too_long"));
    let mut bytes = Vec::new();
    Frame::Request { json: b"{\"launch\":6}" }.encode(&mut bytes);
    spawner.socket.write_all(&bytes).unwrap();
    let answer = spawner.answer();
    let LaunchOutcome::Failed { problem } = answer.outcome else { panic!() };
    assert_eq!((answer.launch, problem.code.as_str()), (6, "invalid_launch"));
}
