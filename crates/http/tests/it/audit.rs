//! Every operation that changes something, done successfully: what it leaves in the audit log, and that its key makes a repetition
//! harmless.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use stead_core::access::Role;
use stead_db::Db;
use stead_http::endpoints::{ENDPOINTS, Endpoint};

use crate::endpoints::{good_body, request};
use crate::scene::{Answer, Objects, Scene, Who};

/// Operations that are no GET and leave nothing in the audit log, each with the reason.
const UNAUDITED: &[(&str, &str)] = &[
    ("sign_up", "nobody is signed in; the user who is made by it is audited when it is worked off"),
    ("sign_in", "audited as a session by the tests of signing in; refusals name nobody"),
    ("verify_email", "nobody is signed in; the row names the user alone"),
    ("ask_password_reset", "nobody is signed in; the link that is made is audited when it is worked off"),
    ("reset_password", "nobody is signed in; the row names the user alone"),
    ("ask_magic_link", "nobody is signed in; the link that is made is audited when it is worked off"),
    ("sign_in_with_magic_link", "audited as a session, with a link that only the mailbox has"),
    ("confirm_email", "nobody is signed in; the row names the user alone"),
    ("delete_me", "audited, but it would end the session of all that is tried after it"),
    ("ask_email_verification", "audited, for accounts whose address is not confirmed"),
    ("complete_sign_in", "audited as a session, with a second factor"),
    ("begin_passkey_sign_in", "it changes nothing but a ceremony that is forgotten in minutes"),
    ("finish_passkey_sign_in", "audited as a session, with a passkey"),
    ("confirm_totp", "audited, with a code by time"),
    ("remove_totp", "audited, with an app to remove"),
    ("renew_recovery_codes", "audited, with a second factor that they stand in for"),
    ("sign_in_with_directory", "audited as a session, with a directory"),
    ("link_directory", "audited, with a directory"),
    ("unlink_identity", "audited, with an account elsewhere"),
    ("begin_passkey", "it changes nothing but a ceremony that is forgotten in minutes"),
    ("add_passkey", "audited, with a passkey's answer"),
    ("rename_passkey", "audited, with a passkey"),
    ("remove_passkey", "audited, with a passkey"),
    ("issue_token", "it continues a session, whose beginning and end are audited; reuse is audited, too"),
    ("begin_device", "nobody is known yet; who approves is audited"),
    ("create_intent", "it is used within a minute for something that its asker may do without it"),
    ("look_up_invite", "it changes nothing"),
    ("create_upload", "it changes nothing until an instance is created from it, and that is audited"),
    ("validate_workspace_config", "it changes nothing"),
    ("verify_audit_log", "it changes nothing"),
    ("read_notifications", "what somebody has read is nobody else's concern"),
];

/// Of the owner, as soon as an operation needs one.
const PASSWORD: &str = "a password for this alone";

/// Somebody, and what the operation can be done on with success.
struct Occasion {
    who: Who,
    objects: Objects,
    body: Option<Value>,
    /// A body of one's own page.
    origin: Option<String>,
    /// Whose audit log tells it.
    tenant: String,
}

async fn act(scene: &Scene, method: Method, path: &str, body: Value) -> Value {
    let answer = Answer::of(scene.request(&scene.owner, method, path).json(&body)).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A running instance of its own.
async fn instance(scene: &Scene) -> String {
    let made = act(scene, Method::POST, "/v1/instances?wait=30s", json!({"driver": "sim"})).await;
    assert_eq!(made["operation"]["state"], "succeeded", "{made}");
    text(&made["instance"]["id"])
}

/// An operation that goes on for long: it waits for a node with a driver that none has.
async fn long_operation(scene: &Scene) -> String {
    let made = act(scene, Method::POST, "/v1/instances", json!({"driver": "oci"})).await;
    text(&made["operation"]["id"])
}

async fn occasion(scene: &Scene, endpoint: &Endpoint) -> Occasion {
    let mut objects = Objects::nothing();
    if endpoint.path.contains("{instance}") {
        objects.instance = instance(scene).await;
    }
    let mut tenant = scene.tenant.clone();
    if endpoint.path.contains("{tenant}") {
        objects.tenant = scene.team().await;
        tenant.clone_from(&objects.tenant);
    }
    let path = format!("/v1/instances/{}", objects.instance);
    let team = format!("/v1/tenants/{}", objects.tenant);
    let mut occasion =
        Occasion { who: scene.owner.clone(), objects, body: good_body(endpoint), origin: None, tenant };
    let objects = &mut occasion.objects;
    if endpoint.path.contains("{webhook}") {
        let (webhook, delivery) = scene.webhook().await;
        objects.more.extend([("webhook", webhook), ("delivery", delivery)]);
    }
    match endpoint.id {
        "sign_in_with_link" => {
            occasion.who = Who::Nobody;
            occasion.body = Some(json!({"token": scene.link().await}));
        }
        "sign_out" => {
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
        }
        "step_up" => {
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
            let set = scene
                .request(&occasion.who, Method::POST, "/v1/me/password")
                .header("origin", scene.base.as_str())
                .json(&json!({"current": PASSWORD, "new": PASSWORD}));
            assert_eq!(Answer::of(set).await.status, StatusCode::NO_CONTENT);
            occasion.body = Some(json!({"password": PASSWORD}));
        }
        // These ask for a sign-in that is not long ago.
        "change_password" | "change_email" | "begin_totp" | "create_export" => {
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
            if endpoint.id == "change_password" {
                occasion.body = Some(json!({"current": PASSWORD, "new": PASSWORD}));
            }
        }
        "end_session" => {
            scene.session().await;
            let sessions = Answer::of(scene.request(&scene.owner, Method::GET, "/v1/sessions")).await;
            objects.session = text(&sessions.json()["items"][0]["id"]);
        }
        "create_source" => {
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
        }
        "update_source" | "delete_source" => {
            objects.more.insert("source", scene.source(&team).await);
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
        }
        "delete_tenant" => {
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
        }
        "restore_tenant" => {
            let session = scene.session().await;
            let deleted =
                scene.request(&session, Method::DELETE, &team).header("origin", scene.base.as_str());
            let deleted = Answer::of(deleted).await;
            assert_eq!(deleted.status, StatusCode::OK, "{}", deleted.text);
        }
        "leave_tenant" => occasion.who = scene.member(&objects.tenant, Role::Guest).await.0,
        "update_member" | "remove_member" => {
            objects.more.insert("user", scene.member(&objects.tenant, Role::Guest).await.1);
        }
        "revoke_invite" => {
            let body = json!({"link": true, "role": "guest"});
            let made = act(scene, Method::POST, &format!("{team}/invites"), body).await;
            objects.more.insert("invite", text(&made["invite"]["id"]));
        }
        "accept_invite" => {
            let (host, _, _) = scene.somebody("Host").await;
            let made = scene.request(&host, Method::POST, "/v1/tenants").json(&json!({"name": "Theirs"}));
            occasion.tenant = text(&Answer::of(made).await.json()["id"]);
            let path = format!("/v1/tenants/{}/invites", occasion.tenant);
            let made =
                scene.request(&host, Method::POST, &path).json(&json!({"link": true, "role": "guest"}));
            let url = text(&Answer::of(made).await.json()["url"]);
            occasion.body = Some(json!({"token": url.split_once('#').unwrap().1}));
        }
        "update_role" | "delete_role" => {
            let body = json!({"name": "Ours", "permissions": []});
            let made = act(scene, Method::POST, &format!("{team}/roles"), body).await;
            objects.more.insert("role", text(&made["id"]));
        }
        "set_binding" | "remove_binding" => {
            let me = act(scene, Method::GET, "/v1/me", json!({})).await;
            let user = text(&me["user"]["id"]);
            act(scene, Method::PUT, &format!("{path}/bindings/{user}"), json!({"role": "guest"})).await;
            objects.more.insert("user", user);
        }
        "disable_user" | "enable_user" => {
            objects.more.insert("user", scene.somebody("Eve").await.1);
        }
        "remove_audit_sink" => {
            let body = json!({"kind": "syslog", "target": "tcp://127.0.0.1:9"});
            let made = act(scene, Method::POST, "/v1/audit/sinks", body).await;
            objects.more.insert("sink", text(&made["id"]));
        }
        "delete_secret" | "delete_my_secret" | "delete_instance_secret" => {
            let path = endpoint
                .path
                .replace("{instance}", &objects.instance)
                .replace("{secret}", &objects.more["secret"]);
            act(scene, Method::PUT, &path, json!({"value": "hidden"})).await;
        }
        "approve_device" | "deny_device" => {
            let codes = act(scene, Method::POST, "/v1/auth/device", json!({"client_name": "a test"})).await;
            objects.more.insert("user_code", text(&codes["user_code"]));
            occasion.who = scene.session().await;
            occasion.origin = Some(scene.base.clone());
        }
        "delete_token" => objects.token = scene.new_token(&[]).await.1,
        "update_instance" => occasion.body = Some(json!({"env": {"A": "1"}})),
        "set_port" => occasion.body = Some(json!({"visibility": "public"})),
        "start_instance" => {
            act(scene, Method::POST, &format!("{path}/kill?wait=30s"), json!({})).await;
        }
        "wake_instance" => {
            act(scene, Method::POST, &format!("{path}/pause?wait=30s"), json!({})).await;
        }
        "close_terminal" => {
            objects.terminal =
                text(&act(scene, Method::POST, &format!("{path}/terminals"), json!({})).await["id"]);
        }
        "cancel_operation" => objects.operation = long_operation(scene).await,
        "retry_operation" => {
            objects.operation = long_operation(scene).await;
            let path = format!("/v1/operations/{}/cancel?wait=30s", objects.operation);
            let cancelled = act(scene, Method::POST, &path, json!({})).await;
            assert_eq!(cancelled["state"], "cancelled", "{cancelled}");
        }
        _ => {}
    }
    occasion
}

async fn keyed(scene: &Scene, endpoint: &Endpoint, occasion: &Occasion, key: Option<&str>) -> Answer {
    let mut request = request(scene, &occasion.who, endpoint, &occasion.objects, occasion.body.clone());
    if let Some(origin) = &occasion.origin {
        request = request.header("origin", origin);
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    Answer::of(request).await
}

async fn succeed(scene: &Scene, endpoint: &Endpoint, occasion: &Occasion, key: Option<&str>) -> Answer {
    let answer = keyed(scene, endpoint, occasion, key).await;
    let succeeded = answer.status.is_success() || answer.status == StatusCode::SWITCHING_PROTOCOLS;
    assert!(succeeded, "{}: {} {}", endpoint.id, answer.status, answer.text);
    answer
}

async fn what_is_changed_is_audited(db: Db) {
    let scene = Scene::start(db).await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.audited) {
        let occasion = occasion(&scene, endpoint).await;
        let answer = succeed(&scene, endpoint, &occasion, None).await;
        let request = text(&json!(answer.headers["x-request-id"].to_str().unwrap()));
        let tenant = match endpoint.id {
            "create_tenant" => text(&answer.json()["id"]),
            _ => occasion.tenant.clone(),
        };
        if endpoint.id == "delete_tenant" {
            // What is hidden is shown to nobody, its audit log neither.
            act(&scene, Method::POST, &format!("/v1/tenants/{tenant}/restore"), json!({})).await;
        }
        // A stream begins before what it does.
        let events = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                let events = scene.audited(Some(&request)).await;
                if !(events.is_empty() && endpoint.websocket) {
                    return events;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("{} leaves nothing in the audit log", endpoint.id));
        let [event] = events.as_slice() else {
            panic!("{} leaves {} rows in the audit log: {events:?}", endpoint.id, events.len())
        };
        assert!(event.actor.is_some() && event.credential.is_some(), "{}: by nobody: {event:?}", endpoint.id);
        assert_eq!(event.tenant_id.as_deref(), Some(tenant.as_str()), "{}", endpoint.id);
        assert!(event.object.is_some() && event.action.contains('.'), "{}: {event:?}", endpoint.id);
        assert!(event.personal.is_some(), "{}: from nowhere: {event:?}", endpoint.id);
    }
}

#[test]
fn what_is_not_audited_is_known_and_has_a_reason() {
    let unaudited: BTreeSet<_> = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.is_mutation() && !endpoint.audited)
        .map(|endpoint| endpoint.id)
        .collect();
    assert_eq!(
        unaudited,
        UNAUDITED.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>(),
        "audit it, or say here why not"
    );
}

/// The ids in an answer; what else it says may have moved on.
fn ids(answer: &Answer) -> BTreeMap<String, Value> {
    fn collect(path: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            if name == "id" {
                into.insert(path.clone(), value.clone());
            }
            if path != ".instance.operation" {
                collect(&path, value, into);
            }
        }
    }
    let mut found = BTreeMap::new();
    collect("", &answer.json(), &mut found);
    found
}

async fn a_key_makes_a_repetition_harmless(db: Db) {
    let scene = Scene::start(db).await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.idempotent) {
        let occasion = occasion(&scene, endpoint).await;
        let first = succeed(&scene, endpoint, &occasion, Some(endpoint.id)).await;
        if endpoint.id == "delete_instance" {
            // A repetition may come when there is nothing left to delete.
            let operation = first.json()["operation"]["id"].as_str().unwrap().to_owned();
            let path = format!("/v1/operations/{operation}?wait=30s");
            let ended = Answer::of(scene.request(&scene.owner, Method::GET, &path)).await;
            assert_eq!(ended.json()["state"], "succeeded", "{}", ended.text);
        }
        let events = scene.audited(None).await.len();
        if endpoint.id == "create_token" {
            // The secret is shown once: the repetition is told which token there is.
            let again = keyed(&scene, endpoint, &occasion, Some(endpoint.id)).await;
            assert_eq!(
                (again.status, again.code().as_str()),
                (StatusCode::CONFLICT, "token_already_created")
            );
            assert_eq!(scene.audited(None).await.len(), events);
            continue;
        }
        let again = succeed(&scene, endpoint, &occasion, Some(endpoint.id)).await;
        assert_eq!(first.status, again.status, "{}", endpoint.id);
        assert!(!ids(&first).is_empty(), "{}: {}", endpoint.id, first.text);
        assert_eq!(ids(&first), ids(&again), "{}", endpoint.id);
        assert_eq!(scene.audited(None).await.len(), events, "{} had its effect twice", endpoint.id);
    }
}

stead_db::both_databases!(what_is_changed_is_audited, a_key_makes_a_repetition_harmless);
