//! Where audit events are forwarded to. Written by `control::audit`.

use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use stead_core::{Result, Timestamp};

use crate::entities::audit_sink::{ActiveModel, Column as C, Entity};
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope, TenantAccess, TenantScope};
use crate::transaction::{Tx, on};

pub use crate::entities::audit_sink::Model as Sink;

/// # Errors
/// A failure of the database.
pub async fn insert_sink(tx: &Tx<TenantScope>, row: Sink) -> Result<()> {
    Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding an audit sink")?;
    Ok(())
}

/// The tenant's sinks, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn sinks(access: &impl TenantAccess) -> Result<Vec<Sink>> {
    sinks_of(access, &access.scope().tenant_id().to_string()).await
}

/// The sinks of a tenant, oldest first. A tenant sees its own alone.
///
/// # Errors
/// A failure of the database.
pub async fn sinks_of<A: crate::scope::Access>(access: &A, tenant: &str) -> Result<Vec<Sink>> {
    Entity::find()
        .filter(C::TenantId.eq(super::visible(access, tenant)))
        .order_by_asc(C::Id)
        .all(on(access))
        .await
        .doing("listing audit sinks")
}

/// # Errors
/// A failure of the database.
pub async fn sink(access: &impl TenantAccess, id: &str) -> Result<Option<Sink>> {
    Entity::find_by_id(id)
        .filter(C::TenantId.eq(access.scope().tenant_id().to_string()))
        .one(on(access))
        .await
        .doing("finding an audit sink")
}

/// Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn remove_sink(tx: &Tx<TenantScope>, id: &str) -> Result<bool> {
    let done = Entity::delete_many()
        .filter(C::Id.eq(id))
        .filter(C::TenantId.eq(crate::TenantAccess::scope(tx).tenant_id().to_string()))
        .exec(on(tx))
        .await
        .doing("removing an audit sink")?;
    Ok(done.rows_affected > 0)
}

/// Sinks that may be delivered to now, in order of ids after `after`.
///
/// # Errors
/// A failure of the database.
pub async fn due_sinks(access: &impl SystemAccess, after: &str, limit: u64) -> Result<Vec<Sink>> {
    let now: Timestamp = access.scope().now();
    Entity::find()
        .filter(C::RetryAt.lte(now.micros()))
        .filter(C::Id.gt(after))
        .order_by_asc(C::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("finding audit sinks")
}

/// Stores how far a sink is, if it is still where it was read. One that was removed meanwhile stays removed. Returns whether it was
/// stored.
///
/// # Errors
/// A failure of the database.
pub async fn set_sink_status(tx: &Tx<SystemScope>, row: &Sink, before: i64) -> Result<bool> {
    let change = ActiveModel {
        next_index: ActiveValue::Set(row.next_index),
        delivered_at: ActiveValue::Set(row.delivered_at),
        failures: ActiveValue::Set(row.failures),
        last_failure: ActiveValue::Set(row.last_failure.clone()),
        retry_at: ActiveValue::Set(row.retry_at),
        ..ActiveModel::default()
    };
    let done = Entity::update_many()
        .set(change)
        .filter(C::Id.eq(row.id.as_str()))
        .filter(C::NextIndex.eq(before))
        .exec(on(tx))
        .await
        .doing("storing how far an audit sink is")?;
    Ok(done.rows_affected > 0)
}
