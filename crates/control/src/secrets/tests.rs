//! Secrets on both databases.

use stead_core::ids::UserId;
use stead_db::testing;
use zeroize::Zeroizing;

use super::*;
use crate::MasterKeySettings;
use crate::instances::tests::world::World;

async fn service(db: &Db) -> Secrets {
    let value = Zeroizing::new("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=".to_owned());
    let settings = MasterKeySettings::Environment { variable: "STEAD_MASTER_KEY".into(), value };
    Secrets::new(db, Keys::start(db.clone(), &settings).await.unwrap())
}

fn value(text: &str) -> wire::PutSecret {
    wire::PutSecret { value: text.to_owned(), inject: None }
}

fn file(text: &str, target: &str) -> wire::PutSecret {
    let inject = wire::Inject { kind: wire::InjectKind::File, target: Some(target.to_owned()) };
    wire::PutSecret { value: text.to_owned(), inject: Some(inject) }
}

impl Secrets {
    async fn put_for(&self, user: UserId, name: &str, input: &wire::PutSecret) {
        let holder = Holder::User(user);
        self.system
            .transaction(|tx| async move { self.put(&tx, holder, name, input).await.map(drop) })
            .await
            .unwrap();
    }
}

fn env(secrets: &InstanceSecrets) -> Vec<(&str, &str)> {
    secrets.env.iter().map(|(name, value)| (name.as_str(), value.expose())).collect()
}

async fn the_nearest_level_counts(db: Db) {
    let secrets = service(&db).await;
    let world = World::on(db.clone()).await;
    let (ada, instance) = (&world.ada, db.ambient().new_id());
    let user = ada.user_id();
    secrets.put_for(user, "A", &value("user")).await;
    secrets.put_for(user, "B", &value("user")).await;
    secrets.put_of_tenant(ada, "B", &value("tenant")).await.unwrap();
    secrets.put_of_tenant(ada, "KEY", &file("pem", "tls.key")).await.unwrap();
    let given = secrets.of_instance(ada.tenant_id(), instance, user).await.unwrap();
    assert_eq!(env(&given), [("A", "user"), ("B", "tenant")]);
    assert_eq!(given.files["tls.key"].expose(), "pem");
    // Somebody else's instance in the tenant gets nothing of hers.
    let given = secrets.of_instance(ada.tenant_id(), instance, db.ambient().new_id()).await.unwrap();
    assert_eq!(env(&given), [("B", "tenant")]);
    let given = secrets.of_instance(db.ambient().new_id(), instance, db.ambient().new_id()).await.unwrap();
    assert_eq!(given, InstanceSecrets::default());
    // Who has left gives nothing of theirs to what they once made.
    let tenant = ada.tenant_id();
    let left = async |tx: Tx<SystemScope>| members::remove(&tx, tenant, user).await;
    secrets.system.transaction(left).await.unwrap();
    let given = secrets.of_instance(tenant, instance, user).await.unwrap();
    assert_eq!(env(&given), [("B", "tenant")]);
    world.close().await;
}

async fn a_value_has_versions_and_is_never_shown(db: Db) {
    let secrets = service(&db).await;
    let world = World::on(db.clone()).await;
    let ada = &world.ada;
    for number in 1..=25 {
        let written = secrets.put_of_tenant(ada, "TOKEN", &value(&format!("hunter-{number}"))).await.unwrap();
        assert_eq!(written.version, number);
        assert!(!format!("{written:?}").contains("hunter"));
    }
    let versions = secrets.versions_of_tenant(ada, "TOKEN").await.unwrap().items;
    assert_eq!(
        versions.iter().map(|version| version.version).collect::<Vec<_>>(),
        (6..=25).rev().collect::<Vec<_>>()
    );
    let given = secrets.of_instance(ada.tenant_id(), db.ambient().new_id(), ada.user_id()).await.unwrap();
    assert_eq!(env(&given), [("TOKEN", "hunter-25")]);
    assert!(!testing::contains_text(&db.system("test"), "hunter").await, "no table holds a value");
    secrets.delete_of_tenant(ada, "TOKEN").await.unwrap();
    assert_eq!(secrets.delete_of_tenant(ada, "TOKEN").await.unwrap_err().code(), "secret_not_found");
    assert!(secrets.list_of_tenant(ada).await.unwrap().items.is_empty());
    world.close().await;
}

/// Put where another value was by somebody with access to the database, a value does not open.
async fn a_value_does_not_move(db: Db) {
    let secrets = service(&db).await;
    let world = World::on(db.clone()).await;
    let (ada, system) = (&world.ada, db.system("test"));
    let tenant = ada.tenant_id().to_string();
    secrets.put_of_tenant(ada, "CHEAP", &value("1")).await.unwrap();
    let old = secrets.put_of_tenant(ada, "DEAR", &value("old")).await.unwrap();
    secrets.put_of_tenant(ada, "DEAR", &value("new")).await.unwrap();
    let dear = stead_db::secrets::find(&system, &tenant, "DEAR").await.unwrap().unwrap();
    let cheap = stead_db::secrets::find(&system, &tenant, "CHEAP").await.unwrap().unwrap();
    let sealed: Vec<String> = stead_db::secrets::versions(&system, &dear)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.sealed_value)
        .collect();
    assert_eq!((sealed.len(), old.version), (2, 1));
    for (secret, version, text) in [(&dear.id, 2, &sealed[1]), (&cheap.id, 1, &sealed[0])] {
        system
            .transaction(|tx| async move { stead_db::secrets::tamper(&tx, secret, version, text).await })
            .await
            .unwrap();
        secrets.of_instance(ada.tenant_id(), db.ambient().new_id(), ada.user_id()).await.unwrap_err();
    }
    world.close().await;
}

async fn limits_are_kept(db: Db) {
    let secrets = service(&db).await;
    let world = World::on(db.clone()).await;
    let ada = &world.ada;
    let refused = async |name: &str, input: &wire::PutSecret| {
        secrets.put_of_tenant(ada, name, input).await.unwrap_err().code().to_owned()
    };
    for name in ["", "..", "a/b", "-x", "ä"] {
        assert_eq!(refused(name, &value("x")).await, "secret_invalid", "{name}");
    }
    assert_eq!(refused("a.b", &value("x")).await, "secret_invalid", "no variable is called so");
    secrets.put_of_tenant(ada, "a.b", &file("x", "a.b")).await.unwrap();
    assert_eq!(refused("A", &file("x", "../a")).await, "secret_invalid");
    assert_eq!(refused("A", &value("nul\0")).await, "secret_invalid");
    assert_eq!(refused("A", &value(&"x".repeat(LONGEST_VALUE + 1))).await, "secret_too_large");
    for number in 0..9 {
        secrets.put_of_tenant(ada, &format!("L{number}"), &value(&"x".repeat(LONGEST_VALUE))).await.unwrap();
    }
    let large = secrets.of_instance(ada.tenant_id(), db.ambient().new_id(), ada.user_id()).await.unwrap_err();
    assert_eq!(large.code(), "secrets_too_large");
    for number in 10..MOST {
        secrets.put_of_tenant(ada, &format!("S{number}"), &value("x")).await.unwrap();
    }
    assert_eq!(refused("ONE_MORE", &value("x")).await, "too_many_secrets");
    secrets.put_of_tenant(ada, "S10", &value("y")).await.unwrap();
    world.close().await;
}

stead_db::both_databases!(
    the_nearest_level_counts,
    a_value_has_versions_and_is_never_shown,
    a_value_does_not_move,
    limits_are_kept,
);
