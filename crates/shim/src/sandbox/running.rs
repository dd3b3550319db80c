//! A running instance, seen from the shim that launched it.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::process::{Signal, pidfd_send_signal};
use stead_core::driver::Usage;
use stead_core::instance::Resources;

use super::cgroup::{Group, GroupUsage, Layout};
use super::error::{During, Result, SandboxError, Stage};
use super::listening::{Sockets, listening};
use super::network::HostInterface;
use super::protocol::{self, Reply, Request, Stream, streams};
use super::spec::{NetworkSpec, SandboxSpec, VolumeSpec};
use super::{Container, Exited, ProcessRequest, Spawned, Teardown};

const CONNECT_LIMIT_MILLISECONDS: u16 = 1_000;
/// Ending everything inside takes the kernel milliseconds; a process waiting for a broken disk may hold it up.
const END_LIMIT_MILLISECONDS: u16 = 20_000;

/// See [`Container`] for what it does. Destroyed when dropped.
#[derive(Debug)]
pub struct Sandbox {
    pid: i32,
    pidfd: Arc<OwnedFd>,
    control: OwnedFd,
    events: OwnedFd,
    group: Option<Group>,
    interface: Option<HostInterface>,
    sockets: Option<Sockets>,
    own_address: Option<Ipv4Addr>,
    disk_image: Option<PathBuf>,
    /// Held so that nobody mounts the disk image a second time.
    lock: Option<File>,
    main: Option<Spawned>,
    frozen: bool,
    /// The end has begun: everything was killed, and what is left to do was handed out.
    over: bool,
}

impl Sandbox {
    pub(super) fn new(
        spec: &SandboxSpec,
        pid: i32,
        pidfd: OwnedFd,
        control: OwnedFd,
        events: OwnedFd,
        group: Option<Group>,
        lock: Option<File>,
    ) -> Self {
        let own_address = match &spec.network {
            NetworkSpec::Veth { address, .. } => Some(*address),
            NetworkSpec::LoopbackOnly => None,
        };
        let disk_image = match &spec.volume {
            VolumeSpec::DiskImage { path } => Some(path.clone()),
            VolumeSpec::Directory { .. } => None,
        };
        Self {
            pid,
            pidfd: Arc::new(pidfd),
            control,
            events,
            group,
            interface: None,
            sockets: None,
            own_address,
            disk_image,
            lock,
            main: None,
            frozen: false,
            over: false,
        }
    }

    /// PID 1's process id as the host sees it.
    #[must_use]
    pub const fn pid(&self) -> i32 {
        self.pid
    }

    pub(super) const fn control(&self) -> &OwnedFd {
        &self.control
    }

    pub(super) fn set_interface(&mut self, interface: Option<HostInterface>) {
        self.interface = interface;
    }

    pub(super) fn set_sockets(&mut self, socket: Option<OwnedFd>) {
        self.sockets = socket.map(Sockets::new);
    }

    pub(super) fn set_main(&mut self, main: Spawned) {
        self.main = Some(main);
    }

    /// How often the CPU limit has stopped the instance; each period is a tenth of a second.
    ///
    /// # Errors
    /// When the counter cannot be read.
    pub fn throttled_periods(&self) -> Result<u64> {
        Ok(self.group_usage()?.throttled_periods)
    }

    fn group_usage(&self) -> Result<GroupUsage> {
        self.group
            .as_ref()
            .map_or(Ok(GroupUsage::default()), Group::usage)
            .during(Stage::Usage, "reading the control group's counters")
    }

    fn ended(doing: &str) -> SandboxError {
        SandboxError::new(Stage::Ended, doing, "the instance has ended")
    }

    fn needs_group(&self, stage: Stage, doing: &str) -> Result<&Group> {
        self.group.as_ref().ok_or_else(|| {
            SandboxError::new(
                stage,
                doing,
                "the instance has no control group; Stead needs root or a delegated one",
            )
        })
    }

    fn needs_thawed(&self, doing: &str) -> Result<()> {
        if self.frozen {
            return Err(SandboxError::new(Stage::Frozen, doing, "the instance is paused"));
        }
        Ok(())
    }

    /// PID 1's next answer.
    pub(super) fn receive(&self) -> Result<(Reply, Vec<OwnedFd>)> {
        let doing = "asking PID 1";
        match protocol::receive(&self.control, &mut Vec::new()) {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(Self::ended(doing)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(SandboxError::new(Stage::Init, doing, "it did not answer within 30 seconds"))
            }
            Err(error) => Err(SandboxError::io(Stage::Init, doing, &error)),
        }
    }

    fn ask(&mut self, doing: &str, request: &Request) -> Result<(Reply, Vec<OwnedFd>)> {
        self.needs_thawed(doing)?;
        match protocol::send(&self.control, request, &[]) {
            Ok(()) => {}
            Err(error) if matches!(error.raw_os_error(), Some(libc::EPIPE | libc::ECONNRESET)) => {
                return Err(Self::ended(doing));
            }
            Err(error) if matches!(error.raw_os_error(), Some(libc::E2BIG | libc::EMSGSIZE)) => {
                return Err(SandboxError::new(
                    Stage::Spawn,
                    doing,
                    "the arguments and the environment are longer than 128 KiB together",
                ));
            }
            Err(error) => return Err(SandboxError::io(Stage::Init, doing, &error)),
        }
        match self.receive() {
            Ok((Reply::Failed(failure), _)) => Err(failure),
            Ok(reply) => Ok(reply),
            Err(error) => {
                if error.stage == Stage::Init {
                    // A late answer would be taken for the next one's.
                    self.kill_all()?;
                }
                Err(error)
            }
        }
    }

    fn misunderstood(doing: &str) -> SandboxError {
        SandboxError::new(Stage::Init, doing, "PID 1 answered something else")
    }

    fn send_signal(&mut self, pid: i32, signal: i32) -> Result<()> {
        let doing = format!("sending signal {signal}");
        if !(1..=64).contains(&signal) {
            return Err(SandboxError::new(Stage::Signal, doing, "there is no such signal"));
        }
        match self.ask(&doing, &Request::Signal { pid, signal })? {
            (Reply::Done, _) => Ok(()),
            _ => Err(Self::misunderstood(&doing)),
        }
    }

    fn connect(&mut self, address: SocketAddr) -> Result<OwnedFd> {
        let doing = format!("connecting to {address}");
        let (Reply::Socket, mut received) =
            self.ask(&doing, &Request::Socket { version_6: address.is_ipv6() })?
        else {
            return Err(Self::misunderstood(&doing));
        };
        let socket = received.pop().ok_or_else(|| Self::misunderstood(&doing))?;
        match rustix::net::connect(&socket, &address) {
            Ok(()) => return Ok(socket),
            Err(rustix::io::Errno::INPROGRESS) => {}
            Err(error) => return Err(SandboxError::io(Stage::Dial, doing, &error.into())),
        }
        wait(socket.as_fd(), PollFlags::POLLOUT, CONNECT_LIMIT_MILLISECONDS)
            .and_then(|()| Ok(rustix::net::sockopt::socket_error(&socket)??))
            .during(Stage::Dial, doing)?;
        Ok(socket)
    }
}

/// Waits for PID 1's end, which is the end of every process inside, and reaps it.
fn reap(pid: i32, pidfd: BorrowedFd<'_>) -> Result<()> {
    let doing = "waiting for the instance's processes to end";
    wait(pidfd, PollFlags::POLLIN, END_LIMIT_MILLISECONDS).during(Stage::Cleanup, doing)?;
    loop {
        let mut status = 0;
        // SAFETY: `status` outlives the call; the process is our child, not reaped yet.
        let reaped = unsafe { libc::waitpid(pid, &raw mut status, 0) };
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            // Somebody of this process reaped it: gone is gone.
            _ if reaped == pid => return Ok(()),
            Some(libc::ECHILD) => return Ok(()),
            Some(libc::EINTR) => {}
            _ => return Err(SandboxError::io(Stage::Cleanup, doing, &error)),
        }
    }
}

/// Removes what a run left whose shim was killed: processes, the control group, the host's end of the network. The rest (mounts,
/// loop devices, the far end) went with its last process. For an instance that runs nothing, this does nothing.
///
/// # Errors
/// What could not be removed; the rest is removed all the same.
pub fn remove_left_overs(cgroup: Option<&str>, host_interface: Option<&str>) -> Result<()> {
    let mut result = Ok(());
    if let Some(name) = cgroup {
        let layout = Layout::detect().during(Stage::Cleanup, "looking for control groups")?;
        if let Some(mut group) = Group::left_over(&layout, name)? {
            result = group.kill_members().and_then(|()| group.remove());
            std::mem::forget(group);
        }
    }
    if let Some(name) = host_interface {
        result = result.and(HostInterface::left_over(name).remove());
    }
    result
}

/// Waits for a descriptor.
fn wait(fd: BorrowedFd<'_>, what: PollFlags, milliseconds: u16) -> io::Result<()> {
    loop {
        let mut fds = [PollFd::new(fd, what)];
        match poll(&mut fds, PollTimeout::from(milliseconds)) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => return Ok(()),
            Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Container for Sandbox {
    fn spawn(&mut self, request: &ProcessRequest) -> Result<Spawned> {
        let doing = format!("starting {}", request.argv.first().map_or("", String::as_str));
        let (Reply::Spawned { pid }, ends) = self.ask(&doing, &Request::Spawn(request.clone()))? else {
            return Err(Self::misunderstood(&doing));
        };
        let wanted = streams(request.stdio);
        if ends.len() != wanted.len() {
            return Err(Self::misunderstood(&doing));
        }
        let mut spawned = Spawned { pid, master: None, stdin: None, stdout: None, stderr: None };
        for (stream, end) in wanted.iter().zip(ends) {
            let place = match stream {
                Stream::Master => &mut spawned.master,
                Stream::Stdin => &mut spawned.stdin,
                Stream::Stdout => &mut spawned.stdout,
                Stream::Stderr => &mut spawned.stderr,
            };
            *place = Some(end);
        }
        Ok(spawned)
    }

    fn take_main(&mut self) -> Option<Spawned> {
        self.main.take()
    }

    fn event_fd(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }

    fn next_event(&mut self) -> Result<Option<Exited>> {
        let doing = "reading which processes have ended";
        match protocol::receive(&self.events, &mut Vec::new()) {
            Ok(Some((exited, _))) => Ok(Some(exited)),
            Ok(None) => Err(Self::ended(doing)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(SandboxError::io(Stage::Init, doing, &error)),
        }
    }

    fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    fn signal(&mut self, pid: i32, signal: i32) -> Result<()> {
        if pid <= 1 {
            return Err(SandboxError::new(
                Stage::Signal,
                "sending a signal",
                format!("{pid} leads no process group"),
            ));
        }
        self.send_signal(pid, signal)
    }

    fn signal_all(&mut self, signal: i32) -> Result<()> {
        self.send_signal(0, signal)
    }

    fn kill_all(&mut self) -> Result<()> {
        let doing = "killing the instance's processes";
        if self.over {
            return Ok(());
        }
        match pidfd_send_signal(&self.pidfd, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => return Err(SandboxError::io(Stage::Signal, doing, &error.into())),
        }
        if let Some(group) = &self.group {
            group.kill().during(Stage::Signal, doing)?;
            // On version 1 frozen processes do not even die; thawing what is not frozen is harmless.
            group.thaw()?;
        }
        self.frozen = false;
        Ok(())
    }

    fn freeze(&mut self) -> Result<()> {
        self.needs_group(Stage::Freeze, "pausing the instance")?.freeze()?;
        self.frozen = true;
        Ok(())
    }

    fn thaw(&mut self) -> Result<()> {
        self.needs_group(Stage::Freeze, "resuming the instance")?.thaw()?;
        self.frozen = false;
        Ok(())
    }

    fn update(&mut self, resources: Resources) -> Result<()> {
        self.needs_group(Stage::ControlGroup, "changing the limits")?.update(&resources)
    }

    fn usage(&self) -> Result<Usage> {
        let group = self.group_usage()?;
        let (received_bytes, sent_bytes) = self
            .interface
            .as_ref()
            .map_or(Ok((0, 0)), HostInterface::traffic)
            .during(Stage::Usage, "reading the network's counters")?;
        let disk_bytes = match &self.disk_image {
            Some(path) => {
                std::fs::metadata(path).during(Stage::Usage, "reading the size of the disk image")?.blocks()
                    * 512
            }
            None => 0,
        };
        Ok(Usage {
            cpu_micros: group.cpu_micros,
            memory_bytes: group.memory_bytes,
            processes: group.processes,
            disk_bytes,
            received_bytes,
            sent_bytes,
        })
    }

    fn listening(&self) -> Result<Vec<u16>> {
        if self.over {
            return Err(Self::ended("reading the listening ports"));
        }
        listening(self.pid, self.sockets.as_ref()).during(Stage::Usage, "reading the listening ports")
    }

    fn dial(&mut self, port: u16) -> Result<OwnedFd> {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let mut failure = None;
        for address in loopback.into_iter().chain(self.own_address.map(IpAddr::V4)) {
            match self.connect(SocketAddr::new(address, port)) {
                Ok(socket) => return Ok(socket),
                // The first address's words are the ones people understand.
                Err(error) if error.stage == Stage::Dial => {
                    failure.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(failure.unwrap_or_else(|| Self::misunderstood("connecting")))
    }

    fn oom_kills(&self) -> Result<u64> {
        self.group
            .as_ref()
            .map_or(Ok(0), Group::oom_kills)
            .during(Stage::Usage, "reading the out-of-memory counter")
    }

    fn end(&mut self) -> Teardown {
        if self.over {
            return Box::new(|| Ok(()));
        }
        let killed = self.kill_all();
        self.over = true;
        self.main = None;
        let (pid, pidfd) = (self.pid, Arc::clone(&self.pidfd));
        let (group, interface, lock) = (self.group.take(), self.interface.take(), self.lock.take());
        Box::new(move || {
            let mut result = killed;
            let mut note = |step: Result<()>| {
                if result.is_ok() {
                    result = step;
                }
            };
            note(reap(pid, pidfd.as_fd()));
            if let Some(mut interface) = interface {
                note(interface.remove());
            }
            if let Some(mut group) = group {
                note(group.remove());
                // Not a second time, with a time limit of its own.
                std::mem::forget(group);
            }
            // Only now may the next run mount the volume.
            drop(lock);
            result
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Whoever wants to know calls `destroy`; here nobody could be told.
        let _ = self.destroy();
    }
}
