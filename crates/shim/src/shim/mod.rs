//! The process beside one instance. One loop: wait for descriptors, take what is there, bring every viewer further. One thread,
//! until the run ends: a second one then waits for the kernel to take the sandbox down.
//!
//! Owns the run's sandbox, its processes and terminals, the console's files and the state file, and is the only writer of them.
//! Nothing a client does or fails to do makes the instance or another client wait.

mod connection;
mod frames;
mod journal;
mod lifecycle;
mod requests;
mod state_file;
mod view;
mod wait;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, Permissions};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::Instant;

use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::driver::ProcessIo;
use stead_core::error::{Error, InternalContext as _, Result};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::ExitStatus;

use crate::console::{Lines, Source, Writer};
use crate::process::{Output, Process};
use crate::protocol::{
    ConsoleSettings, LOG_FILE, MAX_CONNECTIONS, ProcessIdentity, RunEnd, RunState, SOCKET_FILE, State,
    VERSION,
};
use crate::sandbox::{Container, Spawned};
use connection::{Connection, MOST_WAITING, Mode};
pub(crate) use journal::Journal;
use lifecycle::{Ending, Teardown};
use view::Produced;
use wait::Token;

/// Shared by all reads.
const SCRATCH: usize = 64 * 1024;
/// Buffers that one viewer may get filled in one turn.
const ROUNDS_PER_TURN: usize = 4;
/// The main process's key.
const MAIN: u64 = 0;

/// What a shim is started with.
#[derive(Debug, Clone)]
pub struct ShimSetup {
    pub instance: InstanceId,
    pub run: u64,
    pub run_dir: PathBuf,
    pub console: ConsoleSettings,
    /// PID 1 of the sandbox as the host sees it.
    pub init: Option<i32>,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Shim<C> {
    setup: ShimSetup,
    ambient: Ambient,
    container: C,
    listener: UnixListener,
    connections: BTreeMap<u64, Connection>,
    processes: BTreeMap<u64, Process>,
    by_id: BTreeMap<ProcessId, u64>,
    next_key: u64,
    lines: Lines,
    journal: Journal,
    run_state: RunState,
    ending: Option<Ending>,
    teardown: Option<Teardown>,
    end: Option<RunEnd>,
    ended_at: Option<Instant>,
    changed: u64,
    /// Counts what viewers do, to tell the latest active one.
    activity: u64,
    /// Terminals whose viewers or sizes changed.
    sizes_due: BTreeSet<u64>,
    oom_kills: u64,
    /// A viewer can be brought further, or a client's next request answered, at once.
    more_to_send: bool,
    started: Timestamp,
    shim: ProcessIdentity,
    init: Option<ProcessIdentity>,
    forgotten: bool,
    scratch: Vec<u8>,
}

impl<C: Container> Shim<C> {
    /// Takes over a running sandbox: opens console, socket and state file. Clients can connect when this has returned.
    ///
    /// # Errors
    /// When a file or the socket cannot be made; the sandbox has been destroyed then.
    pub fn start(setup: ShimSetup, mut container: C, ambient: Ambient) -> Result<Self> {
        match Self::open(&setup) {
            Ok((listener, lines, shim)) => {
                let journal = Journal::open(&setup.run_dir.join(LOG_FILE), ambient.clone());
                let started = ambient.now();
                let oom_kills = container.oom_kills().unwrap_or(0);
                let init = setup.init.and_then(ProcessIdentity::of);
                let main = container.take_main();
                let mut shim = Self {
                    setup,
                    ambient,
                    container,
                    listener,
                    connections: BTreeMap::new(),
                    processes: BTreeMap::new(),
                    by_id: BTreeMap::new(),
                    next_key: MAIN + 1,
                    lines,
                    journal,
                    run_state: RunState::Running,
                    ending: None,
                    teardown: None,
                    end: None,
                    ended_at: None,
                    changed: 1,
                    activity: 0,
                    sizes_due: BTreeSet::new(),
                    oom_kills,
                    more_to_send: false,
                    started,
                    shim,
                    init,
                    forgotten: false,
                    scratch: vec![0; SCRATCH],
                };
                if let Some(spawned) = main {
                    shim.add_process(MAIN, None, "main process".to_owned(), ProcessIo::Console, spawned);
                }
                match shim.write_state() {
                    Ok(()) => Ok(shim),
                    Err(error) => {
                        shim.abandon();
                        Err(error)
                    }
                }
            }
            Err(error) => {
                // The first failure is the one to tell; what could not be removed is found by the node's inventory.
                let _ = container.destroy();
                Err(error)
            }
        }
    }

    fn open(setup: &ShimSetup) -> Result<(UnixListener, Lines, ProcessIdentity)> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&setup.run_dir)
            .internal("making the run directory")?;
        let path = setup.run_dir.join(SOCKET_FILE);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).internal("removing an old socket");
            }
            _ => {}
        }
        let writer = Writer::open(&setup.console).internal("opening the console")?;
        let listener = UnixListener::bind(&path).internal("opening the shim's socket")?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).internal("protecting the shim's socket")?;
        listener.set_nonblocking(true).internal("opening the shim's socket")?;
        let pid = i32::try_from(std::process::id()).internal("reading the own process id")?;
        let shim = ProcessIdentity::of(pid).ok_or_else(|| Error::internal("reading the own start time"))?;
        Ok((listener, Lines::new(writer), shim))
    }

    /// Serves until the run has ended and nothing of it is wanted any more.
    ///
    /// # Errors
    /// When waiting fails, which only a defect can cause; the sandbox goes on without a shim then.
    pub fn run(mut self) -> Result<()> {
        self.journal.line(&format!("serving {} run {}", self.setup.instance, self.setup.run));
        while !self.is_done(Instant::now()) {
            self.turn()?;
        }
        self.leave();
        Ok(())
    }

    fn is_done(&self, now: Instant) -> bool {
        if self.forgotten {
            return self.connections.values().all(|connection| connection.waiting() == 0);
        }
        self.linger_until().is_some_and(|until| now >= until)
    }

    fn turn(&mut self) -> Result<()> {
        let (mut descriptors, tokens) = self.interests();
        let backlog = self.processes.iter().find_map(|(key, process)| match &process.output {
            Output::Terminal { terminal, .. } if terminal.has_backlog() => Some(*key),
            _ => None,
        });
        let busy = backlog.is_some() || std::mem::take(&mut self.more_to_send);
        let timeout = if busy { Some(Instant::now()) } else { self.next_deadline() };
        let ready = wait::wait(&mut descriptors, timeout).internal("waiting for descriptors")?;
        let now = Instant::now();
        if ready == 0
            && let Some(key) = backlog
            && let Some(Process { output: Output::Terminal { terminal, .. }, .. }) =
                self.processes.get_mut(&key)
        {
            terminal.parse_some();
        }
        for (descriptor, token) in descriptors.iter().zip(tokens) {
            if descriptor.revents != 0 {
                self.handle(token, descriptor.revents, now);
            }
        }
        self.take_frames(now);
        self.settle(now);
        self.choose_sizes();
        self.bring_viewers_further(now);
        self.sweep(now);
        Ok(())
    }

    fn handle(&mut self, token: Token, events: i16, now: Instant) {
        match token {
            Token::Listener => self.accept(),
            Token::Events | Token::Init => self.take_events(now),
            Token::TornDown => self.torn_down(now),
            Token::Process(key, stream) => {
                let Some(process) = self.processes.get_mut(&key) else { return };
                match stream {
                    crate::process::Stream::Input => process.write_waiting(),
                    stream => process.read(stream, &mut self.lines, &mut self.scratch, now),
                }
            }
            Token::Connection(key) => {
                let Some(connection) = self.connections.get_mut(&key) else { return };
                if events & libc::POLLOUT != 0 {
                    connection.flush();
                }
                if events & libc::POLLIN != 0 {
                    connection.receive(&mut self.scratch);
                } else if events & (libc::POLLERR | libc::POLLHUP | libc::POLLRDHUP) != 0 {
                    connection.dead = true;
                }
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let own = rustix::process::geteuid();
            let allowed = rustix::net::sockopt::socket_peercred(&stream)
                .is_ok_and(|peer| peer.uid == own || peer.uid == rustix::process::Uid::ROOT);
            if !allowed || connection::prepare(&stream).is_err() {
                self.journal.line("refused a connection of another user");
                continue;
            }
            let mut connection = Connection::new(stream);
            if self.connections.len() >= MAX_CONNECTIONS {
                connection.problem(
                    &Error::unavailable(
                        "too_many_connections",
                        "The instance has too many connections open.",
                    )
                    .next_step("Close terminals that nobody looks at."),
                );
                connection.flush();
                continue;
            }
            let key = self.key();
            self.connections.insert(key, connection);
        }
    }

    fn key(&mut self) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        key
    }

    fn add_process(
        &mut self,
        key: u64,
        id: Option<ProcessId>,
        label: String,
        io: ProcessIo,
        spawned: Spawned,
    ) {
        let process = Process::new(id, label, io, self.ambient.now(), spawned, Source(key));
        if let Some(id) = id {
            self.by_id.insert(id, key);
        }
        self.processes.insert(key, process);
    }

    fn remove_process(&mut self, key: u64) {
        if let Some(id) = self.processes.remove(&key).and_then(|process| process.id) {
            self.by_id.remove(&id);
        }
    }

    fn viewers(&self, process: u64) -> usize {
        let views = |connection: &&Connection| matches!(&connection.mode, Mode::Process(view) if view.process == process);
        self.connections.values().filter(views).count()
    }

    /// Ends of processes, and of the sandbox as a whole.
    fn take_events(&mut self, now: Instant) {
        while self.run_state != RunState::Ended {
            match self.container.next_event() {
                Ok(Some(exited)) => {
                    let out_of_memory =
                        exited.status.signal() == Some(libc::SIGKILL) && self.was_out_of_memory();
                    let status = ExitStatus {
                        code: exited.status.code(),
                        signal: exited.status.signal(),
                        out_of_memory,
                    };
                    self.process_ended(exited.pid, status, now);
                }
                Ok(None) => return,
                Err(_) => return self.sandbox_ended(now),
            }
        }
    }

    /// Whether the kernel killed something for the memory limit since the last question.
    fn was_out_of_memory(&mut self) -> bool {
        let kills = self.container.oom_kills().unwrap_or(self.oom_kills);
        std::mem::replace(&mut self.oom_kills, kills) < kills
    }

    fn process_ended(&mut self, pid: i32, status: ExitStatus, now: Instant) {
        let found =
            self.processes.iter_mut().find(|(_, process)| process.pid == pid && process.exit.is_none());
        let Some((key, process)) = found else { return };
        let key = *key;
        process.exited(status, now);
        self.changed += 1;
        if key == MAIN {
            self.journal.line(&format!("the main process ended with {}", status.code));
            self.main_ended(now);
        }
    }

    /// The latest active viewer decides a terminal's size.
    fn choose_sizes(&mut self) {
        for key in std::mem::take(&mut self.sizes_due) {
            let latest = self
                .connections
                .values()
                .filter_map(|connection| match &connection.mode {
                    Mode::Process(view) if view.process == key && !view.read_only => {
                        Some((view.active, view.size?))
                    }
                    _ => None,
                })
                .max_by_key(|(active, _)| *active);
            if let (Some((_, (columns, rows))), Some(process)) = (latest, self.processes.get_mut(&key)) {
                process.resize(columns, rows);
            }
        }
    }

    fn bring_viewers_further(&mut self, now: Instant) {
        let over = self.run_state == RunState::Ended
            && self
                .processes
                .values()
                .all(|process| !matches!(&process.output, Output::Console { fd: Some(_), .. }));
        let Self { connections, processes, lines, scratch, changed, more_to_send, .. } = self;
        for connection in connections.values_mut() {
            if connection.answer_waiting(*changed, self.run_state == RunState::Ended, now) {
                // The next request may have arrived already.
                *more_to_send = true;
            }
            for round in 0..=ROUNDS_PER_TURN {
                if round == ROUNDS_PER_TURN {
                    // Others have their turn first.
                    *more_to_send = true;
                    break;
                }
                connection.flush();
                // Flushing once more on leaving would empty the outbox of a client that has read meanwhile, and nothing would wake
                // the loop for the rest: with something waiting, the socket's readiness does.
                if connection.waiting() > 0
                    || connection.dead
                    || connection.deaf
                    || !connection.produce(processes, lines, over, scratch, now)
                {
                    break;
                }
            }
            if connection.waiting() == 0
                && let Mode::Closing { collected, .. } = connection.mode
            {
                connection.dead = true;
                if let Some(process) =
                    collected.filter(|_| !connection.deaf).and_then(|key| processes.get_mut(&key))
                {
                    process.collected.get_or_insert(now);
                }
            }
        }
    }

    /// Removes what is over.
    fn sweep(&mut self, now: Instant) {
        let dead: Vec<u64> = self
            .connections
            .iter()
            .filter(|(_, connection)| {
                connection.dead || matches!(connection.mode, Mode::Closing { until, .. } if until <= now)
            })
            .map(|(key, _)| *key)
            .collect();
        for key in dead {
            let Some(connection) = self.connections.remove(&key) else { continue };
            if let Mode::Process(view) = &connection.mode {
                self.sizes_due.insert(view.process);
            }
            connection.end(&mut self.scratch);
        }
        let old: Vec<u64> = self
            .processes
            .iter()
            .filter(|(key, process)| **key != MAIN && lifecycle::is_old(process, now))
            .map(|(key, _)| *key)
            .filter(|key| self.viewers(*key) == 0)
            .collect();
        for key in old {
            self.remove_process(key);
        }
        if !self.sizes_due.is_empty() {
            self.choose_sizes();
        }
    }

    fn write_state(&self) -> Result<()> {
        let processes = if self.end.is_some() { self.process_states() } else { Vec::new() };
        let state = State {
            version: VERSION,
            instance: self.setup.instance,
            run: self.setup.run,
            started: self.started,
            shim: self.shim,
            init: self.init,
            socket: self.setup.run_dir.join(SOCKET_FILE),
            end: self.end.clone(),
            processes,
        };
        state_file::write(&self.setup.run_dir, &state).internal("writing the state file")
    }

    fn raw_listener(&self) -> i32 {
        self.listener.as_raw_fd()
    }
}

impl Connection {
    /// Answers a request that waits for something to happen; true when it did.
    fn answer_waiting(&mut self, changed: u64, ended: bool, now: Instant) -> bool {
        match self.mode {
            Mode::Change { since, until } if since != changed || until <= now => {
                self.mode = Mode::Requests;
                self.reply(&crate::protocol::Changed { changed });
            }
            Mode::End if ended => {
                self.mode = Mode::Requests;
                self.reply(&crate::protocol::Done {});
            }
            _ => return false,
        }
        true
    }

    /// Fills the outbox for a viewer; false when there is nothing (more) to send.
    fn produce(
        &mut self,
        processes: &mut BTreeMap<u64, Process>,
        lines: &Lines,
        over: bool,
        scratch: &mut [u8],
        now: Instant,
    ) -> bool {
        let mut mode = std::mem::replace(&mut self.mode, Mode::Requests);
        let mut any = false;
        let produced = loop {
            let out = self.outbox();
            let produced = match &mut mode {
                Mode::Process(view) => match processes.get_mut(&view.process) {
                    Some(process) => view.produce(process, out),
                    None => Produced::Last,
                },
                Mode::Console(view) => view.produce(lines, over, scratch, out),
                _ => Produced::Nothing,
            };
            any |= produced == Produced::Some;
            if produced != Produced::Some || out.len() >= MOST_WAITING {
                break produced;
            }
        };
        let process = match &mode {
            Mode::Process(view) => Some(view.process),
            _ => None,
        };
        self.mode = mode;
        if produced == Produced::Last {
            self.close(now, process);
        }
        any || produced == Produced::Last
    }
}
