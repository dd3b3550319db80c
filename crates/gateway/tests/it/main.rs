//! The gateway between real sockets: a client, the gateway, an app behind it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod access;
mod scene;

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::StatusCode;
use scene::{HTML, Scene, TOKEN};
use stead_gateway::{Admission, Presence};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_public_preview_shows_the_app_without_steads_cookies() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    let answer = scene
        .get(
            "/echo?a=b",
            &[("cookie", "stead_session=s; mine=1; stead_preview=p"), ("x-forwarded-for", "6.6.6.6")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let seen: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(seen["uri"], "/echo?a=b");
    assert_eq!(seen["headers"]["host"], scene.host);
    assert_eq!(seen["headers"]["x-forwarded-host"], scene.host);
    assert_eq!(seen["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(seen["headers"]["x-forwarded-proto"], "http");
    assert_eq!(seen["headers"]["cookie"], "mine=1");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["app=1; Path=/"]);
}

#[tokio::test]
async fn connections_to_the_app_are_kept_and_renewed_when_it_closed_them() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    for _ in 0..5 {
        assert_eq!(scene.get("/echo", &[]).await.status, StatusCode::OK);
    }
    assert!(scene.routes.dials() <= 2, "{} connections for five requests", scene.routes.dials());
    for _ in 0..5 {
        assert_eq!(scene.get("/close", &[]).await.status, StatusCode::OK);
    }
    assert_eq!(scene.get("/echo", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_private_preview_leads_through_signing_in_and_a_ticket_works_once() {
    let scene = Scene::start().await;
    let asked = scene.get("/deep?x=1&y=2", &[HTML]).await;
    assert_eq!(asked.status, StatusCode::FOUND);
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("host", &scene.host)
        .append_pair("path", "/deep?x=1&y=2")
        .finish();
    assert_eq!(asked.location(), format!("http://localhost:{}/v1/preview-access?{query}", scene.port));
    let program = scene.get("/deep", &[]).await;
    assert_eq!(
        (program.status, program.problem_code()),
        (StatusCode::UNAUTHORIZED, "unauthenticated".to_owned())
    );

    let ticket = scene.ticket();
    let entered = scene.get(&format!("/.stead/access?ticket={ticket}&path=%2Fecho"), &[HTML]).await;
    assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/echo"));
    let cookie = entered.cookie();
    assert!(entered.headers["set-cookie"].to_str().unwrap().contains("HttpOnly; SameSite=Lax"));
    let shown = scene.get("/echo", &[("cookie", &cookie)]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.text.contains("stead_preview"));

    let again = scene.get(&format!("/.stead/access?ticket={ticket}&path=%2Fecho"), &[HTML]).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(again.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn a_ticket_leads_nowhere_else() {
    let scene = Scene::start().await;
    for path in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        let entered = scene.get(&format!("/.stead/access?ticket={}&path={path}", scene.ticket()), &[]).await;
        assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/"));
    }
}

#[tokio::test]
async fn who_may_not_look_learns_nothing() {
    let scene = Scene::start().await;
    let cookie = scene.pass().await;
    let missing = scene.get_at("8000--nothing.localhost", "/", &[]).await;
    assert_eq!(
        (missing.status, missing.problem_code()),
        (StatusCode::UNAUTHORIZED, "unauthenticated".to_owned())
    );

    scene.routes.set(|state| state.admission = Admission::Hidden);
    let hidden = scene.get("/echo", &[("cookie", &cookie)]).await;
    assert_eq!(
        (hidden.status, hidden.problem_code()),
        (StatusCode::NOT_FOUND, "preview_not_found".to_owned())
    );
    scene.routes.set(|state| state.admission = Admission::Forbidden);
    assert_eq!(scene.get("/echo", &[("cookie", &cookie)]).await.status, StatusCode::FORBIDDEN);
    scene.routes.set(|state| state.admission = Admission::SignedOut);
    assert_eq!(scene.get("/echo", &[("cookie", &cookie), HTML]).await.status, StatusCode::FOUND);
    // A pass is good for one host only.
    scene.routes.set(|state| state.admission = Admission::Admitted);
    let elsewhere =
        scene.get_at(&format!("9000--shop.localhost:{}", scene.port), "/echo", &[("cookie", &cookie)]).await;
    assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pages_of_other_previews_cannot_use_the_pass() {
    let scene = Scene::start().await;
    let cookie = scene.pass().await;
    let evil = [
        ("cookie", cookie.as_str()),
        ("origin", "http://8000--evil.localhost:1"),
        ("sec-fetch-site", "same-site"),
    ];
    assert_eq!(scene.get("/echo", &evil).await.problem_code(), "cross_site_request");
    let sibling = [
        ("cookie", cookie.as_str()),
        ("origin", "http://3000--shop.localhost:1"),
        ("sec-fetch-site", "same-site"),
    ];
    assert_eq!(scene.get("/echo", &sibling).await.status, StatusCode::OK);
}

#[tokio::test]
async fn visibility_is_asked_for_anew_with_each_request() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    assert_eq!(scene.get("/echo", &[]).await.status, StatusCode::OK);
    scene.routes.set(|state| state.public = false);
    assert_eq!(scene.get("/echo", &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn there_is_a_page_or_a_problem_for_every_absence() {
    let scene = Scene::start().await;
    let cookie = scene.pass().await;
    for (presence, code, words) in [
        (Presence::Starting, "instance_starting", "is starting"),
        (Presence::Asleep, "instance_asleep", "Wake it"),
        (Presence::NodeAway, "node_away", "machine is away"),
        (Presence::Gone, "instance_not_running", "does not run"),
    ] {
        scene.routes.set(|state| state.presence = presence);
        let page = scene.get("/", &[("cookie", &cookie), HTML]).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.text.contains(words), "{words}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        assert_eq!(scene.get("/", &[("cookie", &cookie)]).await.problem_code(), code);
    }
    // The public sees no name and no button.
    scene.routes.set(|state| (state.public, state.presence) = (true, Presence::Asleep));
    let page = scene.get("/", &[HTML]).await;
    assert!(!page.text.contains("Wake it") && !page.text.contains("<h1>shop"));
}

#[tokio::test]
async fn a_port_that_nothing_listens_on_is_looked_at_until_something_does() {
    let scene = Scene::start().await;
    scene.routes.set(|state| (state.public, state.listening) = (true, false));
    let page = scene.get("/", &[HTML]).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(page.text.contains("Nothing listens on port 8000"));
    assert_eq!(scene.get("/", &[]).await.problem_code(), "not_listening");
    assert!(scene.get("/.stead/status", &[]).await.text.contains("\"listening\":false"));
    scene.routes.set(|state| state.listening = true);
    assert!(scene.get("/.stead/status", &[]).await.text.contains("\"listening\":true"));
}

#[tokio::test]
async fn only_those_who_may_be_inside_wake_it() {
    let scene = Scene::start().await;
    scene.routes.set(|state| (state.public, state.presence) = (true, Presence::Asleep));
    assert_eq!(scene.send("POST", "/.stead/wake", &[], "").await.status, StatusCode::UNAUTHORIZED);
    let cookie = scene.pass().await;
    let forged = scene
        .send("POST", "/.stead/wake", &[("cookie", &cookie), ("origin", "http://evil.example")], "")
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.routes.wakes(), 0);
    assert_eq!(
        scene.send("POST", "/.stead/wake", &[("cookie", &cookie)], "").await.status,
        StatusCode::ACCEPTED
    );
    assert_eq!(scene.routes.wakes(), 1);
}

#[tokio::test]
async fn big_bodies_pass_in_both_directions() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    let body = "x".repeat(8 << 20);
    let answer = scene.send("POST", "/mirror", &[], &body).await;
    assert_eq!(answer.text.len(), body.len());
}

#[tokio::test]
async fn websockets_pass_and_end_with_the_admission() {
    let scene = Scene::start().await;
    let cookie = scene.pass().await;
    let mut socket = scene.websocket("/socket", &cookie).await.unwrap();
    socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
    scene.routes.set(|state| state.admission = Admission::Hidden);
    let cut = tokio::time::timeout(Duration::from_secs(5), async {
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    assert!(cut.is_ok(), "the socket outlived the admission");
    assert!(scene.websocket("/socket", &cookie).await.is_err());
}

#[tokio::test]
async fn an_answer_under_way_ends_with_the_admission() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    let mut body = scene.open("/endless").await;
    assert!(body.next().await.unwrap().is_ok());
    scene.routes.set(|state| state.public = false);
    let cut =
        tokio::time::timeout(Duration::from_secs(5), async { while let Some(Ok(_)) = body.next().await {} })
            .await;
    assert!(cut.is_ok(), "the stream outlived the visibility");
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_by_the_app() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    let mut body = scene.open("/endless").await;
    assert!(body.next().await.unwrap().is_ok());
    drop(body);
    tokio::time::timeout(Duration::from_secs(5), scene.endless_ended.notified()).await.unwrap();
}

#[tokio::test]
async fn an_app_that_dies_without_an_answer_is_told_apart() {
    let scene = Scene::start().await;
    scene.routes.set(|state| (state.public, state.hangs_up) = (true, true));
    let answer = scene.get("/", &[]).await;
    assert_eq!((answer.status, answer.problem_code()), (StatusCode::BAD_GATEWAY, "app_failed".to_owned()));
}

#[tokio::test]
async fn no_tunnels_and_no_echoes() {
    let scene = Scene::start().await;
    scene.routes.set(|state| state.public = true);
    let answer = scene.send("TRACE", "/echo", &[], "").await;
    assert_eq!(
        (answer.status, answer.problem_code()),
        (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed".to_owned())
    );
    assert_eq!(scene.routes.dials(), 0);
}

#[tokio::test]
async fn a_token_of_stead_admits_and_is_not_shown_to_the_app() {
    let scene = Scene::start().await;
    let token = format!("Bearer {TOKEN}");
    let seen = scene.get("/echo", &[("authorization", &token)]).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    assert!(!seen.text.contains(TOKEN), "{}", seen.text);
    let pass = scene.pass().await;
    let seen = scene.get("/echo", &[("cookie", &pass), ("authorization", "Bearer the-apps-own")]).await;
    assert!(seen.text.contains("Bearer the-apps-own"), "{}", seen.text);
    let refused = scene.get("/echo", &[("authorization", "Bearer stead_other")]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}
