//! Queries on values of the whole installation. Each name is written by one part of Stead.

use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};
use stead_core::Result;

use crate::entities::installation_value;
use crate::failure::Doing;
use crate::scope::{SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

/// # Errors
/// A failure of the database.
pub async fn get(access: &impl SystemAccess, name: &str) -> Result<Option<String>> {
    let row = installation_value::Entity::find_by_id(name)
        .one(on(access))
        .await
        .doing("reading a value of the installation")?;
    Ok(row.map(|row| row.value))
}

/// # Errors
/// A failure of the database.
pub async fn set(tx: &Tx<SystemScope>, name: &str, value: &str) -> Result<()> {
    let row = installation_value::Model {
        name: name.to_owned(),
        value: value.to_owned(),
        changed_at: tx.now().micros(),
    };
    installation_value::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(installation_value::Column::Name)
                .update_columns([installation_value::Column::Value, installation_value::Column::ChangedAt])
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("writing a value of the installation")?;
    Ok(())
}
