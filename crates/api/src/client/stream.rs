//! WebSockets of frames: terminals, consoles and commands.

use futures::{SinkExt, StreamExt};
use stead_core::frame::Frame;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use url::Url;

use super::ClientError;
use crate::problem::ProblemBody;

/// One message as it came; [`OwnedFrame::frame`] reads it.
#[derive(Debug, Clone)]
pub struct OwnedFrame(bytes::Bytes);

impl OwnedFrame {
    /// # Errors
    /// When the peer sent no valid frame.
    pub fn frame(&self) -> Result<Frame<'_>, ClientError> {
        Frame::from_message(&self.0).map_err(|error| ClientError::Protocol(error.to_string()))
    }
}

/// A WebSocket of frames in both directions.
#[derive(Debug)]
pub struct FrameStream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl FrameStream {
    pub(super) async fn open(
        mut url: Url,
        headers: impl Iterator<Item = (&'static str, String)>,
    ) -> Result<Self, ClientError> {
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        let address = url.origin().ascii_serialization();
        if url.set_scheme(scheme).is_err() {
            return Err(ClientError::Protocol(format!("{url} cannot be a WebSocket address")));
        }
        let mut request =
            url.as_str().into_client_request().map_err(|error| ClientError::Protocol(error.to_string()))?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(&value).map_err(|_| {
                ClientError::Protocol(format!("the header {name} has characters that cannot be sent"))
            })?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(SocketError::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err(match serde_json::from_slice::<ProblemBody>(body) {
                    Ok(problem) => ClientError::Refused(Box::new(problem)),
                    Err(_) => ClientError::Protocol(format!("the server answered {}", response.status())),
                })
            }
            Err(error) => Err(ClientError::Unreachable { address, reason: error.to_string() }),
        }
    }

    /// The next frame; `None` when the server closed the stream.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Option<OwnedFrame>, ClientError> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(Some(OwnedFrame(bytes))),
                Some(Ok(Message::Close(Some(close)))) if u16::from(close.code) >= 1008 => {
                    return Err(ClientError::Protocol(format!(
                        "the server closed the stream: {}",
                        close.reason
                    )));
                }
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(ClientError::Protocol(format!("the stream broke: {error}"))),
            }
        }
    }

    /// # Errors
    /// When the connection breaks.
    pub async fn send(&mut self, frame: &Frame<'_>) -> Result<(), ClientError> {
        self.socket
            .send(Message::Binary(frame.to_message().into()))
            .await
            .map_err(|error| ClientError::Protocol(format!("the stream broke: {error}")))
    }
}
