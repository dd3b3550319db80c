//! Exports: what is in them, who may have them, and that they go.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stead_api::v1::audit::AuditEvent;
use stead_core::access::Role;
use stead_core::audit::verify::Verifier;
use stead_core::ids::{ExportId, SessionId};
use stead_db::Db;
use stead_db::exports::{self, Export};

use crate::scene::{Answer, Scene, Who};

/// In no export, whatever it was stored as.
const HIDDEN: &str = "zq7-a-value-that-nobody-is-shown";

async fn ask(scene: &Scene, who: &Who, scope: &str, tenant: Option<&str>) -> Answer {
    let mut request = scene
        .request(who, Method::POST, "/v1/exports")
        .header("origin", scene.base.as_str())
        .json(&json!({"scope": scope}));
    if let Some(tenant) = tenant {
        request = request.header("stead-tenant", tenant);
    }
    Answer::of(request).await
}

async fn list(scene: &Scene, who: &Who, tenant: Option<&str>) -> Vec<Value> {
    let mut request = scene.request(who, Method::GET, "/v1/exports");
    if let Some(tenant) = tenant {
        request = request.header("stead-tenant", tenant);
    }
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

/// Begins one and waits for it; its id.
async fn export(scene: &Scene, who: &Who, scope: &str, tenant: Option<&str>) -> String {
    let begun = ask(scene, who, scope, tenant).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text);
    let operation = begun.json()["id"].clone();
    let ready = async {
        loop {
            let all = list(scene, who, tenant).await;
            let mine = all.iter().find(|item| item["operation_id"] == operation).unwrap();
            match mine["state"].as_str().unwrap() {
                "ready" => return mine["id"].as_str().unwrap().to_owned(),
                "running" => tokio::time::sleep(Duration::from_millis(10)).await,
                other => panic!("{other}: {mine}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ready).await.unwrap()
}

/// The address that a browser is sent to.
async fn address(scene: &Scene, who: &Who, export: &str) -> String {
    let intent = scene
        .request(who, Method::POST, "/v1/intents")
        .header("origin", scene.base.as_str())
        .json(&json!({"purpose": "export_download", "object": export}));
    let intent = Answer::of(intent).await;
    assert!(intent.status.is_success(), "{}", intent.text);
    format!("/v1/exports/{export}/download?intent={}", intent.json()["token"].as_str().unwrap())
}

async fn download(scene: &Scene, address: &str) -> BTreeMap<String, Vec<u8>> {
    let response = scene.request(&Who::Nobody, Method::GET, address).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/gzip");
    assert!(
        response.headers()["content-disposition"].to_str().unwrap().contains("attachment; filename=\"stead-")
    );
    let bytes = response.bytes().await.unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_ref()));
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    });
    files.collect()
}

fn lines(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&files[name]).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The manifest tells the truth, and nothing that is secret is in any file.
fn assert_sound(files: &BTreeMap<String, Vec<u8>>, scope: &str, of: &str, secrets: &[&str]) {
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!((&manifest["scope"], &manifest["of"]), (&json!(scope), &json!(of)));
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 2, files.len());
    for entry in listed {
        let bytes = &files[entry["name"].as_str().unwrap()];
        assert_eq!(entry["bytes"], bytes.len(), "{entry}");
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry["sha256"], hash, "{entry}");
    }
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        for secret in secrets {
            assert!(!text.contains(secret), "{name} holds a secret");
        }
    }
}

async fn a_user_gets_what_is_stored_of_them(db: Db) {
    let scene = Scene::start(db).await;
    let session = scene.session().await;
    let put = scene.request(&scene.owner, Method::PUT, "/v1/me/secrets/MINE").json(&json!({"value": HIDDEN}));
    assert_eq!(Answer::of(put).await.status, StatusCode::OK);
    let objects = scene.objects().await;
    let team = scene.team().await;
    let (Who::Token(token), Who::Session(cookie)) = (&scene.owner, &session) else { panic!() };
    // A token proves nothing anew.
    let refused = ask(&scene, &scene.owner, "user", None).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "step_up_required"));
    let id = export(&scene, &session, "user", None).await;
    let path = scene.folder().join(format!("exports/{id}.tar.gz"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let left = std::fs::read_dir(scene.folder().join("exports")).unwrap().count();
    assert_eq!(left, 1, "only the archive is left");

    let address = address(&scene, &session, &id).await;
    let files = download(&scene, &address).await;
    let me = Answer::of(scene.request(&session, Method::GET, "/v1/me")).await.json();
    let user = me["user"]["id"].as_str().unwrap();
    assert_sound(&files, "user", user, &[HIDDEN, token, cookie, "hidden"]);
    assert_eq!(serde_json::from_slice::<Value>(&files["profile.json"]).unwrap()["id"], user);
    let memberships = lines(&files, "memberships.jsonl");
    assert!(memberships.iter().any(|tenant| tenant["id"] == team) && memberships.len() == 2);
    assert!(!lines(&files, "sessions.jsonl").is_empty() && !lines(&files, "tokens.jsonl").is_empty());
    assert!(lines(&files, "secrets.jsonl").iter().any(|secret| secret["name"] == "MINE"));
    assert!(lines(&files, "instances.jsonl").iter().any(|instance| instance["id"] == objects.instance));
    assert!(lines(&files, "operations.jsonl").iter().any(|operation| operation["id"] == objects.operation));
    let acts = lines(&files, "audit.jsonl");
    assert!(acts.iter().any(|event| event["action"] == "tenant.create" && event["tenant"] == team));
    // Once used, the address is worth nothing; nor is one for another object.
    let again = Answer::of(scene.request(&Who::Nobody, Method::GET, &address)).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    let path = format!("/v1/exports/{id}/download");
    let by_token = Answer::of(scene.request(&scene.owner, Method::GET, &path)).await;
    assert_eq!((by_token.status, by_token.code().as_str()), (StatusCode::FORBIDDEN, "session_required"));
    let stranger = scene.stranger().await;
    assert_eq!(Answer::of(scene.request(&stranger, Method::GET, &path)).await.status, StatusCode::NOT_FOUND);
    let log = Answer::of(scene.request(&session, Method::GET, "/v1/audit?action=export.*")).await;
    let actions: Vec<_> =
        log.json()["items"].as_array().unwrap().iter().map(|event| event["action"].clone()).collect();
    assert_eq!(actions, ["export.download", "export.create"]);
}

async fn a_tenant_is_exported_by_who_runs_it(db: Db) {
    let scene = Scene::start(db.clone()).await;
    let session = scene.session().await;
    let team = scene.team().await;
    let (member, _) = scene.member(&team, Role::Member).await;
    let acting = scene.owner.acting_in(&team);
    for name in ["A", "B"] {
        let path = format!("/v1/secrets/{name}");
        let put = scene.request(&acting, Method::PUT, &path).json(&json!({"value": HIDDEN}));
        assert_eq!(Answer::of(put).await.status, StatusCode::OK);
    }
    // The member may not, even with a fresh proof; they do not learn of the owner's either.
    let id = export(&scene, &session, "tenant", Some(&team)).await;
    assert!(list(&scene, &member, Some(&team)).await.is_empty());
    let path = format!("/v1/exports/{id}/download");
    let refused = Answer::of(scene.request(&member, Method::GET, &path)).await;
    assert!(matches!(refused.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{}", refused.text);
    let stranger = scene.stranger().await;
    assert_eq!(Answer::of(scene.request(&stranger, Method::GET, &path)).await.status, StatusCode::NOT_FOUND);

    let files = download(&scene, &address(&scene, &session, &id).await).await;
    assert_sound(&files, "tenant", &team, &[HIDDEN]);
    assert_eq!(lines(&files, "members.jsonl").len(), 2);
    let names: Vec<_> = lines(&files, "secrets.jsonl").iter().map(|secret| secret["name"].clone()).collect();
    assert_eq!(names, ["A", "B"]);
    let mut verifier = Verifier::new(&team, []);
    for line in std::str::from_utf8(&files["audit.jsonl"]).unwrap().lines() {
        let event: AuditEvent = serde_json::from_str(line).unwrap();
        let (row, leaf) = event.evidence().unwrap();
        verifier.row(&row, Some(&leaf));
    }
    let outcome = verifier.finish(None);
    assert!(outcome.finding.is_none() && outcome.rows >= 4, "{outcome:?}");

    // One at a time.
    let running = Export {
        id: db.ambient().new_id::<ExportId>().to_string(),
        tenant_id: team.clone(),
        user_id: Answer::of(scene.request(&session, Method::GET, "/v1/me")).await.json()["user"]["id"]
            .as_str()
            .unwrap()
            .to_owned(),
        credential: db.ambient().new_id::<SessionId>().to_string(),
        scope: exports::TENANT.to_owned(),
        state: exports::RUNNING.to_owned(),
        running_of: Some(team.clone()),
        operation_id: None,
        size_bytes: None,
        created_at: db.ambient().now().micros(),
        expires_at: None,
    };
    let (system, row) = (db.system("test"), &running);
    system.transaction(|tx| async move { exports::insert(&tx, row.clone()).await }).await.unwrap();
    let refused = ask(&scene, &session, "tenant", Some(&team)).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "export_running"));
    // Its own data is another matter.
    export(&scene, &session, "user", None).await;

    // Past its time the archive goes; what belongs to no row goes, too.
    let file = scene.folder().join(format!("exports/{}.tar.gz", running.id));
    std::fs::write(&file, "archive").unwrap();
    let orphan = scene.folder().join(format!("exports/{}.work", db.ambient().new_id::<ExportId>()));
    std::fs::create_dir(&orphan).unwrap();
    scene.plane().exports().clean().await.unwrap();
    assert!(file.exists() && !orphan.exists());
    let ended = system
        .transaction(|tx| async move { exports::end(&tx, &row.id, exports::READY, Some(7), Some(1)).await });
    assert!(ended.await.unwrap());
    scene.plane().exports().clean().await.unwrap();
    assert!(!file.exists());
    let shown = list(&scene, &session, Some(&team)).await;
    let shown = shown.iter().find(|item| item["id"] == running.id).unwrap();
    assert_eq!(shown["state"], "expired");
    let gone = scene.request(&session, Method::GET, &format!("/v1/exports/{}/download", running.id));
    let gone = Answer::of(gone).await;
    assert_eq!((gone.status, gone.code().as_str()), (StatusCode::CONFLICT, "export_not_ready"));
}

stead_db::both_databases!(a_user_gets_what_is_stored_of_them, a_tenant_is_exported_by_who_runs_it);
