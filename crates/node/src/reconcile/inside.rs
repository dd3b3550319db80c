//! Running short commands inside an instance: with pipes, to read what they print, or on the console.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stead_core::ambient::Ambient;
use stead_core::driver::{Attach, ConsolePosition, ProcessIo, ProcessSpec};
use stead_core::error::{Error, ErrorKind, InternalContext, Result};
use stead_core::frame::{Frame, HEADER_LENGTH};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::ExitStatus;
use stead_link::ByteStream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tracing::debug;

use crate::DynDriver;

const CHUNK: usize = 64 << 10;
/// `changed()` may return early; asking more often than this would only burn the processor.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
/// A missed change costs at most this much.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Reads whole frames off a byte stream.
pub(crate) struct FrameReader {
    buffer: Vec<u8>,
    used: usize,
}

impl FrameReader {
    pub(crate) fn new() -> Self {
        Self { buffer: Vec::with_capacity(CHUNK), used: 0 }
    }

    /// The next frame; `None` at the end of the stream. May be dropped and called again.
    pub(crate) async fn next(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<Frame<'_>>> {
        self.buffer.drain(..self.used);
        self.used = 0;
        loop {
            if let Some((_, length)) = Frame::decode(&self.buffer).internal("reading frames")? {
                self.used = length;
                break;
            }
            if stream.read_buf(&mut self.buffer).await.internal("reading frames")? == 0 {
                return Ok(None);
            }
        }
        let kind = self.buffer[0];
        Frame::from_parts(kind, &self.buffer[HEADER_LENGTH..self.used]).internal("reading frames").map(Some)
    }
}

/// What a command printed and how it ended.
pub(crate) struct Finished {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) exit: ExitStatus,
}

pub(crate) fn process(
    id: ProcessId,
    label: &str,
    argv: Vec<String>,
    env: BTreeMap<String, String>,
    io: ProcessIo,
) -> ProcessSpec {
    ProcessSpec { id, label: label.to_owned(), argv, env, working_directory: None, user: None, io }
}

/// Runs a command with pipes to its end. Keeps `limit` bytes of each output.
pub(crate) async fn run(
    driver: &Arc<DynDriver>,
    ambient: &Ambient,
    instance: InstanceId,
    label: &str,
    argv: Vec<String>,
    input: Option<&mut (dyn AsyncRead + Send + Unpin)>,
    limit: usize,
) -> Result<Finished> {
    let id: ProcessId = ambient.new_id();
    driver.spawn(instance, &process(id, label, argv, super::git::environment(), ProcessIo::Pipes)).await?;
    let _cleared = ClearedAway { driver: Arc::clone(driver), instance, process: id };
    let attach = Attach { offset: Some(0), size: None, read_only: false };
    let stream = driver.attach(instance, id, attach).await?;
    exchange(stream, input, limit).await
}

/// Forgets a process that has ended and kills one that has not, also when whoever waited was interrupted.
struct ClearedAway {
    driver: Arc<DynDriver>,
    instance: InstanceId,
    process: ProcessId,
}

impl Drop for ClearedAway {
    fn drop(&mut self) {
        let (driver, instance, process) = (Arc::clone(&self.driver), self.instance, self.process);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = driver.signal(instance, process, 9).await {
                    debug!(instance.id = %instance, error = %error, "a helper process was gone already");
                }
            });
        }
    }
}

async fn exchange(
    stream: ByteStream,
    input: Option<&mut (dyn AsyncRead + Send + Unpin)>,
    limit: usize,
) -> Result<Finished> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let sending = async {
        if let Some(input) = input {
            let mut chunk = vec![0; CHUNK];
            let mut encoded = Vec::with_capacity(CHUNK + HEADER_LENGTH);
            loop {
                let length = input.read(&mut chunk).await.internal("reading what a command is given")?;
                if length == 0 {
                    break;
                }
                encoded.clear();
                Frame::Input { bytes: &chunk[..length] }.encode(&mut encoded);
                writer.write_all(&encoded).await.internal("writing to a command")?;
            }
        }
        let mut end = Vec::new();
        Frame::InputEnd.encode(&mut end);
        writer.write_all(&end).await.internal("writing to a command")?;
        writer.flush().await.internal("writing to a command")
    };
    let receiving = async {
        let mut frames = FrameReader::new();
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        while let Some(frame) = frames.next(&mut reader).await? {
            match frame {
                Frame::Output { bytes, .. } => keep(&mut stdout, bytes, limit),
                Frame::ErrorOutput { bytes, .. } => keep(&mut stderr, bytes, limit),
                Frame::Exit { code, signal, out_of_memory } => {
                    let exit = ExitStatus { code, signal: (signal != 0).then_some(signal), out_of_memory };
                    return Ok(Finished { stdout, stderr, exit });
                }
                Frame::Problem { json } => {
                    let problem: stead_core::error::Problem =
                        serde_json::from_slice(json).internal("reading a problem of a command")?;
                    return Err(problem.into());
                }
                _ => {}
            }
        }
        Err(lost())
    };
    let mut sending = std::pin::pin!(sending);
    let mut receiving = std::pin::pin!(receiving);
    let mut sent = false;
    loop {
        tokio::select! {
            finished = &mut receiving => return finished,
            // A command that ends without reading its input makes this fail; how it ended says more.
            _ = &mut sending, if !sent => sent = true,
        }
    }
}

fn keep(kept: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let room = limit.saturating_sub(kept.len());
    kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

pub(crate) fn lost() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "process_lost",
        "A command inside the instance was lost before it ended.",
    )
    .next_step("Try again; if it happens again, look at the node's log.")
}

/// Waits until a process has ended; `None` when the driver does not know it.
pub(crate) async fn wait_for_exit(
    driver: &DynDriver,
    instance: InstanceId,
    process: ProcessId,
) -> Result<Option<ExitStatus>> {
    loop {
        let processes = driver.processes(instance).await?;
        match processes.into_iter().find(|state| state.id == process) {
            None => return Ok(None),
            Some(state) if state.exit.is_some() => return Ok(state.exit),
            Some(_) => {}
        }
        let pause = tokio::time::sleep(SHORTEST_WAIT);
        let _ = tokio::time::timeout(LONGEST_WAIT, driver.changed(instance)).await;
        pause.await;
    }
}

/// The last lines of the console as text.
pub(crate) async fn console_tail(driver: &DynDriver, instance: InstanceId, lines: u32) -> Result<String> {
    let mut stream = driver.console(instance, ConsolePosition::Tail { lines }, false).await?;
    let mut frames = FrameReader::new();
    let mut text = Vec::new();
    while let Some(frame) = frames.next(&mut stream).await? {
        if let Frame::Output { bytes, .. } = frame {
            keep(&mut text, bytes, 256 << 10);
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Hands every line that the console gets from now on to `line`; never returns.
pub(crate) async fn follow_console(driver: &DynDriver, instance: InstanceId, mut line: impl FnMut(&str)) {
    const LONGEST_LINE: usize = 4 << 10;
    if let Ok(mut stream) = driver.console(instance, ConsolePosition::Tail { lines: 0 }, true).await {
        let mut frames = FrameReader::new();
        let mut current = Vec::new();
        while let Ok(Some(frame)) = frames.next(&mut stream).await {
            let Frame::Output { bytes, .. } = frame else { continue };
            for byte in bytes {
                if matches!(byte, b'\r' | b'\n') {
                    line(&String::from_utf8_lossy(&current));
                    current.clear();
                } else if current.len() < LONGEST_LINE {
                    current.push(*byte);
                }
            }
        }
    }
    std::future::pending::<()>().await;
}
