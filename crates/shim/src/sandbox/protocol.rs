//! What the shim and PID 1 say to each other: JSON messages with descriptors over a seqpacket socket. Requests are answered in
//! their order; exits come over a socket of their own so that they can be polled.
//!
//! The socket is trusted in both directions: PID 1 is our own code, cannot be traced from inside, and hands the socket to nobody.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::SandboxError;
use super::{ProcessRequest, Stdio};

/// The longest message; a socket's default buffer holds it.
pub(crate) const MAX_MESSAGE: usize = 160 * 1024;
const MAX_DESCRIPTORS: usize = 4;

/// What the parent tells a child that is being set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Gate {
    /// The id maps are written: become root inside and mount.
    Mapped,
    /// Control groups and the network interface are there: finish.
    Placed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    Spawn(ProcessRequest),
    /// `pid` leads the group; 0 is everything but PID 1.
    Signal {
        pid: i32,
        signal: i32,
    },
    /// A TCP socket of the inside's network: IPv6 or IPv4.
    Socket {
        version_6: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// PID 1 serves. With a socket for [`super::listening`], where the kernel has such.
    Ready,
    /// With the descriptors of [`streams`], in that order.
    Spawned {
        pid: i32,
    },
    Done,
    /// With one descriptor.
    Socket,
    Failed(SandboxError),
}

/// Which of a process's ends come with [`Reply::Spawned`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Master,
    Stdin,
    Stdout,
    Stderr,
}

pub(crate) const fn streams(stdio: Stdio) -> &'static [Stream] {
    match stdio {
        Stdio::Terminal { .. } => &[Stream::Master],
        Stdio::Pipes => &[Stream::Stdin, Stream::Stdout, Stream::Stderr],
        Stdio::Merged { input: true } => &[Stream::Stdin, Stream::Stdout],
        Stdio::Merged { input: false } => &[Stream::Stdout],
    }
}

/// Sends one message; the descriptors are copied into it.
pub(crate) fn send<T: Serialize>(socket: impl AsFd, message: &T, descriptors: &[RawFd]) -> io::Result<()> {
    let bytes = serde_json::to_vec(message)?;
    if bytes.len() > MAX_MESSAGE {
        return Err(io::Error::from_raw_os_error(libc::E2BIG));
    }
    let rights = [ControlMessage::ScmRights(descriptors)];
    let control: &[ControlMessage<'_>] = if descriptors.is_empty() { &[] } else { &rights };
    loop {
        let slices = [IoSlice::new(&bytes)];
        match sendmsg::<()>(socket.as_fd().as_raw_fd(), &slices, control, MsgFlags::MSG_NOSIGNAL, None) {
            Ok(_) => return Ok(()),
            Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Receives one message; `None` when the other side is gone. `buffer` is reused between calls.
pub(crate) fn receive<T: DeserializeOwned>(
    socket: impl AsFd,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    buffer.resize(MAX_MESSAGE, 0);
    let mut space = nix::cmsg_space!([RawFd; MAX_DESCRIPTORS]);
    let mut descriptors = Vec::new();
    let length = loop {
        let mut slices = [IoSliceMut::new(buffer)];
        let flags = MsgFlags::MSG_CMSG_CLOEXEC;
        match recvmsg::<()>(socket.as_fd().as_raw_fd(), &mut slices, Some(&mut space), flags) {
            Ok(message) => {
                for control in message.cmsgs()? {
                    if let ControlMessageOwned::ScmRights(received) = control {
                        // SAFETY: the kernel has just made these descriptors for us; nothing else knows them.
                        descriptors
                            .extend(received.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
                    }
                }
                break message.bytes;
            }
            // The other side has gone with something of ours unread: said once, and before what it had still to say.
            Err(nix::errno::Errno::EINTR | nix::errno::Errno::ECONNRESET) => {}
            Err(error) => return Err(error.into()),
        }
    };
    if length == 0 {
        return Ok(None);
    }
    Ok(Some((serde_json::from_slice(&buffer[..length])?, descriptors)))
}
