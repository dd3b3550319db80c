//! Queries on requests of devices to be signed in. Written by `control::identity`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter};
use stead_core::Result;
use stead_core::ids::UserId;

use crate::entities::device_request;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::device_request::Model as DeviceRequest;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: DeviceRequest) -> Result<()> {
    device_request::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a device's request")?;
    Ok(())
}

/// By the hash of the code that the device holds.
///
/// # Errors
/// A failure of the database.
pub async fn by_device_code(access: &impl SystemAccess, hash: &str) -> Result<Option<DeviceRequest>> {
    device_request::Entity::find_by_id(hash.to_owned())
        .one(on(access))
        .await
        .doing("finding a device's request")
}

/// By the hash of the code that is shown.
///
/// # Errors
/// A failure of the database.
pub async fn by_user_code(access: &impl SystemAccess, hash: &str) -> Result<Option<DeviceRequest>> {
    device_request::Entity::find()
        .filter(device_request::Column::UserCodeHash.eq(hash))
        .one(on(access))
        .await
        .doing("finding a device's request")
}

/// Notes a poll and how long the device has to wait before the next.
///
/// # Errors
/// A failure of the database.
pub async fn polled(tx: &Tx<SystemScope>, hash: &str, interval_seconds: i64) -> Result<()> {
    device_request::Entity::update_many()
        .col_expr(device_request::Column::PolledAt, Expr::value(tx.now().micros()))
        .col_expr(device_request::Column::IntervalSeconds, Expr::value(interval_seconds))
        .filter(device_request::Column::DeviceCodeHash.eq(hash))
        .exec(on(tx))
        .await
        .doing("noting a device's poll")?;
    Ok(())
}

/// Answers a request that awaits one; of several who try, one gets `true`.
///
/// # Errors
/// A failure of the database.
pub async fn answer(
    tx: &Tx<SystemScope>,
    user_code_hash: &str,
    user: UserId,
    state: &str,
    factors: Option<&str>,
) -> Result<bool> {
    let result = device_request::Entity::update_many()
        .col_expr(device_request::Column::State, Expr::value(state))
        .col_expr(device_request::Column::UserId, Expr::value(user.to_string()))
        .col_expr(device_request::Column::Factors, Expr::value(factors.map(str::to_owned)))
        .filter(device_request::Column::UserCodeHash.eq(user_code_hash))
        .filter(device_request::Column::State.eq("pending"))
        .filter(device_request::Column::ExpiresAt.gt(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("answering a device's request")?;
    Ok(result.rows_affected == 1)
}

/// Uses it up; of several who try, one gets `true`.
///
/// # Errors
/// A failure of the database.
pub async fn take(tx: &Tx<SystemScope>, hash: &str) -> Result<bool> {
    let result = device_request::Entity::delete_by_id(hash.to_owned())
        .exec(on(tx))
        .await
        .doing("using a device's request")?;
    Ok(result.rows_affected == 1)
}

/// Removes those that a user approved in a session that began with this factor.
///
/// # Errors
/// A failure of the database.
pub async fn delete_approved_with(tx: &Tx<SystemScope>, user: UserId, factor: &str) -> Result<()> {
    use device_request::Column as C;
    device_request::Entity::delete_many()
        .filter(C::UserId.eq(user.to_string()))
        .filter(C::Factors.eq(factor).or(C::Factors.starts_with(format!("{factor} "))))
        .exec(on(tx))
        .await
        .doing("ending what was approved for devices")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = device_request::Entity::delete_many()
        .filter(device_request::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired requests of devices")?;
    Ok(result.rows_affected)
}
