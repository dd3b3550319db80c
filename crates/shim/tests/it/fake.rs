//! A container of plain processes, so that the shim can be tested without privileges.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio as Standard};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stead_core::driver::Usage;
use stead_core::instance::Resources;
use stead_shim::sandbox::{
    Container, Exited, ProcessRequest, ProcessStatus, Result, SandboxError, Spawned, Stage, Stdio, Teardown,
};

#[derive(Debug, Default)]
struct Shared {
    ended: Mutex<VecDeque<Exited>>,
    live: Mutex<Vec<i32>>,
}

#[derive(Debug)]
pub(crate) struct FakeContainer {
    shared: Arc<Shared>,
    events: OwnedFd,
    waker: Arc<File>,
    init: Child,
    init_fd: OwnedFd,
    main: Option<Spawned>,
    frozen: bool,
    pub(crate) oom_kills: Arc<AtomicU64>,
    pub(crate) destroyed: Arc<AtomicBool>,
}

fn failed(stage: Stage, error: impl std::fmt::Display) -> SandboxError {
    SandboxError::new(stage, "pretending", error.to_string())
}

fn non_blocking<T: Into<OwnedFd>>(fd: T) -> OwnedFd {
    let fd = fd.into();
    rustix::io::ioctl_fionbio(&fd, true).unwrap();
    fd
}

impl FakeContainer {
    pub(crate) fn new(main: Option<&str>) -> Self {
        let (events, waker) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
        let init = Command::new("sleep").arg("3600").stdin(Standard::null()).spawn().unwrap();
        let pid = rustix::process::Pid::from_child(&init);
        let init_fd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
        let mut container = Self {
            shared: Arc::default(),
            events: non_blocking(events),
            waker: Arc::new(File::from(waker)),
            init,
            init_fd,
            main: None,
            frozen: false,
            oom_kills: Arc::default(),
            destroyed: Arc::default(),
        };
        if let Some(script) = main {
            container.main = Some(container.spawn(&shell(script, Stdio::Merged { input: true })).unwrap());
        }
        container
    }

    pub(crate) fn init_pid(&self) -> i32 {
        i32::try_from(self.init.id()).unwrap()
    }
}

pub(crate) fn shell(script: &str, stdio: Stdio) -> ProcessRequest {
    ProcessRequest {
        argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
        env: Default::default(),
        working_directory: None,
        user: None,
        stdio,
    }
}

impl Container for FakeContainer {
    fn spawn(&mut self, request: &ProcessRequest) -> Result<Spawned> {
        if self.frozen {
            return Err(failed(Stage::Frozen, "frozen"));
        }
        let mut command = Command::new(&request.argv[0]);
        command.args(&request.argv[1..]).envs(&request.env);
        let mut spawned = Spawned { pid: 0, master: None, stdin: None, stdout: None, stderr: None };
        match request.stdio {
            Stdio::Terminal { columns, rows } => {
                use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
                let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
                grantpt(&master).unwrap();
                unlockpt(&master).unwrap();
                let size =
                    rustix::termios::Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
                rustix::termios::tcsetwinsize(&master, size).unwrap();
                let name = ptsname(&master, Vec::new()).unwrap();
                let slave = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
                command
                    .stdin(slave.try_clone().unwrap())
                    .stdout(slave.try_clone().unwrap())
                    .stderr(slave)
                    .env("TERM", "xterm-256color");
                spawned.master = Some(non_blocking(master));
            }
            Stdio::Pipes => {
                command.stdin(Standard::piped()).stdout(Standard::piped()).stderr(Standard::piped());
            }
            Stdio::Merged { input } => {
                let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
                command.stdin(if input { Standard::piped() } else { Standard::null() });
                command.stdout(write.try_clone().unwrap()).stderr(write);
                spawned.stdout = Some(non_blocking(read));
            }
        }
        let terminal = spawned.master.is_some();
        // SAFETY: only calls that are allowed after fork.
        unsafe {
            command.pre_exec(move || {
                libc::setsid();
                if terminal {
                    libc::ioctl(0, libc::TIOCSCTTY, 0);
                }
                Ok(())
            });
        }
        let mut child =
            command.spawn().map_err(|error| SandboxError::io(Stage::Spawn, "starting", &error))?;
        drop(command);
        spawned.pid = i32::try_from(child.id()).unwrap();
        spawned.stdin = child.stdin.take().map(non_blocking);
        spawned.stdout = spawned.stdout.or_else(|| child.stdout.take().map(non_blocking));
        spawned.stderr = child.stderr.take().map(non_blocking);
        let (pid, shared, waker) = (spawned.pid, Arc::clone(&self.shared), Arc::clone(&self.waker));
        shared.live.lock().unwrap().push(pid);
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            let status = match status.signal() {
                Some(signal) => ProcessStatus::Signal { signal },
                None => ProcessStatus::Code { code: status.code().unwrap() },
            };
            shared.live.lock().unwrap().retain(|live| *live != pid);
            shared.ended.lock().unwrap().push_back(Exited { pid, status });
            let _ = (&*waker).write_all(b"x");
        });
        Ok(spawned)
    }

    fn take_main(&mut self) -> Option<Spawned> {
        self.main.take()
    }

    fn event_fd(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }

    fn next_event(&mut self) -> Result<Option<Exited>> {
        let mut byte = [0];
        if let Some(exited) = self.shared.ended.lock().unwrap().pop_front() {
            let _ = File::from(self.events.try_clone().unwrap()).read(&mut byte);
            return Ok(Some(exited));
        }
        match self.init.try_wait() {
            Ok(None) => Ok(None),
            _ => Err(failed(Stage::Ended, "gone")),
        }
    }

    fn pidfd(&self) -> BorrowedFd<'_> {
        self.init_fd.as_fd()
    }

    fn signal(&mut self, pid: i32, signal: i32) -> Result<()> {
        if signal > 64 {
            return Err(failed(Stage::Signal, "no such signal"));
        }
        if self.shared.live.lock().unwrap().contains(&pid) {
            // SAFETY: plain system call on a process group that a child of ours leads.
            unsafe { libc::kill(-pid, signal) };
        }
        Ok(())
    }

    fn signal_all(&mut self, signal: i32) -> Result<()> {
        let live = self.shared.live.lock().unwrap().clone();
        live.into_iter().try_for_each(|pid| self.signal(pid, signal))
    }

    fn kill_all(&mut self) -> Result<()> {
        self.signal_all(libc::SIGKILL)
    }

    fn freeze(&mut self) -> Result<()> {
        self.signal_all(libc::SIGSTOP)?;
        self.frozen = true;
        Ok(())
    }

    fn thaw(&mut self) -> Result<()> {
        self.signal_all(libc::SIGCONT)?;
        self.frozen = false;
        Ok(())
    }

    fn update(&mut self, _resources: Resources) -> Result<()> {
        Ok(())
    }

    fn usage(&self) -> Result<Usage> {
        let processes = u32::try_from(self.shared.live.lock().unwrap().len()).unwrap() + 1;
        Ok(Usage { processes, ..Usage::default() })
    }

    fn listening(&self) -> Result<Vec<u16>> {
        Ok(vec![80, 8080])
    }

    fn dial(&mut self, port: u16) -> Result<OwnedFd> {
        let stream = TcpStream::connect(("127.0.0.1", port))
            .map_err(|error| SandboxError::io(Stage::Dial, "dialling", &error))?;
        Ok(non_blocking(stream))
    }

    fn oom_kills(&self) -> Result<u64> {
        Ok(self.oom_kills.load(Ordering::SeqCst))
    }

    fn end(&mut self) -> Teardown {
        let killed = self.kill_all();
        let _ = self.init.kill();
        let _ = self.init.wait();
        let (shared, destroyed) = (Arc::clone(&self.shared), Arc::clone(&self.destroyed));
        Box::new(move || {
            // Ends arrive from threads; the real one waits for the kernel here.
            let deadline = std::time::Instant::now() + Duration::from_secs(5);
            while !shared.live.lock().unwrap().is_empty() && std::time::Instant::now() < deadline {
                std::thread::yield_now();
            }
            destroyed.store(true, Ordering::SeqCst);
            killed
        })
    }
}

impl Drop for FakeContainer {
    fn drop(&mut self) {
        let _ = self.destroy();
    }
}
