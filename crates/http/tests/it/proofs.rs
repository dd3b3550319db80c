//! What asks once more who somebody is: rotating keys, by who proved it lately or by the hand on the machine; and what goes wrong there.

use http::{Method, StatusCode};
use serde_json::json;
use stead_db::Db;

use crate::revocation::{act, program};
use crate::scene::{Answer, Scene, Who};

const PATH: &str = "/v1/operator/keys/rotate";
const PASSWORD: &str = "a password for this alone";

async fn rotate(scene: &Scene, who: &Who, plan: bool) -> Answer {
    let request = scene.request(who, Method::POST, PATH).header("origin", scene.base.as_str());
    Answer::of(request.json(&json!({"what": "signing", "plan": plan}))).await
}

async fn rotated(scene: &Scene, who: &Who) {
    let answer = rotate(scene, who, false).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{who:?}: {}", answer.text);
    let path = format!("/v1/operations/{}?wait=30s", answer.json()["operation"]["id"].as_str().unwrap());
    let ended = act(scene, &scene.owner, Method::GET, &path, json!({})).await;
    assert_eq!(ended.json()["state"], "succeeded", "{}", ended.text);
}

async fn rotating_keys_asks_who_it_is(db: Db) {
    let scene = Scene::start(db).await;
    let refused = async |who: &Who| {
        let planned = rotate(&scene, who, true).await;
        assert_eq!(planned.status, StatusCode::OK, "{who:?}: {}", planned.text);
        let answer = rotate(&scene, who, false).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::FORBIDDEN, "step_up_required"),
            "{who:?}: {}",
            answer.text
        );
        answer.assert_problem();
    };
    // The machine's own token: on the machine alone.
    rotated(&scene, &scene.owner).await;
    let passed_on = scene.request(&scene.owner, Method::POST, PATH).header("x-forwarded-for", "203.0.113.9");
    let passed_on = Answer::of(passed_on.json(&json!({"what": "signing"}))).await;
    assert_eq!(passed_on.code(), "step_up_required", "{}", passed_on.text);
    // Any other token cannot prove who holds it.
    refused(&scene.new_token(&[]).await.0).await;
    // A browser that signed in just now has, a program that it let in has not, until it does.
    let browser = scene.session().await;
    rotated(&scene, &browser).await;
    act(&scene, &browser, Method::POST, "/v1/me/password", json!({"new": PASSWORD})).await;
    let access = program(&scene, &browser).await;
    refused(&access).await;
    act(&scene, &access, Method::POST, "/v1/auth/step-up", json!({"password": PASSWORD})).await;
    rotated(&scene, &access).await;
    // A browser whose sign-in was long ago: it came by the link of a token that proves nothing.
    let (token, _) = scene.new_token(&[]).await;
    let link = act(&scene, &token, Method::POST, "/v1/sign-in-links", json!({})).await.json();
    let link = link["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let old = scene.session_by(&link).await;
    refused(&old).await;
    let proved = act(&scene, &old, Method::POST, "/v1/auth/step-up", json!({"password": PASSWORD})).await;
    let cookie = proved.headers["set-cookie"].to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    rotated(&scene, &Who::Session(cookie)).await;
}

/// Wrong input is no reason to doubt who is signed in: 422 and the field, not 401.
async fn who_is_signed_in_and_mistypes_is_told_the_field(db: Db) {
    let scene = Scene::start(db).await;
    let browser = scene.session().await;
    act(&scene, &browser, Method::POST, "/v1/me/password", json!({"new": PASSWORD})).await;
    act(&scene, &browser, Method::POST, "/v1/me/totp", json!({})).await;
    let begun = act(&scene, &browser, Method::POST, "/v1/me/passkeys/begin", json!({})).await.json();
    let nothing = json!({
        "id": "eA", "rawId": "eA", "type": "public-key",
        "response": {"attestationObject": "eA", "clientDataJSON": "eA"},
    });
    for (path, body, code, field) in [
        ("/v1/me/totp/confirm", json!({"code": "not it"}), "code_wrong", "code"),
        (
            "/v1/me/passkeys",
            json!({"pending": "x", "name": "Key", "credential": {}}),
            "passkey_refused",
            "credential",
        ),
        (
            "/v1/me/passkeys",
            json!({"pending": "x", "name": "Key", "credential": nothing}),
            "passkey_refused",
            "pending",
        ),
        (
            "/v1/me/passkeys",
            json!({"pending": begun["pending"], "name": "Key", "credential": nothing}),
            "passkey_refused",
            "credential",
        ),
        (
            "/v1/me/password",
            json!({"current": "not it", "new": "another one of these"}),
            "password_wrong",
            "current",
        ),
    ] {
        let request = scene.request(&browser, Method::POST, path).header("origin", scene.base.as_str());
        let answer = Answer::of(request.json(&body)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, code),
            "{path}: {}",
            answer.text
        );
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text);
        answer.assert_problem();
    }
    act(&scene, &browser, Method::GET, "/v1/me", json!({})).await;
}

stead_db::both_databases!(rotating_keys_asks_who_it_is, who_is_signed_in_and_mistypes_is_told_the_field);
