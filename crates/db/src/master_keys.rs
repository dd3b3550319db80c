//! Queries on the list of master keys. Written by `control::keys`.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr};
use stead_core::Result;

use crate::entities::{data_key, master_key};
use crate::failure::Doing;
use crate::scope::{Access, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::master_key::Model as MasterKeyRow;

const YES: &str = "yes";

/// The one that new data keys are wrapped by.
///
/// # Errors
/// A failure of the database.
pub async fn current<A: Access>(access: &A) -> Result<Option<MasterKeyRow>> {
    master_key::Entity::find()
        .filter(master_key::Column::Current.eq(YES))
        .one(on(access))
        .await
        .doing("finding the current master key")
}

/// All that were ever used, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn list(access: &impl SystemAccess) -> Result<Vec<MasterKeyRow>> {
    master_key::Entity::find()
        .order_by_asc(master_key::Column::CreatedAt)
        .all(on(access))
        .await
        .doing("listing master keys")
}

/// Makes this one the current master key; the one before stays readable until it is retired. Nothing changes when it is already.
///
/// # Errors
/// A failure of the database.
pub async fn make_current(tx: &Tx<SystemScope>, id: &str, source: &str) -> Result<()> {
    master_key::Entity::update_many()
        .col_expr(master_key::Column::Current, Expr::value(None::<String>))
        .filter(master_key::Column::Current.eq(YES))
        .exec(on(tx))
        .await
        .doing("replacing the current master key")?;
    let known = master_key::Entity::find_by_id(id).one(on(tx)).await.doing("finding a master key")?.is_some();
    if known {
        master_key::Entity::update_many()
            .col_expr(master_key::Column::Current, Expr::value(YES))
            .col_expr(master_key::Column::RetiredAt, Expr::value(None::<i64>))
            .filter(master_key::Column::Id.eq(id))
            .exec(on(tx))
            .await
            .doing("making a master key the current one")?;
        return Ok(());
    }
    let row = MasterKeyRow {
        id: id.to_owned(),
        source: source.to_owned(),
        current: Some(YES.to_owned()),
        created_at: tx.now().micros(),
        retired_at: None,
    };
    master_key::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a master key")?;
    Ok(())
}

/// Says that nothing is wrapped by it any more. Returns whether that is so: it is not current and no data key names it.
///
/// # Errors
/// A failure of the database.
pub async fn retire(tx: &Tx<SystemScope>, id: &str) -> Result<bool> {
    let used = data_key::Entity::find()
        .filter(data_key::Column::MasterKey.eq(id))
        .one(on(tx))
        .await
        .doing("looking for data keys of a master key")?;
    if used.is_some() {
        return Ok(false);
    }
    let result = master_key::Entity::update_many()
        .col_expr(master_key::Column::RetiredAt, Expr::value(tx.now().micros()))
        .filter(master_key::Column::Id.eq(id))
        .filter(master_key::Column::Current.is_null())
        .exec(on(tx))
        .await
        .doing("retiring a master key")?;
    Ok(result.rows_affected > 0)
}
