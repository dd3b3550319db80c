//! WebSockets joined to streams of frames, between real sockets.

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::any;
use futures::{SinkExt, StreamExt};
use stead_core::Error;
use stead_core::frame::Frame;
use stead_http::stream::bridge::{self, Cut, Input, Pulse};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

const LIMIT: Duration = Duration::from_secs(10);

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, what).await.unwrap_or_else(|_| panic!("it did not happen"))
}

/// A client and the far end of the stream that its socket is joined to.
struct Joined {
    client: Client,
    far: DuplexStream,
    cut: oneshot::Sender<Cut>,
}

async fn joined_with(input: Input, silence: Duration) -> Joined {
    let (near, far) = tokio::io::duplex(64 << 10);
    let (cut, cutting) = oneshot::channel();
    let parts = Arc::new(Mutex::new(Some((near, cutting))));
    let pulse = Pulse { every: Duration::from_millis(50), silence };
    let handler = move |upgrade: WebSocketUpgrade| {
        let parts = Arc::clone(&parts);
        async move {
            let (near, cutting) = parts.lock().unwrap().take().unwrap();
            let cut = async move {
                match cutting.await {
                    Ok(cut) => cut,
                    Err(_) => pending().await,
                }
            };
            upgrade
                .max_write_buffer_size(bridge::WRITE_BUFFER)
                .on_upgrade(move |socket| bridge::join(socket, near, input, pulse, cut))
        }
    };
    let address = serve(Router::new().route("/", any(handler))).await;
    let (client, _) = connect_async(format!("ws://{address}/")).await.unwrap();
    Joined { client, far, cut }
}

async fn joined() -> Joined {
    joined_with(Input::All, LIMIT).await
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn framed(frame: &Frame<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    frame.encode(&mut out);
    out
}

async fn next_frame(client: &mut Client) -> Vec<u8> {
    loop {
        match soon(client.next()).await {
            Some(Ok(Message::Binary(bytes))) => return bytes.to_vec(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn close_code(client: &mut Client) -> u16 {
    loop {
        match soon(client.next()).await {
            Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn frames_pass_both_ways_and_the_end_is_normal() {
    let Joined { mut client, mut far, cut: _cut } = joined().await;
    far.write_all(&framed(&Frame::Output { offset: 7, bytes: b"hello" })).await.unwrap();
    assert_eq!(next_frame(&mut client).await, Frame::Output { offset: 7, bytes: b"hello" }.to_message());
    for frame in [
        Frame::Input { bytes: b"ls\n" },
        Frame::Resize { columns: 80, rows: 24 },
        Frame::Signal { number: 2 },
        Frame::InputEnd,
    ] {
        client.send(Message::binary(frame.to_message())).await.unwrap();
        let expected = framed(&frame);
        let mut seen = vec![0; expected.len()];
        soon(far.read_exact(&mut seen)).await.unwrap();
        assert_eq!(seen, expected);
    }
    far.write_all(&framed(&Frame::Exit { code: 0, signal: 0, out_of_memory: false })).await.unwrap();
    drop(far);
    assert_eq!(next_frame(&mut client).await[0], 0x04);
    assert_eq!(close_code(&mut client).await, 1000);
}

#[tokio::test]
async fn pings_are_answered_here() {
    let Joined { mut client, far: _far, cut: _cut } = joined_with(Input::None, LIMIT).await;
    client.send(Message::binary(Frame::Ping.to_message())).await.unwrap();
    assert_eq!(next_frame(&mut client).await, Frame::Ping.to_message());
}

#[tokio::test]
async fn readers_cannot_write() {
    let Joined { mut client, mut far, cut: _cut } = joined_with(Input::None, LIMIT).await;
    client.send(Message::binary(Frame::Input { bytes: b"rm" }.to_message())).await.unwrap();
    client.send(Message::binary(Frame::Signal { number: 9 }.to_message())).await.unwrap();
    client.send(Message::Close(None)).await.unwrap();
    let mut seen = Vec::new();
    soon(far.read_to_end(&mut seen)).await.unwrap();
    assert!(seen.is_empty());
}

#[tokio::test]
async fn what_clients_may_not_send_closes_the_socket() {
    for (message, code) in [
        (Message::text("ls"), 1003),
        (Message::binary(Frame::Request { json: b"{}" }.to_message()), 4000),
        (Message::binary(Frame::Output { offset: 0, bytes: b"x" }.to_message()), 4000),
        (Message::binary(vec![0x13, 0]), 4000),
        (Message::binary(Vec::new()), 4000),
    ] {
        let Joined { mut client, mut far, cut: _cut } = joined().await;
        client.send(message).await.unwrap();
        assert_eq!(close_code(&mut client).await, code);
        let mut seen = Vec::new();
        soon(far.read_to_end(&mut seen)).await.unwrap();
        assert!(seen.is_empty());
    }
}

#[tokio::test]
async fn a_problem_gives_the_close_code_and_a_break_another() {
    let Joined { mut client, mut far, cut: _cut } = joined().await;
    let json = serde_json::to_vec(&Error::conflict("gone", "It is gone.").to_problem()).unwrap();
    far.write_all(&framed(&Frame::Problem { json: &json })).await.unwrap();
    drop(far);
    assert_eq!(next_frame(&mut client).await[0], 0x06);
    assert_eq!(close_code(&mut client).await, 4409);

    let Joined { mut client, mut far, cut: _cut } = joined().await;
    far.write_all(&[1, 0, 0, 0, 20, 0]).await.unwrap();
    drop(far);
    assert_eq!(close_code(&mut client).await, 1011);
}

#[tokio::test]
async fn revocation_cuts_at_once() {
    for (cut, code) in [(Cut::SignedOut, 4401), (Cut::Forbidden, 4403), (Cut::ShuttingDown, 1001)] {
        let mut joined = joined().await;
        joined.cut.send(cut).unwrap();
        assert_eq!(close_code(&mut joined.client).await, code);
        let mut rest = Vec::new();
        soon(joined.far.read_to_end(&mut rest)).await.unwrap();
    }
}

#[tokio::test]
async fn a_silent_client_is_let_go_and_one_that_answers_pings_is_not() {
    let Joined { mut client, far: _far, cut: _cut } =
        joined_with(Input::All, Duration::from_millis(400)).await;
    // Reading answers the pings; the socket outlives the limit many times.
    let quiet = tokio::time::timeout(Duration::from_secs(2), async {
        loop {
            match client.next().await {
                Some(Ok(Message::Ping(_))) => {}
                other => return format!("{other:?}"),
            }
        }
    });
    assert!(quiet.await.is_err());

    let Joined { client, mut far, cut: _cut } = joined_with(Input::All, Duration::from_millis(400)).await;
    let mut rest = Vec::new();
    soon(far.read_to_end(&mut rest)).await.unwrap();
    drop(client);
}

#[tokio::test]
async fn a_slow_reader_holds_the_stream_back_and_loses_nothing() {
    let Joined { mut client, far, cut: _cut } = joined().await;
    let (mut far_read, mut far_write) = tokio::io::split(far);
    let piece = vec![b'x'; 32 << 10];
    let total: u64 = 64 << 20;
    let written = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let writer = tokio::spawn({
        let written = Arc::clone(&written);
        async move {
            let mut offset = 0u64;
            while offset < total {
                if far_write.write_all(&framed(&Frame::Output { offset, bytes: &piece })).await.is_err() {
                    return;
                }
                offset += piece.len() as u64;
                written.store(offset, std::sync::atomic::Ordering::SeqCst);
            }
            let _ = far_write.shutdown().await;
        }
    });
    // Nobody reads: the writer comes to a halt far from the end, held by buffers alone.
    let stalled = soon(async {
        let mut last = u64::MAX;
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = written.load(std::sync::atomic::Ordering::SeqCst);
            if now == last {
                return now;
            }
            last = now;
        }
    })
    .await;
    assert!(stalled < total / 2, "{stalled} bytes went into buffers");
    let mut expected = 0u64;
    while expected < total {
        let message = next_frame(&mut client).await;
        let Ok(Frame::Output { offset, bytes }) = Frame::from_message(&message) else { panic!("no output") };
        assert_eq!(offset, expected);
        expected += bytes.len() as u64;
    }
    soon(writer).await.unwrap();
    let mut nothing = [0; 1];
    drop(client);
    let _ = far_read.read(&mut nothing).await;
}
