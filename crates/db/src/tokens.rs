//! Queries on API tokens. Written by `control::identity`.

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr,
};
use stead_core::ids::{TokenId, UserId};
use stead_core::{Result, Timestamp};

use crate::entities::api_token;
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::api_token::Model as ApiToken;

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: ApiToken) -> Result<()> {
    api_token::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting an API token")?;
    Ok(())
}

/// The token with this hash of its secret, expired or not.
///
/// # Errors
/// A failure of the database.
pub async fn by_secret_hash(access: &impl SystemAccess, hash: &str) -> Result<Option<ApiToken>> {
    api_token::Entity::find()
        .filter(api_token::Column::SecretHash.eq(hash))
        .one(on(access))
        .await
        .doing("finding an API token")
}

/// # Errors
/// A failure of the database.
pub async fn find(access: &impl SystemAccess, id: TokenId) -> Result<Option<ApiToken>> {
    api_token::Entity::find_by_id(id.to_string()).one(on(access)).await.doing("finding an API token")
}

/// Tokens of a user that have not expired, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_user<A: Access>(access: &A, user: UserId, now: Timestamp) -> Result<Vec<ApiToken>> {
    api_token::Entity::find()
        .filter(api_token::Column::UserId.eq(user.to_string()))
        .filter(api_token::Column::ExpiresAt.is_null().or(api_token::Column::ExpiresAt.gt(now.micros())))
        .order_by_desc(api_token::Column::Id)
        .all(on(access))
        .await
        .doing("listing API tokens")
}

/// Marks it used now; returns whether it still exists.
///
/// # Errors
/// A failure of the database.
pub async fn touch(tx: &Tx<SystemScope>, id: TokenId) -> Result<bool> {
    let result = api_token::Entity::update_many()
        .col_expr(api_token::Column::LastUsedAt, Expr::value(tx.now().micros()))
        .filter(api_token::Column::Id.eq(id.to_string()))
        .exec(on(tx))
        .await
        .doing("marking an API token used")?;
    Ok(result.rows_affected > 0)
}

/// Returns whether the user had such a token.
///
/// # Errors
/// A failure of the database.
pub async fn delete(tx: &Tx<SystemScope>, user: UserId, id: TokenId) -> Result<bool> {
    let result = api_token::Entity::delete_many()
        .filter(api_token::Column::Id.eq(id.to_string()).and(api_token::Column::UserId.eq(user.to_string())))
        .exec(on(tx))
        .await
        .doing("revoking an API token")?;
    Ok(result.rows_affected > 0)
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = api_token::Entity::delete_many()
        .filter(api_token::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired API tokens")?;
    Ok(result.rows_affected)
}

/// Every token of the user, expired or not.
///
/// # Errors
/// A failure of the database.
pub async fn all_of_user(access: &impl SystemAccess, user: UserId) -> Result<Vec<ApiToken>> {
    api_token::Entity::find()
        .filter(api_token::Column::UserId.eq(user.to_string()))
        .all(on(access))
        .await
        .doing("listing API tokens")
}
