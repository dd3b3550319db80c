//! Other sources of sign-in: those of tenants, browsers on their way, and the accounts elsewhere that users have linked.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null};

pub(super) struct Sources;

impl MigrationName for Sources {
    fn name(&self) -> &str {
        "m0009_sources"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sources {
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
        for name in ["identities", "source_flows", "sources"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn child_of(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("sources")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("name"))
            .col(text("kind"))
            .col(text("settings"))
            .col(text_null("sealed_secret"))
            .col(text("role"))
            .col(text("group_roles"))
            .col(text("domains"))
            .col(boolean("enabled"))
            .col(text_null("created_by"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .foreign_key(&mut child_of("sources", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("source_flows")
            .col(text("state_hash").primary_key().take())
            .col(text("browser_hash"))
            .col(text("source_id"))
            .col(big_integer("source_revision"))
            .col(text_null("link_user_id"))
            .col(text_null("return_to"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of("source_flows", "link_user_id", "users"))
            .to_owned(),
        Table::create()
            .table("identities")
            .col(text("id").primary_key().take())
            .col(text("user_id"))
            .col(text("source_id"))
            .col(text_null("tenant_id"))
            .col(text("issuer"))
            .col(text("subject"))
            .col(text_null("email"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .foreign_key(&mut child_of("identities", "user_id", "users"))
            .foreign_key(&mut child_of("identities", "tenant_id", "tenants"))
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
        index("sources_tenant", "sources", &["tenant_id", "id"]),
        index("source_flows_expires", "source_flows", &["expires_at"]),
        index("identities_subject", "identities", &["source_id", "issuer", "subject"]).unique().to_owned(),
        index("identities_user", "identities", &["user_id", "id"]),
        index("identities_tenant", "identities", &["tenant_id"]),
    ]
}
