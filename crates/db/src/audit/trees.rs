//! Gives rows their places and leaves at the commit.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use stead_core::Result;
use stead_core::audit::hex;
use stead_core::audit::tree::Frontier;

use super::{AuditEvent, Pending};
use crate::entities::{audit_event, audit_tree};
use crate::failure::{Doing, corrupt};

/// Rows in one statement: SQLite takes 32,766 values.
const CHUNK: usize = 500;

pub(super) fn parsed(row: &audit_tree::Model) -> Result<Frontier> {
    u64::try_from(row.size)
        .ok()
        .and_then(|size| Frontier::parse(size, &row.frontier))
        .ok_or_else(|| corrupt("an audit tree"))
}

/// Writes the rows of a transaction with their leaves. Call it last: on PostgreSQL others who append to the same tree wait from here
/// to the commit, and then begin anew.
pub(crate) async fn write(transaction: &DatabaseTransaction, pending: Vec<Pending>) -> Result<()> {
    let mut trees = BTreeMap::<String, Vec<Pending>>::new();
    for row in pending {
        trees.entry(row.row.tree.clone()).or_default().push(row);
    }
    // In order of their ids, so that two transactions never wait for each other.
    for (id, pending) in trees {
        let (mut frontier, is_new) = match locked(transaction, &id).await? {
            Some(frontier) => (frontier, false),
            None => (Frontier::default(), true),
        };
        let mut rows = Vec::with_capacity(pending.len());
        for Pending { tenant, mut row } in pending {
            row.index = frontier.size();
            let leaf = row.leaf();
            frontier.append(leaf);
            let digest = |text: &stead_core::audit::row::Forgettable| text.digest.map(|digest| hex(&digest));
            rows.push(AuditEvent {
                detail_digest: digest(&row.detail),
                personal_digest: digest(&row.personal),
                about_digest: digest(&row.about),
                id: row.id,
                at: row.at.micros(),
                tenant_id: tenant,
                actor: row.actor,
                credential: row.credential,
                action: row.action,
                object: row.object,
                detail: row.detail.text,
                request_id: row.request_id,
                tree: Some(row.tree),
                leaf_index: Some(i64::try_from(row.index).unwrap_or(i64::MAX)),
                leaf_hash: Some(hex(&leaf)),
                salt: Some(row.salt),
                personal: row.personal.text,
                subject: row.subject,
                about: row.about.text,
            });
        }
        store(transaction, id, &frontier, is_new).await?;
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(CHUNK));
            audit_event::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
                .exec_without_returning(transaction)
                .await
                .doing("appending to the audit log")?;
            rows = rest;
        }
    }
    Ok(())
}

async fn locked(transaction: &DatabaseTransaction, id: &str) -> Result<Option<Frontier>> {
    let found = audit_tree::Entity::find_by_id(id)
        .lock_exclusive()
        .one(transaction)
        .await
        .doing("locking an audit tree")?;
    found.map(|row| parsed(&row)).transpose()
}

async fn store(
    transaction: &DatabaseTransaction,
    id: String,
    frontier: &Frontier,
    is_new: bool,
) -> Result<()> {
    let size = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
    if is_new {
        let row = audit_tree::Model { id, size, frontier: frontier.to_text(), checkpointed: 0 };
        // A tree that another transaction made meanwhile is a lost race, not a double: PostgreSQL says so only when asked like this.
        audit_tree::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing()
            .exec_without_returning(transaction)
            .await
            .doing("making an audit tree")?;
        return Ok(());
    }
    let row = audit_tree::ActiveModel {
        size: ActiveValue::Set(size),
        frontier: ActiveValue::Set(frontier.to_text()),
        ..Default::default()
    };
    audit_tree::Entity::update_many()
        .set(row)
        .filter(audit_tree::Column::Id.eq(id))
        .exec(transaction)
        .await
        .doing("storing an audit tree")?;
    Ok(())
}
