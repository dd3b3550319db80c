//! Queries on operations and their log. Rows are inserted by whoever asks for work; afterwards only the engine that holds the lease
//! writes (every such write is refused when the lease is lost), except for [`request_cancel`] and [`supersede`].

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use stead_core::ids::OperationId;
use stead_core::operation::{Cancel, OperationState};
use stead_core::{Error, Result, Timestamp};

use crate::entities::{operation, operation_log};
use crate::failure::{Doing, is_duplicate};
use crate::page::{PageRequest, Rows};
use crate::scope::{Access, Scope, SystemAccess, SystemScope, TenantAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::operation::Model as Operation;
pub use crate::entities::operation_log::Model as OperationLogRow;

const UNFINISHED: [&str; 3] = ["queued", "running", "undoing"];

fn unfinished() -> sea_orm::sea_query::SimpleExpr {
    operation::Column::State.is_in(UNFINISHED)
}

fn visible<A: Access>(access: &A) -> Condition {
    let everything = Condition::all();
    match access.tenant() {
        Some(tenant) => everything.add(operation::Column::TenantId.eq(tenant.to_string())),
        None => everything,
    }
}

/// # Errors
/// `operation_in_progress` when another unfinished operation holds the resource.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: Operation) -> Result<()> {
    let inserted = operation::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting an operation");
    match inserted {
        Err(error) if is_duplicate(&error) => Err(in_progress().source_error(error)),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// What somebody sees who asks for a second operation on one resource.
#[must_use]
pub fn in_progress() -> Error {
    Error::conflict("operation_in_progress", "Another operation is still changing this.")
        .next_step("Wait for it to end or cancel it, then try again.")
}

/// An operation that the access may see: of its tenant, or any for Stead itself.
///
/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, id: OperationId) -> Result<Option<Operation>> {
    operation::Entity::find_by_id(id.to_string())
        .filter(visible(access))
        .one(on(access))
        .await
        .doing("finding an operation")
}

/// The unfinished operation that holds the resource.
///
/// # Errors
/// A failure of the database.
pub async fn holder<A: Access>(access: &A, resource: &str) -> Result<Option<Operation>> {
    operation::Entity::find()
        .filter(operation::Column::Holds.eq(resource))
        .filter(visible(access))
        .one(on(access))
        .await
        .doing("finding the operation that holds a resource")
}

/// The unfinished operations that hold any of the resources.
///
/// # Errors
/// A failure of the database.
pub async fn holders<A: Access>(access: &A, resources: &[String]) -> Result<Vec<Operation>> {
    operation::Entity::find()
        .filter(operation::Column::Holds.is_in(resources.iter().map(String::as_str)))
        .filter(visible(access))
        .all(on(access))
        .await
        .doing("finding the operations that hold resources")
}

/// Which operations to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub resource: Option<String>,
    pub unfinished: bool,
}

/// # Errors
/// A failure of the database.
pub async fn list(
    access: &impl TenantAccess,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Rows<Operation>> {
    let mut query = operation::Entity::find()
        .filter(visible(access))
        .order_by_desc(operation::Column::Id)
        .limit(page.limit + 1);
    if let Some(resource) = &filter.resource {
        query = query.filter(operation::Column::Resource.eq(resource.as_str()));
    }
    if filter.unfinished {
        query = query.filter(unfinished());
    }
    if let Some(before) = &page.before {
        query = query.filter(operation::Column::Id.lt(before.as_str()));
    }
    let rows = query.all(on(access)).await.doing("listing operations")?;
    Ok(Rows::of(rows, page.limit, |row| row.id.clone()))
}

/// Asks an unfinished operation to stop. A wish to abandon outranks one to undo. Returns whether it was unfinished.
///
/// # Errors
/// A failure of the database.
pub async fn request_cancel<S: Scope>(tx: &Tx<S>, id: OperationId, cancel: Cancel) -> Result<bool> {
    let mut update = operation::Entity::update_many()
        .col_expr(operation::Column::Cancel, Expr::value(cancel.as_str()))
        .filter(operation::Column::Id.eq(id.to_string()))
        .filter(visible(tx))
        .filter(unfinished());
    if cancel == Cancel::Undo {
        update = update.filter(operation::Column::Cancel.is_null());
    }
    let result = update.exec(on(tx)).await.doing("asking an operation to stop")?;
    Ok(result.rows_affected > 0)
}

/// Takes the resource from the operation that holds it and asks that one to end at once. The new operation names it in `follows`.
///
/// # Errors
/// A failure of the database.
pub async fn supersede<S: Scope>(tx: &Tx<S>, id: OperationId) -> Result<()> {
    operation::Entity::update_many()
        .col_expr(operation::Column::Holds, Expr::value(None::<String>))
        .col_expr(operation::Column::Cancel, Expr::value(Cancel::Abandon.as_str()))
        .filter(operation::Column::Id.eq(id.to_string()))
        .filter(visible(tx))
        .filter(unfinished())
        .exec(on(tx))
        .await
        .doing("superseding an operation")?;
    Ok(())
}

/// Ids of unfinished operations that are due and that no living engine works on, the longest due first.
///
/// # Errors
/// A failure of the database.
pub async fn due(access: &impl SystemAccess, now: Timestamp, limit: u64) -> Result<Vec<OperationId>> {
    let ids: Vec<String> = operation::Entity::find()
        .select_only()
        .column(operation::Column::Id)
        .filter(unfinished())
        .filter(operation::Column::LeaseUntil.lte(now.micros()))
        .filter(
            Condition::any()
                .add(operation::Column::DueAt.lte(now.micros()))
                .add(operation::Column::Deadline.lte(now.micros()))
                .add(operation::Column::Cancel.is_not_null()),
        )
        .order_by_asc(operation::Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding operations that are due")?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// When the next operation without a living engine becomes due; `None` when there is none.
///
/// # Errors
/// A failure of the database.
pub async fn next_due(access: &impl SystemAccess) -> Result<Option<Timestamp>> {
    let rows: Vec<(i64, i64)> = operation::Entity::find()
        .select_only()
        .column(operation::Column::DueAt)
        .column(operation::Column::LeaseUntil)
        .filter(unfinished())
        .order_by_asc(operation::Column::DueAt)
        .limit(100)
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding when the next operation is due")?;
    Ok(rows.into_iter().map(|(due, lease)| Ord::max(due, lease)).min().map(Timestamp::from_micros))
}

/// Takes the lease of an operation that is due and free. Of several engines that try, one gets it.
///
/// # Errors
/// A failure of the database.
pub async fn lease(
    tx: &Tx<SystemScope>,
    id: OperationId,
    owner: &str,
    until: Timestamp,
) -> Result<Option<Operation>> {
    let now = tx.now().micros();
    let result = operation::Entity::update_many()
        .col_expr(operation::Column::LeaseOwner, Expr::value(owner))
        .col_expr(operation::Column::LeaseUntil, Expr::value(until.micros()))
        .filter(operation::Column::Id.eq(id.to_string()))
        .filter(operation::Column::LeaseUntil.lte(now))
        .filter(unfinished())
        .exec(on(tx))
        .await
        .doing("leasing an operation")?;
    if result.rows_affected == 0 {
        return Ok(None);
    }
    find(tx, id).await
}

/// Extends the leases that `owner` still has; returns those that it lost.
///
/// # Errors
/// A failure of the database.
pub async fn renew(
    tx: &Tx<SystemScope>,
    owner: &str,
    ids: &[OperationId],
    until: Timestamp,
) -> Result<Vec<OperationId>> {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    operation::Entity::update_many()
        .col_expr(operation::Column::LeaseUntil, Expr::value(until.micros()))
        .filter(operation::Column::Id.is_in(texts.iter().map(String::as_str)))
        .filter(operation::Column::LeaseOwner.eq(owner))
        .exec(on(tx))
        .await
        .doing("renewing leases")?;
    let kept: Vec<String> = operation::Entity::find()
        .select_only()
        .column(operation::Column::Id)
        .filter(operation::Column::Id.is_in(texts.iter().map(String::as_str)))
        .filter(operation::Column::LeaseOwner.eq(owner))
        .into_tuple()
        .all(on(tx))
        .await
        .doing("reading leases")?;
    Ok(ids.iter().copied().filter(|id| !kept.contains(&id.to_string())).collect())
}

/// Ends all leases, for a server that knows to be alone with its database: whoever held them is gone.
///
/// # Errors
/// A failure of the database.
pub async fn break_leases(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = operation::Entity::update_many()
        .col_expr(operation::Column::LeaseUntil, Expr::value(0_i64))
        .filter(unfinished())
        .filter(operation::Column::LeaseUntil.gt(0_i64))
        .exec(on(tx))
        .await
        .doing("breaking leases")?;
    Ok(result.rows_affected)
}

/// What the engine writes after a decision. The lease stays unless `release` is set.
#[derive(Debug, Clone)]
pub struct Advance {
    pub state: OperationState,
    pub record: String,
    /// Unchanged when absent.
    pub outputs: Option<String>,
    pub due_at: Timestamp,
    pub deadline: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub release: bool,
}

/// Stores a decision. `false` when `owner` has lost the lease: another engine works on the operation now.
///
/// # Errors
/// A failure of the database.
pub async fn advance(tx: &Tx<SystemScope>, id: OperationId, owner: &str, advance: Advance) -> Result<bool> {
    let mut update = operation::Entity::update_many()
        .col_expr(operation::Column::State, Expr::value(advance.state.as_str()))
        .col_expr(operation::Column::Record, Expr::value(advance.record))
        .col_expr(operation::Column::DueAt, Expr::value(advance.due_at.micros()))
        .col_expr(operation::Column::Deadline, Expr::value(advance.deadline.micros()))
        .col_expr(operation::Column::StartedAt, Expr::value(advance.started_at.map(Timestamp::micros)))
        .col_expr(operation::Column::EndedAt, Expr::value(advance.ended_at.map(Timestamp::micros)))
        .col_expr(operation::Column::Version, Expr::col(operation::Column::Version).add(1_i64))
        .col_expr(operation::Column::Progress, Expr::value(None::<String>))
        .filter(operation::Column::Id.eq(id.to_string()))
        .filter(operation::Column::LeaseOwner.eq(owner));
    if let Some(outputs) = advance.outputs {
        update = update.col_expr(operation::Column::Outputs, Expr::value(outputs));
    }
    if advance.release || advance.state.is_finished() {
        update = update
            .col_expr(operation::Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(operation::Column::LeaseUntil, Expr::value(0_i64));
    }
    if advance.state.is_finished() {
        update = update
            .col_expr(operation::Column::Holds, Expr::value(None::<String>))
            .col_expr(operation::Column::Cancel, Expr::value(None::<String>));
    }
    let result = update.exec(on(tx)).await.doing("storing an operation's progress")?;
    Ok(result.rows_affected > 0)
}

/// Those of `owner`'s operations that were asked to stop.
///
/// # Errors
/// A failure of the database.
pub async fn asked_to_stop(access: &impl SystemAccess, owner: &str) -> Result<Vec<OperationId>> {
    let ids: Vec<String> = operation::Entity::find()
        .select_only()
        .column(operation::Column::Id)
        .filter(operation::Column::LeaseOwner.eq(owner))
        .filter(operation::Column::Cancel.is_not_null())
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding operations that were asked to stop")?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Frees the lease at once, leaving when the operation is due.
///
/// # Errors
/// A failure of the database.
pub async fn give_back(tx: &Tx<SystemScope>, id: OperationId, owner: &str) -> Result<()> {
    operation::Entity::update_many()
        .col_expr(operation::Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(operation::Column::LeaseUntil, Expr::value(0_i64))
        .filter(operation::Column::Id.eq(id.to_string()))
        .filter(operation::Column::LeaseOwner.eq(owner))
        .exec(on(tx))
        .await
        .doing("giving a lease back")?;
    Ok(())
}

/// Makes the unfinished operations that wait for the end of `id` due, and returns them.
///
/// # Errors
/// A failure of the database.
pub async fn release_followers(tx: &Tx<SystemScope>, id: OperationId) -> Result<Vec<OperationId>> {
    let result = operation::Entity::update_many()
        .col_expr(operation::Column::DueAt, Expr::value(tx.now().micros()))
        .filter(operation::Column::Follows.eq(id.to_string()))
        .filter(unfinished())
        .exec(on(tx))
        .await
        .doing("releasing the operation that follows")?;
    if result.rows_affected == 0 {
        return Ok(Vec::new());
    }
    let access = tx;
    let ids: Vec<String> = operation::Entity::find()
        .select_only()
        .column(operation::Column::Id)
        .filter(operation::Column::Follows.eq(id.to_string()))
        .filter(unfinished())
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding the operation that follows")?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Stores how far the running step is. `false` when the lease is lost.
///
/// # Errors
/// A failure of the database.
pub async fn set_progress(
    tx: &Tx<SystemScope>,
    id: OperationId,
    owner: &str,
    progress: &str,
) -> Result<bool> {
    let result = operation::Entity::update_many()
        .col_expr(operation::Column::Progress, Expr::value(progress))
        .filter(operation::Column::Id.eq(id.to_string()))
        .filter(operation::Column::LeaseOwner.eq(owner))
        .exec(on(tx))
        .await
        .doing("storing a step's progress")?;
    Ok(result.rows_affected > 0)
}

/// Puts an ended operation back into the queue. Fails like [`insert`] when its resource is held by another one by now; returns
/// whether it was ended.
///
/// # Errors
/// `operation_in_progress`, or a failure of the database.
pub async fn queue_again<S: Scope>(
    tx: &Tx<S>,
    row: &Operation,
    record: String,
    deadline: Timestamp,
) -> Result<bool> {
    let updated = operation::Entity::update_many()
        .col_expr(operation::Column::State, Expr::value(OperationState::Queued.as_str()))
        .col_expr(operation::Column::Holds, Expr::value(row.resource.clone()))
        .col_expr(operation::Column::Record, Expr::value(record))
        .col_expr(operation::Column::DueAt, Expr::value(tx.now().micros()))
        .col_expr(operation::Column::Deadline, Expr::value(deadline.micros()))
        .col_expr(operation::Column::EndedAt, Expr::value(None::<i64>))
        .col_expr(operation::Column::Cancel, Expr::value(None::<String>))
        .col_expr(operation::Column::Version, Expr::col(operation::Column::Version).add(1_i64))
        .filter(operation::Column::Id.eq(row.id.as_str()))
        .filter(operation::Column::Version.eq(row.version))
        .filter(visible(tx))
        .filter(unfinished().not())
        .exec(on(tx))
        .await
        .doing("queueing an operation again");
    match updated {
        Err(error) if is_duplicate(&error) => Err(in_progress().source_error(error)),
        Err(error) => Err(error),
        Ok(result) => Ok(result.rows_affected > 0),
    }
}

/// # Errors
/// A failure of the database.
pub async fn append_log<S: Scope>(tx: &Tx<S>, id: OperationId, step: Option<&str>, text: &str) -> Result<()> {
    let row = operation_log::ActiveModel {
        id: ActiveValue::NotSet,
        operation_id: ActiveValue::Set(id.to_string()),
        at: ActiveValue::Set(tx.now().micros()),
        step: ActiveValue::Set(step.map(str::to_owned)),
        text: ActiveValue::Set(text.to_owned()),
    };
    operation_log::Entity::insert(row)
        .exec_without_returning(on(tx))
        .await
        .doing("adding to an operation's log")?;
    Ok(())
}

/// The log after line `after`, oldest first. The operation must have been found with the same access.
///
/// # Errors
/// A failure of the database.
pub async fn log<A: Access>(
    access: &A,
    operation: &Operation,
    after: i64,
    limit: u64,
) -> Result<Vec<OperationLogRow>> {
    operation_log::Entity::find()
        .filter(operation_log::Column::OperationId.eq(operation.id.as_str()))
        .filter(operation_log::Column::Id.gt(after))
        .order_by_asc(operation_log::Column::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("reading an operation's log")
}

/// Removes operations that ended before `before`, with their log.
///
/// # Errors
/// A failure of the database.
pub async fn prune(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let result = operation::Entity::delete_many()
        .filter(operation::Column::EndedAt.lt(before.micros()))
        .filter(unfinished().not())
        .exec(on(tx))
        .await
        .doing("pruning operations")?;
    Ok(result.rows_affected)
}
