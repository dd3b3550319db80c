//! The frames of consoles, terminals and processes: one format from the shim's socket through the agent, the node connection and
//! the server to the browser's WebSocket, so that the hops in between copy bytes and understand nothing.
//!
//! On byte streams a frame is `kind: u8, length: u32 big-endian, payload`; in a WebSocket each binary message is
//! `kind: u8, payload`. Unknown kinds are skipped by their length. Offsets count bytes of output since the process or console
//! began and never restart; a reader that reconnects names the offset it has reached.

/// The longest payload a reader accepts.
pub const MAX_PAYLOAD: usize = 1 << 20;
pub const HEADER_LENGTH: usize = 5;

/// One message of the stream. Numbers are big-endian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// 0x01: `offset: u64`, then output of a terminal, a console or a process's standard output.
    Output { offset: u64, bytes: &'a [u8] },
    /// 0x02: `offset: u64`, then standard error of a process without a PTY; its offsets are counted apart.
    ErrorOutput { offset: u64, bytes: &'a [u8] },
    /// 0x03: `offset: u64, columns: u16, rows: u16`, then escape sequences that redraw the whole screen on a freshly reset
    /// terminal of that size. Output goes on at `offset`.
    Snapshot { offset: u64, columns: u16, rows: u16, bytes: &'a [u8] },
    /// 0x04: `code: i32, signal: i32 (0 none), out_of_memory: u8`: the process has ended and all its output was sent.
    Exit { code: i32, signal: i32, out_of_memory: bool },
    /// 0x05: `from: u64, to: u64`: these bytes are not kept any more.
    Gap { from: u64, to: u64 },
    /// 0x06: JSON of [`crate::error::Problem`]; the stream ends after it.
    Problem { json: &'a [u8] },
    /// 0x07: `columns: u16, rows: u16`: the terminal has this size now.
    Resized { columns: u16, rows: u16 },
    /// 0x08: JSON, the first answer to a request on the shim's socket.
    Reply { json: &'a [u8] },
    /// 0x11: bytes for the process.
    Input { bytes: &'a [u8] },
    /// 0x12: no more input; closes the process's standard input.
    InputEnd,
    /// 0x13: `columns: u16, rows: u16`: the viewer's size.
    Resize { columns: u16, rows: u16 },
    /// 0x14: `number: u8`: send this signal to the process.
    Signal { number: u8 },
    /// 0x18: JSON, the first message on the shim's socket.
    Request { json: &'a [u8] },
    /// 0x1f: answered by the same frame.
    Ping,
    /// Any other kind: to be skipped.
    Unknown { kind: u8 },
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("a frame of kind {kind:#04x} announces {length} bytes, more than the allowed {MAX_PAYLOAD}")]
    TooLong { kind: u8, length: usize },
    #[error("a frame of kind {kind:#04x} has a payload of {length} bytes, which is too short")]
    TooShort { kind: u8, length: usize },
    #[error("an empty message is no frame")]
    Empty,
}

impl<'a> Frame<'a> {
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Output { .. } => 0x01,
            Self::ErrorOutput { .. } => 0x02,
            Self::Snapshot { .. } => 0x03,
            Self::Exit { .. } => 0x04,
            Self::Gap { .. } => 0x05,
            Self::Problem { .. } => 0x06,
            Self::Resized { .. } => 0x07,
            Self::Reply { .. } => 0x08,
            Self::Input { .. } => 0x11,
            Self::InputEnd => 0x12,
            Self::Resize { .. } => 0x13,
            Self::Signal { .. } => 0x14,
            Self::Request { .. } => 0x18,
            Self::Ping => 0x1f,
            Self::Unknown { kind } => *kind,
        }
    }

    fn put_payload(&self, out: &mut Vec<u8>) {
        match self {
            Self::Output { offset, bytes } | Self::ErrorOutput { offset, bytes } => {
                out.extend_from_slice(&offset.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Self::Snapshot { offset, columns, rows, bytes } => {
                out.extend_from_slice(&offset.to_be_bytes());
                out.extend_from_slice(&columns.to_be_bytes());
                out.extend_from_slice(&rows.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Self::Exit { code, signal, out_of_memory } => {
                out.extend_from_slice(&code.to_be_bytes());
                out.extend_from_slice(&signal.to_be_bytes());
                out.push(u8::from(*out_of_memory));
            }
            Self::Gap { from, to } => {
                out.extend_from_slice(&from.to_be_bytes());
                out.extend_from_slice(&to.to_be_bytes());
            }
            Self::Problem { json } | Self::Reply { json } | Self::Request { json } => {
                out.extend_from_slice(json)
            }
            Self::Input { bytes } => out.extend_from_slice(bytes),
            Self::Resized { columns, rows } | Self::Resize { columns, rows } => {
                out.extend_from_slice(&columns.to_be_bytes());
                out.extend_from_slice(&rows.to_be_bytes());
            }
            Self::Signal { number } => out.push(*number),
            Self::InputEnd | Self::Ping | Self::Unknown { .. } => {}
        }
    }

    /// Appends the frame with its header, for byte streams.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(self.kind());
        out.extend_from_slice(&[0; 4]);
        self.put_payload(out);
        let length = u32::try_from(out.len() - start - HEADER_LENGTH).unwrap_or(u32::MAX);
        out[start + 1..start + HEADER_LENGTH].copy_from_slice(&length.to_be_bytes());
    }

    /// The frame as one WebSocket message.
    #[must_use]
    pub fn to_message(&self) -> Vec<u8> {
        let mut out = vec![self.kind()];
        self.put_payload(&mut out);
        out
    }

    /// # Errors
    /// When the message is empty or shorter than its kind requires.
    pub fn from_message(message: &'a [u8]) -> Result<Self, FrameError> {
        let (kind, payload) = message.split_first().ok_or(FrameError::Empty)?;
        Self::from_parts(*kind, payload)
    }

    /// Takes the first whole frame off `input`; `None` when more bytes are needed. The count is how many bytes it used.
    ///
    /// # Errors
    /// When the header announces more than [`MAX_PAYLOAD`] or the payload is too short for its kind.
    pub fn decode(input: &'a [u8]) -> Result<Option<(Self, usize)>, FrameError> {
        let Some((header, rest)) = input.split_at_checked(HEADER_LENGTH) else { return Ok(None) };
        let kind = header[0];
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize;
        if length > MAX_PAYLOAD {
            return Err(FrameError::TooLong { kind, length });
        }
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        Ok(Some((Self::from_parts(kind, payload)?, HEADER_LENGTH + length)))
    }

    /// # Errors
    /// When the payload is too short for its kind.
    pub fn from_parts(kind: u8, payload: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader { kind, length: payload.len(), rest: payload };
        Ok(match kind {
            0x01 => Self::Output { offset: reader.u64()?, bytes: reader.rest },
            0x02 => Self::ErrorOutput { offset: reader.u64()?, bytes: reader.rest },
            0x03 => Self::Snapshot {
                offset: reader.u64()?,
                columns: reader.u16()?,
                rows: reader.u16()?,
                bytes: reader.rest,
            },
            0x04 => Self::Exit {
                code: reader.i32()?,
                signal: reader.i32()?,
                out_of_memory: reader.take::<1>()?[0] != 0,
            },
            0x05 => Self::Gap { from: reader.u64()?, to: reader.u64()? },
            0x06 => Self::Problem { json: payload },
            0x07 => Self::Resized { columns: reader.u16()?, rows: reader.u16()? },
            0x08 => Self::Reply { json: payload },
            0x11 => Self::Input { bytes: payload },
            0x12 => Self::InputEnd,
            0x13 => Self::Resize { columns: reader.u16()?, rows: reader.u16()? },
            0x14 => Self::Signal { number: reader.take::<1>()?[0] },
            0x18 => Self::Request { json: payload },
            0x1f => Self::Ping,
            kind => Self::Unknown { kind },
        })
    }
}

struct Reader<'a> {
    kind: u8,
    length: usize,
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (head, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(FrameError::TooShort { kind: self.kind, length: self.length })?;
        self.rest = rest;
        Ok(*head)
    }
    fn u64(&mut self) -> Result<u64, FrameError> {
        self.take().map(u64::from_be_bytes)
    }
    fn u16(&mut self) -> Result<u16, FrameError> {
        self.take().map(u16::from_be_bytes)
    }
    fn i32(&mut self) -> Result<i32, FrameError> {
        self.take().map(i32::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn output_round_trips_and_partial_input_asks_for_more(offset: u64, bytes: Vec<u8>, cut in 0usize..64) {
            let frame = Frame::Output { offset, bytes: &bytes };
            let mut encoded = Vec::new();
            frame.encode(&mut encoded);
            prop_assert_eq!(Frame::decode(&encoded).unwrap(), Some((frame.clone(), encoded.len())));
            let shorter = encoded.len().saturating_sub(1 + cut);
            prop_assert_eq!(Frame::decode(&encoded[..shorter]).unwrap(), None);
            let message = frame.to_message();
            prop_assert_eq!(Frame::from_message(&message).unwrap(), frame);
        }

        #[test]
        fn any_bytes_decode_or_are_refused_without_panic(bytes: Vec<u8>) {
            let _ = Frame::decode(&bytes);
            let _ = Frame::from_message(&bytes);
        }
    }
}
