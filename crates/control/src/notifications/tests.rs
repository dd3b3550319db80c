//! From a change to the mail server and the webhook, on both databases, with receivers on this machine.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use stead_core::webhook_signature::{self, Headers};
use stead_core::{Error, Timestamp};
use stead_db::page::PageRequest;
use stead_db::{TenantScope, inbox, outbox};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::engine::Reconcilers;
use crate::keys::MasterKeySettings;
use crate::operations::tests::member;
use crate::outbound::OutboundSettings;

const BASE: &str = "https://stead.example.org";

/// A server's share of notifications.
struct Server {
    notifications: Notifications,
    reconcilers: Reconcilers,
    keys: Keys,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn with(db: &Db, folder: tempfile::TempDir, mail: Option<MailSettings>) -> Self {
        let master = MasterKeySettings::File(folder.path().join("master.key"));
        let keys = Keys::start(db.clone(), &master).await.unwrap();
        let outbound = Outbound::new(OutboundSettings::parse(["127.0.0.0/8"]).unwrap()).unwrap();
        let settings = NotificationSettings { mail, first_delay: Duration::from_millis(40) };
        let name = db.ambient().random_u64().to_string();
        let notifications =
            Notifications::start(db.clone(), keys.clone(), outbound, BASE, name, &settings).await.unwrap();
        let reconcilers = Reconcilers::new(db.clone());
        for reconciler in notifications.reconcilers() {
            reconcilers.start(reconciler);
        }
        Self { notifications, reconcilers, keys, _folder: folder }
    }

    async fn start(db: &Db, mail: Option<MailSettings>) -> Self {
        Self::with(db, tempfile::tempdir().unwrap(), mail).await
    }

    async fn queue(&self, scope: &TenantScope, notice: Notice) {
        let (keys, notice) = (&self.keys, &notice);
        scope.transaction(|tx| async move { queue(&tx, keys, notice.clone()).await }).await.unwrap();
    }

    async fn stop(self) {
        self.reconcilers.stop().await;
        self.notifications.stop().await;
    }
}

async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.unwrap_or_else(|_| panic!("{what}"))
}

/// A mail server that takes everything, or nothing for now.
struct Sink {
    port: u16,
    mails: Arc<Mutex<Vec<String>>>,
    busy: Arc<AtomicBool>,
}

impl Sink {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mails, busy) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let sink = Self { port, mails: Arc::clone(&mails), busy: Arc::clone(&busy) };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (mails, busy) = (Arc::clone(&mails), Arc::clone(&busy));
                tokio::spawn(async move {
                    let _ = Self::converse(socket, &mails, &busy).await;
                });
            }
        });
        sink
    }

    async fn converse(
        socket: TcpStream,
        mails: &Mutex<Vec<String>>,
        busy: &AtomicBool,
    ) -> std::io::Result<()> {
        let mut socket = BufReader::new(socket);
        socket.write_all(b"220 sink\r\n").await?;
        let mut line = String::new();
        while socket.read_line(&mut line).await? > 0 {
            let word = line.get(..4).unwrap_or_default().to_uppercase();
            let answer: &[u8] = match word.as_str() {
                "MAIL" if busy.load(Ordering::SeqCst) => b"451 later\r\n",
                "DATA" => {
                    socket.write_all(b"354 go on\r\n").await?;
                    let mut mail = String::new();
                    loop {
                        let mut piece = String::new();
                        socket.read_line(&mut piece).await?;
                        if piece == ".\r\n" {
                            break;
                        }
                        mail.push_str(&piece);
                    }
                    mails.lock().unwrap().push(mail);
                    b"250 taken\r\n"
                }
                "QUIT" => b"221 bye\r\n",
                _ => b"250 sink\r\n",
            };
            socket.write_all(answer).await?;
            line.clear();
        }
        Ok(())
    }

    fn settings(&self) -> MailSettings {
        MailSettings {
            host: "127.0.0.1".into(),
            port: self.port,
            tls: MailTls::None,
            ca: None,
            user: None,
            password: None,
            from: "Stead <stead@example.org>".into(),
        }
    }

    async fn first(&self) -> String {
        eventually("a mail", || async { self.mails.lock().unwrap().first().cloned() }).await
    }
}

/// Quoted-printable, as far as these tests need it.
fn decoded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=").replace("=23", "#")
}

fn reset(scope: &TenantScope, token: &str) -> Notice {
    Notice::ResetPassword {
        user: scope.user_id(),
        address: "ada@example.org".into(),
        token: LinkToken::new(token),
        expires_at: scope.now().plus(Duration::from_secs(600)),
    }
}

/// The rows of the outbox as text: no secret may be in them.
async fn outbox_text(db: &Db) -> (String, Vec<outbox::Delivery>) {
    let system = db.system("test");
    let mails = outbox::mails(&system, &PageRequest::new(None, None)).await.unwrap().rows;
    let mut text = format!("{mails:?}");
    for mail in &mails {
        if let Some(notice) = &mail.notice_id {
            text.push_str(&format!("{:?}", outbox::notice(&system, notice).await.unwrap()));
        }
    }
    (text, mails)
}

async fn a_mail_is_received_once_and_its_secret_is_erased(db: Db) {
    let ada = member(&db, "Ada").await;
    let sink = Sink::start().await;
    // The mail server is busy at first: nothing is lost, and the secret is nowhere in plain text meanwhile.
    sink.busy.store(true, Ordering::SeqCst);
    let server = Server::start(&db, Some(sink.settings())).await;
    server.queue(&ada, reset(&ada, "the-secret-of-the-link")).await;
    eventually("a failed attempt", || async {
        let (text, mails) = outbox_text(&db).await;
        assert!(!text.contains("the-secret"), "{text}");
        mails.first().filter(|mail| mail.attempts > 0).map(drop)
    })
    .await;
    sink.busy.store(false, Ordering::SeqCst);
    let mail = decoded(&sink.first().await);
    assert!(mail.contains(&format!("{BASE}/reset-password#the-secret-of-the-link")), "{mail}");
    assert!(
        mail.contains("To: Ada <ada@example.org>") || mail.contains("To: \"Ada\" <ada@example.org>"),
        "{mail}"
    );
    assert!(mail.contains("Auto-Submitted: auto-generated") && !mail.contains("List-Unsubscribe"));
    let (text, mails) = eventually("the end of the delivery", || async {
        let (text, mails) = outbox_text(&db).await;
        (mails[0].state == outbox::DELIVERED).then_some((text, mails))
    })
    .await;
    assert!(mail.contains(&format!("Message-ID: <{}@stead.example.org>", mails[0].id)), "{mail}");
    assert!(text.contains("sealed_body: None") && text.contains("body: None"), "erased: {text}");
    assert_eq!(sink.mails.lock().unwrap().len(), 1);
    server.stop().await;
}

async fn what_was_being_sent_when_the_server_died_is_sent_by_the_next(db: Db) {
    let ada = member(&db, "Ada").await;
    let sink = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let master = folder.path().join("master.key");
    // A server that only queues, and dies with the lease of the mail in its hand.
    let first = Server::with(&db, folder, None).await;
    first.reconcilers.stop().await;
    first.queue(&ada, reset(&ada, "token")).await;
    let key = std::fs::read(&master).unwrap();
    let system = db.system("test");
    for notice in outbox::due_notices(&system, system.now(), 10).await.unwrap() {
        let notice = notice.to_string();
        let teller = tell::Teller {
            system: system.clone(),
            keys: first.keys.clone(),
            renderer: first.notifications.inner.shared.renderer.clone(),
        };
        teller.tell(&notice).await.unwrap();
        // Twice: it is told once.
        teller.tell(&notice).await.unwrap();
    }
    let (_, mails) = outbox_text(&db).await;
    assert_eq!(mails.len(), 1);
    let ids = &[mails[0].id.clone()];
    // The next start breaks it where no other server can be, else it runs out.
    let lease = Duration::from_secs(if db.is_shared() { 1 } else { 3_600 });
    let taken = system
        .transaction(|tx| async move { outbox::take(&tx, ids, "dead", tx.now().plus(lease)).await })
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    let again = system
        .transaction(|tx| async move { outbox::take(&tx, ids, "other", tx.now()).await })
        .await
        .unwrap();
    assert!(again.is_empty(), "a lease is exclusive");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("master.key"), key).unwrap();
    std::fs::set_permissions(
        folder.path().join("master.key"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    if db.is_shared() {
        eventually("the end of the lease", || async {
            let due = outbox::due(&system, system.now(), &outbox::NotNow::default(), 1).await.unwrap();
            (!due.is_empty()).then_some(())
        })
        .await;
    }
    let second = Server::with(&db, folder, Some(sink.settings())).await;
    sink.first().await;
    second.stop().await;
}

async fn without_a_mail_server_mails_are_held_and_sent_when_there_is_one(db: Db) {
    let ada = member(&db, "Ada").await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    let server = Server::with(&db, folder, None).await;
    server.queue(&ada, reset(&ada, "token-of-a-held-mail")).await;
    let mail = eventually("a held mail", || async {
        let (text, mails) = outbox_text(&db).await;
        assert!(!text.contains("token-of"));
        mails.into_iter().find(|mail| mail.state == outbox::HELD)
    })
    .await;
    let shared = &server.notifications.inner.shared;
    let notice = shared.notice(&mail).await.unwrap().expect("what it says");
    assert!(shared.renderer.mail(&notice, "Ada").unwrap().text.contains("token-of-a-held-mail"));
    let key = std::fs::read(key).unwrap();
    server.stop().await;
    let sink = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("master.key"), key).unwrap();
    std::fs::set_permissions(
        folder.path().join("master.key"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let server = Server::with(&db, folder, Some(sink.settings())).await;
    assert!(decoded(&sink.first().await).contains("token-of-a-held-mail"));
    server.stop().await;
}

async fn a_change_that_does_not_commit_is_not_told(db: Db) {
    let ada = member(&db, "Ada").await;
    let server = Server::start(&db, None).await;
    let (keys, notice) = (&server.keys, &reset(&ada, "token"));
    let failed: Result<()> = ada
        .transaction(|tx| async move {
            queue(&tx, keys, notice.clone()).await?;
            Err(Error::invalid("no", "No."))
        })
        .await;
    assert!(failed.is_err());
    let system = db.system("test");
    assert!(outbox::due_notices(&system, system.now(), 10).await.unwrap().is_empty());
    assert!(outbox_text(&db).await.1.is_empty());
    server.stop().await;
}

/// A receiver that answers what it is told, in order, the last for ever.
struct Receiver {
    url: String,
    calls: Arc<Mutex<Vec<(String, String)>>>,
}

impl Receiver {
    async fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=hunter2", listener.local_addr().unwrap());
        let calls: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let receiver = Self { url, calls: Arc::clone(&calls) };
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (mut text, mut buffer) = (String::new(), [0; 4_096]);
                let (head, body) = loop {
                    let read = socket.read(&mut buffer).await.unwrap_or(0);
                    text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                    if let Some((head, body)) = text.split_once("\r\n\r\n") {
                        let length = head.lines().find_map(|line| {
                            line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()
                        });
                        if read == 0 || body.len() >= length.unwrap_or(0) {
                            break (head.to_lowercase(), body.to_owned());
                        }
                    } else if read == 0 {
                        break (text.clone(), String::new());
                    }
                };
                // The signature is base64: its case matters.
                let signature = text.lines().find_map(|line| {
                    line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("webhook-signature"))
                });
                let signature = signature.map(|(_, value)| value.to_owned()).unwrap_or_default();
                let number = {
                    let mut calls = calls.lock().unwrap();
                    calls.push((format!("{head}\n{signature}"), body));
                    calls.len() - 1
                };
                let answer = answers[number.min(answers.len() - 1)];
                let answer = format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok");
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        receiver
    }

    fn header(&self, call: usize, name: &str) -> String {
        let calls = self.calls.lock().unwrap();
        let head = &calls[call].0;
        if name == "webhook-signature" {
            return head.lines().last().unwrap_or_default().to_owned();
        }
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    }

    fn verify(&self, call: usize, secret: &str, now: Timestamp) -> Result<()> {
        let (id, timestamp) = (self.header(call, "webhook-id"), self.header(call, "webhook-timestamp"));
        let signature = self.header(call, "webhook-signature");
        let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
        let body = self.calls.lock().unwrap()[call].1.clone();
        webhook_signature::verify(&[secret], &headers, body.as_bytes(), now)
    }
}

fn create(
    receiver: &Receiver,
    kind: stead_api::v1::webhooks::WebhookKind,
) -> stead_api::v1::webhooks::CreateWebhook {
    stead_api::v1::webhooks::CreateWebhook {
        name: "Tests".into(),
        url: receiver.url.clone(),
        kind,
        events: vec!["instance.*".into()],
    }
}

fn instance_created(scope: &TenantScope, name: &str) -> Notice {
    Notice::InstanceCreated { tenant: scope.tenant_id(), instance: scope_id(scope), name: name.into() }
}

fn scope_id<I: stead_core::ids::Id>(_: &TenantScope) -> I {
    stead_core::ambient::Ambient::system().new_id()
}

async fn events_are_signed_tried_again_and_logged(db: Db) {
    use stead_api::v1::webhooks::{DeliveryQuery, DeliveryState, WebhookKind};
    let (ada, eve) = (member(&db, "Ada").await, member(&db, "Eve").await);
    let server = Server::start(&db, None).await;
    let receiver =
        Receiver::start(&["500 Oops", "302 Found\r\nlocation: http://127.0.0.1:1/", "200 OK"]).await;
    let notifications = &server.notifications;
    let made = notifications
        .create_webhook(&ada, create(&receiver, WebhookKind::Standard), &crate::Mutation::default())
        .await
        .unwrap();
    assert!(!made.webhook.url.contains("hunter2"), "{}", made.webhook.url);
    let id = made.webhook.id.parse().unwrap();
    assert!(notifications.webhook(&eve, id).await.is_err(), "another tenant");
    server.queue(&eve, instance_created(&eve, "hers")).await;
    server.queue(&ada, instance_created(&ada, "shop")).await;
    let delivered = eventually("a delivery", || async {
        let log = notifications.webhook_deliveries(&ada, id, DeliveryQuery::default()).await.unwrap();
        log.items.into_iter().find(|item| item.state == DeliveryState::Delivered)
    })
    .await;
    let statuses: Vec<_> = delivered.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(200)]);
    let secret = made.secret.unwrap();
    for call in 0..3 {
        assert_eq!(receiver.header(call, "webhook-id"), delivered.id, "the same id in every attempt");
        receiver.verify(call, &secret, db.ambient().now()).unwrap();
    }
    assert!(receiver.calls.lock().unwrap().iter().all(|(_, body)| body.contains("shop")), "one's own alone");

    // A new secret: calls carry both signatures.
    let rotated = notifications.rotate_webhook_secret(&ada, id).await.unwrap();
    let again = notifications.redeliver(&ada, id, delivered.id.parse().unwrap()).await.unwrap();
    assert_eq!(again.id, delivered.id);
    eventually("the call", || async { (receiver.calls.lock().unwrap().len() == 4).then_some(()) }).await;
    for secret in [&secret, &rotated.secret.unwrap()] {
        receiver.verify(3, secret, db.ambient().now()).unwrap();
    }
    assert_eq!(receiver.header(3, "webhook-signature").split(' ').count(), 2);
    server.stop().await;
}

async fn who_is_busy_is_left_alone_and_who_is_gone_is_switched_off(db: Db) {
    use stead_api::v1::webhooks::{DeliveryQuery, DeliveryState, WebhookKind};
    let ada = member(&db, "Ada").await;
    let server = Server::start(&db, None).await;
    let notifications = &server.notifications;
    let discord = Receiver::start(&["429 Too Many\r\nretry-after: 0.3", "204 No Content"]).await;
    let gone = Receiver::start(&["410 Gone"]).await;
    let mutation = crate::Mutation::default();
    let chat =
        notifications.create_webhook(&ada, create(&discord, WebhookKind::Discord), &mutation).await.unwrap();
    assert!(chat.secret.is_none());
    let dead =
        notifications.create_webhook(&ada, create(&gone, WebhookKind::Standard), &mutation).await.unwrap();
    server.queue(&ada, instance_created(&ada, "shop")).await;
    let id = chat.webhook.id.parse().unwrap();
    let delivered = eventually("a message", || async {
        let log = notifications.webhook_deliveries(&ada, id, DeliveryQuery::default()).await.unwrap();
        log.items.into_iter().find(|item| item.state == DeliveryState::Delivered)
    })
    .await;
    assert_eq!(delivered.attempts.len(), 2);
    assert!(discord.calls.lock().unwrap()[1].1.contains("embeds"));
    let off = eventually("the webhook to be off", || async {
        let webhook = notifications.webhook(&ada, dead.webhook.id.parse().unwrap()).await.unwrap();
        (!webhook.enabled).then_some(webhook)
    })
    .await;
    assert!(off.disabled_reason.unwrap().contains("410"));
    // The owner is told.
    let system = db.system("test");
    eventually("a notice in the inbox", || async {
        let page = PageRequest::new(None, None);
        let rows = inbox::list(&system, ada.user_id(), true, &page).await.unwrap().rows;
        rows.into_iter().find(|row| row.kind == "webhook_disabled")
    })
    .await;
    assert_eq!(inbox::unread(&system, ada.user_id()).await.unwrap(), 1);
    server.stop().await;
}

stead_db::both_databases!(
    a_mail_is_received_once_and_its_secret_is_erased,
    what_was_being_sent_when_the_server_died_is_sent_by_the_next,
    without_a_mail_server_mails_are_held_and_sent_when_there_is_one,
    a_change_that_does_not_commit_is_not_told,
    events_are_signed_tried_again_and_logged,
    who_is_busy_is_left_alone_and_who_is_gone_is_switched_off,
);
