//! Second factors: codes of an authenticator app, recovery codes, passkeys and their ceremonies.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};

pub(super) struct Factors;

impl MigrationName for Factors {
    fn name(&self) -> &str {
        "m0006_factors"
    }
}

const TABLES: &[&str] = &["totps", "recovery_codes", "passkeys", "passkey_ceremonies"];

fn child_of_users(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "user_id")
        .to("users", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("totps")
            .col(text("user_id").primary_key().take())
            .col(text("sealed_secret"))
            .col(big_integer("last_step"))
            .col(big_integer("created_at"))
            .col(big_integer_null("confirmed_at"))
            .foreign_key(&mut child_of_users("totps"))
            .to_owned(),
        Table::create()
            .table("recovery_codes")
            .col(text("user_id"))
            .col(text("code_hash"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("user_id").col("code_hash"))
            .foreign_key(&mut child_of_users("recovery_codes"))
            .to_owned(),
        Table::create()
            .table("passkeys")
            .col(text("id").primary_key().take())
            .col(text("user_id"))
            .col(text("name"))
            .col(text("credential_id"))
            .col(text("credential"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .foreign_key(&mut child_of_users("passkeys"))
            .to_owned(),
        Table::create()
            .table("passkey_ceremonies")
            .col(text("secret_hash").primary_key().take())
            .col(text_null("user_id"))
            .col(text("kind"))
            .col(text("sealed_state"))
            .col(big_integer("expires_at"))
            .to_owned(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Factors {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        manager
            .create_index(
                Index::create()
                    .name("passkeys_credential")
                    .table("passkeys")
                    .col("credential_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("passkeys_user").table("passkeys").col("user_id").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        Ok(())
    }
}
