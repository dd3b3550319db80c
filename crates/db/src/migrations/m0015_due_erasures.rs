//! Accounts whose days are over are looked for by when their deletion was asked for.

use sea_orm_migration::prelude::*;

const NAME: &str = "users_deleted_at";

pub(super) struct DueErasures;

impl MigrationName for DueErasures {
    fn name(&self) -> &str {
        "m0015_due_erasures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DueErasures {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(Index::create().name(NAME).table("users").col("deleted_at").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(NAME).table("users").to_owned()).await
    }
}
