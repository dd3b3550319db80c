//! Queries on intents: single-use tokens for one purpose on one object. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use stead_core::Result;

use crate::entities::intent;
use crate::failure::Doing;
use crate::scope::SystemScope;
use crate::transaction::{Tx, on};

pub use crate::entities::intent::Model as Intent;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: Intent) -> Result<()> {
    intent::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting an intent")?;
    Ok(())
}

/// Removes it and returns it; of several who try, one gets it. Expired ones nobody gets.
///
/// # Errors
/// A failure of the database.
pub async fn take(tx: &Tx<SystemScope>, hash: &str) -> Result<Option<Intent>> {
    let Some(row) =
        intent::Entity::find_by_id(hash.to_owned()).one(on(tx)).await.doing("finding an intent")?
    else {
        return Ok(None);
    };
    let result = intent::Entity::delete_by_id(hash.to_owned()).exec(on(tx)).await.doing("using an intent")?;
    Ok((result.rows_affected == 1 && row.expires_at > tx.now().micros()).then_some(row))
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = intent::Entity::delete_many()
        .filter(intent::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired intents")?;
    Ok(result.rows_affected)
}
