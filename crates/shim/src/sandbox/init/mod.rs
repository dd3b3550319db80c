//! PID 1 of the instance: reaps, and does for the shim what must happen inside. It is our own code, forked and never executed anew,
//! holds three capabilities to become other users and signal them, and is invisible to tracers. It ends, and with it everything
//! inside, when the shim is gone.

mod account;

pub(super) use account::ids_of;
mod process;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::capabilities::CapabilitySet;
use super::error::{During, Result, SandboxError, Stage};
use super::idmap::IdMap;
use super::protocol::{self, Reply, Request};
use super::{Exited, ProcessStatus};

/// What processes inherit from the spec.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) ids: IdMap,
    /// User of processes that name none.
    pub(crate) user: String,
    pub(crate) env: BTreeMap<String, String>,
    /// Folders before the usual ones in `PATH`, joined by colons.
    pub(crate) extra_path: String,
    /// Of processes of the inside's root.
    pub(crate) capabilities: CapabilitySet,
}

struct Init {
    identity: Identity,
    control: OwnedFd,
    events: OwnedFd,
    children: SignalFd,
    /// Processes whose end the shim wants to know.
    known: BTreeSet<i32>,
    /// Ends that the shim has not taken yet; as many as processes at most.
    exits: VecDeque<Exited>,
    buffer: Vec<u8>,
}

/// Serves until the shim is gone. `control` and `events` are seqpacket sockets.
pub(crate) fn serve(identity: Identity, control: OwnedFd, events: OwnedFd) -> Result<()> {
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGCHLD);
    mask.thread_block().during(Stage::Init, "blocking SIGCHLD")?;
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    let children = SignalFd::with_flags(&mask, flags).during(Stage::Init, "watching for ended processes")?;
    let mut init = Init {
        identity,
        control,
        events,
        children,
        known: BTreeSet::new(),
        exits: VecDeque::new(),
        buffer: Vec::new(),
    };
    let sockets = super::listening::open().ok();
    let descriptors: Vec<_> = sockets.iter().map(AsRawFd::as_raw_fd).collect();
    protocol::send(&init.control, &Reply::Ready, &descriptors)
        .during(Stage::Init, "telling the shim to go on")?;
    drop(sockets);
    init.run().during(Stage::Init, "serving the shim")
}

impl Init {
    fn run(&mut self) -> io::Result<()> {
        loop {
            let events_wanted = if self.exits.is_empty() { PollFlags::empty() } else { PollFlags::POLLOUT };
            let mut fds = [
                PollFd::new(self.control.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.events.as_fd(), events_wanted),
            ];
            match poll(&mut fds, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            let ready = fds.map(|fd| fd.revents().is_some_and(|events| !events.is_empty()));
            if ready[1] {
                while matches!(self.children.read_signal(), Ok(Some(_))) {}
                self.reap();
            }
            self.report();
            if ready[0] {
                match protocol::receive::<Request>(&self.control, &mut self.buffer) {
                    Ok(Some((request, _))) => self.answer(request)?,
                    Ok(None) => return Ok(()),
                    Err(error) => return Err(error),
                }
                // What one large request needed is given back.
                self.buffer.clear();
                self.buffer.shrink_to(16 * 1024);
            }
        }
    }

    fn reap(&mut self) {
        loop {
            let mut status = 0;
            // SAFETY: `status` outlives the call. Not by way of nix: it knows no real-time signals and would lose such ends.
            let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
            if pid <= 0 {
                return;
            }
            let status = if libc::WIFSIGNALED(status) {
                ProcessStatus::Signal { signal: libc::WTERMSIG(status) }
            } else {
                ProcessStatus::Code { code: libc::WEXITSTATUS(status) }
            };
            // Orphans of the inside are reaped and forgotten.
            if self.known.remove(&pid) {
                self.exits.push_back(Exited { pid, status });
            }
        }
    }

    /// Hands over as many ends as the shim takes without waiting: the socket is non-blocking.
    fn report(&mut self) {
        while let Some(exit) = self.exits.front() {
            if protocol::send(&self.events, exit, &[]).is_err() {
                return;
            }
            self.exits.pop_front();
        }
    }

    fn answer(&mut self, request: Request) -> io::Result<()> {
        let reply = match request {
            Request::Spawn(request) => match process::start(&request, &self.identity) {
                Ok(started) => {
                    self.known.insert(started.pid);
                    let ends: Vec<RawFd> = started.ends.iter().map(AsRawFd::as_raw_fd).collect();
                    return protocol::send(&self.control, &Reply::Spawned { pid: started.pid }, &ends);
                }
                Err(failure) => Reply::Failed(failure),
            },
            Request::Signal { pid, signal } => self.signal(pid, signal),
            Request::Socket { version_6 } => {
                let family = if version_6 {
                    rustix::net::AddressFamily::INET6
                } else {
                    rustix::net::AddressFamily::INET
                };
                let flags = rustix::net::SocketFlags::CLOEXEC | rustix::net::SocketFlags::NONBLOCK;
                match rustix::net::socket_with(family, rustix::net::SocketType::STREAM, flags, None) {
                    Ok(socket) => {
                        return protocol::send(&self.control, &Reply::Socket, &[socket.as_raw_fd()]);
                    }
                    Err(error) => {
                        Reply::Failed(SandboxError::io(Stage::Dial, "making a socket inside", &error.into()))
                    }
                }
            }
        };
        protocol::send(&self.control, &reply, &[])
    }

    fn signal(&self, pid: i32, signal: i32) -> Reply {
        let target = match pid {
            // Everything but PID 1, which the kernel leaves out.
            0 => -1,
            // Only groups that are known to exist: ids are used again.
            pid if self.known.contains(&pid) => -pid,
            _ => return Reply::Done,
        };
        // SAFETY: a plain system call.
        if unsafe { libc::kill(target, signal) } == 0 {
            return Reply::Done;
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::ESRCH) => Reply::Done,
            _ => Reply::Failed(SandboxError::io(Stage::Signal, format!("sending signal {signal}"), &error)),
        }
    }
}
