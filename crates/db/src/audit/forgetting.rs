//! Forgetting texts of rows. Leaves stay what they are: texts enter them as digests. Called by `control::data_rights`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use stead_core::Result;
use stead_core::ids::{TenantId, UserId};

use crate::entities::audit_event::{Column as C, Entity};
use crate::failure::Doing;
use crate::scope::SystemScope;
use crate::transaction::{Tx, on};

/// Forgets details, personal texts and salts of up to `limit` rows of a tenant. Returns how many rows it took.
///
/// # Errors
/// A failure of the database.
pub async fn forget_tenant(tx: &Tx<SystemScope>, tenant: TenantId, limit: u64) -> Result<u64> {
    let ids: Vec<String> = Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::Tree.eq(tenant.to_string()))
        .filter(C::Salt.is_not_null())
        .order_by_asc(C::LeafIndex)
        .limit(limit)
        .into_tuple()
        .all(on(tx))
        .await
        .doing("finding audit rows to forget")?;
    forget(tx, ids, &[C::Salt, C::Detail, C::Personal, C::About]).await
}

/// Forgets what of a user stands open, in up to `limit` rows after the id `after`; what is sealed goes with the user's keys. Returns
/// the last row's id, `None` when there was none.
///
/// # Errors
/// A failure of the database.
pub async fn forget_open_texts(
    tx: &Tx<SystemScope>,
    user: UserId,
    after: &str,
    limit: u64,
) -> Result<Option<String>> {
    let user = user.to_string();
    let open = |text: C, of: C| Condition::all().add(of.eq(user.as_str())).add(text.starts_with("{"));
    let mut last = None;
    for (text, of) in [(C::Personal, C::Actor), (C::About, C::Subject)] {
        let ids: Vec<String> = Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::Id.gt(after))
            .filter(open(text, of))
            .order_by_asc(C::Id)
            .limit(limit)
            .into_tuple()
            .all(on(tx))
            .await
            .doing("finding audit rows to forget")?;
        last = last.max(ids.last().cloned());
        forget(tx, ids, &[text]).await?;
    }
    Ok(last)
}

async fn forget(tx: &Tx<SystemScope>, ids: Vec<String>, columns: &[C]) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut update = Entity::update_many().filter(C::Id.is_in(ids));
    for column in columns {
        update = update.col_expr(*column, Expr::value(Option::<String>::None));
    }
    let done = update.exec(on(tx)).await.doing("forgetting texts of the audit log")?;
    Ok(done.rows_affected)
}
