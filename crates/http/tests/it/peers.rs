//! Signing in with peers that others made: npm's `oidc-provider`, PyPI's `oidc-provider-mock`, Debian's `slapd`.

use std::process::Stdio;
use std::time::Duration;

use http::{Method, StatusCode};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use stead_api::v1::sources::SourceKind;
use stead_control::identity::{InstalledSource, SignUpPolicy};
use stead_db::Db;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::scene::{Answer, Scene, Who};
use crate::sources::{Way, cookie, location, way_of};

const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers");

/// A peer's process, which ends with the test.
struct Peer {
    url: String,
    _process: Child,
}

impl Peer {
    /// One that prints its port first, and ends when its standard input does.
    async fn start(program: &str, arguments: &[&str]) -> Self {
        let mut process = Command::new(program)
            .args(arguments)
            .current_dir(PEERS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program}: {error}; `make peers` installs the peers of the tests")
            });
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.unwrap().unwrap();
        let port = line
            .unwrap_or_else(|| panic!("{program} {arguments:?} does not start; `make peers` installs it"));
        // Whoever goes on printing must not be held up.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url: format!("http://127.0.0.1:{}", port.trim()), _process: process }
    }

    /// npm's, strict.
    async fn strict(redirect_uri: &str) -> Self {
        Self::start("node", &["oidc.mjs", redirect_uri]).await
    }

    /// PyPI's, which says anything.
    async fn loose() -> Self {
        Self::start(".venv/bin/python", &["mock.py"]).await
    }
}

fn oidc(issuer: &str) -> InstalledSource {
    let settings = [("issuer", issuer), ("client_id", "stead"), ("client_secret", "a secret of the tests")];
    InstalledSource {
        id: "peer".into(),
        name: "Peer".into(),
        kind: SourceKind::Oidc,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        domains: Vec::new(),
    }
}

/// A browser: it keeps the peer's cookies and follows nothing by itself.
fn browser() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

async fn begin(scene: &Scene) -> Way {
    way_of(scene.request(&Who::Nobody, Method::GET, "/v1/auth/sources/peer/begin")).await
}

/// Comes back to the scene with what the peer sent.
async fn back(scene: &Scene, way: &Way, to: &str) -> Answer {
    let to: Url = to.parse().unwrap();
    assert!(to.as_str().starts_with(&scene.base), "{to}");
    let path = format!("{}?{}", to.path(), to.query().unwrap_or_default());
    let request = scene.request(&Who::Nobody, Method::GET, &path);
    Answer::of(request.header("cookie", format!("stead_source={}", way.cookie))).await
}

fn next(from: &Url, response: &Response) -> Url {
    let to = response.headers().get("location").unwrap_or_else(|| panic!("{from}: {}", response.status()));
    from.join(to.to_str().unwrap()).unwrap()
}

/// Through the pages of npm's provider, as `account`: the address that it sends back to.
async fn through_strict(way: &Way, base: &str, account: &str) -> String {
    let (browser, mut at, mut cookies) = (browser(), way.to.clone(), Vec::<String>::new());
    for _ in 0..10 {
        if at.as_str().starts_with(base) {
            return at.into();
        }
        let request =
            browser.get(at.clone()).header("x-account", account).header("cookie", cookies.join("; "));
        let response = request.send().await.unwrap();
        for value in response.headers().get_all("set-cookie") {
            let pair = value.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = pair.split('=').next().unwrap().to_owned();
            cookies.retain(|kept| kept.split('=').next() != Some(name.as_str()));
            cookies.push(pair);
        }
        at = next(&at, &response);
    }
    panic!("it leads nowhere: {at}");
}

async fn says(peer: &str, path: &str, claims: Value) {
    let told = browser().put(format!("{peer}{path}")).json(&claims).send().await.unwrap();
    assert_eq!(told.status(), StatusCode::NO_CONTENT);
}

async fn me(scene: &Scene, answer: &Answer) -> Value {
    let secret =
        cookie(answer, "stead_session").unwrap_or_else(|| panic!("no session: {}", location(answer)));
    Answer::of(scene.request(&Who::Session(secret), Method::GET, "/v1/me")).await.json()
}

/// PKCE is required there, the answer names its issuer, claims come from the user info.
async fn security_14_a_strict_provider_signs_in(db: Db) {
    let slot = std::cell::OnceCell::new();
    let scene = Scene::start_with(db, SignUpPolicy::Open, async |base: &str| {
        let started = Peer::strict(&format!("{base}/v1/auth/sources/peer/callback")).await;
        vec![oidc(&slot.get_or_init(|| started).url)]
    })
    .await;
    let peer = slot.into_inner().unwrap();
    says(
        &peer.url,
        "/accounts/42",
        json!({"email": "ada@example.org", "email_verified": true, "name": "Ada"}),
    )
    .await;
    let way = begin(&scene).await;
    let to = through_strict(&way, &scene.base, "42").await;
    assert!(to.contains("iss="), "{to}");
    let answer = back(&scene, &way, &to).await;
    let me_first = me(&scene, &answer).await;
    assert_eq!(
        (&me_first["user"]["email"], &me_first["user"]["name"]),
        (&json!("ada@example.org"), &json!("Ada"))
    );
    // The same answer again, and the provider's own refusal of a code that was used.
    assert!(location(&back(&scene, &way, &to).await).contains("source_state_invalid"));
    let way = begin(&scene).await;
    let fresh: Url = through_strict(&way, &scene.base, "42").await.parse().unwrap();
    let used: Url = to.parse().unwrap();
    let code = |url: &Url| url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let swapped = fresh.as_str().replace(&code(&fresh), &code(&used));
    assert!(location(&back(&scene, &way, &swapped).await).contains("source_answer_invalid"));
    // Another redirect address, or a plain challenge: refused there.
    let way = begin(&scene).await;
    for (from, to) in [("callback", "callback%2F.."), ("S256", "plain")] {
        let bad = way.to.as_str().replace(from, to);
        let answer = browser().get(bad).send().await.unwrap();
        let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        assert!(location.is_none_or(|to| to.contains("error=")), "{from}");
    }
}

async fn security_04_what_a_loose_provider_says_of_an_address_is_weighed(db: Db) {
    let peer = Peer::loose().await;
    let source = oidc(&peer.url);
    let scene = Scene::start_with(db, SignUpPolicy::Open, async |_: &str| vec![source]).await;
    let ada = scene.control_plane().identity().create_user("Ada", Some("ada@example.org")).await.unwrap();
    let come = async |claims: Value| {
        says(&peer.url, "/users/ada", claims).await;
        let way = begin(&scene).await;
        let chosen = browser()
            .post(way.to.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body("sub=ada")
            .send()
            .await
            .unwrap();
        back(&scene, &way, next(&way.to, &chosen).as_str()).await
    };
    for verified in [json!(false), json!("true"), Value::Null] {
        let mut claims = json!({"email": "ada@example.org"});
        if !verified.is_null() {
            claims["email_verified"] = verified;
        }
        let answer = come(claims.clone()).await;
        assert_eq!(cookie(&answer, "stead_session"), None, "{claims}");
        assert!(
            location(&answer).contains("problem=source_email_unverified"),
            "{claims}: {}",
            location(&answer)
        );
    }
    let answer = come(json!({"email": "ada@example.org", "email_verified": true})).await;
    assert_eq!(me(&scene, &answer).await["user"]["id"], ada.to_string());
}

/// A directory with two people and a group, by StartTLS, on a port of its own.
struct Directory {
    port: u16,
    ca: String,
    _process: Child,
    _folder: TempDir,
}

const ENTRIES: &str = "dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=search,dc=example,dc=org
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: search
userPassword: searching

dn: uid=ada,dc=example,dc=org
objectClass: inetOrgPerson
uid: ada
cn: Ada Byron
sn: Byron
mail: ada@example.org
userPassword: engine

dn: uid=bob,dc=example,dc=org
objectClass: inetOrgPerson
uid: bob
cn: Bob
sn: Bob
userPassword: builder

dn: cn=admins,dc=example,dc=org
objectClass: groupOfNames
cn: admins
member: uid=ada,dc=example,dc=org
";

impl Directory {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let ca = made.cert.pem();
        std::fs::write(at("cert.pem"), &ca).unwrap();
        std::fs::write(at("key.pem"), made.signing_key.serialize_pem()).unwrap();
        std::fs::create_dir(at("data")).unwrap();
        std::fs::write(at("entries.ldif"), ENTRIES).unwrap();
        let config = format!(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
             TLSCertificateFile {cert}\nTLSCertificateKeyFile {key}\ndatabase mdb\nsuffix dc=example,dc=org\n\
             directory {data}\naccess to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn.exact=\"cn=search,dc=example,dc=org\" read by * none\n",
            cert = at("cert.pem"),
            key = at("key.pem"),
            data = at("data"),
        );
        std::fs::write(at("slapd.conf"), config).unwrap();
        let missing = "apt-get install slapd (scripts/install-packages test)";
        let added = Command::new("/usr/sbin/slapadd")
            .args(["-f", &at("slapd.conf"), "-l", &at("entries.ldif")])
            .output()
            .await
            .unwrap_or_else(|error| panic!("slapadd: {error}; {missing}"));
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("/usr/sbin/slapd")
            .args(["-f", &at("slapd.conf"), "-h", &format!("ldap://127.0.0.1:{port}/"), "-d", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("slapd: {error}; {missing}"));
        let listening = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), listening).await.unwrap();
        Self { port, ca, _process: process, _folder: folder }
    }
}

async fn a_directory_lets_its_people_in_and_nobody_else(db: Db) {
    let directory = Directory::start().await;
    let scene = Scene::start_with(db, SignUpPolicy::Invited, async |_: &str| Vec::new()).await;
    let team = scene.team().await;
    let session = scene.session().await;
    let settings = json!({
        "url": format!("ldap://localhost:{}", directory.port), "start_tls": "true", "ca": directory.ca,
        "base_dn": "dc=example,dc=org", "bind_dn": "cn=search,dc=example,dc=org", "bind_password": "searching",
        "group_base_dn": "dc=example,dc=org",
    });
    let add = |settings: Value| {
        let path = format!("/v1/tenants/{team}/sources");
        let request = scene.request(&session, Method::POST, &path).header("origin", scene.base.as_str());
        Answer::of(request.json(&json!({
            "kind": "ldap", "name": "Directory", "settings": settings, "role": "guest",
            "group_roles": [{"group": "cn=Admins,dc=example,dc=org", "role": "admin"}],
        })))
    };
    let made = add(settings.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let source = made.json()["id"].as_str().unwrap().to_owned();
    let sign_in = |source: &str, user: &str, password: &str| {
        let path = format!("/v1/auth/sources/{source}/sign-in");
        let body = json!({"user": user, "password": password});
        Answer::of(scene.request(&Who::Nobody, Method::POST, &path).json(&body))
    };
    // Wrong, empty, made of the language of filters, or the account that searches: all the same.
    for (user, password) in [
        ("ada", "wrong"),
        ("bob", ""),
        ("nobody", "engine"),
        ("*", "engine"),
        ("ada)(uid=*", "engine"),
        ("*)(objectClass=*", "engine"),
        ("ada)(|(cn=*", "engine"),
        ("search", "searching"),
        ("a\\64a", "engine"),
    ] {
        let refused = sign_in(&source, user, password).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::UNAUTHORIZED, "sign_in_refused"),
            "{user}"
        );
        assert_eq!(cookie(&refused, "stead_session"), None);
    }
    let ada = sign_in(&source, "ada", "engine").await;
    assert_eq!(ada.status, StatusCode::OK, "{}", ada.text);
    let secret = cookie(&ada, "stead_session").unwrap();
    let who = Answer::of(scene.request(&Who::Session(secret), Method::GET, "/v1/me")).await.json();
    assert_eq!(who["user"]["name"], "Ada Byron");
    let role = |who: &Value| {
        who["tenants"].as_array().unwrap().iter().find(|tenant| tenant["id"] == team.as_str()).unwrap()["role"].clone()
    };
    assert_eq!(role(&who), "admin");
    let bob = sign_in(&source, "bob", "builder").await;
    assert_eq!(bob.status, StatusCode::OK, "{}", bob.text);
    let secret = cookie(&bob, "stead_session").unwrap();
    let who = Answer::of(scene.request(&Who::Session(secret), Method::GET, "/v1/me")).await.json();
    assert_eq!(role(&who), "guest");
    // Who is signed in and mistypes stays signed in.
    let link = json!({"source": source, "user": "bob", "password": "wrong"});
    let wrong =
        scene.request(&session, Method::POST, "/v1/me/identities").header("origin", scene.base.as_str());
    let wrong = Answer::of(wrong.json(&link)).await;
    assert_eq!(
        (wrong.status, wrong.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "sign_in_refused"),
        "{}",
        wrong.text
    );
    // The same person again is the same account.
    let again = sign_in(&source, "ada", "engine").await;
    assert_eq!(again.json()["me"]["user"]["name"], "Ada Byron");
    // A certificate that is not trusted, and tries that are limited.
    let mut untrusted = settings;
    untrusted.as_object_mut().unwrap().remove("ca");
    let untrusted = add(untrusted).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(sign_in(&untrusted, "ada", "engine").await.code(), "directory_unreachable");
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(sign_in(&source, "bob", "wrong").await.code());
    }
    assert_eq!(codes.last().unwrap(), "rate_limited", "{codes:?}");
}

stead_db::both_databases!(
    security_14_a_strict_provider_signs_in,
    security_04_what_a_loose_provider_says_of_an_address_is_weighed,
    a_directory_lets_its_people_in_and_nobody_else,
);
