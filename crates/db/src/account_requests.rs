//! Queries on requests of people who are not signed in. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use stead_core::{Result, Timestamp};

use crate::entities::{account_request, invite};
use crate::failure::Doing;
use crate::nudge::Nudge;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::account_request::Model as AccountRequest;

/// Nudges who works it off, on commit.
///
/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: AccountRequest) -> Result<()> {
    account_request::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting an account request")?;
    tx.nudge(Nudge::AccountRequests);
    Ok(())
}

/// The one that has waited longest; removed when the transaction commits.
///
/// # Errors
/// A failure of the database.
pub async fn take_oldest(tx: &Tx<SystemScope>) -> Result<Option<AccountRequest>> {
    let found = account_request::Entity::find()
        .order_by_asc(account_request::Column::Id)
        .one(on(tx))
        .await
        .doing("finding an account request")?;
    let Some(request) = found else { return Ok(None) };
    let removed = account_request::Entity::delete_by_id(request.id.clone())
        .exec(on(tx))
        .await
        .doing("taking an account request")?;
    Ok((removed.rows_affected == 1).then_some(request))
}

/// # Errors
/// A failure of the database.
pub async fn delete_before(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let result = account_request::Entity::delete_many()
        .filter(account_request::Column::CreatedAt.lt(before.micros()))
        .exec(on(tx))
        .await
        .doing("removing old account requests")?;
    Ok(result.rows_affected)
}

/// Whether an invitation with this secret is open, for this mailbox or for whoever has it.
///
/// # Errors
/// A failure of the database.
pub async fn is_invited(access: &impl SystemAccess, secret_hash: &str, email_key: &str) -> Result<bool> {
    let now = access.scope().now().micros();
    let found = invite::Entity::find()
        .filter(invite::Column::SecretHash.eq(secret_hash))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(now))
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
    let now = access.scope().now().micros();
    let found = invite::Entity::find()
        .filter(invite::Column::Email.eq(email_key))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(now))
        .one(on(access))
        .await
        .doing("looking for an invitation")?;
    Ok(found.is_some())
}
