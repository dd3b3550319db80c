//! Forwarding to real receivers on this machine: HTTPS batches with their signature, syslog over TCP and TLS.

use std::sync::Arc;

use stead_api::v1::audit::{AuditEvent, AuditSinkKind, CreateAuditSink, CreatedAuditSink};
use stead_core::webhook_signature::{self, Headers};
use stead_db::audit::{self as rows, Sink};
use stead_db::{Db, TenantScope};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;

use super::Audit;
use super::tests::{act, member, service};
use crate::idempotency::Mutation;

async fn add(audit: &Audit, scope: &TenantScope, kind: AuditSinkKind, target: &str) -> CreatedAuditSink {
    let input = CreateAuditSink { kind, target: target.into(), ca: None };
    audit.add_sink(scope, &input, &Mutation::default()).await.unwrap()
}

/// As if the time to wait were over, and the sink stood there.
async fn set(audit: &Audit, scope: &TenantScope, next_index: Option<i64>) {
    let row = rows::sinks(scope).await.unwrap().remove(0);
    let before = row.next_index;
    let row = Sink { retry_at: 0, next_index: next_index.unwrap_or(before), ..row };
    let row = &row;
    let set =
        audit.inner.system.transaction(|tx| async move { rows::set_sink_status(&tx, row, before).await });
    assert!(set.await.unwrap());
}

struct Call {
    head: String,
    body: Vec<u8>,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.unwrap_or_else(|| panic!("{name} in {}", self.head)).split_once(':').unwrap().1.trim()
    }

    fn events(&self) -> Vec<AuditEvent> {
        let text = std::str::from_utf8(&self.body).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Answers each call with the next status, 204 when there is none left.
async fn http_receiver(statuses: Vec<u16>) -> (String, UnboundedReceiver<Call>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events?key=hidden", listener.local_addr().unwrap());
    let (sender, calls) = unbounded_channel();
    tokio::spawn(async move {
        let mut statuses = statuses.into_iter();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let (head, length) = loop {
                let mut piece = [0; 4_096];
                let count = socket.read(&mut piece).await.unwrap();
                bytes.extend_from_slice(&piece[..count]);
                if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    let head = String::from_utf8(bytes.drain(..end + 4).collect()).unwrap();
                    let length = head.lines().find_map(|line| {
                        line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
                    });
                    break (head, length.unwrap().parse::<usize>().unwrap());
                }
            };
            while bytes.len() < length {
                let mut piece = vec![0; 65_536];
                let count = socket.read(&mut piece).await.unwrap();
                bytes.extend_from_slice(&piece[..count]);
            }
            let status = statuses.next().unwrap_or(204);
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = sender.send(Call { head, body: bytes });
        }
    });
    (url, calls)
}

async fn batches_are_signed_in_order_and_repeated_until_they_are_taken(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let (audit, scope) = (service(&db, folder.path()).await, member(&db).await);
    act(&scope, "test.before").await;
    let (url, mut calls) = http_receiver(vec![500, 503]).await;
    let made = add(&audit, &scope, AuditSinkKind::Https, &url).await;
    assert!(!made.sink.target.contains("hidden"), "{}", made.sink.target);
    for number in 0..450 {
        act(&scope, &format!("test.{number}")).await;
    }
    // Two failures, with ever longer waits; what failed is sent again as it was.
    let mut ids = Vec::new();
    for failures in 1..=2 {
        assert_eq!(audit.forward().await.unwrap(), 0);
        assert_eq!(audit.forward().await.unwrap(), 0, "it has to wait");
        let call = calls.recv().await.unwrap();
        ids.push((call.header("webhook-id").to_owned(), call.body));
        let shown = audit.sinks(&scope).await.unwrap().items.remove(0);
        assert!(shown.last_error.unwrap().contains("It answered 50"));
        assert!(shown.retry_at.is_some() && shown.waiting == 451, "{failures}");
        set(&audit, &scope, None).await;
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(audit.forward().await.unwrap(), 451);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let call = calls.recv().await.unwrap();
        let headers = Headers {
            id: call.header("webhook-id"),
            timestamp: call.header("webhook-timestamp"),
            signature: call.header("webhook-signature"),
        };
        let secret = made.secret.as_deref().unwrap();
        webhook_signature::verify(&[secret], &headers, &call.body, scope.now()).unwrap();
        assert!(webhook_signature::verify(&[secret], &headers, b"other", scope.now()).is_err());
        let events = call.events();
        assert!(
            events.iter().all(|event| event.evidence().is_some() && event.ip.as_deref() == Some("192.0.2.7"))
        );
        seen.extend(events.into_iter().map(|event| (event.index, event.action)));
    }
    // From the sink on, not from the beginning; without a gap, in order.
    assert_eq!(seen[0].1, "audit_sink.create");
    assert_eq!(seen.len(), 451);
    assert!(seen.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1));
    assert_eq!(seen.last().unwrap().1, "test.449");
    // The server died between the answer and the note of it: the events come once more, none is lost.
    let behind = i64::try_from(seen.last().unwrap().0).unwrap() - 4;
    set(&audit, &scope, Some(behind)).await;
    act(&scope, "test.after").await;
    assert_eq!(audit.forward().await.unwrap(), 6);
    let again = calls.recv().await.unwrap().events();
    assert_eq!(again.last().unwrap().action, "test.after");
    let shown = audit.sinks(&scope).await.unwrap().items.remove(0);
    assert!(shown.waiting == 0 && shown.last_error.is_none() && shown.delivered_at.is_some());
    // Removed: nothing more.
    audit.remove_sink(&scope, shown.id.parse().unwrap()).await.unwrap();
    act(&scope, "test.secret").await;
    assert_eq!(audit.forward().await.unwrap(), 0);
    assert!(calls.try_recv().is_err());
}

/// Messages by their length (RFC 6587).
async fn read_messages<S: AsyncRead + Unpin>(mut stream: S) -> Vec<String> {
    let mut bytes = Vec::new();
    // A peer that goes without a word of TLS has still said everything.
    let _ = stream.read_to_end(&mut bytes).await;
    let (mut rest, mut messages) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&rest[..space]).unwrap().parse().unwrap();
        messages.push(String::from_utf8(rest[space + 1..=space + length].to_vec()).unwrap());
        rest = &rest[space + 1 + length..];
    }
    messages
}

fn assert_messages(messages: &[String], actions: &[&str], tenant: &str) {
    assert_eq!(messages.len(), actions.len(), "{messages:?}");
    for (message, action) in messages.iter().zip(actions) {
        assert!(message.starts_with("<109>1 20"), "{message}");
        assert!(message.contains(&format!(" stead.test stead - {action} [stead@")), "{message}");
        assert!(message.contains(&format!("tenant=\"{tenant}\"")), "{message}");
        assert!(message.contains("] CEF:0|Stead|Stead|") && message.contains(" src=192.0.2.7"), "{message}");
    }
}

async fn syslog_over_tcp_and_tls(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let (audit, scope) = (service(&db, folder.path()).await, member(&db).await);
    let tenant = scope.tenant_id().to_string();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("tcp://{}", listener.local_addr().unwrap());
    let made = add(&audit, &scope, AuditSinkKind::Syslog, &target).await;
    assert_eq!((made.sink.target.as_str(), made.secret), (target.as_str(), None));
    act(&scope, "test.one").await;
    let receive = async { read_messages(listener.accept().await.unwrap().0).await };
    let (messages, sent) = tokio::join!(receive, audit.forward());
    assert_eq!(sent.unwrap(), 2);
    assert_messages(&messages, &["audit_sink.create", "test.one"], &tenant);
    audit.remove_sink(&scope, made.sink.id.parse().unwrap()).await.unwrap();

    // TLS: only with the authority that was given; a certificate of another is refused and nothing is said.
    let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key)
            .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("localhost:{}", listener.local_addr().unwrap().port());
    for (ca, trusted) in [(stranger.cert.pem(), false), (certificate.cert.pem(), true)] {
        let input = CreateAuditSink { kind: AuditSinkKind::Syslog, target: target.clone(), ca: Some(ca) };
        let made = audit.add_sink(&scope, &input, &Mutation::default()).await.unwrap();
        assert_eq!(made.sink.target, format!("tls://{target}"));
        let receive = async {
            let socket = listener.accept().await.unwrap().0;
            match acceptor.accept(socket).await {
                Ok(stream) => read_messages(stream).await,
                Err(_) => Vec::new(),
            }
        };
        let (messages, sent) = tokio::join!(receive, audit.forward());
        if trusted {
            assert_eq!(sent.unwrap(), 1);
            assert_messages(&messages, &["audit_sink.create"], &tenant);
        } else {
            assert_eq!((sent.unwrap(), messages.len()), (0, 0));
            let shown = audit.sinks(&scope).await.unwrap().items.remove(0);
            assert!(shown.last_error.unwrap().contains("TLS failed"));
        }
        audit.remove_sink(&scope, made.sink.id.parse().unwrap()).await.unwrap();
    }
}

async fn what_is_no_place_to_forward_to_is_refused(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let (audit, scope) = (service(&db, folder.path()).await, member(&db).await);
    for (kind, target, code) in [
        (AuditSinkKind::Https, "ftp://example.org/", "address_invalid"),
        (AuditSinkKind::Https, "https://user:word@example.org/", "address_invalid"),
        (AuditSinkKind::Https, "https://10.0.0.1/", "address_not_allowed"),
        (AuditSinkKind::Https, "http://192.0.43.8/", "sink_invalid"),
        (AuditSinkKind::Syslog, "tcp://192.0.43.8:601", "sink_invalid"),
        (AuditSinkKind::Syslog, "10.0.0.1:6514", "address_not_allowed"),
        (AuditSinkKind::Syslog, "udp://127.0.0.1:514", "sink_invalid"),
        (AuditSinkKind::Syslog, "a b:1", "sink_invalid"),
        (AuditSinkKind::Syslog, "", "sink_invalid"),
        (AuditSinkKind::Syslog, "host:99999", "sink_invalid"),
    ] {
        let input = CreateAuditSink { kind, target: target.into(), ca: None };
        let refused = audit.add_sink(&scope, &input, &Mutation::default()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{target}");
    }
    let input = CreateAuditSink {
        kind: AuditSinkKind::Syslog,
        target: "logs.example.org".into(),
        ca: Some("no certificate".into()),
    };
    assert_eq!(
        audit.add_sink(&scope, &input, &Mutation::default()).await.unwrap_err().code(),
        "sink_invalid"
    );
    for _ in 0..5 {
        add(&audit, &scope, AuditSinkKind::Syslog, "tcp://127.0.0.1:9").await;
    }
    let input = CreateAuditSink { kind: AuditSinkKind::Syslog, target: "tcp://127.0.0.1:9".into(), ca: None };
    let refused = audit.add_sink(&scope, &input, &Mutation::default()).await.unwrap_err();
    assert_eq!(refused.code(), "too_many_sinks");
    // Another tenant sees none of them and removes none.
    let other = member(&db).await;
    assert!(audit.sinks(&other).await.unwrap().items.is_empty());
    let id = audit.sinks(&scope).await.unwrap().items[0].id.parse().unwrap();
    assert_eq!(audit.remove_sink(&other, id).await.unwrap_err().code(), "sink_not_found");
}

stead_db::both_databases!(
    batches_are_signed_in_order_and_repeated_until_they_are_taken,
    syslog_over_tcp_and_tls,
    what_is_no_place_to_forward_to_is_refused
);
