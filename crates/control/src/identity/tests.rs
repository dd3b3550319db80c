//! Identity on both databases.

use std::collections::BTreeSet;

use stead_api::v1::identity::CreateApiToken;
use stead_core::access::{Permission, Role};
use stead_core::preview_host::PreviewHost;
use stead_db::Db;

use super::{Caller, Identity, Presented, RequestInfo};
use crate::idempotency::Mutation;

async fn signed_in(identity: &Identity, name: &str) -> (Caller, String) {
    let user = identity.create_user(name, None).await.unwrap();
    let link = identity.sign_in_link(user).await.unwrap();
    let (_, token) = link.url.split_once('#').unwrap();
    let signed_in =
        identity.sign_in_with_link(token, &RequestInfo::default()).await.unwrap().signed_in().unwrap();
    let caller = identity
        .authenticate(&Presented::Session(signed_in.secret.clone()), &RequestInfo::default())
        .await
        .unwrap();
    (caller, signed_in.secret)
}

fn host(text: &str) -> PreviewHost {
    PreviewHost::parse(text, "localhost").unwrap()
}

async fn a_link_signs_in_once(db: Db) {
    let identity = Identity::new(db, "http://localhost:1/");
    let user = identity.first_owner("Ada").await.unwrap();
    assert_eq!(identity.first_owner("Somebody else").await.unwrap(), user);
    let link = identity.sign_in_link(user).await.unwrap();
    let token = link.url.strip_prefix("http://localhost:1/sign-in#").unwrap();
    let signed_in =
        identity.sign_in_with_link(token, &RequestInfo::default()).await.unwrap().signed_in().unwrap();
    assert_eq!(signed_in.me.user.name, "Ada");
    assert!(signed_in.me.tenant.personal);
    let again = identity.sign_in_with_link(token, &RequestInfo::default()).await.unwrap_err();
    assert_eq!(again.code(), "sign_in_link_invalid");
    assert_eq!(
        identity
            .authenticate(&Presented::Token(signed_in.secret), &RequestInfo::default())
            .await
            .unwrap_err()
            .code(),
        "credential_invalid"
    );
}

async fn the_end_of_a_session_is_felt_at_once(db: Db) {
    let identity = Identity::new(db, "http://localhost:1");
    let (caller, secret) = signed_in(&identity, "Ada").await;
    let presented = Presented::Session(secret);
    let mut revocations = identity.revocations();
    revocations.mark_unchanged();
    identity.sign_out(&caller).await.unwrap();
    assert!(revocations.has_changed().unwrap());
    assert_eq!(
        identity.authenticate(&presented, &RequestInfo::default()).await.unwrap_err().code(),
        "credential_invalid"
    );
}

async fn a_limited_token_is_limited(db: Db) {
    let identity = Identity::new(db, "http://localhost:1");
    let (caller, _) = signed_in(&identity, "Ada").await;
    let input = |scopes: &[&str]| CreateApiToken {
        name: "robot".into(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        expires_in_days: Some(30),
        expires_at: None,
    };
    let wrong =
        identity.create_token(&caller, input(&["everything"]), &Mutation::default()).await.unwrap_err();
    assert_eq!(wrong.fields().len(), 1);
    let scopes = ["instance:read", "account:write"];
    let created = identity.create_token(&caller, input(&scopes), &Mutation::default()).await.unwrap();
    assert!(created.secret.starts_with(&created.token.hint));
    let robot = identity
        .authenticate(&Presented::Token(created.secret.clone()), &RequestInfo::default())
        .await
        .unwrap();
    identity.scope(&robot, None, Permission::InstanceRead).await.unwrap();
    for permission in [Permission::InstanceWrite, Permission::AccountRead] {
        assert_eq!(identity.scope(&robot, None, permission).await.unwrap_err().code(), "permission_missing");
        assert!(identity.require(&robot, permission).is_err());
    }
    for more in [&[][..], &["instance:write"]] {
        let refused = identity.create_token(&robot, input(more), &Mutation::default()).await.unwrap_err();
        assert_eq!(refused.code(), "permission_missing", "{more:?}");
    }
    let (stranger, _) = signed_in(&identity, "Eve").await;
    let id = created.token.id.parse().unwrap();
    assert_eq!(identity.delete_token(&stranger, id).await.unwrap_err().code(), "token_not_found");
    identity.delete_token(&caller, id).await.unwrap();
    assert!(identity.authenticate(&Presented::Token(created.secret), &RequestInfo::default()).await.is_err());
}

async fn a_preview_ticket_opens_one_host_once(db: Db) {
    let identity = Identity::new(db, "http://localhost:1");
    let (ada, _) = signed_in(&identity, "Ada").await;
    let (shop, other) = (host("8000--shop.localhost"), host("8001--shop.localhost"));
    let stolen = identity.mint_preview_ticket(&ada, &shop).await.unwrap();
    assert!(identity.redeem_preview_ticket(&stolen, &other).await.unwrap().is_none());
    let ticket = identity.mint_preview_ticket(&ada, &shop).await.unwrap();
    let pass = identity.redeem_preview_ticket(&ticket, &shop).await.unwrap().unwrap();
    assert!(identity.redeem_preview_ticket(&ticket, &shop).await.unwrap().is_none());
    assert_eq!(identity.preview_viewer(&pass.secret, &shop).await.unwrap().unwrap().user(), ada.user());
    assert!(identity.preview_viewer(&pass.secret, &other).await.unwrap().is_none());
    identity.sign_out(&ada).await.unwrap();
    assert!(identity.preview_viewer(&pass.secret, &shop).await.unwrap().is_none());
}

stead_db::both_databases!(
    a_link_signs_in_once,
    the_end_of_a_session_is_felt_at_once,
    a_limited_token_is_limited,
    a_preview_ticket_opens_one_host_once,
);

/// The policy, written out so that a change is seen as a difference.
#[test]
fn the_permission_matrix_is_as_it_was_agreed() {
    let mut text = format!("{:<18}", "");
    for role in Role::ALL {
        text.push_str(&format!("{:<9}", role.as_str()));
    }
    let permissions: BTreeSet<Permission> = Permission::ALL.into_iter().collect();
    for permission in permissions {
        text.push_str(&format!("\n{:<18}", permission.as_str()));
        for role in Role::ALL {
            text.push_str(&format!("{:<9}", if role.allows(permission) { "yes" } else { "-" }));
        }
    }
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/identity/permissions.txt");
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, agreed, "the policy differs from {path}");
}
