//! Queries on users. Written by `control::identity`.

use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder};
use stead_core::Result;
use stead_core::ids::UserId;

use crate::entities::user;
use crate::failure::Doing;
use crate::scope::{Access, SystemAccess, SystemScope, TenantAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::user::Model as User;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: User) -> Result<()> {
    user::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a user")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn find(access: &impl SystemAccess, id: UserId) -> Result<Option<User>> {
    by_id(access, id).await
}

/// The user who acts.
///
/// # Errors
/// A failure of the database.
pub async fn myself(access: &impl TenantAccess) -> Result<Option<User>> {
    by_id(access, access.scope().user_id()).await
}

async fn by_id<A: Access>(access: &A, id: UserId) -> Result<Option<User>> {
    user::Entity::find_by_id(id.to_string()).one(on(access)).await.doing("finding a user")
}

/// The user that was made first: the owner of the installation.
///
/// # Errors
/// A failure of the database.
pub async fn first(access: &impl SystemAccess) -> Result<Option<User>> {
    user::Entity::find().order_by_asc(user::Column::Id).one(on(access)).await.doing("finding the first user")
}

/// # Errors
/// A failure of the database.
pub async fn count(access: &impl SystemAccess) -> Result<u64> {
    user::Entity::find().count(on(access)).await.doing("counting users")
}

/// Removes the user with everything that hangs on the row. Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn remove(tx: &Tx<SystemScope>, id: UserId) -> Result<bool> {
    let done = user::Entity::delete_by_id(id.to_string()).exec(on(tx)).await.doing("removing a user")?;
    Ok(done.rows_affected > 0)
}

/// # Errors
/// A failure of the database.
pub async fn rename(tx: &Tx<SystemScope>, id: UserId, name: &str) -> Result<()> {
    let row = user::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(id.to_string()),
        name: sea_orm::ActiveValue::Set(name.to_owned()),
        ..Default::default()
    };
    row.update(on(tx)).await.doing("renaming a user")?;
    Ok(())
}
