//! Exports: archives of what is stored of a user or a tenant.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};

pub(super) struct Exports;

impl MigrationName for Exports {
    fn name(&self) -> &str {
        "m0012_exports"
    }
}

fn child_of(column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from("exports", column)
        .to(parent, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Exports {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exports")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("user_id"))
            .col(text("credential"))
            .col(text("scope"))
            .col(text("state"))
            .col(text_null("running_of").unique_key().take())
            .col(text_null("operation_id"))
            .col(big_integer_null("size_bytes"))
            .col(big_integer("created_at"))
            .col(big_integer_null("expires_at"))
            .foreign_key(&mut child_of("tenant_id", "tenants"))
            .foreign_key(&mut child_of("user_id", "users"))
            .to_owned();
        manager.create_table(table).await?;
        for (name, column) in [("exports_tenant", "tenant_id"), ("exports_user", "user_id")] {
            let index = Index::create().name(name).table("exports").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("exports").to_owned()).await
    }
}
