//! Second factors, on both databases.

mod authenticator;

use std::process::Command;
use std::time::Duration;

use stead_api::v1::factors::AddPasskey;
use stead_api::v1::identity::CreateApiToken;
use stead_core::access::Permission;
use stead_db::Db;
use stead_db::audit;
use stead_db::page::PageRequest;

use self::authenticator::Authenticator;
use super::super::accounts::tests::{EMAIL, OTHER, PASSWORD, World, from, secret};
use super::*;
use crate::idempotency::Mutation;
use crate::identity::Presented;

const ORIGIN: &str = "https://stead.example.org";

struct Scene {
    world: World,
    factors: Factors,
    user: UserId,
    session: SignedIn,
    caller: Caller,
}

impl Scene {
    async fn new(db: Db) -> Self {
        let world = World::new(db).await;
        let user = world.somebody().await;
        let session = world.sign_in(EMAIL, PASSWORD).await.unwrap();
        let caller = world.caller(&session).await.unwrap();
        let factors = Factors::new(world.identity.clone(), world.keys()).unwrap();
        Self { world, factors, user, session, caller }
    }

    /// A code by a program that shares nothing with this one.
    fn code(&self, secret: &str) -> String {
        let seconds = self.factors.now().micros() / 1_000_000;
        let output = Command::new("oathtool")
            .args(["--totp", "--base32", "--now", &format!("@{seconds}"), secret])
            .env("TZ", "UTC")
            .output()
            .expect("oathtool (Debian: apt-get install oathtool)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The secret of a confirmed app, the code that confirmed it, and recovery codes.
    async fn with_totp(&self) -> (String, String, Vec<String>) {
        let setup = self.factors.begin_totp(&self.caller).await.unwrap();
        let code = self.code(&setup.secret);
        let codes = self.factors.confirm_totp(&self.caller, &code).await.unwrap().recovery_codes;
        (setup.secret, code, codes)
    }

    async fn pending(&self) -> (String, Vec<SecondFactor>) {
        match self.world.accounts.sign_in(EMAIL, secret(PASSWORD), &from(1)).await.unwrap() {
            Admission::SecondFactor { pending, methods } => (pending.0, methods),
            Admission::SignedIn(_) => panic!("one factor was enough"),
        }
    }

    async fn complete(&self, proof: Proof) -> Result<SignedIn> {
        let (pending, _) = self.pending().await;
        self.factors.complete(&pending, proof, &from(1)).await
    }

    async fn with_passkey(&self, id: u8) -> (Authenticator, stead_api::v1::factors::CreatedPasskey) {
        let begun = self.factors.begin_passkey(&self.caller).await.unwrap();
        let mut authenticator = Authenticator::new(ORIGIN, id);
        let credential = authenticator.create(&begun.options);
        let input = AddPasskey { pending: begun.pending, name: format!("Key {id}"), credential };
        (authenticator, self.factors.add_passkey(&self.caller, input).await.unwrap())
    }

    async fn sign_in_by(&self, authenticator: &mut Authenticator) -> Result<SignedIn> {
        let begun = self.factors.begin_sign_in().await.unwrap();
        let credential = authenticator.get(&begun.options);
        let admission = self.factors.sign_in(&begun.pending, credential, &from(1)).await?;
        Ok(admission.signed_in().expect("a passkey is both factors"))
    }
}

fn code_of<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

/// RFC 6238, appendix B, SHA-1; six digits are the last six of eight.
#[test]
fn codes_are_those_of_rfc_6238() {
    let totp = totp::of_secret(b"12345678901234567890").unwrap();
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(totp::step_of(&totp, code, at), Some(seconds / 30), "{code}");
        assert_eq!(totp::step_of(&totp, &format!(" {} {} ", &code[..3], &code[3..]), at), Some(seconds / 30));
        assert_eq!(totp::step_of(&totp, code, at.plus(Duration::from_secs(90))), None, "{code} is too old");
    }
    for wrong in ["", "1", "28708", "2870820", "abcdef", "२८७०८२", &"2".repeat(10_000)] {
        assert_eq!(totp::step_of(&totp, wrong, Timestamp::from_micros(59_000_000)), None, "{wrong}");
    }
}

/// Security 6.
async fn security_06_a_code_by_time_is_accepted_once(db: Db) {
    let scene = Scene::new(db).await;
    let (secret, enrolment, _) = scene.with_totp().await;
    // The code that confirmed the app does not sign in.
    assert_eq!(code_of(scene.complete(Proof::Totp(enrolment)).await), "second_factor_refused");
    scene.world.clock.advance(Duration::from_secs(60));
    let code = scene.code(&secret);
    // Twice at once.
    let (first, second) = (scene.pending().await.0, scene.pending().await.0);
    let info = from(1);
    let outcomes = tokio::join!(
        scene.factors.complete(&first, Proof::Totp(code.clone()), &info),
        scene.factors.complete(&second, Proof::Totp(code.clone()), &info),
    );
    let mut outcomes = [code_of(outcomes.0), code_of(outcomes.1)];
    outcomes.sort();
    assert_eq!(outcomes, ["accepted", "second_factor_refused"]);
    // Once more.
    assert_eq!(code_of(scene.complete(Proof::Totp(code)).await), "second_factor_refused");
    // One of before does not come back when a later one was used.
    scene.world.clock.advance(Duration::from_secs(60));
    let earlier = scene.code(&secret);
    scene.world.clock.advance(Duration::from_secs(30));
    let later = scene.code(&secret);
    scene.complete(Proof::Totp(later)).await.unwrap();
    assert_eq!(code_of(scene.complete(Proof::Totp(earlier)).await), "second_factor_refused");
}

/// Security 7.
async fn security_07_a_recovery_code_works_once_of_twenty_at_once(db: Db) {
    let scene = Scene::new(db).await;
    let (_, _, codes) = scene.with_totp().await;
    assert_eq!(codes.len(), 10);
    let attempts: Vec<_> = (0..20)
        .map(|_| {
            let (factors, user, code) = (scene.factors.clone(), scene.user, codes[0].clone());
            tokio::spawn(async move { factors.prove(user, Proof::RecoveryCode(code), &from(1)).await })
        })
        .collect();
    let mut accepted = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(()) => accepted += 1,
            Err(error) => assert_eq!(error.code(), "second_factor_refused"),
        }
    }
    assert_eq!(accepted, 1);
    assert_eq!(scene.factors.list(&scene.caller).await.unwrap().recovery_codes_left, 9);
    // Only hashes are kept.
    scene.complete(Proof::RecoveryCode(codes[1].to_uppercase())).await.unwrap();
    let renewed = scene.factors.renew_recovery_codes(&scene.caller).await.unwrap().recovery_codes;
    assert_eq!(code_of(scene.complete(Proof::RecoveryCode(codes[2].clone())).await), "second_factor_refused");
    scene.complete(Proof::RecoveryCode(renewed[0].clone())).await.unwrap();
    assert_eq!(scene.factors.list(&scene.caller).await.unwrap().recovery_codes_left, 9);
}

/// By each proof there is; each is counted, logged, and gives the browser another cookie.
async fn security_09_who_proves_it_again_gets_another_cookie(db: Db) {
    let scene = Scene::new(db).await;
    let (totp, _, _) = scene.with_totp().await;
    let (mut authenticator, _) = scene.with_passkey(1).await;
    let admission = scene.world.identity.admit(scene.user, super::super::Factor::Passkey, &from(1)).await;
    let mut secret_now = admission.unwrap().signed_in().unwrap().secret;
    for kind in ["password", "totp", "passkey"] {
        scene.world.clock.advance(Duration::from_mins(11));
        let before = Presented::Session(secret_now.clone());
        let caller = scene.world.identity.authenticate(&before, &from(1)).await.unwrap();
        assert_eq!(code_of(scene.factors.renew_recovery_codes(&caller).await), "step_up_required");
        let wrong = StepUp::Password(secret("not the password"));
        assert_eq!(code_of(scene.factors.step_up(&caller, wrong).await), "step_up_refused");
        let proof = match kind {
            "password" => StepUp::Password(secret(PASSWORD)),
            "totp" => StepUp::Factor(Proof::Totp(scene.code(&totp))),
            _ => {
                let begun = scene.factors.begin_sign_in().await.unwrap();
                let credential = authenticator.get(&begun.options);
                StepUp::Factor(Proof::Passkey { pending: begun.pending, credential })
            }
        };
        secret_now = scene.factors.step_up(&caller, proof).await.unwrap().expect("a browser's session");
        let old = scene.world.identity.authenticate(&before, &from(1)).await.unwrap_err();
        assert_eq!(old.code(), "credential_invalid", "{kind}");
        let after = Presented::Session(secret_now.clone());
        let caller = scene.world.identity.authenticate(&after, &from(1)).await.unwrap();
        scene.factors.renew_recovery_codes(&caller).await.unwrap();
    }
    let after = Presented::Session(secret_now);
    let caller = scene.world.identity.authenticate(&after, &from(1)).await.unwrap();
    let mut refused = 0;
    loop {
        match code_of(scene.factors.step_up(&caller, StepUp::Password(secret("guessed"))).await).as_str() {
            "step_up_refused" => refused += 1,
            other => {
                assert_eq!(other, "rate_limited");
                break;
            }
        }
    }
    assert!(refused <= 10, "{refused} guesses");
    let all = PageRequest { limit: 1_000, before: None };
    let scope = scene.world.identity.scope(&caller, None, Permission::AuditRead).await.unwrap();
    let actions: Vec<_> =
        audit::list(&scope, &all).await.unwrap().rows.into_iter().map(|row| row.action).collect();
    let times = |wanted: &str| actions.iter().filter(|action| *action == wanted).count();
    assert_eq!((times("session.step_up"), times("session.step_up_refuse")), (3, 3 + refused));
}

/// Who has nothing to prove it with is told the way.
async fn who_came_by_a_link_alone_proves_it_by_another_link(db: Db) {
    let world = World::new(db).await;
    let identity = &world.identity;
    let factors = Factors::new(identity.clone(), world.keys()).unwrap();
    let user = identity.create_user("Bob", Some(EMAIL)).await.unwrap();
    let come = async |url: String| {
        let token = url.split_once('#').unwrap().1.to_owned();
        let signed_in = identity.sign_in_with_link(&token, &from(1)).await.unwrap().signed_in().unwrap();
        world.caller(&signed_in).await.unwrap()
    };
    // By the operator's own hand.
    let bob = come(identity.sign_in_link(user).await.unwrap().url).await;
    identity.require_recent(&bob).await.unwrap();
    // By one's own: as old as one's own proof.
    world.clock.advance(Duration::from_mins(6));
    let again = come(identity.create_sign_in_link(&bob).await.unwrap().url).await;
    identity.require_recent(&again).await.unwrap();
    world.clock.advance(Duration::from_mins(6));
    for caller in [&bob, &again] {
        assert_eq!(code_of(identity.require_recent(caller).await), "step_up_required");
    }
    let renewed = come(identity.create_sign_in_link(&again).await.unwrap().url).await;
    assert_eq!(code_of(identity.require_recent(&renewed).await), "step_up_required", "a link made old");
    let guess = StepUp::Password(secret("anything"));
    assert_eq!(code_of(factors.step_up(&renewed, guess).await), "step_up_impossible");
    // By an API token: never, but for the machine's own on the machine.
    let token = identity.issue_token(user, "machine").await.unwrap();
    let at = |local: bool| RequestInfo { local, ..from(1) };
    for (local, expected) in [(false, "step_up_required"), (true, "accepted")] {
        let machine = identity.authenticate(&Presented::Token(token.clone()), &at(local)).await.unwrap();
        let guess = StepUp::Password(secret("anything"));
        assert_eq!(code_of(factors.step_up(&machine, guess).await), "session_needed");
        let caller = come(identity.create_sign_in_link(&machine).await.unwrap().url).await;
        assert_eq!(code_of(identity.require_recent(&caller).await), expected, "local: {local}");
    }
    let input = |scopes: Vec<String>| CreateApiToken {
        name: "robot".into(),
        scopes,
        expires_in_days: Some(1),
        expires_at: None,
    };
    for (scopes, expected) in [(vec![], "step_up_required"), (vec!["account:write".into()], "session_needed")]
    {
        let made = identity.create_token(&renewed, input(scopes), &Mutation::default()).await.unwrap();
        let robot = identity.authenticate(&Presented::Token(made.secret), &at(true)).await.unwrap();
        let link = identity.create_sign_in_link(&robot).await;
        let found = match link {
            Ok(link) => code_of(identity.require_recent(&come(link.url).await).await),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(found, expected);
    }
    // By the mailbox.
    world.accounts.ask_magic_link(EMAIL, &from(1)).await.unwrap();
    let token = world.token("magic_link").await;
    let mailed = world.accounts.sign_in_with_magic_link(&token, &from(1)).await.unwrap().signed_in().unwrap();
    identity.require_recent(&world.caller(&mailed).await.unwrap()).await.unwrap();
}

/// Security 9: the value of the cookie is another one after each step, and the one before is worth nothing.
async fn security_09_no_session_from_before_signing_in_lives_on(db: Db) {
    let scene = Scene::new(db).await;
    let (secret, _, _) = scene.with_totp().await;
    scene.world.clock.advance(Duration::from_secs(60));
    let before = Presented::Session(scene.session.secret.clone());
    let info = RequestInfo { presented: Some(before.clone()), ..from(1) };
    let admission =
        scene.world.accounts.sign_in(EMAIL, super::super::accounts::tests::secret(PASSWORD), &info);
    let Admission::SecondFactor { pending, .. } = admission.await.unwrap() else {
        panic!("one factor was enough")
    };
    // Half a sign-in is no session.
    let half = Presented::Session(pending.0.clone());
    assert!(scene.world.identity.authenticate(&half, &from(1)).await.is_err());
    let proof = Proof::Totp(scene.code(&secret));
    let after = scene.factors.complete(&pending.0, proof, &info).await.unwrap();
    assert_ne!(after.secret, scene.session.secret);
    let old = scene.world.identity.authenticate(&before, &from(1)).await.unwrap_err();
    assert_eq!(old.code(), "credential_invalid");
    scene.world.caller(&after).await.unwrap();
}

/// Security 5, its second half: an app that was set up before the owner of the mailbox came is gone.
async fn security_05_second_factors_of_before_are_wiped(db: Db) {
    let world = World::new(db).await;
    world.ask_sign_up(EMAIL, OTHER).await.unwrap();
    world.mails().await;
    let attacker = world.sign_in(EMAIL, OTHER).await.unwrap();
    let caller = world.caller(&attacker).await.unwrap();
    let factors = Factors::new(world.identity.clone(), world.keys()).unwrap();
    let user = caller.user();
    let scene = Scene { world, factors, user, session: attacker, caller };
    scene.with_totp().await;
    scene.with_passkey(1).await;
    scene.world.accounts.ask_magic_link(EMAIL, &from(2)).await.unwrap();
    let link = scene.world.token("magic_link").await;
    let owner = scene.world.accounts.sign_in_with_magic_link(&link, &from(2)).await.unwrap();
    let owner = scene.world.caller(&owner.signed_in().expect("no second factor is left")).await.unwrap();
    let left = scene.factors.list(&owner).await.unwrap();
    assert_eq!((left.password, left.totp, left.passkeys, left.recovery_codes_left), (false, false, 0, 0));
}

/// Security 19: neither a reset nor a link by mail goes around the second factor.
async fn security_19_a_reset_does_not_skip_the_second_factor(db: Db) {
    let scene = Scene::new(db).await;
    let (secret_text, _, _) = scene.with_totp().await;
    let world = &scene.world;
    world.accounts.ask_reset(EMAIL, &from(1)).await.unwrap();
    let token = world.token("reset_password").await;
    world.accounts.reset_password(&token, secret(OTHER), &from(1)).await.unwrap();
    let admission = world.accounts.sign_in(EMAIL, secret(OTHER), &from(1)).await.unwrap();
    assert!(matches!(admission, Admission::SecondFactor { .. }));
    world.accounts.ask_magic_link(EMAIL, &from(1)).await.unwrap();
    let token = world.token("magic_link").await;
    let admission = world.accounts.sign_in_with_magic_link(&token, &from(1)).await.unwrap();
    let Admission::SecondFactor { pending, methods } = admission else { panic!("one factor was enough") };
    assert_eq!(methods, [SecondFactor::Totp, SecondFactor::RecoveryCode]);
    world.clock.advance(Duration::from_secs(60));
    let proof = Proof::Totp(scene.code(&secret_text));
    scene.factors.complete(&pending.0, proof, &from(1)).await.unwrap();
}

async fn a_passkey_is_both_factors_and_completes_others(db: Db) {
    let scene = Scene::new(db).await;
    let begun = scene.factors.begin_passkey(&scene.caller).await.unwrap();
    assert_eq!(begun.options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(begun.options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(begun.options["rp"]["id"], "stead.example.org");
    let (mut laptop, first) = scene.with_passkey(1).await;
    assert_eq!(first.recovery_codes.map(|codes| codes.len()), Some(10));
    let (mut phone, second) = scene.with_passkey(2).await;
    assert!(second.recovery_codes.is_none());
    assert_eq!(scene.factors.passkeys(&scene.caller).await.unwrap().items.len(), 2);
    for authenticator in [&mut laptop, &mut phone] {
        let signed_in = scene.sign_in_by(authenticator).await.unwrap();
        assert_eq!(signed_in.me.user.id, scene.user.to_string());
    }
    // After a password one of them is asked for.
    let (pending, methods) = scene.pending().await;
    assert_eq!(methods, [SecondFactor::Passkey, SecondFactor::RecoveryCode]);
    let begun = scene.factors.begin_second_factor(&pending).await.unwrap();
    assert_eq!(begun.options["allowCredentials"].as_array().map(Vec::len), Some(2));
    let credential = phone.get(&begun.options);
    let proof = Proof::Passkey { pending: begun.pending, credential };
    scene.factors.complete(&pending, proof, &from(1)).await.unwrap();
    // One that was removed is none any more.
    let id = first.passkey.id.parse().unwrap();
    scene.factors.rename_passkey(&scene.caller, id, "Old laptop").await.unwrap();
    scene.factors.remove_passkey(&scene.caller, id).await.unwrap();
    assert_eq!(code_of(scene.sign_in_by(&mut laptop).await), "passkey_refused");
    scene.sign_in_by(&mut phone).await.unwrap();
}

async fn a_passkey_answers_one_ceremony_at_one_origin(db: Db) {
    let scene = Scene::new(db).await;
    let (mut key, _) = scene.with_passkey(1).await;
    // The same answer twice.
    let begun = scene.factors.begin_sign_in().await.unwrap();
    let credential = key.get(&begun.options);
    scene.factors.sign_in(&begun.pending, credential.clone(), &from(1)).await.unwrap();
    let again = scene.factors.sign_in(&begun.pending, credential.clone(), &from(1)).await;
    assert_eq!(code_of(again), "passkey_refused");
    // An answer to another challenge.
    let other = scene.factors.begin_sign_in().await.unwrap();
    assert_eq!(code_of(scene.factors.sign_in(&other.pending, credential, &from(1)).await), "passkey_refused");
    // Too late.
    let late = scene.factors.begin_sign_in().await.unwrap();
    scene.world.clock.advance(Duration::from_mins(6));
    let credential = key.get(&late.options);
    assert_eq!(code_of(scene.factors.sign_in(&late.pending, credential, &from(1)).await), "passkey_refused");
    // Another site, no verification, another user's handle.
    key.origin = "https://evil.example.org".into();
    assert_eq!(code_of(scene.sign_in_by(&mut key).await), "passkey_refused");
    key.origin = ORIGIN.into();
    key.verifies_user = false;
    assert_eq!(code_of(scene.sign_in_by(&mut key).await), "passkey_refused");
    key.verifies_user = true;
    let handle = std::mem::replace(&mut key.user_handle, "AAAAAAAAAAAAAAAAAAAAAA".into());
    assert_eq!(code_of(scene.sign_in_by(&mut key).await), "passkey_refused");
    key.user_handle = handle;
    scene.sign_in_by(&mut key).await.unwrap();
    // A counter that goes back: there is a copy.
    key.counter = 1;
    assert_eq!(code_of(scene.sign_in_by(&mut key).await), "passkey_refused");
    for nonsense in
        [serde_json::json!({}), serde_json::json!("x"), serde_json::json!({"id": "x", "response": 1})]
    {
        let begun = scene.factors.begin_sign_in().await.unwrap();
        assert_eq!(
            code_of(scene.factors.sign_in(&begun.pending, nonsense, &from(1)).await),
            "passkey_refused"
        );
    }
}

async fn changes_ask_who_one_is_and_are_told(db: Db) {
    let scene = Scene::new(db).await;
    let version = scene.world.user().await.credential_version;
    let setup = scene.factors.begin_totp(&scene.caller).await.unwrap();
    assert!(setup.uri.starts_with("otpauth://totp/") && setup.qr_svg.contains("<svg"), "{}", setup.uri);
    assert!(setup.uri.contains(&format!("secret={}", setup.secret)), "{}", setup.uri);
    // Not confirmed: it is no factor yet.
    assert!(of(&scene.factors.inner.system, scene.user).await.unwrap().is_empty());
    let wrong = scene.factors.confirm_totp(&scene.caller, "000000").await;
    let wrong = wrong.unwrap_err();
    assert_eq!((wrong.kind(), wrong.code()), (stead_core::ErrorKind::InvalidInput, "code_wrong"));
    scene.factors.confirm_totp(&scene.caller, &scene.code(&setup.secret)).await.unwrap();
    assert!(scene.world.user().await.credential_version > version);
    assert_eq!(code_of(scene.factors.begin_totp(&scene.caller).await), "totp_exists");
    scene.world.clock.advance(Duration::from_mins(11));
    assert_eq!(code_of(scene.factors.remove_totp(&scene.caller).await), "step_up_required");
    assert_eq!(code_of(scene.factors.begin_passkey(&scene.caller).await), "step_up_required");
    assert_eq!(code_of(scene.factors.renew_recovery_codes(&scene.caller).await), "step_up_required");
    let session = scene.complete(Proof::Totp(scene.code(&setup.secret))).await.unwrap();
    let caller = scene.world.caller(&session).await.unwrap();
    scene.factors.remove_totp(&caller).await.unwrap();
    assert_eq!(scene.factors.list(&caller).await.unwrap().recovery_codes_left, 0);
    scene.world.sign_in(EMAIL, PASSWORD).await.unwrap();
}

stead_db::both_databases!(
    security_09_who_proves_it_again_gets_another_cookie,
    who_came_by_a_link_alone_proves_it_by_another_link,
    security_05_second_factors_of_before_are_wiped,
    security_06_a_code_by_time_is_accepted_once,
    security_07_a_recovery_code_works_once_of_twenty_at_once,
    security_09_no_session_from_before_signing_in_lives_on,
    security_19_a_reset_does_not_skip_the_second_factor,
    a_passkey_is_both_factors_and_completes_others,
    a_passkey_answers_one_ceremony_at_one_origin,
    changes_ask_who_one_is_and_are_told,
);
