//! Starts shims. A fresh process without secrets, threads or a runtime, so that it can fork without exec: a shim begins as a copy
//! that shares its pages, in about a millisecond.
//!
//! A shim is forked twice and leads its own session, so it belongs neither to the spawner nor to the agent nor to a terminal, and
//! goes on when any of them ends. The spawner ends when the agent closes its socket.

use std::fs::DirBuilder;
use std::io::{self, Read as _, Write as _};
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::de::DeserializeOwned;
use stead_core::ambient::Ambient;
use stead_core::error::{Error, ErrorKind, InternalContext as _, Result};
use stead_core::frame::Frame;

use crate::protocol::{LOG_FILE, Launch, LaunchOutcome, Launched, ProcessIdentity, VERSION};
use crate::sandbox::{self, Container, SandboxSpec};
use crate::shim::{Journal, Shim, ShimSetup};

/// Read from the agent at a time.
const READ_SIZE: usize = 64 * 1024;
/// A socket's path may have 107 bytes.
const LONGEST_RUN_DIR: usize = 90;

/// A shim that has not said yet whether it is ready.
#[derive(Debug)]
struct Pending {
    launch: u64,
    report: OwnedFd,
    text: Vec<u8>,
}

/// The whole of `stead shim-spawner`: serves launch requests on standard input, a connected unix stream socket of the agent.
///
/// # Errors
/// When standard input is no socket or carries no frames.
pub fn spawner_main() -> Result<()> {
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)
        .internal("taking over the agent's socket")?;
    let null =
        std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").internal("opening /dev/null")?;
    rustix::stdio::dup2_stdin(&null).internal("leaving the agent's input")?;
    drop(null);
    serve(socket, |spec: &SandboxSpec| Ok(sandbox::launch(spec)?))
}

/// Serves launch requests on `socket` until the agent closes it. `start` makes the sandbox; it runs in the shim.
///
/// The calling process must be single-threaded and is forked; nothing after this call runs in the copies.
///
/// # Errors
/// When the socket fails or carries no frames.
pub fn serve<S, C, F>(socket: OwnedFd, start: F) -> Result<()>
where
    S: DeserializeOwned,
    C: Container,
    F: Fn(&S) -> Result<C>,
{
    // Fails only for a group leader, which has no terminal to lose.
    let _ = rustix::process::setsid();
    keep_through_terminal_signals();
    let mut socket = UnixStream::from(socket);
    let mut inbox = Vec::new();
    let mut pending: Vec<Pending> = Vec::new();
    loop {
        let (agent_ready, reports_ready) = wait(socket.as_fd(), &pending)?;
        for index in reports_ready.into_iter().rev() {
            if let Some(outcome) = pending[index].read() {
                let launch = pending.swap_remove(index).launch;
                answer(&mut socket, &Launched { launch, outcome })?;
            }
        }
        if !agent_ready {
            continue;
        }
        let mut buffer = [0; READ_SIZE];
        match socket.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => inbox.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            Err(error) => return Err(error).internal("reading from the agent"),
        }
        while let Some((frame, length)) = Frame::decode(&inbox).internal("reading a frame of the agent")? {
            if let Frame::Request { json } = frame {
                match launch(json, &start) {
                    Ok(started) => pending.push(started),
                    Err((launch, error)) => {
                        let outcome = LaunchOutcome::Failed { problem: error.to_problem() };
                        answer(&mut socket, &Launched { launch, outcome })?;
                    }
                }
            }
            inbox.drain(..length);
        }
    }
}

fn wait(socket: BorrowedFd<'_>, pending: &[Pending]) -> Result<(bool, Vec<usize>)> {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut descriptors = vec![PollFd::new(&socket, PollFlags::IN)];
    descriptors.extend(pending.iter().map(|pending| PollFd::new(&pending.report, PollFlags::IN)));
    match poll(&mut descriptors, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error).internal("waiting for the agent"),
    }
    let ready: Vec<bool> = descriptors.iter().map(|descriptor| !descriptor.revents().is_empty()).collect();
    Ok((ready[0], (0..pending.len()).filter(|index| ready[index + 1]).collect()))
}

fn answer(socket: &mut UnixStream, launched: &Launched) -> Result<()> {
    let json = serde_json::to_vec(launched).internal("writing an answer")?;
    let mut bytes = Vec::new();
    Frame::Reply { json: &json }.encode(&mut bytes);
    socket.write_all(&bytes).internal("answering the agent")
}

impl Pending {
    /// The shim's word, once it is complete.
    fn read(&mut self) -> Option<LaunchOutcome> {
        let mut buffer = [0; 4_096];
        match rustix::io::read(&self.report, &mut buffer) {
            Ok(length) if length > 0 => {
                self.text.extend_from_slice(&buffer[..length]);
                None
            }
            Err(rustix::io::Errno::INTR) => None,
            _ => Some(serde_json::from_slice(&self.text).unwrap_or_else(|_| {
                LaunchOutcome::Failed {
                    problem: Error::internal("the shim ended before it was ready")
                        .next_step("Look into shim.log in the instance's run directory.")
                        .to_problem(),
                }
            })),
        }
    }
}

/// Forks the shim. An error carries the launch's number, 0 when the request cannot be read.
fn launch<S, C, F>(json: &[u8], start: &F) -> Result<Pending, (u64, Error)>
where
    S: DeserializeOwned,
    C: Container,
    F: Fn(&S) -> Result<C>,
{
    let request: Launch<S> = serde_json::from_slice(json).map_err(|error| {
        #[derive(serde::Deserialize)]
        struct Number {
            launch: u64,
        }
        let number = serde_json::from_slice::<Number>(json).map_or(0, |number| number.launch);
        (
            number,
            Error::invalid("invalid_launch", format!("The launch request cannot be understood: {error}.")),
        )
    })?;
    let number = request.launch;
    check(&request).map_err(|error| (number, error))?;
    let report = fork_shim(|report| shim_main(request, start, report));
    report.map(|report| Pending { launch: number, report, text: Vec::new() }).map_err(|error| {
        let error = Error::new(
            ErrorKind::Unavailable,
            "shim_not_started",
            format!("The node cannot start a process: {error}."),
        );
        (number, error.next_step("Look at the node's process and memory limits."))
    })
}

fn check<S>(request: &Launch<S>) -> Result<()> {
    if request.version != VERSION {
        return Err(Error::new(
            ErrorKind::Unavailable,
            "spawner_version",
            format!("The spawner speaks version {VERSION}, the agent version {}.", request.version),
        )
        .next_step("Restart the node's agent after an upgrade."));
    }
    if request.run_dir.as_os_str().len() > LONGEST_RUN_DIR || !request.run_dir.is_absolute() {
        return Err(Error::invalid(
            "run_directory_too_long",
            format!(
                "The run directory {} is not absolute or longer than {LONGEST_RUN_DIR} bytes.",
                request.run_dir.display()
            ),
        )
        .next_step("Choose a shorter data directory."));
    }
    Ok(())
}

/// Forks twice; `body` runs in the grandchild, which nobody waits for, and ends with it. The descriptor is where it reports.
fn fork_shim(body: impl FnOnce(OwnedFd) -> i32) -> io::Result<OwnedFd> {
    let (report, child_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    // SAFETY: this process is single-threaded, so the child may go on with everything the parent could do.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            // A session of its own: no terminal's signals, no place in the agent's process group.
            let _ = rustix::process::setsid();
            // SAFETY: as above.
            match unsafe { libc::fork() } {
                -1 => leave(1),
                0 => {
                    let child_end = ManuallyDrop::new(child_end);
                    let report = close_all_but(child_end.as_raw_fd());
                    let code = catch_unwind(AssertUnwindSafe(|| body(report))).unwrap_or(101);
                    leave(code)
                }
                _ => leave(0),
            }
        }
        child => {
            drop(child_end);
            let mut status = 0;
            // SAFETY: `status` is a live integer; the child is ours and waited for once.
            while unsafe { libc::waitpid(child, &raw mut status, 0) } < 0
                && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
            {}
            Ok(report)
        }
    }
}

fn leave(code: i32) -> ! {
    // SAFETY: ends the process without running the parent's exit handlers, which are not the copy's business.
    unsafe { libc::_exit(code) }
}

/// Closes every descriptor above standard error but one.
fn close_all_but(kept: RawFd) -> OwnedFd {
    let kept_number = libc::c_uint::try_from(kept).unwrap_or(0);
    for (first, last) in [(3, kept_number.saturating_sub(1)), (kept_number + 1, libc::c_uint::MAX)] {
        if first <= last {
            // SAFETY: the copies of the parent's descriptor owners are never used or dropped in this process.
            unsafe { libc::close_range(first, last, 0) };
        }
    }
    // SAFETY: the descriptor is open and its former owner is never dropped.
    unsafe { OwnedFd::from_raw_fd(kept) }
}

/// The shim's life; its exit code.
fn shim_main<S, C, F>(request: Launch<S>, start: &F, report: OwnedFd) -> i32
where
    C: Container,
    F: Fn(&S) -> Result<C>,
{
    let ambient = Ambient::system();
    rename(c"stead-shim");
    let prepared = prepare(&request.run_dir, ambient.clone());
    let Launch { instance, run, run_dir, console, sandbox, .. } = request;
    let shim = prepared.and_then(|()| start(&sandbox)).and_then(|container| {
        let init = pid_of(container.pidfd());
        Shim::start(
            ShimSetup { instance, run, run_dir: run_dir.clone(), console, init },
            container,
            ambient.clone(),
        )
    });
    drop(sandbox);
    let mut journal = Journal::open(&run_dir.join(LOG_FILE), ambient);
    match shim {
        Ok(shim) => {
            let pid = i32::try_from(std::process::id()).unwrap_or(0);
            let identity = ProcessIdentity::of(pid).unwrap_or(ProcessIdentity { pid, start_time: 0 });
            tell(report, &LaunchOutcome::Ready { shim: identity });
            match shim.run() {
                Ok(()) => 0,
                Err(error) => {
                    journal.line(&format!("the shim fails: {error:?}"));
                    1
                }
            }
        }
        Err(error) => {
            journal.line(&format!("the sandbox did not start: {error:?}"));
            tell(report, &LaunchOutcome::Failed { problem: error.to_problem() });
            1
        }
    }
}

fn tell(report: OwnedFd, outcome: &LaunchOutcome) {
    let json = serde_json::to_vec(outcome).unwrap_or_default();
    // The spawner may be gone; the state file says the same.
    let _ = std::fs::File::from(report).write_all(&json);
}

/// A process of its own: root directory, private files, log instead of the agent's output.
fn prepare(run_dir: &Path, ambient: Ambient) -> Result<()> {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    rustix::process::chdir("/").internal("leaving the agent's directory")?;
    DirBuilder::new().recursive(true).mode(0o700).create(run_dir).internal("making the run directory")?;
    let null =
        std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").internal("opening /dev/null")?;
    let journal = Journal::open(&run_dir.join(LOG_FILE), ambient);
    let log = journal.file().unwrap_or(&null);
    rustix::stdio::dup2_stdin(&null).internal("leaving the agent's input")?;
    rustix::stdio::dup2_stdout(log).internal("leaving the agent's output")?;
    rustix::stdio::dup2_stderr(log).internal("leaving the agent's output")
}

fn rename(name: &std::ffi::CStr) {
    // Only for people who look at the process list.
    let _ = rustix::thread::set_name(name);
}

/// The process id behind a pidfd, as this process sees it.
fn pid_of(pidfd: BorrowedFd<'_>) -> Option<i32> {
    let text = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("Pid:"))
        .and_then(|pid| pid.trim().parse().ok())
        .filter(|pid| *pid > 0)
}

extern "C" fn stay(_signal: libc::c_int) {}

/// Signals of terminals and of broken pipes end neither spawner nor shim. Handlers instead of ignoring, because ignored signals would
/// stay ignored in the programs inside.
fn keep_through_terminal_signals() {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGPIPE] {
        // SAFETY: the structure is plain data for which all zeroes is valid, and the handler does nothing.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = stay as *const () as libc::sighandler_t;
            action.sa_flags = libc::SA_RESTART;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}
