//! Queries on invitations. Written by `control::tenants`.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use stead_core::ids::{InviteId, TenantId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::invite;
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess, SystemScope};
use crate::tenants::own;
use crate::transaction::{Tx, on};

pub use crate::entities::invite::Model as Invite;

/// Neither used nor taken back, and not over.
fn is_open(now: Timestamp) -> Condition {
    Condition::all()
        .add(invite::Column::AcceptedAt.is_null())
        .add(invite::Column::RevokedAt.is_null())
        .add(invite::Column::ExpiresAt.gt(now.micros()))
}

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
        .filter(is_open(now))
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

/// Whether an invitation with this secret is open, for this mailbox or for whoever has it.
///
/// # Errors
/// A failure of the database.
pub async fn is_invited(access: &impl SystemAccess, secret_hash: &str, email_key: &str) -> Result<bool> {
    let found = invite::Entity::find()
        .filter(invite::Column::SecretHash.eq(secret_hash))
        .filter(is_open(access.scope().now()))
        .one(on(access))
        .await
        .doing("looking for an invitation")?;
    Ok(found.is_some_and(|invite| invite.email.is_none_or(|email| email == email_key)))
}

/// Whether some invitation to this mailbox is open.
///
/// # Errors
/// A failure of the database.
pub async fn is_mailbox_invited(access: &impl SystemAccess, email_key: &str) -> Result<bool> {
    let found = invite::Entity::find()
        .filter(invite::Column::Email.eq(email_key))
        .filter(is_open(access.scope().now()))
        .one(on(access))
        .await
        .doing("looking for an invitation")?;
    Ok(found.is_some())
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
    let now = tx.now();
    let row = invite::ActiveModel {
        accepted_at: Set(Some(now.micros())),
        accepted_by: Set(Some(user.to_string())),
        ..Default::default()
    };
    let result = invite::Entity::update_many()
        .set(row)
        .filter(invite::Column::Id.eq(id))
        .filter(is_open(now))
        .exec(on(tx))
        .await
        .doing("accepting an invitation")?;
    Ok(result.rows_affected > 0)
}
