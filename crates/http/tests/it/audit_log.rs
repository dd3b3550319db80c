//! The audit log over the API: what it shows, and that an export can be verified without the server.

use http::{Method, StatusCode};
use serde_json::json;
use stead_api::v1::Page;
use stead_api::v1::audit::{AuditCheckpoint, AuditEvent, AuditVerification};
use stead_control::audit::Ed25519;
use stead_core::audit::checkpoint;
use stead_core::audit::verify::{Verifier, Wrong};
use stead_db::Db;

use crate::scene::{Answer, Scene};

async fn get(scene: &Scene, path: &str) -> String {
    let answer = Answer::of(scene.request(&scene.owner, Method::GET, path)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

async fn it_shows_who_did_what_from_where(db: Db) {
    let scene = Scene::start(db).await;
    let request = scene.request(&scene.owner, Method::POST, "/v1/instances?wait=30s");
    let made = Answer::of(request.header("user-agent", "audited/1").json(&json!({"driver": "sim"}))).await;
    assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.text);
    let id = made.json()["instance"]["id"].as_str().unwrap().to_owned();
    let page: Page<AuditEvent> =
        serde_json::from_str(&get(&scene, &format!("/v1/audit?action=instance.*&object={id}")).await)
            .unwrap();
    let event = page.items.last().unwrap();
    assert_eq!(event.action, "instance.create");
    assert_eq!((event.ip.as_deref(), event.user_agent.as_deref()), (Some("127.0.0.1"), Some("audited/1")));
    assert_eq!(event.tenant.as_deref(), Some(scene.tenant.as_str()));
    let none: Page<AuditEvent> =
        serde_json::from_str(&get(&scene, "/v1/audit?from=2100-01-01T00:00:00Z").await).unwrap();
    assert!(none.items.is_empty());
    let wrong = Answer::of(scene.request(&scene.owner, Method::GET, "/v1/audit?from=yesterday")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn an_export_is_verified_without_the_server(db: Db) {
    let scene = Scene::start(db).await;
    for _ in 0..5 {
        scene.new_token(&[]).await;
    }
    let point: AuditCheckpoint = serde_json::from_str(&get(&scene, "/v1/audit/checkpoint").await).unwrap();
    assert!(point.size >= 5, "{point:?}");
    scene.new_token(&[]).await;
    let export = get(&scene, "/v1/audit/export").await;
    let keys = [point.keys[0].parse().unwrap()];
    let opened = checkpoint::open(&point.note, &keys, &Ed25519).unwrap();
    let verify = |lines: &[AuditEvent]| {
        let mut verifier = Verifier::new(&scene.tenant, [opened.clone()]);
        for event in lines {
            let (row, leaf) = event.evidence().unwrap();
            verifier.row(&row, Some(&leaf));
        }
        verifier.finish(None)
    };
    let lines: Vec<AuditEvent> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcome = verify(&lines);
    assert_eq!((outcome.finding, outcome.checkpoints), (None, 1));
    assert_eq!(outcome.rows, lines.len() as u64);
    let mut edited = lines.clone();
    edited[2].action = "nothing.happened".into();
    let finding = verify(&edited).finding.unwrap();
    assert_eq!((finding.wrong, finding.index), (Wrong::Edited, 2));
    assert_eq!(verify(&lines[..3]).finding.unwrap().wrong, Wrong::Truncated);
    // The server says the same of its own rows, with the checkpoint it is shown.
    let answer = Answer::of(
        scene
            .request(&scene.owner, Method::POST, "/v1/audit/verify")
            .json(&json!({ "checkpoints": [point.note] })),
    )
    .await;
    let verified: AuditVerification = serde_json::from_str(&answer.text).unwrap();
    assert!(verified.intact && verified.rows == outcome.rows && verified.checkpoints >= 1, "{verified:?}");
    let cef = get(&scene, "/v1/audit/export?format=cef&action=token.*").await;
    assert!(cef.lines().all(|line| line.starts_with("CEF:0|Stead|Stead|")), "{cef}");
    // The first token was made by the server itself.
    let from_here = cef.lines().filter(|line| line.contains(" src=127.0.0.1 ")).count();
    assert_eq!((cef.lines().count(), from_here), (7, 6), "{cef}");
}

stead_db::both_databases!(it_shows_who_did_what_from_where, an_export_is_verified_without_the_server);
