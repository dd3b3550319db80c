//! Accounts: addresses with a key, their verification, passwords, links in mails, requests of people nobody knows yet.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, ExprTrait as _};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};

pub(super) struct Accounts;

impl MigrationName for Accounts {
    fn name(&self) -> &str {
        "m0005_accounts"
    }
}

/// New columns of `users`, with what old rows get.
fn columns() -> Vec<ColumnDef> {
    vec![
        text_null("email_key").take(),
        big_integer_null("email_verified_at").take(),
        big_integer("credential_version").default(0).take(),
        big_integer_null("deleted_at").take(),
    ]
}

fn child_of_users(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "user_id")
        .to("users", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

const TABLES: &[&str] = &["passwords", "mail_links", "account_requests", "installation_values"];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("passwords")
            .col(text("user_id").primary_key().take())
            .col(text("hash"))
            .col(big_integer("changed_at"))
            .foreign_key(&mut child_of_users("passwords"))
            .to_owned(),
        Table::create()
            .table("mail_links")
            .col(text("secret_hash").primary_key().take())
            .col(text("user_id"))
            .col(text("purpose"))
            .col(text("email"))
            .col(text_null("password_hash"))
            .col(big_integer("credential_version"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut child_of_users("mail_links"))
            .to_owned(),
        Table::create()
            .table("account_requests")
            .col(text("id").primary_key().take())
            .col(text("kind"))
            .col(text("email"))
            .col(text_null("name"))
            .col(text_null("password_hash"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("installation_values")
            .col(text("name").primary_key().take())
            .col(text("value"))
            .col(big_integer("changed_at"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, column: &'static str| {
        Index::create().name(name).table(table).col(column).to_owned()
    };
    vec![
        index("users_email_key", "users", "email_key").unique().to_owned(),
        index("mail_links_user", "mail_links", "user_id"),
        index("mail_links_expiry", "mail_links", "expires_at"),
    ]
}

/// Who had an address had it from the operator, who vouched for it. Of several that differ in case alone the first keeps it as a way in.
async fn fill_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let addresses = Query::select()
        .columns(["id", "email"])
        .from("users")
        .and_where(Expr::col("email").is_not_null())
        .order_by("id", Order::Asc)
        .to_owned();
    let mut taken = BTreeSet::new();
    for row in connection.query_all(&addresses).await? {
        let (id, email): (String, String) = (row.try_get("", "id")?, row.try_get("", "email")?);
        let key = email.to_ascii_lowercase();
        if !taken.insert(key.clone()) {
            continue;
        }
        let update = Query::update()
            .table("users")
            .value("email_key", key)
            .value("email_verified_at", Expr::col("created_at"))
            .and_where(Expr::col("id").eq(id))
            .to_owned();
        connection.execute(&update).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Accounts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            manager.alter_table(Table::alter().table("users").add_column(column).to_owned()).await?;
        }
        fill_keys(manager).await?;
        manager.drop_index(Index::drop().name("users_email").table("users").to_owned()).await?;
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
        manager.drop_index(Index::drop().name("users_email_key").table("users").to_owned()).await?;
        for column in columns() {
            manager
                .alter_table(Table::alter().table("users").drop_column(column.get_column_name()).to_owned())
                .await?;
        }
        manager
            .create_index(Index::create().name("users_email").table("users").col("email").unique().to_owned())
            .await
    }
}
