//! A process inside that somebody started: its streams, what is kept of its output, and how it ended.
//!
//! Owned by the shim's loop. Nothing here waits; descriptors are non-blocking.

use std::collections::VecDeque;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use stead_core::Timestamp;
use stead_core::driver::{ProcessIo, ProcessState};
use stead_core::ids::ProcessId;
use stead_core::instance::ExitStatus;

use crate::console::{Lines, Source};
use crate::sandbox::Spawned;
use crate::terminal::{Ring, Terminal};

/// Read from one process before others have their turn.
const READ_BUDGET: usize = 128 * 1024;
/// Output of pipes: what is kept, and how much of it stays for viewers that reconnect although it was sent: more than a socket holds,
/// for what lies in one is lost with its connection.
const KEPT_PIPE_OUTPUT: usize = 768 * 1024;
const SEEN_PIPE_OUTPUT: u64 = 512 * 1024;
/// Input that the process has not taken yet; viewers are not read while there is more.
const MOST_INPUT: usize = 64 * 1024;
/// Output that background processes still write after the process's end is waited for this long.
const AFTER_EXIT: Duration = Duration::from_millis(200);

/// Bytes for the process's standard input.
#[derive(Debug, Default)]
pub(crate) struct Input {
    fd: Option<OwnedFd>,
    waiting: VecDeque<u8>,
    ends: bool,
}

impl Input {
    fn write(&mut self, fd: RawFd) {
        while !self.waiting.is_empty() {
            let (head, _) = self.waiting.as_slices();
            match write_fd(fd, head) {
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    // Nobody reads any more.
                    self.waiting.clear();
                    self.fd = None;
                }
            }
        }
        if self.ends {
            self.fd = None;
        }
    }
}

/// One pipe from the process.
#[derive(Debug)]
pub(crate) struct PipeOutput {
    fd: Option<OwnedFd>,
    pub(crate) ring: Ring,
    /// Offset up to which some viewer was sent the output.
    pub(crate) seen: u64,
}

impl PipeOutput {
    fn new(fd: Option<OwnedFd>) -> Self {
        Self { fd, ring: Ring::new(KEPT_PIPE_OUTPUT), seen: 0 }
    }

    /// How much may be read without losing what nobody has seen.
    fn room(&self) -> usize {
        let needed = self.seen.saturating_sub(SEEN_PIPE_OUTPUT);
        let held = usize::try_from(self.ring.end() - needed).unwrap_or(usize::MAX);
        self.ring.limit().saturating_sub(held)
    }
}

#[derive(Debug)]
pub(crate) enum Output {
    Terminal { master: Option<OwnedFd>, terminal: Box<Terminal>, resized_at: u64 },
    Pipes { output: PipeOutput, errors: PipeOutput },
    Console { fd: Option<OwnedFd>, source: Source },
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Process {
    /// `None` for the main process.
    pub(crate) id: Option<ProcessId>,
    pub(crate) label: String,
    pub(crate) io: ProcessIo,
    pub(crate) started: Timestamp,
    /// Inside.
    pub(crate) pid: i32,
    pub(crate) exit: Option<ExitStatus>,
    /// When it exited or wrote last after that.
    quiet_since: Option<Instant>,
    ended_at: Option<Instant>,
    /// When an exit frame was sent to a viewer.
    pub(crate) collected: Option<Instant>,
    pub(crate) input: Input,
    pub(crate) output: Output,
}

/// Which descriptor of a process became ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Errors,
    Input,
}

impl Process {
    pub(crate) fn new(
        id: Option<ProcessId>,
        label: String,
        io: ProcessIo,
        started: Timestamp,
        spawned: Spawned,
        source: Source,
    ) -> Self {
        let Spawned { pid, master, stdin, stdout, stderr } = spawned;
        let output = match io {
            ProcessIo::Terminal { columns, rows } => {
                Output::Terminal { master, terminal: Box::new(Terminal::new(columns, rows)), resized_at: 0 }
            }
            ProcessIo::Pipes => {
                Output::Pipes { output: PipeOutput::new(stdout), errors: PipeOutput::new(stderr) }
            }
            ProcessIo::Console => Output::Console { fd: stdout, source },
        };
        let input = Input { fd: stdin, ..Input::default() };
        Self {
            id,
            label,
            io,
            started,
            pid,
            exit: None,
            quiet_since: None,
            ended_at: None,
            collected: None,
            input,
            output,
        }
    }

    pub(crate) fn state(&self, id: ProcessId, viewers: u32) -> ProcessState {
        ProcessState {
            id,
            label: self.label.clone(),
            io: self.io,
            started: self.started,
            exit: self.exit,
            viewers,
        }
    }

    pub(crate) fn exited(&mut self, status: ExitStatus, now: Instant) {
        if self.exit.is_none() {
            self.exit = Some(status);
            self.quiet_since = Some(now);
            self.ended_at = Some(now);
        }
    }

    pub(crate) const fn ended_at(&self) -> Option<Instant> {
        self.ended_at
    }

    pub(crate) const fn is_terminal(&self) -> bool {
        matches!(self.output, Output::Terminal { .. })
    }

    /// Viewers can attach; the output of others goes to the console.
    pub(crate) const fn is_attachable(&self) -> bool {
        !matches!(self.output, Output::Console { .. })
    }

    /// The process has ended and all its output was read.
    pub(crate) fn is_finished(&self) -> bool {
        self.exit.is_some() && !self.has_open_output()
    }

    fn has_open_output(&self) -> bool {
        match &self.output {
            Output::Terminal { master, .. } => master.is_some(),
            Output::Pipes { output, errors } => output.fd.is_some() || errors.fd.is_some(),
            Output::Console { fd, .. } => fd.is_some(),
        }
    }

    /// Descriptors to wait for: readable (output) or writable (input).
    pub(crate) fn interests(&self, mut add: impl FnMut(RawFd, Stream)) {
        match &self.output {
            Output::Terminal { master: Some(master), .. } => {
                add(master.as_raw_fd(), Stream::Output);
                if !self.input.waiting.is_empty() {
                    add(master.as_raw_fd(), Stream::Input);
                }
            }
            Output::Terminal { .. } => {}
            Output::Pipes { output, errors } => {
                for (pipe, stream) in [(output, Stream::Output), (errors, Stream::Errors)] {
                    if let Some(fd) = &pipe.fd
                        && pipe.room() > 0
                    {
                        add(fd.as_raw_fd(), stream);
                    }
                }
            }
            Output::Console { fd, .. } => {
                if let Some(fd) = fd {
                    add(fd.as_raw_fd(), Stream::Output);
                }
            }
        }
        if let Some(fd) = &self.input.fd
            && !self.input.waiting.is_empty()
        {
            add(fd.as_raw_fd(), Stream::Input);
        }
    }

    /// Reads what is there.
    pub(crate) fn read(&mut self, stream: Stream, lines: &mut Lines, scratch: &mut [u8], now: Instant) {
        let mut any = false;
        match (&mut self.output, stream) {
            (Output::Terminal { master, terminal, .. }, Stream::Output) => {
                read_all(master, READ_BUDGET, scratch, |bytes| {
                    any = true;
                    terminal.push(bytes);
                });
            }
            (Output::Pipes { output, errors }, Stream::Output | Stream::Errors) => {
                let pipe = if stream == Stream::Errors { errors } else { output };
                let budget = pipe.room().min(READ_BUDGET);
                let ring = &mut pipe.ring;
                read_all(&mut pipe.fd, budget, scratch, |bytes| {
                    any = true;
                    ring.push(bytes);
                });
            }
            (Output::Console { fd, source }, Stream::Output) => {
                read_all(fd, READ_BUDGET, scratch, |bytes| {
                    any = true;
                    lines.push(*source, bytes, now);
                });
                if fd.is_none() {
                    lines.close(*source);
                }
            }
            _ => {}
        }
        if any && self.quiet_since.is_some() {
            self.quiet_since = Some(now);
        }
    }

    /// Takes bytes for the process; false when it has no input (any more).
    pub(crate) fn accept_input(&mut self, bytes: &[u8]) -> bool {
        let fd = match &self.output {
            Output::Terminal { master, .. } => master.as_ref(),
            _ => self.input.fd.as_ref(),
        };
        let Some(fd) = fd.map(std::os::fd::AsRawFd::as_raw_fd) else { return false };
        if self.input.ends {
            return false;
        }
        self.input.waiting.extend(bytes);
        self.input.write(fd);
        true
    }

    /// No more input: closes the pipe, or types the end-of-file character on a terminal.
    pub(crate) fn end_input(&mut self) {
        if matches!(self.output, Output::Terminal { .. }) {
            self.accept_input(&[0x04]);
        } else {
            self.input.ends = true;
            if let Some(fd) = self.input.fd.as_ref().map(std::os::fd::AsRawFd::as_raw_fd) {
                self.input.write(fd);
            }
        }
    }

    pub(crate) fn write_waiting(&mut self) {
        let fd = match &self.output {
            Output::Terminal { master, .. } => master.as_ref(),
            _ => self.input.fd.as_ref(),
        };
        match fd.map(std::os::fd::AsRawFd::as_raw_fd) {
            Some(fd) => self.input.write(fd),
            None => self.input.waiting.clear(),
        }
    }

    /// Whether viewers may send more input.
    pub(crate) fn wants_input(&self) -> bool {
        self.input.waiting.len() < MOST_INPUT
    }

    /// Gives a terminal a size; the kernel tells the process by SIGWINCH.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        let Output::Terminal { master, terminal, resized_at } = &mut self.output else { return };
        if terminal.size() == (columns, rows) {
            return;
        }
        terminal.resize(columns, rows);
        *resized_at = terminal.ring().end();
        self.io = ProcessIo::Terminal { columns, rows };
        if let Some(master) = master {
            let size = rustix::termios::Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
            // Fails only when the terminal is gone, which reading notices.
            let _ = rustix::termios::tcsetwinsize(master, size);
        }
    }

    /// When output of background processes that still hold the streams is given up; `None` when there is nothing to wait for.
    pub(crate) fn settles_at(&self) -> Option<Instant> {
        let since = self.quiet_since.filter(|_| self.has_open_output())?;
        let full = match &self.output {
            // Nobody has read what is there; more may follow.
            Output::Pipes { output, errors } => {
                [output, errors].iter().any(|pipe| pipe.fd.is_some() && pipe.room() == 0)
            }
            _ => false,
        };
        (!full).then_some(since + AFTER_EXIT)
    }

    /// Gives it up when it is time.
    pub(crate) fn settle(&mut self, lines: &mut Lines, now: Instant) {
        if self.settles_at().is_none_or(|at| now < at) {
            return;
        }
        match &mut self.output {
            Output::Terminal { master, .. } => *master = None,
            Output::Pipes { output, errors } => (output.fd, errors.fd) = (None, None),
            Output::Console { fd, source } => {
                *fd = None;
                lines.close(*source);
            }
        }
    }
}

/// Reads until nothing is there, the budget is used up or the other side has closed (then the descriptor is closed too).
fn read_all(fd: &mut Option<OwnedFd>, budget: usize, scratch: &mut [u8], mut take: impl FnMut(&[u8])) {
    let Some(open) = fd else { return };
    let mut left = budget;
    while left > 0 {
        let wanted = left.min(scratch.len());
        match rustix::io::read(&*open, &mut scratch[..wanted]) {
            Ok(0) => break,
            Ok(length) => {
                take(&scratch[..length]);
                left -= length;
                continue;
            }
            Err(rustix::io::Errno::AGAIN) => return,
            Err(rustix::io::Errno::INTR) => continue,
            // A terminal whose last user has closed it answers EIO.
            Err(_) => break,
        }
    }
    if left > 0 {
        *fd = None;
    }
}

fn write_fd(fd: RawFd, bytes: &[u8]) -> std::io::Result<usize> {
    // SAFETY: the pointer and the length belong to one live slice, and the descriptor is held open by the caller.
    let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
    usize::try_from(written).map_err(|_| std::io::Error::last_os_error())
}
