//! Sessions with an absolute end, pending sign-ins, known devices, refresh tokens, intents, requests of devices, counters of
//! limited actions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};

pub(super) struct Sessions;

impl MigrationName for Sessions {
    fn name(&self) -> &str {
        "m0004_sessions"
    }
}

/// 180 days, as `control::identity` had it when this was written.
const LONGEST_SESSION_MICROS: i64 = 180 * 24 * 3_600 * 1_000_000;

#[async_trait::async_trait]
impl MigrationTrait for Sessions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite takes one column per statement.
        for mut column in session_columns() {
            let statement = Table::alter().table("sessions").add_column(&mut column).to_owned();
            manager.alter_table(statement).await?;
        }
        let carry = Query::update()
            .table("sessions")
            .value("authenticated_at", Expr::col("created_at"))
            .value("ends_at", Expr::col("created_at").add(LONGEST_SESSION_MICROS))
            .to_owned();
        manager.execute(carry).await?;
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, column) in INDEXES {
            manager.create_index(Index::create().name(*name).table(*table).col(*column).to_owned()).await?;
        }
        let mut codes = Index::create();
        codes.name("device_requests_user_code").table("device_requests").col("user_code_hash").unique();
        manager.create_index(codes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        for name in SESSION_COLUMNS {
            manager.alter_table(Table::alter().table("sessions").drop_column(*name).to_owned()).await?;
        }
        Ok(())
    }
}

const SESSION_COLUMNS: &[&str] = &["kind", "client_name", "factors", "authenticated_at", "ends_at"];

fn session_columns() -> Vec<ColumnDef> {
    vec![
        text("kind").default("browser").take(),
        text_null("client_name"),
        text("factors").default("link").take(),
        big_integer("authenticated_at").default(0).take(),
        big_integer("ends_at").default(0).take(),
    ]
}

const TABLES: &[&str] = &[
    "pending_sign_ins",
    "known_devices",
    "refresh_tokens",
    "intents",
    "device_requests",
    "attempt_counters",
];

const INDEXES: &[(&str, &str, &str)] = &[
    ("pending_sign_ins_expiry", "pending_sign_ins", "expires_at"),
    ("refresh_tokens_session", "refresh_tokens", "session_id"),
    ("refresh_tokens_expiry", "refresh_tokens", "expires_at"),
    ("intents_expiry", "intents", "expires_at"),
    ("device_requests_expiry", "device_requests", "expires_at"),
    ("attempt_counters_expiry", "attempt_counters", "expires_at"),
];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("pending_sign_ins")
            .col(text("secret_hash").primary_key().take())
            .col(text("user_id"))
            .col(text("factor"))
            .col(big_integer("tries"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("pending_sign_ins", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("known_devices")
            .col(text("user_id"))
            .col(text("device"))
            .col(big_integer("first_seen_at"))
            .col(big_integer("last_seen_at"))
            .primary_key(Index::create().col("user_id").col("device"))
            .foreign_key(&mut child_of("known_devices", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("refresh_tokens")
            .col(text("secret_hash").primary_key().take())
            .col(text("session_id"))
            .col(text_null("parent"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .col(text_null("successor"))
            .foreign_key(&mut child_of("refresh_tokens", "session_id", "sessions"))
            .to_owned(),
        Table::create()
            .table("intents")
            .col(text("secret_hash").primary_key().take())
            .col(text("user_id"))
            .col(text("credential"))
            .col(text("purpose"))
            .col(text("object"))
            .col(text_null("scopes"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("intents", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("device_requests")
            .col(text("device_code_hash").primary_key().take())
            .col(text("user_code_hash"))
            .col(text("client_name"))
            .col(text_null("ip"))
            .col(text_null("user_agent"))
            .col(text("state"))
            .col(text_null("user_id"))
            .col(text_null("factors"))
            .col(big_integer("interval_seconds"))
            .col(big_integer_null("polled_at"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("device_requests", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("attempt_counters")
            .col(text("key"))
            .col(big_integer("bucket"))
            .col(big_integer("count"))
            .col(big_integer("expires_at"))
            .primary_key(Index::create().col("key").col("bucket"))
            .to_owned(),
    ]
}

/// Rows of `table` go with the row of `parent` that `column` names.
fn child_of(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}
