//! A control plane for tests: a real database, the real engine, and a node on an in-process pipe.

use std::sync::Arc;
use std::time::Duration;

use stead_api::v1::instances as wire;
use stead_api::v1::operations::{Operation, OperationState};
use stead_core::access::Role;
use stead_core::ambient::Ambient;
use stead_core::ids::{InstanceId, NodeId, SessionId, TenantId, UserId};
use stead_core::instance::DriverKind;
use stead_db::{Actor, Credential, Db, TenantScope};
use tokio_util::sync::CancellationToken;

use super::fake_node::FakeNode;
use crate::engine::{Engine, EngineSettings, Reconciler as _};
use crate::events::Events;
use crate::idempotency::Mutation;
use crate::instances::{Instances, InstancesSettings, PreviewAddress};
use crate::nodes::Nodes;
use crate::operations::Operations;
use crate::uploads::Uploads;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) engine: Engine,
    pub(crate) operations: Operations,
    pub(crate) nodes: Nodes,
    pub(crate) uploads: Uploads,
    pub(crate) instances: Instances,
    /// Ada, who owns the tenant.
    pub(crate) ada: TenantScope,
    /// Eve, of another tenant.
    pub(crate) eve: TenantScope,
    connection: CancellationToken,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn on(db: Db) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let name = db.ambient().new_id::<SessionId>().to_string();
        let engine = Engine::new(db.clone(), EngineSettings::new(name, !db.is_shared()));
        let operations = Operations::new(db.clone(), engine.clone());
        let events = Events::new(db.clone(), operations.clone());
        let nodes = Nodes::new(db.clone(), events.clone(), "server-1".into());
        let uploads = Uploads::open(db.clone(), folder.path().join("uploads")).await.expect("uploads");
        let settings = InstancesSettings {
            previews: PreviewAddress { scheme: "http".into(), domain: "localhost".into(), port: Some(7433) },
            default_driver: DriverKind::Sim,
        };
        let instances = Instances::new(
            db.clone(),
            engine.clone(),
            operations.clone(),
            nodes.clone(),
            uploads.clone(),
            settings,
        );
        events.read_instances_by(Arc::new(instances.clone()));
        engine.start().await.expect("the engine starts");
        let (ada, eve) = (member(&db, "Ada").await, member(&db, "Eve").await);
        Self {
            db,
            engine,
            operations,
            nodes,
            uploads,
            instances,
            ada,
            eve,
            connection: CancellationToken::new(),
            _folder: folder,
        }
    }

    /// With a fake node that is connected.
    pub(super) async fn with_fake_node(db: Db) -> (Self, FakeNode) {
        let mut world = Self::on(db).await;
        let node = FakeNode::new(world.db.ambient().new_id());
        world.connect(&node).await;
        (world, node)
    }

    pub(super) async fn connect(&mut self, node: &FakeNode) {
        self.connection = CancellationToken::new();
        let stream = node.connect(self.connection.clone());
        let nodes = self.nodes.clone();
        tokio::spawn(async move { nodes.connected(stream, None).await });
        self.until_connected(node.id, true).await;
    }

    pub(super) async fn disconnect(&self, node: &FakeNode) {
        self.connection.cancel();
        self.until_connected(node.id, false).await;
    }

    pub(crate) async fn until_connected(&self, node: NodeId, connected: bool) {
        eventually("the node comes or goes", || async {
            let known = self.nodes.list(&self.ada).await.expect("nodes").items;
            known
                .iter()
                .any(|known| known.id == node.to_string() && known.connected == connected)
                .then_some(())
        })
        .await;
    }

    pub(crate) async fn ended(&self, operation: &Operation) -> Operation {
        let id = operation.id.parse().expect("an id");
        let ended = self.operations.wait(&self.ada, id, Duration::from_secs(30)).await.expect("an operation");
        assert!(ended.ended_at.is_some(), "it does not end: {ended:?}");
        ended
    }

    pub(crate) async fn succeeded(&self, begun: wire::InstanceOperation) -> wire::InstanceOperation {
        let operation = self.ended(&begun.operation).await;
        assert_eq!(operation.state, OperationState::Succeeded, "{operation:?}");
        let instance = self.instances.get(&self.ada, &begun.instance.id).await.unwrap_or(begun.instance);
        wire::InstanceOperation { instance, operation }
    }

    pub(crate) async fn failed(&self, begun: wire::InstanceOperation) -> wire::InstanceOperation {
        let operation = self.ended(&begun.operation).await;
        assert_eq!(operation.state, OperationState::Failed, "{operation:?}");
        let instance = self.instances.get(&self.ada, &begun.instance.id).await.expect("it is still there");
        wire::InstanceOperation { instance, operation }
    }

    pub(crate) async fn create(&self, input: wire::CreateInstance) -> wire::Instance {
        let begun = self.instances.create(&self.ada, input, &Mutation::default()).await.expect("created");
        self.succeeded(begun).await.instance
    }

    pub(crate) async fn repair(&self) -> serde_json::Value {
        super::super::reconcile::RepairInstances(self.instances.clone()).reconcile().await.expect("a round")
    }

    pub(crate) async fn until_phase(&self, reference: &str, phase: wire::Phase) {
        eventually("the instance is in the phase", || async {
            let seen = self.instances.get(&self.ada, reference).await.expect("it is there");
            (seen.state.phase == phase).then_some(())
        })
        .await;
    }

    pub(crate) async fn until_gone(&self, reference: &str) {
        eventually("the instance is gone", || async {
            self.repair().await;
            self.instances.get(&self.ada, reference).await.is_err().then_some(())
        })
        .await;
    }

    pub(crate) async fn close(self) {
        self.connection.cancel();
        self.engine.stop().await;
    }
}

pub(crate) fn id(instance: &wire::Instance) -> InstanceId {
    instance.id.parse().expect("an id")
}

/// Waits for a condition, at most ten seconds.
pub(crate) async fn eventually<T, F, Fut>(what: &str, mut look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

async fn member(db: &Db, name: &str) -> TenantScope {
    let ambient: &Ambient = db.ambient();
    let (user, tenant): (UserId, TenantId) = (ambient.new_id(), ambient.new_id());
    let now = ambient.now().micros();
    db.system("a member for a test")
        .transaction(|tx| async move {
            let row = stead_db::users::User::new(user, name, now);
            stead_db::users::insert(&tx, row).await?;
            let row = stead_db::tenants::Tenant::new(tenant, name, Some(user.to_string()), now);
            stead_db::tenants::insert(&tx, row).await?;
            stead_db::tenants::insert_member(&tx, tenant, user, Role::Owner).await
        })
        .await
        .expect("a member");
    let credential = Credential::Session(ambient.new_id::<SessionId>());
    let actor = Actor::new(user, credential);
    db.tenant_scope(actor, None, None).await.expect("the scope is read").expect("a membership")
}
