//! A machine that signs in to a server under test, and the browser that lets it in.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};
use stead_testkit::binary::Stead;
use stead_testkit::wait;
use tempfile::TempDir;

/// A machine of its own: an empty credentials file.
pub(crate) struct Machine {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

impl Machine {
    pub(crate) fn new(stead: &Stead) -> Self {
        Self { url: stead.url().to_owned(), folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("credentials.json")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
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

    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, Value) {
        outcome(&self.command(arguments).output().expect("the binary starts"))
    }

    pub(crate) fn succeed(&self, arguments: &[&str]) -> Value {
        let (code, answer) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {answer}");
        answer
    }

    /// Begins `stead login`; answers with the code that it shows.
    pub(crate) fn begin_login(&self) -> (Child, Lines<BufReader<ChildStdout>>, String) {
        let mut process =
            self.command(&["login", &self.url]).stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let shown: Value = serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON");
        let uri = shown["device"]["verification_uri"].as_str().expect("an address");
        assert_eq!(uri, format!("{}device", self.url));
        let code = shown["device"]["user_code"].as_str().expect("a code").to_owned();
        (process, lines, code)
    }

    /// Signs it in as whoever is signed in to the browser.
    pub(crate) async fn sign_in(&self, browser: &Browser) {
        let (mut process, lines, code) = self.begin_login();
        browser.answer(&code, "approve").await;
        lines.for_each(drop);
        assert!(process.wait().expect("it ends").success());
    }

    /// A command at a terminal, which asks for something and is given it, each after the other; whether it succeeded, and what it
    /// wrote.
    pub(crate) fn at_a_terminal(&self, arguments: &[&str], answers: &[(&str, &str)]) -> (bool, String) {
        let mut answers = answers.iter();
        self.talks(arguments, |said| {
            let (prompt, answer) = answers.as_slice().first()?;
            said.contains(prompt).then(|| {
                answers.next();
                (*answer).to_owned()
            })
        })
    }

    /// The same, answered by what it has said since the last answer.
    pub(crate) fn talks(
        &self,
        arguments: &[&str],
        mut answer: impl FnMut(&str) -> Option<String>,
    ) -> (bool, String) {
        let quoted = arguments.iter().map(|word| format!("'{word}'"));
        let words: Vec<_> = std::iter::once(env!("CARGO_BIN_EXE_stead").to_owned()).chain(quoted).collect();
        // Ends it when it asks for nothing.
        let mut terminal = Command::new("timeout")
            .args(["--foreground", "90", "script", "--quiet", "--return", "--echo", "never", "--command"])
            .args([&words.join(" "), "/dev/null"])
            .env("STEAD_CREDENTIALS", self.file())
            .env_remove("STEAD_SERVER")
            .env_remove("STEAD_TOKEN")
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script (bsdutils) starts");
        let (mut shown, mut heard, mut buffer) = (Vec::new(), 0, [0; 4096]);
        let mut output = terminal.stdout.take().expect("its output");
        let mut input = terminal.stdin.take().expect("its input");
        while let Ok(length @ 1..) = output.read(&mut buffer) {
            shown.extend_from_slice(&buffer[..length]);
            if let Some(answer) = answer(&String::from_utf8_lossy(&shown[heard..])) {
                heard = shown.len();
                input.write_all(format!("{answer}\n").as_bytes()).expect("it is typed");
            }
        }
        let shown = String::from_utf8_lossy(&shown).into_owned();
        (terminal.wait().expect("it ends").success(), shown)
    }

    pub(crate) fn held(&self) -> Value {
        let text = std::fs::read_to_string(self.file()).expect("the file");
        let all: Value = serde_json::from_str(&text).expect("JSON");
        all["logins"][self.url.trim_end_matches('/')].clone()
    }

    /// Changes what is held for the server.
    pub(crate) fn edit(&self, field: &str, value: Value) {
        let text = std::fs::read_to_string(self.file()).expect("the file");
        let mut all: Value = serde_json::from_str(&text).expect("JSON");
        all["logins"][self.url.trim_end_matches('/')][field] = value;
        std::fs::write(self.file(), all.to_string()).expect("it is written");
    }
}

pub(crate) fn outcome(output: &Output) -> (i32, Value) {
    let text = String::from_utf8_lossy(&output.stdout);
    let answer = serde_json::from_str(text.trim())
        .unwrap_or_else(|_| json!(format!("{text}{}", String::from_utf8_lossy(&output.stderr))));
    (output.status.code().unwrap_or(-1), answer)
}

/// A browser in which the owner is signed in.
pub(crate) struct Browser {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Browser {
    pub(crate) async fn of(stead: &Stead) -> Self {
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

    /// One in which nobody is signed in.
    pub(crate) fn of_nobody(stead: &Stead) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, base: stead.url().trim_end_matches('/').to_owned(), cookie: String::new() }
    }

    /// One in which somebody signs in with a password.
    pub(crate) async fn with_password(stead: &Stead, email: &str, password: &str) -> Self {
        let nobody = Self::of_nobody(stead);
        let body = json!({ "email": email, "password": password });
        let answer = nobody.send("auth/sign-in", &body).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next();
        Self { cookie: cookie.expect("a cookie").to_owned(), ..nobody }
    }

    pub(crate) async fn answer(&self, code: &str, answer: &str) {
        self.post(&format!("device-requests/{code}/{answer}"), &json!({})).await;
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) {
        let (status, answer) = self.asks(path, body).await;
        assert_eq!(status, 204, "{path}: {answer}");
    }

    /// Status and body of the answer.
    pub(crate) async fn asks(&self, path: &str, body: &Value) -> (u16, Value) {
        let answered = self.send(path, body).await;
        (answered.status().as_u16(), answered.json().await.unwrap_or(Value::Null))
    }

    async fn send(&self, path: &str, body: &Value) -> reqwest::Response {
        let request = self.http.post(format!("{}/v1/{path}", self.base)).header("origin", &self.base);
        let request = if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) };
        request.json(body).send().await.expect("an answer")
    }
}

/// The token of the link to `page` in a mail to this address that only operators see.
pub(crate) async fn mailed(stead: &Stead, address: &str, page: &str) -> String {
    wait::until(&format!("a mail to {address} with {page}"), || async {
        let answer = stead.cli(&["--json", "operator", "mails"]);
        let mails: Value = serde_json::from_slice(&answer.stdout).map_err(|error| error.to_string())?;
        let mut items = mails["items"].as_array().into_iter().flatten();
        let text = items.find_map(|mail| {
            let text = mail["content"]["text"].as_str().filter(|text| text.contains(page));
            text.filter(|_| mail["address"] == address)
        });
        let (_, rest) =
            text.and_then(|text| text.split_once(&format!("{page}#"))).ok_or(mails.to_string())?;
        let token = rest.split(|letter: char| letter.is_whitespace() || letter == '>').next();
        token.map(str::to_owned).ok_or(mails.to_string())
    })
    .await
}
