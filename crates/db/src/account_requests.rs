//! Queries on requests of people who are not signed in. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use stead_core::{Result, Timestamp};

use crate::entities::account_request;
use crate::failure::Doing;
use crate::nudge::Nudge;
use crate::scope::SystemScope;
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
