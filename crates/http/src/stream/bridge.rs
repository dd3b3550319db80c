//! A WebSocket of frames, joined to a byte stream of frames.
//!
//! Each binary message is one frame: the kind, then the payload. Both directions are copied with back-pressure: nothing is
//! read from one side before the other has taken what came before, so at most one read and the socket's write buffer are held.
//!
//! ## Close codes
//! | code | meaning | what a client does |
//! |---|---|---|
//! | 1000 | the stream has ended; an exit frame came before | nothing |
//! | 1001 | the server shuts down | connect again with the offset reached |
//! | 1003 | a text message came | send binary messages |
//! | 1009 | a message was too long | send shorter ones |
//! | 1011 | the stream broke | connect again with the offset reached |
//! | 4000 | a message was no frame that clients may send | correct the client |
//! | 4401 | the session or token has ended | sign in |
//! | 4403 | the permission is gone | nothing |
//! | 4408 | nothing was heard for too long | connect again |
//! | 4400 + n, 4500 + n | a problem frame came before; the code is 4000 + its HTTP status | read the problem |

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use stead_core::Error;
use stead_core::error::Problem;
use stead_core::frame::{Frame, MAX_PAYLOAD};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::Mutex;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use crate::problem::status_of;
use crate::stream::frames::{FrameReader, FramesEnd, header};

/// The longest message that is read from a client.
pub const MAX_MESSAGE: usize = MAX_PAYLOAD + 1;
/// What the socket may hold back when the client reads slowly, before the stream waits.
pub const WRITE_BUFFER: usize = 2 << 20;
const GOODBYE: Duration = Duration::from_secs(5);
/// For the client to read what was sent and to close on its side.
const LINGER: Duration = Duration::from_secs(15);

const PROBLEM: u8 = 0x06;
const EXIT: u8 = 0x04;

/// What a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Input, its end, sizes, signals, pings.
    All,
    /// Pings; anything else is dropped.
    None,
}

#[derive(Debug, Clone, Copy)]
pub struct Pulse {
    /// Between pings.
    pub every: Duration,
    /// The socket is closed when nothing was heard for this long.
    pub silence: Duration,
}

/// Why the server ends a WebSocket before its stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    SignedOut,
    Forbidden,
    ShuttingDown,
}

/// Why it is over.
#[derive(Debug)]
enum End {
    /// The client closed, or is gone.
    Client,
    Stream(FramesEnd, Option<u16>),
    Silent,
    Cut(Cut),
    Text,
    NotAFrame,
    Socket(axum::Error),
    Stuck(std::io::Error),
}

impl End {
    fn close(&self) -> Option<(u16, &'static str)> {
        Some(match self {
            Self::Client => return None,
            Self::Stream(FramesEnd::Clean, None) => (1000, "the stream has ended"),
            Self::Stream(_, Some(code)) => (*code, "see the problem"),
            Self::Stream(..) | Self::Stuck(_) => (1011, "the stream broke"),
            Self::Silent => (4408, "nothing was heard for too long"),
            Self::Cut(Cut::SignedOut) => (4401, "the session or token has ended"),
            Self::Cut(Cut::Forbidden) => (4403, "the permission is gone"),
            Self::Cut(Cut::ShuttingDown) => (1001, "the server shuts down"),
            Self::Text => (1003, "only binary messages"),
            Self::NotAFrame => (4000, "no frame that clients may send"),
            Self::Socket(_) => (1009, "the message was refused"),
        })
    }
}

type Heard = Arc<std::sync::Mutex<Instant>>;

fn hear(heard: &Heard) {
    *heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Instant::now();
}

/// Joins the two until one ends, the client is silent, or `cut` completes.
pub async fn join<S>(socket: WebSocket, stream: S, input: Input, pulse: Pulse, cut: impl Future<Output = Cut>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let (sink, mut messages) = socket.split();
    let (source, mut target) = tokio::io::split(stream);
    let mut frames = FrameReader::new(source);
    let sink = Mutex::new(sink);
    let heard: Heard = Arc::new(std::sync::Mutex::new(Instant::now()));
    let end = tokio::select! {
        end = to_client(&mut frames, &sink, pulse.every) => end,
        end = from_client(&mut messages, &mut target, &sink, input, &heard) => end,
        () = silent(&heard, pulse.silence) => End::Silent,
        cut = cut => End::Cut(cut),
    };
    match &end {
        End::Stuck(error) => tracing::debug!(error = %error, "a stream took no more input"),
        End::Socket(error) => tracing::debug!(error = %error, "a WebSocket broke"),
        End::Stream(error, _) => tracing::debug!(end = %error, "a stream ended"),
        _ => {}
    }
    if matches!(end, End::Client | End::Silent | End::Socket(_)) {
        // What the client sent last may still be on its way; dropping the stream would reset it, and hops drop what they hold then.
        let parting = async {
            let _ = target.shutdown().await;
            while frames.next().await.is_ok() {}
        };
        let _ = timeout(GOODBYE, parting).await;
    }
    // The stream ends here, not when the client has closed too: what was cut gets nothing more.
    drop((frames, target));
    if let Some((code, reason)) = end.close() {
        let goodbye = async {
            let mut sink = sink.lock().await;
            let _ = sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
            let _ = sink.close().await;
        };
        // A client that reads nothing any more does not get to hold the task.
        if timeout(GOODBYE, goodbye).await.is_ok() {
            // Closing on a socket that still has something to read resets it, and the client would lose what it has not read.
            let _ = timeout(LINGER, async { while let Some(Ok(_)) = messages.next().await {} }).await;
        }
    }
}

/// Tells the client of a problem in its own terms, and closes.
pub async fn refuse(mut socket: WebSocket, error: &Error) {
    let json = serde_json::to_vec(&error.to_problem()).unwrap_or_default();
    let goodbye = async {
        let _ = socket.send(Message::Binary(Frame::Problem { json: &json }.to_message().into())).await;
        let _ = socket
            .send(Message::Close(Some(CloseFrame {
                code: 4000 + status_of(error).as_u16(),
                reason: "see the problem".into(),
            })))
            .await;
    };
    let _ = timeout(GOODBYE, goodbye).await;
}

fn close_code_of(problem: &[u8]) -> u16 {
    serde_json::from_slice::<Problem>(problem)
        .map_or(1011, |problem| 4000 + status_of(&Error::from(problem)).as_u16())
}

type Sink = Mutex<SplitSink<WebSocket, Message>>;

async fn to_client<S: AsyncRead + AsyncWrite>(
    frames: &mut FrameReader<ReadHalf<S>>,
    sink: &Sink,
    every: Duration,
) -> End {
    let mut pings = interval(every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.reset();
    let mut problem = None;
    loop {
        let message = tokio::select! {
            biased;
            _ = pings.tick() => {
                if let Err(error) = sink.lock().await.send(Message::Ping(Bytes::new())).await {
                    return End::Socket(error);
                }
                continue;
            }
            message = frames.next() => message,
        };
        let mut message = match message {
            Ok(message) => message,
            Err(end) => return End::Stream(end, problem),
        };
        let mut sink = sink.lock().await;
        loop {
            match message.split_first() {
                Some((&PROBLEM, json)) => problem = Some(close_code_of(json)),
                Some((&EXIT, _)) => problem = None,
                _ => {}
            }
            if let Err(error) = sink.feed(Message::Binary(message)).await {
                return End::Socket(error);
            }
            match frames.take() {
                Ok(Some(next)) => message = next,
                Ok(None) => break,
                Err(end) => return End::Stream(end, problem),
            }
        }
        if let Err(error) = sink.flush().await {
            return End::Socket(error);
        }
    }
}

/// The kinds that clients send. Requests of the shim's protocol are not among them.
fn is_for_clients(kind: u8, payload: &[u8]) -> bool {
    matches!(kind, 0x11..=0x14 | 0x1f) && Frame::from_parts(kind, payload).is_ok()
}

async fn from_client<S: AsyncRead + AsyncWrite>(
    messages: &mut SplitStream<WebSocket>,
    target: &mut WriteHalf<S>,
    sink: &Sink,
    input: Input,
    heard: &Heard,
) -> End {
    while let Some(message) = messages.next().await {
        let message = match message {
            Ok(message) => message,
            Err(error) => return End::Socket(error),
        };
        hear(heard);
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => return End::Text,
            Message::Close(_) => return End::Client,
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        let Some((&kind, payload)) = bytes.split_first() else { return End::NotAFrame };
        if !is_for_clients(kind, payload) {
            return End::NotAFrame;
        }
        if kind == Frame::Ping.kind() {
            // Answered here: the way to the shim says nothing about the connection that the client asks about.
            if let Err(error) = sink.lock().await.send(Message::Binary(Frame::Ping.to_message().into())).await
            {
                return End::Socket(error);
            }
            continue;
        }
        if input == Input::None {
            continue;
        }
        let written = async {
            target.write_all(&header(kind, payload.len())).await?;
            target.write_all(payload).await?;
            target.flush().await
        };
        if let Err(error) = written.await {
            return End::Stuck(error);
        }
        hear(heard);
    }
    End::Client
}

async fn silent(heard: &Heard, limit: Duration) {
    loop {
        let since = heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).elapsed();
        match limit.checked_sub(since) {
            Some(left) if !left.is_zero() => sleep(left).await,
            _ => return,
        }
    }
}
