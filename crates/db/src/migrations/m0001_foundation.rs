//! The first tables.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null};

pub(super) struct Foundation;

impl MigrationName for Foundation {
    fn name(&self) -> &str {
        "m0001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Foundation {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        Ok(())
    }
}

/// Parents before children.
const TABLES: &[&str] = &[
    "users",
    "tenants",
    "memberships",
    "sessions",
    "api_tokens",
    "sign_in_links",
    "revocations",
    "nodes",
    "instances",
    "instance_ports",
    "operations",
    "operation_log",
    "events",
    "idempotency_keys",
    "uploads",
    "preview_tickets",
    "preview_sessions",
    "audit_events",
];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("users")
            .col(text("id").primary_key().take())
            .col(text("name"))
            .col(text_null("email"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("tenants")
            .col(text("id").primary_key().take())
            .col(text("name"))
            .col(text_null("personal_of"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("memberships")
            .col(text("tenant_id"))
            .col(text("user_id"))
            .col(text("role"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("tenant_id").col("user_id"))
            .foreign_key(&mut child_of("memberships", "tenant_id", "tenants"))
            .foreign_key(&mut child_of("memberships", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("sessions")
            .col(text("id").primary_key().take())
            .col(text("user_id"))
            .col(text("secret_hash"))
            .col(text_null("user_agent"))
            .col(text_null("ip"))
            .col(big_integer("created_at"))
            .col(big_integer("last_used_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("sessions", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("api_tokens")
            .col(text("id").primary_key().take())
            .col(text("user_id"))
            .col(text("name"))
            .col(text("secret_hash"))
            .col(text("hint"))
            .col(text("scopes"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .col(big_integer_null("expires_at"))
            .foreign_key(&mut child_of("api_tokens", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("sign_in_links")
            .col(text("id").primary_key().take())
            .col(text("user_id"))
            .col(text("secret_hash"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .foreign_key(&mut child_of("sign_in_links", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("revocations")
            .col(sea_orm_migration::schema::big_pk_auto("id"))
            .col(text("kind"))
            .col(text("subject"))
            .col(big_integer("at"))
            .to_owned(),
        Table::create()
            .table("nodes")
            .col(text("id").primary_key().take())
            .col(text("name"))
            .col(text("version"))
            .col(text("drivers"))
            .col(big_integer("cpu_count"))
            .col(big_integer("memory_bytes"))
            .col(big_integer("disk_free_bytes"))
            .col(text_null("connected_to"))
            .col(big_integer_null("last_seen_at"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("instances")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("name"))
            .col(text("host_label"))
            .col(text("driver"))
            .col(text("settings"))
            .col(text("wish"))
            .col(text_null("wish_by"))
            .col(big_integer("wish_at"))
            .col(text_null("wish_reason"))
            .col(big_integer("version"))
            .col(text("created_by"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .col(big_integer_null("deleted_at"))
            .col(text_null("node_id"))
            .col(big_integer("generation"))
            .col(big_integer("run"))
            .col(text_null("wanted"))
            .col(text_null("spec"))
            .col(boolean("configured"))
            .col(big_integer("observed_generation"))
            .col(text_null("observed_state"))
            .col(big_integer("observed_run"))
            .col(big_integer_null("observed_since"))
            .col(text_null("observed_report"))
            .col(big_integer_null("observed_at"))
            .col(big_integer_null("last_active_at"))
            .foreign_key(&mut child_of("instances", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("instance_ports")
            .col(text("instance_id"))
            .col(big_integer("port"))
            .col(text_null("label"))
            .col(text("visibility"))
            .col(boolean("declared"))
            .col(big_integer("updated_at"))
            .primary_key(Index::create().col("instance_id").col("port"))
            .foreign_key(&mut child_of("instance_ports", "instance_id", "instances"))
            .to_owned(),
        Table::create()
            .table("operations")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("kind"))
            .col(text_null("resource"))
            .col(text_null("holds"))
            .col(text_null("follows"))
            .col(text_null("created_by"))
            .col(text("input"))
            .col(text("record"))
            .col(text("outputs"))
            .col(text_null("progress"))
            .col(text("state"))
            .col(big_integer("version"))
            .col(big_integer("due_at"))
            .col(big_integer("deadline"))
            .col(text_null("cancel"))
            .col(text_null("lease_owner"))
            .col(big_integer("lease_until"))
            .col(big_integer("created_at"))
            .col(big_integer_null("started_at"))
            .col(big_integer_null("ended_at"))
            .foreign_key(&mut child_of("operations", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("operation_log")
            .col(sea_orm_migration::schema::big_pk_auto("id"))
            .col(text("operation_id"))
            .col(big_integer("at"))
            .col(text_null("step"))
            .col(text("text"))
            .foreign_key(&mut child_of("operation_log", "operation_id", "operations"))
            .to_owned(),
        Table::create()
            .table("events")
            .col(sea_orm_migration::schema::big_pk_auto("id"))
            .col(text("tenant_id"))
            .col(text("kind"))
            .col(text("object"))
            .col(big_integer("at"))
            .foreign_key(&mut child_of("events", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("idempotency_keys")
            .col(text("user_id"))
            .col(text("route"))
            .col(text("key"))
            .col(text("tenant_id"))
            .col(text("body_hash"))
            .col(text("result"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .primary_key(Index::create().col("user_id").col("route").col("key"))
            .foreign_key(&mut child_of("idempotency_keys", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("uploads")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("created_by"))
            .col(big_integer("size_bytes"))
            .col(text("sha256"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(text_null("used_by"))
            .foreign_key(&mut child_of("uploads", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("preview_tickets")
            .col(text("secret_hash").primary_key().take())
            .col(text("user_id"))
            .col(text("credential"))
            .col(text("tenant_id"))
            .col(text("host"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("preview_tickets", "user_id", "users"))
            .foreign_key(&mut child_of("preview_tickets", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("preview_sessions")
            .col(text("secret_hash").primary_key().take())
            .col(text("user_id"))
            .col(text("credential"))
            .col(text("tenant_id"))
            .col(text("host"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("preview_sessions", "user_id", "users"))
            .foreign_key(&mut child_of("preview_sessions", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("audit_events")
            .col(text("id").primary_key().take())
            .col(big_integer("at"))
            .col(text_null("tenant_id"))
            .col(text_null("actor"))
            .col(text_null("credential"))
            .col(text("action"))
            .col(text_null("object"))
            .col(text_null("detail"))
            .col(text_null("request_id"))
            .col(text_null("ip"))
            .to_owned(),
    ]
}

/// Rows of `table` go with the row of `parent` that `column` names.
fn child_of(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut statement = Index::create().name(name).table(table).to_owned();
    for column in columns {
        statement.col(*column);
    }
    statement
}

fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let live = || Expr::col("deleted_at").is_null();
    vec![
        unique("users_email", "users", &["email"]),
        unique("tenants_personal_of", "tenants", &["personal_of"]),
        index("memberships_user", "memberships", &["user_id"]),
        unique("sessions_secret", "sessions", &["secret_hash"]),
        index("sessions_user", "sessions", &["user_id"]),
        unique("api_tokens_secret", "api_tokens", &["secret_hash"]),
        index("api_tokens_user", "api_tokens", &["user_id"]),
        unique("sign_in_links_secret", "sign_in_links", &["secret_hash"]),
        unique("instances_name", "instances", &["tenant_id", "name"]).and_where(live()).to_owned(),
        unique("instances_host_label", "instances", &["host_label"]).and_where(live()).to_owned(),
        index("instances_node", "instances", &["node_id"]),
        unique("operations_holds", "operations", &["holds"]),
        index("operations_tenant", "operations", &["tenant_id", "id"]),
        index("operations_resource", "operations", &["resource", "id"]),
        index("operations_state_due", "operations", &["state", "due_at"]),
        index("operation_log_operation", "operation_log", &["operation_id", "id"]),
        index("events_tenant", "events", &["tenant_id", "id"]),
        index("events_at", "events", &["at"]),
        index("idempotency_keys_expiry", "idempotency_keys", &["expires_at"]),
        index("uploads_expiry", "uploads", &["expires_at"]),
        index("preview_sessions_credential", "preview_sessions", &["credential"]),
        index("audit_events_tenant", "audit_events", &["tenant_id", "id"]),
    ]
}
