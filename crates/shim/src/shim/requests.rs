//! Answers requests.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use serde::Deserialize;
use stead_core::driver::{Attach, ProcessIo, ProcessSpec};
use stead_core::error::{Error, ErrorKind, Result};
use stead_core::ids::ProcessId;

use crate::console::Reader;
use crate::process::Output;
use crate::protocol::{
    Attached, CHANGED_WAIT_SECONDS, Changed, Done, Listening, MAX_NOTE, MAX_PROCESSES, MAX_VIEWERS, Message,
    Processes, Request, RunState, Status, UsageReply, VERSION,
};
use crate::sandbox::{Container, ProcessRequest, Stdio};

use super::connection::{Connection, Mode};
use super::frames::allowed_size;
use super::view::{ConsoleView, ProcessView};
use super::{MAIN, Shim};

/// Longer graces are cut: a stop has to end.
const LONGEST_GRACE: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Deserialize)]
struct Envelope {
    version: u32,
    request: String,
}

/// Why the JSON is no request; true when the client speaks another version.
fn refusal(json: &[u8], error: &serde_json::Error) -> (Error, bool) {
    match serde_json::from_slice::<Envelope>(json) {
        Ok(Envelope { version, .. }) if version != VERSION => (
            Error::new(
                ErrorKind::Unavailable,
                "shim_version",
                format!("This instance was started by a Stead that speaks version {VERSION}, the request has version {version}."),
            )
            .next_step("Restart the instance to bring it to the installed version."),
            true,
        ),
        Ok(Envelope { request, .. }) => (
            Error::invalid("invalid_request", format!("The request {request:?} cannot be understood: {error}."))
                .next_step("See stead_shim::protocol::Request for what a shim can be asked."),
            false,
        ),
        Err(_) => (
            Error::invalid("invalid_request", "A request is JSON with the fields version and request.")
                .next_step("See stead_shim::protocol::Message."),
            false,
        ),
    }
}

fn run_ended() -> Error {
    Error::conflict("run_ended", "Nothing runs in this instance any more.")
        .next_step("Start the instance again.")
}

impl<C: Container> Shim<C> {
    pub(super) fn take_request(&mut self, connection: &mut Connection, json: &[u8], now: Instant) {
        let message = match serde_json::from_slice::<Message>(json) {
            Ok(message) if message.version == VERSION => message,
            other => {
                let error = other.err().unwrap_or_else(|| serde::de::Error::custom("another version"));
                let (problem, closes) = refusal(json, &error);
                connection.problem(&problem);
                if closes {
                    connection.close(now, None);
                }
                return;
            }
        };
        if let Err(error) = self.answer(connection, message.request, now) {
            if error.kind() == ErrorKind::Internal {
                self.journal.line(&format!("{error:?}"));
            }
            connection.problem(&error);
        }
    }

    fn answer(&mut self, connection: &mut Connection, request: Request, now: Instant) -> Result<()> {
        match request {
            Request::Status => connection.reply(&self.status()),
            Request::Spawn { process } => {
                self.spawn(process, now)?;
                connection.reply(&Done {});
            }
            Request::Processes => connection.reply(&Processes { processes: self.process_states() }),
            Request::Attach { process, attach } => self.attach(connection, process, attach)?,
            Request::Console { from, follow, input } => {
                self.check_viewers(
                    self.connections.values().filter(|other| matches!(other.mode, Mode::Console(_))).count(),
                )?;
                let reader = Reader::open(self.lines.writer().directory(), from).map_err(|error| {
                    Error::unavailable(
                        "console_unreadable",
                        format!("The console's files cannot be read: {error}."),
                    )
                    .next_step("Check the node's disk.")
                })?;
                connection.reply(&Attached { offset: reader.offset() });
                connection.mode = Mode::Console(ConsoleView { reader, follow, input });
            }
            Request::ConsoleNote { text } => {
                if text.len() > MAX_NOTE {
                    return Err(Error::new(
                        ErrorKind::TooLarge,
                        "note_too_large",
                        format!("A console note may have at most {MAX_NOTE} bytes."),
                    ));
                }
                self.lines.note(&text);
                connection.reply(&Done {});
            }
            Request::Signal { process, signal } => {
                self.signal(process, signal)?;
                connection.reply(&Done {});
            }
            Request::Stop { grace_ms } => {
                self.stop_if_running(Duration::from_millis(grace_ms).min(LONGEST_GRACE), now);
                connection.mode = Mode::End;
            }
            Request::Kill => {
                self.kill(now);
                connection.mode = Mode::End;
            }
            Request::Pause => {
                match self.run_state {
                    RunState::Running => {
                        self.container.freeze()?;
                        self.set_state(RunState::Paused);
                    }
                    RunState::Paused => {}
                    RunState::Stopping | RunState::Ended => return Err(run_ended()),
                }
                connection.reply(&Done {});
            }
            Request::Resume => {
                match self.run_state {
                    RunState::Paused => {
                        self.container.thaw()?;
                        self.set_state(RunState::Running);
                    }
                    RunState::Running => {}
                    RunState::Stopping | RunState::Ended => return Err(run_ended()),
                }
                connection.reply(&Done {});
            }
            Request::Update { resources } => {
                self.check_running()?;
                self.container.update(resources)?;
                connection.reply(&Done {});
            }
            Request::Usage => {
                self.check_running()?;
                connection.reply(&UsageReply { usage: self.container.usage()? });
            }
            Request::Listening => {
                self.check_running()?;
                connection.reply(&Listening { ports: self.container.listening()? });
            }
            Request::Dial { port } => {
                self.check_running()?;
                let fd: OwnedFd = self.container.dial(port)?;
                connection.pass(&Done {}, fd);
            }
            Request::Changed { since } if since != self.changed => {
                connection.reply(&Changed { changed: self.changed })
            }
            Request::Changed { since } => {
                connection.mode =
                    Mode::Change { since, until: now + Duration::from_secs(CHANGED_WAIT_SECONDS) };
            }
            Request::Forget => {
                if self.run_state != RunState::Ended {
                    return Err(Error::conflict(
                        "run_not_ended",
                        "The run has not ended; it cannot be forgotten.",
                    )
                    .next_step("Stop the instance first."));
                }
                self.forgotten = true;
                connection.reply(&Done {});
            }
        }
        Ok(())
    }

    fn check_running(&self) -> Result<()> {
        if self.run_state == RunState::Ended || self.teardown.is_some() { Err(run_ended()) } else { Ok(()) }
    }

    fn check_viewers(&self, viewers: usize) -> Result<()> {
        if viewers < MAX_VIEWERS {
            return Ok(());
        }
        Err(Error::unavailable("too_many_viewers", format!("{MAX_VIEWERS} viewers are attached already."))
            .next_step("Close one of them."))
    }

    fn stop_if_running(&mut self, grace: Duration, now: Instant) {
        if self.run_state != RunState::Ended {
            self.stop(grace, now);
        }
    }

    fn status(&self) -> Status {
        let writer = self.lines.writer();
        Status {
            version: VERSION,
            instance: self.setup.instance,
            run: self.setup.run,
            state: self.run_state,
            has_main: self.processes.contains_key(&MAIN),
            end: self.end.clone(),
            changed: self.changed,
            console_end: writer.end(),
            console_lost: writer.lost(),
            console_problem: writer.problem().map(str::to_owned),
        }
    }

    fn key_of(&self, process: ProcessId) -> Result<u64> {
        self.by_id.get(&process).copied().ok_or_else(|| Error::not_found("process", process))
    }

    fn spawn(&mut self, process: ProcessSpec, now: Instant) -> Result<()> {
        if self.by_id.contains_key(&process.id) {
            return Ok(());
        }
        match self.run_state {
            RunState::Stopping | RunState::Ended => return Err(run_ended()),
            RunState::Running | RunState::Paused => {}
        }
        self.make_room(now)?;
        let ProcessSpec { id, label, argv, env, working_directory, user, io } = process;
        let (io, stdio) = match io {
            ProcessIo::Terminal { columns, rows } => {
                let (columns, rows) = allowed_size((columns, rows));
                (ProcessIo::Terminal { columns, rows }, Stdio::Terminal { columns, rows })
            }
            ProcessIo::Pipes => (io, Stdio::Pipes),
            ProcessIo::Console => (io, Stdio::Merged { input: false }),
        };
        let spawned = self.container.spawn(&ProcessRequest { argv, env, working_directory, user, stdio })?;
        let key = self.key();
        self.add_process(key, Some(id), label, io, spawned);
        self.changed += 1;
        Ok(())
    }

    /// When as many processes are known as may be, the ended one that was read or ended longest ago is forgotten.
    fn make_room(&mut self, now: Instant) -> Result<()> {
        let known = self.by_id.len();
        if known < MAX_PROCESSES {
            return Ok(());
        }
        let oldest = self
            .processes
            .iter()
            .filter(|(key, process)| {
                **key != MAIN && process.ended_at().is_some() && self.viewers(**key) == 0
            })
            .max_by_key(|(_, process)| {
                (
                    process.collected.is_some(),
                    process.ended_at().map(|ended| now.saturating_duration_since(ended)),
                )
            })
            .map(|(key, _)| *key);
        let Some(oldest) = oldest else {
            return Err(Error::new(
                ErrorKind::QuotaExceeded,
                "too_many_processes",
                format!("{MAX_PROCESSES} terminals and commands are open in this instance."),
            )
            .next_step("Close one of them."));
        };
        self.remove_process(oldest);
        Ok(())
    }

    fn attach(&mut self, connection: &mut Connection, id: ProcessId, attach: Attach) -> Result<()> {
        let key = self.key_of(id)?;
        self.check_viewers(self.viewers(key))?;
        let Some(process) = self.processes.get(&key) else { return Err(Error::not_found("process", id)) };
        self.activity += 1;
        let mut view = ProcessView {
            process: key,
            offset: 0,
            error_offset: 0,
            fresh: false,
            read_only: attach.read_only,
            size: attach.size.map(allowed_size),
            active: self.activity,
            announced: None,
        };
        match &process.output {
            Output::Terminal { terminal, .. } => {
                let ring = terminal.ring();
                let kept = attach.offset.filter(|offset| (ring.start()..=ring.end()).contains(offset));
                view.fresh = kept.is_none();
                view.offset = kept.unwrap_or_else(|| ring.end());
            }
            Output::Pipes { output, errors } => {
                view.offset = attach.offset.unwrap_or_else(|| output.ring.start()).min(output.ring.end());
                view.error_offset = errors.ring.start();
            }
            Output::Console { .. } => {
                return Err(Error::conflict(
                    "not_attachable",
                    "The output of this process goes to the console.",
                )
                .next_step("Follow the console instead."));
            }
        }
        if view.size.is_some() && !view.read_only {
            self.sizes_due.insert(key);
        }
        connection.reply(&Attached { offset: view.offset });
        connection.mode = Mode::Process(view);
        Ok(())
    }

    fn signal(&mut self, id: ProcessId, signal: i32) -> Result<()> {
        let key = self.key_of(id)?;
        match self.processes.get(&key) {
            Some(process) if process.exit.is_none() => Ok(self.container.signal(process.pid, signal)?),
            _ => {
                self.remove_process(key);
                self.changed += 1;
                Ok(())
            }
        }
    }
}
