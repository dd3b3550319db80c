//! Everything in which SQLite and PostgreSQL differ. A test holds that no other file asks which database it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// How long a statement waits for the file lock that another process (a backup, `sqlite3`) holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 20;
/// Keys of advisory locks, arbitrary but fixed: servers of several versions share them.
const LOCK_EVENT_ORDER: i64 = 0x5354_4541_4401;
const LOCK_MIGRATION: i64 = 0x5354_4541_4402;

/// The connections of one database: for SQLite a single writer and some readers, for PostgreSQL one pool for both.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pub(crate) writer: DatabaseConnection,
    pub(crate) readers: DatabaseConnection,
}

pub(crate) async fn open_sqlite(path: &Path) -> Result<Connections, DbErr> {
    let writer = sqlite_pool(path.to_owned(), 1, false).await?;
    let readers = sqlite_pool(path.to_owned(), SQLITE_READERS, true).await?;
    Ok(Connections { writer, readers })
}

async fn sqlite_pool(path: PathBuf, connections: u32, read_only: bool) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite://stead.db");
    options
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .filename(&path)
                .create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .statement_cache_capacity(256)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "NORMAL")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-4000");
            if read_only { sqlite.pragma("query_only", "ON") } else { sqlite }
        });
    Database::connect(options).await
}

pub(crate) async fn open_postgres(url: &str) -> Result<Connections, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .min_connections(1)
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|postgres| postgres.application_name("stead"));
    let pool = Database::connect(options).await?;
    Ok(Connections { writer: pool.clone(), readers: pool })
}

/// Opens a write transaction. SQLite takes its write lock at once, so that it cannot fail half-way; PostgreSQL promises that the
/// outcome equals some order of the transactions and refuses one that would break the promise ([`is_lost_race`]).
pub(crate) async fn begin_write(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = match connection.get_database_backend() {
        DbBackend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions {
            isolation_level: Some(IsolationLevel::Serializable),
            ..TransactionOptions::default()
        },
    };
    connection.begin_with_options(options).await
}

/// Makes the ids of the change feed grow in the order of commits: on PostgreSQL whoever adds rows waits for those before to commit.
/// Call it last in a transaction. SQLite has one writer and needs nothing.
pub(crate) async fn order_events(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    advisory_lock(transaction, LOCK_EVENT_ORDER).await
}

/// Keeps two servers from migrating the same database at once.
pub(crate) async fn lock_migration(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    advisory_lock(transaction, LOCK_MIGRATION).await
}

async fn advisory_lock(transaction: &DatabaseTransaction, key: i64) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({key})")).await?;
    }
    Ok(())
}

/// A query for `table_name` and `column_name` of every table.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn all_columns(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => {
            "SELECT tables.name AS table_name, columns.name AS column_name FROM sqlite_master tables, pragma_table_info(tables.name) columns WHERE tables.type = 'table'"
        }
        _ => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
        }
    }
}

fn code(failure: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = failure
    else {
        return None;
    };
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

/// The transaction lost against another one and succeeds when it is run again: PostgreSQL's serialization failure and deadlock,
/// SQLite's lock that another process held too long.
pub(crate) fn is_lost_race(failure: &DbErr) -> bool {
    matches!(code(failure).as_deref(), Some("40001" | "40P01" | "5" | "517"))
}

/// A text holds what PostgreSQL cannot keep, which is a NUL alone: all of Stead's texts are UTF-8.
pub(crate) fn is_unstorable_text(failure: &DbErr) -> bool {
    matches!(code(failure).as_deref(), Some("22021"))
}

/// The database is not there, as opposed to having refused a statement. Codes: PostgreSQL's class 08 and shutdown codes.
pub(crate) fn is_unreachable(failure: &DbErr) -> bool {
    match failure {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        _ => matches!(code(failure), Some(code) if code.starts_with("08") || code.starts_with("57P")),
    }
}

/// Columns of `audit_events` that nothing may alter.
const AUDIT_FIXED: [&str; 15] = [
    "id",
    "at",
    "tenant_id",
    "actor",
    "credential",
    "action",
    "object",
    "request_id",
    "tree",
    "leaf_index",
    "leaf_hash",
    "detail_digest",
    "personal_digest",
    "subject",
    "about_digest",
];
/// Columns of `audit_events` that may be forgotten, and nothing else.
const AUDIT_FORGETTABLE: [&str; 4] = ["salt", "detail", "personal", "about"];
const AUDIT_REFUSAL: &str = "the audit log is append-only";

/// Makes the database refuse to alter or remove rows of the audit log, but for forgetting texts of them.
pub(crate) async fn guard_audit_log<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    let postgres = connection.get_database_backend() == DbBackend::Postgres;
    let same = if postgres { "IS NOT DISTINCT FROM" } else { "IS" };
    let fixed = AUDIT_FIXED.map(|column| format!("NEW.{column} {same} OLD.{column}"));
    let forgettable =
        AUDIT_FORGETTABLE.map(|column| format!("(NEW.{column} IS NULL OR NEW.{column} {same} OLD.{column})"));
    let forgets = [&fixed[..], &forgettable[..]].concat().join(" AND ");
    let statements = if postgres {
        vec![
            format!(
                "CREATE FUNCTION stead_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION '{AUDIT_REFUSAL}'; END $$"
            ),
            format!(
                "CREATE TRIGGER audit_events_keep BEFORE UPDATE ON audit_events FOR EACH ROW \
                 WHEN (NOT ({forgets})) EXECUTE FUNCTION stead_refuse_audit_change()"
            ),
            "CREATE TRIGGER audit_events_stay BEFORE DELETE OR TRUNCATE ON audit_events \
             FOR EACH STATEMENT EXECUTE FUNCTION stead_refuse_audit_change()"
                .to_owned(),
        ]
    } else {
        vec![
            format!(
                "CREATE TRIGGER audit_events_keep BEFORE UPDATE ON audit_events WHEN NOT ({forgets}) \
                 BEGIN SELECT RAISE(ABORT, '{AUDIT_REFUSAL}'); END"
            ),
            format!(
                "CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events \
                 BEGIN SELECT RAISE(ABORT, '{AUDIT_REFUSAL}'); END"
            ),
        ]
    };
    for statement in statements {
        connection.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Takes [`guard_audit_log`] away.
pub(crate) async fn unguard_audit_log<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    let on = if connection.get_database_backend() == DbBackend::Postgres { " ON audit_events" } else { "" };
    for trigger in ["audit_events_keep", "audit_events_stay"] {
        connection.execute_unprepared(&format!("DROP TRIGGER {trigger}{on}")).await?;
    }
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared("DROP FUNCTION stead_refuse_audit_change()").await?;
    }
    Ok(())
}
