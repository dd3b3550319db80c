//! Queries on secrets. Written by `control::secrets`.
//!
//! A tenant's scope sees those of its tenant and of its instances; those of users are Stead's own to see, on their behalf.

#[cfg(any(test, feature = "testing"))]
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use stead_core::Result;

use crate::entities::{secret, secret_version};
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::secret::Model as SecretRow;
pub use crate::entities::secret_version::Model as SecretVersionRow;

fn visible<A: Access>(access: &A, holder: &str) -> Condition {
    let condition = Condition::all().add(secret::Column::Holder.eq(holder));
    match access.tenant() {
        Some(tenant) => condition.add(secret::Column::TenantId.eq(tenant.to_string())),
        None => condition,
    }
}

/// Those of a tenant, a user or an instance, by name.
///
/// # Errors
/// A failure of the database.
pub async fn list<A: Access>(access: &A, holder: &str) -> Result<Vec<SecretRow>> {
    secret::Entity::find()
        .filter(visible(access, holder))
        .order_by_asc(secret::Column::Name)
        .all(on(access))
        .await
        .doing("listing secrets")
}

/// # Errors
/// A failure of the database.
pub async fn count<A: Access>(access: &A, holder: &str) -> Result<u64> {
    secret::Entity::find().filter(visible(access, holder)).count(on(access)).await.doing("counting secrets")
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, holder: &str, name: &str) -> Result<Option<SecretRow>> {
    secret::Entity::find()
        .filter(visible(access, holder))
        .filter(secret::Column::Name.eq(name))
        .one(on(access))
        .await
        .doing("finding a secret")
}

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: SecretRow) -> Result<()> {
    secret::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a secret")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn update<S: Scope>(tx: &Tx<S>, row: SecretRow) -> Result<()> {
    row.into_active_model().reset_all().update(on(tx)).await.doing("changing a secret")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn insert_version<S: Scope>(tx: &Tx<S>, row: SecretVersionRow) -> Result<()> {
    secret_version::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a version of a secret")?;
    Ok(())
}

/// Removes versions before `oldest`.
///
/// # Errors
/// A failure of the database.
pub async fn remove_versions_before<S: Scope>(tx: &Tx<S>, secret: &str, oldest: i64) -> Result<()> {
    secret_version::Entity::delete_many()
        .filter(secret_version::Column::SecretId.eq(secret))
        .filter(secret_version::Column::Version.lt(oldest))
        .exec(on(tx))
        .await
        .doing("removing old versions of a secret")?;
    Ok(())
}

/// Of a secret that was found before, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn versions<A: Access>(access: &A, secret: &SecretRow) -> Result<Vec<SecretVersionRow>> {
    secret_version::Entity::find()
        .filter(secret_version::Column::SecretId.eq(secret.id.as_str()))
        .order_by_desc(secret_version::Column::Version)
        .all(on(access))
        .await
        .doing("listing the versions of a secret")
}

/// Removes the secret with its versions. Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn delete<S: Scope>(tx: &Tx<S>, holder: &str, name: &str) -> Result<bool> {
    let result = secret::Entity::delete_many()
        .filter(visible(tx, holder))
        .filter(secret::Column::Name.eq(name))
        .exec(on(tx))
        .await
        .doing("removing a secret")?;
    Ok(result.rows_affected > 0)
}

/// Whether any of the holders has a secret.
///
/// # Errors
/// A failure of the database.
pub async fn any(access: &impl SystemAccess, holders: &[String]) -> Result<bool> {
    let found = secret::Entity::find()
        .filter(secret::Column::Holder.is_in(holders.iter().map(String::as_str)))
        .one(on(access))
        .await
        .doing("looking for secrets")?;
    Ok(found.is_some())
}

/// The secrets of the holders with the newest version of each.
///
/// # Errors
/// A failure of the database.
pub async fn newest(
    access: &impl SystemAccess,
    holders: &[String],
) -> Result<Vec<(SecretRow, SecretVersionRow)>> {
    let rows = secret::Entity::find()
        .filter(secret::Column::Holder.is_in(holders.iter().map(String::as_str)))
        .all(on(access))
        .await
        .doing("reading the secrets of an instance")?;
    let ids = rows.iter().map(|row| row.id.as_str());
    let versions = secret_version::Entity::find()
        .filter(secret_version::Column::SecretId.is_in(ids))
        .all(on(access))
        .await
        .doing("reading the values of secrets")?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let version = versions
                .iter()
                .find(|version| version.secret_id == row.id && version.version == row.version)?
                .clone();
            Some((row, version))
        })
        .collect())
}

/// Puts a sealed text in the place of another, as nobody but an attacker with access to the database would.
///
/// # Errors
/// A failure of the database.
#[cfg(any(test, feature = "testing"))]
pub async fn tamper(tx: &Tx<crate::SystemScope>, secret: &str, version: i64, sealed: &str) -> Result<()> {
    secret_version::Entity::update_many()
        .col_expr(secret_version::Column::SealedValue, Expr::value(sealed))
        .filter(secret_version::Column::SecretId.eq(secret))
        .filter(secret_version::Column::Version.eq(version))
        .exec(on(tx))
        .await
        .doing("tampering with a secret")?;
    Ok(())
}
