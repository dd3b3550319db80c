//! Signing a machine in by a browser, going on with rotating tokens, signing out.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use stead_api::client::Client;
use stead_api::v1::identity::TokenAnswer;
use stead_testkit::binary::{Options, Stead};

use crate::machine::{Browser, Machine, outcome};
use crate::storage::{Storage, on_both_databases};

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

/// What a browser had to prove once more, a program has to as well; its terminal asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_proves_once_more_who_asks_before_an_export() {
    let stead =
        Stead::start(env!("CARGO_BIN_EXE_stead"), Options { server_alone: true, ..Options::default() });
    let (browser, machine) = (Browser::of(&stead).await, Machine::new(&stead));
    browser.post("me/password", &json!({ "new": "a few unrelated words" })).await;
    machine.sign_in(&browser).await;

    let archive = machine.folder.path().join("everything.tar.gz");
    let archive = archive.to_str().expect("a path");
    let (code, refused) = machine.run(&["export", "me", "--output", archive]);
    assert_eq!((code, refused["error"]["code"].as_str()), (5, Some("step_up_required")), "{refused}");
    let export = ["export", "me", "--output", archive];
    let (worked, shown) = machine.at_a_terminal(&export, &[("(not shown): ", "not it at all")]);
    assert!(!worked && shown.contains("not"), "{shown}");
    assert!(!Path::new(archive).exists());
    let (worked, shown) = machine.at_a_terminal(&export, &[("(not shown): ", "a few unrelated words")]);
    assert!(worked && !shown.contains("unrelated"), "{shown}");
    let length = std::fs::metadata(archive).expect("the archive").len();
    assert!(length > 100, "{length}");
    // For a while that was enough.
    machine.succeed(&["export", "me", "--output", archive]);
}
