//! Mails through our SMTP sender to a real mail server (aiosmtpd), and their links followed: signing up, resetting a password, signing
//! in by a link, an invitation.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use stead_api::v1::tenants::CreateInvite;
use stead_testkit::binary::{Options, Stead};
use stead_testkit::wait;

#[derive(Debug, Clone, Deserialize)]
struct Mail {
    to: Vec<String>,
    subject: String,
    text: String,
    html: String,
}

/// The mail server; it ends with this value.
struct Sink {
    process: Child,
    _input: ChildStdin,
    port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl Sink {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
        let python = folder.join(".venv/bin/python");
        assert!(python.exists(), "{} is missing: run `make packages-test`", python.display());
        let mut process = Command::new(python)
            .arg(folder.join("smtp_sink.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mail server starts");
        let input = process.stdin.take().expect("its input");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let port = lines.next().expect("a port").expect("a port").parse().expect("a port");
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().expect("the mails").push(serde_json::from_str(&line).expect("a mail"));
            }
        });
        Self { process, _input: input, port, mails }
    }

    /// The token in the newest mail to this address that has a link to this page, once it has come; each is taken once.
    async fn token(&self, to: &str, page: &str, base: &str) -> String {
        let link = format!("{}{page}#", base.trim_end_matches('/'));
        let mail = wait::until(&format!("a mail with {link}"), || {
            let (mails, link) = (Arc::clone(&self.mails), link.clone());
            async move {
                let mut mails = mails.lock().expect("the mails");
                let found = mails.iter().rposition(|mail| mail.to == [to] && mail.text.contains(&link));
                found.map(|place| mails.remove(place)).ok_or_else(|| format!("{mails:?}"))
            }
        })
        .await;
        // Slashes need no escape in HTML, and may have one.
        let html = mail.html.replace("&#x2f;", "/");
        assert!(!mail.subject.is_empty() && html.contains(&link), "{mail:?}");
        let (_, rest) = mail.text.split_once(&link).expect("the link");
        rest.split(|letter: char| letter.is_whitespace() || letter == '>').next().expect("a token").to_owned()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A browser: keeps the cookie of its session.
struct Browser {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
}

impl Browser {
    fn at(stead: &Stead) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, base: stead.url().trim_end_matches('/').to_owned(), cookie: None }
    }

    async fn call(&mut self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        request = request.header("origin", &self.base);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if method != Method::GET {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().expect("a cookie").split(';').next().expect("a cookie");
            self.cookie = Some(cookie.to_owned());
        }
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    async fn signs_in(&mut self, password: &str) -> bool {
        let body = json!({"email": "ada@example.org", "password": password});
        self.call(Method::POST, "/v1/auth/sign-in", body).await.0 == StatusCode::OK
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_arrive_and_their_links_do_what_they_say() {
    let sink = Sink::start();
    let arguments = [
        "--smtp-host",
        "127.0.0.1",
        "--smtp-port",
        &sink.port.to_string(),
        "--smtp-tls",
        "none",
        "--sign-up",
        "open",
    ];
    let arguments = arguments.map(str::to_owned).into();
    let stead = Stead::start(
        env!("CARGO_BIN_EXE_stead"),
        Options { arguments, server_alone: true, ..Options::default() },
    );
    let mut browser = Browser::at(&stead);
    let ada = "ada@example.org";
    let (first, second) = ("a few unrelated words", "other words without relation");

    let sign_up = json!({"name": "Ada", "email": ada, "password": first});
    browser.post("/v1/auth/sign-up", sign_up).await;
    let token = sink.token(ada, "/verify-email", stead.url()).await;
    browser.post("/v1/auth/verify-email", json!({"token": token})).await;
    let (again, _) = browser.call(Method::POST, "/v1/auth/verify-email", json!({"token": token})).await;
    assert!(again.is_client_error(), "a link works once");
    assert!(browser.signs_in(first).await);
    let (status, me) = browser.call(Method::GET, "/v1/me", Value::Null).await;
    assert_eq!((status, me["user"]["email"].as_str()), (StatusCode::OK, Some(ada)), "{me}");

    browser.post("/v1/auth/reset", json!({"email": ada})).await;
    let token = sink.token(ada, "/reset-password", stead.url()).await;
    browser.post("/v1/auth/reset/confirm", json!({"token": token, "password": second})).await;
    assert!(!browser.signs_in(first).await, "the old password still works");
    assert!(browser.signs_in(second).await);

    let mut other = Browser::at(&stead);
    other.post("/v1/auth/magic-link", json!({"email": ada})).await;
    let token = sink.token(ada, "/magic-link", stead.url()).await;
    let answer = other.post("/v1/auth/magic-link/confirm", json!({"token": token})).await;
    assert_eq!(answer["kind"], "signed_in", "{answer}");

    let owner = stead.client();
    let team = owner.create_tenant("Analytical").await.expect("a tenant").id;
    let invite = CreateInvite { email: Some(ada.to_owned()), link: false, role: "member".to_owned() };
    owner.create_invite(&team, &invite).await.expect("an invitation");
    let token = sink.token(ada, "/invite", stead.url()).await;
    let joined = browser.post("/v1/invites/accept", json!({"token": token})).await;
    assert_eq!(joined["id"], team, "{joined}");
    assert_eq!(owner.members(&team).await.expect("members").len(), 2);

    // Whoever has no account is told nothing, and gets no mail.
    browser.post("/v1/auth/reset", json!({"email": "nobody@example.org"})).await;
    let log = stead.log();
    assert!(!log.contains(&token), "a token is in the log");
    assert!(sink.mails.lock().expect("the mails").iter().all(|mail| mail.to != ["nobody@example.org"]));
}
