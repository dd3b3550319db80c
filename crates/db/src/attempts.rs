//! Queries on the counters of limited actions. Written by `control::attempts`.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, InsertStatement, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait as _, EntityTrait, QueryFilter};
use stead_core::{Result, Timestamp};

use crate::entities::attempt_counter;
use crate::failure::Doing;
use crate::scope::sealed::Runs as _;
use crate::scope::{INSIDE, SystemScope};
use crate::transaction::{Tx, on};

/// Counts of a key in a window and in the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub previous: u64,
    pub current: u64,
    /// That of the counter: of who came first. One that was forgotten and begun anew has another.
    pub expires_at: Timestamp,
}

/// Something counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// A hash; with the window's number, once in a list.
    pub key: String,
    /// Number of the window.
    pub bucket: i64,
    pub amount: u64,
    pub expires_at: Timestamp,
}

/// Adds to counters and tells what they hold then, in the order given. One statement without a transaction around it: nothing else
/// hangs on it, and it is made for every attempt. It locks the counters in the order given: whoever counts several gives them in one.
///
/// # Errors
/// A failure of the database.
pub async fn count(scope: &SystemScope, additions: &[Addition]) -> Result<Vec<Counts>> {
    if additions.is_empty() {
        return Ok(Vec::new());
    }
    let db = scope.db(INSIDE);
    let rows = db.writer().query_all(&counting(additions)).await.doing("counting attempts");
    // Counted when it failed, too: nobody knows then whether it took place.
    db.count_commit();
    // Databases return rows in any order.
    let mut found = HashMap::new();
    for row in rows? {
        let key: String = row.try_get_by_index(0).doing("reading a counter")?;
        let bucket: i64 = row.try_get_by_index(1).doing("reading a counter")?;
        let current: i64 = row.try_get_by_index(2).doing("reading a counter")?;
        let previous: Option<i64> = row.try_get_by_index(3).doing("reading a counter")?;
        let expires_at: i64 = row.try_get_by_index(4).doing("reading a counter")?;
        let number = |count: i64| u64::try_from(count).unwrap_or(0);
        let counts = Counts {
            previous: number(previous.unwrap_or(0)),
            current: number(current),
            expires_at: Timestamp::from_micros(expires_at),
        };
        found.insert((key, bucket), counts);
    }
    let of = |one: &Addition| found.get(&(one.key.clone(), one.bucket)).copied().unwrap_or_default();
    Ok(additions.iter().map(of).collect())
}

fn counting(additions: &[Addition]) -> InsertStatement {
    use attempt_counter::Column as C;
    const TABLE: &str = "attempt_counters";
    const BEFORE: &str = "before";
    let previous = Query::select()
        .column((BEFORE, C::Count))
        .from_as(TABLE, BEFORE)
        .and_where(Expr::col((BEFORE, C::Key)).eq(Expr::col((TABLE, C::Key))))
        .and_where(Expr::col((BEFORE, C::Bucket)).eq(Expr::col((TABLE, C::Bucket)).sub(1)))
        .to_owned();
    let sum = Expr::col((TABLE, C::Count)).add(Expr::col(("excluded", C::Count)));
    let mut insert = Query::insert();
    insert.into_table(TABLE).columns([C::Key, C::Bucket, C::Count, C::ExpiresAt]);
    for one in additions {
        let amount = i64::try_from(one.amount).unwrap_or(i64::MAX);
        insert.values_panic([
            one.key.clone().into(),
            one.bucket.into(),
            amount.into(),
            one.expires_at.micros().into(),
        ]);
    }
    insert.on_conflict(OnConflict::columns([C::Key, C::Bucket]).value(C::Count, sum).to_owned()).returning(
        Query::returning().exprs([
            Expr::col((TABLE, C::Key)),
            Expr::col((TABLE, C::Bucket)),
            Expr::col((TABLE, C::Count)),
            previous.into(),
            Expr::col((TABLE, C::ExpiresAt)),
        ]),
    );
    insert
}

/// Takes back what [`count`] added, each with what it told. A counter that was forgotten meanwhile and begun anew does not hold it.
///
/// # Errors
/// A failure of the database.
pub async fn take_back(tx: &Tx<SystemScope>, added: &[(Addition, Counts)]) -> Result<()> {
    use attempt_counter::Column as C;
    for (one, counts) in added {
        let amount = i64::try_from(one.amount).unwrap_or(i64::MAX);
        attempt_counter::Entity::update_many()
            .col_expr(C::Count, Expr::col(C::Count).sub(amount))
            .filter(C::Key.eq(one.key.as_str()))
            .filter(C::Bucket.eq(one.bucket))
            .filter(C::ExpiresAt.eq(counts.expires_at.micros()))
            .exec(on(tx))
            .await
            .doing("taking an attempt back")?;
    }
    Ok(())
}

/// Forgets what was counted for the key.
///
/// # Errors
/// A failure of the database.
pub async fn forget(tx: &Tx<SystemScope>, key: &str) -> Result<()> {
    attempt_counter::Entity::delete_many()
        .filter(attempt_counter::Column::Key.eq(key))
        .exec(on(tx))
        .await
        .doing("forgetting attempts")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete_expired(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = attempt_counter::Entity::delete_many()
        .filter(attempt_counter::Column::ExpiresAt.lte(tx.now().micros()))
        .exec(on(tx))
        .await
        .doing("removing old counters")?;
    Ok(result.rows_affected)
}
