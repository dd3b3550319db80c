//! Signing in with others: the way there and back, whose account it is, and what is refused.

use std::time::Duration;

use http::{Method, StatusCode};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use stead_control::identity::SignUpPolicy;
use stead_core::access::Role;
use stead_db::Db;
use url::Url;

use crate::provider::Provider;
use crate::revocation::{act, program};
use crate::scene::{Answer, Scene, Who};

const VICTIM: &str = "ada@example.org";
const PASSWORD: &str = "a few unrelated words";

/// A browser on its way: what it keeps, and what it was sent with.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) cookie: String,
    pub(crate) to: Url,
}

impl Way {
    pub(crate) fn sent(&self, name: &str) -> String {
        let found = self.to.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("{name} in {}", self.to)).1.into_owned()
    }
}

/// The value of a cookie that an answer sets.
pub(crate) fn cookie(answer: &Answer, name: &str) -> Option<String> {
    answer.headers.get_all("set-cookie").iter().find_map(|value| {
        let (pair, _) = value.to_str().ok()?.split_once(';')?;
        let (key, value) = pair.split_once('=')?;
        (key == name && !value.is_empty()).then(|| value.to_owned())
    })
}

pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

pub(crate) async fn way_of(request: RequestBuilder) -> Way {
    let answer = Answer::of(request).await;
    let to = location(&answer).parse().unwrap();
    Way { cookie: cookie(&answer, "stead_source").unwrap(), to }
}

async fn begin(scene: &Scene, provider: &Provider, source: &str) -> Way {
    let path = format!("/v1/auth/sources/{source}/begin?from=/instances");
    let way = way_of(scene.request(&Who::Nobody, Method::GET, &path)).await;
    told(provider, &way);
    way
}

/// The provider learns what the browser brings.
fn told(provider: &Provider, way: &Way) {
    assert_eq!(way.sent("code_challenge_method"), "S256");
    provider.says(|says| {
        says.nonce = way.sent("nonce");
        says.challenge = way.sent("code_challenge");
        says.redirect_uri = way.sent("redirect_uri");
    });
}

async fn back(scene: &Scene, source: &str, way: Option<&Way>, query: &str) -> Answer {
    back_as(scene, source, way, query, None).await
}

async fn back_as(
    scene: &Scene,
    source: &str,
    way: Option<&Way>,
    query: &str,
    session: Option<&str>,
) -> Answer {
    let path = format!("/v1/auth/sources/{source}/callback?{query}");
    let mut request = scene.request(&Who::Nobody, Method::GET, &path);
    let mut cookies: Vec<String> =
        way.map(|way| format!("stead_source={}", way.cookie)).into_iter().collect();
    cookies.extend(session.map(|secret| format!("stead_session={secret}")));
    if !cookies.is_empty() {
        request = request.header("cookie", cookies.join("; "));
    }
    Answer::of(request).await
}

fn good(provider: &Provider, way: &Way) -> String {
    let iss: String = url::form_urlencoded::byte_serialize(provider.url.as_bytes()).collect();
    format!("code=code&state={}&iss={iss}", way.sent("state"))
}

/// Nobody is signed in, and the page says why.
#[track_caller]
fn turned_away(answer: &Answer, why: &str) {
    let to = location(answer);
    assert!(to.starts_with("/sign-in?") && to.contains(&format!("problem={why}")), "{to} is not for {why}");
    assert_eq!(cookie(answer, "stead_session"), None, "{why}");
}

#[track_caller]
fn session(answer: &Answer) -> String {
    let to = location(answer);
    assert!(!to.contains("problem"), "{to}");
    cookie(answer, "stead_session").unwrap_or_else(|| panic!("no session: {to}"))
}

async fn sign_in(scene: &Scene, provider: &Provider, claims: Value) -> Answer {
    provider.says(|says| says.claims = claims);
    let way = begin(scene, provider, "login").await;
    back(scene, "login", Some(&way), &good(provider, &way)).await
}

async fn me(scene: &Scene, secret: &str) -> Value {
    let me = Answer::of(scene.request(&Who::Session(secret.into()), Method::GET, "/v1/me")).await;
    assert_eq!(me.status, StatusCode::OK, "{}", me.text);
    me.json()
}

async fn scene(db: Db, policy: SignUpPolicy) -> (Scene, Provider) {
    let provider = Provider::start().await;
    let sources = vec![provider.source("login"), provider.source("other")];
    (Scene::start_with(db, policy, async |_| sources).await, provider)
}

async fn security_14_a_callback_that_is_not_the_answer_to_what_was_asked_is_refused(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Open).await;
    let claims = json!({"email": VICTIM, "email_verified": true});
    provider.says(|says| says.claims = claims.clone());
    let invalid = "source_state_invalid";
    // The address that people are sent back to is exact, and each source's own.
    let way = begin(&scene, &provider, "login").await;
    assert_eq!(way.sent("redirect_uri"), format!("{}/v1/auth/sources/login/callback", scene.base));
    // Without a state, with a made-up one, with two.
    let iss = good(&provider, &way).split_once("iss=").unwrap().1.to_owned();
    for query in [
        format!("code=code&iss={iss}"),
        format!("code=code&iss={iss}&state="),
        format!("code=code&iss={iss}&state=made-up"),
        format!("{}&state=second", good(&provider, &way)),
    ] {
        turned_away(&back(&scene, "login", Some(&way), &query).await, invalid);
    }
    // Used up by its success.
    session(&back(&scene, "login", Some(&way), &good(&provider, &way)).await);
    turned_away(&back(&scene, "login", Some(&way), &good(&provider, &way)).await, invalid);
    // In another browser, or in one that began something else.
    let way = begin(&scene, &provider, "login").await;
    turned_away(&back(&scene, "login", None, &good(&provider, &way)).await, invalid);
    let (mine, other) = (begin(&scene, &provider, "login").await, begin(&scene, &provider, "login").await);
    let mixed = Way { cookie: other.cookie.clone(), ..mine };
    turned_away(&back(&scene, "login", Some(&mixed), &good(&provider, &mixed)).await, invalid);
    // At another source.
    let way = begin(&scene, &provider, "login").await;
    turned_away(&back(&scene, "other", Some(&way), &good(&provider, &way)).await, invalid);
    // By another issuer, or by none although it names itself (RFC 9207), or by two.
    for iss in
        ["&iss=https%3A%2F%2Fevil.example", "", &format!("&iss={iss}%2F"), &format!("&iss={iss}&iss={iss}")]
    {
        let way = begin(&scene, &provider, "login").await;
        let query = format!("code=code&state={}{iss}", way.sent("state"));
        turned_away(&back(&scene, "login", Some(&way), &query).await, invalid);
    }
    // With another nonce, another code, none, another verifier.
    for change in ["nonce", "challenge", "code", "no code"] {
        let way = begin(&scene, &provider, "login").await;
        let mut query = good(&provider, &way);
        match change {
            "nonce" => provider.says(|says| says.nonce = "another".into()),
            "challenge" => provider.says(|says| says.challenge = "another".into()),
            "code" => query = query.replace("code=code", "code=other"),
            _ => query = query.replace("code=code&", ""),
        }
        let why = if change == "no code" { "source_denied" } else { "source_answer_invalid" };
        turned_away(&back(&scene, "login", Some(&way), &query).await, why);
    }
    // What was refused there is refused here.
    let way = begin(&scene, &provider, "login").await;
    let query = good(&provider, &way).replace("code=code", "error=access_denied");
    turned_away(&back(&scene, "login", Some(&way), &query).await, "source_denied");
    // Tokens for others, too old, unsigned by its keys.
    for change in [
        json!({"aud": "other"}),
        json!({"exp": 1}),
        json!({"iss": "https://evil.example"}),
        json!({"sub": null}),
    ] {
        let mut all = claims.clone();
        all.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        turned_away(&sign_in(&scene, &provider, all).await, "source_answer_invalid");
    }
    // Where it goes afterwards is on this server.
    for from in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let from: String = url::form_urlencoded::byte_serialize(from.as_bytes()).collect();
        let path = format!("/v1/auth/sources/login/begin?from={from}");
        let way = way_of(scene.request(&Who::Nobody, Method::GET, &path)).await;
        told(&provider, &way);
        provider.says(|says| says.claims = claims.clone());
        assert_eq!(location(&back(&scene, "login", Some(&way), &good(&provider, &way)).await), "/");
    }
}

async fn security_04_an_address_that_is_not_confirmed_finds_no_account(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Open).await;
    let identity = scene.control_plane().identity();
    let ada = identity.create_user("Ada", Some(VICTIM)).await.unwrap();
    for verified in [json!(false), Value::Null, json!("true"), json!(1)] {
        let answer = sign_in(&scene, &provider, json!({"email": VICTIM, "email_verified": verified})).await;
        turned_away(&answer, "source_email_unverified");
    }
    let owner = Who::Token(identity.issue_token(ada, "test").await.unwrap());
    let linked = Answer::of(scene.request(&owner, Method::GET, "/v1/me/identities")).await;
    assert_eq!(linked.json()["items"], json!([]));
    // Confirmed on both sides, it does.
    let answer =
        sign_in(&scene, &provider, json!({"email": "Ada@Example.org", "email_verified": true})).await;
    assert_eq!(location(&answer), "/instances");
    assert_eq!(me(&scene, &session(&answer)).await["user"]["id"], ada.to_string());
    let linked = Answer::of(scene.request(&owner, Method::GET, "/v1/me/identities")).await.json();
    assert_eq!(linked["items"][0]["email"], "Ada@Example.org");
    // Linked, the account there counts, not what address it has.
    let answer =
        sign_in(&scene, &provider, json!({"email": "eve@example.org", "email_verified": false})).await;
    assert_eq!(me(&scene, &session(&answer)).await["user"]["id"], ada.to_string());
}

async fn security_05_who_waits_in_an_account_for_its_owner_is_put_out(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Open).await;
    let post =
        |path: &str, body: Value| Answer::of(scene.request(&Who::Nobody, Method::POST, path).json(&body));
    let asked = post("/v1/auth/sign-up", json!({"name": "Eve", "email": VICTIM, "password": PASSWORD})).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text);
    let made = async {
        loop {
            let mails = Answer::of(scene.request(&scene.owner, Method::GET, "/v1/operator/mails")).await;
            if mails.text.contains(VICTIM) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), made).await.unwrap();
    let eve = post("/v1/auth/sign-in", json!({"email": VICTIM, "password": PASSWORD})).await;
    assert_eq!(eve.status, StatusCode::OK, "{}", eve.text);
    let eves = cookie(&eve, "stead_session").unwrap();
    let user = me(&scene, &eves).await["user"]["id"].clone();
    // The owner of the address arrives.
    let answer = sign_in(&scene, &provider, json!({"email": VICTIM, "email_verified": true})).await;
    let owner = me(&scene, &session(&answer)).await;
    assert_eq!((&owner["user"]["id"], &owner["user"]["email_verified"]), (&user, &json!(true)));
    let gone = Answer::of(scene.request(&Who::Session(eves), Method::GET, "/v1/me")).await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED, "{}", gone.text);
    let again = post("/v1/auth/sign-in", json!({"email": VICTIM, "password": PASSWORD})).await;
    assert_eq!(again.code(), "sign_in_refused", "{}", again.text);
}

async fn keys_rotate_and_new_people_get_a_tenant_of_their_own(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Open).await;
    let claims = json!({"email": "new@example.org", "email_verified": true});
    let first = me(&scene, &session(&sign_in(&scene, &provider, claims.clone()).await)).await;
    assert_eq!((&first["user"]["name"], &first["tenant"]["personal"]), (&json!("Ada"), &json!(true)));
    assert_eq!(
        (&first["user"]["email"], &first["user"]["email_verified"]),
        (&json!("new@example.org"), &json!(true))
    );
    provider.says(|says| says.key = 2);
    let second = me(&scene, &session(&sign_in(&scene, &provider, claims).await)).await;
    assert_eq!(first["user"]["id"], second["user"]["id"]);
}

async fn the_rule_of_signing_up_holds_for_who_comes_from_elsewhere(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Invited).await;
    let claims = json!({"email": "new@example.org", "email_verified": true});
    turned_away(&sign_in(&scene, &provider, claims.clone()).await, "sign_up_invited_only");
    let team = scene.team().await;
    let invite = scene
        .request(&scene.owner, Method::POST, &format!("/v1/tenants/{team}/invites"))
        .json(&json!({"email": "new@example.org", "role": "guest"}));
    assert_eq!(Answer::of(invite).await.status, StatusCode::CREATED);
    session(&sign_in(&scene, &provider, claims).await);
}

async fn an_account_is_linked_from_a_session_and_unlinked(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Open).await;
    let Who::Session(secret) = scene.session().await else { panic!() };
    let path = "/v1/auth/sources/login/begin?link=true";
    let link = |site: &'static str| {
        scene.request(&Who::Session(secret.clone()), Method::GET, path).header("sec-fetch-site", site)
    };
    // Not by a page elsewhere, and not by nobody.
    assert_eq!(Answer::of(link("cross-site")).await.code(), "cross_site_request");
    let nobody = Answer::of(scene.request(&Who::Nobody, Method::GET, path)).await;
    assert_eq!(nobody.code(), "unauthenticated");
    let unsaid = Answer::of(scene.request(&Who::Session(secret.clone()), Method::GET, path)).await;
    assert_eq!(unsaid.code(), "cross_site_request");
    let way = way_of(link("same-origin")).await;
    told(&provider, &way);
    // It is linked to who is signed in, whatever the address.
    provider.says(|says| says.claims = json!({"email": "else@example.org", "email_verified": false}));
    let stolen = back(&scene, "login", Some(&way), &good(&provider, &way)).await;
    assert_eq!(location(&stolen), "/account/security?problem=source_state_invalid");
    let way = way_of(link("same-origin")).await;
    told(&provider, &way);
    let linked = back_as(&scene, "login", Some(&way), &good(&provider, &way), Some(&secret)).await;
    assert_eq!(location(&linked), "/account/security");
    let answer = sign_in(&scene, &provider, json!({})).await;
    let owner = me(&scene, &session(&answer)).await["user"]["id"].clone();
    assert_eq!(owner, me(&scene, &secret).await["user"]["id"]);
    // Somebody else cannot have it too.
    let identities =
        Answer::of(scene.request(&Who::Session(secret.clone()), Method::GET, "/v1/me/identities")).await;
    let id = identities.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let unlink = |secret: String| {
        let path = format!("/v1/me/identities/{id}");
        scene.request(&Who::Session(secret), Method::DELETE, &path).header("origin", scene.base.as_str())
    };
    // The operator's first user has neither password nor address: it is the only way in.
    assert_eq!(Answer::of(unlink(secret.clone())).await.code(), "last_way_in");
    let password = scene
        .request(&Who::Session(secret.clone()), Method::POST, "/v1/me/password")
        .header("origin", scene.base.as_str())
        .json(&json!({"new": PASSWORD}));
    let password = Answer::of(password).await;
    assert_eq!(password.status, StatusCode::NO_CONTENT, "{}", password.text);
    let unlinked = Answer::of(unlink(secret)).await;
    assert_eq!(unlinked.status, StatusCode::NO_CONTENT, "{}", unlinked.text);
    turned_away(&sign_in(&scene, &provider, json!({})).await, "source_email_unverified");
}

/// A source of a tenant at the provider.
async fn tenants_source(scene: &Scene, provider: &Provider, tenant: &str) -> String {
    let session = scene.session().await;
    let body = json!({
        "kind": "oidc", "name": "Acme", "role": "guest", "domains": ["acme.example"],
        "settings": {"issuer": provider.url, "client_id": "stead", "client_secret": "hidden"},
    });
    let path = format!("/v1/tenants/{tenant}/sources");
    let made = scene.request(&session, Method::POST, &path).header("origin", scene.base.as_str()).json(&body);
    let made = Answer::of(made).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert!(!made.text.contains("hidden"), "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn a_tenants_source_lets_its_people_in_and_reaches_no_other_account(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Invited).await;
    let team = scene.team().await;
    let source = tenants_source(&scene, &provider, &team).await;
    let come = async |claims: Value| {
        provider.says(|says| says.claims = claims);
        let way = begin(&scene, &provider, &source).await;
        back(&scene, &source, Some(&way), &good(&provider, &way)).await
    };
    // It is offered to who names the tenant.
    let offered = async |query: &str| {
        let path = format!("/v1/auth/methods{query}");
        Answer::of(scene.request(&Who::Nobody, Method::GET, &path)).await.text.contains(&source)
    };
    assert!(!offered("").await && offered(&format!("?tenant={team}")).await && !offered("?tenant=x").await);
    // Other domains stay out, and addresses that are not confirmed.
    let email = |email: &str, sub: &str| json!({"email": email, "email_verified": true, "sub": sub});
    for other in ["bob@example.org", "bob@evil-acme.example", "bob@sub.acme.example"] {
        turned_away(&come(email(other, "1")).await, "source_domain_not_allowed");
    }
    turned_away(&come(json!({"email": "bob@acme.example"})).await, "source_email_unverified");
    // Somebody new becomes a member, with the source's role and a tenant of their own.
    let bob = session(&come(email("bob@acme.example", "1")).await);
    let who = me(&scene, &bob).await;
    let role = who["tenants"].as_array().unwrap().iter().find(|tenant| tenant["id"] == team.as_str());
    assert_eq!(role.unwrap()["role"], "guest", "{who}");
    // What a tenant's provider says of an address is no proof for the whole installation.
    assert_eq!(who["user"]["email"], Value::Null, "{who}");
    let victim =
        scene.control_plane().identity().create_user("Carol", Some("carol@acme.example")).await.unwrap();
    let carol = me(&scene, &session(&come(email("carol@acme.example", "2")).await)).await;
    assert_ne!(carol["user"]["id"], victim.to_string());
    // A member is told to link it.
    let tenant = team.parse().unwrap();
    let dora = scene.control_plane().identity().create_user("Dora", Some("dora@acme.example")).await.unwrap();
    scene.control_plane().tenants().add_member(tenant, dora, Role::Member).await.unwrap();
    turned_away(&come(email("dora@acme.example", "3")).await, "source_not_linked");
    // Switched off, nobody comes in and who came in by it is out: the browser, the program that it let in, and one that it let in
    // and that has not asked yet.
    let browser = Who::Session(bob);
    let access = program(&scene, &browser).await;
    let device = json!({"client_name": "another"});
    let codes = act(&scene, &Who::Nobody, Method::POST, "/v1/auth/device", device).await.json();
    let path = format!("/v1/device-requests/{}/approve", codes["user_code"].as_str().unwrap());
    act(&scene, &browser, Method::POST, &path, json!({})).await;
    let session = scene.session().await;
    let path = format!("/v1/tenants/{team}/sources/{source}");
    let change = |body: Value| {
        let request = scene.request(&session, Method::PATCH, &path).header("origin", scene.base.as_str());
        Answer::of(request.json(&body))
    };
    let elsewhere = json!({"settings": {"issuer": "http://127.0.0.1:1", "client_id": "stead"}});
    assert_eq!(change(elsewhere).await.json()["errors"][0]["field"], "settings.client_secret");
    assert_eq!(change(json!({"domains": []})).await.json()["errors"][0]["field"], "domains");
    assert_eq!(change(json!({"enabled": false})).await.status, StatusCode::OK);
    for who in [&browser, &access] {
        let gone = Answer::of(scene.request(who, Method::GET, "/v1/me")).await;
        assert_eq!(gone.status, StatusCode::UNAUTHORIZED, "{who:?}: {}", gone.text);
    }
    let grant = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"],
    });
    let late = scene.request(&Who::Nobody, Method::POST, "/v1/auth/token").json(&grant);
    assert_eq!(Answer::of(late).await.code(), "expired_token");
    let begun = scene.request(&Who::Nobody, Method::GET, &format!("/v1/auth/sources/{source}/begin"));
    assert_eq!(Answer::of(begun).await.status, StatusCode::NOT_FOUND);
}

async fn a_source_that_goes_takes_its_sessions_and_one_that_stays_keeps_its_role(db: Db) {
    let (scene, provider) = scene(db, SignUpPolicy::Invited).await;
    let team = scene.team().await;
    let source = tenants_source(&scene, &provider, &team).await;
    let owner = scene.session().await;
    let roles = format!("/v1/tenants/{team}/roles");
    let ours = json!({"name": "Ours", "permissions": ["instance:read"]});
    let role = act(&scene, &owner, Method::POST, &roles, ours).await.json();
    let role = role["id"].as_str().unwrap();
    let path = format!("/v1/tenants/{team}/sources/{source}");
    let delete_role = async || {
        let request = scene.request(&owner, Method::DELETE, &format!("{roles}/{role}"));
        Answer::of(request.header("origin", scene.base.as_str())).await
    };
    for gives in
        [json!({"role": role}), json!({"role": "guest", "group_roles": [{"group": "staff", "role": role}]})]
    {
        act(&scene, &owner, Method::PATCH, &path, gives).await;
        let kept = delete_role().await;
        assert_eq!((kept.status, kept.code().as_str()), (StatusCode::CONFLICT, "role_in_use"));
        assert!(kept.json()["detail"].as_str().unwrap().contains("Acme"), "{}", kept.text);
    }
    act(&scene, &owner, Method::PATCH, &path, json!({"group_roles": []})).await;
    assert_eq!(delete_role().await.status, StatusCode::NO_CONTENT);

    provider
        .says(|says| says.claims = json!({"email": "bob@acme.example", "email_verified": true, "sub": "1"}));
    let way = begin(&scene, &provider, &source).await;
    let come = back(&scene, &source, Some(&way), &good(&provider, &way)).await;
    let browser = Who::Session(session(&come));
    let access = program(&scene, &browser).await;
    act(&scene, &owner, Method::DELETE, &path, json!({})).await;
    for who in [&browser, &access] {
        let gone = Answer::of(scene.request(who, Method::GET, "/v1/me")).await;
        assert_eq!(gone.status, StatusCode::UNAUTHORIZED, "{who:?}: {}", gone.text);
    }
    assert_eq!(Answer::of(scene.request(&owner, Method::GET, "/v1/me")).await.status, StatusCode::OK);
}

stead_db::both_databases!(
    security_14_a_callback_that_is_not_the_answer_to_what_was_asked_is_refused,
    security_04_an_address_that_is_not_confirmed_finds_no_account,
    security_05_who_waits_in_an_account_for_its_owner_is_put_out,
    keys_rotate_and_new_people_get_a_tenant_of_their_own,
    the_rule_of_signing_up_holds_for_who_comes_from_elsewhere,
    an_account_is_linked_from_a_session_and_unlinked,
    a_tenants_source_lets_its_people_in_and_reaches_no_other_account,
    a_source_that_goes_takes_its_sessions_and_one_that_stays_keeps_its_role,
);
