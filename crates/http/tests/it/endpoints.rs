//! Every operation of the document, walked: without a credential, from another tenant, with the wrong scope, with bad input.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use http::{Method, StatusCode};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use stead_core::access::Permission;
use stead_db::Db;
use stead_http::endpoints::{Access, ENDPOINTS, Endpoint, Pace};
use stead_http::openapi::document;

use crate::scene::{Answer, Objects, Scene, Who};

fn method(endpoint: &Endpoint) -> Method {
    endpoint.method.as_str().parse().unwrap()
}

/// The operation's address with these objects in it, and the query that it cannot do without.
fn address(endpoint: &Endpoint, objects: &Objects) -> String {
    let path = endpoint
        .path
        .replace("{instance}", &objects.instance)
        .replace("{operation}", &objects.operation)
        .replace("{terminal}", &objects.terminal)
        .replace("{session}", &objects.session)
        .replace("{token}", &objects.token)
        .replace("{tenant}", &objects.tenant)
        .replace("{port}", "8000");
    let path = objects.more.iter().fold(path, |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
    match endpoint.id {
        "stream_command" => format!("{path}?command=%5B%22true%22%5D"),
        "open_preview" => format!("{path}?host=8000--shop.localhost"),
        _ => path,
    }
}

/// A body that the operation accepts, if it takes one: the example that the document gives for it.
pub(crate) fn good_body(endpoint: &Endpoint) -> Option<Value> {
    let operation = &DOCUMENT["paths"][endpoint.path][endpoint.method.as_str().to_ascii_lowercase()];
    let content = operation.pointer("/requestBody/content/application~1json")?;
    let schema = &content["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#'))?,
        None => schema,
    };
    let example = [&schema["example"], &schema["examples"][0], &content["example"]];
    let example = example.into_iter().find(|example| example.is_object());
    Some(example.unwrap_or_else(|| panic!("{}: its body has no example", endpoint.id)).clone())
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| document().unwrap());

async fn call(scene: &Scene, who: &Who, endpoint: &Endpoint, objects: &Objects) -> Answer {
    Answer::of(request(scene, who, endpoint, objects, good_body(endpoint))).await
}

pub(crate) fn request(
    scene: &Scene,
    who: &Who,
    endpoint: &Endpoint,
    objects: &Objects,
    body: Option<Value>,
) -> RequestBuilder {
    let mut request = scene.request(who, method(endpoint), &address(endpoint, objects));
    if let Some(body) = body {
        request = request.json(&body);
    } else if endpoint.pace == Pace::Upload {
        request = request.body("bytes");
    }
    if endpoint.websocket {
        request = request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    request
}

#[test]
fn every_operation_of_the_document_is_in_the_table() {
    let document = document().unwrap();
    let mut described = BTreeSet::new();
    for methods in document["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            described.insert(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let listed: BTreeSet<_> = ENDPOINTS.iter().map(|endpoint| endpoint.id.to_owned()).collect();
    assert_eq!(described, listed);
}

/// Anonymous operations that take a secret, which the examples do not have.
const SECRETS: &[&str] = &[
    "sign_in_with_link",
    "sign_in",
    "verify_email",
    "reset_password",
    "sign_in_with_magic_link",
    "confirm_email",
    "complete_sign_in",
    "finish_passkey_sign_in",
    "look_up_invite",
    "issue_token",
    "sign_in_with_directory",
];

async fn without_a_credential_nothing_but_the_short_list_answers(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    for who in [Who::Nobody, Who::Token("stead_made_up".into()), Who::Session("made up".into())] {
        for endpoint in ENDPOINTS {
            let answer = call(&scene, &who, endpoint, &objects).await;
            match endpoint.access {
                Access::Tenant(_) | Access::Account(_) | Access::Operator(_) => {
                    assert_eq!(
                        answer.status,
                        StatusCode::UNAUTHORIZED,
                        "{} {who:?}: {}",
                        endpoint.id,
                        answer.text
                    );
                    answer.assert_problem();
                }
                Access::Redirects => assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", endpoint.id),
                Access::Anonymous => assert!(
                    answer.status.is_success() || SECRETS.contains(&endpoint.id),
                    "{}: {}",
                    endpoint.id,
                    answer.text
                ),
            }
        }
    }
}

/// What the last part of the path names is chosen by whoever calls, in a place of their own: to write it makes it.
fn is_named_by_the_caller(endpoint: &Endpoint) -> bool {
    endpoint.path.contains("{secret}") && !endpoint.path.contains("{instance}")
}

async fn security_10_another_tenant_finds_nothing(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    let stranger = scene.stranger().await;
    let written = scene.audited(None).await.len();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access.permission().is_some()) {
        if matches!(endpoint.access, Access::Operator(_)) {
            let answer = call(&scene, &stranger, endpoint, &objects).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}: {}", endpoint.id, answer.text);
            assert_eq!(answer.code(), "operator_only", "{}", endpoint.id);
            continue;
        }
        if endpoint.path.contains('{') && !is_named_by_the_caller(endpoint) {
            let answer = call(&scene, &stranger, endpoint, &objects).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}: {}", endpoint.id, answer.text);
            answer.assert_problem();
        }
        if matches!(endpoint.access, Access::Tenant(_)) {
            let answer = call(&scene, &stranger.acting_in(&objects.tenant), endpoint, &objects).await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{} in another's tenant: {}",
                endpoint.id,
                answer.text
            );
        }
    }
    // Nothing was changed on the way.
    assert_eq!(scene.audited(None).await.len(), written, "a stranger wrote something in the owner's tenant");
    let instance =
        Answer::of(scene.request(&scene.owner, Method::GET, &format!("/v1/instances/{}", objects.instance)))
            .await;
    assert_eq!(instance.status, StatusCode::OK, "{}", instance.text);
}

async fn security_also_a_token_does_only_what_its_scopes_say(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    for permission in Permission::ALL {
        let others: Vec<_> = Permission::ALL.into_iter().filter(|other| *other != permission).collect();
        let without = scene.token_with(&others).await;
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access.permission() == Some(permission)) {
            let answer = call(&scene, &without, endpoint, &objects).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{} without {}: {}",
                endpoint.id,
                permission.as_str(),
                answer.text
            );
            answer.assert_problem();
        }
    }
}

async fn a_scope_is_enough_for_what_the_table_says(db: Db) {
    let scene = Scene::start(db).await;
    for permission in Permission::ALL {
        let only = scene.token_with(&[permission]).await;
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access.permission() == Some(permission)) {
            // On nothing that exists, so that nothing is changed and nothing streams.
            if endpoint.pace == Pace::Stream && !endpoint.websocket {
                continue;
            }
            let nothing = Objects { tenant: scene.tenant.clone(), ..Objects::nothing() };
            let answer = call(&scene, &only, endpoint, &nothing).await;
            // Other reasons to refuse (a role above one's own, proving again who asks) are not about the scope.
            let refused = answer.status == StatusCode::FORBIDDEN && answer.code() == "permission_missing";
            assert!(
                !refused && answer.status != StatusCode::UNAUTHORIZED,
                "{} with {}: {}",
                endpoint.id,
                permission.as_str(),
                answer.text
            );
            assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{}: {}", endpoint.id, answer.text);
        }
    }
}

async fn bad_input_is_named_and_never_a_defect(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| {
        endpoint.is_mutation() && endpoint.pace != Pace::Upload && endpoint.method.as_str() != "DELETE"
    }) {
        let Some(good) = good_body(endpoint) else { continue };
        let post = |body: String, kind: &'static str| {
            let request = scene
                .request(&scene.owner, method(endpoint), &address(endpoint, &objects))
                .header("content-type", kind)
                .body(body);
            Answer::of(request)
        };
        for body in ["{", "", "nonsense", "\u{0}"] {
            if body.is_empty() && (endpoint.idempotent || endpoint.id == "create_instance") {
                continue;
            }
            let answer = post(body.into(), "application/json").await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{} {body:?}: {}", endpoint.id, answer.text);
            answer.assert_problem();
        }
        let mut wrong: Vec<Value> =
            vec![json!([1]), json!("text"), json!(1), json!(null), json!({"no_such_field": 1})];
        let mut fields = good.as_object().unwrap().clone();
        for name in schema_fields(endpoint) {
            for value in [
                json!(-1),
                json!("\u{0}"),
                json!([[]]),
                json!({"a": []}),
                json!(true),
                json!(1e300),
                json!("x".repeat(70_000)),
            ] {
                let before = fields.insert(name.clone(), value);
                wrong.push(Value::Object(fields.clone()));
                match before {
                    Some(before) => fields.insert(name.clone(), before),
                    None => fields.remove(&name),
                };
            }
        }
        for (index, body) in wrong.into_iter().enumerate() {
            let answer = post(body.to_string(), "application/json").await;
            let shown: String = body.to_string().chars().take(120).collect();
            assert!(!answer.status.is_server_error(), "{} {shown}: {}", endpoint.id, answer.text);
            if index < 5 {
                let refused =
                    matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
                assert!(refused, "{} {shown}: {} {}", endpoint.id, answer.status, answer.text);
                answer.assert_problem();
            }
        }
        let answer = post(good.to_string(), "text/plain").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{}", endpoint.id);
    }
}

/// Nobody chooses what something is called inside: an id that was used once cannot be brought back in another tenant.
async fn security_11_ids_are_nobodys_to_choose(db: Db) {
    let scene = Scene::start(db).await;
    let objects = scene.objects().await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.is_mutation()) {
        let Some(good) = good_body(endpoint) else { continue };
        let known = schema_fields(endpoint);
        for name in ["id", "tenant_id", "user_id", "created_by", "operation_id"] {
            if known.iter().any(|field| field == name) {
                continue;
            }
            let mut body = good.clone();
            body[name] = json!(objects.tenant);
            let refused = request(&scene, &scene.owner, endpoint, &objects, Some(body));
            let refused = Answer::of(refused).await;
            let named = matches!(refused.status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
            assert!(named, "{} with {name}: {} {}", endpoint.id, refused.status, refused.text);
        }
    }
}

/// Names of the fields that the document gives the operation's body.
fn schema_fields(endpoint: &Endpoint) -> Vec<String> {
    let operation = &DOCUMENT["paths"][endpoint.path][endpoint.method.as_str().to_ascii_lowercase()];
    let reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        .as_str()
        .unwrap_or_default();
    let schema = DOCUMENT.pointer(reference.trim_start_matches('#')).cloned().unwrap_or_default();
    schema["properties"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

async fn bad_queries_and_ids_are_named_and_never_a_defect(db: Db) {
    let scene = Scene::start(db).await;
    let document = document().unwrap();
    let mut odd = Objects::nothing();
    for text in [
        "..",
        "%00",
        "a%2Fb",
        "inst_",
        "ten_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        &"x".repeat(300),
        "%F0%9F%92%A3",
        "'%3B--",
    ] {
        odd.set_all(text);
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.path.contains('{')) {
            let good_name =
                text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && text.len() < 100;
            // Clients make `/v1/secrets` of `/v1/instances/../secrets` before they send it.
            let elsewhere = text == ".." && endpoint.id == "list_instance_secrets";
            if elsewhere || (good_name && is_named_by_the_caller(endpoint)) {
                continue;
            }
            let answer = call(&scene, &scene.owner, endpoint, &odd).await;
            assert!(
                answer.status.is_client_error(),
                "{} {text}: {} {}",
                endpoint.id,
                answer.status,
                answer.text
            );
        }
    }
    for endpoint in ENDPOINTS.iter().filter(|endpoint| {
        endpoint.access.permission().is_some()
            && endpoint.method.as_str() == "GET"
            && endpoint.pace != Pace::Stream
    }) {
        let operation = &document["paths"][endpoint.path]["get"];
        let nothing = Objects { tenant: scene.tenant.clone(), ..Objects::nothing() };
        for parameter in operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
        {
            let name = parameter["name"].as_str().unwrap();
            for value in ["", "-1", "x", "%00", "99999999999999999999", "%FF", "true", &"x".repeat(2_000)] {
                let path = format!("{}?{name}={value}", address(endpoint, &nothing));
                let answer = Answer::of(scene.request(&scene.owner, Method::GET, &path)).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{} {name}={value}: {} {}",
                    endpoint.id,
                    answer.status,
                    answer.text
                );
            }
        }
    }
}

stead_db::both_databases!(
    without_a_credential_nothing_but_the_short_list_answers,
    security_10_another_tenant_finds_nothing,
    security_also_a_token_does_only_what_its_scopes_say,
    a_scope_is_enough_for_what_the_table_says,
    security_11_ids_are_nobodys_to_choose,
    bad_input_is_named_and_never_a_defect,
    bad_queries_and_ids_are_named_and_never_a_defect,
);
