//! Queries on uploads. Written by `control::uploads`; the create operation marks the one it uses.

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use stead_core::ids::{InstanceId, TenantId, UploadId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::upload;
use crate::failure::{Doing, corrupt};
use crate::scope::{Access, Scope, SystemAccess};
use crate::transaction::{Tx, on};

/// A file that a client sent ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    pub id: UploadId,
    pub tenant: TenantId,
    pub created_by: UserId,
    pub size_bytes: u64,
    pub sha256: String,
    pub created_at: Timestamp,
    /// Removed at this time when nothing uses it.
    pub expires_at: Timestamp,
    pub used_by: Option<InstanceId>,
}

fn row(model: upload::Model) -> Result<UploadRow> {
    Ok(UploadRow {
        id: model.id.parse().map_err(|_| corrupt("an upload's id"))?,
        tenant: model.tenant_id.parse().map_err(|_| corrupt("a tenant's id"))?,
        created_by: model.created_by.parse().map_err(|_| corrupt("a user's id"))?,
        size_bytes: u64::try_from(model.size_bytes).unwrap_or(0),
        sha256: model.sha256,
        created_at: Timestamp::from_micros(model.created_at),
        expires_at: Timestamp::from_micros(model.expires_at),
        used_by: model.used_by.map(|id| id.parse().map_err(|_| corrupt("an instance's id"))).transpose()?,
    })
}

fn visible<A: Access + ?Sized>(access: &A) -> sea_orm::Select<upload::Entity> {
    let mut condition = Condition::all();
    if let Some(tenant) = access.tenant() {
        condition = condition.add(upload::Column::TenantId.eq(tenant.to_string()));
    }
    upload::Entity::find().filter(condition)
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, upload: UploadId) -> Result<Option<UploadRow>> {
    visible(access)
        .filter(upload::Column::Id.eq(upload.to_string()))
        .one(on(access))
        .await
        .doing("reading an upload")?
        .map(row)
        .transpose()
}

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: &UploadRow) -> Result<()> {
    let model = upload::ActiveModel {
        id: Set(row.id.to_string()),
        tenant_id: Set(row.tenant.to_string()),
        created_by: Set(row.created_by.to_string()),
        size_bytes: Set(i64::try_from(row.size_bytes).unwrap_or(i64::MAX)),
        sha256: Set(row.sha256.clone()),
        created_at: Set(row.created_at.micros()),
        expires_at: Set(row.expires_at.micros()),
        used_by: Set(row.used_by.map(|id| id.to_string())),
    };
    upload::Entity::insert(model).exec_without_returning(on(tx)).await.doing("adding an upload")?;
    Ok(())
}

/// Says which instance needs the upload, so that it is kept; `None` frees it.
///
/// # Errors
/// A failure of the database.
pub async fn set_used_by<S: Scope>(tx: &Tx<S>, upload: UploadId, instance: Option<InstanceId>) -> Result<()> {
    let model = upload::ActiveModel { used_by: Set(instance.map(|id| id.to_string())), ..Default::default() };
    let mut query =
        upload::Entity::update_many().set(model).filter(upload::Column::Id.eq(upload.to_string()));
    if let Some(tenant) = tx.tenant() {
        query = query.filter(upload::Column::TenantId.eq(tenant.to_string()));
    }
    query.exec(on(tx)).await.doing("marking an upload as used")?;
    Ok(())
}

/// Uploads that nothing uses and whose time is over.
///
/// # Errors
/// A failure of the database.
pub async fn expired<A: SystemAccess>(access: &A, at: Timestamp, limit: u64) -> Result<Vec<UploadRow>> {
    visible(access)
        .filter(upload::Column::ExpiresAt.lte(at.micros()))
        .filter(upload::Column::UsedBy.is_null())
        .order_by_asc(upload::Column::ExpiresAt)
        .limit(limit)
        .all(on(access))
        .await
        .doing("reading expired uploads")?
        .into_iter()
        .map(row)
        .collect()
}

/// The uploads that an instance needs.
///
/// # Errors
/// A failure of the database.
pub async fn used_by<A: Access>(access: &A, instance: InstanceId) -> Result<Vec<UploadRow>> {
    visible(access)
        .filter(upload::Column::UsedBy.eq(instance.to_string()))
        .all(on(access))
        .await
        .doing("reading the uploads of an instance")?
        .into_iter()
        .map(row)
        .collect()
}

/// Every upload's id, for the reconciler that removes files without a row.
///
/// # Errors
/// A failure of the database.
pub async fn ids<A: SystemAccess>(access: &A) -> Result<Vec<UploadId>> {
    let ids: Vec<String> = visible(access)
        .select_only()
        .column(upload::Column::Id)
        .into_tuple()
        .all(on(access))
        .await
        .doing("reading the ids of uploads")?;
    ids.into_iter().map(|id| id.parse().map_err(|_| corrupt("an upload's id"))).collect()
}

/// Removes the row if nothing uses it. Says whether it was removed.
///
/// # Errors
/// A failure of the database.
pub async fn remove_unused<S: Scope>(tx: &Tx<S>, upload: UploadId) -> Result<bool> {
    let outcome = upload::Entity::delete_many()
        .filter(upload::Column::Id.eq(upload.to_string()))
        .filter(upload::Column::UsedBy.is_null())
        .exec(on(tx))
        .await
        .doing("removing an upload")?;
    Ok(outcome.rows_affected > 0)
}
