//! Frames of a process collected into one answer: the plain form of exec.

use bytes::BytesMut;
use stead_api::v1::exec::ExecResult;
use stead_core::error::{InternalContext as _, Problem};
use stead_core::frame::Frame;
use stead_core::{Error, Result};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Of each of the two outputs this many last bytes are kept.
pub(super) const MAX_OUTPUT: usize = 1 << 20;

/// Output of which only the end is kept.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    cut: bool,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Cut rarely, so that a flood of small pieces stays linear.
        if self.bytes.len() > 2 * MAX_OUTPUT {
            self.trim();
        }
    }

    fn trim(&mut self) {
        if self.bytes.len() > MAX_OUTPUT {
            self.bytes.drain(..self.bytes.len() - MAX_OUTPUT);
            self.cut = true;
        }
    }

    fn into_text(mut self) -> (String, bool) {
        self.trim();
        // A cut may have gone through a character.
        let start = if self.cut {
            self.bytes.iter().take(4).take_while(|byte| **byte & 0xc0 == 0x80).count()
        } else {
            0
        };
        (String::from_utf8_lossy(&self.bytes[start..]).into_owned(), self.cut)
    }
}

/// What has been read so far; stays usable when reading is cut short by a time-out.
#[derive(Debug, Default)]
pub(super) struct Collected {
    output: Tail,
    error_output: Tail,
    missing: bool,
    exit_code: Option<i32>,
}

impl Collected {
    /// Reads until the process has ended. Safe to drop half-way: what was read is kept.
    ///
    /// # Errors
    /// The problem that the node reports, `exec_interrupted` when the stream ends before the process does.
    pub(super) async fn read_from(&mut self, stream: &mut (impl AsyncRead + Unpin + ?Sized)) -> Result<()> {
        let mut buffer = BytesMut::with_capacity(64 << 10);
        loop {
            let mut used = 0;
            while let Some((frame, length)) =
                Frame::decode(&buffer[used..]).internal("decoding frames of an exec")?
            {
                self.take(&frame)?;
                used += length;
            }
            bytes::Buf::advance(&mut buffer, used);
            if self.exit_code.is_some() {
                return Ok(());
            }
            buffer.reserve(64 << 10);
            let count =
                stream.read_buf(&mut buffer).await.map_err(|error| interrupted().source_error(error))?;
            if count == 0 {
                return Err(interrupted());
            }
        }
    }

    fn take(&mut self, frame: &Frame<'_>) -> Result<()> {
        match frame {
            Frame::Output { bytes, .. } => self.output.push(bytes),
            Frame::ErrorOutput { bytes, .. } => self.error_output.push(bytes),
            Frame::Gap { .. } => self.missing = true,
            Frame::Exit { code, .. } => self.exit_code = Some(*code),
            Frame::Problem { json } => {
                let problem: Problem =
                    serde_json::from_slice(json).internal("decoding the problem of an exec")?;
                return Err(problem.into());
            }
            _ => {}
        }
        Ok(())
    }

    /// `timed_out` when the process was killed because it took too long.
    pub(super) fn finish(self, timed_out: bool) -> ExecResult {
        let (stdout, stdout_cut) = self.output.into_text();
        let (stderr, stderr_cut) = self.error_output.into_text();
        // 128 + SIGKILL, as a shell would say it.
        let exit_code = self.exit_code.unwrap_or(137);
        ExecResult {
            exit_code,
            stdout,
            stderr,
            truncated: stdout_cut || stderr_cut || self.missing,
            timed_out,
        }
    }
}

fn interrupted() -> Error {
    Error::unavailable(
        "exec_interrupted",
        "The connection to the instance's node broke while the command ran.",
    )
    .next_step("The command was ended; run it again when the node is back.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(frames: &[Frame<'_>]) -> Vec<u8> {
        let mut out = Vec::new();
        for frame in frames {
            frame.encode(&mut out);
        }
        out
    }

    #[tokio::test]
    async fn output_is_collected_and_cut_at_the_front() {
        let big = vec![b'x'; MAX_OUTPUT / 2];
        let mut frames: Vec<Frame<'_>> = (0..6).map(|_| Frame::Output { offset: 0, bytes: &big }).collect();
        frames.push(Frame::Output { offset: 0, bytes: b"end" });
        frames.push(Frame::ErrorOutput { offset: 0, bytes: b"oops" });
        frames.push(Frame::Unknown { kind: 0x70 });
        frames.push(Frame::Exit { code: 3, signal: 0, out_of_memory: false });
        let bytes = encoded(&frames);
        let mut collected = Collected::default();
        collected.read_from(&mut bytes.as_slice()).await.unwrap();
        let result = collected.finish(false);
        assert_eq!((result.exit_code, result.stderr.as_str(), result.truncated), (3, "oops", true));
        assert_eq!(result.stdout.len(), MAX_OUTPUT);
        assert!(result.stdout.ends_with("end"));
    }

    #[tokio::test]
    async fn a_broken_stream_and_a_problem_are_errors() {
        let bytes = encoded(&[Frame::Output { offset: 0, bytes: b"x" }]);
        let error = Collected::default().read_from(&mut bytes.as_slice()).await.unwrap_err();
        assert_eq!(error.code(), "exec_interrupted");
        let problem =
            serde_json::to_vec(&Error::conflict("not_running", "It is not running.").to_problem()).unwrap();
        let bytes = encoded(&[Frame::Problem { json: &problem }]);
        let error = Collected::default().read_from(&mut bytes.as_slice()).await.unwrap_err();
        assert_eq!(error.code(), "not_running");
    }
}
