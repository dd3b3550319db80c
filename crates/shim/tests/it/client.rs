//! A blocking client of the shim's socket and a shim to talk to.

use std::io::{IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use stead_core::ambient::Ambient;
use stead_core::driver::{Attach, ConsolePosition, ProcessIo, ProcessSpec, ProcessState};
use stead_core::error::Problem;
use stead_core::frame::Frame;
use stead_core::ids::{InstanceId, ProcessId};
use stead_shim::protocol::{
    Attached, ConsoleSettings, Done, Message, Processes, Request, SOCKET_FILE, Status,
};
use stead_shim::shim::{Shim, ShimSetup};
use tempfile::TempDir;

use crate::fake::FakeContainer;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A frame that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Got {
    Output(u64, Vec<u8>),
    Errors(u64, Vec<u8>),
    Snapshot { offset: u64, size: (u16, u16), bytes: Vec<u8> },
    Exit { code: i32, signal: i32, out_of_memory: bool },
    Gap(u64, u64),
    Problem(String),
    Resized(u16, u16),
    Reply(String),
    Ping,
    Closed,
}

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: UnixStream,
    inbox: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(run_dir: &Path) -> Self {
        let stream = UnixStream::connect(run_dir.join(SOCKET_FILE)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream, inbox: Vec::new() }
    }

    pub(crate) fn send(&mut self, frame: &Frame<'_>) {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        self.stream.write_all(&bytes).unwrap();
    }

    pub(crate) fn input(&mut self, text: &str) {
        self.send(&Frame::Input { bytes: text.as_bytes() });
    }

    pub(crate) fn next(&mut self) -> Got {
        loop {
            if let Some((frame, used)) = Frame::decode(&self.inbox).unwrap() {
                let text = |json: &[u8]| String::from_utf8(json.to_vec()).unwrap();
                let got = match frame {
                    Frame::Output { offset, bytes } => Got::Output(offset, bytes.to_vec()),
                    Frame::ErrorOutput { offset, bytes } => Got::Errors(offset, bytes.to_vec()),
                    Frame::Snapshot { offset, columns, rows, bytes } => {
                        Got::Snapshot { offset, size: (columns, rows), bytes: bytes.to_vec() }
                    }
                    Frame::Exit { code, signal, out_of_memory } => Got::Exit { code, signal, out_of_memory },
                    Frame::Gap { from, to } => Got::Gap(from, to),
                    Frame::Problem { json } => {
                        Got::Problem(serde_json::from_slice::<Problem>(json).unwrap().code)
                    }
                    Frame::Resized { columns, rows } => Got::Resized(columns, rows),
                    Frame::Reply { json } => Got::Reply(text(json)),
                    Frame::Ping => Got::Ping,
                    other => panic!("unexpected {other:?}"),
                };
                self.inbox.drain(..used);
                return got;
            }
            let mut buffer = [0; 64 * 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Got::Closed,
                Ok(length) => self.inbox.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Got::Closed,
                Err(error) => panic!("nothing came: {error}"),
            }
        }
    }

    pub(crate) fn raw_request(&mut self, json: &str) -> Got {
        self.send(&Frame::Request { json: json.as_bytes() });
        self.next()
    }

    /// The reply, or the code of the problem.
    pub(crate) fn ask<T: DeserializeOwned>(&mut self, request: Request) -> Result<T, String> {
        match self.raw_request(&serde_json::to_string(&Message::new(request)).unwrap()) {
            Got::Reply(json) => Ok(serde_json::from_str(&json).unwrap()),
            Got::Problem(code) => Err(code),
            other => panic!("unexpected {other:?}"),
        }
    }

    pub(crate) fn attach(mut self, process: ProcessId, attach: Attach) -> (Self, u64) {
        let attached: Attached = self.ask(Request::Attach { process, attach }).unwrap();
        (self, attached.offset)
    }

    /// Reads until the output (snapshots included) contains `text`; everything read since the last snapshot, and its end offset.
    pub(crate) fn read_until(&mut self, text: &str) -> (Vec<u8>, u64) {
        let (mut all, mut end) = (Vec::new(), 0);
        while !contains(&all, text) {
            match self.next() {
                Got::Output(offset, bytes) => {
                    end = offset + bytes.len() as u64;
                    all.extend_from_slice(&bytes);
                }
                Got::Snapshot { offset, bytes, .. } => (end, all) = (offset, bytes),
                Got::Resized(..) => {}
                other => {
                    panic!("unexpected {other:?} before {text:?}, after {:?}", String::from_utf8_lossy(&all))
                }
            }
        }
        (all, end)
    }

    /// Reads to the end of the stream: standard output, standard error, the last frame.
    pub(crate) fn read_to_end(&mut self) -> (Vec<u8>, Vec<u8>, Got) {
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        loop {
            match self.next() {
                Got::Output(_, bytes) => output.extend_from_slice(&bytes),
                Got::Errors(_, bytes) => errors.extend_from_slice(&bytes),
                Got::Snapshot { bytes, .. } => output = bytes,
                Got::Resized(..) => {}
                last => return (output, errors, last),
            }
        }
    }

    /// Sends a request and receives a reply with a descriptor.
    pub(crate) fn ask_for_fd(&mut self, request: Request) -> OwnedFd {
        let json = serde_json::to_vec(&Message::new(request)).unwrap();
        self.send(&Frame::Request { json: &json });
        let mut buffer = [0; 4_096];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = rustix::net::RecvAncillaryBuffer::new(&mut space);
        let message = rustix::net::recvmsg(
            &self.stream,
            &mut [IoSliceMut::new(&mut buffer)],
            &mut control,
            rustix::net::RecvFlags::CMSG_CLOEXEC,
        )
        .unwrap();
        let fd = control
            .drain()
            .find_map(|message| match message {
                rustix::net::RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
                _ => None,
            })
            .unwrap();
        let (frame, _) = Frame::decode(&buffer[..message.bytes]).unwrap().unwrap();
        assert_eq!(frame.kind(), 0x08);
        fd
    }
}

pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

pub(crate) const NOTHING: Attach = Attach { offset: None, size: None, read_only: false };

/// A shim on a thread of the test, with a fake container.
#[derive(Debug)]
pub(crate) struct TestShim {
    pub(crate) home: TempDir,
    pub(crate) run_dir: PathBuf,
    pub(crate) ambient: Ambient,
    thread: Option<JoinHandle<()>>,
}

impl TestShim {
    pub(crate) fn start(container: FakeContainer) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self::start_in(home, container, 4 << 20)
    }

    pub(crate) fn start_in(home: TempDir, container: FakeContainer, segment_bytes: u64) -> Self {
        let ambient = Ambient::system();
        let run_dir = home.path().join("run");
        let instance: InstanceId = ambient.new_id();
        let console =
            ConsoleSettings { segment_bytes, ..ConsoleSettings::in_directory(home.path().join("console")) };
        let init = Some(container.init_pid());
        let setup = ShimSetup { instance, run: 3, run_dir: run_dir.clone(), console, init };
        let shim = Shim::start(setup, container, ambient.clone()).unwrap();
        let thread = std::thread::spawn(move || shim.run().unwrap());
        Self { home, run_dir, ambient, thread: Some(thread) }
    }

    pub(crate) fn with_main(script: &str) -> Self {
        Self::start(FakeContainer::new(Some(script)))
    }

    pub(crate) fn idle() -> Self {
        Self::start(FakeContainer::new(None))
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.run_dir)
    }

    pub(crate) fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<T, String> {
        self.client().ask(request)
    }

    pub(crate) fn status(&self) -> Status {
        self.ask(Request::Status).unwrap()
    }

    pub(crate) fn processes(&self) -> Vec<ProcessState> {
        self.ask::<Processes>(Request::Processes).unwrap().processes
    }

    pub(crate) fn spawn(&self, script: &str, io: ProcessIo) -> ProcessId {
        self.try_spawn(script, io).unwrap()
    }

    pub(crate) fn try_spawn(&self, script: &str, io: ProcessIo) -> Result<ProcessId, String> {
        let id = self.ambient.new_id();
        let process = ProcessSpec {
            id,
            label: "a test".into(),
            argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
            env: Default::default(),
            working_directory: None,
            user: None,
            io,
        };
        self.ask::<Done>(Request::Spawn { process }).map(|_| id)
    }

    pub(crate) fn terminal(&self, script: &str) -> ProcessId {
        self.spawn(script, ProcessIo::Terminal { columns: 80, rows: 24 })
    }

    pub(crate) fn attach(&self, process: ProcessId, attach: Attach) -> Client {
        self.client().attach(process, attach).0
    }

    pub(crate) fn console(&self, from: ConsolePosition, follow: bool, input: bool) -> Client {
        let mut client = self.client();
        client.ask::<Attached>(Request::Console { from, follow, input }).unwrap();
        client
    }

    pub(crate) fn wait_for(&self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !condition(self) {
            assert!(Instant::now() < deadline, "{what} did not happen");
            std::thread::yield_now();
        }
    }

    /// Waits until the shim has gone by itself.
    pub(crate) fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for TestShim {
    fn drop(&mut self) {
        if self.thread.is_some() && !std::thread::panicking() {
            self.ask::<Done>(Request::Kill).unwrap();
            self.ask::<Done>(Request::Forget).unwrap();
            self.join();
        }
    }
}
