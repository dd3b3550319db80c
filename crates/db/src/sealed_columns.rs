//! Columns that hold sealed text, whatever table they belong to, so that keys can be rotated and retired without knowing the tables.
//!
//! Read and replaced by `control::keys` alone, value by value and only as long as the value is what was read. What columns there
//! are is listed there (`control/src/keys/sealed.rs`).

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use stead_core::Result;
use stead_core::ids::DataKeyId;

use crate::failure::Doing;
use crate::scope::{Access, SystemScope};
use crate::transaction::{Tx, on};

/// A column of a key or of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Text(&'static str),
    Integer(&'static str),
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Integer(name) => name,
        }
    }

    fn read(self, row: &QueryResult) -> Result<String> {
        let doing = "reading the key of a sealed value";
        match self {
            Self::Text(name) => {
                row.try_get::<Option<String>>("", name).doing(doing).map(Option::unwrap_or_default)
            }
            Self::Integer(name) => row.try_get::<i64>("", name).doing(doing).map(|number| number.to_string()),
        }
    }

    fn value(self, text: &str) -> Value {
        match self {
            Self::Text(_) => text.into(),
            Self::Integer(_) => text.parse::<i64>().unwrap_or(-1).into(),
        }
    }
}

/// Where sealed text lives.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    pub table: &'static str,
    /// What names a row.
    pub key: &'static [Column],
    /// The sealed text; NULL where there is none.
    pub column: &'static str,
    /// What the context is made from, in order.
    pub context_of: &'static [Column],
    /// The context the value was sealed with, from the values of `context_of`.
    pub context: fn(&[String]) -> String,
    /// First part of the context, up to the first slash.
    pub context_kind: &'static str,
    /// Its text may be replaced by another that opens to the same. Not so where a hash of the text is kept: a data key that such
    /// values name is kept as long as they are.
    pub may_be_resealed: bool,
}

/// A sealed value where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    pub key: Vec<String>,
    pub context: String,
    pub text: String,
}

fn sealed_by(column: &SealedColumn, key: DataKeyId) -> SelectStatement {
    let mut select = Query::select();
    select
        .from(Alias::new(column.table))
        .and_where(Expr::col(Alias::new(column.column)).like(format!("{key}.%")));
    select
}

/// Some values of the column that this data key sealed, in the order of their keys, without the first `skip`.
///
/// # Errors
/// A failure of the database.
pub async fn list<A: Access>(
    access: &A,
    column: &SealedColumn,
    key: DataKeyId,
    skip: u64,
    limit: u64,
) -> Result<Vec<SealedValue>> {
    let mut select = sealed_by(column, key);
    select.column(Alias::new(column.column)).offset(skip).limit(limit);
    for part in column.key {
        select.order_by(Alias::new(part.name()), Order::Asc);
    }
    let mut names: Vec<&str> =
        column.key.iter().chain(column.context_of).map(|column| column.name()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        select.column(Alias::new(name));
    }
    let rows = on(access).query_all(&select).await.doing("reading sealed values")?;
    rows.iter()
        .map(|row| {
            let read = |columns: &[Column]| -> Result<Vec<String>> {
                columns.iter().map(|column| column.read(row)).collect()
            };
            Ok(SealedValue {
                key: read(column.key)?,
                context: (column.context)(&read(column.context_of)?),
                text: row.try_get("", column.column).doing("reading a sealed value")?,
            })
        })
        .collect()
}

/// How many values of the column this data key sealed.
///
/// # Errors
/// A failure of the database.
pub async fn count<A: Access>(access: &A, column: &SealedColumn, key: DataKeyId) -> Result<u64> {
    let mut select = sealed_by(column, key);
    select.expr_as(Expr::col(Alias::new(column.column)).count(), Alias::new("count"));
    let row = on(access).query_one(&select).await.doing("counting sealed values")?;
    let count = row.map(|row| row.try_get::<i64>("", "count")).transpose().doing("counting sealed values")?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Puts `text` in the place of the value if that is still what was found. Returns whether it was.
///
/// # Errors
/// A failure of the database.
pub async fn replace(
    tx: &Tx<SystemScope>,
    column: &SealedColumn,
    found: &SealedValue,
    text: &str,
) -> Result<bool> {
    let mut update = Query::update();
    update
        .table(Alias::new(column.table))
        .value(Alias::new(column.column), text)
        .and_where(Expr::col(Alias::new(column.column)).eq(found.text.as_str()));
    for (part, value) in column.key.iter().zip(&found.key) {
        update.and_where(Expr::col(Alias::new(part.name())).eq(part.value(value)));
    }
    let result = on(tx).execute(&update).await.doing("replacing a sealed value")?;
    Ok(result.rows_affected() > 0)
}
