//! WebSockets of the API: opened when the stream behind them is, cut when the caller's right to them ends.

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use stead_core::error::ErrorKind;
use stead_core::{Error, Result};
use stead_link::ByteStream;

use crate::extract::InTenant;
use crate::extract::caller::Needs;
use crate::problem::{Answer, Failure};
use crate::state::AppState;
use crate::stream::bridge::{self, Cut, Input, Pulse};
use crate::stream::revocation;

/// The handshake of a WebSocket; other requests are answered 426.
pub struct Socket(WebSocketUpgrade);

impl std::fmt::Debug for Socket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Socket").finish()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Socket {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        WebSocketUpgrade::from_request_parts(parts, state).await.map(Self).map_err(|rejection| {
            let error = Error::invalid("websocket_required", "This address speaks WebSocket only.")
                .next_step("Connect with a WebSocket client.")
                .context(rejection.to_string());
            Failure::with_status(StatusCode::UPGRADE_REQUIRED, error)
        })
    }
}

/// Whether the error is said by the HTTP status. Browsers cannot read that of a failed handshake, so what is about the
/// state of things (not running, node away) is told over the opened socket instead.
const fn refuses_handshake(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidInput
            | ErrorKind::Unauthenticated
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::RateLimited
            | ErrorKind::TooLarge
    )
}

impl Socket {
    /// Joins the socket to the stream until either ends or the caller may not use it any more.
    ///
    /// # Errors
    /// Of opening the stream, when they are about the request.
    pub fn open<P: Needs>(
        self,
        state: &AppState,
        tenant: &InTenant<P>,
        input: Input,
        stream: Result<ByteStream>,
    ) -> Answer<Response> {
        let upgrade = self
            .0
            .max_message_size(bridge::MAX_MESSAGE)
            .max_frame_size(bridge::MAX_MESSAGE)
            .max_write_buffer_size(bridge::WRITE_BUFFER);
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) if refuses_handshake(error.kind()) => return Err(error.into()),
            Err(error) => {
                if error.kind() == ErrorKind::Internal {
                    tracing::error!(error = ?error, "a stream could not be opened");
                }
                return Ok(
                    upgrade.on_upgrade(move |socket| async move { bridge::refuse(socket, &error).await })
                );
            }
        };
        let pulse = Pulse { every: state.config.limits.keep_alive, silence: state.config.limits.silence };
        let revoked = revocation::until_revoked(state, &tenant.scope, P::PERMISSION);
        let shutdown = state.shutdown.clone();
        let cut = async move {
            tokio::select! {
                cut = revoked => cut,
                () = shutdown.cancelled() => Cut::ShuttingDown,
            }
        };
        Ok(upgrade.on_upgrade(move |socket| bridge::join(socket, stream, input, pulse, cut)))
    }
}
