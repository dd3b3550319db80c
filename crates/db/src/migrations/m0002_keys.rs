//! Keys and secrets.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};

pub(super) struct Keys;

impl MigrationName for Keys {
    fn name(&self) -> &str {
        "m0002_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Keys {
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
const TABLES: &[&str] = &["master_keys", "data_keys", "signing_keys", "secrets", "secret_versions"];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("master_keys")
            .col(text("id").primary_key().take())
            .col(text("source"))
            .col(text_null("current").unique_key().take())
            .col(big_integer("created_at"))
            .col(big_integer_null("retired_at"))
            .to_owned(),
        Table::create()
            .table("data_keys")
            .col(text("id").primary_key().take())
            .col(text("owner"))
            .col(text_null("live_of").unique_key().take())
            .col(text("master_key"))
            .col(text("wrapped"))
            .col(big_integer("created_at"))
            .col(big_integer_null("retired_at"))
            .to_owned(),
        Table::create()
            .table("signing_keys")
            .col(text("id").primary_key().take())
            .col(text("purpose"))
            .col(text_null("current_for").unique_key().take())
            .col(text("public_key"))
            .col(text("sealed_seed"))
            .col(big_integer("created_at"))
            .col(big_integer_null("retired_at"))
            .to_owned(),
        Table::create()
            .table("secrets")
            .col(text("id").primary_key().take())
            .col(text_null("tenant_id"))
            .col(text_null("user_id"))
            .col(text_null("instance_id"))
            .col(text("holder"))
            .col(text("name"))
            .col(big_integer("version"))
            .col(text("inject_kind"))
            .col(text("inject_target"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .col(text_null("updated_by"))
            .foreign_key(&mut child_of("secrets", "tenant_id", "tenants"))
            .foreign_key(&mut child_of("secrets", "user_id", "users"))
            .foreign_key(&mut child_of("secrets", "instance_id", "instances"))
            .to_owned(),
        Table::create()
            .table("secret_versions")
            .col(text("secret_id"))
            .col(big_integer("version"))
            .col(text("context"))
            .col(text("sealed_value"))
            .col(big_integer("size_bytes"))
            .col(big_integer("created_at"))
            .col(text_null("created_by"))
            .primary_key(Index::create().col("secret_id").col("version"))
            .foreign_key(&mut child_of("secret_versions", "secret_id", "secrets"))
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

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("data_keys_owner", "data_keys", &["owner"]),
        index("data_keys_master_key", "data_keys", &["master_key"]),
        index("signing_keys_purpose", "signing_keys", &["purpose", "id"]),
        index("secrets_holder_name", "secrets", &["holder", "name"]).unique().to_owned(),
        index("secrets_tenant", "secrets", &["tenant_id"]),
        index("secrets_user", "secrets", &["user_id"]),
        index("secrets_instance", "secrets", &["instance_id"]),
    ]
}
