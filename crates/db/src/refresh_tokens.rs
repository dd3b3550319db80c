//! Queries on refresh tokens. Written by `control::identity`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use stead_core::ids::SessionId;
use stead_core::{Result, Timestamp};

use crate::entities::refresh_token;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::refresh_token::Model as RefreshToken;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: RefreshToken) -> Result<()> {
    refresh_token::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a refresh token")?;
    Ok(())
}

/// By its hash, whatever became of it.
///
/// # Errors
/// A failure of the database.
pub async fn find(access: &impl SystemAccess, hash: &str) -> Result<Option<RefreshToken>> {
    refresh_token::Entity::find_by_id(hash.to_owned()).one(on(access)).await.doing("finding a refresh token")
}

/// Every token of a session, used ones too.
///
/// # Errors
/// A failure of the database.
pub async fn of_session(access: &impl SystemAccess, session: SessionId) -> Result<Vec<RefreshToken>> {
    refresh_token::Entity::find()
        .filter(refresh_token::Column::SessionId.eq(session.to_string()))
        .all(on(access))
        .await
        .doing("listing refresh tokens")
}

/// Marks it exchanged for the sealed successor; of several who try, one gets `true`.
///
/// # Errors
/// A failure of the database.
pub async fn exchange(tx: &Tx<SystemScope>, hash: &str, successor: &str) -> Result<bool> {
    let result = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(tx.now().micros()))
        .col_expr(refresh_token::Column::Successor, Expr::value(successor))
        .filter(refresh_token::Column::SecretHash.eq(hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(on(tx))
        .await
        .doing("exchanging a refresh token")?;
    Ok(result.rows_affected == 1)
}

/// Forgets the sealed successors of those that were exchanged before.
///
/// # Errors
/// A failure of the database.
pub async fn forget_successors(tx: &Tx<SystemScope>, before: Timestamp) -> Result<u64> {
    let result = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::Successor, Expr::value(Option::<String>::None))
        .filter(refresh_token::Column::UsedAt.lt(before.micros()))
        .filter(refresh_token::Column::Successor.is_not_null())
        .exec(on(tx))
        .await
        .doing("forgetting sealed successors")?;
    Ok(result.rows_affected)
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired refresh tokens")?;
    Ok(result.rows_affected)
}
