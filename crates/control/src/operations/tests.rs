//! The service of operations: what members of one tenant see, and nobody else.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_api::v1::operations::OperationState;
use stead_core::access::Permission;

use super::*;
use crate::engine::{EngineSettings, NewOperation, OperationKind, Step, StepContext};
use crate::identity::{Identity, Presented, RequestInfo};

struct Sleep;

#[async_trait]
impl Step for Sleep {
    fn name(&self) -> &'static str {
        "sleep"
    }
    fn title(&self) -> &'static str {
        "Sleep"
    }
    async fn run(&self, context: &StepContext) -> Result<Value> {
        context.log("Sleeping").await?;
        if context.input::<bool>()? {
            context.cancelled().cancelled().await;
            return Err(Error::unavailable("woken", "Woken."));
        }
        Ok(Value::Null)
    }
    async fn undo(&self, _: &StepContext) -> Result<()> {
        Ok(())
    }
}

struct SleepKind;

#[async_trait]
impl OperationKind for SleepKind {
    fn name(&self) -> &'static str {
        "test.sleep"
    }
    fn time_limit(&self) -> Duration {
        Duration::from_secs(120)
    }
    fn steps(&self) -> Vec<Arc<dyn Step>> {
        vec![Arc::new(Sleep)]
    }
}

pub(crate) async fn member(db: &Db, name: &str) -> TenantScope {
    let identity = Identity::new(db.clone(), "http://localhost:1");
    let user = identity.create_user(name, None).await.unwrap();
    let link = identity.sign_in_link(user).await.unwrap();
    let info = RequestInfo::default();
    let signed_in = identity
        .sign_in_with_link(link.url.split_once('#').unwrap().1, &info)
        .await
        .unwrap()
        .signed_in()
        .unwrap();
    let caller = identity.authenticate(&Presented::Session(signed_in.secret), &info).await.unwrap();
    identity.scope(&caller, None, Permission::OperationWrite).await.unwrap()
}

async fn begin(engine: &Engine, scope: &TenantScope, resource: &str, hang: bool) -> OperationId {
    let tenant = scope.tenant_id();
    scope
        .transaction(|tx| async move {
            let new = NewOperation {
                kind: "test.sleep",
                tenant,
                resource: Some(resource.into()),
                input: json!(hang),
                supersede: false,
            };
            engine.enqueue(&tx, new).await
        })
        .await
        .unwrap()
}

pub(crate) async fn engine(db: &Db) -> Engine {
    let engine = Engine::new(db.clone(), EngineSettings::new("test".into(), true));
    engine.register(Arc::new(SleepKind));
    engine.start().await.unwrap();
    engine
}

async fn members_see_their_operations_and_no_others(db: Db) {
    let (ada, eve) = (member(&db, "Ada").await, member(&db, "Eve").await);
    let engine = engine(&db).await;
    let service = Operations::new(db, engine.clone());
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(begin(&engine, &ada, &format!("r{number}"), false).await);
    }
    for id in &ids {
        let done = service.wait(&ada, *id, Duration::from_secs(60)).await.unwrap();
        assert_eq!((done.state, done.created_by), (OperationState::Succeeded, ada.user_id().to_string()));
    }
    let query = |cursor| OperationQuery { cursor, limit: Some(2), ..OperationQuery::default() };
    let first = service.list(&ada, &query(None)).await.unwrap();
    assert_eq!(
        first.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>(),
        [ids[2].to_string(), ids[1].to_string()]
    );
    let second = service.list(&ada, &query(first.next_cursor)).await.unwrap();
    assert_eq!((second.items.len(), second.next_cursor), (1, None));
    assert_eq!(service.log(&ada, ids[0], &PageQuery::default()).await.unwrap().items[0].text, "Sleeping");
    assert!(service.list(&eve, &query(None)).await.unwrap().items.is_empty());
    for refused in [
        service.get(&eve, ids[0]).await.err(),
        service.cancel(&eve, ids[0]).await.err(),
        service.retry(&eve, ids[0]).await.err(),
        service.log(&eve, ids[0], &PageQuery::default()).await.err(),
        service.wait(&eve, ids[0], Duration::ZERO).await.err(),
    ] {
        assert_eq!(refused.unwrap().code(), "operation_not_found");
    }
    assert_eq!(
        service.list(&ada, &query(Some("nonsense".into()))).await.unwrap_err().code(),
        "cursor_invalid"
    );
    engine.stop().await;
}

async fn cancelled_ones_can_be_tried_again(db: Db) {
    let ada = member(&db, "Ada").await;
    let engine = engine(&db).await;
    let service = Operations::new(db, engine.clone());
    let id = begin(&engine, &ada, "r", true).await;
    assert_eq!(service.unfinished_on(&ada, &["r".to_owned()]).await.unwrap().len(), 1);
    assert_eq!(service.retry(&ada, id).await.unwrap_err().code(), "operation_not_retryable");
    service.cancel(&ada, id).await.unwrap();
    let ended = service.wait(&ada, id, Duration::from_secs(60)).await.unwrap();
    assert!(ended.state == OperationState::Cancelled && ended.retryable && !ended.cancellable);
    assert_eq!(service.cancel(&ada, id).await.unwrap_err().code(), "operation_not_cancellable");
    service.retry(&ada, id).await.unwrap();
    service.cancel(&ada, id).await.unwrap();
    assert_eq!(
        service.wait(&ada, id, Duration::from_secs(60)).await.unwrap().state,
        OperationState::Cancelled
    );
    engine.stop().await;
}

stead_db::both_databases!(members_see_their_operations_and_no_others, cancelled_ones_can_be_tried_again);
