//! Keys on both databases.

use base64::engine::general_purpose::STANDARD;
use stead_db::sealed_columns;

use super::*;

mod rotation;

const CONTEXT: &str = "secret/ten_1/TOKEN/1";

fn variable(byte: u8) -> MasterKeySettings {
    let value = Zeroizing::new(STANDARD.encode([byte; 32]));
    MasterKeySettings::Environment { variable: "STEAD_MASTER_KEY".into(), value }
}

async fn keys(db: &Db) -> Keys {
    Keys::start(db.clone(), &variable(1)).await.unwrap()
}

async fn seal(keys: &Keys, owner: Owner, context: &str, plain: &[u8]) -> String {
    keys.inner
        .system
        .transaction(|tx| async move { keys.seal(&tx, owner, context, plain).await })
        .await
        .unwrap()
}

async fn opened(keys: &Keys, owner: Owner, context: &str, sealed: &str) -> Result<String> {
    let plain = keys.open(&keys.inner.system, owner, context, sealed).await?;
    Ok(String::from_utf8(plain.to_vec()).unwrap())
}

async fn a_value_opens_for_its_owner_and_context_alone(db: Db) {
    let keys = keys(&db).await;
    let (ada, eve) = (Owner::Tenant(db.ambient().new_id()), Owner::Tenant(db.ambient().new_id()));
    let sealed = seal(&keys, ada, CONTEXT, b"hunter2").await;
    assert!(!sealed.contains("hunter2"));
    assert_eq!(opened(&keys, ada, CONTEXT, &sealed).await.unwrap(), "hunter2");
    // A second server, or this one after a restart.
    let other = Keys::start(db.clone(), &variable(1)).await.unwrap();
    assert_eq!(opened(&other, ada, CONTEXT, &sealed).await.unwrap(), "hunter2");
    seal(&keys, eve, CONTEXT, b"x").await;
    for (owner, context) in [
        (eve, CONTEXT),
        (ada, "secret/ten_1/TOKEN/2"),
        (ada, "secret/ten_1/OTHER/1"),
        (Owner::Installation, CONTEXT),
    ] {
        opened(&keys, owner, context, &sealed).await.unwrap_err();
    }
    // The same ciphertext under the name of another data key.
    let foreign = seal(&keys, eve, CONTEXT, b"x").await;
    let moved = format!("{}.{}", foreign.split_once('.').unwrap().0, sealed.split_once('.').unwrap().1);
    opened(&keys, eve, CONTEXT, &moved).await.unwrap_err();
    opened(&keys, ada, CONTEXT, &moved).await.unwrap_err();
    for damaged in ["", ".", "key_1.x", &sealed[..sealed.len() - 1]] {
        opened(&keys, ada, CONTEXT, damaged).await.unwrap_err();
    }
    assert_ne!(sealed, seal(&keys, ada, CONTEXT, b"hunter2").await);
}

/// A wrapped key put under another owner's name opens nothing: not its own values, not the other's.
async fn a_data_key_does_not_change_hands(db: Db) {
    let keys = keys(&db).await;
    let (ada, eve) = (Owner::Tenant(db.ambient().new_id()), Owner::Tenant(db.ambient().new_id()));
    let sealed = seal(&keys, ada, CONTEXT, b"hunter2").await;
    let stolen = data_keys::live(&keys.inner.system, &ada.to_string()).await.unwrap().unwrap();
    let thief = eve.to_string();
    keys.inner
        .system
        .transaction(|tx| {
            let (stolen, thief) = (stolen.clone(), thief.clone());
            async move {
                data_keys::destroy(&tx, &stolen.owner).await?;
                data_keys::insert(&tx, DataKeyRow { owner: thief.clone(), live_of: Some(thief), ..stolen })
                    .await
            }
        })
        .await
        .unwrap();
    opened(&keys, eve, CONTEXT, &sealed).await.unwrap_err();
    opened(&keys, ada, CONTEXT, &sealed).await.unwrap_err();
}

async fn a_key_that_was_rolled_back_is_not_used(db: Db) {
    let keys = keys(&db).await;
    let owner = Owner::User(db.ambient().new_id());
    let lost = keys
        .inner
        .system
        .transaction(|tx| {
            let keys = keys.clone();
            async move {
                let sealed = keys.seal(&tx, owner, CONTEXT, b"lost").await?;
                assert_eq!(keys.open(&tx, owner, CONTEXT, &sealed).await?.as_slice(), b"lost");
                Err::<(), _>(Error::conflict("given_up", sealed))
            }
        })
        .await
        .unwrap_err();
    let sealed = seal(&keys, owner, CONTEXT, b"kept").await;
    let other = Keys::start(db.clone(), &variable(1)).await.unwrap();
    assert_eq!(opened(&other, owner, CONTEXT, &sealed).await.unwrap(), "kept");
    assert_eq!(opened(&keys, owner, CONTEXT, lost.message()).await.unwrap_err().code(), "key_destroyed");
}

async fn many_at_once_make_one_key(db: Db) {
    let keys = keys(&db).await;
    let owner = Owner::Tenant(db.ambient().new_id());
    let tasks: Vec<_> = (0..16)
        .map(|number: u32| {
            let keys = keys.clone();
            tokio::spawn(async move { seal(&keys, owner, CONTEXT, number.to_string().as_bytes()).await })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        let sealed = task.await.unwrap();
        assert_eq!(opened(&keys, owner, CONTEXT, &sealed).await.unwrap(), number.to_string());
    }
    assert_eq!(data_keys::of_owner(&keys.inner.system, &owner.to_string()).await.unwrap().len(), 1);
}

async fn destroying_an_owners_keys_erases_what_they_sealed(db: Db) {
    let keys = keys(&db).await;
    let (ada, eve) = (Owner::User(db.ambient().new_id()), Owner::User(db.ambient().new_id()));
    let (of_ada, of_eve) = (seal(&keys, ada, CONTEXT, b"a").await, seal(&keys, eve, CONTEXT, b"e").await);
    assert_eq!(opened(&keys, ada, CONTEXT, &of_ada).await.unwrap(), "a");
    keys.inner
        .system
        .transaction(|tx| {
            let keys = keys.clone();
            async move { keys.destroy(&tx, ada).await }
        })
        .await
        .unwrap();
    assert_eq!(opened(&keys, ada, CONTEXT, &of_ada).await.unwrap_err().code(), "key_destroyed");
    assert_eq!(opened(&keys, eve, CONTEXT, &of_eve).await.unwrap(), "e");
}

async fn another_master_key_is_refused_at_the_start(db: Db) {
    let first = keys(&db).await;
    let sealed = seal(&first, Owner::Installation, CONTEXT, b"x").await;
    let refused = Keys::start(db.clone(), &variable(2)).await.unwrap_err();
    assert_eq!(refused.code(), "master_key_missing");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("master.key");
    let refused = Keys::start(db.clone(), &MasterKeySettings::File(file.clone())).await.unwrap_err();
    assert_eq!(refused.code(), "master_key_missing");
    assert!(!file.exists(), "no key is made where one is missing");
    assert_eq!(opened(&first, Owner::Installation, CONTEXT, &sealed).await.unwrap(), "x");
}

async fn signing_keys_are_made_once_and_retired_ones_still_check(db: Db) {
    let keys = keys(&db).await;
    let purpose = SigningPurpose::AccessToken;
    let (left, right) = tokio::join!(keys.signing(purpose), async {
        Keys::start(db.clone(), &variable(1)).await.unwrap().signing(purpose).await
    });
    let (before, also) = (left.unwrap(), right.unwrap());
    assert_eq!(before.id(), also.id());
    let signature = before.sign(b"message");
    assert!(also.find(before.id()).unwrap().verifies(b"message", &signature));
    assert!(!also.find(before.id()).unwrap().verifies(b"another", &signature));
    assert!(!before.pkcs8().unwrap().is_empty());
    keys.inner
        .system
        .transaction(|tx| {
            let keys = keys.clone();
            async move { keys.rotate_signing(&tx, purpose).await.map(drop) }
        })
        .await
        .unwrap();
    let after = keys.signing(purpose).await.unwrap();
    assert_ne!(after.id(), before.id());
    assert_eq!(after.public()[0].id, after.id());
    assert!(after.find(before.id()).unwrap().retired_at.is_some());
    assert!(after.find(before.id()).unwrap().verifies(b"message", &signature));
    assert!(!after.public()[0].verifies(b"message", &signature));
    let other = keys.signing(SigningPurpose::AuditCheckpoint).await.unwrap();
    assert!(other.find(after.id()).is_none());
}

async fn a_context_that_is_not_listed_is_refused(db: Db) {
    let keys = keys(&db).await;
    let refused = keys
        .inner
        .system
        .transaction(|tx| {
            let keys = keys.clone();
            async move { keys.seal(&tx, Owner::Installation, "unheard/of", b"x").await }
        })
        .await
        .unwrap_err();
    assert!(refused.inside().contains("keys/sealed.rs"));
}

/// Every column called `sealed_…` is listed, and what is listed exists.
async fn every_sealed_column_is_listed(db: Db) {
    let scope = db.system("test");
    let found = stead_db::testing::columns(&scope).await;
    for (table, column) in &found {
        if column.starts_with("sealed_") {
            assert!(
                sealed::SEALED.iter().any(|listed| listed.table == table && listed.column == column),
                "keys/sealed.rs does not list {table}.{column}"
            );
        }
    }
    for listed in sealed::SEALED {
        let key = db.ambient().new_id();
        // Texts that a hash stands for hold rows from before there were keys, too, and are called by what they say.
        let named = listed.column.starts_with("sealed_") || !listed.may_be_resealed;
        assert!(named, "{}.{}", listed.table, listed.column);
        assert!(sealed_columns::list(&scope, listed, key, 0, 1).await.unwrap().is_empty());
        assert_eq!(sealed_columns::count(&scope, listed, key).await.unwrap(), 0);
    }
}

stead_db::both_databases!(
    a_value_opens_for_its_owner_and_context_alone,
    a_data_key_does_not_change_hands,
    a_key_that_was_rolled_back_is_not_used,
    many_at_once_make_one_key,
    destroying_an_owners_keys_erases_what_they_sealed,
    another_master_key_is_refused_at_the_start,
    signing_keys_are_made_once_and_retired_ones_still_check,
    a_context_that_is_not_listed_is_refused,
    every_sealed_column_is_listed,
);
