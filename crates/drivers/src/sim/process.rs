//! A simulated process: one task that reads its input and runs canned programs. The task is the only writer of its output.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use stead_core::Timestamp;
use stead_core::driver::{ProcessIo, ProcessSpec, ProcessState};
use stead_core::instance::ExitStatus;
use tokio::sync::{mpsc, watch};

use super::machine::{Guest, SIGKILL};
use super::output::OutputLog;
use super::programs::{Shell, Stage};

const OUTPUT_BYTES: usize = 256 << 10;
const SCROLLBACK_ROWS: usize = 0;
const SIGINT: i32 = 2;

#[derive(Debug)]
pub(super) enum Input {
    Bytes(Vec<u8>),
    End,
    Interrupt,
}

/// Output and end of a process.
pub(super) struct Kept {
    pub(super) out: OutputLog,
    pub(super) err: OutputLog,
    pub(super) screen: Option<vt100::Parser>,
    exit: Option<(ExitStatus, Timestamp)>,
}

pub(super) struct Process {
    pub(super) spec: ProcessSpec,
    started: Timestamp,
    kept: Mutex<Kept>,
    /// Grows with each change of [`Kept`].
    pub(super) version: watch::Sender<u64>,
    pub(super) viewers: AtomicU32,
    pub(super) input: mpsc::Sender<Input>,
    killed: watch::Sender<Option<i32>>,
}

impl fmt::Debug for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Process").field("spec", &self.spec).finish_non_exhaustive()
    }
}

fn size(columns: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    (
        NonZeroU16::new(rows.min(300)).unwrap_or(NonZeroU16::MIN),
        NonZeroU16::new(columns.min(500)).unwrap_or(NonZeroU16::MIN),
    )
}

impl Kept {
    pub(super) fn exit_status(&self) -> Option<ExitStatus> {
        self.exit.map(|(status, _)| status)
    }
}

impl Process {
    pub(super) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    pub(super) fn exit(&self) -> Option<ExitStatus> {
        self.lock().exit.map(|(status, _)| status)
    }

    pub(super) fn ended_at(&self) -> Option<Timestamp> {
        self.lock().exit.map(|(_, at)| at)
    }

    pub(super) async fn ended(&self) {
        let mut version = self.version.subscribe();
        while self.exit().is_none() && version.changed().await.is_ok() {}
    }

    pub(super) fn state(&self) -> ProcessState {
        ProcessState {
            id: self.spec.id,
            label: self.spec.label.clone(),
            io: self.io(),
            started: self.started,
            exit: self.exit(),
            viewers: self.viewers.load(Ordering::Relaxed),
        }
    }

    fn io(&self) -> ProcessIo {
        match (&self.lock().screen, self.spec.io) {
            (Some(screen), _) => {
                let (rows, columns) = screen.screen().size();
                ProcessIo::Terminal { columns: columns.get(), rows: rows.get() }
            }
            (None, io) => io,
        }
    }

    /// A signal that ends or interrupts the process.
    pub(super) fn kill(&self, signal: i32) {
        match signal {
            0 | 17 | 18 | 28 => {}
            SIGINT => {
                let _full = self.input.try_send(Input::Interrupt);
            }
            _ => {
                self.killed.send_replace(Some(signal));
            }
        }
    }

    /// Answers whether the size is another one now.
    pub(super) fn resize(&self, columns: u16, rows: u16) -> bool {
        let resized = {
            let mut kept = self.lock();
            let Some(screen) = &mut kept.screen else { return false };
            let (rows, columns) = size(columns, rows);
            let differs = screen.screen().size() != (rows, columns);
            screen.set_size(rows, columns);
            differs
        };
        if resized {
            self.touch();
        }
        resized
    }

    fn finish(&self, status: ExitStatus, at: Timestamp) {
        self.lock().exit.get_or_insert((status, at));
        self.touch();
    }
}

/// Starts a process in a guest.
pub(super) fn launch(guest: &Arc<Guest>, spec: ProcessSpec) {
    let screen = match spec.io {
        ProcessIo::Terminal { columns, rows } => {
            let (rows, columns) = size(columns, rows);
            Some(vt100::Parser::new(rows, columns, SCROLLBACK_ROWS))
        }
        ProcessIo::Pipes | ProcessIo::Console => None,
    };
    let (input, received) = mpsc::channel(64);
    let process = Arc::new(Process {
        started: guest.ambient.now(),
        kept: Mutex::new(Kept {
            out: OutputLog::new(OUTPUT_BYTES),
            err: OutputLog::new(OUTPUT_BYTES),
            screen,
            exit: None,
        }),
        version: watch::Sender::new(0),
        viewers: AtomicU32::new(0),
        input,
        killed: watch::Sender::new(None),
        spec,
    });
    guest.lock().processes.insert(process.spec.id, Arc::clone(&process));
    let guest = Arc::clone(guest);
    tokio::spawn(async move {
        let mut killed = process.killed.subscribe();
        let stage = ProcessStage {
            guest: Arc::clone(&guest),
            process: Arc::clone(&process),
            input: received,
            line: Vec::new(),
            ready: VecDeque::new(),
            ended: false,
            interrupted: false,
        };
        let status = tokio::select! {
            signal = async { killed.wait_for(Option::is_some).await.ok().and_then(|signal| *signal).unwrap_or(SIGKILL) } => {
                ExitStatus { code: 128 + signal, signal: Some(signal), out_of_memory: false }
            }
            code = Box::pin(stage.run()) => ExitStatus { code, signal: None, out_of_memory: false },
        };
        guest.lock().ports.retain(|_, owner| *owner != process.spec.id);
        process.finish(status, guest.ambient.now());
        let is_main = guest.lock().main == Some(process.spec.id);
        if is_main {
            guest.end(Some(status));
        }
        guest.notify();
    });
}

/// The process as its programs see it: output with the terminal's line discipline, input lines, interruption.
struct ProcessStage {
    guest: Arc<Guest>,
    process: Arc<Process>,
    input: mpsc::Receiver<Input>,
    line: Vec<u8>,
    ready: VecDeque<String>,
    ended: bool,
    interrupted: bool,
}

impl ProcessStage {
    async fn run(mut self) -> i32 {
        let spec = self.process.spec.clone();
        let mut env = self.guest.lock().plan.env.clone();
        let secrets = self.guest.lock().plan.secrets.clone();
        for (name, value) in secrets.env {
            env.entry(name).or_insert_with(|| value.expose().to_owned());
        }
        env.extend(spec.env.clone());
        env.entry("HOME".to_owned()).or_insert_with(|| "/home/user".to_owned());
        let mut shell = Shell {
            guest: Arc::clone(&self.guest),
            directory: spec.working_directory.clone().unwrap_or_else(|| "/workspace".to_owned()),
            env,
            last: 0,
            exit: None,
        };
        let program = spec.argv[0].rsplit('/').next().unwrap_or_default().trim_start_matches('-');
        let is_shell = matches!(program, "sh" | "bash" | "dash" | "zsh");
        let has_script =
            spec.argv.iter().skip(1).any(|argument| argument.starts_with('-') && argument.contains('c'));
        // The script by which a terminal finds the best login shell becomes that shell.
        let becomes_shell = spec.argv.get(2).is_some_and(|script| script.contains("exec /bin/sh -l"));
        if is_shell && (!has_script || becomes_shell) {
            return self.interactive(&mut shell).await;
        }
        if program == "cat" && spec.argv.len() == 1 {
            return self.copy_input().await;
        }
        let words = spec.argv;
        let code = shell.program(&mut self, &words).await;
        shell.exit.unwrap_or(code)
    }

    async fn interactive(&mut self, shell: &mut Shell) -> i32 {
        let is_terminal = matches!(self.process.spec.io, ProcessIo::Terminal { .. });
        let name = self.guest.lock().plan.name.clone();
        loop {
            if is_terminal {
                let prompt = format!("user@{name}:{}$ ", shell.directory);
                self.raw_out(prompt.as_bytes()).await;
            }
            let Some(line) = self.next_line().await else { return shell.last };
            self.interrupted = false;
            let code = shell.run(self, &line).await;
            if shell.exit.is_some() {
                return code;
            }
        }
    }

    async fn copy_input(&mut self) -> i32 {
        while let Some(line) = self.next_line().await {
            self.out(&format!("{line}\n")).await;
        }
        0
    }

    async fn next_line(&mut self) -> Option<String> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(line);
            }
            if self.ended {
                let rest = std::mem::take(&mut self.line);
                return (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned());
            }
            match self.input.recv().await {
                Some(input) => self.take(input).await,
                None => self.ended = true,
            }
        }
    }

    /// The line discipline of a terminal: echo, editing, interrupt.
    async fn take(&mut self, input: Input) {
        let is_terminal = matches!(self.process.spec.io, ProcessIo::Terminal { .. });
        match input {
            Input::End => self.ended = true,
            Input::Interrupt => {
                self.interrupted = true;
                self.line.clear();
            }
            Input::Bytes(bytes) => {
                for byte in bytes {
                    match byte {
                        b'\n' | b'\r' => {
                            if is_terminal {
                                self.raw_out(b"\r\n").await;
                            }
                            let line = std::mem::take(&mut self.line);
                            self.ready.push_back(String::from_utf8_lossy(&line).into_owned());
                        }
                        0x7f | 0x08 if is_terminal => {
                            if self.line.pop().is_some() {
                                self.raw_out(b"\x08 \x08").await;
                            }
                        }
                        0x03 if is_terminal => {
                            self.raw_out(b"^C\r\n").await;
                            self.line.clear();
                            self.interrupted = true;
                            self.ready.push_back(String::new());
                        }
                        0x04 if is_terminal => {
                            if self.line.is_empty() {
                                self.ended = true;
                            }
                        }
                        byte => {
                            if is_terminal {
                                self.raw_out(&[byte]).await;
                            }
                            self.line.push(byte);
                        }
                    }
                }
            }
        }
    }

    async fn raw_out(&mut self, bytes: &[u8]) {
        let mut paused = self.guest.paused.subscribe();
        let _gone = paused.wait_for(|paused| !paused).await;
        match self.process.spec.io {
            ProcessIo::Console => self.guest.write_console(bytes),
            ProcessIo::Terminal { .. } | ProcessIo::Pipes => {
                let mut kept = self.process.lock();
                kept.out.push(bytes);
                if let Some(screen) = &mut kept.screen {
                    screen.process(bytes);
                }
            }
        }
        self.process.touch();
    }
}

#[async_trait]
impl Stage for ProcessStage {
    async fn out(&mut self, text: &str) {
        if matches!(self.process.spec.io, ProcessIo::Terminal { .. }) {
            self.raw_out(text.replace('\n', "\r\n").as_bytes()).await;
        } else {
            self.raw_out(text.as_bytes()).await;
        }
    }

    async fn err(&mut self, text: &str) {
        if self.process.spec.io == ProcessIo::Pipes {
            self.process.lock().err.push(text.as_bytes());
            self.process.touch();
        } else {
            self.out(text).await;
        }
    }

    async fn wait(&mut self, time: Duration) -> bool {
        let sleep = tokio::time::sleep(time);
        tokio::pin!(sleep);
        loop {
            if std::mem::take(&mut self.interrupted) {
                return false;
            }
            if self.ended {
                sleep.as_mut().await;
            } else {
                tokio::select! {
                    () = &mut sleep => {}
                    input = self.input.recv() => {
                        match input {
                            Some(input) => self.take(input).await,
                            None => self.ended = true,
                        }
                        continue;
                    }
                }
            }
            // Time that passes while paused does not count as a wake-up.
            let mut paused = self.guest.paused.subscribe();
            let _gone = paused.wait_for(|paused| !paused).await;
            return true;
        }
    }

    fn listen(&mut self, port: u16) {
        self.guest.lock().ports.insert(port, self.process.spec.id);
        self.guest.notify();
    }
}
