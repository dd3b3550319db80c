//! Queries on links that were mailed. Written by `control::identity`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use stead_core::Result;
use stead_core::ids::UserId;

use crate::entities::mail_link;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::mail_link::Model as MailLink;

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: MailLink) -> Result<()> {
    mail_link::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a mailed link")?;
    Ok(())
}

/// A link for this purpose that is not too old.
///
/// # Errors
/// A failure of the database.
pub async fn find(access: &impl SystemAccess, hash: &str, purpose: &str) -> Result<Option<MailLink>> {
    let now = access.scope().now().micros();
    mail_link::Entity::find_by_id(hash)
        .filter(mail_link::Column::Purpose.eq(purpose))
        .filter(mail_link::Column::ExpiresAt.gt(now))
        .one(on(access))
        .await
        .doing("finding a mailed link")
}

/// Takes the link away and returns it, when it is for this purpose and not too old: of several who try, one gets it.
///
/// # Errors
/// A failure of the database.
pub async fn take(tx: &Tx<SystemScope>, hash: &str, purpose: &str) -> Result<Option<MailLink>> {
    let Some(link) = find(tx, hash, purpose).await? else { return Ok(None) };
    let removed = mail_link::Entity::delete_by_id(hash).exec(on(tx)).await.doing("using a mailed link up")?;
    Ok((removed.rows_affected == 1).then_some(link))
}

/// All links of the user, or those for one purpose.
///
/// # Errors
/// A failure of the database.
pub async fn delete_of(tx: &Tx<SystemScope>, user: UserId, purpose: Option<&str>) -> Result<()> {
    let mut query = mail_link::Entity::delete_many().filter(mail_link::Column::UserId.eq(user.to_string()));
    if let Some(purpose) = purpose {
        query = query.filter(mail_link::Column::Purpose.eq(purpose));
    }
    query.exec(on(tx)).await.doing("removing mailed links")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = mail_link::Entity::delete_many()
        .filter(mail_link::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing expired mailed links")?;
    Ok(result.rows_affected)
}
