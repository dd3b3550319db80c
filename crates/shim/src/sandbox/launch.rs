//! From a spec to a running instance: the parent's side. Whatever fails, everything made so far is undone.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::sys::time::TimeVal;

use super::cgroup::{Entrance, Group, Layout};
use super::child::{self, Child};
use super::error::{During, Result, SandboxError, Stage};
use super::idmap::IdMap;
use super::mounts::{self, Sources};
use super::network::{self, HostInterface};
use super::protocol::{self, Gate, Reply};
use super::running::Sandbox;
use super::spec::{RootfsSpec, SandboxSpec};
use super::{Container, ProcessRequest, Stdio, seccomp};

/// How long PID 1 may take to answer anything, setting up included.
const ANSWER_LIMIT_SECONDS: i64 = 30;
/// Under memory pressure of the whole machine instances die before the agent.
const OOM_SCORE: &str = "200";
const MIN_TMP_BYTES: u64 = 1 << 20;

/// Whether limits, freezing and accounting are available to this process.
#[must_use]
pub fn control_groups_available() -> bool {
    Layout::detect().is_ok_and(|layout| layout.usable())
}

/// Starts an instance: returns when PID 1 serves and the main process, if there is one, executes.
///
/// # Errors
/// The first step that failed, by its [`Stage`]; nothing is left behind then.
pub fn launch(spec: &SandboxSpec) -> Result<Sandbox> {
    let ids = check(spec)?;
    let filters = seccomp::filters()?;
    let privileged = matches!(ids, IdMap::Range { .. });
    let group = match &spec.cgroup {
        Some(name) => {
            let layout = Layout::detect().during(Stage::ControlGroup, "looking for control groups")?;
            Some(Group::create(&layout, name, &spec.resources)?)
        }
        None => None,
    };
    if let RootfsSpec::HostUserland { etc_dir, .. } = &spec.rootfs {
        mounts::prepare_etc(etc_dir)?;
    }
    let mut sources = if privileged { Some(Sources::open(spec, false)?) } else { None };
    let (control, child_control) = sockets(SockFlag::empty())?;
    let (events, child_events) = sockets(SockFlag::SOCK_NONBLOCK)?;
    let limit = TimeVal::new(ANSWER_LIMIT_SECONDS, 0);
    nix::sys::socket::setsockopt(&control, nix::sys::socket::sockopt::ReceiveTimeout, &limit)
        .during(Stage::Init, "limiting the time of answers")?;

    let entrance = group.as_ref().map(Group::entrance).transpose()?;
    let (pid, pidfd) = match clone_namespaces(entrance.as_ref())? {
        Cloned::Child => child::run(&Child {
            spec,
            ids,
            sources: sources.as_ref(),
            entrance: entrance.as_ref(),
            control: &child_control,
            events: &child_events,
            filters,
        }),
        Cloned::Parent { pid, pidfd } => (pid, pidfd),
    };
    drop((child_control, child_events, entrance));
    let lock = sources.as_mut().and_then(Sources::take_lock);
    let mut sandbox = Sandbox::new(spec, pid, pidfd, control, events, group, lock);

    if let Err(failure) = place(&mut sandbox, spec, ids, sources.as_ref()) {
        // A child that failed first is the cause of the parent's failure.
        return Err(sandbox.failure_of_child().unwrap_or(failure));
    }
    match sandbox.receive()? {
        (Reply::Ready, mut sockets) => sandbox.set_sockets(sockets.pop()),
        (Reply::Failed(failure), _) => return Err(failure),
        _ => return Err(SandboxError::new(Stage::Init, "waiting for PID 1", "it answered something else")),
    }
    drop(sources);
    if let Some(argv) = &spec.command {
        let request = ProcessRequest {
            argv: argv.clone(),
            env: std::collections::BTreeMap::new(),
            working_directory: spec.working_directory.clone(),
            user: None,
            stdio: Stdio::Merged { input: true },
        };
        let main = sandbox.spawn(&request)?;
        sandbox.set_main(main);
    }
    Ok(sandbox)
}

fn check(spec: &SandboxSpec) -> Result<IdMap> {
    let refuse = |what: &str, why: &str| Err(SandboxError::new(Stage::Spec, what, why));
    let name = &spec.hostname;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if name.is_empty() || name.len() > 63 || !name.bytes().all(plain) {
        return refuse(
            "reading the host name",
            "it is empty, longer than 63 bytes or has other characters than a-z, 0-9, - and .",
        );
    }
    if spec.tmp_bytes < MIN_TMP_BYTES {
        return refuse("reading the size of /tmp", "it is less than 1 MiB");
    }
    if spec.command.as_ref().is_some_and(Vec::is_empty) {
        return refuse("reading the command", "it is empty");
    }
    network::check(&spec.network)?;
    let ids = IdMap::of(spec)?;
    let root = rustix::process::geteuid().is_root();
    match ids {
        IdMap::Range { .. } if !root => refuse("reading the user ids", "a range needs root"),
        // The inside's user would be the host's root.
        IdMap::Single { .. } if root => refuse("reading the user ids", "root must use a range"),
        IdMap::Single { .. } if !matches!(spec.network, super::NetworkSpec::LoopbackOnly) => {
            refuse("reading the network", "an interface needs root")
        }
        IdMap::Single { .. } if matches!(spec.volume, super::VolumeSpec::DiskImage { .. }) => {
            refuse("reading the volume", "a disk image needs root")
        }
        _ => Ok(ids),
    }
}

fn sockets(flags: SockFlag) -> Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags | SockFlag::SOCK_CLOEXEC)
        .during(Stage::Init, "making the sockets to PID 1")
}

enum Cloned {
    Child,
    Parent { pid: i32, pidfd: OwnedFd },
}

/// `struct clone_args`, as far as clone3(2) needs it.
#[repr(C)]
#[derive(Default)]
struct CloneArguments {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

fn clone_namespaces(entrance: Option<&Entrance>) -> Result<Cloned> {
    let mut pidfd: i32 = -1;
    let (born_in, cgroup) = match entrance {
        Some(Entrance::Born(dir)) => (CLONE_INTO_CGROUP, u64::from(dir.as_raw_fd().unsigned_abs())),
        _ => (0, 0),
    };
    let flags = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWNET
        | libc::CLONE_PIDFD;
    let arguments = CloneArguments {
        flags: u64::from(flags.unsigned_abs()) | born_in,
        cgroup,
        pidfd: (&raw mut pidfd) as u64,
        exit_signal: u64::from(libc::SIGCHLD.unsigned_abs()),
        ..CloneArguments::default()
    };
    // SAFETY: without CLONE_VM the child gets a copy of this single-threaded process, as by fork; the struct and `pidfd` outlive
    // the call.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArguments>()) };
    match pid {
        0 => Ok(Cloned::Child),
        pid if pid > 0 => Ok(Cloned::Parent {
            pid: i32::try_from(pid).unwrap_or(i32::MAX),
            // SAFETY: the kernel has just made it for us.
            pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) },
        }),
        _ => Err(SandboxError::io(Stage::Namespaces, "making the namespaces", &io::Error::last_os_error())),
    }
}

/// What only the parent may do for its child, while the child mounts.
fn place(sandbox: &mut Sandbox, spec: &SandboxSpec, ids: IdMap, sources: Option<&Sources>) -> Result<()> {
    let pid = sandbox.pid();
    ids.write(pid)?;
    if let Some(sources) = sources {
        let user_namespace = fs::File::open(format!("/proc/{pid}/ns/user"))
            .during(Stage::IdMap, "opening the user namespace")?;
        sources.map_ids(std::os::fd::AsFd::as_fd(&user_namespace))?;
    }
    let open = |sandbox: &Sandbox, gate: Gate| {
        protocol::send(sandbox.control(), &gate, &[]).during(Stage::Init, "telling PID 1 to go on")
    };
    open(sandbox, Gate::Mapped)?;
    // Soft: it only decides who dies first when the machine has no memory left.
    let _ = fs::write(format!("/proc/{pid}/oom_score_adj"), OOM_SCORE);
    let interface = HostInterface::create(&spec.network, pid)?;
    sandbox.set_interface(interface);
    open(sandbox, Gate::Placed)
}

impl Sandbox {
    /// What the child has reported, if it has.
    fn failure_of_child(&self) -> Option<SandboxError> {
        let mut byte = [0; 1];
        let flags = nix::sys::socket::MsgFlags::MSG_DONTWAIT | nix::sys::socket::MsgFlags::MSG_PEEK;
        let mut peek = || nix::sys::socket::recv(self.control().as_raw_fd(), &mut byte, flags);
        // The first look may only tell that the child is gone.
        let waiting = peek().or_else(|_| peek()).is_ok_and(|read| read > 0);
        match waiting.then(|| self.receive()) {
            Some(Ok((Reply::Failed(failure), _))) => Some(failure),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 2 with all controllers is not on every machine; being born in a group needs none of them.
    #[test]
    fn a_child_is_born_in_the_version_2_group() {
        assert!(rustix::process::geteuid().is_root(), "making control groups needs root");
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let mount = mounts.lines().find(|line| line.split(' ').nth(2) == Some("cgroup2"));
        let mount = mount.expect("a cgroup2 mount").split(' ').nth(1).unwrap();
        let dir = std::path::Path::new(mount).join(format!("stead-test-born-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let entrance = Entrance::Born(fs::File::open(&dir).unwrap());
        let (pid, pidfd) = match clone_namespaces(Some(&entrance)).unwrap() {
            // SAFETY: plain system calls; the child of a test must not run anything else.
            Cloned::Child => unsafe {
                libc::pause();
                libc::_exit(0)
            },
            Cloned::Parent { pid, pidfd } => (pid, pidfd),
        };
        let inside = fs::read_to_string(dir.join("cgroup.procs")).unwrap();
        rustix::process::pidfd_send_signal(&pidfd, rustix::process::Signal::KILL).unwrap();
        nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(pid), None).unwrap();
        fs::remove_dir(&dir).unwrap();
        assert_eq!(inside.trim(), pid.to_string());
    }
}
