//! Queries on idempotency keys. Written by `control::idempotency`, in the transaction of the effect.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use stead_core::Result;

use crate::entities::idempotency_key;
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::idempotency_key::Model as IdempotencyKey;

/// What the acting user stored under this key for this route, expired or not.
///
/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, route: &str, key: &str) -> Result<Option<IdempotencyKey>> {
    let Some(user) = access.actor().map(|actor| actor.user.to_string()) else { return Ok(None) };
    idempotency_key::Entity::find_by_id((user, route.to_owned(), key.to_owned()))
        .one(on(access))
        .await
        .doing("finding an idempotency key")
}

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: IdempotencyKey) -> Result<()> {
    idempotency_key::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("storing an idempotency key")?;
    Ok(())
}

/// Frees an expired key for another use.
///
/// # Errors
/// A failure of the database.
pub async fn delete<S: Scope>(tx: &Tx<S>, row: &IdempotencyKey) -> Result<()> {
    idempotency_key::Entity::delete_by_id((row.user_id.clone(), row.route.clone(), row.key.clone()))
        .exec(on(tx))
        .await
        .doing("freeing an idempotency key")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired idempotency keys")?;
    Ok(result.rows_affected)
}
