//! One effect per key, whatever happens at the same time.

use std::sync::atomic::{AtomicU32, Ordering};

use stead_core::ids::InstanceId;
use stead_db::{Changed, Db, TenantAccess as _, events};

use super::*;
use crate::operations::tests::member;

fn mutation(key: &str, body: &str) -> Mutation {
    Mutation {
        idempotency: Some(Idempotency { key: key.into(), route: "POST /x".into(), body_hash: body.into() }),
    }
}

/// Adds a row to the feed, so that effects can be counted.
async fn effect(scope: &TenantScope, mutation: &Mutation) -> Result<Once<InstanceId>> {
    once(scope, mutation, |tx| async move {
        let id = tx.ambient().new_id();
        tx.changed(tx.scope().tenant_id(), Changed::InstanceDeleted(id));
        Ok(id)
    })
    .await
}

async fn a_repetition_gets_the_first_result(db: Db) {
    let (ada, eve) = (member(&db, "Ada").await, member(&db, "Eve").await);
    let first = effect(&ada, &mutation("k", "body")).await.unwrap();
    let again = effect(&ada, &mutation("k", "body")).await.unwrap();
    assert_eq!((again.value, again.repeated, first.repeated), (first.value, true, false));
    assert_eq!(
        effect(&ada, &mutation("k", "other body")).await.unwrap_err().code(),
        "idempotency_key_reused"
    );
    assert!(
        !effect(&eve, &mutation("k", "body")).await.unwrap().repeated,
        "another user's key is another key"
    );
    assert_eq!(effect(&ada, &mutation("", "body")).await.unwrap_err().code(), "idempotency_key_invalid");
    assert!(!effect(&ada, &Mutation::default()).await.unwrap().repeated);
    assert_eq!(events::after(&ada, 0, 10).await.unwrap().len(), 2);
}

async fn failures_are_not_remembered(db: Db) {
    let ada = member(&db, "Ada").await;
    let calls = AtomicU32::new(0);
    let calls = &calls;
    for attempt in 0..2 {
        let outcome = once(&ada, &mutation("k", "body"), |_| async move {
            if calls.fetch_add(1, Ordering::SeqCst) == 0 {
                Err(Error::conflict("busy", "Busy."))
            } else {
                Ok(7)
            }
        })
        .await;
        assert_eq!(outcome.is_ok(), attempt == 1);
    }
}

async fn of_many_at_once_one_has_an_effect(db: Db) {
    let ada = member(&db, "Ada").await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let ada = ada.clone();
            tokio::spawn(async move { effect(&ada, &mutation("k", "body")).await.unwrap() })
        })
        .collect();
    let mut fresh = 0;
    for task in tasks {
        fresh += u32::from(!task.await.unwrap().repeated);
    }
    assert_eq!((fresh, events::after(&ada, 0, 10).await.unwrap().len()), (1, 1));
}

stead_db::both_databases!(
    a_repetition_gets_the_first_result,
    failures_are_not_remembered,
    of_many_at_once_one_has_an_effect
);
