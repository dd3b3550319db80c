//! The layers and the things that last, through real sockets.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use stead_core::access::{Permission, Role};
use stead_core::frame::Frame;
use stead_db::Db;
use stead_http::HttpLimits;
use tokio_tungstenite::tungstenite::Message;

use crate::scene::{Answer, Scene, Who};

const LIMIT: Duration = Duration::from_secs(20);

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, what).await.unwrap_or_else(|_| panic!("it did not happen"))
}

async fn requests_for_other_hosts_are_refused(db: Db) {
    let scene = Scene::start(db).await;
    for path in ["/", "/v1/version", "/v1/me"] {
        let answer = Answer::of(scene.request_at("evil.example", &scene.owner, Method::GET, path)).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        answer.assert_problem();
    }
}

async fn what_is_not_there_or_not_taken_is_a_problem(db: Db) {
    let scene = Scene::start(db).await;
    for (method, path, status, code) in [
        (Method::GET, "/v1/nothing", StatusCode::NOT_FOUND, "route_not_found"),
        (Method::DELETE, "/v1/version", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        (Method::GET, "/assets/nothing.js", StatusCode::NOT_FOUND, "route_not_found"),
        (Method::POST, "/anything", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
    ] {
        let answer = Answer::of(scene.request(&scene.owner, method, path)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}");
        answer.assert_problem();
    }
    let big = "x".repeat(3 << 20);
    let answer = Answer::of(
        scene
            .request(&scene.owner, Method::POST, "/v1/workspace-config/validate")
            .json(&json!({"text": big})),
    )
    .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    answer.assert_problem();
}

async fn the_dashboard_is_served_with_its_policy(db: Db) {
    let scene = Scene::start(db).await;
    let page = Answer::of(scene.request(&Who::Nobody, Method::GET, "/").header("accept", "text/html")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    let etag = page.headers["etag"].to_str().unwrap().to_owned();
    let same = Answer::of(scene.request(&Who::Nobody, Method::GET, "/").header("if-none-match", etag)).await;
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let route = Answer::of(
        scene.request(&Who::Nobody, Method::GET, "/instances/shop/terminal").header("accept", "text/html"),
    )
    .await;
    assert_eq!((route.status, &route.text), (StatusCode::OK, &page.text));
    let program = Answer::of(scene.request(&Who::Nobody, Method::GET, "/instances/shop")).await;
    assert_eq!(program.code(), "route_not_found");
}

async fn a_link_signs_in_once_and_signing_out_ends_it(db: Db) {
    let scene = Scene::start(db).await;
    let link = Answer::of(scene.request(&scene.owner, Method::POST, "/v1/sign-in-links")).await;
    assert_eq!(link.status, StatusCode::CREATED, "{}", link.text);
    let url = link.json()["url"].as_str().unwrap().to_owned();
    let (page, token) = url.split_once('#').unwrap();
    assert!(page.ends_with("/sign-in"), "{url}");
    let sign_in = || {
        Answer::of(scene.request(&Who::Nobody, Method::POST, "/v1/auth/link").json(&json!({"token": token})))
    };
    let signed_in = sign_in().await;
    assert_eq!(signed_in.status, StatusCode::OK, "{}", signed_in.text);
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("stead_session=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let secret = cookie.split([';', '=']).nth(1).unwrap().to_owned();
    assert!(!signed_in.text.contains(&secret));
    let again = sign_in().await;
    assert!(again.status.is_client_error() && again.headers.get("set-cookie").is_none(), "{}", again.text);

    let session = Who::Session(secret);
    let me = Answer::of(scene.request(&session, Method::GET, "/v1/me")).await;
    assert_eq!(me.status, StatusCode::OK);
    assert!(me.json()["session_id"].is_string());
    // The first user runs the installation; others do not.
    let may = |me: &Answer| me.json()["permissions"].as_array().unwrap().contains(&"operator:read".into());
    let (other, ..) = scene.somebody("Eve").await;
    assert!(may(&me));
    assert!(!may(&Answer::of(scene.request(&other, Method::GET, "/v1/me")).await));
    let out = Answer::of(
        scene.request(&session, Method::POST, "/v1/auth/sign-out").header("origin", scene.base.clone()),
    )
    .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.text);
    assert_eq!(
        Answer::of(scene.request(&session, Method::GET, "/v1/me")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

async fn a_cookie_acts_only_from_our_own_pages(db: Db) {
    let scene = Scene::start(db).await;
    let session = scene.session().await;
    let preview = format!("http://8000--shop.localhost:{}", scene.port);
    let change =
        || scene.request(&session, Method::POST, "/v1/workspace-config/validate").json(&json!({"text": ""}));
    assert_eq!(Answer::of(change()).await.code(), "cross_site_request");
    for origin in ["http://evil.example", preview.as_str(), "null"] {
        assert_eq!(
            Answer::of(change().header("origin", origin)).await.code(),
            "cross_site_request",
            "{origin}"
        );
    }
    assert_eq!(Answer::of(change().header("sec-fetch-site", "same-site")).await.code(), "cross_site_request");
    assert_eq!(Answer::of(change().header("origin", &scene.base)).await.status, StatusCode::OK);
    assert_eq!(Answer::of(change().header("sec-fetch-site", "same-origin")).await.status, StatusCode::OK);
    assert_eq!(
        Answer::of(scene.request(&session, Method::GET, "/v1/me").header("origin", "http://evil.example"))
            .await
            .status,
        StatusCode::OK
    );
    // Signing a browser in as somebody else is a cross-site trick too.
    let forced = scene
        .request(&Who::Nobody, Method::POST, "/v1/auth/link")
        .header("origin", "http://evil.example")
        .json(&json!({"token": "x"}));
    assert_eq!(Answer::of(forced).await.code(), "cross_site_request");
    // Nobody is allowed to read our answers from elsewhere.
    let answer =
        Answer::of(scene.request(&session, Method::GET, "/v1/me").header("origin", "http://evil.example"))
            .await;
    assert!(answer.headers.get("access-control-allow-origin").is_none());
}

async fn signing_in_is_limited_in_rate(db: Db) {
    let scene = Scene::start(db).await;
    let mut last = StatusCode::OK;
    for _ in 0..100 {
        let answer = Answer::of(
            scene.request(&Who::Nobody, Method::POST, "/v1/auth/link").json(&json!({"token": "x"})),
        )
        .await;
        last = answer.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
            answer.assert_problem();
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

async fn requests_are_limited_for_each_credential_and_say_so(db: Db) {
    let scene = Scene::limited(db, HttpLimits { requests_per_minute: Some(40), ..Scene::unlimited() }).await;
    let (token, _) = scene.new_token(&[]).await;
    let get = |who: &Who| Answer::of(scene.request(who, Method::GET, "/v1/me"));
    let field = |answer: &Answer, name: &str| answer.headers[name].to_str().unwrap().to_owned();
    let left = |answer: &Answer| -> u64 {
        let text = field(answer, "ratelimit");
        let (_, rest) = text.split_once("\"requests\";r=").unwrap_or_else(|| panic!("{text}"));
        let (left, reset) = rest.split_once(";t=").unwrap_or_else(|| panic!("{text}"));
        assert!((1..=60).contains(&reset.parse::<u64>().unwrap()), "{text}");
        left.parse().unwrap()
    };
    let first = get(&token).await;
    assert_eq!(field(&first, "ratelimit-policy"), "\"requests\";q=40;w=60");
    assert_eq!(left(&first), 39);
    let mut allowed = 1;
    let refused = loop {
        let answer = get(&token).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        allowed += 1;
        assert!(allowed <= 80, "never refused");
    };
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "rate_limited"));
    refused.assert_problem();
    assert!(field(&refused, "retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(left(&refused), 0);
    assert_eq!(field(&refused, "ratelimit-policy"), "\"requests\";q=40;w=60");
    assert_eq!(get(&scene.owner).await.status, StatusCode::OK, "another token has an allowance of its own");
    let anonymous = Answer::of(scene.request(&Who::Nobody, Method::GET, "/v1/version")).await;
    assert!(anonymous.headers.get("ratelimit").is_none());
}

/// Opening the pages of signing in and of an invitation uses up no attempt to sign in.
async fn opening_a_page_is_no_attempt_to_sign_in(db: Db) {
    let scene = Scene::limited(db, HttpLimits { requests_per_minute: None, ..HttpLimits::default() }).await;
    let post = async |path: &str, body: Value| {
        Answer::of(scene.request(&Who::Nobody, Method::POST, path).json(&body)).await
    };
    let open = async |path: &str| {
        let body = if path.ends_with("begin") { json!({}) } else { json!({"token": "x"}) };
        post(path, body).await
    };
    let sign_in = async || post("/v1/auth/passkey/finish", json!({"pending": "x", "credential": {}})).await;
    let field = |answer: &Answer, name: &str| answer.headers[name].to_str().unwrap().to_owned();
    let left = |answer: &Answer, name: &str| {
        let text = field(answer, "ratelimit");
        let (_, rest) = text.split_once(&format!("\"{name}\";r=")).unwrap_or_else(|| panic!("{text}"));
        rest.split_once(';').unwrap().0.parse::<u64>().unwrap()
    };
    for path in ["/v1/auth/passkey/begin", "/v1/invites/look-up"].repeat(15) {
        let opened = open(path).await;
        assert_ne!(opened.status, StatusCode::TOO_MANY_REQUESTS, "{path}: {}", opened.text);
        assert_eq!(field(&opened, "ratelimit-policy"), "\"page\";q=60;w=60");
        assert!(left(&opened, "page") < 60);
    }
    // The whole allowance of signing in is there still.
    let first = sign_in().await;
    assert_eq!(field(&first, "ratelimit-policy"), "\"sign-in\";q=20;w=60");
    assert_eq!(left(&first, "sign-in"), 19);
    let refused = |answer: &Answer| answer.status == StatusCode::TOO_MANY_REQUESTS;
    let mut tried = 1;
    while !refused(&sign_in().await) {
        tried += 1;
        assert!(tried < 200, "never refused");
    }
    assert!(tried >= 20);
    // And the other way round: who may not try any more can open the page, but not without end.
    assert!(!refused(&open("/v1/auth/passkey/begin").await));
    let mut opened = 0;
    let last = loop {
        let answer = open("/v1/invites/look-up").await;
        if refused(&answer) {
            break answer;
        }
        opened += 1;
        assert!(opened < 500, "never refused");
    };
    last.assert_problem();
    assert!(field(&last, "retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(left(&last, "page"), 0);
}

/// Who is no proxy of ours says nothing about where a request comes from.
async fn security_also_an_allowlist_is_not_fooled_by_headers(db: Db) {
    let scene = Scene::start(db).await;
    let team = scene.team().await;
    let (member, _) = scene.member(&team, Role::Admin).await;
    let member = member.acting_in(&team);
    let path = format!("/v1/tenants/{team}");
    let look = |name: &'static str, value: &'static str| {
        Answer::of(scene.request(&member, Method::GET, &path).header(name, value))
    };
    assert_eq!(look("accept", "*/*").await.status, StatusCode::OK);
    let rule = json!({"ip_allowlist": ["203.0.113.0/24"], "lock_me_out": true});
    let set = scene.request(&scene.owner, Method::PATCH, &format!("{path}/security")).json(&rule);
    let set = Answer::of(set).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    for (name, value) in [
        ("accept", "*/*"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-for", "203.0.113.9, 127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1, 203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("x-client-ip", "203.0.113.9"),
        ("cf-connecting-ip", "203.0.113.9"),
        ("true-client-ip", "203.0.113.9"),
    ] {
        let answer = look(name, value).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::FORBIDDEN, "address_not_allowed"),
            "{name}: {value}"
        );
    }
}

async fn an_instance_is_created_once_per_key_changed_by_version_and_deleted(db: Db) {
    let scene = Scene::start(db).await;
    let create = |body: Value| {
        scene
            .request(&scene.owner, Method::POST, "/v1/instances?wait=30s")
            .header("idempotency-key", "one")
            .json(&body)
    };
    let first = Answer::of(create(json!({"name": "shop", "driver": "sim"}))).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text);
    let id = first.json()["instance"]["id"].as_str().unwrap().to_owned();
    assert_eq!(first.json()["operation"]["state"], "succeeded", "{}", first.text);
    assert!(first.headers["location"].to_str().unwrap().starts_with("/v1/operations/op_"));
    let again = Answer::of(create(json!({"name": "shop", "driver": "sim"}))).await;
    assert_eq!(again.json()["instance"]["id"], id.as_str(), "{}", again.text);
    let other = Answer::of(create(json!({"name": "other", "driver": "sim"}))).await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::CONFLICT, "idempotency_key_reused"));

    let read = Answer::of(scene.request(&scene.owner, Method::GET, "/v1/instances/shop")).await;
    assert_eq!(read.json()["id"], id.as_str());
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let update = |tag: &str| {
        scene
            .request(&scene.owner, Method::PATCH, "/v1/instances/shop")
            .header("if-match", tag)
            .json(&json!({"env": {"A": "1"}}))
    };
    let changed = Answer::of(update(&etag)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_ne!(changed.headers["etag"].to_str().unwrap(), etag);
    assert_eq!(Answer::of(update(&etag)).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(Answer::of(update("nonsense")).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let gone = Answer::of(scene.request(&scene.owner, Method::DELETE, "/v1/instances/shop?wait=30s")).await;
    assert_eq!(gone.status, StatusCode::ACCEPTED, "{}", gone.text);
    assert_eq!(gone.json()["operation"]["state"], "succeeded", "{}", gone.text);
    assert_eq!(
        Answer::of(scene.request(&scene.owner, Method::GET, "/v1/instances/shop")).await.status,
        StatusCode::NOT_FOUND
    );
}

async fn events_come_with_ids_and_end_with_the_token(db: Db) {
    let scene = Scene::start(db).await;
    let (token, id) = scene.new_token(&[]).await;
    let response = scene.request(&token, Method::GET, "/v1/events").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(response.headers().get("content-encoding").is_none());
    let mut body = response.bytes_stream();
    let created = Answer::of(
        scene
            .request(&scene.owner, Method::POST, "/v1/instances")
            .json(&json!({"name": "shop", "driver": "sim"})),
    )
    .await;
    assert_eq!(created.status, StatusCode::ACCEPTED, "{}", created.text);
    let mut text = String::new();
    soon(async {
        while !(text.contains("event: instance\n") && text.contains("\"name\":\"shop\"")) {
            text.push_str(&String::from_utf8_lossy(&body.next().await.unwrap().unwrap()));
        }
    })
    .await;
    assert!(text.contains("\nid: "), "{text}");
    // An id that is of no feed gives a reset.
    let reset = scene
        .request(&scene.owner, Method::GET, "/v1/events")
        .header("last-event-id", "999999999")
        .send()
        .await
        .unwrap();
    let first = soon(reset.bytes_stream().next()).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("event: reset"), "{first:?}");

    let deleted = Answer::of(scene.request(&scene.owner, Method::DELETE, &format!("/v1/tokens/{id}"))).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text);
    let cut =
        tokio::time::timeout(Duration::from_secs(2), async { while let Some(Ok(_)) = body.next().await {} })
            .await;
    assert!(cut.is_ok(), "the feed outlived the token");
}

async fn a_terminal_speaks_over_a_websocket_and_is_cut_with_the_token(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let (token, id) = scene.new_token(&[]).await;
    let path = format!("/v1/instances/{}/terminals/{}/stream", objects.instance, objects.terminal);
    let mut socket = scene.websocket(&token, &path, &[]).await.unwrap();
    socket.send(Message::binary(Frame::Input { bytes: b"echo over-the-wire\r" }.to_message())).await.unwrap();
    let mut seen = Vec::new();
    soon(async {
        while !String::from_utf8_lossy(&seen).contains("over-the-wire") {
            match socket.next().await {
                Some(Ok(Message::Binary(message))) => match Frame::from_message(&message).unwrap() {
                    Frame::Output { bytes, .. } | Frame::Snapshot { bytes, .. } => {
                        seen.extend_from_slice(bytes)
                    }
                    _ => {}
                },
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    let deleted = Answer::of(scene.request(&scene.owner, Method::DELETE, &format!("/v1/tokens/{id}"))).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text);
    let code = tokio::time::timeout(Duration::from_secs(2), async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return u16::from(frame.code),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    assert_eq!(code, Ok(4401), "the socket outlived the token");
}

async fn a_websocket_with_a_cookie_needs_our_own_page(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let session = scene.session().await;
    let path = format!("/v1/instances/{}/console/stream", objects.instance);
    assert!(scene.websocket(&session, &path, &[]).await.is_err());
    assert!(scene.websocket(&session, &path, &[("origin", "http://evil.example")]).await.is_err());
    assert!(scene.websocket(&session, &path, &[("origin", &scene.base)]).await.is_ok());
    let plain = Answer::of(scene.request(&scene.owner, Method::GET, &path)).await;
    assert_eq!((plain.status, plain.code().as_str()), (StatusCode::UPGRADE_REQUIRED, "websocket_required"));
}

async fn the_console_is_text_with_its_end(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let answer = Answer::of(scene.request(
        &scene.owner,
        Method::GET,
        &format!("/v1/instances/{}/console", objects.instance),
    ))
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let end: u64 = answer.headers["stead-console-offset"].to_str().unwrap().parse().unwrap();
    assert!(end >= answer.text.len() as u64);
}

async fn a_command_runs_to_its_end(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let run = scene
        .request(&scene.owner, Method::POST, &format!("/v1/instances/{}/exec", objects.instance))
        .json(&json!({"command": ["echo", "hello"]}));
    let answer = Answer::of(run).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(
        (answer.json()["exit_code"].as_i64(), answer.json()["stdout"].as_str()),
        (Some(0), Some("hello\n"))
    );
}

async fn an_upload_is_kept_and_a_promise_of_too_much_refused(db: Db) {
    let scene = Scene::start(db).await;
    let answer = Answer::of(scene.request(&scene.owner, Method::POST, "/v1/uploads").body("bytes")).await;
    assert_eq!(
        (answer.status, answer.json()["size_bytes"].as_u64()),
        (StatusCode::CREATED, Some(5)),
        "{}",
        answer.text
    );
}

async fn a_private_preview_is_reached_through_signing_in(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let host = format!("8000--{}.localhost:{}", objects.name, scene.port);
    let enter = |who: &Who| {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("host", &host)
            .append_pair("path", "/a?b=c")
            .finish();
        Answer::of(scene.request(who, Method::GET, &format!("/v1/preview-access?{query}")))
    };
    let nobody = enter(&Who::Nobody).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    assert!(
        nobody.headers["location"].to_str().unwrap().starts_with("/sign-in?from=%2Fv1%2Fpreview-access%3F"),
        "{:?}",
        nobody.headers
    );

    let session = scene.session().await;
    let somebody = enter(&session).await;
    assert_eq!(somebody.status, StatusCode::SEE_OTHER, "{}", somebody.text);
    let location = somebody.headers["location"].to_str().unwrap().to_owned();
    let path = location.strip_prefix(&format!("http://{host}")).unwrap_or_else(|| panic!("{location}"));
    let entered = Answer::of(scene.request_at(&host, &Who::Nobody, Method::GET, path)).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{path}: {}", entered.text);
    assert_eq!(
        (entered.status, entered.headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/a?b=c"),
        "{}",
        entered.text
    );
    let cookie = entered.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let look = || {
        Answer::of(
            scene.request_at(&host, &Who::Nobody, Method::GET, "/.stead/status").header("cookie", &cookie),
        )
    };
    let status = look().await;
    assert_eq!(
        (status.status, status.json()["presence"].as_str()),
        (StatusCode::OK, Some("running")),
        "{}",
        status.text
    );

    // The pass ends with the session that opened it.
    let out = Answer::of(
        scene.request(&session, Method::POST, "/v1/auth/sign-out").header("origin", scene.base.clone()),
    )
    .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(look().await.status, StatusCode::UNAUTHORIZED);
}

async fn a_program_looks_at_a_private_preview_with_its_token(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let host = format!("8000--{}.localhost:{}", objects.name, scene.port);
    let look = |who: Who| {
        let request = scene.request_at(&host, &who, Method::GET, "/.stead/status");
        async move { Answer::of(request).await.status }
    };
    assert_eq!(look(scene.owner.clone()).await, StatusCode::OK);
    assert_eq!(look(scene.token_with(&[Permission::InstanceConnect]).await).await, StatusCode::OK);
    assert_eq!(look(scene.token_with(&[Permission::InstanceRead]).await).await, StatusCode::FORBIDDEN);
    assert_eq!(look(scene.stranger().await).await, StatusCode::NOT_FOUND);
    assert_eq!(look(Who::Token("stead_made_up".into())).await, StatusCode::UNAUTHORIZED);
    assert_eq!(look(Who::Token("an app's own".into())).await, StatusCode::UNAUTHORIZED);
}

async fn tickets_are_for_our_previews_only(db: Db) {
    let scene = Scene::start(db).await;
    let session = scene.session().await;
    for host in ["evil.example", "8000--shop.evil.example", "localhost"] {
        let answer = Answer::of(scene.request(
            &session,
            Method::GET,
            &format!("/v1/preview-access?host={host}&path=/"),
        ))
        .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "preview_host_invalid"),
            "{host}"
        );
    }
}

stead_db::both_databases!(
    requests_for_other_hosts_are_refused,
    what_is_not_there_or_not_taken_is_a_problem,
    the_dashboard_is_served_with_its_policy,
    a_link_signs_in_once_and_signing_out_ends_it,
    a_cookie_acts_only_from_our_own_pages,
    signing_in_is_limited_in_rate,
    security_also_an_allowlist_is_not_fooled_by_headers,
    requests_are_limited_for_each_credential_and_say_so,
    opening_a_page_is_no_attempt_to_sign_in,
    an_instance_is_created_once_per_key_changed_by_version_and_deleted,
    events_come_with_ids_and_end_with_the_token,
    a_terminal_speaks_over_a_websocket_and_is_cut_with_the_token,
    a_websocket_with_a_cookie_needs_our_own_page,
    the_console_is_text_with_its_end,
    a_command_runs_to_its_end,
    an_upload_is_kept_and_a_promise_of_too_much_refused,
    a_private_preview_is_reached_through_signing_in,
    a_program_looks_at_a_private_preview_with_its_token,
    tickets_are_for_our_previews_only,
);
