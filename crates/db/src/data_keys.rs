//! Queries on data keys. Written by `control::keys`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::Result;
use stead_core::ids::DataKeyId;

use crate::entities::data_key;
use crate::failure::Doing;
use crate::nudge::Nudge;
use crate::scope::{Access, Scope, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::data_key::Model as DataKeyRow;

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, id: DataKeyId) -> Result<Option<DataKeyRow>> {
    data_key::Entity::find_by_id(id.to_string()).one(on(access)).await.doing("finding a data key")
}

/// The key that seals what is new of the owner.
///
/// # Errors
/// A failure of the database.
pub async fn live<A: Access>(access: &A, owner: &str) -> Result<Option<DataKeyRow>> {
    data_key::Entity::find()
        .filter(data_key::Column::LiveOf.eq(owner))
        .one(on(access))
        .await
        .doing("finding the key of an owner")
}

/// Adds a key. When another transaction gives the same owner a live key at the same time, one of the two runs again and finds the
/// other's key.
///
/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: DataKeyRow) -> Result<()> {
    // A plain insert would end in a violated index there, which does not read as a lost race.
    data_key::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(data_key::Column::LiveOf).do_nothing().to_owned())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a data key")?;
    Ok(())
}

/// From now on it only opens. Returns whether it sealed before.
///
/// # Errors
/// A failure of the database.
pub async fn retire(tx: &Tx<SystemScope>, id: DataKeyId) -> Result<bool> {
    let result = data_key::Entity::update_many()
        .col_expr(data_key::Column::LiveOf, Expr::value(None::<String>))
        .col_expr(data_key::Column::RetiredAt, Expr::value(tx.now().micros()))
        .filter(data_key::Column::Id.eq(id.to_string()))
        .filter(data_key::Column::LiveOf.is_not_null())
        .exec(on(tx))
        .await
        .doing("retiring a data key")?;
    tx.nudge(Nudge::Keys);
    Ok(result.rows_affected > 0)
}

/// Every key of the owner, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_owner<A: Access>(access: &A, owner: &str) -> Result<Vec<DataKeyRow>> {
    data_key::Entity::find()
        .filter(data_key::Column::Owner.eq(owner))
        .order_by_asc(data_key::Column::Id)
        .all(on(access))
        .await
        .doing("listing the keys of an owner")
}

/// Retired keys of every owner, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn retired(access: &impl SystemAccess, limit: u64) -> Result<Vec<DataKeyRow>> {
    data_key::Entity::find()
        .filter(data_key::Column::LiveOf.is_null())
        .order_by_asc(data_key::Column::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("listing retired data keys")
}

/// Some keys that are wrapped by another master key than `current`.
///
/// # Errors
/// A failure of the database.
pub async fn wrapped_by_others(
    access: &impl SystemAccess,
    current: &str,
    limit: u64,
) -> Result<Vec<DataKeyRow>> {
    data_key::Entity::find()
        .filter(data_key::Column::MasterKey.ne(current))
        .order_by_asc(data_key::Column::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("listing data keys to wrap anew")
}

/// How many keys each master key wraps.
///
/// # Errors
/// A failure of the database.
pub async fn count_by_master_key(access: &impl SystemAccess) -> Result<Vec<(String, u64)>> {
    let rows: Vec<(String, i64)> = data_key::Entity::find()
        .select_only()
        .column(data_key::Column::MasterKey)
        .column_as(data_key::Column::Id.count(), "count")
        .group_by(data_key::Column::MasterKey)
        .into_tuple()
        .all(on(access))
        .await
        .doing("counting the keys of master keys")?;
    Ok(rows.into_iter().map(|(id, count)| (id, u64::try_from(count).unwrap_or(0))).collect())
}

/// How many keys there are, and how many of them are retired.
///
/// # Errors
/// A failure of the database.
pub async fn count(access: &impl SystemAccess) -> Result<(u64, u64)> {
    let all = data_key::Entity::find().count(on(access)).await.doing("counting data keys")?;
    let retired = data_key::Entity::find()
        .filter(data_key::Column::LiveOf.is_null())
        .count(on(access))
        .await
        .doing("counting retired data keys")?;
    Ok((all, retired))
}

/// Replaces how the key is wrapped if it is still wrapped as `row` says. Returns whether it was.
///
/// # Errors
/// A failure of the database.
pub async fn rewrap(tx: &Tx<SystemScope>, row: &DataKeyRow, master_key: &str, wrapped: &str) -> Result<bool> {
    let result = data_key::Entity::update_many()
        .col_expr(data_key::Column::MasterKey, Expr::value(master_key))
        .col_expr(data_key::Column::Wrapped, Expr::value(wrapped))
        .filter(data_key::Column::Id.eq(row.id.as_str()))
        .filter(data_key::Column::MasterKey.eq(row.master_key.as_str()))
        .filter(data_key::Column::Wrapped.eq(row.wrapped.as_str()))
        .exec(on(tx))
        .await
        .doing("wrapping a data key anew")?;
    Ok(result.rows_affected > 0)
}

/// Removes a retired key. Returns whether it was there and retired.
///
/// # Errors
/// A failure of the database.
pub async fn remove_retired(tx: &Tx<SystemScope>, id: DataKeyId) -> Result<bool> {
    let result = data_key::Entity::delete_many()
        .filter(data_key::Column::Id.eq(id.to_string()))
        .filter(data_key::Column::LiveOf.is_null())
        .exec(on(tx))
        .await
        .doing("removing a retired data key")?;
    tx.nudge(Nudge::Keys);
    Ok(result.rows_affected > 0)
}

/// Removes every key of the owner. Returns how many.
///
/// # Errors
/// A failure of the database.
pub async fn destroy<S: Scope>(tx: &Tx<S>, owner: &str) -> Result<u64> {
    let result = data_key::Entity::delete_many()
        .filter(data_key::Column::Owner.eq(owner))
        .exec(on(tx))
        .await
        .doing("destroying the keys of an owner")?;
    tx.nudge(Nudge::Keys);
    Ok(result.rows_affected)
}
