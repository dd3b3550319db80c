//! Checks of access tokens on one core, against nothing but the verification of their signature.

use std::time::{Duration, Instant};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use stead_control::identity::Identity;
use stead_control::{Keys, MasterKeySettings, Presented, RequestInfo};
use stead_core::ambient::Ambient;
use stead_db::{Db, Target};

use crate::report::Row;

const TOKENS: usize = 200;
const AGAIN: u32 = 1_000;
const ROUNDS: usize = 9;

/// An identity service of its own, and a program that signed in by a device's code: what it refreshes with.
async fn program(directory: &std::path::Path) -> (Identity, String) {
    let target = Target::Sqlite(directory.join("bench.db"));
    let db = Db::open(&target, Ambient::system()).await.expect("a database");
    let keys = Keys::start(db.clone(), &MasterKeySettings::File(directory.join("master.key")))
        .await
        .expect("the keys");
    let identity = Identity::new(db, "http://localhost:1").with_keys(keys);
    let info = RequestInfo::default();
    let user = identity.create_user("Ada", None).await.expect("a user");
    let link = identity.sign_in_link(user).await.expect("a link");
    let (_, token) = link.url.split_once('#').expect("the link's token");
    let admitted = identity.sign_in_with_link(token, &info).await.expect("a sign-in");
    let session = Presented::Session(admitted.signed_in().expect("a session").secret);
    let ada = identity.authenticate(&session, &info).await.expect("somebody");
    let codes = identity.begin_device("bench", &info).await.expect("codes");
    identity.answer_device(&ada, &codes.user_code, true).await.expect("an approval");
    let tokens = identity.poll_device(&codes.device_code, &info).await.expect("tokens");
    (identity, tokens.refresh)
}

/// Access tokens that nobody has shown yet.
async fn fresh(identity: &Identity, refresh: &mut String) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..TOKENS {
        let tokens = identity.refresh(refresh, &RequestInfo::default()).await.expect("a successor");
        *refresh = tokens.refresh;
        all.push(tokens.access);
    }
    all
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

pub(crate) async fn row() -> Row {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let (identity, mut refresh) = program(directory.path()).await;
    let info = RequestInfo::default();
    let pair = Ed25519KeyPair::generate().expect("a key");
    let public = pair.public_key().as_ref().to_vec();
    let (mut first, mut again, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let tokens = fresh(&identity, &mut refresh).await;
        let signed: Vec<_> =
            tokens.iter().map(|token| (token.as_bytes(), pair.sign(token.as_bytes()))).collect();
        let began = Instant::now();
        for (message, signature) in &signed {
            let key = UnparsedPublicKey::new(&ED25519, &public);
            key.verify(message, signature.as_ref()).expect("it is signed");
        }
        bare.push(began.elapsed());
        // One after the other, so one core.
        let began = Instant::now();
        for token in &tokens {
            identity.authenticate(&Presented::bearer(token), &info).await.expect("it is valid");
        }
        first.push(began.elapsed());
        let shown = Presented::bearer(&tokens[0]);
        let began = Instant::now();
        for _ in 0..AGAIN {
            identity.authenticate(&shown, &info).await.expect("it is valid");
        }
        again.push(began.elapsed());
    }
    let (first, bare) = (TOKENS as f64 / median(first), TOKENS as f64 / median(bare));
    let again = f64::from(AGAIN) / median(again);
    Row {
        what: "checks of access tokens, one core".into(),
        stead: format!("{first:.0} /s; {again:.0} /s once seen"),
        peer: format!("bare Ed25519 {bare:.0} /s"),
        ratio: format!("{:.2}", first / bare),
        bar: "none",
        reached: true,
        how: format!(
            "The whole check of {TOKENS} tokens that were not shown before: signature, claims, whose session it is and that it has not ended, on SQLite; aws-lc verifying messages of the same length; in turn, medians of {ROUNDS}. A token that was shown before is remembered until it ends or is revoked."
        ),
    }
}
