//! The other end of a driver's streams, as the checks use it.

use std::time::Duration;

use stead_core::frame::Frame;
use stead_core::instance::ExitStatus;
use stead_link::stream::ByteStream;
use tokio::io::{AsyncWriteExt as _, ReadHalf, WriteHalf};

use super::{Failure, PATIENCE};
use crate::frames::{FrameReader, write_frame};

/// Collects what a stream sends.
pub(super) struct Viewer {
    reader: FrameReader<ReadHalf<ByteStream>>,
    writer: WriteHalf<ByteStream>,
    pub(super) output: Vec<u8>,
    pub(super) errors: Vec<u8>,
    /// Offset of the first byte of output or snapshot.
    pub(super) begin: Option<u64>,
    /// Offset after the last byte of output.
    pub(super) end: u64,
    pub(super) snapshot: Option<Vec<u8>>,
    pub(super) exit: Option<ExitStatus>,
    pub(super) problem: Option<String>,
    pub(super) closed: bool,
}

impl Viewer {
    pub(super) fn new(stream: ByteStream) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: FrameReader::new(reader),
            writer,
            output: Vec::new(),
            errors: Vec::new(),
            begin: None,
            end: 0,
            snapshot: None,
            exit: None,
            problem: None,
            closed: false,
        }
    }

    pub(super) async fn send(&mut self, frame: Frame<'_>) -> Result<(), Failure> {
        write_frame(&mut self.writer, &frame)
            .await
            .map_err(|error| Failure::new(format!("sending a frame: {error}")))
    }

    pub(super) async fn input(&mut self, text: &str) -> Result<(), Failure> {
        self.send(Frame::Input { bytes: text.as_bytes() }).await
    }

    /// Takes one frame; checks that offsets have no holes.
    async fn take(&mut self) -> Result<(), Failure> {
        let frame = self.reader.next().await;
        let Ok(Some(frame)) = frame else {
            self.closed = true;
            return Ok(());
        };
        match frame.frame().map_err(|error| Failure::new(error.to_string()))? {
            Frame::Output { offset, bytes } => {
                if self.begin.is_some() && offset != self.end {
                    return Err(Failure::new(format!("output jumps from offset {} to {offset}", self.end)));
                }
                self.begin.get_or_insert(offset);
                self.end = offset + bytes.len() as u64;
                self.output.extend_from_slice(bytes);
            }
            Frame::ErrorOutput { bytes, .. } => self.errors.extend_from_slice(bytes),
            Frame::Snapshot { offset, bytes, .. } => {
                self.begin.get_or_insert(offset);
                self.end = offset;
                self.snapshot = Some(bytes.to_vec());
            }
            Frame::Gap { to, .. } => self.end = to,
            Frame::Exit { code, signal, out_of_memory } => {
                self.exit = Some(ExitStatus { code, signal: (signal != 0).then_some(signal), out_of_memory });
            }
            Frame::Problem { json } => self.problem = Some(String::from_utf8_lossy(json).into_owned()),
            _ => {}
        }
        Ok(())
    }

    /// Reads until `done` says so; the stream's end before it is a failure.
    pub(super) async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !done(self) {
                if self.closed {
                    return Err(self.missing(what, "the stream ended"));
                }
                self.take().await?;
            }
            Ok(())
        })
        .await;
        waited.unwrap_or_else(|_| Err(self.missing(what, "nothing more came")))
    }

    fn missing(&self, what: &str, why: &str) -> Failure {
        Failure::new(format!(
            "waiting for {what}: {why}; output {:?}, errors {:?}, snapshot {:?}, exit {:?}, problem {:?}",
            String::from_utf8_lossy(&self.output),
            String::from_utf8_lossy(&self.errors),
            self.snapshot.as_deref().map(String::from_utf8_lossy),
            self.exit,
            self.problem
        ))
    }

    pub(super) fn shows(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.output).contains(text)
            || self
                .snapshot
                .as_deref()
                .is_some_and(|snapshot| String::from_utf8_lossy(snapshot).contains(text))
    }

    pub(super) async fn until_shown(&mut self, text: &str) -> Result<(), Failure> {
        self.until(&format!("{text:?}"), |viewer| viewer.shows(text)).await
    }

    pub(super) async fn until_exit(&mut self) -> Result<ExitStatus, Failure> {
        self.until("the exit", |viewer| viewer.exit.is_some()).await?;
        self.exit.ok_or_else(|| Failure::new("no exit".to_owned()))
    }

    pub(super) async fn until_end(&mut self) -> Result<(), Failure> {
        self.until("the end of the stream", |viewer| viewer.closed).await
    }

    /// Nothing more comes within a short while.
    pub(super) async fn is_quiet(&mut self, time: Duration) -> Result<bool, Failure> {
        let before = self.output.len();
        let _elapsed = tokio::time::timeout(time, self.take()).await;
        Ok(self.output.len() == before)
    }

    pub(super) async fn close(mut self) {
        let _gone = self.writer.shutdown().await;
    }
}
