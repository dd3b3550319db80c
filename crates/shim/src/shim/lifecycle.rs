//! How a run ends and how long the shim stays afterwards.

use std::fs;
use std::io::{self, PipeReader};
use std::os::fd::{AsRawFd as _, RawFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stead_core::driver::ProcessState;
use stead_core::instance::ExitStatus;

use crate::process::Process;
use crate::protocol::{EndCause, LINGER_SECONDS, LOG_FILE, RunEnd, RunState, SOCKET_FILE, STATE_FILE};
use crate::sandbox::{self, Container, Result as SandboxResult, SandboxError, Stage};

use super::{MAIN, Shim};

/// How often it is looked whether processes that were asked to end are gone.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// A process whose end somebody has read is still there this long, for a viewer that lost its connection at that moment.
const AFTER_COLLECTION: Duration = Duration::from_secs(60);
/// A shim that nobody wants any more stays this long after the end of the run.
const AFTER_END: Duration = Duration::from_secs(10);
const LINGER: Duration = Duration::from_secs(LINGER_SECONDS);

/// The run is about to end.
#[derive(Debug)]
pub(super) struct Ending {
    cause: EndCause,
    /// The sandbox is taken down now at the latest.
    deadline: Instant,
    next_look: Instant,
}

impl Ending {
    pub(super) fn next_look(&self) -> Option<Instant> {
        Some(self.next_look.min(self.deadline))
    }
}

/// The sandbox is being taken down by a thread that does nothing else.
#[derive(Debug)]
pub(super) struct Teardown {
    cause: EndCause,
    /// Closed by the thread when it is done.
    done: PipeReader,
    thread: JoinHandle<SandboxResult<()>>,
}

impl Teardown {
    /// Without a thread the work is done at once; its outcome comes with the reason.
    fn begin(cause: EndCause, work: sandbox::Teardown) -> Result<Self, (io::Error, SandboxResult<()>)> {
        // A thread that does not start drops what it was given, but not what is in here.
        let work = Arc::new(Mutex::new(Some(work)));
        let take = |work: &Mutex<Option<sandbox::Teardown>>| {
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            work.map_or(Ok(()), |work| work())
        };
        let theirs = Arc::clone(&work);
        let begun = io::pipe().and_then(|(done, end)| {
            let thread = std::thread::Builder::new().name("teardown".to_owned()).spawn(move || {
                let _closed_at_the_end = end;
                take(&theirs)
            })?;
            Ok(Self { cause, done, thread })
        });
        begun.map_err(|error| (error, take(&work)))
    }

    /// Becomes readable when it is done.
    pub(super) fn done(&self) -> RawFd {
        self.done.as_raw_fd()
    }

    fn finish(self) -> (EndCause, SandboxResult<()>) {
        let outcome = self.thread.join().unwrap_or_else(|_| {
            Err(SandboxError::new(Stage::Cleanup, "taking the sandbox down", "a defect of Stead"))
        });
        (self.cause, outcome)
    }
}

/// When an ended process is forgotten.
pub(super) fn old_at(process: &Process) -> Option<Instant> {
    let ended = process.ended_at()?;
    let unread = ended + LINGER;
    Some(process.collected.map_or(unread, |collected| unread.min(collected + AFTER_COLLECTION)))
}

pub(super) fn is_old(process: &Process, now: Instant) -> bool {
    old_at(process).is_some_and(|at| at <= now)
}

impl<C: Container> Shim<C> {
    /// Asks everything inside to end and takes the sandbox down when it has or the time is over.
    pub(super) fn stop(&mut self, grace: Duration, now: Instant) {
        if self.teardown.is_some() {
            return;
        }
        if self.run_state == RunState::Paused
            && let Err(error) = self.container.thaw()
        {
            // A frozen process cannot end by itself; taking the sandbox down works all the same.
            self.journal.line(&format!("resuming before the stop: {error}"));
        }
        let deadline = now + grace;
        let deadline = self.ending.as_ref().map_or(deadline, |ending| ending.deadline.min(deadline));
        if self.ending.is_none() {
            self.set_state(RunState::Stopping);
            self.journal.line("stopping");
            if !grace.is_zero() {
                if let Err(error) = self.container.signal_all(libc::SIGTERM) {
                    self.journal.line(&format!("asking the processes to end: {error}"));
                }
                // Shells at a prompt ignore SIGTERM and end when their terminal goes away.
                let terminals: Vec<i32> = self
                    .processes
                    .values()
                    .filter(|process| process.exit.is_none() && process.is_terminal())
                    .map(|process| process.pid)
                    .collect();
                for pid in terminals {
                    if let Err(error) = self.container.signal(pid, libc::SIGHUP) {
                        self.journal.line(&format!("hanging up a terminal: {error}"));
                    }
                }
            }
        }
        self.ending = Some(Ending { cause: EndCause::Stopped, deadline, next_look: now });
        self.look_whether_ended(now);
    }

    pub(super) fn kill(&mut self, now: Instant) {
        self.journal.line("killing");
        self.take_down(EndCause::Killed, now);
    }

    pub(super) fn main_ended(&mut self, now: Instant) {
        if self.ending.is_none() && self.teardown.is_none() && self.run_state != RunState::Ended {
            self.set_state(RunState::Stopping);
            // Its last output is read first; background processes may hold the pipe for ever, so not longer than this.
            let deadline = now + Duration::from_secs(1);
            self.ending = Some(Ending { cause: EndCause::MainEnded, deadline, next_look: now });
        }
    }

    /// PID 1 went away without being asked to.
    pub(super) fn sandbox_ended(&mut self, now: Instant) {
        if self.teardown.is_some() {
            return;
        }
        self.journal.line("PID 1 of the sandbox has ended");
        let cause = self.ending.as_ref().map_or(EndCause::SandboxLost, |ending| ending.cause);
        self.take_down(cause, now);
    }

    /// Timed work: prompts on the console, streams that nobody writes any more, the end of the run.
    pub(super) fn settle(&mut self, now: Instant) {
        self.lines.flush_waiting(now);
        for process in self.processes.values_mut() {
            process.settle(&mut self.lines, now);
        }
        self.look_whether_ended(now);
    }

    fn look_whether_ended(&mut self, now: Instant) {
        let Some(ending) = &mut self.ending else { return };
        // The end of the main process's output is known here; what else is left has to be asked of the kernel.
        if ending.cause != EndCause::MainEnded && now < ending.next_look && now < ending.deadline {
            return;
        }
        ending.next_look = now + LOOK_INTERVAL;
        let over = now >= ending.deadline
            || match ending.cause {
                EndCause::MainEnded => self.processes.get(&MAIN).is_none_or(Process::is_finished),
                // PID 1 alone is left.
                _ => self.container.usage().is_ok_and(|usage| usage.processes <= 1),
            };
        if over {
            let cause = ending.cause;
            self.take_down(cause, now);
        }
    }

    /// The end begins: nothing runs from now on. What the kernel needs time for is another thread's, so that viewers see the last
    /// output meanwhile.
    fn take_down(&mut self, cause: EndCause, now: Instant) {
        if self.run_state == RunState::Ended || self.teardown.is_some() {
            return;
        }
        self.ending = None;
        self.set_state(RunState::Stopping);
        match Teardown::begin(cause, self.container.end()) {
            Ok(teardown) => self.teardown = Some(teardown),
            Err((error, outcome)) => {
                self.journal.line(&format!("taking the sandbox down without a thread: {error}"));
                self.over(cause, outcome, now);
            }
        }
    }

    /// The thread that takes the sandbox down is done.
    pub(super) fn torn_down(&mut self, now: Instant) {
        if let Some(teardown) = self.teardown.take() {
            let (cause, outcome) = teardown.finish();
            self.over(cause, outcome, now);
        }
    }

    /// The end: nothing runs and nothing is mounted any more.
    fn over(&mut self, cause: EndCause, outcome: SandboxResult<()>, now: Instant) {
        let problem = match outcome {
            Ok(()) => None,
            Err(error) => {
                self.journal.line(&format!("taking the sandbox down: {error}"));
                Some(stead_core::Error::from(error).to_problem())
            }
        };
        while let Ok(Some(exited)) = self.container.next_event() {
            let status = ExitStatus {
                code: exited.status.code(),
                signal: exited.status.signal(),
                out_of_memory: false,
            };
            if let Some(process) = self.processes.values_mut().find(|process| process.pid == exited.pid) {
                process.exited(status, now);
            }
        }
        let killed =
            ExitStatus { code: 128 + libc::SIGKILL, signal: Some(libc::SIGKILL), out_of_memory: false };
        for process in self.processes.values_mut() {
            process.exited(killed, now);
        }
        let exit = self.processes.get(&MAIN).and_then(|process| process.exit);
        self.end = Some(RunEnd { at: self.ambient.now(), cause, exit, problem });
        self.ended_at = Some(now);
        self.set_state(RunState::Ended);
        self.journal.line(&format!("the run has ended: {cause:?}"));
        if let Err(error) = self.write_state() {
            self.journal.line(&format!("{error:?}"));
        }
    }

    pub(super) fn set_state(&mut self, state: RunState) {
        if self.run_state != state {
            self.run_state = state;
            self.changed += 1;
        }
    }

    pub(super) fn process_states(&self) -> Vec<ProcessState> {
        self.processes
            .iter()
            .filter_map(|(key, process)| {
                let viewers = u32::try_from(self.viewers(*key)).unwrap_or(u32::MAX);
                Some(process.state(process.id?, viewers))
            })
            .collect()
    }

    /// When the shim goes by itself: soon after the end when nobody is connected and everything was read, else within an hour.
    pub(super) fn linger_until(&self) -> Option<Instant> {
        let ended = self.ended_at?;
        let wanted = !self.connections.is_empty()
            || self.processes.values().any(|process| {
                process.id.is_some() && process.is_attachable() && process.collected.is_none()
            });
        Some(ended + if wanted { LINGER } else { AFTER_END })
    }

    /// The last thing a shim does. The state file stays, unless its content was collected.
    pub(super) fn leave(&mut self) {
        let directory = &self.setup.run_dir;
        let mut files = vec![SOCKET_FILE];
        if self.forgotten {
            files.extend([STATE_FILE, LOG_FILE]);
        }
        for file in files {
            // Missing files are what is wanted; the run directory's owner finds whatever else stays.
            let _ = fs::remove_file(directory.join(file));
        }
        if self.forgotten {
            let _ = fs::remove_dir(directory);
        }
    }

    /// Starting failed: nothing may stay.
    pub(super) fn abandon(&mut self) {
        if let Err(error) = self.container.destroy() {
            self.journal.line(&format!("taking the sandbox down: {error}"));
        }
        let _ = fs::remove_file(self.setup.run_dir.join(SOCKET_FILE));
    }
}
