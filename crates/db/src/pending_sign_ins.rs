//! Queries on sign-ins that wait for their second factor. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use stead_core::Result;
use stead_core::ids::UserId;

use crate::entities::pending_sign_in;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::pending_sign_in::Model as PendingSignIn;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: PendingSignIn) -> Result<()> {
    pending_sign_in::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a pending sign-in")?;
    Ok(())
}

/// By the hash of its secret, expired or not.
///
/// # Errors
/// A failure of the database.
pub async fn find(access: &impl SystemAccess, hash: &str) -> Result<Option<PendingSignIn>> {
    pending_sign_in::Entity::find_by_id(hash.to_owned())
        .one(on(access))
        .await
        .doing("finding a pending sign-in")
}

/// Counts a try; `false` when it has expired or `most` tries were made.
///
/// # Errors
/// A failure of the database.
pub async fn count_try(tx: &Tx<SystemScope>, hash: &str, most: i64) -> Result<bool> {
    let result = pending_sign_in::Entity::update_many()
        .col_expr(pending_sign_in::Column::Tries, Expr::col(pending_sign_in::Column::Tries).add(1))
        .filter(pending_sign_in::Column::SecretHash.eq(hash))
        .filter(pending_sign_in::Column::ExpiresAt.gt(tx.now().micros()))
        .filter(pending_sign_in::Column::Tries.lt(most))
        .exec(on(tx))
        .await
        .doing("counting a second factor")?;
    Ok(result.rows_affected == 1)
}

/// Uses it up; of several who try, one gets `true`. Expired ones cannot be used.
///
/// # Errors
/// A failure of the database.
pub async fn take(tx: &Tx<SystemScope>, hash: &str) -> Result<bool> {
    let result = pending_sign_in::Entity::delete_many()
        .filter(pending_sign_in::Column::SecretHash.eq(hash))
        .filter(pending_sign_in::Column::ExpiresAt.gt(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("using a pending sign-in")?;
    Ok(result.rows_affected == 1)
}

/// Removes those of a user that began with this factor.
///
/// # Errors
/// A failure of the database.
pub async fn delete_begun_with(tx: &Tx<SystemScope>, user: UserId, factor: &str) -> Result<()> {
    pending_sign_in::Entity::delete_many()
        .filter(pending_sign_in::Column::UserId.eq(user.to_string()))
        .filter(pending_sign_in::Column::Factor.eq(factor))
        .exec(on(tx))
        .await
        .doing("ending pending sign-ins")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = pending_sign_in::Entity::delete_many()
        .filter(pending_sign_in::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired pending sign-ins")?;
    Ok(result.rows_affected)
}
