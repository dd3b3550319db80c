//! The change feed. Rows are added by [`Tx::changed`] as part of the commit; ids grow in commit order.

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use stead_core::ids::{InstanceId, OperationId, TenantId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::event;
use crate::failure::{Doing, corrupt};
use crate::scope::{SystemAccess, SystemScope, TenantAccess};
use crate::transaction::{Changed, Tx, on};

/// Rows of this kind are in the feed of the user's personal tenant and heard by that user in whichever tenant they are.
const INBOX: &str = "inbox";

/// A row of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRow {
    pub id: i64,
    pub change: Changed,
}

pub(crate) async fn append(
    transaction: &DatabaseTransaction,
    now: Timestamp,
    changes: &[(TenantId, Changed)],
) -> Result<()> {
    let rows = changes.iter().map(|(tenant, change)| {
        let (kind, object) = match change {
            Changed::Instance(id) => ("instance", id.to_string()),
            Changed::InstanceDeleted(id) => ("instance_deleted", id.to_string()),
            Changed::Operation(id) => ("operation", id.to_string()),
            Changed::Inbox(id) => (INBOX, id.to_string()),
        };
        event::ActiveModel {
            id: ActiveValue::NotSet,
            tenant_id: ActiveValue::Set(tenant.to_string()),
            kind: ActiveValue::Set(kind.to_owned()),
            object: ActiveValue::Set(object),
            at: ActiveValue::Set(now.micros()),
        }
    });
    event::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await
        .doing("adding to the change feed")?;
    Ok(())
}

/// Rows of the scope's tenant, and of its user's inbox, after `id`, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn after(access: &impl TenantAccess, id: i64, limit: u64) -> Result<Vec<FeedRow>> {
    let rows = event::Entity::find()
        .filter(
            Condition::any()
                .add(
                    Condition::all()
                        .add(event::Column::TenantId.eq(access.scope().tenant_id().to_string()))
                        .add(event::Column::Kind.ne(INBOX)),
                )
                .add(
                    Condition::all()
                        .add(event::Column::Kind.eq(INBOX))
                        .add(event::Column::Object.eq(access.scope().user_id().to_string())),
                ),
        )
        .filter(event::Column::Id.gt(id))
        .order_by_asc(event::Column::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("reading the change feed")?;
    rows.iter().map(read).collect()
}

fn read(row: &event::Model) -> Result<FeedRow> {
    let unreadable = || corrupt("a row of the change feed");
    let change = match row.kind.as_str() {
        "instance" => Changed::Instance(row.object.parse::<InstanceId>().map_err(|_| unreadable())?),
        "instance_deleted" => {
            Changed::InstanceDeleted(row.object.parse::<InstanceId>().map_err(|_| unreadable())?)
        }
        "operation" => Changed::Operation(row.object.parse::<OperationId>().map_err(|_| unreadable())?),
        INBOX => Changed::Inbox(row.object.parse::<UserId>().map_err(|_| unreadable())?),
        _ => return Err(unreadable()),
    };
    Ok(FeedRow { id: row.id, change })
}

/// The oldest and the newest id of the whole feed, whichever tenant they belong to; `None` while it is empty.
///
/// # Errors
/// A failure of the database.
pub async fn bounds(access: &impl TenantAccess) -> Result<Option<(i64, i64)>> {
    let oldest = event::Entity::find()
        .order_by_asc(event::Column::Id)
        .one(on(access))
        .await
        .doing("finding the oldest event")?;
    let newest = event::Entity::find()
        .order_by_desc(event::Column::Id)
        .one(on(access))
        .await
        .doing("finding the newest event")?;
    Ok(oldest.zip(newest).map(|(oldest, newest)| (oldest.id, newest.id)))
}

/// Removes rows older than `before`, but never the newest: it tells where the feed is.
///
/// # Errors
/// A failure of the database.
pub async fn prune(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let Some(newest) = newest_id(tx).await? else { return Ok(0) };
    let result = event::Entity::delete_many()
        .filter(event::Column::At.lt(before.micros()))
        .filter(event::Column::Id.lt(newest))
        .exec(on(tx))
        .await
        .doing("pruning the change feed")?;
    Ok(result.rows_affected)
}

async fn newest_id(access: &impl SystemAccess) -> Result<Option<i64>> {
    let row = event::Entity::find()
        .order_by_desc(event::Column::Id)
        .one(on(access))
        .await
        .doing("finding the newest event")?;
    Ok(row.map(|row| row.id))
}
