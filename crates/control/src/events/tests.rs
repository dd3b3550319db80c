//! The feed: own tenant only, resume, reset.

use futures::StreamExt as _;
use stead_core::ids::InstanceId;

use super::*;
use crate::operations::tests::{engine, member};

async fn next(stream: &mut EventStream) -> FeedEvent {
    tokio::time::timeout(Duration::from_secs(30), stream.next())
        .await
        .expect("an event in time")
        .expect("the stream goes on")
}

async fn delete(scope: &TenantScope) -> InstanceId {
    scope
        .transaction(|tx| async move {
            let id = tx.ambient().new_id();
            tx.changed(stead_db::TenantAccess::scope(&tx).tenant_id(), Changed::InstanceDeleted(id));
            Ok(id)
        })
        .await
        .unwrap()
}

fn deleted(event: &FeedEvent) -> &str {
    match &event.event {
        Event::InstanceDeleted { instance_id } => instance_id,
        other => panic!("another event: {other:?}"),
    }
}

async fn members_hear_of_their_tenant_and_resume(db: Db) {
    let (ada, eve) = (member(&db, "Ada").await, member(&db, "Eve").await);
    let engine = engine(&db).await;
    let feed = Events::new(db.clone(), Operations::new(db.clone(), engine.clone()));
    let mut stream = feed.subscribe(&ada, None).await.unwrap();
    delete(&eve).await;
    let (first, second) = (delete(&ada).await, delete(&ada).await);
    let event = next(&mut stream).await;
    assert_eq!(deleted(&event), first.to_string());
    assert_eq!(deleted(&next(&mut stream).await), second.to_string());
    let mut resumed = feed.subscribe(&ada, Some(&event.id)).await.unwrap();
    assert_eq!(deleted(&next(&mut resumed).await), second.to_string());
    // Far ahead, or no id at all: everything has to be read anew.
    let ahead = event.id.replacen(|first: char| first.is_ascii_digit(), "9999999", 1);
    for wrong in [ahead.as_str(), "999999999", "nonsense"] {
        let mut reset = feed.subscribe(&ada, Some(wrong)).await.unwrap();
        assert!(matches!(next(&mut reset).await.event, Event::Reset));
    }
    // Pruned away in between.
    let later = db.ambient().now().plus(Duration::from_secs(3_600));
    delete(&ada).await;
    db.system("test").transaction(|tx| async move { events::prune(&tx, later).await }).await.unwrap();
    let mut reset = feed.subscribe(&ada, Some(&event.id)).await.unwrap();
    assert!(matches!(next(&mut reset).await.event, Event::Reset));
    engine.stop().await;
}

/// What they missed was filtered by what they might do then.
async fn who_comes_back_with_other_rights_reads_everything_anew(db: Db) {
    let ada = member(&db, "Ada").await;
    let engine = engine(&db).await;
    let feed = Events::new(db.clone(), Operations::new(db.clone(), engine.clone()));
    let mut stream = feed.subscribe(&ada, None).await.unwrap();
    delete(&ada).await;
    let event = next(&mut stream).await;
    let second = delete(&ada).await;
    let actor = ada.acting().clone();
    let limit = [Permission::InstanceRead].into();
    let limited = db.tenant_scope(actor.clone(), None, Some(&limit)).await.unwrap().unwrap();
    let mut other = feed.subscribe(&limited, Some(&event.id)).await.unwrap();
    assert!(matches!(next(&mut other).await.event, Event::Reset));
    // The same rights, loaded again, perhaps by another server.
    let again = db.tenant_scope(actor, None, None).await.unwrap().unwrap();
    let mut resumed = feed.subscribe(&again, Some(&event.id)).await.unwrap();
    assert_eq!(deleted(&next(&mut resumed).await), second.to_string());
    engine.stop().await;
}

stead_db::both_databases!(
    members_hear_of_their_tenant_and_resume,
    who_comes_back_with_other_rights_reads_everything_anew,
);
