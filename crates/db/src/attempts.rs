//! Queries on the counters of limited actions. Written by `control::attempts`.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};
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

/// Something counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// A hash; with the window's number, once in a list.
    pub key: String,
    /// Number of the window.
    pub bucket: i64,
    pub amount: u64,
    pub expires_at: Timestamp,
}

/// The counts of each key in its window, in the order asked for.
///
/// # Errors
/// A failure of the database.
pub async fn counts(access: &impl SystemAccess, wanted: &[(&str, i64)]) -> Result<Vec<Counts>> {
    use attempt_counter::Column as C;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let one = |(key, bucket): &(&str, i64)| C::Key.eq(*key).and(C::Bucket.is_in([bucket - 1, *bucket]));
    let any = wanted.iter().map(one).fold(Condition::any(), Condition::add);
    let rows = attempt_counter::Entity::find().filter(any).all(on(access)).await.doing("reading counters")?;
    let of = |key: &str, bucket| {
        let row = rows.iter().find(|row| row.bucket == bucket && row.key == key);
        row.map_or(0, |row| u64::try_from(row.count).unwrap_or(0))
    };
    Ok(wanted
        .iter()
        .map(|(key, bucket)| Counts { previous: of(key, bucket - 1), current: of(key, *bucket) })
        .collect())
}

/// Adds to counters.
///
/// # Errors
/// A failure of the database.
pub async fn add(tx: &Tx<SystemScope>, additions: Vec<Addition>) -> Result<()> {
    if additions.is_empty() {
        return Ok(());
    }
    let rows = additions.into_iter().map(|addition| {
        let row = attempt_counter::Model {
            key: addition.key,
            bucket: addition.bucket,
            count: i64::try_from(addition.amount).unwrap_or(i64::MAX),
            expires_at: addition.expires_at.micros(),
        };
        row.into_active_model()
    });
    let count = |table: &'static str| Expr::col((table, attempt_counter::Column::Count));
    attempt_counter::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([attempt_counter::Column::Key, attempt_counter::Column::Bucket])
                .value(attempt_counter::Column::Count, count("attempt_counters").add(count("excluded")))
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("counting attempts")?;
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
