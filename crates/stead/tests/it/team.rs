//! A team and the installation from the command line: rules of security, access to single instances, users, quotas, mails, and the
//! audit log by names.

use serde_json::{Value, json};
use stead_api::client::Client;
use stead_api::v1::instances::CreateInstance;
use stead_testkit::binary::Stead;
use stead_testkit::wait;

use crate::machine::{Browser, mailed, outcome};

const PASSWORD: &str = "a few unrelated words";
const BOB: &str = "bob@example.org";

/// The owner's command line in a tenant.
struct Office<'a> {
    stead: &'a Stead,
    tenant: String,
}

impl Office<'_> {
    fn run(&self, arguments: &[&str]) -> (i32, Value) {
        let all = [&["--json", "--tenant", &self.tenant], arguments].concat();
        outcome(&self.stead.cli(&all))
    }

    fn succeed(&self, arguments: &[&str]) -> Value {
        let (code, answer) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {answer}");
        answer
    }

    /// Exit code, code of the problem and what is to be done next.
    fn refused(&self, arguments: &[&str]) -> (i32, String, String) {
        let (exit, answer) = self.run(arguments);
        let text = |field: &str| answer["error"][field].as_str().unwrap_or_default().to_owned();
        (exit, text("code"), text("next_step"))
    }

    /// As people see it.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.stead.cli(&[&["--tenant", &self.tenant], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}

/// Somebody with an account of their own.
async fn bob(stead: &Stead) -> Browser {
    let nobody = Browser::of_nobody(stead);
    let sign_up = json!({ "name": "Bob", "email": BOB, "password": PASSWORD });
    assert_eq!(nobody.asks("auth/sign-up", &sign_up).await.0, 202);
    let token = mailed(stead, BOB, "/verify-email").await;
    nobody.post("auth/verify-email", &json!({ "token": token })).await;
    Browser::with_password(stead, BOB, PASSWORD).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_and_the_installation_are_run_from_the_command_line() {
    let stead = crate::stead_with(&["--sign-up", "open"]);
    let personal = stead.client().me().await.expect("me").tenant.id;
    let tenant = stead.client().create_tenant("Engines").await.expect("a tenant").id;
    let office = Office { stead: &stead, tenant: tenant.clone() };
    let bob = bob(&stead).await;

    // Access to one instance.
    let link = office.succeed(&["tenants", "invite", "--link", "--role", "guest"]);
    let (_, token) = link["url"].as_str().and_then(|url| url.split_once('#')).expect("a link");
    let (status, joined) = bob.asks("invites/accept", &json!({ "token": token })).await;
    assert_eq!((status, joined["id"].as_str()), (200, Some(tenant.as_str())), "{joined}");
    let here = Client::new(stead.client().base().clone(), Some(stead.token()), Some(tenant.clone()));
    let create = CreateInstance { name: Some("shop".into()), ..CreateInstance::default() };
    let shop = here.expect("a client").create_instance_and_wait(&create, "shop", "60s").await;
    let shop = shop.expect("an instance").instance.id;
    assert!(office.said(&["access", "list", "shop"]).contains("stead access grant shop"));
    assert_eq!(
        office.refused(&["access", "grant", "shop", "eve@example.org", "member"]).1,
        "member_not_found"
    );
    assert_eq!(office.refused(&["access", "grant", "shop", "Bob", "king"]).1, "role_not_found");
    assert_eq!(office.refused(&["access", "grant", "nowhere", "Bob", "member"]).1, "instance_not_found");
    let given = office.succeed(&["access", "grant", "shop", "BOB@example.org", "Member"]);
    assert_eq!((&given["user"]["name"], &given["role"]), (&json!("Bob"), &json!("member")));
    assert!(office.said(&["access", "ls", "shop"]).contains(BOB));
    office.succeed(&["access", "revoke", "shop", "Bob"]);
    assert_eq!(office.refused(&["access", "revoke", "shop", "Bob"]).0, 4);
    assert_eq!(office.succeed(&["access", "list", "shop"]), json!([]));

    rules_of_security(&office);

    // The audit log, by names.
    let of_shop = office.succeed(&["audit", "list", "--object", "shop"]);
    let of_shop = of_shop.as_array().expect("events");
    assert!(
        of_shop.len() >= 3 && of_shop.iter().all(|event| event["object"] == shop.as_str()),
        "{of_shop:?}"
    );
    let by_bob = office.succeed(&["audit", "list", "--actor", BOB]);
    assert!(by_bob.as_array().is_some_and(|events| !events.is_empty()), "{by_bob}");
    let of_bob = office.succeed(&["audit", "list", "--object", "Bob"]);
    assert!(of_bob.as_array().is_some_and(|events| !events.is_empty()), "{of_bob}");
    assert_eq!(office.refused(&["audit", "list", "--object", "nothing"]).1, "object_not_found");

    quotas(&office);
    users(&office, &bob, &personal).await;
    mails(&office);
}

fn rules_of_security(office: &Office<'_>) {
    let nothing = json!({ "require_second_factor": false, "ip_allowlist": [] });
    assert_eq!(office.succeed(&["tenants", "security"]), nothing);
    assert!(office.said(&["tenants", "security", "show"]).contains("from anywhere"));
    fn set<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["tenants", "security", "set"], more].concat()
    }
    for wish in [&["--network", "192.0.2.0/24"][..], &["--second-factor", "required"]] {
        let (exit, code, next) = office.refused(&set(wish));
        assert_eq!((exit, code.as_str()), (6, "would_lock_you_out"), "{wish:?}");
        assert!(next.contains("--lock-me-out") && !next.contains("lock_me_out:"), "{next}");
    }
    assert_eq!(office.refused(&set(&["--network", "somewhere"])).0, 2);
    assert_eq!(office.run(&set(&[])).0, 2, "nothing to set");
    let networks = office.succeed(&set(&["--network", "127.0.0.0/8,::1/128", "--network", "192.0.2.7"]));
    assert_eq!(networks["ip_allowlist"], json!(["127.0.0.0/8", "::1/128", "192.0.2.7/32"]));
    assert_eq!(office.succeed(&set(&["--from-anywhere", "--second-factor", "optional"])), nothing);
}

fn quotas(office: &Office<'_>) {
    let listed = office.succeed(&["operator", "tenants", "--find", "engin"]);
    assert_eq!(listed[0]["id"], office.tenant.as_str(), "{listed}");
    assert!(office.said(&["operator", "tenants", "list"]).contains("Engines"));
    let set = |more: &[&str]| {
        let shown = office.succeed(&[&["operator", "tenants", "quotas", "Engines"], more].concat());
        let limit = |what: &str| {
            let items = shown["items"].as_array().expect("quotas");
            let quota = items.iter().find(|quota| quota["what"] == what).expect("this one");
            quota["set"].as_bool().expect("a word").then(|| quota["limit"].as_u64().expect("a limit"))
        };
        (limit("members"), limit("memory_bytes"), limit("instances"))
    };
    assert_eq!(set(&[]), (None, None, None));
    assert_eq!(set(&["--members", "3", "--memory", "8GiB"]), (Some(3), Some(8 << 30), None));
    assert_eq!(set(&["--instances", "2"]), (Some(3), Some(8 << 30), Some(2)), "the others stay");
    assert!(office.said(&["tenants", "quotas"]).contains("2 instances"));
    assert_eq!(set(&["--reset", "--members", "4"]), (Some(4), None, None));
    assert_eq!(office.refused(&["operator", "tenants", "quotas", "Nowhere"]).1, "tenant_not_found");
}

async fn users(office: &Office<'_>, bob: &Browser, personal: &str) {
    let (_, made) = bob.asks("tokens", &json!({ "name": "bob", "expires_in_days": 1 })).await;
    let token = made["secret"].as_str().expect("a token");
    let as_bob = |arguments: &[&str]| {
        let mut command = office.stead.command();
        outcome(&command.arg("--json").args(arguments).env("STEAD_TOKEN", token).output().expect("it starts"))
    };
    for arguments in [&["operator", "users"][..], &["operator", "tenants"], &["operator", "mails"]] {
        let (code, answer) = as_bob(arguments);
        assert_eq!(code, 5, "{arguments:?}: {answer}");
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
    let listed = office.succeed(&["operator", "users", "--find", "bob@"]);
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["user"]["email"]), (Some(1), &json!(BOB)));
    assert!(office.said(&["operator", "users", "list", "--operators"]).contains("operator"));
    assert_eq!(as_bob(&["tokens"]).0, 0);
    assert!(office.succeed(&["operator", "users", "disable", BOB])["disabled_at"].is_string());
    wait::until("the token stops", || async {
        match as_bob(&["tokens"]) {
            (0, answer) => Err(answer),
            _ => Ok(()),
        }
    })
    .await;
    assert!(office.said(&["operator", "users", "--disabled"]).contains("kept out"));
    assert_eq!(office.succeed(&["operator", "users", "enable", "Bob"])["disabled_at"], Value::Null);
    assert_eq!(office.refused(&["operator", "users", "disable", "Nobody"]).1, "user_not_found");
    let me = office.stead.client().me().await.expect("me").user.id;
    assert_eq!(office.refused(&["operator", "users", "disable", &me]).1, "last_operator");
    // What operators do is in their own log.
    let output = office.stead.cli(&["--json", "--tenant", personal, "audit", "list", "--action", "user.*"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("user.disable") && said.contains("user.enable"), "{said}");
}

fn mails(office: &Office<'_>) {
    let mails = office.succeed(&["operator", "mails", "--limit", "200"]);
    assert_eq!(mails["mail_server"], false);
    let items = mails["items"].as_array().expect("mails");
    let held = items.iter().find(|mail| mail["content"].is_object()).expect("one that is shown");
    let id = held["id"].as_str().expect("an id");
    let text = office.said(&["operator", "mails", id]);
    let first = held["content"]["text"].as_str().and_then(|text| text.lines().next()).expect("a line");
    assert!(text.contains(BOB) && text.contains(first), "{text}");
    assert!(office.said(&["operator", "mails"]).contains("No mail server is set"));
    assert_eq!(office.refused(&["operator", "mails", "mail_x"]).1, "mail_not_found");
}
