//! Queries on invitations. Written by `control::tenants`.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::ids::{InviteId, TenantId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::invite;
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess, SystemScope};
use crate::tenants::own;
use crate::transaction::{Tx, on};

pub use crate::entities::invite::Model as Invite;

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: Invite) -> Result<()> {
    invite::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting an invitation")?;
    Ok(())
}

/// Those that are still open, the newest first, from before `before` on.
///
/// # Errors
/// A failure of the database.
pub async fn open<A: Access>(
    access: &A,
    tenant: TenantId,
    before: Option<&str>,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Invite>> {
    let mut query = invite::Entity::find()
        .filter(invite::Column::TenantId.eq(own(access, tenant)?))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(now.micros()))
        .order_by_desc(invite::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(invite::Column::Id.lt(before));
    }
    query.all(on(access)).await.doing("listing invitations")
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, tenant: TenantId, id: InviteId) -> Result<Option<Invite>> {
    invite::Entity::find_by_id(id.to_string())
        .filter(invite::Column::TenantId.eq(own(access, tenant)?))
        .one(on(access))
        .await
        .doing("finding an invitation")
}

/// Used, revoked and expired ones too.
///
/// # Errors
/// A failure of the database.
pub async fn by_secret_hash(access: &impl SystemAccess, hash: &str) -> Result<Option<Invite>> {
    invite::Entity::find()
        .filter(invite::Column::SecretHash.eq(hash))
        .one(on(access))
        .await
        .doing("finding an invitation by its secret")
}

/// Takes it back; returns whether it was open.
///
/// # Errors
/// A failure of the database.
pub async fn revoke<S: Scope>(tx: &Tx<S>, tenant: TenantId, id: InviteId) -> Result<bool> {
    let row = invite::ActiveModel { revoked_at: Set(Some(tx.now().micros())), ..Default::default() };
    let result = invite::Entity::update_many()
        .set(row)
        .filter(invite::Column::Id.eq(id.to_string()))
        .filter(invite::Column::TenantId.eq(own(tx, tenant)?))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .exec(on(tx))
        .await
        .doing("revoking an invitation")?;
    Ok(result.rows_affected > 0)
}

/// Uses it up; returns whether it was open. Of any number at once one gets `true`.
///
/// # Errors
/// A failure of the database.
pub async fn accept(tx: &Tx<SystemScope>, id: &str, user: UserId) -> Result<bool> {
    let now = tx.now().micros();
    let row = invite::ActiveModel {
        accepted_at: Set(Some(now)),
        accepted_by: Set(Some(user.to_string())),
        ..Default::default()
    };
    let result = invite::Entity::update_many()
        .set(row)
        .filter(invite::Column::Id.eq(id))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(now))
        .exec(on(tx))
        .await
        .doing("accepting an invitation")?;
    Ok(result.rows_affected > 0)
}
