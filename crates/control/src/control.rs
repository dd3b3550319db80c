//! The control plane put together.

use std::path::PathBuf;
use std::sync::Arc;

use stead_api::v1::keys::{KeyRotation, RotateKeys};
use stead_core::Result;
use stead_core::ids::RequestId;
use stead_core::instance::DriverKind;
use stead_db::Db;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::attempts::Attempts;
use crate::audit::Audit;
use crate::data_rights::{self, DataRights, Exports};
use crate::engine::{Engine, EngineSettings, Reconcilers};
use crate::events::Events;
use crate::idempotency::Mutation;
use crate::identity::{Accounts, Factors, Identity, Operator, SignUpPolicy, Sources, SourcesSettings};
use crate::instances::{Instances, InstancesSettings, PreviewAddress};
use crate::keys::{Keys, MasterKeySettings};
use crate::nodes::Nodes;
use crate::notifications::{NotificationSettings, Notifications};
use crate::operations::Operations;
use crate::outbound::{Outbound, OutboundSettings};
use crate::secrets::{self, Secrets};
use crate::tenants::Tenants;
use crate::uploads::Uploads;

/// What the control plane is told about its surroundings.
#[derive(Debug, Clone)]
pub struct ControlSettings {
    /// Where browsers reach this server.
    pub base_url: String,
    pub previews: PreviewAddress,
    /// For uploads.
    pub data_dir: PathBuf,
    /// For instances that name none.
    pub default_driver: DriverKind,
    pub master_key: MasterKeySettings,
    pub notifications: NotificationSettings,
    /// What of private networks tenants may have called.
    pub outbound: OutboundSettings,
    /// Who may make an account.
    pub sign_up: SignUpPolicy,
    /// Other ways to sign in, for everybody.
    pub sources: SourcesSettings,
}

/// Every service of the control plane. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Control {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    keys: Keys,
    audit: Audit,
    data_rights: DataRights,
    exports: Exports,
    secrets: Secrets,
    identity: Identity,
    tenants: Tenants,
    accounts: Accounts,
    factors: Factors,
    sources: Sources,
    instances: Instances,
    operations: Operations,
    events: Events,
    nodes: Nodes,
    notifications: Notifications,
    outbound: Outbound,
    uploads: Uploads,
    engine: Engine,
    reconcilers: Reconcilers,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Control {
    /// Puts the services together and starts engine and reconcilers.
    ///
    /// # Errors
    /// When the upload folder, the database or the master key cannot be used.
    pub async fn start(db: Db, settings: ControlSettings) -> Result<Self> {
        let name = db.ambient().new_id::<RequestId>().to_string();
        let keys = Keys::start(db.clone(), &settings.master_key).await?;
        let outbound = Outbound::new(settings.outbound)?;
        let folder = settings.data_dir.join("audit");
        let audit = Audit::new(&db, keys.clone(), outbound.clone(), folder, &settings.base_url);
        let engine = Engine::new(db.clone(), EngineSettings::new(name.clone(), !db.is_shared()));
        let data_rights = DataRights::new(&db, keys.clone(), engine.clone());
        for kind in keys.kinds() {
            engine.register(kind);
        }
        let operations = Operations::new(db.clone(), engine.clone());
        let events = Events::new(db.clone(), operations.clone());
        let nodes = Nodes::new(db.clone(), events.clone(), name.clone());
        let uploads = Uploads::open(db.clone(), settings.data_dir.join("uploads")).await?;
        let instances = Instances::new(
            db.clone(),
            engine.clone(),
            operations.clone(),
            nodes.clone(),
            uploads.clone(),
            InstancesSettings { previews: settings.previews, default_driver: settings.default_driver },
        );
        let secrets = Secrets::new(&db, keys.clone());
        nodes.read_secrets_by(secrets::for_nodes(&secrets));
        events.read_instances_by(Arc::new(instances.clone()));
        let identity = Identity::new(db.clone(), &settings.base_url).with_keys(keys.clone());
        let notifications = Notifications::start(
            db.clone(),
            keys.clone(),
            outbound.clone(),
            &settings.base_url,
            name,
            &settings.notifications,
        )
        .await?;
        let tenants = Tenants::new(
            db.clone(),
            identity.clone(),
            instances.clone(),
            engine.clone(),
            data_rights.clone(),
            keys.clone(),
            &settings.base_url,
        );
        let factors = Factors::new(identity.clone(), keys.clone())?;
        let accounts = Accounts::new(identity.clone(), keys.clone(), settings.sign_up);
        let sources = data_rights::Sources {
            identity: identity.clone(),
            factors: factors.clone(),
            tenants: tenants.clone(),
            instances: instances.clone(),
            operations: operations.clone(),
            notifications: notifications.clone(),
            secrets: secrets.clone(),
            audit: audit.clone(),
        };
        let folder = settings.data_dir.join("exports");
        let exports = Exports::open(&db, engine.clone(), folder, sources).await?;
        let sources = Sources::new(
            identity.clone(),
            keys.clone(),
            settings.sign_up,
            outbound.clone(),
            &settings.sources,
        )?;
        let reconcilers = Reconcilers::new(db.clone());
        let every = [
            instances.reconcilers(),
            identity.reconcilers(),
            tenants.reconcilers(),
            audit.reconcilers(),
            accounts.reconcilers(),
            notifications.reconcilers(),
            exports.reconcilers(),
        ];
        for reconciler in every.into_iter().flatten() {
            reconcilers.start(reconciler);
        }
        engine.start().await?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (watcher, token) = (identity.clone(), stop.clone());
        tasks.spawn(async move { watcher.watch_revocations(token).await });
        let inner = Inner {
            db,
            keys,
            audit,
            data_rights,
            exports,
            secrets,
            identity,
            tenants,
            accounts,
            factors,
            sources,
            instances,
            operations,
            events,
            nodes,
            notifications,
            outbound,
            uploads,
            engine,
            reconcilers,
            tasks,
            stop,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    #[cfg(test)]
    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    #[must_use]
    pub fn audit(&self) -> &Audit {
        &self.inner.audit
    }

    #[must_use]
    pub fn data_rights(&self) -> &DataRights {
        &self.inner.data_rights
    }

    /// Archives of what is stored of a user or a tenant.
    #[must_use]
    pub fn exports(&self) -> &Exports {
        &self.inner.exports
    }

    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    /// Plans a rotation of keys, or begins it, for who proved not long ago who they are.
    ///
    /// # Errors
    /// `step_up_required`, for more than the plan; see [`Keys::rotate`].
    pub async fn rotate_keys(
        &self,
        operator: &Operator,
        input: &RotateKeys,
        mutation: &Mutation,
    ) -> Result<KeyRotation> {
        let inner = &self.inner;
        if !input.plan {
            inner.identity.require_recent_operator(operator).await?;
        }
        let scope = inner.identity.own_tenant(operator).await?;
        inner.keys.rotate(&inner.engine, &inner.operations, &scope, input, mutation).await
    }

    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    /// Counters of limited actions.
    #[must_use]
    pub fn attempts(&self) -> &Attempts {
        self.inner.identity.attempts()
    }

    /// Tenants, members, invitations, roles, quotas.
    #[must_use]
    pub fn tenants(&self) -> &Tenants {
        &self.inner.tenants
    }

    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    #[must_use]
    pub fn factors(&self) -> &Factors {
        &self.inner.factors
    }

    /// Signing in with others.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.inner.sources
    }

    #[must_use]
    pub fn instances(&self) -> &Instances {
        &self.inner.instances
    }

    #[must_use]
    pub fn operations(&self) -> &Operations {
        &self.inner.operations
    }

    #[must_use]
    pub fn events(&self) -> &Events {
        &self.inner.events
    }

    #[must_use]
    pub fn nodes(&self) -> &Nodes {
        &self.inner.nodes
    }

    #[must_use]
    pub fn notifications(&self) -> &Notifications {
        &self.inner.notifications
    }

    /// Requests to addresses that tenants name.
    #[must_use]
    pub fn outbound(&self) -> &Outbound {
        &self.inner.outbound
    }

    #[must_use]
    pub fn uploads(&self) -> &Uploads {
        &self.inner.uploads
    }

    /// Word that something was committed; a hint to look again.
    #[must_use]
    pub fn nudges(&self) -> tokio::sync::broadcast::Receiver<stead_db::Nudge> {
        self.inner.db.nudges()
    }

    /// The reconcilers, with their last rounds.
    #[must_use]
    pub fn reconcilers(&self) -> &Reconcilers {
        &self.inner.reconcilers
    }

    /// Ends engine and reconcilers; operations go on with the next start. Instances are not touched.
    ///
    /// # Errors
    /// When the database does not close.
    pub async fn stop(&self) -> Result<()> {
        self.inner.stop.cancel();
        self.inner.reconcilers.stop().await;
        self.inner.notifications.stop().await;
        self.inner.engine.stop().await;
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.db.close().await
    }
}
