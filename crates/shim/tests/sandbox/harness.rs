//! Runs a test alone in a fresh process, and drives instances in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use stead_core::instance::Resources;
use stead_shim::sandbox::{
    Container, Exited, IdsSpec, NetworkSpec, ProcessRequest, RootfsSpec, Sandbox, SandboxSpec, Spawned,
    Stdio, VolumeSpec, launch,
};

const MARK: &str = "STEAD_SANDBOX_TEST";
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
pub(crate) const BASE: u32 = 1_000_000;

/// Runs `body` in a new process of this test binary, on its main thread; `name` is the test's full path.
pub(crate) fn isolated(name: &str, body: impl FnOnce()) {
    if std::env::var_os(MARK).is_some() {
        return body();
    }
    assert!(nix::unistd::geteuid().is_root(), "these tests need root, as the sandbox does in production");
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--test-threads=1", "--nocapture"])
        .env(MARK, "1")
        .output()
        .unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{name} alone: {}\n{text}", output.status);
}

#[macro_export]
macro_rules! isolated_test {
    ($name:ident, $body:block) => {
        #[test]
        fn $name() {
            let path = concat!(module_path!(), "::", stringify!($name));
            let path = path.split_once("::").unwrap().1;
            $crate::harness::isolated(path, || $body);
        }
    };
}

/// A directory with all that instances of one test need.
pub(crate) struct Bench {
    pub(crate) dir: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// An instance on the host's userland, on its loopback only.
    pub(crate) fn spec(&self) -> SandboxSpec {
        let volume = self.path("volume");
        std::fs::create_dir_all(&volume).unwrap();
        SandboxSpec {
            instance: "inst_01j9zz3kq8f7v9x2m4n5p6r7st".parse().unwrap(),
            run: 1,
            hostname: "box".to_owned(),
            rootfs: RootfsSpec::HostUserland { etc_dir: self.path("etc"), extra_mounts: Vec::new() },
            volume: VolumeSpec::Directory { path: volume },
            ids: IdsSpec::Range { base: BASE, count: 65_536 },
            resources: Resources {
                cpu_millis: 2_000,
                memory_bytes: 512 << 20,
                disk_bytes: 1 << 30,
                pids: 256,
            },
            cgroup: Some(format!("stead-test-{}", std::process::id())),
            network: NetworkSpec::LoopbackOnly,
            dns: vec!["192.0.2.53".parse().unwrap()],
            secret_files: std::collections::BTreeMap::new(),
            env: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
            command: None,
            user: None,
            working_directory: None,
            tmp_bytes: 64 << 20,
        }
    }
}

pub(crate) fn start(spec: &SandboxSpec) -> Sandbox {
    launch(spec).unwrap_or_else(|error| panic!("{:?}: {error}", error.stage))
}

pub(crate) fn shell(script: &str) -> ProcessRequest {
    ProcessRequest {
        argv: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        env: BTreeMap::new(),
        working_directory: None,
        user: None,
        stdio: Stdio::Merged { input: false },
    }
}

fn readable(fd: &impl AsFd, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    let left = PollTimeout::try_from(left).unwrap();
    let mut fds = [PollFd::new(fd.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, left).unwrap() > 0
}

/// Everything until the end of the stream.
pub(crate) fn drain(fd: OwnedFd) -> String {
    let deadline = Instant::now() + LIMIT;
    let mut file = File::from(fd);
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        assert!(readable(&file, deadline), "no end of output within a minute; so far: {}", text(&all));
        match file.read(&mut buffer) {
            // A PTY whose last process is gone answers EIO.
            Ok(0) => return text(&all),
            Err(error) if error.raw_os_error() == Some(libc::EIO) => return text(&all),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => panic!("{error}"),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads until `wanted` has appeared.
pub(crate) fn read_until(file: &mut File, wanted: &str) -> String {
    let deadline = Instant::now() + LIMIT;
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    while !text(&all).contains(wanted) {
        assert!(readable(file, deadline), "no {wanted:?} within a minute, but {:?}", text(&all));
        match file.read(&mut buffer) {
            Ok(0) => panic!("the output ended without {wanted:?}: {:?}", text(&all)),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => panic!("{error} before {wanted:?}: {:?}", text(&all)),
        }
    }
    text(&all)
}

/// The end of this process; ends of others are passed over.
pub(crate) fn exit_of(sandbox: &mut Sandbox, pid: i32) -> Exited {
    let deadline = Instant::now() + LIMIT;
    loop {
        match sandbox.next_event().unwrap() {
            Some(exited) if exited.pid == pid => return exited,
            Some(_) => {}
            None => {
                assert!(readable(&sandbox.event_fd(), deadline), "process {pid} did not end within a minute")
            }
        }
    }
}

/// Runs a request to its end: output and exit code.
pub(crate) fn run_request(sandbox: &mut Sandbox, request: &ProcessRequest) -> (String, i32) {
    let Spawned { pid, stdout, .. } = sandbox.spawn(request).unwrap_or_else(|error| panic!("{error}"));
    let output = drain(stdout.unwrap());
    (output, exit_of(sandbox, pid).status.code())
}

pub(crate) fn run(sandbox: &mut Sandbox, script: &str) -> (String, i32) {
    run_request(sandbox, &shell(script))
}

/// The output of a script that must succeed.
pub(crate) fn output(sandbox: &mut Sandbox, script: &str) -> String {
    let (output, code) = run(sandbox, script);
    assert_eq!(code, 0, "{script}: {output}");
    output
}

/// Waits for a condition.
pub(crate) fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        let _ = poll(&mut [], PollTimeout::from(5_u8));
    }
}

/// Directories of this test's control group that are left.
pub(crate) fn left_groups(spec: &SandboxSpec) -> Vec<PathBuf> {
    let name = spec.cgroup.as_deref().unwrap();
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    let points =
        mounts.lines().filter(|line| line.split(' ').nth(2).is_some_and(|kind| kind.starts_with("cgroup")));
    points
        .map(|line| Path::new(line.split(' ').nth(1).unwrap()).join(name))
        .filter(|dir| dir.exists())
        .collect()
}
