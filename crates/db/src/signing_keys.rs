//! Queries on signing keys. Written by `control::keys`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use stead_core::{Result, Timestamp};

use crate::entities::signing_key;
use crate::failure::Doing;
use crate::nudge::Nudge;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::signing_key::Model as SigningKeyRow;

/// Of one purpose, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_purpose(access: &impl SystemAccess, purpose: &str) -> Result<Vec<SigningKeyRow>> {
    signing_key::Entity::find()
        .filter(signing_key::Column::Purpose.eq(purpose))
        .order_by_desc(signing_key::Column::Id)
        .all(on(access))
        .await
        .doing("listing signing keys")
}

/// Adds the key that signs. When another transaction does so at the same time, one of the two runs again.
///
/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: SigningKeyRow) -> Result<()> {
    signing_key::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(signing_key::Column::CurrentFor).do_nothing().to_owned())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a signing key")?;
    tx.nudge(Nudge::Keys);
    Ok(())
}

/// The key of this purpose that signs does so no more; what it signed can still be checked.
///
/// # Errors
/// A failure of the database.
pub async fn retire_current(tx: &Tx<SystemScope>, purpose: &str) -> Result<()> {
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::CurrentFor, Expr::value(None::<String>))
        .col_expr(signing_key::Column::RetiredAt, Expr::value(tx.now().micros()))
        .filter(signing_key::Column::CurrentFor.eq(purpose))
        .exec(on(tx))
        .await
        .doing("retiring a signing key")?;
    tx.nudge(Nudge::Keys);
    Ok(())
}

/// Removes keys of this purpose that were retired before `before`.
///
/// # Errors
/// A failure of the database.
pub async fn remove_retired(tx: &Tx<SystemScope>, purpose: &str, before: Timestamp) -> Result<u64> {
    let result = signing_key::Entity::delete_many()
        .filter(signing_key::Column::Purpose.eq(purpose))
        .filter(signing_key::Column::CurrentFor.is_null())
        .filter(signing_key::Column::RetiredAt.lt(before.micros()))
        .exec(on(tx))
        .await
        .doing("removing retired signing keys")?;
    if result.rows_affected > 0 {
        tx.nudge(Nudge::Keys);
    }
    Ok(result.rows_affected)
}
