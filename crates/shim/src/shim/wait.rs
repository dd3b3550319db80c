//! Waiting for descriptors and deadlines. What is waited for is derived from the state anew each turn, so that nothing has to be
//! registered and taken back.

use std::io;
use std::os::fd::{AsRawFd as _, RawFd};
use std::time::{Duration, Instant};

use crate::process::Stream;
use crate::protocol::RunState;
use crate::sandbox::Container;

use super::connection::{MOST_WAITING, Mode};
use super::{MAIN, Shim};

/// Whose descriptor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Listener,
    Events,
    Init,
    TornDown,
    Process(u64, Stream),
    Connection(u64),
}

impl<C: Container> Shim<C> {
    pub(super) fn interests(&self) -> (Vec<libc::pollfd>, Vec<Token>) {
        let (mut descriptors, mut tokens) = (Vec::new(), Vec::new());
        let mut add = |fd: RawFd, events: i16, token: Token| {
            descriptors.push(libc::pollfd { fd, events, revents: 0 });
            tokens.push(token);
        };
        add(self.raw_listener(), libc::POLLIN, Token::Listener);
        if let Some(teardown) = &self.teardown {
            add(teardown.done(), libc::POLLIN, Token::TornDown);
        } else if self.run_state != RunState::Ended {
            add(self.container.event_fd().as_raw_fd(), libc::POLLIN, Token::Events);
            add(self.container.pidfd().as_raw_fd(), libc::POLLIN, Token::Init);
        }
        for (key, process) in &self.processes {
            process.interests(|fd, stream| {
                let events = if stream == Stream::Input { libc::POLLOUT } else { libc::POLLIN };
                add(fd, events, Token::Process(*key, stream));
            });
        }
        for (key, connection) in &self.connections {
            let listens = match &connection.mode {
                Mode::Requests => true,
                Mode::Process(view) => {
                    self.processes.get(&view.process).is_none_or(crate::process::Process::wants_input)
                }
                Mode::Console(_) => {
                    self.processes.get(&MAIN).is_none_or(crate::process::Process::wants_input)
                }
                Mode::Change { .. } | Mode::End | Mode::Closing { .. } => false,
            };
            let mut events = libc::POLLRDHUP;
            if listens && connection.waiting() < MOST_WAITING {
                events |= libc::POLLIN;
            }
            if connection.waiting() > 0 {
                events |= libc::POLLOUT;
            }
            add(connection.raw_fd(), events, Token::Connection(*key));
        }
        (descriptors, tokens)
    }

    /// When something has to be done although nothing happens.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let connections = self.connections.values().filter_map(|connection| match connection.mode {
            Mode::Change { until, .. } | Mode::Closing { until, .. } => Some(until),
            _ => None,
        });
        [
            self.lines.next_flush(),
            self.ending.as_ref().and_then(super::Ending::next_look),
            self.linger_until(),
        ]
        .into_iter()
        .flatten()
        .chain(connections)
        .chain(self.processes.values().filter_map(super::lifecycle::old_at))
        .chain(self.processes.values().filter_map(crate::process::Process::settles_at))
        .min()
    }
}

/// Waits until a descriptor is ready or the deadline has come; the number of ready ones.
pub(super) fn wait(descriptors: &mut [libc::pollfd], until: Option<Instant>) -> io::Result<usize> {
    let milliseconds = until.map_or(-1, |until| {
        let left = until.saturating_duration_since(Instant::now());
        // Rounded up: waking before the deadline would only lead to waiting again.
        let rounded = left.as_millis() + u128::from(left > Duration::from_millis(left.as_millis() as u64));
        i32::try_from(rounded).unwrap_or(i32::MAX)
    });
    let count = libc::nfds_t::try_from(descriptors.len()).map_err(io::Error::other)?;
    // SAFETY: the pointer and the count describe one live, exclusively borrowed slice of pollfd.
    let ready = unsafe { libc::poll(descriptors.as_mut_ptr(), count, milliseconds) };
    match usize::try_from(ready) {
        Ok(ready) => Ok(ready),
        Err(_) => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => {
                descriptors.iter_mut().for_each(|descriptor| descriptor.revents = 0);
                Ok(0)
            }
            error => Err(error),
        },
    }
}
