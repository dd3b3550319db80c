//! How accounts end, and that no id of what has ended names anything again.

use std::time::Duration;

use futures::future::join_all;
use stead_api::v1::instances::CreateInstance;
use stead_api::v1::tenants as wire;
use stead_core::access::{Permission, Role};
use stead_core::ids::{TenantId, UserId};
use stead_core::instance::Wish;
use stead_db::invites::{self, Invite};
use stead_db::users::{self, User};
use stead_db::{Db, testing};

use super::tests::{World, code, timed};
use crate::Caller;
use crate::idempotency::Mutation;
use crate::identity::{Presented, RequestInfo};

async fn until_erased(world: &World, tenant: TenantId) {
    let system = world.control.identity().system();
    tokio::time::timeout(Duration::from_secs(60), async {
        while stead_db::tenants::find(&system, tenant).await.unwrap().unwrap().erased_at.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
}

/// The caller's account is to go.
async fn depart(world: &World, caller: &Caller) {
    let session = world.session(caller).await;
    world.control.accounts().delete(&session).await.unwrap();
}

async fn sign_in(world: &World, user: UserId) -> stead_core::Result<()> {
    let identity = world.control.identity();
    let link = identity.sign_in_link(user).await?;
    let (_, token) = link.url.split_once('#').unwrap();
    identity.sign_in_with_link(token, &RequestInfo::default()).await.map(|_| ())
}

async fn security_11_the_id_of_a_deleted_user_never_comes_back(db: Db) {
    let (world, clock) = timed(db.clone()).await;
    let (ada, tenant) = world.with_tenant().await;
    let (tenants, system) = (world.control.tenants(), world.control.identity().system());
    let bob = world.member(tenant, "Bob", Role::Member).await;
    let user = bob.user();
    let token = Presented::Token(world.control.identity().issue_token(user, "old").await.unwrap());
    let personal = world.control.identity().scope(&bob, None, Permission::TenantRead).await.unwrap();
    let instances = world.control.instances();
    let made = instances.create(&personal, CreateInstance::default(), &Mutation::default()).await.unwrap();
    let instance = made.instance.id.parse().unwrap();
    let personal = personal.tenant_id();

    depart(&world, &bob).await;
    tenants.follow_departures().await.unwrap();
    let row = stead_db::instances::find(&system, instance).await.unwrap().unwrap();
    assert_eq!(row.wish, Wish::Stopped, "it runs for nobody");
    clock.advance(super::GRACE - Duration::from_secs(60));
    tenants.follow_departures().await.unwrap();
    assert!(users::find(&system, user).await.unwrap().is_some());
    clock.advance(Duration::from_secs(120));
    // However many servers look at once, they are erased once.
    for outcome in join_all((0..5).map(|_| tenants.follow_departures())).await {
        outcome.unwrap();
    }
    tenants.follow().await.unwrap();
    until_erased(&world, personal).await;
    tokio::time::timeout(Duration::from_secs(60), async {
        while users::find(&system, user).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();

    // Nothing is left that the id would give somebody.
    let id = user.to_string();
    for (table, _) in testing::columns(&system).await.into_iter().filter(|(_, column)| column == "user_id") {
        assert_eq!(testing::rows_with(&system, &table, "user_id", &id).await, 0, "{table}");
    }
    let authenticated = world.control.identity().authenticate(&token, &RequestInfo::default()).await;
    assert_eq!(code(authenticated), "credential_invalid");
    assert!(stead_db::members::find(&system, tenant, user).await.unwrap().is_none());
    assert!(world.control.identity().scope(&ada, Some(tenant), Permission::TenantRead).await.is_ok());
    // And it is nobody's again.
    let again = system.transaction(|tx| async move {
        users::insert(&tx, User::new(user, "Again", 1)).await?;
        super::insert_personal(&tx, "Again", user).await
    });
    assert!(again.await.is_err(), "the id of an erased user was used again");
    assert!(users::find(&system, user).await.unwrap().is_none());
}

async fn who_comes_back_in_time_stays(db: Db) {
    let (world, clock) = timed(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let (tenants, system) = (world.control.tenants(), world.control.identity().system());
    let bob = world.member(tenant, "Bob", Role::Owner).await;
    depart(&world, &bob).await;
    // Who is leaving for good is no owner to leave a tenant to, and may be made less.
    let scope = world.scope(&ada, tenant).await;
    assert_eq!(code(tenants.leave(&scope).await), "last_owner");
    let ada_session = world.session(&ada).await;
    assert_eq!(code(world.control.accounts().delete(&ada_session).await), "last_owner");
    let lower = wire::UpdateMember { role: "member".into() };
    assert_eq!(code(tenants.set_role(&scope, bob.user(), &lower).await), "done");
    clock.advance(super::GRACE - Duration::from_secs(60));
    sign_in(&world, bob.user()).await.unwrap();
    clock.advance(Duration::from_secs(120));
    tenants.follow_departures().await.unwrap();
    let row = users::find(&system, bob.user()).await.unwrap().unwrap();
    assert!(row.deleted_at.is_none());
    assert!(stead_db::operations::holder(&system, &row.id).await.unwrap().is_none());
}

async fn security_11_the_id_of_an_invite_never_comes_back(db: Db) {
    let (world, clock) = timed(db).await;
    let (ada, tenant) = world.with_tenant().await;
    let (tenants, system) = (world.control.tenants(), world.control.identity().system());
    let other = tenants.create_for("Other", ada.user()).await.unwrap();
    let eve = world.user("Eve", None).await;
    let scope = world.scope(&ada, tenant).await;
    let (revoked, revoked_token) = world.invite(&ada, tenant, None, "guest").await.unwrap();
    tenants.revoke_invite(&scope, revoked.id.parse().unwrap()).await.unwrap();
    let (used, used_token) = world.invite(&ada, tenant, None, "guest").await.unwrap();
    tenants.accept_invite(&eve, &used_token).await.unwrap();
    let (expired, expired_token) = world.invite(&ada, tenant, None, "guest").await.unwrap();
    clock.advance(super::INVITE_LIFETIME + Duration::from_secs(1));
    // In another tenant, with all that makes an invitation good.
    let again = |id: &str| {
        let row = Invite {
            id: id.to_owned(),
            tenant_id: other.to_string(),
            email: None,
            role: "owner".into(),
            secret_hash: format!("of {id}"),
            created_by: ada.user().to_string(),
            created_at: 1,
            expires_at: i64::MAX,
            accepted_at: None,
            accepted_by: None,
            revoked_at: None,
        };
        let system = &system;
        async move {
            let row = &row;
            system.transaction(|tx| async move { invites::insert(&tx, row.clone()).await }).await
        }
    };
    for ended in [&revoked, &used, &expired] {
        assert!(again(&ended.id).await.is_err(), "the id of an invitation that has ended was used again");
    }
    // With the tenant the invitations go; an id alone opens nothing, and their links stay shut.
    world.delete(&ada, tenant).await;
    clock.advance(super::GRACE + Duration::from_secs(60));
    tenants.follow().await.unwrap();
    until_erased(&world, tenant).await;
    for (ended, token) in [(&revoked, revoked_token), (&used, used_token), (&expired, expired_token)] {
        again(&ended.id).await.unwrap();
        assert_eq!(code(tenants.look_up_invite(&token).await), "invite_not_valid");
        assert_eq!(code(tenants.accept_invite(&eve, &token).await), "invite_not_valid");
    }
}

stead_db::both_databases!(
    security_11_the_id_of_a_deleted_user_never_comes_back,
    who_comes_back_in_time_stays,
    security_11_the_id_of_an_invite_never_comes_back,
);
