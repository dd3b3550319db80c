//! Queries on sessions. Written by `control::identity`.

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr,
};
use stead_core::ids::{SessionId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::session;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::session::Model as Session;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: Session) -> Result<()> {
    session::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a session")?;
    Ok(())
}

/// The session with this hash of its secret, expired or not.
///
/// # Errors
/// A failure of the database.
pub async fn by_secret_hash(access: &impl SystemAccess, hash: &str) -> Result<Option<Session>> {
    session::Entity::find()
        .filter(session::Column::SecretHash.eq(hash))
        .one(on(access))
        .await
        .doing("finding a session")
}

/// # Errors
/// A failure of the database.
pub async fn find(access: &impl SystemAccess, id: SessionId) -> Result<Option<Session>> {
    session::Entity::find_by_id(id.to_string()).one(on(access)).await.doing("finding a session")
}

/// Sessions of a user that have not expired, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_user(access: &impl SystemAccess, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
    session::Entity::find()
        .filter(session::Column::UserId.eq(user.to_string()))
        .filter(session::Column::ExpiresAt.gt(now.micros()))
        .order_by_desc(session::Column::Id)
        .all(on(access))
        .await
        .doing("listing sessions")
}

/// Every session of a user, expired ones too.
///
/// # Errors
/// A failure of the database.
pub async fn all_of_user(access: &impl SystemAccess, user: UserId) -> Result<Vec<Session>> {
    session::Entity::find()
        .filter(session::Column::UserId.eq(user.to_string()))
        .all(on(access))
        .await
        .doing("listing sessions")
}

/// Marks it used now and moves its end; returns whether it still exists.
///
/// # Errors
/// A failure of the database.
pub async fn touch(tx: &Tx<SystemScope>, id: SessionId, expires_at: Timestamp) -> Result<bool> {
    let result = session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, Expr::value(tx.now().micros()))
        .col_expr(session::Column::ExpiresAt, Expr::value(expires_at.micros()))
        .filter(session::Column::Id.eq(id.to_string()))
        .exec(on(tx))
        .await
        .doing("marking a session used")?;
    Ok(result.rows_affected > 0)
}

/// Gives it another secret.
///
/// # Errors
/// A failure of the database.
pub async fn rotate(tx: &Tx<SystemScope>, id: SessionId, secret_hash: &str) -> Result<bool> {
    let result = session::Entity::update_many()
        .col_expr(session::Column::SecretHash, Expr::value(secret_hash))
        .filter(session::Column::Id.eq(id.to_string()))
        .exec(on(tx))
        .await
        .doing("giving a session another secret")?;
    Ok(result.rows_affected > 0)
}

/// Notes that its holder proved now who they are, and by which factors.
///
/// # Errors
/// A failure of the database.
pub async fn authenticated(tx: &Tx<SystemScope>, id: SessionId, factors: &str) -> Result<bool> {
    let result = session::Entity::update_many()
        .col_expr(session::Column::AuthenticatedAt, Expr::value(tx.now().micros()))
        .col_expr(session::Column::Factors, Expr::value(factors))
        .filter(session::Column::Id.eq(id.to_string()))
        .exec(on(tx))
        .await
        .doing("noting an authentication")?;
    Ok(result.rows_affected > 0)
}

/// Returns whether the user had such a session.
///
/// # Errors
/// A failure of the database.
pub async fn delete(tx: &Tx<SystemScope>, user: UserId, id: SessionId) -> Result<bool> {
    let result = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id.to_string()).and(session::Column::UserId.eq(user.to_string())))
        .exec(on(tx))
        .await
        .doing("ending a session")?;
    Ok(result.rows_affected > 0)
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired sessions")?;
    Ok(result.rows_affected)
}
