//! Queries on second factors. Written by `control::identity::factors`.

use sea_orm::{
    ColumnTrait, ConnectionTrait as _, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict, Query},
};
use stead_core::Result;
use stead_core::ids::{PasskeyId, UserId};

use crate::entities::{passkey, passkey_ceremony, recovery_code, totp};
use crate::failure::{Doing, corrupt};
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::passkey::Model as Passkey;
pub use crate::entities::passkey_ceremony::Model as PasskeyCeremony;
pub use crate::entities::totp::Model as Totp;

/// # Errors
/// A failure of the database.
pub async fn totp(access: &impl SystemAccess, user: UserId) -> Result<Option<Totp>> {
    totp::Entity::find_by_id(user.to_string()).one(on(access)).await.doing("finding a TOTP secret")
}

/// Which of the factors somebody has that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    /// Confirmed.
    pub totp: bool,
    pub passkey: bool,
}

/// # Errors
/// A failure of the database.
pub async fn kinds(access: &impl SystemAccess, user: UserId) -> Result<Kinds> {
    let user = user.to_string();
    let totp = totp::Entity::find()
        .select_only()
        .column(totp::Column::UserId)
        .filter(totp::Column::UserId.eq(user.as_str()))
        .filter(totp::Column::ConfirmedAt.is_not_null());
    let passkey = passkey::Entity::find()
        .select_only()
        .column(passkey::Column::Id)
        .filter(passkey::Column::UserId.eq(user.as_str()));
    let both = Query::select()
        .expr_as(Expr::exists(totp.into_query()), "totp")
        .expr_as(Expr::exists(passkey.into_query()), "passkey")
        .to_owned();
    let row = on(access).query_one(&both).await.doing("looking for second factors")?;
    let row = row.ok_or_else(|| corrupt("a query without an answer"))?;
    let is = |name| row.try_get::<bool>("", name).doing("looking for second factors");
    Ok(Kinds { totp: is("totp")?, passkey: is("passkey")? })
}

/// Puts a new secret in the place of one that was not confirmed.
///
/// # Errors
/// A failure of the database.
pub async fn set_totp(tx: &Tx<SystemScope>, row: Totp) -> Result<()> {
    totp::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(totp::Column::UserId)
                .update_columns([
                    totp::Column::SealedSecret,
                    totp::Column::LastStep,
                    totp::Column::CreatedAt,
                    totp::Column::ConfirmedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("setting a TOTP secret")?;
    Ok(())
}

/// Uses a time step of the secret that was made then up: of several who try, one gets `true`, and none for a step that is not after the last one.
///
/// # Errors
/// A failure of the database.
pub async fn use_step(tx: &Tx<SystemScope>, user: UserId, made_at: i64, step: i64) -> Result<bool> {
    let result = totp::Entity::update_many()
        .col_expr(totp::Column::LastStep, Expr::value(step))
        .filter(totp::Column::UserId.eq(user.to_string()))
        .filter(totp::Column::CreatedAt.eq(made_at))
        .filter(totp::Column::LastStep.lt(step))
        .exec(on(tx))
        .await
        .doing("using a TOTP code up")?;
    Ok(result.rows_affected == 1)
}

/// # Errors
/// A failure of the database.
pub async fn confirm_totp(tx: &Tx<SystemScope>, user: UserId) -> Result<()> {
    totp::Entity::update_many()
        .col_expr(totp::Column::ConfirmedAt, Expr::value(tx.now().micros()))
        .filter(totp::Column::UserId.eq(user.to_string()))
        .exec(on(tx))
        .await
        .doing("confirming a TOTP secret")?;
    Ok(())
}

/// Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn delete_totp(tx: &Tx<SystemScope>, user: UserId) -> Result<bool> {
    let result =
        totp::Entity::delete_by_id(user.to_string()).exec(on(tx)).await.doing("removing a TOTP secret")?;
    Ok(result.rows_affected > 0)
}

/// How many are left.
///
/// # Errors
/// A failure of the database.
pub async fn recovery_codes_left(access: &impl SystemAccess, user: UserId) -> Result<u64> {
    recovery_code::Entity::find()
        .filter(recovery_code::Column::UserId.eq(user.to_string()))
        .count(on(access))
        .await
        .doing("counting recovery codes")
}

/// Puts these in the place of all that there were.
///
/// # Errors
/// A failure of the database.
pub async fn set_recovery_codes(tx: &Tx<SystemScope>, user: UserId, hashes: &[String]) -> Result<()> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(user.to_string()))
        .exec(on(tx))
        .await
        .doing("removing recovery codes")?;
    if hashes.is_empty() {
        return Ok(());
    }
    let rows = hashes.iter().map(|hash| {
        recovery_code::Model {
            user_id: user.to_string(),
            code_hash: hash.clone(),
            created_at: tx.now().micros(),
        }
        .into_active_model()
    });
    recovery_code::Entity::insert_many(rows)
        .exec_without_returning(on(tx))
        .await
        .doing("inserting recovery codes")?;
    Ok(())
}

/// Uses a code up: of several who try, one gets `true`.
///
/// # Errors
/// A failure of the database.
pub async fn use_recovery_code(tx: &Tx<SystemScope>, user: UserId, hash: &str) -> Result<bool> {
    let result = recovery_code::Entity::delete_by_id((user.to_string(), hash.to_owned()))
        .exec(on(tx))
        .await
        .doing("using a recovery code up")?;
    Ok(result.rows_affected == 1)
}

/// The user's, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn passkeys(access: &impl SystemAccess, user: UserId) -> Result<Vec<Passkey>> {
    passkey::Entity::find()
        .filter(passkey::Column::UserId.eq(user.to_string()))
        .order_by_asc(passkey::Column::Id)
        .all(on(access))
        .await
        .doing("listing passkeys")
}

/// Whether somebody has this credential.
///
/// # Errors
/// A failure of the database.
pub async fn has_credential(access: &impl SystemAccess, credential_id: &str) -> Result<bool> {
    let found = passkey::Entity::find()
        .filter(passkey::Column::CredentialId.eq(credential_id))
        .one(on(access))
        .await
        .doing("finding a passkey")?;
    Ok(found.is_some())
}

/// # Errors
/// A failure of the database.
pub async fn insert_passkey(tx: &Tx<SystemScope>, row: Passkey) -> Result<()> {
    passkey::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a passkey")?;
    Ok(())
}

/// Marks it used now, with its counter and flags as they are now; `false` when it was removed or used otherwise meanwhile.
///
/// # Errors
/// A failure of the database.
pub async fn passkey_used(tx: &Tx<SystemScope>, before: &Passkey, credential: &str) -> Result<bool> {
    let result = passkey::Entity::update_many()
        .col_expr(passkey::Column::Credential, Expr::value(credential))
        .col_expr(passkey::Column::LastUsedAt, Expr::value(tx.now().micros()))
        .filter(passkey::Column::Id.eq(before.id.clone()))
        .filter(passkey::Column::Credential.eq(before.credential.clone()))
        .exec(on(tx))
        .await
        .doing("marking a passkey used")?;
    Ok(result.rows_affected == 1)
}

/// Returns whether the user had such a passkey.
///
/// # Errors
/// A failure of the database.
pub async fn rename_passkey(tx: &Tx<SystemScope>, user: UserId, id: PasskeyId, name: &str) -> Result<bool> {
    let result = passkey::Entity::update_many()
        .col_expr(passkey::Column::Name, Expr::value(name))
        .filter(passkey::Column::Id.eq(id.to_string()))
        .filter(passkey::Column::UserId.eq(user.to_string()))
        .exec(on(tx))
        .await
        .doing("renaming a passkey")?;
    Ok(result.rows_affected == 1)
}

/// The passkey that was removed.
///
/// # Errors
/// A failure of the database.
pub async fn delete_passkey(tx: &Tx<SystemScope>, user: UserId, id: PasskeyId) -> Result<Option<Passkey>> {
    let found = passkey::Entity::find_by_id(id.to_string())
        .filter(passkey::Column::UserId.eq(user.to_string()))
        .one(on(tx))
        .await
        .doing("finding a passkey")?;
    if found.is_some() {
        passkey::Entity::delete_by_id(id.to_string()).exec(on(tx)).await.doing("removing a passkey")?;
    }
    Ok(found)
}

/// Removes everything of the user.
///
/// # Errors
/// A failure of the database.
pub async fn delete_all(tx: &Tx<SystemScope>, user: UserId) -> Result<()> {
    delete_totp(tx, user).await?;
    set_recovery_codes(tx, user, &[]).await?;
    passkey::Entity::delete_many()
        .filter(passkey::Column::UserId.eq(user.to_string()))
        .exec(on(tx))
        .await
        .doing("removing passkeys")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn insert_ceremony(tx: &Tx<SystemScope>, row: PasskeyCeremony) -> Result<()> {
    passkey_ceremony::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a passkey ceremony")?;
    Ok(())
}

/// Takes the ceremony away and returns it, when it is of this kind and not too old: of several who try, one gets it.
///
/// # Errors
/// A failure of the database.
pub async fn take_ceremony(tx: &Tx<SystemScope>, hash: &str, kind: &str) -> Result<Option<PasskeyCeremony>> {
    let found = passkey_ceremony::Entity::find_by_id(hash)
        .filter(passkey_ceremony::Column::Kind.eq(kind))
        .filter(passkey_ceremony::Column::ExpiresAt.gt(tx.now().micros()))
        .one(on(tx))
        .await
        .doing("finding a passkey ceremony")?;
    let Some(row) = found else { return Ok(None) };
    let removed = passkey_ceremony::Entity::delete_by_id(hash)
        .exec(on(tx))
        .await
        .doing("using a passkey ceremony up")?;
    Ok((removed.rows_affected == 1).then_some(row))
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired_ceremonies(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = passkey_ceremony::Entity::delete_many()
        .filter(passkey_ceremony::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired passkey ceremonies")?;
    Ok(result.rows_affected)
}
