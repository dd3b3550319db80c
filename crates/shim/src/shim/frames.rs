//! What clients send: requests until a stream begins, then input, sizes and signals.

use std::time::Instant;

use stead_core::Error;
use stead_core::frame::{Frame, HEADER_LENGTH};

use crate::protocol::{MAX_COLUMNS, MAX_REQUEST, MAX_ROWS};
use crate::sandbox::Container;

use super::connection::{Connection, MOST_WAITING, Mode};
use super::{MAIN, Shim};

/// Kind of a request frame.
const REQUEST: u8 = 0x18;

/// A terminal's size within what is supported.
pub(super) fn allowed_size((columns, rows): (u16, u16)) -> (u16, u16) {
    (columns.clamp(1, MAX_COLUMNS), rows.clamp(1, MAX_ROWS))
}

fn read_only() -> Error {
    Error::conflict("read_only", "This view is read-only; input, sizes and signals are refused.")
        .next_step("Attach again without read_only.")
}

impl<C: Container> Shim<C> {
    /// Handles every whole frame that has arrived and may be handled now.
    pub(super) fn take_frames(&mut self, now: Instant) {
        let keys: Vec<u64> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.may_hold_frame() && !connection.dead)
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            if let Some(mut connection) = self.connections.remove(&key) {
                let mut inbox = std::mem::take(&mut connection.inbox);
                let used = self.take_from(&mut connection, &inbox, now);
                inbox.drain(..used);
                if !matches!(connection.mode, Mode::Closing { .. }) {
                    connection.inbox = inbox;
                }
                self.connections.insert(key, connection);
            }
        }
    }

    /// The number of bytes handled.
    fn take_from(&mut self, connection: &mut Connection, inbox: &[u8], now: Instant) -> usize {
        let mut used = 0;
        while self.may_take(connection) {
            let rest = &inbox[used..];
            if let Some([kind, length @ ..]) = rest.first_chunk::<HEADER_LENGTH>()
                && *kind == REQUEST
                && u32::from_be_bytes(*length) as usize > MAX_REQUEST
            {
                connection.problem(&Error::new(
                    stead_core::ErrorKind::TooLarge,
                    "request_too_large",
                    format!("A request may have at most {MAX_REQUEST} bytes."),
                ));
                connection.close(now, None);
                return used;
            }
            match Frame::decode(rest) {
                Ok(Some((frame, length))) => {
                    used += length;
                    self.take_frame(connection, &frame, now);
                }
                Ok(None) => return used,
                Err(error) => {
                    connection.problem(
                        &Error::invalid(
                            "invalid_frame",
                            format!("The connection carries no frames: {error}."),
                        )
                        .next_step("Connect anew and send frames as stead_core::frame describes them."),
                    );
                    connection.close(now, None);
                    return used;
                }
            }
        }
        used
    }

    fn may_take(&self, connection: &Connection) -> bool {
        let process = match &connection.mode {
            Mode::Requests => None,
            Mode::Process(view) => self.processes.get(&view.process),
            Mode::Console(_) => self.processes.get(&MAIN),
            Mode::Change { .. } | Mode::End | Mode::Closing { .. } => return false,
        };
        connection.waiting() < MOST_WAITING && process.is_none_or(crate::process::Process::wants_input)
    }

    fn take_frame(&mut self, connection: &mut Connection, frame: &Frame<'_>, now: Instant) {
        match (&mut connection.mode, frame) {
            (_, Frame::Unknown { .. }) => {}
            (_, Frame::Ping) => connection.send(&Frame::Ping),
            (Mode::Requests, Frame::Request { json }) => self.take_request(connection, json, now),
            (
                Mode::Process(view),
                Frame::Input { .. } | Frame::InputEnd | Frame::Resize { .. } | Frame::Signal { .. },
            ) => {
                if view.read_only {
                    connection.problem(&read_only());
                    connection.close(now, None);
                    return;
                }
                self.activity += 1;
                view.active = self.activity;
                let key = view.process;
                match frame {
                    Frame::Resize { columns, rows } => view.size = Some(allowed_size((*columns, *rows))),
                    Frame::Signal { number } => self.signal_process(connection, key, i32::from(*number), now),
                    Frame::Input { bytes } => {
                        if let Some(process) = self.processes.get_mut(&key) {
                            process.accept_input(bytes);
                        }
                    }
                    _ => {
                        if let Some(process) = self.processes.get_mut(&key) {
                            process.end_input();
                        }
                    }
                }
                self.sizes_due.insert(key);
            }
            (Mode::Console(view), Frame::Input { .. } | Frame::InputEnd | Frame::Signal { .. }) => {
                if !view.input {
                    connection.problem(&read_only());
                    connection.close(now, None);
                    return;
                }
                match frame {
                    Frame::Signal { number } => {
                        self.signal_process(connection, MAIN, i32::from(*number), now)
                    }
                    Frame::Input { bytes } => {
                        let taken =
                            self.processes.get_mut(&MAIN).is_some_and(|main| main.accept_input(bytes));
                        if !taken {
                            connection.problem(
                                &Error::conflict("no_main_process", "Nothing reads the console's input.")
                                    .next_step("Open a terminal instead."),
                            );
                            connection.close(now, None);
                        }
                    }
                    _ => {
                        if let Some(main) = self.processes.get_mut(&MAIN) {
                            main.end_input();
                        }
                    }
                }
            }
            (Mode::Console(_), Frame::Resize { .. }) => {}
            _ => {
                connection.problem(
                    &Error::invalid(
                        "unexpected_frame",
                        format!("A frame of kind {:#04x} makes no sense here.", frame.kind()),
                    )
                    .next_step("Send a request first; after attaching send input, sizes and signals only."),
                );
                connection.close(now, None);
            }
        }
    }

    fn signal_process(&mut self, connection: &mut Connection, key: u64, signal: i32, now: Instant) {
        let Some(process) = self.processes.get(&key).filter(|process| process.exit.is_none()) else { return };
        if let Err(error) = self.container.signal(process.pid, signal) {
            connection.problem(&error.into());
            connection.close(now, None);
        }
    }
}
