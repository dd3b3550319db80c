//! Checkpoints. Written by `control::audit`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::Result;
use stead_core::audit::tree::Frontier;

use super::{trees, visible};
use crate::entities::{audit_checkpoint, audit_tree};
use crate::failure::Doing;
use crate::scope::{Access, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::audit_checkpoint::Model as Checkpoint;

/// Trees that grew since their last checkpoint, in order of ids after `after`.
///
/// # Errors
/// A failure of the database.
pub async fn due_trees(
    access: &impl SystemAccess,
    after: &str,
    limit: u64,
) -> Result<Vec<(String, Frontier)>> {
    let rows = audit_tree::Entity::find()
        .filter(audit_tree::Column::Id.gt(after))
        .filter(Expr::col(audit_tree::Column::Size).gt(Expr::col(audit_tree::Column::Checkpointed)))
        .order_by_asc(audit_tree::Column::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("finding trees without a checkpoint")?;
    rows.into_iter().map(|row| trees::parsed(&row).map(|frontier| (row.id, frontier))).collect()
}

/// # Errors
/// A failure of the database.
pub async fn add_checkpoint(tx: &Tx<SystemScope>, row: Checkpoint) -> Result<()> {
    let (tree, size) = (row.tree.clone(), row.size);
    audit_checkpoint::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing()
        .exec_without_returning(on(tx))
        .await
        .doing("storing a checkpoint")?;
    let change = audit_tree::ActiveModel { checkpointed: ActiveValue::Set(size), ..Default::default() };
    audit_tree::Entity::update_many()
        .set(change)
        .filter(audit_tree::Column::Id.eq(tree))
        .filter(audit_tree::Column::Checkpointed.lt(size))
        .exec(on(tx))
        .await
        .doing("noting a checkpoint")?;
    Ok(())
}

/// The newest checkpoints of a tree, the newest first. For Stead itself any tree, for a tenant its own alone.
///
/// # Errors
/// A failure of the database.
pub async fn checkpoints<A: Access>(access: &A, tree: &str, limit: u64) -> Result<Vec<Checkpoint>> {
    audit_checkpoint::Entity::find()
        .filter(audit_checkpoint::Column::Tree.eq(visible(access, tree)))
        .order_by_desc(audit_checkpoint::Column::Size)
        .limit(limit)
        .all(on(access))
        .await
        .doing("reading checkpoints")
}

/// Checkpoints of all trees made at or after a time, in order of time.
///
/// # Errors
/// A failure of the database.
pub async fn newest_checkpoints(
    access: &impl SystemAccess,
    since: stead_core::Timestamp,
    limit: u64,
) -> Result<Vec<Checkpoint>> {
    audit_checkpoint::Entity::find()
        .filter(audit_checkpoint::Column::At.gte(since.micros()))
        .order_by_asc(audit_checkpoint::Column::At)
        .order_by_asc(audit_checkpoint::Column::Tree)
        .limit(limit)
        .all(on(access))
        .await
        .doing("reading checkpoints")
}
