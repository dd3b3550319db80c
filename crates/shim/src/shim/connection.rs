//! One client of the shim: its socket, what it sent and what it has not taken yet, and what it is doing.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use serde::Serialize;
use stead_core::Error;
use stead_core::frame::{Frame, HEADER_LENGTH};

use super::view::{ConsoleView, ProcessView};

/// Read in one turn.
const READ_SIZE: usize = 64 * 1024;
/// With more than this waiting, nothing further is produced for the client or taken from it.
pub(super) const MOST_WAITING: usize = 64 * 1024;
/// Kept in memory between messages; larger buffers are given back.
const KEPT_CAPACITY: usize = 16 * 1024;
/// A closing client has this long to take its last bytes.
const CLOSING_TIME: Duration = Duration::from_secs(30);

/// What a connection is doing.
#[derive(Debug)]
pub(super) enum Mode {
    /// Sends requests.
    Requests,
    /// Waits for the change number to differ.
    Change {
        since: u64,
        until: Instant,
    },
    /// Waits for the end of the run.
    End,
    Process(ProcessView),
    Console(ConsoleView),
    /// Gets its last bytes; then `collected` has been told how it ended.
    Closing {
        until: Instant,
        collected: Option<u64>,
    },
}

#[derive(Debug)]
pub(super) struct Connection {
    stream: UnixStream,
    pub(super) inbox: Vec<u8>,
    outbox: Vec<u8>,
    sent: usize,
    /// Travels with the first byte of the outbox.
    pass: Option<OwnedFd>,
    pub(super) mode: Mode,
    /// The client takes nothing any more.
    pub(super) deaf: bool,
    pub(super) dead: bool,
}

impl Connection {
    pub(super) const fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            inbox: Vec::new(),
            outbox: Vec::new(),
            sent: 0,
            pass: None,
            mode: Mode::Requests,
            deaf: false,
            dead: false,
        }
    }

    pub(super) fn raw_fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }

    /// Bytes the client has not taken.
    pub(super) fn waiting(&self) -> usize {
        self.outbox.len() - self.sent
    }

    pub(super) fn outbox(&mut self) -> &mut Vec<u8> {
        &mut self.outbox
    }

    pub(super) fn send(&mut self, frame: &Frame<'_>) {
        frame.encode(&mut self.outbox);
    }

    pub(super) fn reply<T: Serialize>(&mut self, value: &T) {
        match serde_json::to_vec(value) {
            Ok(json) => self.send(&Frame::Reply { json: &json }),
            Err(error) => self.problem(&Error::internal("writing a reply").source_error(error)),
        }
    }

    pub(super) fn problem(&mut self, error: &Error) {
        // A problem consists of texts; writing it cannot fail, and an empty body would still be a problem frame.
        let json = serde_json::to_vec(&error.to_problem()).unwrap_or_default();
        self.send(&Frame::Problem { json: &json });
    }

    /// Sends a reply together with a descriptor.
    pub(super) fn pass<T: Serialize>(&mut self, value: &T, fd: OwnedFd) {
        self.flush();
        if self.waiting() > 0 {
            self.problem(&Error::unavailable("client_too_slow", "The client does not take its replies."));
            return;
        }
        self.pass = Some(fd);
        self.reply(value);
    }

    /// Nothing more is taken from the client; what waits is still sent.
    pub(super) fn close(&mut self, now: Instant, collected: Option<u64>) {
        self.mode = Mode::Closing { until: now + CLOSING_TIME, collected };
        self.inbox = Vec::new();
    }

    /// Sends what the socket takes.
    pub(super) fn flush(&mut self) {
        while self.waiting() > 0 && !self.deaf {
            match self.send_some() {
                Ok(count) => self.sent += count,
                Err(rustix::io::Errno::AGAIN) => return,
                Err(rustix::io::Errno::INTR) => {}
                // The client has gone, but what it sent before is still to be read.
                Err(_) => self.deaf = true,
            }
        }
        self.outbox.clear();
        self.sent = 0;
        if self.outbox.capacity() > 4 * KEPT_CAPACITY && matches!(self.mode, Mode::Requests) {
            self.outbox.shrink_to(KEPT_CAPACITY);
        }
    }

    fn send_some(&mut self) -> rustix::io::Result<usize> {
        let bytes = &self.outbox[self.sent..];
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        let Some(fd) = &self.pass else { return rustix::net::send(&self.stream, bytes, flags) };
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds = [fd.as_fd()];
        control.push(SendAncillaryMessage::ScmRights(&fds));
        let count = sendmsg(&self.stream, &[IoSlice::new(bytes)], &mut control, flags)?;
        self.pass = None;
        Ok(count)
    }

    /// Takes what the client has sent.
    pub(super) fn receive(&mut self, scratch: &mut [u8]) {
        let length = scratch.len().min(READ_SIZE);
        match rustix::io::read(&self.stream, &mut scratch[..length]) {
            Ok(0) => self.dead = true,
            Ok(count) => self.inbox.extend_from_slice(&scratch[..count]),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
            Err(_) => self.dead = true,
        }
    }

    /// Ends the connection in order. Closing a socket that holds unread input would end the client's stream with a reset in place
    /// of an end, and hops that carry the stream on drop what they have not yet sent when it is reset.
    pub(super) fn end(self, scratch: &mut [u8]) {
        if self.stream.shutdown(std::net::Shutdown::Both).is_ok() {
            while matches!(
                rustix::io::read(&self.stream, &mut *scratch),
                Ok(1..) | Err(rustix::io::Errno::INTR)
            ) {}
        }
    }

    /// Whether the inbox may hold a whole frame.
    pub(super) fn may_hold_frame(&self) -> bool {
        self.inbox.len() >= HEADER_LENGTH
    }
}

/// Prepares an accepted socket. The send buffer is small: what lies in it is out of reach when the client goes away.
pub(super) fn prepare(stream: &UnixStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    rustix::net::sockopt::set_socket_send_buffer_size(stream, MOST_WAITING)?;
    Ok(())
}
