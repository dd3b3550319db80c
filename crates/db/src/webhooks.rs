//! Queries on webhooks. Written by `control::notifications`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};
use stead_core::ids::{TenantId, WebhookId};
use stead_core::{Result, Timestamp};

use crate::entities::webhook;
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess, SystemScope, TenantAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::webhook::Model as Webhook;

fn visible<A: Access>(access: &A) -> sea_orm::Select<webhook::Entity> {
    let query = webhook::Entity::find();
    match access.tenant() {
        Some(tenant) => query.filter(webhook::Column::TenantId.eq(tenant.to_string())),
        None => query,
    }
}

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: Webhook) -> Result<()> {
    webhook::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a webhook")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, id: WebhookId) -> Result<Option<Webhook>> {
    visible(access)
        .filter(webhook::Column::Id.eq(id.to_string()))
        .one(on(access))
        .await
        .doing("finding a webhook")
}

/// The webhooks of the scope's tenant, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn list(access: &impl TenantAccess) -> Result<Vec<Webhook>> {
    visible(access).order_by_desc(webhook::Column::Id).all(on(access)).await.doing("listing webhooks")
}

/// # Errors
/// A failure of the database.
pub async fn count(access: &impl TenantAccess) -> Result<u64> {
    visible(access).count(on(access)).await.doing("counting webhooks")
}

/// Those of a tenant that are switched on.
///
/// # Errors
/// A failure of the database.
pub async fn enabled_of(access: &impl SystemAccess, tenant: TenantId) -> Result<Vec<Webhook>> {
    webhook::Entity::find()
        .filter(webhook::Column::TenantId.eq(tenant.to_string()))
        .filter(webhook::Column::Enabled.eq(true))
        .order_by_asc(webhook::Column::Id)
        .all(on(access))
        .await
        .doing("finding the webhooks of a tenant")
}

/// The ids of all, for pruning.
///
/// # Errors
/// A failure of the database.
pub async fn ids(access: &impl SystemAccess) -> Result<Vec<String>> {
    let rows = webhook::Entity::find().all(on(access)).await.doing("listing webhooks")?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes the whole row.
///
/// # Errors
/// A failure of the database.
pub async fn update<S: Scope>(tx: &Tx<S>, row: Webhook) -> Result<()> {
    webhook::Entity::update(sea_orm::ActiveModelTrait::reset_all(row.into_active_model()))
        .exec(on(tx))
        .await
        .doing("changing a webhook")?;
    Ok(())
}

/// Its deliveries go with it. Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn delete<S: Scope>(tx: &Tx<S>, id: WebhookId) -> Result<bool> {
    let mut query = webhook::Entity::delete_many().filter(webhook::Column::Id.eq(id.to_string()));
    if let Some(tenant) = tx.tenant() {
        query = query.filter(webhook::Column::TenantId.eq(tenant.to_string()));
    }
    Ok(query.exec(on(tx)).await.doing("deleting a webhook")?.rows_affected > 0)
}

/// A delivery succeeded.
///
/// # Errors
/// A failure of the database.
pub async fn succeeded(tx: &Tx<SystemScope>, id: &str) -> Result<()> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::LastSuccessAt, Expr::value(tx.now().micros()))
        .col_expr(webhook::Column::FailingSince, Expr::value(Option::<i64>::None))
        .filter(webhook::Column::Id.eq(id))
        .exec(on(tx))
        .await
        .doing("marking a webhook as answering")?;
    Ok(())
}

/// A delivery failed: the first failure since a success is remembered.
///
/// # Errors
/// A failure of the database.
pub async fn failed(tx: &Tx<SystemScope>, id: &str) -> Result<()> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::FailingSince, Expr::value(tx.now().micros()))
        .filter(webhook::Column::Id.eq(id))
        .filter(webhook::Column::FailingSince.is_null())
        .exec(on(tx))
        .await
        .doing("marking a webhook as failing")?;
    Ok(())
}

/// Nothing is sent there until then.
///
/// # Errors
/// A failure of the database.
pub async fn pause(tx: &Tx<SystemScope>, id: &str, until: Timestamp) -> Result<()> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::PausedUntil, Expr::value(until.micros()))
        .filter(webhook::Column::Id.eq(id))
        .filter(webhook::Column::PausedUntil.lt(until.micros()))
        .exec(on(tx))
        .await
        .doing("pausing a webhook")?;
    Ok(())
}

/// Switches it off. `false` when it was off already.
///
/// # Errors
/// A failure of the database.
pub async fn disable(tx: &Tx<SystemScope>, id: &str, reason: &str) -> Result<bool> {
    let result = webhook::Entity::update_many()
        .col_expr(webhook::Column::Enabled, Expr::value(false))
        .col_expr(webhook::Column::DisabledReason, Expr::value(reason))
        .col_expr(webhook::Column::UpdatedAt, Expr::value(tx.now().micros()))
        .filter(webhook::Column::Id.eq(id))
        .filter(webhook::Column::Enabled.eq(true))
        .exec(on(tx))
        .await
        .doing("switching a webhook off")?;
    Ok(result.rows_affected == 1)
}
