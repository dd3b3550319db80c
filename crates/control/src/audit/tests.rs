//! Personal values are sealed and go with their keys; checkpoints in the file find what was done to the database.

use std::path::Path;

use stead_api::v1::audit::{AuditQuery, VerifyAudit};
use stead_core::access::Role;
use stead_core::ids::{SessionId, TenantId, UserId};
use stead_db::audit::{Entry, append};
use stead_db::{Actor, Credential, Db, TenantScope};

use super::*;
use crate::keys::{MasterKeySettings, Owner};
use crate::outbound::OutboundSettings;

pub(super) async fn service(db: &Db, folder: &Path) -> Audit {
    let settings = MasterKeySettings::File(folder.join("master.key"));
    let keys = Keys::start(db.clone(), &settings).await.unwrap();
    let outbound = Outbound::new(OutboundSettings::parse(["127.0.0.0/8"]).unwrap()).unwrap();
    Audit::new(db, keys, outbound, folder.join("audit"), "http://stead.test")
}

pub(super) async fn member(db: &Db) -> TenantScope {
    let (user, tenant): (UserId, TenantId) = (db.ambient().new_id(), db.ambient().new_id());
    db.system("test")
        .transaction(|tx| async move {
            let now = tx.now().micros();
            stead_db::users::insert(&tx, stead_db::users::User::new(user, "Ada", now)).await?;
            let row = stead_db::tenants::Tenant::new(tenant, "Ada", Some(user.to_string()), now);
            stead_db::tenants::insert(&tx, row).await?;
            stead_db::tenants::insert_member(&tx, tenant, user, Role::Owner).await
        })
        .await
        .unwrap();
    let actor = Actor::new(user, Credential::Session(db.ambient().new_id::<SessionId>()));
    let scope = db.tenant_scope(actor, None, None).await.unwrap().unwrap();
    scope.for_request(None, Some([192, 0, 2, 7].into()), Some("curl/8".into()))
}

pub(super) async fn act(scope: &TenantScope, action: &str) {
    scope.transaction(|tx| async move { append(&tx, Entry::new(action, "inst_1")).await }).await.unwrap();
}

async fn what_is_personal_is_sealed_and_goes_with_its_key(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let (audit, scope) = (service(&db, folder.path()).await, member(&db).await);
    act(&scope, "test.one").await;
    let stored = stead_db::audit::list(&scope, &PageRequest::new(None, None)).await.unwrap().rows;
    let text = stored[0].personal.clone().unwrap();
    assert!(!text.contains("192.0.2.7") && !text.contains("curl"), "{text}");
    let shown = audit.list(&scope, &AuditQuery::default()).await.unwrap().items;
    assert_eq!((shown[0].ip.as_deref(), shown[0].user_agent.as_deref()), (Some("192.0.2.7"), Some("curl/8")));
    let (keys, user) = (audit.inner.keys.clone(), scope.user_id());
    db.system("test")
        .transaction(|tx| {
            let keys = keys.clone();
            async move { keys.destroy(&tx, Owner::User(user)).await }
        })
        .await
        .unwrap();
    let shown = audit.list(&scope, &AuditQuery::default()).await.unwrap().items;
    assert_eq!((shown[0].ip.as_deref(), shown[0].action.as_str()), (None, "test.one"));
    let verified = audit.verify(&scope, &VerifyAudit::default()).await.unwrap();
    assert!(verified.intact && verified.rows == 1, "{verified:?}");
}

async fn checkpoints_are_kept_twice_and_hold(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let (audit, scope) = (service(&db, folder.path()).await, member(&db).await);
    for number in 0..3 {
        act(&scope, &format!("test.{number}")).await;
        // The first run also takes what making the tenant left.
        assert_eq!(audit.make_checkpoints().await.unwrap(), 1);
        assert_eq!(audit.make_checkpoints().await.unwrap(), 0);
    }
    let given = audit.checkpoint(&scope).await.unwrap();
    assert_eq!(given.size, 3);
    let verified =
        audit.verify(&scope, &VerifyAudit { checkpoints: vec![given.note.clone()] }).await.unwrap();
    // Three in the database, the same in the file, and the one that was given.
    assert!(verified.intact && verified.checkpoints == 7, "{verified:?}");
    assert_eq!(verified.root, given.root);
    let forged = given.note.replacen("\n3\n", "\n2\n", 1);
    let refused = audit.verify(&scope, &VerifyAudit { checkpoints: vec![forged] }).await.unwrap_err();
    assert_eq!(refused.code(), "checkpoint_signature_invalid");
}

stead_db::both_databases!(
    what_is_personal_is_sealed_and_goes_with_its_key,
    checkpoints_are_kept_twice_and_hold
);
