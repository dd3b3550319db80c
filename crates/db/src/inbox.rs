//! Queries on inboxes and preferences. Written by `control::notifications`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use stead_core::ids::{NotificationId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::{inbox_item, notification_preference};
use crate::failure::Doing;
use crate::page::{PageRequest, Rows};
use crate::scope::{Access, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::inbox_item::Model as InboxItem;
pub use crate::entities::notification_preference::Model as Preference;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: InboxItem) -> Result<()> {
    inbox_item::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding to an inbox")?;
    Ok(())
}

/// The user's entries, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn list(
    access: &impl SystemAccess,
    user: UserId,
    unread: bool,
    page: &PageRequest,
) -> Result<Rows<InboxItem>> {
    let mut query = inbox_item::Entity::find()
        .filter(inbox_item::Column::UserId.eq(user.to_string()))
        .order_by_desc(inbox_item::Column::Id)
        .limit(page.limit + 1);
    if unread {
        query = query.filter(inbox_item::Column::ReadAt.is_null());
    }
    if let Some(before) = &page.before {
        query = query.filter(inbox_item::Column::Id.lt(before.as_str()));
    }
    let rows = query.all(on(access)).await.doing("listing an inbox")?;
    Ok(Rows::of(rows, page.limit, |row| row.id.clone()))
}

/// How many entries the user has not read.
///
/// # Errors
/// A failure of the database.
pub async fn unread<A: Access>(access: &A, user: UserId) -> Result<u64> {
    inbox_item::Entity::find()
        .filter(inbox_item::Column::UserId.eq(user.to_string()))
        .filter(inbox_item::Column::ReadAt.is_null())
        .count(on(access))
        .await
        .doing("counting unread notifications")
}

/// Marks these of the user's entries as read, or all. Returns how many were not read before.
///
/// # Errors
/// A failure of the database.
pub async fn mark_read(tx: &Tx<SystemScope>, user: UserId, ids: Option<&[NotificationId]>) -> Result<u64> {
    let mut update = inbox_item::Entity::update_many()
        .col_expr(inbox_item::Column::ReadAt, Expr::value(tx.now().micros()))
        .filter(inbox_item::Column::UserId.eq(user.to_string()))
        .filter(inbox_item::Column::ReadAt.is_null());
    if let Some(ids) = ids {
        update = update.filter(inbox_item::Column::Id.is_in(ids.iter().map(ToString::to_string)));
    }
    Ok(update.exec(on(tx)).await.doing("marking notifications as read")?.rows_affected)
}

/// Removes what is beyond the newest `keep` of the user.
///
/// # Errors
/// A failure of the database.
pub async fn trim(tx: &Tx<SystemScope>, user: UserId, keep: u64) -> Result<u64> {
    let edge: Option<String> = inbox_item::Entity::find()
        .filter(inbox_item::Column::UserId.eq(user.to_string()))
        .order_by_desc(inbox_item::Column::Id)
        .offset(keep)
        .limit(1)
        .select_only()
        .column(inbox_item::Column::Id)
        .into_tuple()
        .one(on(tx))
        .await
        .doing("finding old notifications")?;
    let Some(edge) = edge else { return Ok(0) };
    let result = inbox_item::Entity::delete_many()
        .filter(inbox_item::Column::UserId.eq(user.to_string()))
        .filter(inbox_item::Column::Id.lte(edge))
        .exec(on(tx))
        .await
        .doing("removing old notifications")?;
    Ok(result.rows_affected)
}

/// # Errors
/// A failure of the database.
pub async fn prune(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let result = inbox_item::Entity::delete_many()
        .filter(inbox_item::Column::CreatedAt.lt(before.micros()))
        .exec(on(tx))
        .await
        .doing("removing old notifications")?;
    Ok(result.rows_affected)
}

/// Where the user differs from the usual.
///
/// # Errors
/// A failure of the database.
pub async fn preferences(access: &impl SystemAccess, user: UserId) -> Result<Vec<Preference>> {
    notification_preference::Entity::find()
        .filter(notification_preference::Column::UserId.eq(user.to_string()))
        .all(on(access))
        .await
        .doing("reading preferences")
}

/// # Errors
/// A failure of the database.
pub async fn set_preference(
    tx: &Tx<SystemScope>,
    user: UserId,
    kind: &str,
    channel: &str,
    enabled: bool,
) -> Result<()> {
    let row = notification_preference::ActiveModel {
        user_id: Set(user.to_string()),
        kind: Set(kind.to_owned()),
        channel: Set(channel.to_owned()),
        enabled: Set(enabled),
    };
    notification_preference::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([
                notification_preference::Column::UserId,
                notification_preference::Column::Kind,
                notification_preference::Column::Channel,
            ])
            .update_column(notification_preference::Column::Enabled)
            .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("storing a preference")?;
    Ok(())
}
