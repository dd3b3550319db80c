//! Starting one process: everything is prepared before the fork, so that the child only makes system calls.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{ForkResult, fork};

use super::Identity;
use super::account::{self, Account};
use crate::sandbox::capabilities::{self, CapabilitySet};
use crate::sandbox::error::{During, Result, SandboxError, Stage};
use crate::sandbox::{ProcessRequest, Stdio};

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const MAX_ARGUMENTS: usize = 4096;
/// An exec that takes longer is stuck in a file system.
const EXEC_LIMIT_MILLISECONDS: u16 = 10_000;

/// A started process and the shim's ends of its streams, in the order of [`crate::sandbox::protocol::streams`].
#[derive(Debug)]
pub(super) struct Started {
    pub(super) pid: i32,
    pub(super) ends: Vec<OwnedFd>,
}

/// What the child needs, ready to use.
struct Plan {
    program_paths: Vec<CString>,
    argv: Vec<CString>,
    env: Vec<CString>,
    directories: Vec<CString>,
    stdio: [OwnedFd; 3],
    terminal: bool,
    account: Account,
    capabilities: CapabilitySet,
    set_groups: bool,
}

fn invalid(cause: &str) -> SandboxError {
    SandboxError::new(Stage::Spawn, "reading the command", cause)
}

fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| invalid("a text holds a NUL byte"))
}

/// Runs `make` with the user's file-system ids, so that pipes and terminals belong to the user, who may then open
/// `/dev/stdout` or change the terminal.
fn as_user<T>(account: &Account, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // SAFETY: these calls only change the ids of this single-threaded process; they have no failure, and PID 1 is 0 (or the one
    // mapped id) again afterwards.
    let (group, user) = unsafe { (libc::setfsgid(account.group), libc::setfsuid(account.user)) };
    let made = make();
    // SAFETY: as above.
    unsafe {
        libc::setfsuid(user.unsigned_abs());
        libc::setfsgid(group.unsigned_abs());
    }
    made
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

fn non_blocking(fd: &OwnedFd) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(fd)? | rustix::fs::OFlags::NONBLOCK;
    Ok(rustix::fs::fcntl_setfl(fd, flags)?)
}

fn open_terminal(columns: u16, rows: u16) -> io::Result<(OwnedFd, OwnedFd)> {
    let flags =
        rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY | rustix::pty::OpenptFlags::CLOEXEC;
    let master = rustix::pty::openpt(flags)?;
    rustix::pty::unlockpt(&master)?;
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: the request takes flags as its argument and returns a new descriptor.
    let slave = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCGPTPEER, flags) };
    if slave < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made by the kernel for us.
    let slave = unsafe { OwnedFd::from_raw_fd(slave) };
    let size = rustix::termios::Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&master, size)?;
    let mut modes = rustix::termios::tcgetattr(&slave)?;
    modes.input_modes |= rustix::termios::InputModes::IUTF8;
    rustix::termios::tcsetattr(&slave, rustix::termios::OptionalActions::Now, &modes)?;
    Ok((master, slave))
}

/// The process's three streams, and the shim's ends.
fn open_streams(stdio: Stdio) -> io::Result<([OwnedFd; 3], Vec<OwnedFd>)> {
    let (own, ends) = match stdio {
        Stdio::Terminal { columns, rows } => {
            let (master, slave) = open_terminal(columns, rows)?;
            ([slave.try_clone()?, slave.try_clone()?, slave], vec![master])
        }
        Stdio::Pipes => {
            let (stdin, stdin_end) = pipe()?;
            let (stdout_end, stdout) = pipe()?;
            let (stderr_end, stderr) = pipe()?;
            ([stdin, stdout, stderr], vec![stdin_end, stdout_end, stderr_end])
        }
        Stdio::Merged { input } => {
            let (output_end, output) = pipe()?;
            let (stdin, mut ends) = if input {
                let (stdin, stdin_end) = pipe()?;
                (stdin, vec![stdin_end])
            } else {
                (File::open("/dev/null")?.into(), Vec::new())
            };
            ends.push(output_end);
            ([stdin, output.try_clone()?, output], ends)
        }
    };
    for end in &ends {
        non_blocking(end)?;
    }
    Ok((own, ends))
}

fn environment(request: &ProcessRequest, identity: &Identity, account: &Account) -> BTreeMap<String, String> {
    let path = match identity.extra_path.as_str() {
        "" => DEFAULT_PATH.to_owned(),
        extra => format!("{extra}:{DEFAULT_PATH}"),
    };
    let home = account.home.trim_end_matches('/');
    let path = if account.user == 0 || home.is_empty() { path } else { format!("{home}/.local/bin:{path}") };
    let mut env: BTreeMap<String, String> = [
        ("PATH", path),
        ("HOME", account.home.clone()),
        ("USER", account.name.clone()),
        ("LOGNAME", account.name.clone()),
        ("SHELL", account.shell.clone()),
        ("LANG", "C.UTF-8".to_owned()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    if matches!(request.stdio, Stdio::Terminal { .. }) {
        env.insert("TERM".to_owned(), "xterm-256color".to_owned());
        env.insert("COLORTERM".to_owned(), "truecolor".to_owned());
    }
    env.extend(identity.env.iter().chain(&request.env).map(|(key, value)| (key.clone(), value.clone())));
    env
}

fn plan(request: &ProcessRequest, identity: &Identity) -> Result<(Plan, Vec<OwnedFd>)> {
    let Some(program) = request.argv.first().filter(|program| !program.is_empty()) else {
        return Err(invalid("it names no program"));
    };
    if request.argv.len() > MAX_ARGUMENTS {
        return Err(invalid("it has more than 4096 arguments"));
    }
    let wanted = request.user.as_deref().unwrap_or(&identity.user);
    let account = account::look_up(wanted, identity.ids)?;
    let env = environment(request, identity, &account);
    if env.keys().any(|key| key.is_empty() || key.contains('=')) {
        return Err(invalid("a variable's name is empty or holds an equals sign"));
    }
    let program_paths = if program.contains('/') {
        vec![c_string(program)?]
    } else {
        let path = env.get("PATH").map_or(DEFAULT_PATH, String::as_str);
        path.split(':')
            .filter(|dir| !dir.is_empty())
            .map(|dir| c_string(&format!("{dir}/{program}")))
            .collect::<Result<_>>()?
    };
    let wanted_directory = request.working_directory.as_deref().unwrap_or("/workspace");
    if !wanted_directory.starts_with('/') {
        return Err(invalid("the working directory is not absolute"));
    }
    let directories = [wanted_directory, &account.home, "/"];
    let (stdio, ends) = as_user(&account, || open_streams(request.stdio))
        .during(Stage::Spawn, "making the process's streams")?;
    let plan = Plan {
        program_paths,
        argv: request.argv.iter().map(|argument| c_string(argument)).collect::<Result<_>>()?,
        env: env.iter().map(|(key, value)| c_string(&format!("{key}={value}"))).collect::<Result<_>>()?,
        directories: directories.into_iter().map(c_string).collect::<Result<_>>()?,
        stdio,
        terminal: matches!(request.stdio, Stdio::Terminal { .. }),
        capabilities: if account.user == 0 { identity.capabilities } else { CapabilitySet::EMPTY },
        set_groups: identity.ids.holds(0) && identity.ids.holds(1),
        account,
    };
    Ok((plan, ends))
}

/// Starts a process; returns once its program executes.
pub(super) fn start(request: &ProcessRequest, identity: &Identity) -> Result<Started> {
    let (plan, ends) = plan(request, identity)?;
    let program = &request.argv[0];
    let doing = || format!("starting {program}");
    let (mut failure, report) =
        pipe().map(|(read, write)| (File::from(read), write)).during(Stage::Spawn, doing())?;
    let pointers = |texts: &[CString]| -> Vec<*const libc::c_char> {
        texts.iter().map(|text| text.as_ptr()).chain(std::iter::once(std::ptr::null())).collect()
    };
    let (argv, env) = (pointers(&plan.argv), pointers(&plan.env));
    // SAFETY: PID 1 has one thread; the child makes system calls only and never returns.
    match unsafe { fork() } {
        Ok(ForkResult::Child) => {
            let (step, error) = become_process(&plan, &argv, &env, report.as_raw_fd());
            let mut message = [step; 5];
            message[1..].copy_from_slice(&error.raw_os_error().unwrap_or(libc::EIO).to_ne_bytes());
            let _ = rustix::io::write(&report, &message);
            // SAFETY: ends the child without running PID 1's destructors.
            unsafe { libc::_exit(127) }
        }
        Ok(ForkResult::Parent { child }) => {
            drop(report);
            // Closed without a word by a successful exec.
            let mut fds = [PollFd::new(failure.as_fd(), PollFlags::POLLIN)];
            let _ = poll(&mut fds, PollTimeout::from(EXEC_LIMIT_MILLISECONDS));
            let ready = fds[0].revents().is_some_and(|events| !events.is_empty());
            let mut message = [0; 5];
            if ready && failure.read_exact(&mut message).is_ok() {
                let error = io::Error::from_raw_os_error(i32::from_ne_bytes([
                    message[1], message[2], message[3], message[4],
                ]));
                return Err(SandboxError::io(
                    Stage::Spawn,
                    format!("starting {program}: {}", step_name(message[0])),
                    &error,
                ));
            }
            Ok(Started { pid: child.as_raw(), ends })
        }
        Err(error) => Err(SandboxError::io(Stage::Spawn, doing(), &error.into())),
    }
}

const STEP_SESSION: u8 = 1;
const STEP_TERMINAL: u8 = 2;
const STEP_STREAMS: u8 = 3;
const STEP_USER: u8 = 4;
const STEP_EXEC: u8 = 5;

const fn step_name(step: u8) -> &'static str {
    match step {
        STEP_SESSION => "making a session",
        STEP_TERMINAL => "taking the terminal",
        STEP_STREAMS => "connecting its streams",
        STEP_USER => "becoming the user",
        _ => "executing the program",
    }
}

/// The child's part. Returns only when something failed: which step, and why.
fn become_process(
    plan: &Plan,
    argv: &[*const libc::c_char],
    env: &[*const libc::c_char],
    report: RawFd,
) -> (u8, io::Error) {
    let check = |result: i64, step: u8| {
        if result < 0 { Err((step, io::Error::last_os_error())) } else { Ok(()) }
    };
    let steps = || -> std::result::Result<(), (u8, io::Error)> {
        // SAFETY (all calls below): plain system calls of a freshly forked single-threaded process; pointers outlive them.
        // SAFETY: see above.
        unsafe {
            check(libc::setsid().into(), STEP_SESSION)?;
            if plan.terminal {
                let terminal = plan.stdio[0].as_raw_fd();
                check(libc::ioctl(terminal, libc::TIOCSCTTY, 0).into(), STEP_TERMINAL)?;
            }
            for (target, stream) in (0..).zip(&plan.stdio) {
                check(libc::dup2(stream.as_raw_fd(), target).into(), STEP_STREAMS)?;
            }
            // The report's descriptor closes itself at exec; all others are PID 1's.
            if report > 3 {
                libc::close_range(3, report.unsigned_abs() - 1, 0);
            }
            libc::close_range(report.unsigned_abs() + 1, u32::MAX, 0);
            for signal in 1..=64 {
                libc::signal(signal, libc::SIG_DFL);
            }
            let mut none: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
            libc::umask(0o022);
            let account = &plan.account;
            if plan.set_groups {
                let groups = &account.groups;
                check(libc::setgroups(groups.len(), groups.as_ptr()).into(), STEP_USER)?;
            }
            check(libc::setresgid(account.group, account.group, account.group).into(), STEP_USER)?;
            check(libc::setresuid(account.user, account.user, account.user).into(), STEP_USER)?;
            capabilities::set(plan.capabilities).map_err(|error| (STEP_USER, error))?;
            // The home directory and / are tried when the wanted directory is not there.
            let _ = plan.directories.iter().any(|directory| libc::chdir(directory.as_ptr()) == 0);
        }
        Ok(())
    };
    if let Err(failure) = steps() {
        return failure;
    }
    let mut worst = io::Error::from_raw_os_error(libc::ENOENT);
    for path in &plan.program_paths {
        // SAFETY: all pointers are to C strings and null-terminated arrays that live on.
        unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()) };
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::ENOENT | libc::ENOTDIR) => {}
            // As shells do: a program that may not be executed is remembered, a later one may still serve.
            Some(libc::EACCES) => worst = error,
            _ => return (STEP_EXEC, error),
        }
    }
    (STEP_EXEC, worst)
}
