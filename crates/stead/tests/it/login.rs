//! Signing a machine in by a browser, going on with rotating tokens, signing out.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};
use stead_api::client::Client;
use stead_api::v1::identity::TokenAnswer;
use stead_testkit::binary::{Options, Stead};
use tempfile::TempDir;

use crate::storage::{Storage, on_both_databases};

/// A machine of its own: an empty credentials file.
struct Machine {
    url: String,
    folder: TempDir,
}

impl Machine {
    fn new(stead: &Stead) -> Self {
        Self { url: stead.url().to_owned(), folder: tempfile::tempdir().expect("a folder") }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("credentials.json")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stead"));
        command
            .arg("--json")
            .args(arguments)
            .env("STEAD_CREDENTIALS", self.file())
            .env_remove("STEAD_SERVER")
            .env_remove("STEAD_TOKEN")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, Value) {
        outcome(&self.command(arguments).output().expect("the binary starts"))
    }

    fn succeed(&self, arguments: &[&str]) -> Value {
        let (code, answer) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {answer}");
        answer
    }

    /// Begins `stead login`; answers with the code that it shows.
    fn begin_login(&self) -> (Child, Lines<BufReader<ChildStdout>>, String) {
        let mut process =
            self.command(&["login", &self.url]).stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let shown: Value = serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON");
        let uri = shown["device"]["verification_uri"].as_str().expect("an address");
        assert_eq!(uri, format!("{}device", self.url));
        let code = shown["device"]["user_code"].as_str().expect("a code").to_owned();
        (process, lines, code)
    }

    fn held(&self) -> Value {
        let text = std::fs::read_to_string(self.file()).expect("the file");
        let all: Value = serde_json::from_str(&text).expect("JSON");
        all["logins"][self.url.trim_end_matches('/')].clone()
    }

    /// Changes what is held for the server.
    fn edit(&self, field: &str, value: Value) {
        let text = std::fs::read_to_string(self.file()).expect("the file");
        let mut all: Value = serde_json::from_str(&text).expect("JSON");
        all["logins"][self.url.trim_end_matches('/')][field] = value;
        std::fs::write(self.file(), all.to_string()).expect("it is written");
    }
}

fn outcome(output: &Output) -> (i32, Value) {
    let text = String::from_utf8_lossy(&output.stdout);
    let answer = serde_json::from_str(text.trim())
        .unwrap_or_else(|_| json!(format!("{text}{}", String::from_utf8_lossy(&output.stderr))));
    (output.status.code().unwrap_or(-1), answer)
}

/// A browser in which the owner is signed in.
struct Browser {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Browser {
    async fn of(stead: &Stead) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let base = stead.url().trim_end_matches('/').to_owned();
        let (_, token) = stead.sign_in_link().split_once('#').expect("a secret");
        let answer = http
            .post(format!("{base}/v1/auth/link"))
            .json(&json!({ "token": token }))
            .send()
            .await
            .expect("an answer");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next();
        Self { http, base, cookie: cookie.expect("a cookie").to_owned() }
    }

    async fn answer(&self, code: &str, answer: &str) {
        self.post(&format!("device-requests/{code}/{answer}"), &json!({})).await;
    }

    async fn post(&self, path: &str, body: &Value) {
        let answered = self
            .http
            .post(format!("{}/v1/{path}", self.base))
            .header("cookie", &self.cookie)
            .header("origin", &self.base)
            .json(body)
            .send()
            .await
            .expect("an answer");
        let status = answered.status().as_u16();
        assert_eq!(status, 204, "{path}: {}", answered.text().await.unwrap_or_default());
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("it is copied");
}

/// The tokens of a program that signed in.
async fn tokens(browser: &Browser, client: &Client) -> TokenAnswer {
    let codes = client.begin_device("a test").await.expect("codes");
    browser.answer(&codes.user_code, "approve").await;
    client.poll_device(&codes.device_code).await.expect("tokens")
}

/// Sends the exchange of a refresh token and waits until its answer has come as far as this machine, where nobody reads it.
fn lose_the_answer(url: &str, refresh_token: &str) {
    let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh_token }).to_string();
    let mut socket = TcpStream::connect(&address).expect("a connection");
    let request = format!(
        "POST /v1/auth/token HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).expect("it is sent");
    assert_eq!(socket.peek(&mut [0]).expect("an answer"), 1);
}

async fn security_03_a_server_killed_between_commit_and_answer_gives_the_same_successor(storage: Storage) {
    let mut stead = storage.server();
    let browser = Browser::of(&stead).await;
    let client = Client::new(stead.url().parse().expect("an address"), None, None).expect("a client");
    let first = tokens(&browser, &client).await;
    lose_the_answer(stead.url(), &first.refresh_token);
    stead.kill();
    stead.start_again();
    let second = client.refresh(&first.refresh_token).await.expect("the answer once more");
    let again = client.refresh(&first.refresh_token).await.expect("and once more");
    assert_eq!(second.refresh_token, again.refresh_token, "one chain");
    assert_eq!(second.session_id, first.session_id);
    let third = client.refresh(&second.refresh_token).await.expect("it goes on");
    let signed_in = Client::new(client.base().clone(), Some(third.access_token), None).expect("a client");
    let sessions = signed_in.sessions().await.expect("sessions");
    assert!(sessions.iter().any(|session| session.current && session.id == first.session_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_signs_in_by_a_browser_and_goes_on_until_it_signs_out() {
    let stead =
        Stead::start(env!("CARGO_BIN_EXE_stead"), Options { server_alone: true, ..Options::default() });
    let (browser, machine) = (Browser::of(&stead).await, Machine::new(&stead));

    let (code, refused) = machine.run(&["list"]);
    assert_eq!((code, refused["error"]["code"].as_str()), (3, Some("not_signed_in")), "{refused}");
    let (process, _lines, code) = machine.begin_login();
    browser.answer(&code, "deny").await;
    let denied = process.wait_with_output().expect("it ends").status.code();
    assert_eq!(denied, Some(5), "refused in the browser");
    assert!(!machine.file().exists());

    let (mut process, mut lines, code) = machine.begin_login();
    browser.answer(&code, "approve").await;
    let signed_in: Value = serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON");
    assert!(process.wait().expect("it ends").success());
    let session = signed_in["signed_in"]["session_id"].as_str().expect("a session").to_owned();
    let mode = std::fs::metadata(machine.file()).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let sessions = machine.succeed(&["sessions", "list"]);
    let own =
        sessions.as_array().expect("a list").iter().find(|one| one["current"] == true).expect("its own");
    assert_eq!((own["id"].as_str(), own["kind"].as_str()), (Some(session.as_str()), Some("program")));
    assert!(own["device"].as_str().expect("a name").starts_with("stead"), "{own}");

    // The access token has ended by this machine's clock.
    let first = machine.held();
    machine.edit("access_until", json!(0));
    machine.succeed(&["list"]);
    let second = machine.held();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    // And by the server's alone.
    machine.edit("access_token", json!("a.b.c"));
    machine.succeed(&["list"]);
    assert_ne!(machine.held()["refresh_token"], second["refresh_token"]);

    // Commands that renew at the same moment: one exchange, and all go on.
    machine.edit("access_until", json!(0));
    let commands: Vec<_> = (0..4)
        .map(|_| machine.command(&["list"]).stdout(Stdio::piped()).spawn().expect("it starts"))
        .collect();
    for command in commands {
        let (code, answer) = outcome(&command.wait_with_output().expect("it ends"));
        assert_eq!(code, 0, "{answer}");
    }
    // Also where no lock is shared: the same file in two places.
    let other = Machine::new(&stead);
    machine.edit("access_until", json!(0));
    copy(&machine.file(), &other.file());
    for _ in 0..2 {
        let commands: Vec<_> = [&machine, &other]
            .map(|machine| machine.command(&["list"]).stdout(Stdio::piped()).spawn().expect("it starts"))
            .into_iter()
            .collect();
        for command in commands {
            let (code, answer) = outcome(&command.wait_with_output().expect("it ends"));
            assert_eq!(code, 0, "{answer}");
        }
        assert_eq!(machine.held()["refresh_token"], other.held()["refresh_token"]);
        machine.edit("access_until", json!(0));
        other.edit("access_until", json!(0));
    }

    let created = machine.succeed(&["tokens", "create", "robot", "--scopes", "instance:read"]);
    let id = created["token"]["id"].as_str().expect("an id").to_owned();
    let named = |tokens: Value| tokens.as_array().expect("a list").iter().any(|one| one["id"] == id.as_str());
    assert!(named(machine.succeed(&["tokens", "list"])));
    assert_eq!(machine.succeed(&["tokens", "delete", &id]), json!({ "deleted": id }));
    assert!(!named(machine.succeed(&["tokens"])));

    assert_eq!(machine.succeed(&["logout"])["signed_out"]["session_ended"], true);
    assert_eq!(machine.run(&["list"]).0, 3);
    // The copy is told so, and forgets it.
    let (code, ended) = other.run(&["list"]);
    assert_eq!((code, ended["error"]["code"].as_str()), (3, Some("session_ended")), "{ended}");
    assert_eq!(other.held(), Value::Null);
    let left = stead.client().sessions().await.expect("sessions");
    assert!(left.iter().all(|one| one.id != session), "the session went on");

    // The machine of the server itself ends sessions of others.
    let (mut process, mut lines, code) = machine.begin_login();
    browser.answer(&code, "approve").await;
    lines.next().expect("a line").expect("text");
    assert!(process.wait().expect("it ends").success());
    let own = machine.held()["session_id"].as_str().expect("a session").to_owned();
    let ended = stead.cli(&["sessions", "end", &own]);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(machine.run(&["list"]).0, 3);
    // By an API token, as programs are signed in.
    let mut by_token = machine.command(&["login", &machine.url]);
    let (code, answer) = outcome(&by_token.env("STEAD_TOKEN", stead.token()).output().expect("it starts"));
    assert_eq!(code, 0, "{answer}");
    machine.succeed(&["list"]);
}

on_both_databases!(security_03_a_server_killed_between_commit_and_answer_gives_the_same_successor);

/// A command at a terminal, which asks for something and is given it; what it wrote.
fn at_a_terminal(machine: &Machine, arguments: &[&str], prompt: &str, answer: &str) -> (bool, String) {
    let words: Vec<_> = [env!("CARGO_BIN_EXE_stead")].iter().chain(arguments).copied().collect();
    // Ends it when it asks for nothing.
    let mut terminal = Command::new("timeout")
        .args([
            "--foreground",
            "90",
            "script",
            "--quiet",
            "--return",
            "--echo",
            "never",
            "--command",
            &words.join(" "),
            "/dev/null",
        ])
        .env("STEAD_CREDENTIALS", machine.file())
        .env_remove("STEAD_SERVER")
        .env_remove("STEAD_TOKEN")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script (bsdutils) starts");
    let (mut shown, mut buffer) = (String::new(), [0; 1024]);
    let mut output = terminal.stdout.take().expect("its output");
    let mut input = terminal.stdin.take().expect("its input");
    let mut given = false;
    while let Ok(length @ 1..) = output.read(&mut buffer) {
        shown.push_str(&String::from_utf8_lossy(&buffer[..length]));
        if !given && shown.contains(prompt) {
            given = true;
            input.write_all(format!("{answer}\n").as_bytes()).expect("it is typed");
        }
    }
    (terminal.wait().expect("it ends").success(), shown)
}

/// What a browser had to prove once more, a program has to as well; its terminal asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_proves_once_more_who_asks_before_an_export() {
    let stead =
        Stead::start(env!("CARGO_BIN_EXE_stead"), Options { server_alone: true, ..Options::default() });
    let (browser, machine) = (Browser::of(&stead).await, Machine::new(&stead));
    browser.post("me/password", &json!({ "new": "a few unrelated words" })).await;
    let (mut process, lines, code) = machine.begin_login();
    browser.answer(&code, "approve").await;
    lines.for_each(drop);
    assert!(process.wait().expect("it ends").success());

    let archive = machine.folder.path().join("everything.tar.gz");
    let archive = archive.to_str().expect("a path");
    let (code, refused) = machine.run(&["export", "me", "--output", archive]);
    assert_eq!((code, refused["error"]["code"].as_str()), (5, Some("step_up_required")), "{refused}");
    let export = ["export", "me", "--output", archive];
    let (worked, shown) = at_a_terminal(&machine, &export, "(not shown): ", "not it at all");
    assert!(!worked && shown.contains("not"), "{shown}");
    assert!(!Path::new(archive).exists());
    let (worked, shown) = at_a_terminal(&machine, &export, "(not shown): ", "a few unrelated words");
    assert!(worked && !shown.contains("unrelated"), "{shown}");
    let length = std::fs::metadata(archive).expect("the archive").len();
    assert!(length > 100, "{length}");
    // For a while that was enough.
    machine.succeed(&["export", "me", "--output", archive]);
}
