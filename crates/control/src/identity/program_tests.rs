//! Tokens of programs on both databases: access tokens, refresh tokens, devices, intents.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use stead_core::Timestamp;
use stead_core::access::Permission;
use stead_core::ambient::{Ambient, ManualClock};
use stead_core::ids::SessionId;
use stead_db::page::PageRequest;
use stead_db::{Db, audit, outbox, refresh_tokens};
use zeroize::Zeroizing;

use super::{Caller, Identity, Presented, ProgramTokens, RequestInfo};
use crate::keys::{Keys, MasterKeySettings, SigningPurpose};

const BASE: &str = "http://localhost:1";

async fn server(db: &Db) -> Identity {
    let value = Zeroizing::new(STANDARD.encode([7; 32]));
    let settings = MasterKeySettings::Environment { variable: "STEAD_MASTER_KEY".into(), value };
    let keys = Keys::start(db.clone(), &settings).await.unwrap();
    Identity::new(db.clone(), BASE).with_keys(keys)
}

fn turned(db: &Db) -> (Db, Arc<ManualClock>) {
    let (ambient, clock) = Ambient::manual(Timestamp::from_micros(1_800_000_000_000_000), 11);
    (db.with_ambient(ambient), clock)
}

fn info() -> RequestInfo {
    RequestInfo::default()
}

async fn browser(identity: &Identity) -> Caller {
    let user = identity.create_user("Ada", None).await.unwrap();
    let link = identity.sign_in_link(user).await.unwrap();
    let (_, token) = link.url.split_once('#').unwrap();
    let admitted = identity.sign_in_with_link(token, &info()).await.unwrap().signed_in().unwrap();
    identity.authenticate(&Presented::Session(admitted.secret), &info()).await.unwrap()
}

/// A program that signed in by a device's code.
async fn program(identity: &Identity) -> (Caller, ProgramTokens) {
    let ada = browser(identity).await;
    let codes = identity.begin_device("stead on laptop", &info()).await.unwrap();
    identity.answer_device(&ada, &codes.user_code, true).await.unwrap();
    let tokens = identity.poll_device(&codes.device_code, &info()).await.unwrap();
    (ada, tokens)
}

async fn code_of(identity: &Identity, presented: Presented) -> String {
    match identity.authenticate(&presented, &info()).await {
        Ok(_) => "accepted".into(),
        Err(error) => error.code().to_owned(),
    }
}

fn access(tokens: &ProgramTokens) -> Presented {
    Presented::bearer(&tokens.access)
}

async fn live(identity: &Identity, session: SessionId) -> (usize, usize) {
    let all = refresh_tokens::of_session(&identity.inner.system, session).await.unwrap();
    (all.len(), all.iter().filter(|row| row.used_at.is_none()).count())
}

/// Security 1 (ASVS 10.4.5).
async fn security_01_fifty_refreshes_at_once_make_one_chain(db: Db) {
    let identity = server(&db).await;
    let (_, tokens) = program(&identity).await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (identity, token) = (identity.clone(), tokens.refresh.clone());
            tokio::spawn(async move { identity.refresh(&token, &info()).await.unwrap().refresh })
        })
        .collect();
    let mut successors = std::collections::BTreeSet::new();
    for task in tasks {
        successors.insert(task.await.unwrap());
    }
    assert_eq!(successors.len(), 1, "all get the same successor");
    assert_eq!(live(&identity, tokens.session).await, (2, 1));
}

/// Security 2.
async fn security_02_reuse_after_the_grace_ends_the_family(db: Db) {
    let (db, clock) = turned(&db);
    let identity = server(&db).await;
    let (ada, first) = program(&identity).await;
    let second = identity.refresh(&first.refresh, &info()).await.unwrap();
    clock.advance(Duration::from_secs(30));
    let again = identity.refresh(&first.refresh, &info()).await.unwrap();
    assert_eq!(again.refresh, second.refresh, "within the grace the same");
    assert_eq!(code_of(&identity, access(&second)).await, "accepted");
    clock.advance(Duration::from_secs(1));
    assert_eq!(identity.refresh(&first.refresh, &info()).await.unwrap_err().code(), "invalid_grant");
    for tokens in [&first, &second, &again] {
        assert_eq!(identity.refresh(&tokens.refresh, &info()).await.unwrap_err().code(), "invalid_grant");
        assert_eq!(code_of(&identity, access(tokens)).await, "credential_invalid");
    }
    assert_eq!(live(&identity, first.session).await, (0, 0));
    // It is written down, and told.
    let scope = identity.scope(&ada, None, Permission::AuditRead).await.unwrap();
    let events = audit::list(&scope, &PageRequest { limit: 100, before: None }).await.unwrap().rows;
    let reuses: Vec<_> = events.iter().filter(|event| event.action == "session.refresh_reused").collect();
    assert_eq!(reuses.len(), 1);
    assert_eq!(reuses[0].object.as_deref(), Some(first.session.to_string().as_str()));
    let system = &identity.inner.system;
    let mut told = Vec::new();
    for id in outbox::due_notices(system, identity.now(), 100).await.unwrap() {
        told.extend(outbox::notice(system, &id.to_string()).await.unwrap());
    }
    let told: Vec<_> = told.into_iter().filter(|notice| notice.kind == "refresh_reuse").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].user_id.as_deref(), Some(ada.user().to_string().as_str()));
}

/// Security 3: the answer is lost after the commit, the server starts anew.
async fn security_03_an_answer_lost_after_the_commit_is_given_again(db: Db) {
    let (_, first) = program(&server(&db).await).await;
    let lost = server(&db).await.refresh(&first.refresh, &info()).await.unwrap();
    let anew = server(&db).await;
    let given = anew.refresh(&first.refresh, &info()).await.unwrap();
    assert_eq!(given.refresh, lost.refresh);
    assert_eq!(live(&anew, first.session).await, (2, 1));
    anew.refresh(&given.refresh, &info()).await.unwrap();
}

/// ASVS 10.4.8: however often it is refreshed.
async fn security_also_refreshing_does_not_go_on_for_ever(db: Db) {
    let (db, clock) = turned(&db);
    let identity = server(&db).await;
    let (_, mut tokens) = program(&identity).await;
    for _ in 0..8 {
        clock.advance(Duration::from_hours(20 * 24));
        tokens = identity.refresh(&tokens.refresh, &info()).await.unwrap();
    }
    clock.advance(Duration::from_hours(21 * 24));
    assert_eq!(identity.refresh(&tokens.refresh, &info()).await.unwrap_err().code(), "invalid_grant");
}

/// Security 13 (ASVS 9.1.2, 9.1.3, 9.2.2; CVE-2026-25537), with another implementation as the forger.
async fn security_13_only_our_own_access_tokens_are_taken(db: Db) {
    let identity = server(&db).await;
    let (_, tokens) = program(&identity).await;
    assert_eq!(code_of(&identity, access(&tokens)).await, "accepted");
    let keys = identity.keys().unwrap().signing(SigningPurpose::AccessToken).await.unwrap();
    let part = |index: usize| -> Value {
        let part = tokens.access.split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some("EdDSA"), Some("at+jwt")));
    let raw = |header: &Value, claims: &Value| {
        let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", text(header), text(claims));
        let signature = URL_SAFE_NO_PAD.encode(keys.sign(message.as_bytes()));
        format!("{message}.{signature}")
    };
    assert_eq!(code_of(&identity, Presented::AccessToken(raw(&header, &claims))).await, "accepted");
    let with = |value: &Value, name: &str, new: Value| {
        let mut value = value.clone();
        value[name] = new;
        value
    };
    let now = claims["iat"].as_i64().unwrap();
    let mut forged = Vec::new();
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("eddsa")),
        ("typ", json!("JWT")),
        ("typ", json!("refresh+jwt")),
        ("kid", json!("../../etc/passwd")),
        ("kid", json!("")),
        ("jwk", json!({"kty": "OKP"})),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/cert")),
        ("crit", json!(["exp"])),
    ] {
        forged.push((name, raw(&with(&header, name, value), &claims)));
    }
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("https://evil.example")),
        ("aud", json!([format!("{BASE}/v1")])),
        ("exp", json!(now - 1)),
        ("exp", json!((now + 900).to_string())),
        ("nbf", json!(now + 600)),
        ("nbf", json!(now.to_string())),
        ("sub", json!("user_01j9zz3kq8f7v9x2m4n5p6r7st")),
        ("sid", json!("sess_01j9zz3kq8f7v9x2m4n5p6r7st")),
        ("more", json!(true)),
    ] {
        forged.push((name, raw(&header, &with(&claims, name, value))));
    }
    let unsigned = tokens.access.rsplit_once('.').unwrap().0;
    forged.push(("no signature", format!("{unsigned}.")));
    // The public key as the secret of a MAC, by a library that would sign so.
    let public = keys.public()[0].bytes;
    let mut confused = Header::new(Algorithm::HS256);
    confused.typ = Some("at+jwt".into());
    confused.kid = Some(keys.id().to_string());
    forged.push(("HS256", encode(&confused, &claims, &EncodingKey::from_secret(&public)).unwrap()));
    for (what, token) in forged {
        assert_eq!(code_of(&identity, Presented::AccessToken(token)).await, "credential_invalid", "{what}");
    }
    // Other credentials are no access tokens, and this is none of the others.
    assert_eq!(
        code_of(&identity, Presented::AccessToken(tokens.refresh.clone())).await,
        "credential_invalid"
    );
    assert_eq!(code_of(&identity, Presented::bearer(&tokens.refresh)).await, "credential_invalid");
    assert_eq!(code_of(&identity, Presented::Session(tokens.access.clone())).await, "credential_invalid");
}

async fn an_access_token_ends_with_its_time_and_with_its_session(db: Db) {
    let (db, clock) = turned(&db);
    let identity = server(&db).await;
    let (ada, tokens) = program(&identity).await;
    assert_eq!(code_of(&identity, access(&tokens)).await, "accepted");
    clock.advance(Duration::from_mins(15));
    assert_eq!(code_of(&identity, access(&tokens)).await, "credential_invalid");
    let tokens = identity.refresh(&tokens.refresh, &info()).await.unwrap();
    assert_eq!(code_of(&identity, access(&tokens)).await, "accepted");
    identity.end_session(&ada, tokens.session).await.unwrap();
    assert_eq!(code_of(&identity, access(&tokens)).await, "credential_invalid");
    assert_eq!(identity.refresh(&tokens.refresh, &info()).await.unwrap_err().code(), "invalid_grant");
}

async fn a_device_waits_for_its_answer_at_its_pace(db: Db) {
    let (db, clock) = turned(&db);
    let identity = server(&db).await;
    let ada = browser(&identity).await;
    let codes = identity.begin_device("stead on laptop", &info()).await.unwrap();
    let poll = async || match identity.poll_device(&codes.device_code, &info()).await {
        Ok(_) => "signed in".to_owned(),
        Err(error) => error.code().to_owned(),
    };
    assert_eq!(poll().await, "authorization_pending");
    assert_eq!(poll().await, "slow_down");
    clock.advance(Duration::from_secs(6));
    assert_eq!(poll().await, "slow_down", "the interval has grown");
    clock.advance(Duration::from_secs(20));
    assert_eq!(poll().await, "authorization_pending");
    let shown = identity.device_request(&ada, &codes.user_code.to_lowercase()).await.unwrap();
    assert_eq!(shown.client_name, "stead on laptop");
    identity.answer_device(&ada, &codes.user_code, true).await.unwrap();
    assert!(identity.answer_device(&ada, &codes.user_code, true).await.is_err(), "answered once");
    assert_eq!(poll().await, "signed in");
    assert_eq!(poll().await, "expired_token", "used once");
    let refused = identity.begin_device("another", &info()).await.unwrap();
    identity.answer_device(&ada, &refused.user_code, false).await.unwrap();
    let denied = identity.poll_device(&refused.device_code, &info()).await.unwrap_err();
    assert_eq!(denied.code(), "access_denied");
    let late = identity.begin_device("late", &info()).await.unwrap();
    clock.advance(Duration::from_mins(10));
    assert!(identity.answer_device(&ada, &late.user_code, true).await.is_err());
    assert_eq!(identity.poll_device(&late.device_code, &info()).await.unwrap_err().code(), "expired_token");
}

async fn an_intent_is_for_one_purpose_once(db: Db) {
    let (db, clock) = turned(&db);
    let identity = server(&db).await;
    let ada = browser(&identity).await;
    let redeem = async |token: &str, purpose: &str, object: &str| {
        identity.redeem_intent(token, purpose, object, Permission::InstanceRead, &info()).await
    };
    let new = async || identity.create_intent(&ada, "stream_console", "shop").await.unwrap().token;
    let (token, other, object, late) = (new().await, new().await, new().await, new().await);
    let (caller, held) = redeem(&token, "stream_console", "shop").await.unwrap();
    assert_eq!(caller.user(), ada.user());
    for (token, purpose, object) in [
        (&token, "stream_console", "shop"),
        (&other, "stream_terminal", "shop"),
        (&object, "stream_console", "other"),
    ] {
        assert_eq!(redeem(token, purpose, object).await.unwrap_err().code(), "intent_invalid");
    }
    // It opens what it is for and nothing else, also when the session itself was asked before.
    identity.scope(&ada, None, Permission::InstanceWrite).await.unwrap();
    identity.scope(&caller, None, Permission::InstanceRead).await.unwrap();
    assert!(identity.scope(&caller, None, Permission::InstanceWrite).await.is_err());
    identity.scope(&ada, None, Permission::InstanceWrite).await.unwrap();
    clock.advance(Duration::from_secs(60));
    assert_eq!(redeem(&late, "stream_console", "shop").await.unwrap_err().code(), "intent_invalid");
    // What it opened ends with the session behind it.
    assert_eq!(code_of(&identity, held.clone()).await, "accepted");
    identity.sign_out(&ada).await.unwrap();
    assert_eq!(code_of(&identity, held).await, "credential_invalid");
}

stead_db::both_databases!(
    security_01_fifty_refreshes_at_once_make_one_chain,
    security_02_reuse_after_the_grace_ends_the_family,
    security_03_an_answer_lost_after_the_commit_is_given_again,
    security_13_only_our_own_access_tokens_are_taken,
    security_also_refreshing_does_not_go_on_for_ever,
    an_access_token_ends_with_its_time_and_with_its_session,
    a_device_waits_for_its_answer_at_its_pace,
    an_intent_is_for_one_purpose_once,
);
