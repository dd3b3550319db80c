//! kill -9 of a real server in the middle of key rotations and of a tenant's erasure: nothing unreadable, nothing half done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stead_api::client::{Client, SecretsOf};
use stead_api::v1::instances::CreateInstance;
use stead_api::v1::keys::{KeyKind, RotateKeys};
use stead_api::v1::secrets::PutSecret;
use stead_control::secrets::Secrets;
use stead_core::ambient::Ambient;
use stead_core::ids::{InstanceId, TenantId, UserId};
use stead_db::tenants;
use stead_testkit::wait;

use crate::storage::{Storage, on_both_databases};

/// Each on its own database.
const KILLS: u64 = 12;
const SECRETS: usize = 40;

/// What a secret may hold.
#[derive(Default)]
struct Sent {
    /// What was acknowledged last; without it the secret need not be there.
    acknowledged: Option<String>,
    /// What was sent after that. Several kills in a row may each find the same secret on its way.
    since: Vec<String>,
}

type Ledger = Arc<Mutex<BTreeMap<String, Sent>>>;

/// Writes new values until the server dies.
async fn write(client: Client, ledger: Ledger, round: u64) {
    for number in 0_usize.. {
        let (name, value) = (format!("S{}", number % SECRETS), format!("value-{round}-{number}"));
        ledger.lock().expect("the ledger").entry(name.clone()).or_default().since.push(value.clone());
        let put = PutSecret { value: value.clone(), inject: None };
        if client.put_secret(SecretsOf::Tenant, &name, &put).await.is_err() {
            return;
        }
        let sent = Sent { acknowledged: Some(value), since: Vec::new() };
        ledger.lock().expect("the ledger").insert(name, sent);
    }
}

fn somewhere(limit_millis: u64) -> Duration {
    let mut byte = [0; 8];
    Ambient::system().fill_random(&mut byte);
    Duration::from_millis(u64::from_le_bytes(byte) % limit_millis)
}

async fn settled(client: &Client) {
    wait::until("every operation has ended", || {
        let client = client.clone();
        async move {
            let left = client.operations(&[("unfinished", "true".to_owned())]).await;
            let left = left.map_err(|error| error.to_string())?;
            if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
        }
    })
    .await;
}

async fn security_18_rotations_that_are_killed_leave_everything_readable(storage: Storage) {
    let mut stead = storage.server();
    let me = stead.client().me().await.expect("me");
    let tenant: TenantId = me.tenant.id.parse().expect("a tenant's id");
    let user: UserId = me.user.id.parse().expect("a user's id");
    let ledger = Ledger::default();
    for round in 0..KILLS {
        let client = stead.client();
        let writer = tokio::spawn(write(client.clone(), Arc::clone(&ledger), round));
        let what =
            [KeyKind::Master, KeyKind::Data, KeyKind::Signing][usize::try_from(round % 3).expect("a number")];
        let of = (what == KeyKind::Data).then(|| tenant.to_string());
        // One of before may be going on still.
        let _ = client.rotate_keys(&RotateKeys { what, tenant: of, plan: false }).await;
        tokio::time::sleep(somewhere(250)).await;
        stead.kill();
        writer.await.expect("the writer ends");

        let (db, keys) = storage.opened(&stead).await;
        let found = Secrets::new(&db, keys)
            .of_instance(tenant, Ambient::system().new_id::<InstanceId>(), user)
            .await
            .unwrap_or_else(|error| panic!("after kill {round}: {error} ({})", error.inside()));
        for (name, sent) in ledger.lock().expect("the ledger").iter() {
            match found.env.get(name) {
                Some(value) => {
                    let mut known = sent.acknowledged.iter().chain(&sent.since);
                    assert!(known.any(|known| known == value.expose()), "{name} after kill {round}");
                }
                None => assert_eq!(sent.acknowledged, None, "{name} is lost after kill {round}"),
            }
        }
        db.close().await.expect("the database closes");
        stead.start_again();
    }
    let client = stead.client();
    settled(&client).await;
    // Whatever was begun has come to its end: one master key, and nothing wrapped by another.
    let keys = client.keys().await.expect("the keys");
    assert_eq!(keys.master_keys.iter().filter(|key| key.current).count(), 1, "{keys:?}");
    for key in keys.master_keys.iter().filter(|key| !key.current) {
        assert!(key.retired_at.is_some() && key.data_keys == 0, "{keys:?}");
    }
    for purpose in ["access_token", "audit_checkpoint"] {
        let current = keys.signing_keys.iter().filter(|key| key.purpose == purpose && key.current).count();
        assert_eq!(current, 1, "{keys:?}");
    }
    let verified =
        client.verify_audit(&stead_api::v1::audit::VerifyAudit::default()).await.expect("verified");
    assert!(verified.intact, "{verified:?}");
    stead.kill();
    let file = std::fs::read_to_string(stead.data_dir().join("server/master.key")).expect("the key file");
    assert_eq!(
        file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count(),
        1,
        "old keys are kept"
    );
    stead.start_again();
}

async fn security_18_an_erasure_that_is_killed_comes_to_its_end(storage: Storage) {
    let mut stead = storage.server();
    let client = stead.client();
    let mut doomed = Vec::new();
    for number in 0..3 {
        let id = client.create_tenant(&format!("Doomed {number}")).await.expect("a tenant").id;
        let there =
            Client::new(stead.url().parse().expect("an address"), Some(stead.token()), Some(id.clone()))
                .expect("a client");
        for secret in 0..20 {
            let put = PutSecret { value: "zq7-doomed".into(), inject: None };
            there.put_secret(SecretsOf::Tenant, &format!("S{secret}"), &put).await.expect("stored");
        }
        let create = CreateInstance { name: Some("box".into()), ..CreateInstance::default() };
        there.create_instance(&create, &id).await.expect("accepted");
        doomed.push(id.parse::<TenantId>().expect("a tenant's id"));
    }
    stead.kill();
    // Their thirty days are over.
    let (db, _) = storage.opened(&stead).await;
    let system = db.system("test");
    let long_ago = stead_core::Timestamp::from_micros(1_000_000);
    for id in &doomed {
        let set =
            system.transaction(|tx| async move { tenants::set_deleted(&tx, *id, Some(long_ago)).await });
        set.await.expect("marked");
    }
    db.close().await.expect("the database closes");

    let mut kills = 0;
    loop {
        stead.start_again();
        tokio::time::sleep(somewhere(60)).await;
        stead.kill();
        kills += 1;
        let (db, _) = storage.opened(&stead).await;
        let system = db.system("test");
        let mut left = 0;
        for id in &doomed {
            let row = tenants::find(&system, *id).await.expect("found").expect("its mark stays");
            left += usize::from(row.erased_at.is_none());
        }
        db.close().await.expect("the database closes");
        if left == 0 {
            break;
        }
        assert!(kills < 200, "the erasure never ends");
    }
    stead.start_again();
    settled(&stead.client()).await;
    stead.kill();
    let (db, keys) = storage.opened(&stead).await;
    let system = db.system("test");
    for id in &doomed {
        let holders = [id.to_string()];
        assert!(!stead_db::secrets::any(&system, &holders).await.expect("looked"), "secrets are left");
        assert_eq!(tenants::find(&system, *id).await.expect("found").expect("its mark").name, "(erased)");
        assert!(tenants::live_instances(&system, *id).await.expect("looked").is_empty());
    }
    drop(keys);
    db.close().await.expect("the database closes");
    stead.start_again();
}

on_both_databases!(
    security_18_rotations_that_are_killed_leave_everything_readable,
    security_18_an_erasure_that_is_killed_comes_to_its_end,
);
