//! Databases for tests: a fresh one of each kind, the real thing both times.
//!
//! [`both_databases!`](crate::both_databases) makes two tests of each `async fn(Db)`. PostgreSQL is started once per process (see
//! `postgres.sh`) and goes with the process, however that ends; each test gets a copy of a migrated template.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that gets no database has to fail with the reason"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use stead_core::ambient::Ambient;
use tokio::sync::OnceCell;

use crate::connection::{Db, Target};

const TEMPLATE: &str = "stead_template";

/// Keeps what belongs to a test's database while the test runs.
#[derive(Debug)]
pub struct Guard {
    _folder: Option<tempfile::TempDir>,
}

/// An empty, migrated SQLite database in a folder of its own.
///
/// # Panics
/// When it cannot be made.
pub async fn sqlite() -> (Db, Guard) {
    let (target, guard) = empty_sqlite();
    (Db::open(&target, Ambient::system()).await.expect("a SQLite database"), guard)
}

/// A SQLite database without tables.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn empty_sqlite() -> (Target, Guard) {
    let folder = tempfile::tempdir().expect("a folder for a SQLite database");
    (Target::Sqlite(folder.path().join("stead.db")), Guard { _folder: Some(folder) })
}

/// An empty, migrated PostgreSQL database.
///
/// # Panics
/// When it cannot be made.
pub async fn postgres() -> (Db, Guard) {
    static MIGRATED: OnceCell<()> = OnceCell::const_new();
    MIGRATED
        .get_or_init(|| async {
            create(TEMPLATE, "template0").await;
            let template = Db::open(&Target::Postgres(url(TEMPLATE)), Ambient::system())
                .await
                .expect("a migrated template");
            template.close().await.expect("no connection to the template, or it could not be copied");
        })
        .await;
    let name = fresh_name();
    create(&name, TEMPLATE).await;
    let db = Db::open_without_migrating(&Target::Postgres(url(&name)), Ambient::system())
        .await
        .expect("a PostgreSQL database");
    (db, Guard { _folder: None })
}

/// A PostgreSQL database without tables.
///
/// # Panics
/// When it cannot be made.
pub async fn empty_postgres() -> (Target, Guard) {
    let name = fresh_name();
    create(&name, "template0").await;
    (Target::Postgres(url(&name)), Guard { _folder: None })
}

/// Every column of every table, for tests that hold a convention over all of them.
///
/// # Panics
/// When the database does not answer.
pub async fn columns(scope: &crate::SystemScope) -> Vec<(String, String)> {
    let connection = crate::transaction::on(scope);
    let rows = connection
        .query_all_raw(sea_orm::Statement::from_string(
            connection.get_database_backend(),
            crate::dialect::all_columns(connection.get_database_backend()),
        ))
        .await
        .expect("the columns of the database");
    let text = |row: &sea_orm::QueryResult, name| row.try_get::<String>("", name).expect("a name");
    rows.iter().map(|row| (text(row, "table_name"), text(row, "column_name"))).collect()
}

/// Whether any column of text holds the text somewhere.
///
/// # Panics
/// When the database does not answer.
pub async fn contains_text(scope: &crate::SystemScope, text: &str) -> bool {
    let connection = crate::transaction::on(scope);
    for (table, column) in columns(scope).await {
        let found = connection
            .query_one_raw(sea_orm::Statement::from_string(
                connection.get_database_backend(),
                format!("SELECT 1 FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE '%{text}%' LIMIT 1"),
            ))
            .await
            .expect("a look into a table");
        if found.is_some() {
            return true;
        }
    }
    false
}

/// How many rows of a table hold this in a column.
///
/// # Panics
/// When the database does not answer.
pub async fn rows_with(scope: &crate::SystemScope, table: &str, column: &str, text: &str) -> i64 {
    let connection = crate::transaction::on(scope);
    let found = connection
        .query_one_raw(sea_orm::Statement::from_string(
            connection.get_database_backend(),
            format!("SELECT COUNT(*) AS found FROM \"{table}\" WHERE \"{column}\" = '{text}'"),
        ))
        .await
        .expect("a look into a table");
    found.expect("a count").try_get("", "found").expect("a count")
}

/// Closes the connections of a test that is over: what it started may live on with its process, and the server takes only so many.
pub async fn finish(db: &Db) {
    // Whoever still works with one gives it back later, to be closed then.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(2), db.close()).await;
}

fn fresh_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn create(name: &str, template: &str) {
    let connection: DatabaseConnection =
        Database::connect(url("postgres")).await.expect("the test's PostgreSQL answers");
    connection
        .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .await
        .expect("a new PostgreSQL database");
    connection.close().await.expect("the connection closes");
}

fn url(database: &str) -> String {
    format!("postgres://stead@localhost/{database}?host={}", server())
}

/// The folder of the server's socket.
fn server() -> &'static str {
    static FOLDER: OnceLock<String> = OnceLock::new();
    FOLDER.get_or_init(start)
}

/// The script stops the server and removes its folder when its input ends, which happens when this process does.
fn start() -> String {
    let mut supervisor = Command::new("/bin/sh")
        .args(["-c", include_str!("testing/postgres.sh")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell to start PostgreSQL with");
    let mut line = String::new();
    BufReader::new(supervisor.stdout.take().expect("the script's output"))
        .read_line(&mut line)
        .expect("the script answers");
    let Some(folder) = line.trim().strip_prefix("ready ") else {
        let mut said = String::new();
        let _ = supervisor.stderr.take().expect("the script's messages").read_to_string(&mut said);
        panic!(
            "PostgreSQL did not start; install it (Debian: apt-get install postgresql). The script said: {line}{said}"
        );
    };
    // Held until the process ends.
    std::mem::forget(supervisor);
    folder.to_owned()
}

/// Makes two tests of each `async fn(Db)`: one on SQLite, one on PostgreSQL.
#[macro_export]
macro_rules! both_databases {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let (db, _guard) = $crate::testing::sqlite().await;
                    super::$name(db.clone()).await;
                    $crate::testing::finish(&db).await;
                }
            )+
        }
        mod on_postgres {
            $(
                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let (db, _guard) = $crate::testing::postgres().await;
                    super::$name(db.clone()).await;
                    $crate::testing::finish(&db).await;
                }
            )+
        }
    };
}

#[cfg(test)]
mod audit_tests;
#[cfg(test)]
mod scale_tests;
#[cfg(test)]
mod tests;
