//! Whole frames off a byte stream, without understanding them. See [`stead_core::frame`] for the format.

use bytes::{Buf, Bytes, BytesMut};
use stead_core::frame::{HEADER_LENGTH, MAX_PAYLOAD};
use tokio::io::{AsyncRead, AsyncReadExt};

const READ_SIZE: usize = 64 << 10;

/// Why there are no more frames.
#[derive(Debug, thiserror::Error)]
pub enum FramesEnd {
    #[error("the stream ended")]
    Clean,
    #[error("the stream ended within a frame")]
    Torn,
    #[error("a frame announces {0} bytes, more than allowed")]
    TooLong(usize),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Reads frames as WebSocket messages: the kind, then the payload.
#[derive(Debug)]
pub struct FrameReader<R> {
    source: R,
    buffer: BytesMut,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub fn new(source: R) -> Self {
        Self { source, buffer: BytesMut::with_capacity(READ_SIZE) }
    }

    /// A message that is already here, if a whole one is.
    ///
    /// # Errors
    /// When the frame is longer than allowed.
    pub fn take(&mut self) -> Result<Option<Bytes>, FramesEnd> {
        let Some(header) = self.buffer.first_chunk::<HEADER_LENGTH>() else { return Ok(None) };
        let [kind, length @ ..] = *header;
        let length = u32::from_be_bytes(length) as usize;
        if length > MAX_PAYLOAD {
            return Err(FramesEnd::TooLong(length));
        }
        if self.buffer.len() < HEADER_LENGTH + length {
            return Ok(None);
        }
        // The message is the frame without its length: drop four bytes and put the kind in the last one's place.
        self.buffer.advance(HEADER_LENGTH - 1);
        let mut message = self.buffer.split_to(length + 1);
        message[0] = kind;
        Ok(Some(message.freeze()))
    }

    /// The next message. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When there will be none.
    pub async fn next(&mut self) -> Result<Bytes, FramesEnd> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(message);
            }
            self.buffer.reserve(READ_SIZE);
            if self.source.read_buf(&mut self.buffer).await? == 0 {
                return Err(if self.buffer.is_empty() { FramesEnd::Clean } else { FramesEnd::Torn });
            }
        }
    }
}

/// The header of a message's frame on a byte stream.
#[must_use]
pub fn header(kind: u8, payload: usize) -> [u8; HEADER_LENGTH] {
    let [a, b, c, d] = u32::try_from(payload).unwrap_or(u32::MAX).to_be_bytes();
    [kind, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stead_core::frame::Frame;

    proptest! {
        #[test]
        fn messages_are_what_was_framed(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8), step in 1usize..50) {
            let mut bytes = Vec::new();
            for payload in &payloads {
                Frame::Input { bytes: payload }.encode(&mut bytes);
                prop_assert_eq!(&bytes[bytes.len() - payload.len() - HEADER_LENGTH..][..HEADER_LENGTH], &header(0x11, payload.len())[..]);
            }
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let read = runtime.block_on(async {
                // Chained pieces make the reader meet every boundary.
                let pieces: Vec<std::io::Result<Bytes>> = bytes.chunks(step).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
                let mut reader = FrameReader::new(tokio_util::io::StreamReader::new(futures::stream::iter(pieces)));
                let mut read = Vec::new();
                loop {
                    match reader.next().await {
                        Ok(message) => read.push(message),
                        Err(FramesEnd::Clean) => return read,
                        Err(other) => panic!("{other}"),
                    }
                }
            });
            let expected: Vec<_> = payloads.iter().map(|payload| Frame::Input { bytes: payload }.to_message()).collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[tokio::test]
    async fn torn_and_oversized_frames_end_the_stream() {
        assert!(matches!(FrameReader::new(&[1u8, 0, 0, 0, 9, 1][..]).next().await, Err(FramesEnd::Torn)));
        assert!(matches!(
            FrameReader::new(&[1u8, 0xff, 0, 0, 0][..]).next().await,
            Err(FramesEnd::TooLong(_))
        ));
        assert!(matches!(FrameReader::new(&[][..]).next().await, Err(FramesEnd::Clean)));
    }
}
