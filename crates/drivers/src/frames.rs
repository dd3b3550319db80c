//! Reading and writing [`Frame`]s on asynchronous byte streams. Holds no state beyond the bytes of one unfinished frame.

use bytes::{Buf as _, BytesMut};
use stead_core::frame::{Frame, FrameError, HEADER_LENGTH};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// A frame that owns its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFrame {
    kind: u8,
    payload: Vec<u8>,
}

impl OwnedFrame {
    /// # Errors
    /// When the payload is too short for its kind.
    pub fn frame(&self) -> Result<Frame<'_>, FrameError> {
        Frame::from_parts(self.kind, &self.payload)
    }
}

/// Takes whole frames off a stream. Cancelling [`FrameReader::next`] loses nothing.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    buffer: BytesMut,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub fn new(stream: R) -> Self {
        Self { stream, buffer: BytesMut::with_capacity(8 * 1024) }
    }

    /// The next frame; `None` at the end of the stream.
    ///
    /// # Errors
    /// When reading fails, the bytes are no frames, or the stream ends inside a frame.
    pub async fn next(&mut self) -> std::io::Result<Option<OwnedFrame>> {
        loop {
            if let Some((frame, used)) = Frame::decode(&self.buffer).map_err(std::io::Error::other)? {
                let kind = frame.kind();
                let payload = self.buffer[HEADER_LENGTH..used].to_vec();
                self.buffer.advance(used);
                return Ok(Some(OwnedFrame { kind, payload }));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() {
                    Ok(None)
                } else {
                    Err(std::io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }
}

/// # Errors
/// When the stream does not take the bytes.
pub async fn write_frame<W: AsyncWrite + Unpin>(stream: &mut W, frame: &Frame<'_>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    stream.write_all(&bytes).await?;
    stream.flush().await
}
