//! Who may connect, and how a node keeps trying.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use stead_core::Timestamp;
use stead_core::ambient::{Ambient, ManualClock};
use stead_core::error::{Error, Result};
use stead_core::ids::NodeId;
use stead_link::identity::{Authority, Fingerprint, Identity, PeerNode, PrivateKey};
use stead_link::tls::{NodeAcceptor, ServerConnector};
use stead_link::{Backoff, ByteStream, SessionEnd, connect_forever, pipe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

const FIRST: Duration = Duration::from_millis(10);

fn ambient() -> (Ambient, Arc<ManualClock>) {
    Ambient::manual(Timestamp::from_micros(1_790_000_000_000_000), 5)
}

fn node_identity(authority: &Authority, ambient: &Ambient, node: NodeId) -> Identity {
    let key = PrivateKey::generate().unwrap();
    key.with_certificate(authority.issue_node(ambient, node, &key.public_pem()).unwrap())
}

async fn handshake(
    acceptor: &NodeAcceptor,
    connector: &ServerConnector,
) -> (Result<ByteStream>, Result<(ByteStream, PeerNode)>) {
    let (near, far) = pipe();
    tokio::join!(connector.connect(near), acceptor.accept(far))
}

#[tokio::test]
async fn a_node_is_who_its_certificate_says_also_after_the_authority_was_stored_and_loaded() {
    let (ambient, _) = ambient();
    let stored = Authority::create(&ambient).unwrap().identity();
    let authority = Authority::load(stored.certificate.clone(), stored.key).unwrap();
    let server = authority.issue_server(&ambient).unwrap();
    let acceptor = NodeAcceptor::new(authority.certificate(), &server, &ambient).unwrap();
    let node = ambient.new_id();
    let identity = node_identity(&authority, &ambient, node);
    let connector = ServerConnector::new(&stored.certificate, &identity, &ambient).unwrap();
    let (near, far) = handshake(&acceptor, &connector).await;
    let (mut near, (mut far, peer)) = (near.unwrap(), far.unwrap());
    assert_eq!(peer, PeerNode { node, fingerprint: Fingerprint::of_pem(&identity.certificate).unwrap() });
    near.write_all(b"hello").await.unwrap();
    near.flush().await.unwrap();
    let mut read = [0; 5];
    far.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"hello");
    assert!(!format!("{identity:?}").contains("PRIVATE"));
}

#[tokio::test]
async fn strangers_old_certificates_and_servers_posing_as_nodes_are_refused() {
    let (ambient, clock) = ambient();
    let authority = Authority::create(&ambient).unwrap();
    let other = Authority::create(&ambient).unwrap();
    let server = authority.issue_server(&ambient).unwrap();
    let acceptor = NodeAcceptor::new(authority.certificate(), &server, &ambient).unwrap();
    let good = node_identity(&authority, &ambient, ambient.new_id());

    let stranger = node_identity(&other, &ambient, ambient.new_id());
    let connector = ServerConnector::new(authority.certificate(), &stranger, &ambient).unwrap();
    assert_eq!(handshake(&acceptor, &connector).await.1.err().unwrap().code(), "node_refused");

    let connector = ServerConnector::new(authority.certificate(), &server, &ambient).unwrap();
    assert_eq!(handshake(&acceptor, &connector).await.1.err().unwrap().code(), "node_refused");

    let connector = ServerConnector::new(other.certificate(), &good, &ambient).unwrap();
    let (near, far) = handshake(&acceptor, &connector).await;
    assert_eq!(near.err().unwrap().code(), "server_refused");
    assert!(far.is_err());

    let posing = NodeAcceptor::new(authority.certificate(), &good, &ambient).unwrap();
    let connector = ServerConnector::new(authority.certificate(), &good, &ambient).unwrap();
    assert_eq!(handshake(&posing, &connector).await.0.err().unwrap().code(), "server_refused");

    assert!(handshake(&acceptor, &connector).await.1.is_ok());
    clock.advance(Duration::from_secs(91 * 24 * 60 * 60));
    assert_eq!(handshake(&acceptor, &connector).await.1.err().unwrap().code(), "node_refused");
    assert_eq!(
        authority.issue_node(&ambient, ambient.new_id(), "no key").unwrap_err().code(),
        "invalid_public_key"
    );
}

#[tokio::test]
async fn a_node_dials_again_and_pauses_start_over_only_after_an_accepted_session() {
    let (ambient, _) = ambient();
    let stop = CancellationToken::new();
    let dials = AtomicU32::new(0);
    let started = tokio::time::Instant::now();
    let times = std::sync::Mutex::new(Vec::new());
    connect_forever(
        || {
            let number = dials.fetch_add(1, Ordering::SeqCst);
            times.lock().unwrap().push(started.elapsed());
            if number == 9 {
                stop.cancel();
            }
            async move {
                if number.is_multiple_of(2) { Ok(pipe().0) } else { Err(Error::unavailable("down", "Down.")) }
            }
        },
        |_| {
            // The seventh dial is the first that the server speaks on.
            let accepted = dials.load(Ordering::SeqCst) == 7;
            async move { SessionEnd { accepted, error: None } }
        },
        Backoff::new(FIRST, Duration::from_secs(60)),
        &ambient,
        &stop,
    )
    .await;
    let times = times.into_inner().unwrap();
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses.len(), 9);
    for (index, pause) in pauses.iter().take(6).enumerate() {
        assert!(*pause >= FIRST * (1 << index) / 2, "{index}: {pause:?}");
    }
    assert!(pauses[6] < pauses[5], "{pauses:?}");
}
