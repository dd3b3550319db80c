//! Notifications: the outbox of notices, deliveries with their attempts, inboxes, preferences, webhooks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null};

pub(super) struct Notifications;

impl MigrationName for Notifications {
    fn name(&self) -> &str {
        "m0008_notifications"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Notifications {
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
const TABLES: &[&str] = &["webhooks", "notices", "deliveries", "inbox_items", "notification_preferences"];

fn child_of(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("webhooks")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("name"))
            .col(text("kind"))
            .col(text("address_shown"))
            .col(text("events"))
            .col(text("sealed_config"))
            .col(big_integer_null("previous_secret_until"))
            .col(boolean("enabled"))
            .col(text_null("disabled_reason"))
            .col(big_integer_null("failing_since"))
            .col(big_integer_null("last_success_at"))
            .col(big_integer("paused_until"))
            .col(text_null("created_by"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .foreign_key(&mut child_of("webhooks", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("notices")
            .col(text("id").primary_key().take())
            .col(text("kind"))
            .col(text_null("tenant_id"))
            .col(text_null("user_id"))
            .col(text_null("body"))
            .col(text_null("sealed_body"))
            .col(text("state"))
            .col(big_integer("attempts"))
            .col(big_integer("due_at"))
            .col(text_null("problem"))
            .col(big_integer("created_at"))
            .foreign_key(&mut child_of("notices", "tenant_id", "tenants"))
            .foreign_key(&mut child_of("notices", "user_id", "users"))
            .to_owned(),
        Table::create()
            .table("deliveries")
            .col(text("id").primary_key().take())
            .col(text_null("notice_id"))
            .col(text("channel"))
            .col(text("kind"))
            .col(text_null("object"))
            .col(text_null("tenant_id"))
            .col(text_null("user_id"))
            .col(text_null("webhook_id"))
            .col(text_null("address"))
            .col(text_null("recipient"))
            .col(text_null("body"))
            .col(text("state"))
            .col(big_integer("attempts"))
            .col(big_integer("due_at"))
            .col(big_integer_null("expires_at"))
            .col(text_null("lease_owner"))
            .col(big_integer("lease_until"))
            .col(text_null("problem"))
            .col(text("attempts_log"))
            .col(big_integer("created_at"))
            .col(big_integer_null("ended_at"))
            .foreign_key(&mut child_of("deliveries", "notice_id", "notices"))
            .foreign_key(&mut child_of("deliveries", "tenant_id", "tenants"))
            .foreign_key(&mut child_of("deliveries", "user_id", "users"))
            .foreign_key(&mut child_of("deliveries", "webhook_id", "webhooks"))
            .to_owned(),
        Table::create()
            .table("inbox_items")
            .col(text("id").primary_key().take())
            .col(text("user_id"))
            .col(text_null("tenant_id"))
            .col(text("kind"))
            .col(text("title"))
            .col(text("text"))
            .col(text_null("path"))
            .col(big_integer("created_at"))
            .col(big_integer_null("read_at"))
            .foreign_key(&mut child_of("inbox_items", "user_id", "users"))
            .foreign_key(&mut child_of("inbox_items", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("notification_preferences")
            .col(text("user_id"))
            .col(text("kind"))
            .col(text("channel"))
            .col(boolean("enabled"))
            .primary_key(Index::create().col("user_id").col("kind").col("channel"))
            .foreign_key(&mut child_of("notification_preferences", "user_id", "users"))
            .to_owned(),
    ]
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut statement = Index::create().name(name).table(table).to_owned();
    for column in columns {
        statement.col(*column);
    }
    statement
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("webhooks_tenant", "webhooks", &["tenant_id", "id"]),
        index("notices_state_due", "notices", &["state", "due_at"]),
        index("notices_created", "notices", &["created_at"]),
        index("notices_tenant", "notices", &["tenant_id"]),
        index("notices_user", "notices", &["user_id"]),
        index("deliveries_state_due", "deliveries", &["state", "due_at"]),
        index("deliveries_webhook", "deliveries", &["webhook_id", "id"]),
        index("deliveries_channel", "deliveries", &["channel", "id"]),
        index("deliveries_notice", "deliveries", &["notice_id"]),
        index("deliveries_address", "deliveries", &["address", "kind"]),
        index("deliveries_tenant", "deliveries", &["tenant_id"]),
        index("deliveries_user", "deliveries", &["user_id"]),
        index("inbox_items_user", "inbox_items", &["user_id", "id"]),
        index("inbox_items_unread", "inbox_items", &["user_id", "read_at"]),
        index("inbox_items_tenant", "inbox_items", &["tenant_id"]),
        index("inbox_items_created", "inbox_items", &["created_at"]),
    ]
}
