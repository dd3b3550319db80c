//! What ends a right cuts what is open on it, within a second; what does not, does not.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use stead_core::access::Role;
use stead_core::frame::Frame;
use stead_db::Db;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::scene::{Answer, Scene, Who};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const SIGNED_OUT: u16 = 4401;
const FORBIDDEN: u16 = 4403;

pub(crate) async fn act(scene: &Scene, who: &Who, method: Method, path: &str, body: Value) -> Answer {
    let request = scene.request(who, method, path).header("origin", scene.base.as_str()).json(&body);
    let answer = Answer::of(request).await;
    assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
    answer
}

/// A terminal that has answered, in an instance of the tenant.
struct Terminal {
    instance: String,
    terminal: String,
    tenant: String,
}

impl Terminal {
    async fn new(scene: &Scene, tenant: &str) -> Self {
        let owner = scene.owner.acting_in(tenant);
        let made = act(scene, &owner, Method::POST, "/v1/instances?wait=30s", json!({"driver": "sim"})).await;
        let made = made.json();
        assert_eq!(made["operation"]["state"], "succeeded", "{made}");
        let instance = made["instance"]["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/instances/{instance}/terminals");
        let terminal = act(scene, &owner, Method::POST, &path, json!({})).await.json();
        let terminal = terminal["id"].as_str().unwrap().to_owned();
        Self { instance, terminal, tenant: tenant.to_owned() }
    }

    async fn open(&self, scene: &Scene, who: &Who) -> Socket {
        let Self { instance, terminal, tenant } = self;
        let path = format!("/v1/instances/{instance}/terminals/{terminal}/stream?tenant={tenant}");
        let mut socket = scene.websocket(who, &path, &[("origin", &scene.base)]).await.unwrap();
        speak(&mut socket).await;
        socket
    }
}

/// It is open in both directions.
async fn speak(socket: &mut Socket) {
    let input = Frame::Input { bytes: b"echo still-here\r" }.to_message();
    socket.send(Message::binary(input)).await.unwrap();
    hear(socket).await;
}

async fn hear(socket: &mut Socket) {
    let mut seen = Vec::new();
    let heard = async {
        while !String::from_utf8_lossy(&seen).contains("still-here") {
            match socket.next().await {
                Some(Ok(Message::Binary(message))) => {
                    if let Frame::Output { bytes, .. } | Frame::Snapshot { bytes, .. } =
                        Frame::from_message(&message).unwrap()
                    {
                        seen.extend_from_slice(bytes);
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap();
}

/// `cat` says what it hears.
async fn speak_to_a_command(socket: &mut Socket) {
    socket.send(Message::binary(Frame::Input { bytes: b"still-here\n" }.to_message())).await.unwrap();
    hear(socket).await;
}

async fn cut(socket: &mut Socket, what: &str) -> u16 {
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return u16::from(frame.code),
                Some(Ok(_)) => {}
                other => panic!("{what}: {other:?}"),
            }
        }
    };
    let closed = tokio::time::timeout(Duration::from_secs(1), closed).await;
    closed.unwrap_or_else(|_| panic!("it is open a second after {what}"))
}

async fn id_of_session(scene: &Scene, who: &Who) -> String {
    let me = act(scene, who, Method::GET, "/v1/me", json!({})).await;
    me.json()["session_id"].as_str().unwrap().to_owned()
}

/// The access token of a program that signed in by a device's code, approved in that browser.
pub(crate) async fn program(scene: &Scene, browser: &Who) -> Who {
    let begun =
        act(scene, &Who::Nobody, Method::POST, "/v1/auth/device", json!({"client_name": "test"})).await;
    let codes = begun.json();
    let path = format!("/v1/device-requests/{}/approve", codes["user_code"].as_str().unwrap());
    act(scene, browser, Method::POST, &path, json!({})).await;
    let grant = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": codes["device_code"],
    });
    let tokens = act(scene, &Who::Nobody, Method::POST, "/v1/auth/token", grant).await;
    Who::Token(tokens.json()["access_token"].as_str().unwrap().to_owned())
}

async fn revoking_a_session_cuts_its_sockets(db: Db) {
    let scene = Scene::start(db).await;
    let terminal = Terminal::new(&scene, &scene.tenant).await;
    let (session, other) = (scene.session().await, scene.session().await);
    let mut socket = terminal.open(&scene, &session).await;
    let mut stays = terminal.open(&scene, &other).await;
    let id = id_of_session(&scene, &session).await;
    act(&scene, &scene.owner, Method::DELETE, &format!("/v1/sessions/{id}"), json!({})).await;
    assert_eq!(cut(&mut socket, "the end of the session").await, SIGNED_OUT);
    speak(&mut stays).await;
}

async fn revoking_a_token_cuts_its_sockets(db: Db) {
    let scene = Scene::start(db).await;
    let terminal = Terminal::new(&scene, &scene.tenant).await;
    let ((token, id), (other, _)) = (scene.new_token(&[]).await, scene.new_token(&[]).await);
    let mut socket = terminal.open(&scene, &token).await;
    let mut stays = terminal.open(&scene, &other).await;
    act(&scene, &scene.owner, Method::DELETE, &format!("/v1/tokens/{id}"), json!({})).await;
    assert_eq!(cut(&mut socket, "the end of the token").await, SIGNED_OUT);
    speak(&mut stays).await;
}

async fn ending_a_membership_cuts_its_sockets(db: Db) {
    let scene = Scene::start(db).await;
    let team = scene.team().await;
    let terminal = Terminal::new(&scene, &team).await;
    let ((leaves, user), (other, _)) =
        (scene.member(&team, Role::Member).await, scene.member(&team, Role::Member).await);
    let mut socket = terminal.open(&scene, &leaves).await;
    let mut stays = terminal.open(&scene, &other).await;
    let path = format!("/v1/tenants/{team}/members/{user}");
    act(&scene, &scene.owner, Method::DELETE, &path, json!({})).await;
    assert_eq!(cut(&mut socket, "the end of the membership").await, FORBIDDEN);
    speak(&mut stays).await;
}

/// Another role: of what is open, what it does not allow is cut, and nothing else.
async fn another_role_cuts_the_sockets_that_it_does_not_allow(db: Db) {
    let scene = Scene::start(db).await;
    let team = scene.team().await;
    let terminal = Terminal::new(&scene, &team).await;
    let instance = format!("/v1/instances/{}", terminal.instance);
    let ((member, user), (other, _)) =
        (scene.member(&team, Role::Admin).await, scene.member(&team, Role::Member).await);
    let give = async |role: &str| {
        let path = format!("/v1/tenants/{team}/members/{user}");
        act(&scene, &scene.owner, Method::PATCH, &path, json!({"role": role})).await;
    };
    let open = async |path: &str| {
        let path = format!("{instance}/{path}tenant={team}");
        scene.websocket(&member, &path, &[("origin", &scene.base)]).await.unwrap()
    };
    let mut shell = terminal.open(&scene, &member).await;
    let mut stays = terminal.open(&scene, &other).await;
    let mut command = open("exec/stream?command=%5B%22cat%22%5D&").await;
    speak_to_a_command(&mut command).await;
    let mut console = open("console/stream?").await;
    // What the next role allows too goes on.
    give("member").await;
    speak(&mut shell).await;
    speak_to_a_command(&mut command).await;
    give("guest").await;
    assert_eq!(cut(&mut shell, "the role allowed it no more").await, FORBIDDEN);
    assert_eq!(cut(&mut command, "the role allowed it no more").await, FORBIDDEN);
    speak(&mut stays).await;
    // A guest may look on.
    let closed = async {
        while let Some(message) = console.next().await {
            assert!(!matches!(message.unwrap(), Message::Close(_)), "the console was cut");
        }
    };
    assert!(tokio::time::timeout(Duration::from_millis(300), closed).await.is_err(), "the console ended");
    // The same by a change of the role itself.
    let body = json!({"name": "Ours", "permissions": ["instance:read", "instance:connect"]});
    let path = format!("/v1/tenants/{team}/roles");
    let role = act(&scene, &scene.owner, Method::POST, &path, body).await.json();
    let role = role["id"].as_str().unwrap();
    give(role).await;
    let mut shell = terminal.open(&scene, &member).await;
    let body = json!({"permissions": ["instance:read"]});
    act(&scene, &scene.owner, Method::PATCH, &format!("{path}/{role}"), body).await;
    assert_eq!(cut(&mut shell, "the role was changed").await, FORBIDDEN);
}

/// The change feed tells who has another role to read everything anew, and begins again with what they may see now.
async fn another_role_is_told_by_the_feed(db: Db) {
    let scene = Scene::start(db).await;
    let team = scene.team().await;
    let ((member, user), (other, _)) =
        (scene.member(&team, Role::Admin).await, scene.member(&team, Role::Member).await);
    let follow = async |who: &Who| {
        let feed = scene.request(&who.acting_in(&team), Method::GET, "/v1/events").send().await.unwrap();
        assert_eq!(feed.status(), StatusCode::OK);
        feed.bytes_stream()
    };
    let (mut feed, mut stays) = (follow(&member).await, follow(&other).await);
    let path = format!("/v1/tenants/{team}/members/{user}");
    act(&scene, &scene.owner, Method::PATCH, &path, json!({"role": "guest"})).await;
    let told = async {
        let mut text = String::new();
        while let Some(piece) = feed.next().await {
            text.push_str(&String::from_utf8_lossy(&piece.unwrap()));
        }
        text
    };
    let told = tokio::time::timeout(Duration::from_secs(1), told).await;
    let told = told.unwrap_or_else(|_| panic!("the feed goes on with the old role"));
    assert!(told.ends_with("event: reset\ndata: {\"type\":\"reset\"}\n\n"), "{told}");
    // The new role lets them follow, and others hear nothing of it.
    let mut feed = follow(&member).await;
    let owner = scene.owner.acting_in(&team);
    act(&scene, &owner, Method::POST, "/v1/instances", json!({"driver": "sim", "name": "shop"})).await;
    for feed in [&mut feed, &mut stays] {
        let mut text = String::new();
        let heard = async {
            while !text.contains("\"name\":\"shop\"") {
                text.push_str(&String::from_utf8_lossy(&feed.next().await.unwrap().unwrap()));
            }
        };
        tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap();
        assert!(!text.contains("reset"), "{text}");
    }
}

async fn security_also_disabling_a_user_ends_all_that_is_theirs(db: Db) {
    let scene = Scene::start(db).await;
    let team = scene.team().await;
    let terminal = Terminal::new(&scene, &team).await;
    let (token, user) = scene.member(&team, Role::Member).await;
    let session = scene.session_of(&user).await;
    let access = program(&scene, &session).await;
    let mut sockets = Vec::new();
    for who in [&token, &session, &access] {
        sockets.push(terminal.open(&scene, who).await);
    }
    let path = format!("/v1/operator/users/{user}/disable");
    act(&scene, &scene.owner, Method::POST, &path, json!({})).await;
    for socket in &mut sockets {
        assert_eq!(cut(socket, "the user was disabled").await, SIGNED_OUT);
    }
    for who in [&token, &session, &access] {
        let answer = Answer::of(scene.request(who, Method::GET, "/v1/me")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{who:?}: {}", answer.text);
    }
}

async fn ending_the_session_of_a_program_cuts_its_sockets(db: Db) {
    let scene = Scene::start(db).await;
    let terminal = Terminal::new(&scene, &scene.tenant).await;
    let browser = scene.session().await;
    let access = program(&scene, &browser).await;
    let mut socket = terminal.open(&scene, &access).await;
    let mut stays = terminal.open(&scene, &browser).await;
    let id = id_of_session(&scene, &access).await;
    act(&scene, &browser, Method::DELETE, &format!("/v1/sessions/{id}"), json!({})).await;
    assert_eq!(cut(&mut socket, "the end of the program's session").await, SIGNED_OUT);
    speak(&mut stays).await;
}

/// It has no cookie, and proves it like anybody; a token cannot.
async fn a_program_proves_it_again(db: Db) {
    let scene = Scene::start(db).await;
    let browser = scene.session().await;
    act(&scene, &browser, Method::POST, "/v1/me/password", json!({"new": "a password for this alone"})).await;
    let access = program(&scene, &browser).await;
    let dangerous =
        async |who: &Who| Answer::of(scene.request(who, Method::POST, "/v1/me/totp").json(&json!({}))).await;
    let prove = async |who: &Who, password: &str| {
        let request = scene.request(who, Method::POST, "/v1/auth/step-up");
        Answer::of(request.json(&json!({"password": password}))).await
    };
    assert_eq!(dangerous(&access).await.code(), "step_up_required");
    assert_eq!(prove(&access, "not the password").await.code(), "step_up_refused");
    assert_eq!(prove(&scene.owner, "a password for this alone").await.code(), "session_needed");
    let proved = prove(&access, "a password for this alone").await;
    assert_eq!(proved.status, StatusCode::NO_CONTENT, "{}", proved.text);
    assert!(proved.headers.get("set-cookie").is_none());
    let done = dangerous(&access).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

/// The cookie changes by it, the session does not.
async fn proving_it_again_leaves_sockets_open(db: Db) {
    let scene = Scene::start(db).await;
    let terminal = Terminal::new(&scene, &scene.tenant).await;
    let session = scene.session().await;
    let password = json!({"new": "a password for this alone"});
    act(&scene, &session, Method::POST, "/v1/me/password", password).await;
    let mut socket = terminal.open(&scene, &session).await;
    let proof = json!({"password": "a password for this alone"});
    let proved = act(&scene, &session, Method::POST, "/v1/auth/step-up", proof).await;
    let cookie = proved.headers["set-cookie"].to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    let old = Answer::of(scene.request(&session, Method::GET, "/v1/me")).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED, "{}", old.text);
    speak(&mut socket).await;
    let session = Who::Session(cookie);
    act(&scene, &session, Method::POST, "/v1/auth/sign-out", json!({})).await;
    assert_eq!(cut(&mut socket, "signing out").await, SIGNED_OUT);
}

stead_db::both_databases!(
    revoking_a_session_cuts_its_sockets,
    revoking_a_token_cuts_its_sockets,
    ending_a_membership_cuts_its_sockets,
    another_role_cuts_the_sockets_that_it_does_not_allow,
    another_role_is_told_by_the_feed,
    security_also_disabling_a_user_ends_all_that_is_theirs,
    ending_the_session_of_a_program_cuts_its_sockets,
    a_program_proves_it_again,
    proving_it_again_leaves_sockets_open,
);
