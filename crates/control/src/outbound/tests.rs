//! The client against servers on this machine: what is dialled, what is refused, what is cut.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

struct Peer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers each connection's first request with `answer`, then keeps it open for as long as `hold`.
async fn peer(answer: Vec<u8>, hold: Duration) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let task = tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4_096];
                let _ = socket.read(&mut buffer).await;
                let _ = socket.write_all(&answer).await;
                tokio::time::sleep(hold).await;
            });
        }
    });
    Peer { address, connections, task }
}

fn open() -> Outbound {
    Outbound::new(OutboundSettings::parse(["127.0.0.0/8", "::1"]).unwrap()).unwrap()
}

fn closed() -> Outbound {
    Outbound::new(OutboundSettings::default()).unwrap()
}

fn get(url: &str) -> OutboundRequest {
    OutboundRequest::new(Method::GET, Url::parse(url).unwrap())
}

#[tokio::test]
async fn nothing_private_is_dialled_by_address_or_by_name() {
    let peer = peer(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec(), Duration::ZERO).await;
    let port = peer.address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::]",
        "[64:ff9b::7f00:1]",
        "localhost.",
        "LOCALHOST",
    ] {
        let error = closed().send(get(&format!("http://{host}:{port}/"))).await.unwrap_err();
        assert!(matches!(error.code(), "address_not_allowed" | "address_unresolvable"), "{host}: {error:?}");
    }
    for host in ["127.0.0.1", "localhost"] {
        let error = closed().addresses(host, port).await.unwrap_err();
        assert_eq!(error.code(), "address_not_allowed");
    }
    assert_eq!(peer.connections.load(Ordering::SeqCst), 0);
    // The operator allows it: the same by address and by name.
    for host in ["127.0.0.1", "localhost"] {
        let answer = open().send(get(&format!("http://{host}:{port}/"))).await.unwrap();
        assert_eq!((answer.status, answer.whole().unwrap()), (200, b"ok".to_vec()));
    }
    assert_eq!(open().addresses("127.0.0.1", 5).await.unwrap(), ["127.0.0.1:5".parse().unwrap()]);
}

#[test]
fn of_a_names_addresses_only_the_public_ones_are_dialled() {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let (none, some) = (OutboundSettings::default(), OutboundSettings::parse(["10.0.0.0/8"]).unwrap());
    let mixed = [ip("10.0.0.1"), ip("8.8.8.8"), ip("::ffff:10.0.0.1"), ip("169.254.169.254")];
    assert_eq!(resolver::choose(&none, "x", &mixed).unwrap(), [ip("8.8.8.8")]);
    assert_eq!(
        resolver::choose(&some, "x", &mixed).unwrap(),
        [ip("10.0.0.1"), ip("8.8.8.8"), ip("::ffff:10.0.0.1")]
    );
    assert_eq!(resolver::choose(&none, "x", &mixed[2..]).unwrap_err().code(), "address_not_allowed");
    assert_eq!(resolver::choose(&none, "x", &[]).unwrap_err().code(), "address_unresolvable");
    assert!(OutboundSettings::parse(["private"]).unwrap().judge(ip("fd00::1")).is_ok());
    assert_eq!(OutboundSettings::parse(["nonsense"]).unwrap_err().code(), "outbound_range_invalid");
}

#[tokio::test]
async fn redirects_are_answers() {
    let peer = peer(
        b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data\r\ncontent-length: 0\r\n\r\n".to_vec(),
        Duration::ZERO,
    )
    .await;
    let answer = open().send(get(&format!("http://{}/", peer.address))).await.unwrap();
    assert_eq!(answer.status, 302);
    assert!(!answer.is_success());
}

#[tokio::test]
async fn size_and_time_are_limited() {
    let mut large = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec();
    large.extend(std::iter::repeat_n(b'x', 100_000));
    let peer = peer(large, Duration::ZERO).await;
    let mut request = get(&format!("http://{}/", peer.address));
    request.largest_answer = 1_000;
    let answer = open().send(request).await.unwrap();
    assert_eq!((answer.body.len(), answer.cut), (1_000, true));
    assert_eq!(answer.whole().unwrap_err().code(), "peer_answer_too_large");

    let silent = self::peer(Vec::new(), Duration::from_secs(60)).await;
    let mut request = get(&format!("http://{}/", silent.address));
    request.time_limit = Duration::from_millis(200);
    assert_eq!(open().send(request).await.unwrap_err().code(), "peer_timed_out");
}

#[test]
fn only_http_without_credentials_is_read() {
    for (text, code) in [
        ("ftp://example.org/", "address_invalid"),
        ("file:///etc/passwd", "address_invalid"),
        ("gopher://example.org", "address_invalid"),
        ("https://me:secret@example.org/", "address_invalid"),
        ("nonsense", "address_invalid"),
        ("http://", "address_invalid"),
        ("http://10.0.0.1/", "address_not_allowed"),
        ("http://[fd00:ec2::254]/", "address_not_allowed"),
    ] {
        assert_eq!(closed().check_url(text).unwrap_err().code(), code, "{text}");
    }
    assert_eq!(
        closed().check_url(&format!("https://e.org/{}", "a".repeat(3_000))).unwrap_err().code(),
        "address_invalid"
    );
    assert_eq!(
        closed().check_url("https://example.org/a?b=c#d").unwrap().as_str(),
        "https://example.org/a?b=c"
    );
}

#[tokio::test]
async fn a_peer_that_is_not_there_or_speaks_something_else_is_named_as_such() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(open().send(get(&format!("http://{gone}/"))).await.unwrap_err().code(), "peer_unreachable");
    let strange = peer(b"220 mail.example.org ESMTP\r\n".to_vec(), Duration::ZERO).await;
    let url = format!("http://{}/", strange.address);
    assert_eq!(open().send(get(&url)).await.unwrap_err().code(), "peer_unreachable");
    // Nothing of the request is in what is logged.
    let request =
        get("http://example.org/?token=hunter2").header(reqwest::header::AUTHORIZATION, "hunter3").unwrap();
    assert!(!format!("{request:?}").contains("hunter"));
}
