//! Queries on exports. Written by `control::data_rights`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use stead_core::Result;

use crate::entities::export::{self, Column as C, Entity};
use crate::failure::Doing;
use crate::scope::{Access, Scope, SystemAccess, SystemScope};
use crate::transaction::{Tx, on};

pub use crate::entities::export::Model as Export;

pub const RUNNING: &str = "running";
pub const READY: &str = "ready";
pub const FAILED: &str = "failed";
pub const EXPIRED: &str = "expired";
pub const USER: &str = "user";
pub const TENANT: &str = "tenant";

/// # Errors
/// A failure of the database; another one of the same data that runs.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: Export) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(on(tx)).await.doing("adding an export")?;
    Ok(())
}

fn visible<A: Access + ?Sized>(access: &A) -> sea_orm::Select<export::Entity> {
    let mut condition = Condition::all();
    if let Some(tenant) = access.tenant() {
        condition = condition.add(C::TenantId.eq(tenant.to_string()));
    }
    Entity::find().filter(condition)
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, id: &str) -> Result<Option<Export>> {
    visible(access).filter(C::Id.eq(id)).one(on(access)).await.doing("finding an export")
}

/// The exports that a user asked for of themselves, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_user<A: Access>(access: &A, user: &str, limit: u64) -> Result<Vec<Export>> {
    visible(access)
        .filter(C::UserId.eq(user))
        .filter(C::Scope.eq(USER))
        .order_by_desc(C::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("listing exports")
}

/// The exports of a tenant as a whole, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_tenant<A: Access>(access: &A, tenant: &str, limit: u64) -> Result<Vec<Export>> {
    visible(access)
        .filter(C::TenantId.eq(tenant))
        .filter(C::Scope.eq(TENANT))
        .order_by_desc(C::Id)
        .limit(limit)
        .all(on(access))
        .await
        .doing("listing exports")
}

/// Whether one of this data runs.
///
/// # Errors
/// A failure of the database.
pub async fn runs<A: Access>(access: &A, of: &str) -> Result<bool> {
    let found =
        Entity::find().filter(C::RunningOf.eq(of)).one(on(access)).await.doing("finding an export")?;
    Ok(found.is_some())
}

/// One that runs comes to its end. Returns whether it ran.
///
/// # Errors
/// A failure of the database.
pub async fn end(
    tx: &Tx<SystemScope>,
    id: &str,
    state: &str,
    size_bytes: Option<i64>,
    expires_at: Option<i64>,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(C::State, Expr::value(state))
        .col_expr(C::RunningOf, Expr::value(None::<String>))
        .col_expr(C::SizeBytes, Expr::value(size_bytes))
        .col_expr(C::ExpiresAt, Expr::value(expires_at))
        .filter(C::Id.eq(id))
        .filter(C::State.eq(RUNNING))
        .exec(on(tx))
        .await
        .doing("ending an export")?;
    Ok(done.rows_affected > 0)
}

/// Marks what is past its time as expired. Returns how many.
///
/// # Errors
/// A failure of the database.
pub async fn expire(tx: &Tx<SystemScope>) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(C::State, Expr::value(EXPIRED))
        .filter(C::State.eq(READY))
        .filter(C::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("expiring exports")?;
    Ok(done.rows_affected)
}

/// Forgets what ended before a time.
///
/// # Errors
/// A failure of the database.
pub async fn forget_before(tx: &Tx<SystemScope>, at: i64) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(C::State.is_in([EXPIRED, FAILED]))
        .filter(C::CreatedAt.lt(at))
        .exec(on(tx))
        .await
        .doing("forgetting exports")?;
    Ok(done.rows_affected)
}

/// Ids of exports whose files are needed: those that run or are ready.
///
/// # Errors
/// A failure of the database.
pub async fn with_files(access: &impl SystemAccess) -> Result<Vec<String>> {
    Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::State.is_in([RUNNING, READY]))
        .into_tuple()
        .all(on(access))
        .await
        .doing("listing exports")
}
