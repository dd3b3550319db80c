//! Queries on accounts elsewhere that users have linked. Written by `control::identity`.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::Result;
use stead_core::ids::{IdentityId, UserId};

use crate::entities::identity;
use crate::failure::{Doing, corrupt};
use crate::scope::{Access, Scope, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::identity::Model as Identity;

/// # Errors
/// A failure of the database; also when the account elsewhere is linked already.
pub async fn insert(tx: &Tx<SystemScope>, row: Identity) -> Result<()> {
    identity::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("linking an account elsewhere")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn find(
    access: &impl SystemAccess,
    source: &str,
    issuer: &str,
    subject: &str,
) -> Result<Option<Identity>> {
    identity::Entity::find()
        .filter(identity::Column::SourceId.eq(source))
        .filter(identity::Column::Issuer.eq(issuer))
        .filter(identity::Column::Subject.eq(subject))
        .one(on(access))
        .await
        .doing("finding an account elsewhere")
}

/// Those of a user, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_user(access: &impl SystemAccess, user: UserId) -> Result<Vec<Identity>> {
    identity::Entity::find()
        .filter(identity::Column::UserId.eq(user.to_string()))
        .order_by_asc(identity::Column::Id)
        .all(on(access))
        .await
        .doing("listing linked accounts")
}

/// It was signed in with.
///
/// # Errors
/// A failure of the database.
pub async fn used(tx: &Tx<SystemScope>, id: &str, email: Option<&str>) -> Result<()> {
    identity::Entity::update_many()
        .set(identity::ActiveModel {
            email: Set(email.map(str::to_owned)),
            last_used_at: Set(Some(tx.now().micros())),
            ..Default::default()
        })
        .filter(identity::Column::Id.eq(id))
        .exec(on(tx))
        .await
        .doing("noting the use of a linked account")?;
    Ok(())
}

/// Removes one of a user's; what it was.
///
/// # Errors
/// A failure of the database.
pub async fn delete(tx: &Tx<SystemScope>, user: UserId, id: IdentityId) -> Result<Option<Identity>> {
    let found = identity::Entity::find_by_id(id.to_string())
        .filter(identity::Column::UserId.eq(user.to_string()))
        .one(on(tx))
        .await
        .doing("finding a linked account")?;
    let Some(found) = found else { return Ok(None) };
    identity::Entity::delete_by_id(found.id.clone()).exec(on(tx)).await.doing("unlinking an account")?;
    Ok(Some(found))
}

/// Removes all of a user's.
///
/// # Errors
/// A failure of the database.
pub async fn delete_of_user(tx: &Tx<SystemScope>, user: UserId) -> Result<()> {
    identity::Entity::delete_many()
        .filter(identity::Column::UserId.eq(user.to_string()))
        .exec(on(tx))
        .await
        .doing("unlinking the accounts of a user")?;
    Ok(())
}

fn of_source<A: Access>(access: &A, source: &str) -> sea_orm::Condition {
    let condition = sea_orm::Condition::all().add(identity::Column::SourceId.eq(source));
    match access.tenant() {
        Some(tenant) => condition.add(identity::Column::TenantId.eq(tenant.to_string())),
        None => condition,
    }
}

/// Who has linked an account of the source.
///
/// # Errors
/// A failure of the database.
pub async fn users_of_source<A: Access>(access: &A, source: &str) -> Result<Vec<UserId>> {
    let ids: Vec<String> = identity::Entity::find()
        .select_only()
        .column(identity::Column::UserId)
        .distinct()
        .filter(of_source(access, source))
        .into_tuple()
        .all(on(access))
        .await
        .doing("listing the users of a source of sign-in")?;
    ids.iter().map(|id| id.parse().map_err(|_| corrupt("a user's id"))).collect()
}

/// Removes all of a source.
///
/// # Errors
/// A failure of the database.
pub async fn delete_of_source<S: Scope>(tx: &Tx<S>, source: &str) -> Result<()> {
    identity::Entity::delete_many()
        .filter(of_source(tx, source))
        .exec(on(tx))
        .await
        .doing("unlinking the accounts of a source")?;
    Ok(())
}
