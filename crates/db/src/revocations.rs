//! Queries on revocations: what ended early, in order. Written by `control::identity`.

use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use stead_core::{Result, Timestamp};

use crate::entities::revocation;
use crate::failure::Doing;
use crate::nudge::Nudge;
use crate::scope::{Scope, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::revocation::Model as Revocation;

/// `kind`: `session`, `token`, `user`, `membership`, `role` or `tenant`. Nudges the watchers of this process on commit.
///
/// # Errors
/// A failure of the database.
pub async fn append<S: Scope>(tx: &Tx<S>, kind: &str, subject: &str) -> Result<()> {
    let row = revocation::ActiveModel {
        id: ActiveValue::NotSet,
        kind: ActiveValue::Set(kind.to_owned()),
        subject: ActiveValue::Set(subject.to_owned()),
        at: ActiveValue::Set(tx.now().micros()),
    };
    revocation::Entity::insert(row).exec_without_returning(on(tx)).await.doing("recording a revocation")?;
    tx.nudge(Nudge::Revocations);
    Ok(())
}

/// Those after `id`, oldest first, at most a thousand.
///
/// # Errors
/// A failure of the database.
pub async fn after(access: &impl SystemAccess, id: i64) -> Result<Vec<Revocation>> {
    revocation::Entity::find()
        .filter(revocation::Column::Id.gt(id))
        .order_by_asc(revocation::Column::Id)
        .limit(1_000)
        .all(on(access))
        .await
        .doing("reading revocations")
}

/// The newest id; 0 when there is none.
///
/// # Errors
/// A failure of the database.
pub async fn newest(access: &impl SystemAccess) -> Result<i64> {
    let row = revocation::Entity::find()
        .order_by_desc(revocation::Column::Id)
        .one(on(access))
        .await
        .doing("finding the newest revocation")?;
    Ok(row.map_or(0, |row| row.id))
}

/// # Errors
/// A failure of the database.
pub async fn prune(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let newest = newest(tx).await?;
    let result = revocation::Entity::delete_many()
        .filter(revocation::Column::At.lt(before.micros()))
        .filter(revocation::Column::Id.lt(newest))
        .exec(on(tx))
        .await
        .doing("pruning revocations")?;
    Ok(result.rows_affected)
}
