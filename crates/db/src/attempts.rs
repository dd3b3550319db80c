//! Queries on the counters of limited actions. Written by `control::attempts`.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use stead_core::{Result, Timestamp};

use crate::entities::attempt_counter;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

/// Counts of a key in a window and in the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub previous: u64,
    pub current: u64,
}

/// # Errors
/// A failure of the database.
pub async fn counts(access: &impl SystemAccess, key: &str, bucket: i64) -> Result<Counts> {
    let rows = attempt_counter::Entity::find()
        .filter(attempt_counter::Column::Key.eq(key))
        .filter(attempt_counter::Column::Bucket.is_in([bucket - 1, bucket]))
        .all(on(access))
        .await
        .doing("reading counters")?;
    let of = |wanted| {
        let row = rows.iter().find(|row| row.bucket == wanted);
        row.map_or(0, |row| u64::try_from(row.count).unwrap_or(0))
    };
    Ok(Counts { previous: of(bucket - 1), current: of(bucket) })
}

/// Adds to the key's counter of a window.
///
/// # Errors
/// A failure of the database.
pub async fn add(
    tx: &Tx<SystemScope>,
    key: &str,
    bucket: i64,
    amount: u64,
    expires_at: Timestamp,
) -> Result<()> {
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    let row = attempt_counter::Model {
        key: key.to_owned(),
        bucket,
        count: amount,
        expires_at: expires_at.micros(),
    };
    let sum = Expr::col((attempt_counter::Entity, attempt_counter::Column::Count)).add(amount);
    attempt_counter::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([attempt_counter::Column::Key, attempt_counter::Column::Bucket])
                .value(attempt_counter::Column::Count, sum)
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("counting an attempt")?;
    Ok(())
}

/// Forgets what was counted for the key.
///
/// # Errors
/// A failure of the database.
pub async fn forget(tx: &Tx<SystemScope>, key: &str) -> Result<()> {
    attempt_counter::Entity::delete_many()
        .filter(attempt_counter::Column::Key.eq(key))
        .exec(on(tx))
        .await
        .doing("forgetting attempts")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = attempt_counter::Entity::delete_many()
        .filter(attempt_counter::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing old counters")?;
    Ok(result.rows_affected)
}
