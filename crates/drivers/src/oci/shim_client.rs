//! The agent's side of the shims: starting them through the spawner and talking to each over its socket.
//!
//! Holds no state of instances: everything is asked of the shim or read from its state file, so that an agent that was killed
//! goes on where its predecessor was.

use std::collections::HashMap;
use std::io::IoSliceMut;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};
use serde::de::DeserializeOwned;
use stead_core::error::{Error, InternalContext as _, Problem, Result};
use stead_core::frame::{Frame, HEADER_LENGTH, MAX_PAYLOAD};
use stead_link::stream::ByteStream;
use stead_shim::protocol::{self, Done, Launch, LaunchOutcome, Launched, Message, ProcessIdentity, Request};
use stead_shim::sandbox::SandboxSpec;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::{Mutex as AsyncMutex, oneshot};

use super::settings::SpawnerCommand;
use crate::frames::FrameReader;

/// For requests that only look or set something.
pub(super) const QUICK: Duration = Duration::from_secs(10);
/// A sandbox is up or has failed within this.
const LAUNCH: Duration = Duration::from_secs(60);

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<LaunchOutcome>>>>;

/// The process that starts shims; started when first needed and again when it has gone.
pub(super) struct Spawner {
    command: SpawnerCommand,
    connection: AsyncMutex<Option<Connection>>,
    next: AtomicU64,
}

struct Connection {
    writer: OwnedWriteHalf,
    waiting: Waiting,
    /// Ended when the spawner closed its end.
    reader: tokio::task::JoinHandle<()>,
    child: tokio::process::Child,
}

impl std::fmt::Debug for Spawner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Spawner").field("command", &self.command).finish_non_exhaustive()
    }
}

impl Spawner {
    pub(super) fn new(command: SpawnerCommand) -> Self {
        Self { command, connection: AsyncMutex::new(None), next: AtomicU64::new(1) }
    }

    pub(super) fn next_launch(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn connect(&self) -> Result<Connection> {
        let (near, far) = std::os::unix::net::UnixStream::pair().internal("making the spawner's socket")?;
        near.set_nonblocking(true).internal("making the spawner's socket")?;
        let mut command = tokio::process::Command::new(&self.command.program);
        command.args(&self.command.arguments).stdin(Stdio::from(OwnedFd::from(far))).stdout(Stdio::null());
        let mut child = command.spawn().map_err(|error| {
            Error::unavailable(
                "spawner_not_started",
                "The process that starts sandboxes could not be started.",
            )
            .next_step("Look into the node's log for the reason.")
            .source_error(error)
        })?;
        let (read, writer) = UnixStream::from_std(near).internal("using the spawner's socket")?.into_split();
        let waiting = Waiting::default();
        let answers = Arc::clone(&waiting);
        let reader = tokio::spawn(async move {
            let mut reader = FrameReader::new(read);
            while let Ok(Some(frame)) = reader.next().await {
                let Ok(Frame::Reply { json }) = frame.frame() else { continue };
                let Ok(launched) = serde_json::from_slice::<Launched>(json) else { continue };
                let waiter = answers.lock().unwrap_or_else(PoisonError::into_inner).remove(&launched.launch);
                if let Some(waiter) = waiter {
                    let _gone = waiter.send(launched.outcome);
                }
            }
            // Dropping the senders tells those who wait.
            answers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        // A spawner that fails at once is told by its closed socket; asking here only collects one that has already gone.
        let _running = child.try_wait();
        Ok(Connection { writer, waiting, reader, child })
    }

    /// Starts a shim and returns when its sandbox is up.
    pub(super) async fn launch(&self, launch: &Launch<SandboxSpec>) -> Result<ProcessIdentity> {
        let json = serde_json::to_vec(launch).internal("encoding a launch")?;
        let mut bytes = Vec::new();
        Frame::Request { json: &json }.encode(&mut bytes);
        let answer = {
            let mut connection = self.connection.lock().await;
            if let Some(old) = connection.as_mut()
                && (old.reader.is_finished() || !matches!(old.child.try_wait(), Ok(None)))
            {
                *connection = None;
            }
            let current = match connection.as_mut() {
                Some(current) => current,
                None => connection.insert(self.connect()?),
            };
            let (sender, answer) = oneshot::channel();
            current.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(launch.launch, sender);
            if let Err(error) = current.writer.write_all(&bytes).await {
                *connection = None;
                return Err(gone().source_error(error));
            }
            answer
        };
        match tokio::time::timeout(LAUNCH, answer).await {
            Ok(Ok(LaunchOutcome::Ready { shim })) => Ok(shim),
            Ok(Ok(LaunchOutcome::Failed { problem })) => Err(problem.into()),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(Error::new(
                stead_core::ErrorKind::TimedOut,
                "sandbox_start_timed_out",
                "The sandbox did not come up within a minute.",
            )
            .next_step("Look at the node's load, then try again.")),
        }
    }
}

fn gone() -> Error {
    Error::unavailable("spawner_gone", "The process that starts sandboxes has ended unexpectedly.")
        .next_step("Try again; it is started anew. If it happens again, look into the node's log.")
}

/// The socket of one shim.
#[derive(Debug, Clone)]
pub(super) struct Shim {
    socket: PathBuf,
}

impl Shim {
    pub(super) fn at(socket: &Path) -> Self {
        Self { socket: socket.to_owned() }
    }

    async fn connect(&self) -> Result<UnixStream> {
        UnixStream::connect(&self.socket).await.map_err(|error| {
            Error::unavailable("shim_not_reachable", "The process that keeps the instance does not answer.")
                .next_step("Try again in a moment.")
                .source_error(error)
        })
    }

    async fn send(&self, request: Request) -> Result<UnixStream> {
        let json = serde_json::to_vec(&Message::new(request)).internal("encoding a request")?;
        if json.len() > protocol::MAX_REQUEST {
            return Err(Error::new(
                stead_core::ErrorKind::TooLarge,
                "request_too_large",
                "The request is too long.",
            )
            .next_step("Use shorter arguments and environment values."));
        }
        let mut bytes = Vec::with_capacity(json.len() + HEADER_LENGTH);
        Frame::Request { json: &json }.encode(&mut bytes);
        let mut stream = self.connect().await?;
        stream.write_all(&bytes).await.internal("sending a request to a shim")?;
        Ok(stream)
    }

    /// Sends a request and reads its answer, within `limit`.
    pub(super) async fn call<T: DeserializeOwned>(&self, request: Request, limit: Duration) -> Result<T> {
        within(limit, async {
            let mut stream = self.send(request).await?;
            read_reply(&mut stream).await
        })
        .await
    }

    pub(super) async fn done(&self, request: Request, limit: Duration) -> Result<()> {
        self.call::<Done>(request, limit).await.map(drop)
    }

    /// A request whose connection becomes a stream of frames.
    pub(super) async fn stream(&self, request: Request) -> Result<ByteStream> {
        within(QUICK, async {
            let mut stream = self.send(request).await?;
            let _attached: protocol::Attached = read_reply(&mut stream).await?;
            Ok(Box::new(stream) as ByteStream)
        })
        .await
    }

    /// A connection to a port inside.
    pub(super) async fn dial(&self, port: u16) -> Result<ByteStream> {
        within(QUICK, async {
            let stream = self.send(Request::Dial { port }).await?;
            let (mut bytes, descriptor) = receive(&stream).await?;
            let mut stream = stream;
            // The descriptor came with the first bytes; the rest of the answer may still be under way.
            while Frame::decode(&bytes).internal("reading a shim's answer")?.is_none() {
                if stream.read_buf(&mut bytes).await.internal("reading a shim's answer")? == 0 {
                    return Err(Error::internal("a shim closed the connection inside an answer"));
                }
            }
            match Frame::decode(&bytes).internal("reading a shim's answer")? {
                Some((Frame::Problem { json }, _)) => return Err(problem(json)),
                Some((Frame::Reply { .. }, _)) => {}
                _ => return Err(Error::internal("a shim answered with neither a reply nor a problem")),
            }
            let descriptor =
                descriptor.ok_or_else(|| Error::internal("a shim's answer lacks the connection"))?;
            let socket = std::net::TcpStream::from(descriptor);
            socket.set_nonblocking(true).internal("using a connection to a port inside")?;
            let socket =
                tokio::net::TcpStream::from_std(socket).internal("using a connection to a port inside")?;
            Ok(Box::new(socket) as ByteStream)
        })
        .await
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        Err(Error::new(
            stead_core::ErrorKind::TimedOut,
            "shim_timed_out",
            "The process that keeps the instance did not answer in time.",
        )
        .next_step("Try again; if it stays, stop the instance."))
    })
}

fn problem(json: &[u8]) -> Error {
    match serde_json::from_slice::<Problem>(json) {
        Ok(problem) => problem.into(),
        Err(error) => Error::internal("reading a shim's problem").source_error(error),
    }
}

/// Reads exactly one frame: what follows belongs to the stream.
async fn read_reply<T: DeserializeOwned>(stream: &mut UnixStream) -> Result<T> {
    let mut header = [0; HEADER_LENGTH];
    stream.read_exact(&mut header).await.internal("reading a shim's answer")?;
    let [kind, length @ ..] = header;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_PAYLOAD {
        return Err(Error::internal("a shim's answer is too long"));
    }
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.internal("reading a shim's answer")?;
    match Frame::from_parts(kind, &payload).internal("reading a shim's answer")? {
        Frame::Reply { json } => serde_json::from_slice(json).internal("reading a shim's answer"),
        Frame::Problem { json } => Err(problem(json)),
        _ => Err(Error::internal("a shim answered with neither a reply nor a problem")),
    }
}

/// The first bytes of an answer and the descriptor that came with them.
async fn receive(stream: &UnixStream) -> Result<(Vec<u8>, Option<OwnedFd>)> {
    let mut buffer = vec![0; 16 << 10];
    let mut descriptor = None;
    let count = stream
        .async_io(Interest::READABLE, || {
            let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut ancillary = RecvAncillaryBuffer::new(&mut space);
            let mut vectors = [IoSliceMut::new(&mut buffer)];
            let received =
                rustix::net::recvmsg(stream.as_fd(), &mut vectors, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
            for message in ancillary.drain() {
                if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                    descriptor = descriptors.last();
                }
            }
            Ok(received.bytes)
        })
        .await
        .internal("reading a shim's answer")?;
    if count == 0 {
        return Err(Error::internal("a shim closed the connection instead of answering"));
    }
    buffer.truncate(count);
    Ok((buffer, descriptor))
}

/// Opens a process that is still the one meant; `None` when it has gone.
fn open(process: ProcessIdentity) -> Result<Option<OwnedFd>> {
    let Some(pid) = rustix::process::Pid::from_raw(process.pid) else { return Ok(None) };
    match rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) {
        // Asked after opening: the number may have passed to another process before, not after.
        Ok(descriptor) => Ok(process.is_alive().then_some(descriptor)),
        Err(rustix::io::Errno::SRCH) => Ok(None),
        Err(error) => Err(error).internal("opening a process"),
    }
}

fn wait(descriptor: &OwnedFd, patience: Duration) -> Result<bool> {
    let mut polled = [rustix::event::PollFd::new(descriptor, rustix::event::PollFlags::IN)];
    let limit = rustix::event::Timespec {
        tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(patience.subsec_nanos()),
    };
    rustix::event::poll(&mut polled, Some(&limit))
        .map(|ready| ready > 0)
        .internal("waiting for a process to end")
}

/// Whether a process ends within `patience`.
pub(super) fn ends(process: ProcessIdentity, patience: Duration) -> Result<bool> {
    open(process)?.map_or(Ok(true), |descriptor| wait(&descriptor, patience))
}

/// Ends a process and waits until it has gone.
pub(super) fn kill(process: ProcessIdentity, patience: Duration) -> Result<()> {
    let Some(descriptor) = open(process)? else { return Ok(()) };
    match rustix::process::pidfd_send_signal(&descriptor, rustix::process::Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => return Err(error).internal("ending a process"),
    }
    if wait(&descriptor, patience)? {
        return Ok(());
    }
    Err(Error::unavailable("process_does_not_end", "A process of the instance does not end.")
        .next_step("Try again; if it stays, restart the node's machine."))
}
