//! What is left of an erased tenant, over every table there is.

use std::collections::BTreeSet;
use std::time::Duration;

use stead_api::v1::audit::{AuditSinkKind, CreateAuditSink};
use stead_api::v1::instances::CreateInstance;
use stead_api::v1::secrets::PutSecret;
use stead_api::v1::sources::{CreateSignInSource, SourceKind};
use stead_api::v1::tenants as wire;
use stead_api::v1::webhooks::{CreateWebhook, WebhookKind};
use stead_core::access::Role;
use stead_core::audit::verify::Verifier;
use stead_core::ids::{ExportId, IdentityId};
use stead_db::audit::Filter;
use stead_db::exports::{self, Export};
use stead_db::identities::{self, Identity as Linked};
use stead_db::{Db, testing};

use super::tests::timed;
use crate::idempotency::{Idempotency, Mutation};

/// What stays, and why.
const STAYS: &[(&str, &str)] = &[
    ("audit_events", "the rows of the log, without words: the tree stays valid"),
    ("operations", "the one that erased it"),
];
/// What nothing here fills; each is removed all the same.
const NOT_FILLED: &[&str] = &["preview_sessions", "preview_tickets", "uploads", "deliveries", "inbox_items"];

async fn security_also_erasure_leaves_nothing_of_a_tenant(db: Db) {
    let (world, clock) = timed(db.clone()).await;
    let (ada, tenant) = world.with_tenant().await;
    let scope = world.scope(&ada, tenant).await;
    let (control, system) = (&world.control, db.system("test"));
    let bob = world.member(tenant, "Bob", Role::Member).await;
    let once = Mutation {
        idempotency: Some(Idempotency {
            key: "k".into(),
            route: "POST /v1/instances".into(),
            body_hash: "h".into(),
        }),
    };
    let made = control.instances().create(&scope, CreateInstance::default(), &once).await.unwrap();
    let instance = made.instance.id.parse().unwrap();
    let value = PutSecret { value: "zq7-hidden".into(), inject: None };
    control.secrets().put_of_tenant(&scope, "A", &value).await.unwrap();
    control.secrets().put_of_instance(&scope, instance, "B", &value).await.unwrap();
    let hook = CreateWebhook {
        name: "ours".into(),
        url: "https://hooks.example.org/".into(),
        kind: WebhookKind::Standard,
        events: Vec::new(),
    };
    control.notifications().create_webhook(&scope, hook, &Mutation::default()).await.unwrap();
    let sink =
        CreateAuditSink { kind: AuditSinkKind::Https, target: "https://siem.example.org/".into(), ca: None };
    control.audit().add_sink(&scope, &sink, &Mutation::default()).await.unwrap();
    let source = CreateSignInSource {
        kind: SourceKind::Google,
        name: "Ours".into(),
        settings: [("client_id", "login.example.org"), ("client_secret", "zq7-hidden")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        role: None,
        group_roles: Vec::new(),
        domains: vec!["analytical.example".into()],
    };
    let source = control
        .sources()
        .create(&world.session(&ada).await, &scope, source, &Mutation::default())
        .await
        .unwrap();
    let linked = &Linked {
        id: db.ambient().new_id::<IdentityId>().to_string(),
        user_id: bob.user().to_string(),
        source_id: source.id,
        tenant_id: Some(tenant.to_string()),
        issuer: "https://accounts.google.com".into(),
        subject: "42".into(),
        email: Some("bob@analytical.example".into()),
        created_at: 0,
        last_used_at: None,
    };
    system.transaction(|tx| async move { identities::insert(&tx, linked.clone()).await }).await.unwrap();
    let role = wire::CreateRole { name: "Ours".into(), permissions: vec!["instance:read".into()] };
    control.tenants().create_role(&scope, &role, &Mutation::default()).await.unwrap();
    world.invite(&ada, tenant, Some("grace@example.com"), "guest").await.unwrap();
    let binding = wire::SetBinding { role: "guest".into() };
    control.tenants().set_binding(&scope, &made.instance.id, bob.user(), &binding).await.unwrap();
    let operator =
        control.identity().operator(&ada, stead_core::access::Permission::OperatorWrite).await.unwrap();
    control.tenants().set_quotas(&operator, tenant, &wire::SetQuotas::default()).await.unwrap();
    let export = Export {
        id: db.ambient().new_id::<ExportId>().to_string(),
        tenant_id: tenant.to_string(),
        user_id: ada.user().to_string(),
        credential: ada.credential().to_string(),
        scope: exports::TENANT.into(),
        state: exports::READY.into(),
        running_of: None,
        operation_id: None,
        size_bytes: Some(1),
        created_at: 0,
        expires_at: Some(i64::MAX),
    };
    let row = &export;
    system.transaction(|tx| async move { exports::insert(&tx, row.clone()).await }).await.unwrap();

    let tables: BTreeSet<String> = testing::columns(&system)
        .await
        .into_iter()
        .filter(|(_, column)| column == "tenant_id")
        .map(|(table, _)| table)
        .collect();
    let id = tenant.to_string();
    let mut empty = BTreeSet::new();
    for table in &tables {
        if testing::rows_with(&system, table, "tenant_id", &id).await == 0 {
            empty.insert(table.as_str());
        }
    }
    let unexpected: Vec<_> = empty.iter().filter(|table| !NOT_FILLED.contains(table)).collect();
    assert!(unexpected.is_empty(), "fill these, so that it is seen whether they are erased: {unexpected:?}");

    world.delete(&ada, tenant).await;
    clock.advance(super::GRACE + Duration::from_secs(60));
    control.tenants().follow().await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), async {
        while stead_db::tenants::find(&system, tenant).await.unwrap().unwrap().erased_at.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    for table in tables.iter().filter(|table| STAYS.iter().all(|(stays, _)| stays != table)) {
        // The feed tells of the operation's own end, in ids alone, until it is cut.
        if table == "events" {
            continue;
        }
        assert_eq!(testing::rows_with(&system, table, "tenant_id", &id).await, 0, "{table}");
    }
    // The words of the log are gone, the log is not, and it still holds together.
    let rows = stead_db::audit::leaves(&system, &id, 0, &Filter::default(), 1_000).await.unwrap();
    let mut verifier = Verifier::new(&id, []);
    for row in &rows {
        assert!(row.about.is_none() && row.action.contains('.'));
        assert!(row.detail.is_none() || row.action == "tenant.erase", "{row:?}");
        verifier.row(&row.row().unwrap(), row.leaf().as_ref());
    }
    let outcome = verifier.finish(stead_db::audit::frontier(&system, &id).await.unwrap().as_ref());
    assert!(outcome.finding.is_none() && outcome.rows >= 8, "{outcome:?}");
    for word in [
        "Analytical",
        "hooks.example.org",
        "siem.example.org",
        "grace@example.com",
        "login.example.org",
        "analytical.example",
    ] {
        assert!(!testing::contains_text(&system, word).await, "{word} is still stored somewhere");
    }
    // Its id names nothing new, in no other tenant either.
    let again = stead_db::tenants::Tenant::new(tenant, "Again", None, 1);
    let again = &again;
    let refused =
        system.transaction(|tx| async move { stead_db::tenants::insert(&tx, again.clone()).await }).await;
    assert!(refused.is_err(), "the id of an erased tenant was used again");
}

stead_db::both_databases!(security_also_erasure_leaves_nothing_of_a_tenant);
