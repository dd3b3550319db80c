//! Queries on one-time sign-in links. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use stead_core::Result;

use crate::entities::sign_in_link;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::sign_in_link::Model as SignInLink;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: SignInLink) -> Result<()> {
    sign_in_link::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a sign-in link")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn by_secret_hash(access: &impl SystemAccess, hash: &str) -> Result<Option<SignInLink>> {
    sign_in_link::Entity::find()
        .filter(sign_in_link::Column::SecretHash.eq(hash))
        .one(on(access))
        .await
        .doing("finding a sign-in link")
}

/// Marks the link used; of several who try, one gets `true`. Expired links cannot be used.
///
/// # Errors
/// A failure of the database.
pub async fn redeem(tx: &Tx<SystemScope>, id: &str) -> Result<bool> {
    let now = tx.now().micros();
    let result = sign_in_link::Entity::update_many()
        .col_expr(sign_in_link::Column::UsedAt, Expr::value(now))
        .filter(sign_in_link::Column::Id.eq(id))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(now))
        .exec(on(tx))
        .await
        .doing("redeeming a sign-in link")?;
    Ok(result.rows_affected == 1)
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = sign_in_link::Entity::delete_many()
        .filter(sign_in_link::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired sign-in links")?;
    Ok(result.rows_affected)
}
