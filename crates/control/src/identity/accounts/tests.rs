//! Accounts, on both databases.

use std::sync::{Mutex, PoisonError};

use stead_core::access::Role;
use stead_core::ambient::{Ambient, ManualClock};
use stead_core::ids::UserId;
use stead_core::{ErrorKind, Timestamp};
use stead_db::{Db, mail_links, passwords, users};
use zeroize::Zeroizing;

use super::super::{Admission, Identity, Presented, RequestInfo, SignedIn};
use super::*;
use crate::Caller;
use crate::engine::Reconciler as _;
use crate::keys::{Keys, MasterKeySettings};
use crate::notifications::Notice;

pub(in crate::identity) const PASSWORD: &str = "a few unrelated words";
pub(in crate::identity) const OTHER: &str = "some quite different words";
pub(in crate::identity) const EMAIL: &str = "ada@example.org";

/// A queued mail: the key of its kind, the address, the secret of its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::identity) struct Mail {
    pub(in crate::identity) what: &'static str,
    pub(in crate::identity) to: String,
    pub(in crate::identity) token: String,
}

pub(super) fn note(mails: &Mutex<Vec<Mail>>, notice: &Notice) {
    let json = serde_json::to_value(notice).unwrap();
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let what = match notice {
        Notice::VerifyEmail { .. } => "verify_email",
        Notice::SignUpAgain { .. } => "sign_up_again",
        Notice::ResetPassword { .. } => "reset_password",
        Notice::MagicLink { .. } => "magic_link",
        Notice::ConfirmEmail { .. } => "confirm_email",
        Notice::EmailChanged { .. } => "email_changed",
        Notice::PasswordChanged { .. } => "password_changed",
        Notice::FactorChanged { .. } => "factor_changed",
        _ => "other",
    };
    let to = if what == "email_changed" { text("old_address") } else { text("address") };
    let mail = Mail { what, to, token: text("token") };
    mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
}

/// Somebody at an address of the network.
pub(in crate::identity) fn from(last: u8) -> RequestInfo {
    RequestInfo { ip: Some([203, 0, 113, last].into()), ..RequestInfo::default() }
}

pub(in crate::identity) fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

pub(in crate::identity) struct World {
    db: Db,
    pub(in crate::identity) accounts: Accounts,
    pub(in crate::identity) identity: Identity,
    pub(in crate::identity) clock: std::sync::Arc<ManualClock>,
}

impl World {
    pub(in crate::identity) async fn new(db: Db) -> Self {
        Self::with(db, SignUpPolicy::Open).await
    }

    async fn with(db: Db, policy: SignUpPolicy) -> Self {
        // Ids and secrets by chance, the time by hand.
        let (_, clock) = Ambient::manual(Timestamp::from_micros(1_800_000_000_000_000), 7);
        let db = db.with_ambient(Ambient::new(
            std::sync::Arc::clone(&clock) as std::sync::Arc<dyn stead_core::ambient::Clock>,
            std::sync::Arc::new(stead_core::ambient::SeededRandom::new(7)),
        ));
        let identity = Identity::new(db.clone(), "https://stead.example.org");
        identity.first_owner("Owner").await.unwrap();
        let master = MasterKeySettings::Environment {
            variable: "STEAD_MASTER_KEY".into(),
            value: secret("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
        };
        let keys = Keys::start(db.clone(), &master).await.unwrap();
        let accounts = Accounts::new(identity.clone(), keys, policy);
        Self { db, accounts, identity, clock }
    }

    /// The mails that were queued since the last time.
    pub(in crate::identity) async fn mails(&self) -> Vec<Mail> {
        requests::WorkOff::new(self.accounts.clone()).reconcile().await.unwrap();
        std::mem::take(&mut self.accounts.inner.mails.lock().unwrap())
    }

    pub(in crate::identity) async fn token(&self, what: &str) -> String {
        let mails = self.mails().await;
        mails
            .iter()
            .find(|mail| mail.what == what)
            .unwrap_or_else(|| panic!("no {what} in {mails:?}"))
            .token
            .clone()
    }

    pub(in crate::identity) async fn ask_sign_up(&self, email: &str, password: &str) -> Result<()> {
        let input =
            SignUp { name: "Ada".into(), email: email.into(), password: secret(password), invite: None };
        self.accounts.sign_up(input, &from(1)).await
    }

    /// Somebody who signed up and confirmed their address.
    pub(in crate::identity) async fn somebody(&self) -> UserId {
        self.ask_sign_up(EMAIL, PASSWORD).await.unwrap();
        let token = self.token("verify_email").await;
        self.accounts.verify_email(&token, &from(1)).await.unwrap();
        self.user().await.id.parse().unwrap()
    }

    pub(in crate::identity) async fn user(&self) -> users::User {
        users::by_email_key(&self.db.system("test"), EMAIL).await.unwrap().unwrap()
    }

    pub(in crate::identity) async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn> {
        let admission = self.accounts.sign_in(email, secret(password), &from(1)).await?;
        Ok(admission.signed_in().unwrap())
    }

    pub(in crate::identity) async fn caller(&self, signed_in: &SignedIn) -> Result<Caller> {
        self.identity.authenticate(&Presented::Session(signed_in.secret.clone()), &from(1)).await
    }

    /// A tenant that others can be members of.
    async fn shared_tenant(&self, owner: UserId) -> stead_core::ids::TenantId {
        let id = self.db.ambient().new_id();
        self.db
            .system("test")
            .transaction(|tx| async move {
                let row = stead_db::tenants::Tenant::new(id, "Analytical", None, tx.now().micros());
                stead_db::tenants::insert(&tx, row).await?;
                stead_db::members::insert(&tx, id, owner, Role::Owner).await
            })
            .await
            .unwrap();
        id
    }

    pub(in crate::identity) fn keys(&self) -> Keys {
        self.accounts.inner.keys.clone()
    }
}

async fn who_signs_up_confirms_the_address_by_a_link(db: Db) {
    let world = World::new(db).await;
    world.ask_sign_up("Ada@Example.org", PASSWORD).await.unwrap();
    let mails = world.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].what, mails[0].to.as_str()), ("verify_email", "Ada@Example.org"));
    // Unverified accounts can sign in.
    let signed_in = world.sign_in(EMAIL, PASSWORD).await.unwrap();
    assert!(!signed_in.me.user.email_verified);
    assert_eq!(signed_in.me.user.email.as_deref(), Some("Ada@Example.org"));
    assert!(!world.user().await.is_operator);
    world.accounts.verify_email(&mails[0].token, &from(1)).await.unwrap();
    assert!(world.user().await.email_verified_at.is_some());
    // The session goes on: the password is the one of the sign-up that was confirmed.
    world.caller(&signed_in).await.unwrap();
    let again = world.accounts.verify_email(&mails[0].token, &from(1)).await.unwrap_err();
    assert_eq!(again.code(), "mail_link_invalid");
}

async fn signing_up_again_gives_the_account_to_who_follows_their_own_link(db: Db) {
    let world = World::new(db).await;
    // Somebody with the address of somebody else, first.
    world.ask_sign_up(EMAIL, OTHER).await.unwrap();
    let theirs = world.token("verify_email").await;
    let attacker = world.sign_in(EMAIL, OTHER).await.unwrap();
    // The owner of the mailbox signs up and follows the newer mail.
    world.ask_sign_up(EMAIL, PASSWORD).await.unwrap();
    let token = world.token("verify_email").await;
    world.accounts.verify_email(&token, &from(2)).await.unwrap();
    assert_eq!(world.caller(&attacker).await.unwrap_err().code(), "credential_invalid");
    assert_eq!(world.sign_in(EMAIL, OTHER).await.unwrap_err().code(), "sign_in_refused");
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
    assert_eq!(world.accounts.verify_email(&theirs, &from(1)).await.unwrap_err().code(), "mail_link_invalid");
    // A third sign-up makes nothing, and says the same.
    world.ask_sign_up(EMAIL, OTHER).await.unwrap();
    assert_eq!(world.mails().await.iter().map(|mail| mail.what).collect::<Vec<_>>(), ["sign_up_again"]);
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
}

/// Security 5.
async fn security_05_an_account_made_with_anothers_address_is_wiped_when_its_owner_comes(db: Db) {
    let world = World::new(db).await;
    world.ask_sign_up(EMAIL, OTHER).await.unwrap();
    world.mails().await;
    let attacker = world.sign_in(EMAIL, OTHER).await.unwrap();
    let caller = world.caller(&attacker).await.unwrap();
    let token = world.identity.issue_token(caller.user(), "left behind").await.unwrap();
    // The owner comes by another way, here a link by mail.
    world.accounts.ask_magic_link(EMAIL, &from(2)).await.unwrap();
    let link = world.token("magic_link").await;
    let owner = world.accounts.sign_in_with_magic_link(&link, &from(2)).await.unwrap().signed_in().unwrap();
    assert!(owner.me.user.email_verified);
    assert_eq!(owner.me.user.id, caller.user().to_string());
    assert_eq!(world.caller(&attacker).await.unwrap_err().code(), "credential_invalid");
    let presented = Presented::Token(token);
    assert!(world.identity.authenticate(&presented, &from(1)).await.is_err());
    assert_eq!(world.sign_in(EMAIL, OTHER).await.unwrap_err().code(), "sign_in_refused");
    world.caller(&owner).await.unwrap();
}

/// Security 8: what is done, instead of how long it takes.
async fn security_08_known_and_unknown_addresses_cost_the_same_work(db: Db) {
    let world = World::new(db).await;
    world.somebody().await;
    let passwords = &world.identity.inner.passwords;
    let mut work = Vec::new();
    for (email, from) in [(EMAIL, from(11)), ("nobody@example.org", from(12))] {
        let before = passwords.computed();
        let refused = world.accounts.sign_in(email, secret(OTHER), &from).await.unwrap_err();
        let signed_in = passwords.computed() - before;
        world.accounts.ask_reset(email, &from).await.unwrap();
        world.accounts.ask_magic_link(email, &from).await.unwrap();
        let asked = passwords.computed() - before - signed_in;
        let input = SignUp { name: "Ada".into(), email: email.into(), password: secret(OTHER), invite: None };
        world.accounts.sign_up(input, &from).await.unwrap();
        let signed_up = passwords.computed() - before - signed_in - asked;
        // Nothing but the row of the request was written within the requests.
        assert_eq!(world.accounts.inner.mails.lock().unwrap().len(), 0);
        work.push((format!("{refused:?}"), signed_in, asked, signed_up));
        world.mails().await;
    }
    assert_eq!(work[0], work[1]);
    assert_eq!((work[0].1, work[0].2, work[0].3), (1, 0, 1));
}

/// Security 19.
async fn security_19_a_reset_is_single_use_and_ends_what_was_before(db: Db) {
    let world = World::new(db).await;
    let user = world.somebody().await;
    let session = world.sign_in(EMAIL, PASSWORD).await.unwrap();
    for _ in 0..2 {
        world.accounts.ask_reset("ADA@example.org", &from(1)).await.unwrap();
    }
    let tokens: Vec<_> = world.mails().await.into_iter().map(|mail| mail.token).collect();
    assert_eq!(tokens.len(), 2);
    // A password that is refused does not use the link up.
    let refused = world.accounts.reset_password(&tokens[0], secret("short"), &from(1)).await.unwrap_err();
    assert_eq!(refused.code(), "password_refused");
    world.accounts.reset_password(&tokens[0], secret(OTHER), &from(1)).await.unwrap();
    assert_eq!(world.mails().await[0].what, "password_changed");
    assert_eq!(world.caller(&session).await.unwrap_err().code(), "credential_invalid");
    assert_eq!(world.sign_in(EMAIL, PASSWORD).await.unwrap_err().code(), "sign_in_refused");
    // Neither the same link nor one made for the credentials of before.
    for token in &tokens {
        let refused = world.accounts.reset_password(token, secret(PASSWORD), &from(1)).await.unwrap_err();
        assert_eq!(refused.code(), "mail_link_invalid");
    }
    world.sign_in(EMAIL, OTHER).await.unwrap();
    // The operator's link is for the configured address.
    let (url, _) = world.accounts.reset_link(&world.db.system("test"), user).await.unwrap();
    assert!(url.starts_with("https://stead.example.org/reset-password#"), "{url}");
    // A link for one purpose is none for another, and it expires.
    world.accounts.ask_magic_link(EMAIL, &from(1)).await.unwrap();
    let token = world.token("magic_link").await;
    assert!(world.accounts.reset_password(&token, secret(PASSWORD), &from(1)).await.is_err());
    world.clock.advance(std::time::Duration::from_mins(16));
    let late = world.accounts.sign_in_with_magic_link(&token, &from(1)).await.unwrap_err();
    assert_eq!(late.code(), "mail_link_invalid");
}

/// Security 19.
async fn security_19_another_address_is_confirmed_and_the_old_one_told(db: Db) {
    let world = World::new(db).await;
    world.somebody().await;
    let session = world.sign_in(EMAIL, PASSWORD).await.unwrap();
    let caller = world.caller(&session).await.unwrap();
    world.accounts.ask_reset(EMAIL, &from(1)).await.unwrap();
    let reset = world.token("reset_password").await;
    world.accounts.ask_email_change(&caller, "lovelace@example.org").await.unwrap();
    let mails = world.mails().await;
    assert_eq!((mails[0].what, mails[0].to.as_str()), ("confirm_email", "lovelace@example.org"));
    // Until then nothing has changed.
    assert_eq!(world.user().await.email.as_deref(), Some(EMAIL));
    world.accounts.confirm_email(&mails[0].token, &from(1)).await.unwrap();
    let told = world.mails().await;
    assert_eq!((told[0].what, told[0].to.as_str()), ("email_changed", EMAIL));
    assert_eq!(world.caller(&session).await.unwrap_err().code(), "credential_invalid");
    assert!(world.accounts.reset_password(&reset, secret(OTHER), &from(1)).await.is_err());
    assert_eq!(world.sign_in(EMAIL, PASSWORD).await.unwrap_err().code(), "sign_in_refused");
    let session = world.sign_in("lovelace@example.org", PASSWORD).await.unwrap();
    // An address that somebody has: the same answer, and a mail to them.
    world.ask_sign_up(EMAIL, OTHER).await.unwrap();
    world.mails().await;
    let caller = world.caller(&session).await.unwrap();
    world.accounts.ask_email_change(&caller, EMAIL).await.unwrap();
    assert_eq!(world.mails().await[0].what, "sign_up_again");
    // Later it asks who one is.
    world.clock.advance(std::time::Duration::from_mins(11));
    let caller = world.caller(&session).await.unwrap();
    let late = world.accounts.ask_email_change(&caller, "x@example.org").await.unwrap_err();
    assert_eq!(late.code(), "step_up_required");
}

async fn another_password_ends_other_sessions(db: Db) {
    let world = World::new(db).await;
    world.somebody().await;
    let (here, there) =
        (world.sign_in(EMAIL, PASSWORD).await.unwrap(), world.sign_in(EMAIL, PASSWORD).await.unwrap());
    let caller = world.caller(&here).await.unwrap();
    for current in [None, Some(secret(OTHER))] {
        let refused = world.accounts.change_password(&caller, current, secret(OTHER)).await.unwrap_err();
        assert_eq!(refused.code(), "password_wrong");
    }
    world.accounts.change_password(&caller, Some(secret(PASSWORD)), secret(OTHER)).await.unwrap();
    world.caller(&here).await.unwrap();
    assert!(world.caller(&there).await.is_err());
    world.sign_in(EMAIL, OTHER).await.unwrap();
    // Who came by a link and has none sets one.
    let owner = users::first(&world.db.system("test")).await.unwrap().unwrap().id.parse().unwrap();
    let link = world.identity.sign_in_link(owner).await.unwrap().url;
    let token = link.split_once('#').unwrap().1;
    let Admission::SignedIn(session) = world.identity.sign_in_with_link(token, &from(1)).await.unwrap()
    else {
        panic!("one factor is enough")
    };
    let caller = world.caller(&session).await.unwrap();
    world.accounts.change_password(&caller, None, secret(PASSWORD)).await.unwrap();
}

async fn an_outdated_hash_is_renewed_when_signing_in(db: Db) {
    let world = World::new(db).await;
    let user = world.somebody().await;
    let system = world.db.system("test");
    let cheap = "$argon2id$v=19$m=1024,t=1,p=1$";
    let hash = {
        use argon2::{Algorithm, Argon2, Params, Version};
        use base64::Engine as _;
        let mut output = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1024, 1, 1, Some(32)).unwrap())
            .hash_password_into(PASSWORD.as_bytes(), &[5; 16], &mut output)
            .unwrap();
        let text = base64::engine::general_purpose::STANDARD_NO_PAD;
        format!("{cheap}{}${}", text.encode([5; 16]), text.encode(output))
    };
    system
        .transaction(|tx| {
            let hash = hash.clone();
            async move { passwords::set(&tx, user, &hash).await }
        })
        .await
        .unwrap();
    assert!(world.sign_in(EMAIL, OTHER).await.is_err());
    assert_eq!(passwords::hash_of(&system, user).await.unwrap().unwrap(), hash);
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
    let renewed = passwords::hash_of(&system, user).await.unwrap().unwrap();
    assert!(!renewed.starts_with(cheap) && renewed.starts_with("$argon2id$v=19$m=19456,t="), "{renewed}");
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
}

async fn an_account_goes_after_its_owner_said_so_unless_they_come_back(db: Db) {
    let world = World::new(db).await;
    let user = world.somebody().await;
    let session = world.sign_in(EMAIL, PASSWORD).await.unwrap();
    let caller = world.caller(&session).await.unwrap();
    let tenant = world.shared_tenant(user).await;
    assert_eq!(world.accounts.delete(&caller).await.unwrap_err().code(), "last_owner");
    let owner = users::first(&world.db.system("test")).await.unwrap().unwrap().id.parse().unwrap();
    let system = world.db.system("test");
    system
        .transaction(|tx| async move { stead_db::members::insert(&tx, tenant, owner, Role::Owner).await })
        .await
        .unwrap();
    let token = world.identity.issue_token(user, "robot").await.unwrap();
    world.accounts.delete(&caller).await.unwrap();
    assert!(world.caller(&session).await.is_err());
    assert!(world.identity.authenticate(&Presented::Token(token), &from(1)).await.is_err());
    assert!(world.user().await.deleted_at.is_some());
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
    assert!(world.user().await.deleted_at.is_none());
}

async fn sign_up_follows_the_policy(db: Db) {
    let closed = World::with(db.clone(), SignUpPolicy::Closed).await;
    assert_eq!(closed.ask_sign_up(EMAIL, PASSWORD).await.unwrap_err().code(), "sign_up_closed");
    let keys = closed.accounts.inner.keys.clone();
    let invited = Accounts::new(closed.identity.clone(), keys, SignUpPolicy::Invited);
    for invite in [None, Some("made up".to_owned()), Some("x".repeat(1_000))] {
        let input = SignUp { name: "Eve".into(), email: EMAIL.into(), password: secret(PASSWORD), invite };
        let refused = invited.sign_up(input, &from(1)).await.unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("sign_up_invited_only", ErrorKind::Forbidden));
    }
}

async fn security_also_a_stranger_neither_floods_nor_locks_out(db: Db) {
    let world = World::new(db).await;
    world.somebody().await;
    for _ in 0..5 {
        let wrong = world.accounts.sign_in(EMAIL, secret(OTHER), &from(66)).await.unwrap_err();
        assert_eq!(wrong.code(), "sign_in_refused");
    }
    let limited = world.accounts.sign_in(EMAIL, secret(PASSWORD), &from(66)).await.unwrap_err();
    assert_eq!(limited.code(), "rate_limited");
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
    // Strangers at many addresses: everybody waits a little, and the owner is let in.
    for stranger in 100..105 {
        for _ in 0..5 {
            let wrong = world.accounts.sign_in(EMAIL, secret(OTHER), &from(stranger)).await.unwrap_err();
            assert_eq!(wrong.code(), "sign_in_refused");
        }
    }
    world.sign_in(EMAIL, PASSWORD).await.unwrap();
    for _ in 0..3 {
        world.accounts.ask_reset(EMAIL, &from(66)).await.unwrap();
    }
    assert_eq!(world.accounts.ask_reset(EMAIL, &from(66)).await.unwrap_err().code(), "rate_limited");
    let sent = world.mails().await;
    assert_eq!(sent.len(), 3);
    // Those went to the owner, who needs no fourth.
    world.accounts.reset_password(&sent[0].token, secret(OTHER), &from(1)).await.unwrap();
    world.sign_in(EMAIL, OTHER).await.unwrap();
    let gone = world.db.system("test");
    world.clock.advance(std::time::Duration::from_hours(2));
    assert_eq!(gone.transaction(|tx| async move { mail_links::delete_expired(&tx).await }).await.unwrap(), 0);
}

stead_db::both_databases!(
    who_signs_up_confirms_the_address_by_a_link,
    signing_up_again_gives_the_account_to_who_follows_their_own_link,
    security_05_an_account_made_with_anothers_address_is_wiped_when_its_owner_comes,
    security_08_known_and_unknown_addresses_cost_the_same_work,
    security_19_a_reset_is_single_use_and_ends_what_was_before,
    security_19_another_address_is_confirmed_and_the_old_one_told,
    another_password_ends_other_sessions,
    an_outdated_hash_is_renewed_when_signing_in,
    an_account_goes_after_its_owner_said_so_unless_they_come_back,
    sign_up_follows_the_policy,
    security_also_a_stranger_neither_floods_nor_locks_out,
);
