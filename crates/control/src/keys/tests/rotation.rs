//! Rotations that are killed everywhere, with writers at work, on both databases.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use stead_core::ids::{SecretId, TenantId};
use stead_db::secrets::{self, SecretRow, SecretVersionRow};
use stead_db::tenants;

use super::*;

/// Versions that the tests begin with; writers write, and remove, lower ones.
const FIRST: i64 = 1_000_000;

fn context(holder: &str, version: i64) -> String {
    format!("secret/{holder}/TOKEN/{version}")
}

/// A tenant with a secret, whose versions the tests write.
struct Subject {
    db: Db,
    tenant: TenantId,
    secret: String,
    folder: tempfile::TempDir,
}

impl Subject {
    async fn new(db: Db) -> Self {
        let tenant: TenantId = db.ambient().new_id();
        let secret = db.ambient().new_id::<SecretId>().to_string();
        let id = &secret;
        db.system("test")
            .transaction(|tx| async move {
                let now = tx.now().micros();
                tenants::insert(&tx, tenants::Tenant::new(tenant, "T", None, now)).await?;
                let row = SecretRow {
                    id: id.clone(),
                    tenant_id: Some(tenant.to_string()),
                    user_id: None,
                    instance_id: None,
                    holder: tenant.to_string(),
                    name: "TOKEN".into(),
                    version: 0,
                    inject_kind: "env".into(),
                    inject_target: "TOKEN".into(),
                    created_at: now,
                    updated_at: now,
                    updated_by: None,
                };
                secrets::insert(&tx, row).await
            })
            .await
            .unwrap();
        Self { db, tenant, secret, folder: tempfile::tempdir().unwrap() }
    }

    /// A server on this database, as after a start.
    async fn server(&self) -> Keys {
        let file = MasterKeySettings::File(self.folder.path().join("master.key"));
        Keys::start(self.db.clone(), &file).await.unwrap()
    }

    fn owner(&self) -> Owner {
        Owner::Tenant(self.tenant)
    }

    async fn write(&self, keys: &Keys, version: i64) {
        let holder = self.tenant.to_string();
        let (context, owner, secret) = (&context(&holder, version), self.owner(), &self.secret);
        keys.inner
            .system
            .transaction(|tx| async move {
                let sealed = keys.seal(&tx, owner, context, version.to_string().as_bytes()).await?;
                let row = SecretVersionRow {
                    secret_id: secret.clone(),
                    version,
                    context: context.clone(),
                    sealed_value: sealed,
                    size_bytes: 1,
                    created_at: tx.now().micros(),
                    created_by: None,
                };
                secrets::insert_version(&tx, row).await
            })
            .await
            .unwrap();
    }

    async fn remove_before(&self, oldest: i64) {
        let secret = self.secret.as_str();
        let scope = self.db.system("test");
        scope
            .transaction(|tx| async move { secrets::remove_versions_before(&tx, secret, oldest).await })
            .await
            .unwrap();
    }

    async fn rows(&self) -> Vec<SecretVersionRow> {
        let scope = self.db.system("test");
        let row = secrets::find(&scope, &self.tenant.to_string(), "TOKEN").await.unwrap().unwrap();
        secrets::versions(&scope, &row).await.unwrap()
    }

    /// Whatever was written can be read, by a server that has just started.
    async fn all_readable(&self, when: &str) -> usize {
        let keys = self.server().await;
        let rows = self.rows().await;
        for row in &rows {
            let plain = opened(
                &keys,
                self.owner(),
                &context(&self.tenant.to_string(), row.version),
                &row.sealed_value,
            )
            .await
            .unwrap_or_else(|error| panic!("{when}: version {}: {error:?}", row.version));
            assert_eq!(plain, row.version.to_string(), "{when}");
        }
        rows.len()
    }

    async fn data_keys(&self) -> Vec<DataKeyRow> {
        data_keys::of_owner(&self.db.system("test"), &self.owner().to_string()).await.unwrap()
    }
}

/// What the operation does, in the order of its steps; `from` is remembered by the operation.
async fn rotate_master(keys: &Keys, from: &str) -> Result<()> {
    keys.replace_master(from).await?;
    while keys.rewrap_batch().await? > 0 {}
    keys.retire_masters().await
}

async fn rotate_data(keys: &Keys, owner: Owner, from: DataKeyId) -> Result<()> {
    keys.replace_data_key(owner, Some(from)).await?;
    keys.reseal(owner, None).await?;
    keys.remove_unused(owner).await.map(drop)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Master,
    Data,
}

/// Kills a rotation at its first point, starts anew and ends it; kills the next one at its second point; and so on until one gets
/// through, while writers write.
async fn killed_everywhere(db: Db, what: What) {
    let subject = Arc::new(Subject::new(db).await);
    let first = subject.server().await;
    for version in FIRST..FIRST + 130 {
        subject.write(&first, version).await;
    }
    let others: Vec<Owner> = (0..60).map(|_| Owner::User(subject.db.ambient().new_id())).collect();
    let mut of_others = BTreeMap::new();
    for owner in &others {
        of_others.insert(owner.to_string(), seal(&first, *owner, CONTEXT, b"other").await);
    }
    let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(1)));
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let (subject, stop, next) = (Arc::clone(&subject), Arc::clone(&stop), Arc::clone(&next));
            tokio::spawn(async move {
                let keys = subject.server().await;
                while !stop.load(Ordering::SeqCst) {
                    let version = i64::try_from(next.fetch_add(1, Ordering::SeqCst)).unwrap();
                    subject.write(&keys, version).await;
                    subject.remove_before(version - 20).await;
                    // Another's first key now and then: made while the master key changes.
                    let owner = Owner::User(subject.db.ambient().new_id());
                    let sealed = seal(&keys, owner, CONTEXT, b"new").await;
                    assert_eq!(opened(&keys, owner, CONTEXT, &sealed).await.unwrap(), "new");
                    let (keys, system) = (&keys, &keys.inner.system);
                    system.transaction(|tx| async move { keys.destroy(&tx, owner).await }).await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            })
        })
        .collect();
    let mut killed = 0;
    for point in 1.. {
        let master = master_keys::current(&first.inner.system).await.unwrap().unwrap().id;
        let live = data_keys::live(&first.inner.system, &subject.owner().to_string()).await.unwrap().unwrap();
        let data = read_id(&live).unwrap();
        let rotate = async |keys: &Keys| match what {
            What::Master => rotate_master(keys, &master).await,
            What::Data => rotate_data(keys, subject.owner(), data).await,
        };
        let keys = subject.server().await;
        keys.inner.until_failure.store(point, Ordering::SeqCst);
        match rotate(&keys).await {
            Ok(()) => break,
            Err(error) => assert_eq!(error.code(), "killed", "{error:?}"),
        }
        killed += 1;
        subject.all_readable(&format!("killed at {point}")).await;
        let again = subject.server().await;
        rotate(&again).await.unwrap();
        subject.all_readable(&format!("gone on after {point}")).await;
        match what {
            What::Master => {
                let counts = data_keys::count_by_master_key(&again.inner.system).await.unwrap();
                assert!(counts.iter().all(|(id, _)| *id != master), "{counts:?}");
                assert!(!again.inner.master.has(&master).await.unwrap(), "the old master key is forgotten");
            }
            What::Data => {
                let left: Vec<_> =
                    subject.data_keys().await.iter().map(|row| read_id(row).unwrap()).collect();
                assert!(left.len() == 1 && left[0] != data, "the old key is removed: {left:?}");
            }
        }
        assert!(killed < 300, "the rotation does not end");
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(killed >= 8, "only {killed} points");
    let written = subject.all_readable("at the end").await;
    assert!(written > 130);
    let keys = subject.server().await;
    for owner in &others {
        assert_eq!(opened(&keys, *owner, CONTEXT, &of_others[&owner.to_string()]).await.unwrap(), "other");
    }
}

async fn a_master_key_rotation_is_killed_everywhere(db: Db) {
    killed_everywhere(db, What::Master).await;
}

async fn a_data_key_rotation_is_killed_everywhere(db: Db) {
    killed_everywhere(db, What::Data).await;
}

/// What does not open is left as it is, and so is its key; the rest is sealed anew.
async fn a_key_stays_as_long_as_a_value_names_it(db: Db) {
    let subject = Subject::new(db).await;
    let keys = subject.server().await;
    for version in 1..=3 {
        subject.write(&keys, version).await;
    }
    let from = read_id(&subject.data_keys().await[0]).unwrap();
    let rows = subject.rows().await;
    let (moved, secret) = (rows[0].sealed_value.clone(), subject.secret.clone());
    keys.inner
        .system
        .transaction(|tx| {
            let (moved, secret) = (moved.clone(), secret.clone());
            async move { secrets::tamper(&tx, &secret, 1, &moved).await }
        })
        .await
        .unwrap();
    keys.replace_data_key(subject.owner(), Some(from)).await.unwrap();
    let resealed = keys.reseal(subject.owner(), None).await.unwrap();
    assert_eq!((resealed.values, resealed.unreadable), (2, 1));
    assert_eq!(keys.remove_unused(subject.owner()).await.unwrap(), [(from, 1)]);
    let holder = subject.tenant.to_string();
    let rows = subject.rows().await;
    for row in &rows {
        let outcome = opened(&keys, subject.owner(), &context(&holder, row.version), &row.sealed_value).await;
        assert_eq!(outcome.is_ok(), row.version != 1, "a value moved to another version does not open");
    }
}

/// The operator gives the new key first; the old one stays readable next to it.
async fn a_key_from_a_variable_is_rotated(db: Db) {
    let settings = |bytes: &[u8]| {
        let texts: Vec<String> = bytes.iter().map(|byte| STANDARD.encode([*byte; 32])).collect();
        MasterKeySettings::Environment {
            variable: "STEAD_MASTER_KEY".into(),
            value: Zeroizing::new(texts.join(" ")),
        }
    };
    let before = Keys::start(db.clone(), &settings(&[1])).await.unwrap();
    let sealed = seal(&before, Owner::Installation, CONTEXT, b"x").await;
    let from = master_keys::current(&before.inner.system).await.unwrap().unwrap().id;
    assert_eq!(before.replace_master(&from).await.unwrap_err().code(), "master_key_not_changed");
    let both = Keys::start(db.clone(), &settings(&[2, 1])).await.unwrap();
    rotate_master(&both, &from).await.unwrap();
    let after = Keys::start(db.clone(), &settings(&[2])).await.unwrap();
    assert_eq!(opened(&after, Owner::Installation, CONTEXT, &sealed).await.unwrap(), "x");
    assert_eq!(Keys::start(db.clone(), &settings(&[1])).await.unwrap_err().code(), "master_key_missing");
}

stead_db::both_databases!(
    a_master_key_rotation_is_killed_everywhere,
    a_data_key_rotation_is_killed_everywhere,
    a_key_stays_as_long_as_a_value_names_it,
    a_key_from_a_variable_is_rotated,
);
