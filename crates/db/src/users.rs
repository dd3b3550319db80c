//! Queries on users. Written by `control::identity`.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ActiveValue::{self, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use stead_core::email::EmailAddress;
use stead_core::ids::UserId;
use stead_core::{Error, Result, Timestamp};

use crate::entities::{password, tenant, user};
use crate::failure::Doing;
use crate::scope::{Access, SystemAccess, SystemScope, TenantAccess};
use crate::tenants::Tenant;
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

/// What operators look for among all users.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Part of the name or of the address, or an id.
    pub text: Option<String>,
    pub operator: Option<bool>,
    pub disabled: Option<bool>,
}

/// The newest first, from before `before` on.
///
/// # Errors
/// A failure of the database.
pub async fn list_all(
    access: &impl SystemAccess,
    filter: &UserFilter,
    before: Option<&str>,
    limit: u64,
) -> Result<Vec<User>> {
    let mut query = user::Entity::find().order_by_desc(user::Column::Id).limit(limit);
    if let Some(before) = before {
        query = query.filter(user::Column::Id.lt(before));
    }
    if let Some(text) = &filter.text {
        query = query.filter(
            Condition::any()
                .add(crate::tenants::contains(user::Column::Name, text))
                .add(crate::tenants::contains(user::Column::Email, text))
                .add(user::Column::Id.eq(text.as_str())),
        );
    }
    if let Some(operator) = filter.operator {
        query = query.filter(user::Column::IsOperator.eq(operator));
    }
    if let Some(disabled) = filter.disabled {
        let column = user::Column::DisabledAt;
        query = query.filter(if disabled { column.is_not_null() } else { column.is_null() });
    }
    query.all(on(access)).await.doing("listing all users")
}

/// Keeps somebody out, or lets them in again (`None`).
///
/// # Errors
/// A failure of the database.
pub async fn set_disabled(tx: &Tx<SystemScope>, id: UserId, at: Option<Timestamp>) -> Result<()> {
    let row = user::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(id.to_string()),
        disabled_at: sea_orm::ActiveValue::Set(at.map(Timestamp::micros)),
        ..Default::default()
    };
    row.update(on(tx)).await.doing("disabling a user")?;
    Ok(())
}

/// How many operators there are who are not kept out.
///
/// # Errors
/// A failure of the database.
pub async fn operators(access: &impl SystemAccess) -> Result<u64> {
    user::Entity::find()
        .filter(user::Column::IsOperator.eq(true))
        .filter(user::Column::DisabledAt.is_null())
        .count(on(access))
        .await
        .doing("counting operators")
}

/// The user with this address (`stead_core::email::EmailAddress::key`).
///
/// # Errors
/// A failure of the database.
pub async fn by_email_key(access: &impl SystemAccess, key: &str) -> Result<Option<User>> {
    user::Entity::find()
        .filter(user::Column::EmailKey.eq(key))
        .one(on(access))
        .await
        .doing("finding a user by address")
}

/// The same with the PHC string of their password, in one query, whether there is one or not.
///
/// # Errors
/// A failure of the database.
pub async fn with_password(access: &impl SystemAccess, key: &str) -> Result<Option<(User, Option<String>)>> {
    let found = user::Entity::find()
        .filter(user::Column::EmailKey.eq(key))
        .join(
            JoinType::LeftJoin,
            user::Entity::belongs_to(password::Entity)
                .from(user::Column::Id)
                .to(password::Column::UserId)
                .into(),
        )
        .select_also(password::Entity)
        .one(on(access))
        .await
        .doing("finding a user and their password")?;
    Ok(found.map(|(user, password)| (user, password.map(|row| row.hash))))
}

/// A user with their personal tenant, which only somebody who is being erased does not have.
///
/// # Errors
/// A failure of the database.
pub async fn with_personal_tenant(
    access: &impl SystemAccess,
    id: UserId,
) -> Result<Option<(User, Option<Tenant>)>> {
    user::Entity::find_by_id(id.to_string())
        .join(
            JoinType::LeftJoin,
            user::Entity::belongs_to(tenant::Entity)
                .from(user::Column::Id)
                .to(tenant::Column::PersonalOf)
                .into(),
        )
        .select_also(tenant::Entity)
        .one(on(access))
        .await
        .doing("finding a user and their tenant")
}

/// Names by id; those who are gone are missing.
///
/// # Errors
/// A failure of the database.
pub async fn names<A: Access>(access: &A, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(String, String)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(on(access))
        .await
        .doing("reading the names of users")?;
    Ok(found.into_iter().collect())
}

/// Gives the user an address that nobody else has, known to be theirs since `verified_at`.
///
/// # Errors
/// `email_taken`; a failure of the database.
pub async fn set_email(
    tx: &Tx<SystemScope>,
    id: UserId,
    email: &EmailAddress,
    verified_at: Option<Timestamp>,
) -> Result<()> {
    let taken = by_email_key(tx, email.key()).await?;
    if taken.is_some_and(|other| other.id != id.to_string()) {
        return Err(Error::conflict("email_taken", "Another account has this e-mail address.")
            .next_step("Use another address, or sign in to the account that has it."));
    }
    update(tx, id, |row| {
        row.email = Set(Some(email.as_str().to_owned()));
        row.email_key = Set(Some(email.key().to_owned()));
        row.email_verified_at = Set(verified_at.map(Timestamp::micros));
    })
    .await
}

/// The address is known to be theirs from now on.
///
/// # Errors
/// A failure of the database.
pub async fn set_email_verified(tx: &Tx<SystemScope>, id: UserId) -> Result<()> {
    let now = tx.now().micros();
    update(tx, id, |row| row.email_verified_at = Set(Some(now))).await
}

/// Voids what was made for the user's credentials as they were.
///
/// # Errors
/// A failure of the database.
pub async fn raise_credential_version(tx: &Tx<SystemScope>, id: UserId) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::CredentialVersion, Expr::col(user::Column::CredentialVersion).add(1))
        .filter(user::Column::Id.eq(id.to_string()))
        .exec(on(tx))
        .await
        .doing("raising a credential version")?;
    Ok(())
}

/// Since when the user wants their account gone; `None` takes the wish back.
///
/// # Errors
/// A failure of the database.
pub async fn set_deleted(tx: &Tx<SystemScope>, id: UserId, at: Option<Timestamp>) -> Result<()> {
    update(tx, id, |row| row.deleted_at = Set(at.map(Timestamp::micros))).await
}

/// Users who want their account gone, the oldest wish first.
///
/// # Errors
/// A failure of the database.
pub async fn departing(access: &impl SystemAccess, limit: u64) -> Result<Vec<User>> {
    user::Entity::find()
        .filter(user::Column::DeletedAt.is_not_null())
        .order_by_asc(user::Column::DeletedAt)
        .limit(limit)
        .all(on(access))
        .await
        .doing("finding users who want to be gone")
}

async fn update(
    tx: &Tx<SystemScope>,
    id: UserId,
    change: impl FnOnce(&mut user::ActiveModel) + Send,
) -> Result<()> {
    let mut row = user::ActiveModel { id: ActiveValue::Unchanged(id.to_string()), ..Default::default() };
    change(&mut row);
    user::Entity::update(row).exec(on(tx)).await.doing("changing a user")?;
    Ok(())
}
