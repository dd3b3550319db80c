//! Erasure ends at the same point wherever it is interrupted, and the audit log stays valid.

use std::time::Duration;

use serde_json::json;
use stead_core::access::Role;
use stead_core::audit::verify::Verifier;
use stead_core::ids::SessionId;
use stead_core::operation::OperationState;
use stead_db::audit::{About, Entry, Filter};
use stead_db::page::PageRequest;
use stead_db::{Actor, Credential, Nudge, TenantScope, operations, users};

use super::*;
use crate::audit::Audit;
use crate::engine::EngineSettings;
use crate::keys::MasterKeySettings;
use crate::outbound::{Outbound, OutboundSettings};

struct World {
    db: Db,
    rights: DataRights,
    engine: Engine,
    scope: TenantScope,
    _folder: tempfile::TempDir,
}

async fn world(db: Db) -> World {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::start(db.clone(), &MasterKeySettings::File(folder.path().join("key"))).await.unwrap();
    let _audit = Audit::new(
        &db,
        keys.clone(),
        Outbound::new(OutboundSettings::default()).unwrap(),
        folder.path().join("audit"),
        "http://stead.test",
    );
    let engine = Engine::new(db.clone(), EngineSettings::new("test".into(), true));
    let rights = DataRights::new(&db, keys, engine.clone());
    let (user, tenant): (UserId, TenantId) = (db.ambient().new_id(), db.ambient().new_id());
    db.system("test")
        .transaction(|tx| async move {
            let now = tx.now().micros();
            users::insert(&tx, users::User::new(user, "Ada", now)).await?;
            let row = stead_db::tenants::Tenant::new(tenant, "Ada", Some(user.to_string()), now);
            stead_db::tenants::insert(&tx, row).await?;
            stead_db::tenants::insert_member(&tx, tenant, user, Role::Owner).await
        })
        .await
        .unwrap();
    let actor = Actor::new(user, Credential::Session(db.ambient().new_id::<SessionId>()));
    let scope = db.tenant_scope(actor, None, None).await.unwrap().unwrap();
    let scope = scope.for_request(None, Some([192, 0, 2, 9].into()), Some("curl/8".into()));
    let (detail, values) = (json!({"after": "secret plan"}), json!({"name": "Ada Lovelace"}));
    for _ in 0..3 {
        scope
            .transaction(|tx| {
                let entry = Entry {
                    detail: Some(&detail),
                    about: Some(About { user, values: &values }),
                    ..Entry::new("test.one", "x")
                };
                async move { audit::append(&tx, entry).await }
            })
            .await
            .unwrap();
    }
    World { db, rights, engine, scope, _folder: folder }
}

impl World {
    async fn assert_valid(&self, rows: u64) {
        let (system, tree) = (self.db.system("test"), self.scope.tenant_id().to_string());
        let mut verifier = Verifier::new(&tree, []);
        for row in audit::leaves(&system, &tree, 0, &Filter::default(), 100).await.unwrap() {
            verifier.row(&row.row().unwrap(), row.leaf().as_ref());
        }
        let outcome = verifier.finish(audit::frontier(&system, &tree).await.unwrap().as_ref());
        assert_eq!((outcome.finding, outcome.rows), (None, rows));
    }
}

async fn security_also_erasure_keeps_the_chain_valid(db: Db) {
    let world = world(db).await;
    let (user, tenant) = (world.scope.user_id(), world.scope.tenant_id());
    let stored = audit::list(&world.scope, &PageRequest::new(None, None)).await.unwrap().rows;
    let (row, text) = (stored[0].id.clone(), stored[0].personal.clone().unwrap());
    let (keys, system) = (world.rights.keys.clone(), world.db.system("test"));
    let context = audit::personal_context(&row);
    assert!(keys.open(&system, Owner::User(user), &context, &text).await.is_ok());
    let operation = system
        .transaction(|tx| {
            let rights = world.rights.clone();
            async move { rights.erase_user(&tx, user, tenant).await }
        })
        .await
        .unwrap();
    let mut nudges = world.db.nudges();
    world.engine.start().await.unwrap();
    tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let row = operations::find(&system, operation).await.unwrap().unwrap();
            if row.state == OperationState::Succeeded.as_str() {
                return;
            }
            assert!(row.state != OperationState::Failed.as_str(), "{row:?}");
            let woken = async { while !matches!(nudges.recv().await, Ok(Nudge::Operation(_))) {} };
            let _ = tokio::time::timeout(Duration::from_millis(200), woken).await;
        }
    })
    .await
    .unwrap();
    assert!(users::find(&system, user).await.unwrap().is_none());
    let gone = keys.open(&system, Owner::User(user), &context, &text).await.unwrap_err();
    assert_eq!(gone.code(), "key_destroyed");
    world.assert_valid(4).await;
    world.engine.stop().await;
}

/// Each part as often as one likes, in the order of the steps: what a crash after any of them leads to.
async fn an_erasure_that_is_repeated_ends_the_same(db: Db) {
    let world = world(db).await;
    let (user, tenant) = (world.scope.user_id(), world.scope.tenant_id());
    for _ in 0..2 {
        world.rights.forget_open_texts(user).await.unwrap();
        world.rights.destroy(Owner::User(user)).await.unwrap();
        world.rights.erase_tenant(tenant).await.unwrap();
    }
    world.assert_valid(3).await;
    let rows = audit::leaves(&world.db.system("test"), &tenant.to_string(), 0, &Filter::default(), 10).await;
    assert!(rows.unwrap().iter().all(|row| row.detail.is_none() && row.about.is_none()));
}

stead_db::both_databases!(
    security_also_erasure_keeps_the_chain_valid,
    an_erasure_that_is_repeated_ends_the_same
);
