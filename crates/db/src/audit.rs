//! The audit log: appended in the transaction of the change, never altered.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use stead_core::Result;
use stead_core::ids::{AuditEventId, TenantId};

use crate::entities::audit_event;
use crate::failure::Doing;
use crate::page::{PageRequest, Rows};
use crate::scope::{Access, Scope, TenantAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::audit_event::Model as AuditEvent;

/// What happened to what. Who did it, in which request and from where comes from the transaction's scope.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Taken from the scope when absent.
    pub tenant: Option<TenantId>,
    /// Such as `instance.create`.
    pub action: &'a str,
    pub object: Option<&'a str>,
    /// Never a secret.
    pub detail: Option<&'a serde_json::Value>,
}

impl<'a> Entry<'a> {
    #[must_use]
    pub const fn new(action: &'a str, object: &'a str) -> Self {
        Self { tenant: None, action, object: Some(object), detail: None }
    }
}

/// # Errors
/// A failure of the database.
pub async fn append<S: Scope>(tx: &Tx<S>, entry: Entry<'_>) -> Result<()> {
    let actor = tx.actor();
    let row = AuditEvent {
        id: tx.ambient().new_id::<AuditEventId>().to_string(),
        at: tx.now().micros(),
        tenant_id: tx.tenant().or(entry.tenant).map(|id| id.to_string()),
        actor: actor.map(|actor| actor.user.to_string()),
        credential: actor.map(|actor| actor.credential.to_string()),
        action: entry.action.to_owned(),
        object: entry.object.map(str::to_owned),
        detail: entry.detail.map(ToString::to_string),
        request_id: actor.and_then(|actor| actor.request).map(|id| id.to_string()),
        ip: actor.and_then(|actor| actor.ip).map(|ip| ip.to_string()),
    };
    audit_event::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("appending to the audit log")?;
    Ok(())
}

/// The audit log of the scope's tenant, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn list(access: &impl TenantAccess, page: &PageRequest) -> Result<Rows<AuditEvent>> {
    let mut query = audit_event::Entity::find()
        .filter(audit_event::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .order_by_desc(audit_event::Column::Id)
        .limit(page.limit + 1);
    if let Some(before) = &page.before {
        query = query.filter(audit_event::Column::Id.lt(before.as_str()));
    }
    let rows = query.all(on(access)).await.doing("listing the audit log")?;
    Ok(Rows::of(rows, page.limit, |row| row.id.clone()))
}
