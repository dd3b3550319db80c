//! Queries on tenants' sources of sign-in, and on browsers on their way to a source. Written by `control::identity`.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use stead_core::Result;
use stead_core::ids::{SourceId, TenantId};

use crate::entities::{source, source_flow};
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess, SystemScope, TenantAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::source::Model as Source;
pub use crate::entities::source_flow::Model as SourceFlow;

fn visible<A: Access>(access: &A) -> sea_orm::Select<source::Entity> {
    let query = source::Entity::find();
    match access.tenant() {
        Some(tenant) => query.filter(source::Column::TenantId.eq(tenant.to_string())),
        None => query,
    }
}

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: Source) -> Result<()> {
    source::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a source of sign-in")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, id: SourceId) -> Result<Option<Source>> {
    visible(access)
        .filter(source::Column::Id.eq(id.to_string()))
        .one(on(access))
        .await
        .doing("finding a source of sign-in")
}

/// The sources of the scope's tenant, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn list(access: &impl TenantAccess) -> Result<Vec<Source>> {
    visible(access).order_by_asc(source::Column::Id).all(on(access)).await.doing("listing sources of sign-in")
}

/// # Errors
/// A failure of the database.
pub async fn count(access: &impl TenantAccess) -> Result<u64> {
    visible(access).count(on(access)).await.doing("counting sources of sign-in")
}

/// Those of a tenant that are switched on, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn enabled_of(access: &impl SystemAccess, tenant: TenantId) -> Result<Vec<Source>> {
    source::Entity::find()
        .filter(source::Column::TenantId.eq(tenant.to_string()))
        .filter(source::Column::Enabled.eq(true))
        .order_by_asc(source::Column::Id)
        .all(on(access))
        .await
        .doing("finding the sources of sign-in of a tenant")
}

/// Writes the whole row.
///
/// # Errors
/// A failure of the database.
pub async fn update<S: Scope>(tx: &Tx<S>, row: Source) -> Result<()> {
    source::Entity::update(row.into_active_model().reset_all())
        .exec(on(tx))
        .await
        .doing("changing a source of sign-in")?;
    Ok(())
}

/// Returns whether there was one.
///
/// # Errors
/// A failure of the database.
pub async fn delete<S: Scope>(tx: &Tx<S>, id: SourceId) -> Result<bool> {
    let mut query = source::Entity::delete_many().filter(source::Column::Id.eq(id.to_string()));
    if let Some(tenant) = tx.tenant() {
        query = query.filter(source::Column::TenantId.eq(tenant.to_string()));
    }
    Ok(query.exec(on(tx)).await.doing("deleting a source of sign-in")?.rows_affected > 0)
}

/// # Errors
/// A failure of the database.
pub async fn insert_flow(tx: &Tx<SystemScope>, row: SourceFlow) -> Result<()> {
    source_flow::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("noting a browser on its way")?;
    Ok(())
}

/// Uses it up; of several who try, one gets it. Expired ones are nobody's.
///
/// # Errors
/// A failure of the database.
pub async fn take_flow(tx: &Tx<SystemScope>, state_hash: &str) -> Result<Option<SourceFlow>> {
    let found = source_flow::Entity::find_by_id(state_hash.to_owned())
        .filter(source_flow::Column::ExpiresAt.gt(tx.now().micros()))
        .one(on(tx))
        .await
        .doing("finding a browser on its way")?;
    let Some(flow) = found else { return Ok(None) };
    let removed = source_flow::Entity::delete_by_id(state_hash.to_owned())
        .exec(on(tx))
        .await
        .doing("taking a browser's way")?;
    Ok((removed.rows_affected == 1).then_some(flow))
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired_flows(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = source_flow::Entity::delete_many()
        .filter(source_flow::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing browsers that did not come back")?;
    Ok(result.rows_affected)
}
