//! Frames of a console as plain bytes.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};
use stead_core::error::Problem;
use stead_core::frame::Frame;
use stead_core::{Error, Result};
use tokio::io::AsyncRead;

use crate::stream::frames::{FrameReader, FramesEnd};

/// Of a longer console the end is kept.
pub const MAX_TEXT: usize = 8 << 20;

#[derive(Debug, PartialEq, Eq)]
pub struct ConsoleText {
    pub bytes: Vec<u8>,
    /// The offset after the last byte.
    pub end: u64,
}

/// Reads a stream that ends by itself. `begin` is where it was asked to begin.
///
/// # Errors
/// The problem that the stream carries, or its breaking off.
pub async fn collect(source: impl AsyncRead + Unpin, begin: u64) -> Result<ConsoleText> {
    let mut frames = FrameReader::new(source);
    let mut pieces: VecDeque<Bytes> = VecDeque::new();
    let (mut size, mut end) = (0, begin);
    loop {
        let mut message = match frames.next().await {
            Ok(message) => message,
            Err(FramesEnd::Clean) => break,
            Err(error) => {
                return Err(Error::unavailable("stream_broken", "The console could not be read to its end.")
                    .next_step("Try again.")
                    .source_error(error));
            }
        };
        let output = match Frame::from_message(&message) {
            Ok(Frame::Output { offset, bytes } | Frame::Snapshot { offset, bytes, .. }) => {
                (offset, bytes.len())
            }
            Ok(Frame::Gap { to, .. }) => {
                end = end.max(to);
                continue;
            }
            Ok(Frame::Problem { json }) => {
                let problem: Option<Problem> = serde_json::from_slice(json).ok();
                return Err(
                    problem.map_or_else(|| Error::internal("a problem frame without a problem"), Error::from)
                );
            }
            Ok(_) => continue,
            Err(error) => return Err(Error::internal("reading a console frame").source_error(error)),
        };
        let (offset, length) = output;
        message.advance(message.len() - length);
        end = end.max(offset.saturating_add(length as u64));
        size += length;
        pieces.push_back(message);
        while let Some(first) = pieces.front()
            && size - first.len() >= MAX_TEXT
        {
            size -= first.len();
            pieces.pop_front();
        }
    }
    let mut bytes = Vec::with_capacity(size);
    pieces.iter().for_each(|piece| bytes.extend_from_slice(piece));
    if bytes.len() > MAX_TEXT {
        bytes.drain(..bytes.len() - MAX_TEXT);
    }
    Ok(ConsoleText { bytes, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(frames: &[Frame<'_>]) -> Vec<u8> {
        let mut out = Vec::new();
        frames.iter().for_each(|frame| frame.encode(&mut out));
        out
    }

    #[tokio::test]
    async fn text_ends_at_the_last_byte() {
        let bytes = framed(&[
            Frame::Gap { from: 0, to: 100 },
            Frame::Output { offset: 100, bytes: b"hello " },
            Frame::Output { offset: 106, bytes: b"world" },
        ]);
        let text = collect(&bytes[..], 0).await.unwrap();
        assert_eq!(text, ConsoleText { bytes: b"hello world".to_vec(), end: 111 });
        assert_eq!(collect(&[][..], 7).await.unwrap().end, 7);
    }

    #[tokio::test]
    async fn the_end_of_a_long_console_is_kept() {
        let piece = vec![b'x'; 1 << 19];
        let mut bytes = Vec::new();
        for index in 0..24u64 {
            Frame::Output { offset: index << 19, bytes: &piece }.encode(&mut bytes);
        }
        Frame::Output { offset: 12 << 20, bytes: b"end" }.encode(&mut bytes);
        let text = collect(&bytes[..], 0).await.unwrap();
        assert_eq!((text.bytes.len(), text.end), (MAX_TEXT, (12 << 20) + 3));
        assert!(text.bytes.ends_with(b"xend"));
    }

    #[tokio::test]
    async fn problems_and_breaks_are_errors() {
        let json = serde_json::to_vec(&Error::conflict("instance_gone", "It is gone.").to_problem()).unwrap();
        let bytes = framed(&[Frame::Problem { json: &json }]);
        assert_eq!(collect(&bytes[..], 0).await.unwrap_err().code(), "instance_gone");
        assert_eq!(collect(&bytes[..7], 0).await.unwrap_err().code(), "stream_broken");
    }
}
