//! Queries on preview tickets and preview sessions. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use stead_core::Result;

use crate::entities::{preview_session, preview_ticket};
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::preview_session::Model as PreviewSession;
pub use crate::entities::preview_ticket::Model as PreviewTicket;

/// # Errors
/// A failure of the database.
pub async fn insert_ticket(tx: &Tx<SystemScope>, row: PreviewTicket) -> Result<()> {
    preview_ticket::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a preview ticket")?;
    Ok(())
}

/// Takes the ticket away; of several who try, one gets it. Expired tickets are taken but not returned.
///
/// # Errors
/// A failure of the database.
pub async fn take_ticket(tx: &Tx<SystemScope>, hash: &str) -> Result<Option<PreviewTicket>> {
    let Some(row) = preview_ticket::Entity::find_by_id(hash.to_owned())
        .one(on(tx))
        .await
        .doing("finding a preview ticket")?
    else {
        return Ok(None);
    };
    let result = preview_ticket::Entity::delete_by_id(hash.to_owned())
        .exec(on(tx))
        .await
        .doing("taking a preview ticket")?;
    Ok((result.rows_affected == 1 && row.expires_at > tx.now().micros()).then_some(row))
}

/// # Errors
/// A failure of the database.
pub async fn insert_session(tx: &Tx<SystemScope>, row: PreviewSession) -> Result<()> {
    preview_session::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a preview session")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn find_session(access: &impl SystemAccess, hash: &str) -> Result<Option<PreviewSession>> {
    preview_session::Entity::find_by_id(hash.to_owned())
        .one(on(access))
        .await
        .doing("finding a preview session")
}

/// Ends all preview sessions and tickets that a session opened.
///
/// # Errors
/// A failure of the database.
pub async fn delete_of(tx: &Tx<SystemScope>, credential: &str) -> Result<()> {
    preview_session::Entity::delete_many()
        .filter(preview_session::Column::Credential.eq(credential))
        .exec(on(tx))
        .await
        .doing("ending preview sessions")?;
    preview_ticket::Entity::delete_many()
        .filter(preview_ticket::Column::Credential.eq(credential))
        .exec(on(tx))
        .await
        .doing("removing preview tickets")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let now = tx.now().micros();
    let tickets = preview_ticket::Entity::delete_many()
        .filter(preview_ticket::Column::ExpiresAt.lte(now))
        .exec(on(tx))
        .await
        .doing("removing expired preview tickets")?;
    let sessions = preview_session::Entity::delete_many()
        .filter(preview_session::Column::ExpiresAt.lte(now))
        .exec(on(tx))
        .await
        .doing("removing expired preview sessions")?;
    Ok(tickets.rows_affected + sessions.rows_affected)
}
