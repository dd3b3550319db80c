//! One's own account from the command line: name, address, password, second factors, its end.

use serde_json::{Value, json};
use stead_core::ambient::Ambient;
use stead_core::ids::PasskeyId;
use stead_db::factors;
use stead_testkit::binary::{Options, Stead};
use totp_rs::Totp;

use crate::machine::{Browser, Machine, mailed};
use crate::storage::Storage;

const PASSWORD: &str = "a few unrelated words";
const NEXT: &str = "other words without relation";
const ADDRESS: &str = "ada@example.org";

fn refusal(machine: &Machine, arguments: &[&str]) -> (i32, String) {
    let (code, answer) = machine.run(arguments);
    assert!(
        answer["error"]["message"].as_str().is_some_and(|said| !said.is_empty()),
        "{arguments:?}: {answer}"
    );
    (code, answer["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(code: i32, word: &str) -> (i32, String) {
    (code, word.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_kept_from_the_command_line() {
    let stead =
        Stead::start(env!("CARGO_BIN_EXE_stead"), Options { server_alone: true, ..Options::default() });
    let (browser, machine) = (Browser::of(&stead).await, Machine::new(&stead));
    browser.post("me/password", &json!({ "new": PASSWORD })).await;
    machine.sign_in(&browser).await;

    assert_eq!(machine.succeed(&["profile", "rename", "Ada Lovelace"])["user"]["name"], "Ada Lovelace");
    let shown = machine.succeed(&["whoami"]);
    assert_eq!(
        (&shown["me"]["user"]["name"], &shown["factors"]["password"]),
        (&json!("Ada Lovelace"), &json!(true))
    );
    let said = stead.cli(&["profile"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("Ada Lovelace") && said.contains("by a password"), "{said}");
    assert_eq!(refusal(&machine, &["profile", "verify"]), refused(6, "email_missing"));

    // What is dangerous wants a proof, which needs somebody at a terminal; an API token has none at all.
    for arguments in
        [&["profile", "email", ADDRESS][..], &["profile", "delete", "--yes"], &["factors", "add"]]
    {
        assert_eq!(refusal(&machine, arguments), refused(5, "step_up_required"));
    }
    let (_, answer) = machine.run(&["factors", "add"]);
    assert!(answer["error"]["next_step"].as_str().is_some_and(|next| next.contains("terminal")), "{answer}");
    assert_eq!(refusal(&machine, &["profile", "password"]), refused(2, "usage"));
    assert_eq!(stead.cli(&["profile", "delete", "--yes"]).status.code(), Some(5));

    let change = |present: &str, new: &str, again: &str| {
        let answers = [("present password", present), ("new one, 12", new), ("once more", again)];
        let (worked, shown) = machine.at_a_terminal(&["profile", "password"], &answers);
        assert!(!shown.contains(NEXT) && !shown.contains(PASSWORD), "{shown}");
        worked
    };
    assert!(!change("not it at all", NEXT, NEXT), "the present one was wrong");
    assert!(!change(PASSWORD, NEXT, "mistyped words"), "the two were not the same");
    assert!(change(PASSWORD, NEXT, NEXT));
    assert!(!change(PASSWORD, NEXT, NEXT), "it is the former one now");

    // That proved who asks, for a while.
    assert_eq!(machine.succeed(&["profile", "email", ADDRESS]), json!({ "mailed": ADDRESS }));
    let token = mailed(&stead, ADDRESS, "/confirm-email").await;
    Browser::of_nobody(&stead).post("auth/confirm-email", &json!({ "token": token })).await;
    assert_eq!(machine.run(&["profile"]).0, 3, "a new address ends every session");
    let browser = Browser::with_password(&stead, ADDRESS, NEXT).await;
    machine.sign_in(&browser).await;
    let user = machine.succeed(&["profile"])["me"]["user"].clone();
    assert_eq!((&user["email"], &user["email_verified"]), (&json!(ADDRESS), &json!(true)));

    second_factors(&machine);

    assert_eq!(refusal(&machine, &["profile", "delete"]), refused(2, "usage"));
    let prompt = "Type this to delete it";
    assert!(!machine.at_a_terminal(&["profile", "delete"], &[(prompt, "nobody@example.org")]).0);
    machine.succeed(&["profile"]);
    assert!(machine.at_a_terminal(&["profile", "delete"], &[(prompt, ADDRESS)]).0);
    assert_eq!((machine.held(), machine.run(&["profile"]).0), (Value::Null, 3));
}

/// On a machine that has not proved yet who asks.
fn second_factors(machine: &Machine) {
    let (worked, said) = machine.at_a_terminal(&["factors"], &[]);
    assert!(worked && said.contains("password") && said.contains("stead factors add"), "{said}");
    let page = machine.succeed(&["factors", "add", "passkey"]);
    assert!(page["open"].as_str().is_some_and(|page| page.ends_with("/account/security")), "{page}");
    for arguments in [&["factors", "rename", "Laptop", "Desk"][..], &["factors", "remove", "Laptop"]] {
        assert_eq!(refusal(machine, arguments), refused(4, "passkey_not_found"));
    }

    let (mut uri, mut tries) = (None, 0);
    let (worked, said) = machine.talks(&["factors", "add"], |said| {
        if said.contains("(not shown): ") {
            return Some(NEXT.to_owned());
        }
        if let Some((_, rest)) = said.split_once("otpauth://") {
            let rest: String = rest.chars().take_while(|letter| !letter.is_whitespace()).collect();
            uri = Some(format!("otpauth://{rest}"));
        }
        said.contains("shows now: ").then(|| {
            tries += 1;
            let app = Totp::from_url(uri.as_deref().expect("an address")).expect("an address of an app");
            // A slip of the finger first.
            if tries == 1 { "no code".to_owned() } else { app.generate_current().to_string() }
        })
    });
    assert!(worked && tries == 2 && said.contains('▀'), "{said}");
    let codes = said.lines().filter(|line| line.trim().matches('-').count() == 5).count();
    assert_eq!(codes, 10, "{said}");

    let held = machine.succeed(&["factors", "list"]);
    assert_eq!(held, json!({ "password": true, "totp": true, "recovery_codes_left": 10, "passkeys": [] }));
    assert_eq!(refusal(machine, &["factors", "add"]), refused(6, "totp_exists"));
    assert_eq!(refusal(machine, &["factors", "confirm", "123456"]), refused(6, "totp_missing"));
    let renewed = machine.succeed(&["factors", "recovery-codes"]);
    assert_eq!(renewed["recovery_codes"].as_array().map(Vec::len), Some(10), "{renewed}");
    assert_eq!(machine.succeed(&["factors", "remove", "app"]), json!({ "removed": "app" }));
    assert_eq!(refusal(machine, &["factors", "remove", "app"]).0, 4);
    assert_eq!(refusal(machine, &["factors", "recovery-codes"]), refused(6, "second_factor_missing"));
}

/// A browser makes passkeys; here a row stands for one that it made.
#[tokio::test(flavor = "multi_thread")]
async fn passkeys_are_listed_renamed_and_removed() {
    let storage = Storage::sqlite();
    let mut stead = storage.server();
    let (browser, machine) = (Browser::of(&stead).await, Machine::new(&stead));
    browser.post("me/password", &json!({ "new": PASSWORD })).await;
    machine.sign_in(&browser).await;
    let user = stead.client().me().await.expect("me").user.id;
    stead.kill();
    let (db, _) = storage.opened(&stead).await;
    let passkey = factors::Passkey {
        id: Ambient::system().new_id::<PasskeyId>().to_string(),
        user_id: user,
        name: "Laptop".to_owned(),
        credential_id: "bGFwdG9w".to_owned(),
        credential: "{}".to_owned(),
        created_at: Ambient::system().now().micros(),
        last_used_at: None,
    };
    let (id, row, system) = (passkey.id.clone(), &passkey, db.system("test"));
    let inserted = system.transaction(|tx| async move { factors::insert_passkey(&tx, row.clone()).await });
    inserted.await.expect("it is inserted");
    drop((db, system));
    stead.start_again();

    assert_eq!(machine.succeed(&["factors"])["passkeys"][0]["id"], id.as_str());
    let renamed = machine.succeed(&["factors", "rename", "Laptop", "Desk"]);
    assert_eq!((&renamed["id"], &renamed["name"]), (&json!(id), &json!("Desk")));
    let (worked, said) = machine.at_a_terminal(&["factors"], &[]);
    assert!(worked && said.contains("Desk") && said.contains("never"), "{said}");
    assert_eq!(refusal(&machine, &["factors", "remove", &id]), refused(5, "step_up_required"));
    let (worked, said) =
        machine.at_a_terminal(&["factors", "remove", "Desk"], &[("(not shown): ", PASSWORD)]);
    assert!(worked, "{said}");
    assert_eq!(machine.succeed(&["factors"])["passkeys"], json!([]));
}
