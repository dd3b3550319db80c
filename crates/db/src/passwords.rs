//! Queries on passwords. Written by `control::identity`.

use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr, sea_query::OnConflict,
};
use stead_core::Result;
use stead_core::ids::UserId;

use crate::entities::password;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

/// The user's PHC string.
///
/// # Errors
/// A failure of the database.
pub async fn hash_of(access: &impl SystemAccess, user: UserId) -> Result<Option<String>> {
    let row =
        password::Entity::find_by_id(user.to_string()).one(on(access)).await.doing("finding a password")?;
    Ok(row.map(|row| row.hash))
}

/// # Errors
/// A failure of the database.
pub async fn set(tx: &Tx<SystemScope>, user: UserId, hash: &str) -> Result<()> {
    let row =
        password::Model { user_id: user.to_string(), hash: hash.to_owned(), changed_at: tx.now().micros() };
    password::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(password::Column::UserId)
                .update_columns([password::Column::Hash, password::Column::ChangedAt])
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("setting a password")?;
    Ok(())
}

/// Another hash of the same password; nothing happens when the password was changed meanwhile.
///
/// # Errors
/// A failure of the database.
pub async fn rehash(tx: &Tx<SystemScope>, user: UserId, old: &str, new: &str) -> Result<()> {
    password::Entity::update_many()
        .col_expr(password::Column::Hash, Expr::value(new))
        .filter(password::Column::UserId.eq(user.to_string()))
        .filter(password::Column::Hash.eq(old))
        .exec(on(tx))
        .await
        .doing("hashing a password anew")?;
    Ok(())
}

/// Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn delete(tx: &Tx<SystemScope>, user: UserId) -> Result<bool> {
    let result =
        password::Entity::delete_by_id(user.to_string()).exec(on(tx)).await.doing("removing a password")?;
    Ok(result.rows_affected > 0)
}
