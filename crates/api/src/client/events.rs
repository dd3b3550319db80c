//! Reads the change feed (server-sent events, WHATWG HTML §9.2).

use std::collections::VecDeque;

use super::ClientError;
use crate::v1::events::Event;

/// Longer lines are a defect of the peer.
const MAX_LINE: usize = 4 << 20;

/// The change feed of the caller's tenant, as it comes.
#[derive(Debug)]
pub struct EventStream {
    response: reqwest::Response,
    buffer: Vec<u8>,
    data: String,
    ready: VecDeque<Event>,
}

impl EventStream {
    pub(super) fn new(response: reqwest::Response) -> Self {
        Self { response, buffer: Vec::new(), data: String::new(), ready: VecDeque::new() }
    }

    /// The next event; `None` when the server ended the stream. Event types that this client does not know are skipped.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Option<Event>, ClientError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let chunk = self
                .response
                .chunk()
                .await
                .map_err(|error| ClientError::Protocol(format!("the event stream broke: {error}")))?;
            let Some(chunk) = chunk else { return Ok(None) };
            self.take(&chunk)?;
        }
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), ClientError> {
        self.buffer.extend_from_slice(chunk);
        while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.take_line(line.trim_end_matches(['\n', '\r']));
        }
        if self.buffer.len() > MAX_LINE {
            return Err(ClientError::Protocol("the event stream sent a line that is too long".to_owned()));
        }
        Ok(())
    }

    fn take_line(&mut self, line: &str) {
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            if let Ok(event) = serde_json::from_str(&data) {
                self.ready.push_back(event);
            }
        } else if let Some(data) = line.strip_prefix("data:") {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
    }
}
