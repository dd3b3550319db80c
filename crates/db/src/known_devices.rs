//! Queries on the devices that users have signed in from. Written by `control::identity`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use stead_core::ids::UserId;
use stead_core::{Result, Timestamp};

use crate::entities::known_device;
use crate::failure::Doing;
use crate::scope::SystemScope;
use crate::transaction::{Tx, on};

/// What a device is to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// The first device of all.
    First,
    Known,
    New,
}

/// Notes that the user signed in from the device.
///
/// # Errors
/// A failure of the database.
pub async fn meet(tx: &Tx<SystemScope>, user: UserId, device: &str) -> Result<Acquaintance> {
    let now = tx.now().micros();
    let seen = known_device::Entity::update_many()
        .col_expr(known_device::Column::LastSeenAt, Expr::value(now))
        .filter(known_device::Column::UserId.eq(user.to_string()))
        .filter(known_device::Column::Device.eq(device))
        .exec(on(tx))
        .await
        .doing("noting a device")?;
    if seen.rows_affected > 0 {
        return Ok(Acquaintance::Known);
    }
    let others = known_device::Entity::find()
        .filter(known_device::Column::UserId.eq(user.to_string()))
        .count(on(tx))
        .await
        .doing("counting devices")?;
    let row = known_device::Model {
        user_id: user.to_string(),
        device: device.to_owned(),
        first_seen_at: now,
        last_seen_at: now,
    };
    known_device::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a device")?;
    Ok(if others == 0 { Acquaintance::First } else { Acquaintance::New })
}

/// Forgets those that were not seen since.
///
/// # Errors
/// A failure of the database.
pub async fn prune(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let result = known_device::Entity::delete_many()
        .filter(known_device::Column::LastSeenAt.lt(before.micros()))
        .exec(on(tx))
        .await
        .doing("forgetting devices")?;
    Ok(result.rows_affected)
}
