//! The end of a tenant: hidden at once with its instances stopped, restorable by an owner for thirty days, then erased by a durable
//! operation.
//!
//! The wish is one column (`tenants.deleted_at`); everything after it is done by the reconciler and the operation, so that a server
//! that dies in between goes on where it was.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_api::v1::identity as wire;
use stead_core::ids::TenantId;
use stead_core::{Error, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::{Nudge, TenantAccess, TenantScope, revocations, tenants};

use super::{Tenants, not_personal, record, view};
use crate::data_rights::DataRights;
use crate::engine::{NewOperation, Onward, OperationKind, Reconciler, Step, StepContext, onward};
use crate::identity::{Caller, Identity};
use crate::instances::Instances;
use crate::notifications::{self, Notice};

/// Between the wish and the erasure.
pub const GRACE: Duration = Duration::from_hours(30 * 24);
const KIND: &str = "tenant.erase";
/// Tenants that one round looks after.
const ROUND: u64 = 500;

impl Tenants {
    /// Hides the tenant and stops its instances; it is erased after [`GRACE`].
    ///
    /// # Errors
    /// `personal_tenant`; `step_up_required`; a failure of the database.
    pub async fn delete(&self, caller: &Caller, scope: &TenantScope) -> Result<wire::Tenant> {
        self.inner.identity.require_recent(caller).await?;
        not_personal(scope, "is deleted with the account alone")?;
        let at = scope
            .transaction(|tx| async move {
                let (id, at) = (TenantAccess::scope(&tx).tenant_id(), tx.now());
                tenants::set_deleted(&tx, id, Some(at)).await?;
                let subject = id.to_string();
                revocations::append(&tx, "tenant", &subject).await?;
                let detail = json!({"erased_after": at.plus(GRACE).to_string()});
                record(&tx, "tenant.delete", &subject, Some(&detail)).await?;
                let tenant_name = TenantAccess::scope(&tx).tenant_name().to_owned();
                let notice = Notice::TenantDeletion { tenant: id, tenant_name, erased_at: at.plus(GRACE) };
                notifications::queue(&tx, &self.inner.keys, notice).await?;
                Ok(at)
            })
            .await?;
        self.inner.identity.rights_ended();
        // The reconciler does the same; this is only sooner.
        if let Err(error) = self.inner.instances.stop_tenant(scope.tenant_id()).await {
            tracing::warn!(tenant.id = %scope.tenant_id(), error.inside = %error.inside(), "instances of a deleted tenant are stopped later");
        }
        Ok(wire::Tenant {
            deleted_at: Some(at.to_string()),
            erased_after: Some(at.plus(GRACE).to_string()),
            ..view::scope(scope)
        })
    }

    /// Takes a deletion back; instances stay stopped.
    ///
    /// # Errors
    /// `tenant_not_found`, `tenant_not_deleted`, `permission_missing`; `erasure_began` when it is too late.
    pub async fn restore(&self, caller: &Caller, tenant: TenantId) -> Result<wire::Tenant> {
        let identity = &self.inner.identity;
        identity.require(caller, stead_core::access::Permission::TenantDelete)?;
        let scope = match identity.deleted_scope(caller, tenant).await {
            Ok(scope) => scope,
            Err(error) if error.code() == "tenant_not_found" => {
                // A member is told that there is nothing to restore; to others it does not exist.
                identity.scope(caller, Some(tenant), stead_core::access::Permission::TenantDelete).await?;
                return Err(Error::conflict("tenant_not_deleted", "This tenant is not being deleted."));
            }
            Err(error) => return Err(error),
        };
        scope
            .transaction(|tx| async move {
                let id = TenantAccess::scope(&tx).tenant_id();
                if stead_db::operations::holder(&tx, &id.to_string()).await?.is_some() {
                    return Err(Error::conflict("erasure_began", "The tenant is being erased already.")
                        .next_step("Its thirty days are over; what it had is gone."));
                }
                tenants::set_deleted(&tx, id, None).await?;
                let subject = id.to_string();
                revocations::append(&tx, "tenant", &subject).await?;
                record(&tx, "tenant.restore", &subject, None).await?;
                let tenant_name = TenantAccess::scope(&tx).tenant_name().to_owned();
                let notice = Notice::TenantRestored { tenant: id, tenant_name };
                notifications::queue(&tx, &self.inner.keys, notice).await
            })
            .await?;
        identity.rights_ended();
        Ok(wire::Tenant { deleted_at: None, erased_after: None, ..view::scope(&scope) })
    }

    /// One look at every tenant that is being deleted.
    pub(super) async fn follow(&self) -> Result<Value> {
        let system = self.system();
        let (mut stopped, mut erasing) = (0, 0);
        for row in tenants::deleted(&system, ROUND).await? {
            let Ok(id) = row.id.parse::<TenantId>() else { continue };
            let since = row.deleted_at.map(Timestamp::from_micros).unwrap_or_else(|| system.now());
            if system.now() < since.plus(GRACE) {
                stopped += self.inner.instances.stop_tenant(id).await?;
                continue;
            }
            let engine = &self.inner.engine;
            let begun = system
                .transaction(|tx| async move {
                    let still = tenants::find(&tx, id).await?.is_some_and(|row| {
                        row.erased_at.is_none()
                            && row
                                .deleted_at
                                .is_some_and(|at| Timestamp::from_micros(at).plus(GRACE) <= tx.now())
                    });
                    if !still || stead_db::operations::holder(&tx, &id.to_string()).await?.is_some() {
                        return Ok(false);
                    }
                    let new = NewOperation {
                        kind: KIND,
                        tenant: id,
                        resource: Some(id.to_string()),
                        input: Value::Null,
                        supersede: false,
                    };
                    engine.enqueue(&tx, new).await.map(|_| true)
                })
                .await?;
            erasing += usize::from(begun);
        }
        Ok(json!({"stopped": stopped, "erasing": erasing}))
    }
}

/// Stops what belongs to hidden tenants and to users who want to be gone, and begins to erase those whose time is over.
#[derive(Debug)]
pub(super) struct FollowDeletions {
    tenants: Tenants,
}

impl FollowDeletions {
    pub(super) fn new(tenants: Tenants) -> Self {
        Self { tenants }
    }
}

#[async_trait]
impl Reconciler for FollowDeletions {
    fn name(&self) -> &'static str {
        "follow_deletions"
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn heeds(&self, nudge: Nudge) -> bool {
        matches!(nudge, Nudge::Revocations)
    }

    async fn reconcile(&self) -> Result<Value> {
        let (users, tenants) = (self.tenants.follow_departures().await?, self.tenants.follow().await?);
        Ok(json!({"users": users, "tenants": tenants}))
    }
}

/// The operation that erases a tenant. Its row stays as a stone: operations and the audit log name it.
#[derive(Debug)]
pub(super) struct Erase {
    instances: Instances,
    identity: Identity,
    data_rights: DataRights,
}

impl Erase {
    pub(super) fn new(instances: Instances, identity: Identity, data_rights: DataRights) -> Self {
        Self { instances, identity, data_rights }
    }
}

#[async_trait]
impl OperationKind for Erase {
    fn name(&self) -> &'static str {
        KIND
    }

    fn time_limit(&self) -> Duration {
        // A node that is away has to come back first.
        Duration::from_hours(24)
    }

    fn steps(&self) -> Vec<Arc<dyn Step>> {
        vec![
            onward(RemoveInstances { instances: self.instances.clone() }),
            onward(EraseSealed { data_rights: self.data_rights.clone() }),
            onward(EraseRows { identity: self.identity.clone() }),
        ]
    }
}

#[derive(Debug)]
struct RemoveInstances {
    instances: Instances,
}

#[async_trait]
impl Onward for RemoveInstances {
    fn name(&self) -> &'static str {
        "instances"
    }

    fn title(&self) -> &'static str {
        "Remove its instances"
    }

    async fn run(&self, context: &StepContext) -> Result<()> {
        let tenant: TenantId = context.resource()?;
        let within = context.deadline().since(context.now()).max(Duration::from_secs(1));
        context
            .wait_until(Nudge::Events, within, || async move {
                Ok((self.instances.delete_tenant(tenant).await? == 0).then_some(()))
            })
            .await?;
        Ok(())
    }
}

/// What stands in its audit log in words, and the keys of everything that was sealed for it.
#[derive(Debug)]
struct EraseSealed {
    data_rights: DataRights,
}

#[async_trait]
impl Onward for EraseSealed {
    fn name(&self) -> &'static str {
        "keys"
    }

    fn title(&self) -> &'static str {
        "Destroy its keys"
    }

    async fn run(&self, context: &StepContext) -> Result<()> {
        self.data_rights.erase_tenant(context.resource()?).await
    }
}

#[derive(Debug)]
struct EraseRows {
    identity: Identity,
}

#[async_trait]
impl Onward for EraseRows {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn title(&self) -> &'static str {
        "Erase everything else"
    }

    async fn run(&self, context: &StepContext) -> Result<()> {
        let tenant: TenantId = context.resource()?;
        context
            .scope()
            .transaction(|tx| async move {
                if tenants::find(&tx, tenant).await?.is_none_or(|row| row.erased_at.is_some()) {
                    return Ok(());
                }
                tenants::erase(&tx, tenant).await?;
                let subject = tenant.to_string();
                revocations::append(&tx, "tenant", &subject).await?;
                audit::append(&tx, Entry { tenant: Some(tenant), ..Entry::new("tenant.erase", &subject) })
                    .await
            })
            .await?;
        self.identity.rights_ended();
        tracing::info!(tenant.id = %tenant, "a tenant was erased");
        Ok(())
    }
}
