//! Tenants as a domain of its own: operators, deletion with grace, roles, bindings, invitations, quotas, rules of security.

use sea_orm::{ConnectionTrait, ExprTrait as _};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null};

pub(super) struct Tenants;

impl MigrationName for Tenants {
    fn name(&self) -> &str {
        "m0007_tenants"
    }
}

/// New columns of tables that exist, with what old rows get.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("users", boolean("is_operator").default(false).take()),
        ("users", big_integer_null("disabled_at").take()),
        ("tenants", big_integer_null("deleted_at").take()),
        ("tenants", big_integer_null("erased_at").take()),
        ("tenants", boolean("require_second_factor").default(false).take()),
        ("tenants", text("ip_allowlist").default("[]").take()),
        ("instances", big_integer("cpu_millis").default(0).take()),
        ("instances", big_integer("memory_bytes").default(0).take()),
        ("instances", big_integer("disk_bytes").default(0).take()),
    ]
}

/// Parents before children.
const TABLES: &[&str] = &["roles", "instance_bindings", "invites", "tenant_quotas"];

fn child_of(table: &'static str, column: &'static str, parent: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(parent, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("roles")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("name"))
            .col(text("permissions"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .foreign_key(&mut child_of("roles", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("instance_bindings")
            .col(text("instance_id"))
            .col(text("user_id"))
            .col(text("tenant_id"))
            .col(text("role"))
            .col(text_null("created_by"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("instance_id").col("user_id"))
            .foreign_key(&mut child_of("instance_bindings", "instance_id", "instances"))
            // A binding goes with the membership.
            .foreign_key(
                ForeignKey::create()
                    .from_tbl("instance_bindings")
                    .from_col("tenant_id")
                    .from_col("user_id")
                    .to_tbl("memberships")
                    .to_col("tenant_id")
                    .to_col("user_id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        Table::create()
            .table("invites")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text_null("email"))
            .col(text("role"))
            .col(text("secret_hash"))
            .col(text("created_by"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("accepted_at"))
            .col(text_null("accepted_by"))
            .col(big_integer_null("revoked_at"))
            .foreign_key(&mut child_of("invites", "tenant_id", "tenants"))
            .to_owned(),
        Table::create()
            .table("tenant_quotas")
            .col(text("tenant_id").primary_key().take())
            .col(big_integer_null("instances"))
            .col(big_integer_null("cpu_millis"))
            .col(big_integer_null("memory_bytes"))
            .col(big_integer_null("disk_bytes"))
            .col(big_integer_null("members"))
            .col(big_integer("updated_at"))
            .col(text_null("updated_by"))
            .foreign_key(&mut child_of("tenant_quotas", "tenant_id", "tenants"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut statement = Index::create().name(name).table(table).to_owned();
        for column in columns {
            statement.col(*column);
        }
        statement
    };
    vec![
        index("roles_name", "roles", &["tenant_id", "name"]).unique().to_owned(),
        index("instance_bindings_member", "instance_bindings", &["tenant_id", "user_id"]),
        index("invites_secret", "invites", &["secret_hash"]).unique().to_owned(),
        index("invites_tenant", "invites", &["tenant_id", "id"]),
        // Few tenants are being deleted at any time.
        index("tenants_deleted", "tenants", &["deleted_at"])
            .and_where(Expr::col("deleted_at").is_not_null())
            .to_owned(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Tenants {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        first_user_is_operator(manager).await?;
        add_up_resources(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("tenants_deleted").table("tenants").to_owned()).await?;
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

async fn first_user_is_operator(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let first = Query::select().column("id").from("users").order_by("id", Order::Asc).limit(1).to_owned();
    if let Some(row) = connection.query_one(&first).await? {
        let id: String = row.try_get("", "id")?;
        let update = Query::update()
            .table("users")
            .value("is_operator", true)
            .and_where(Expr::col("id").eq(id))
            .to_owned();
        connection.execute(&update).await?;
    }
    Ok(())
}

/// The numbers stand in the JSON of `spec`; rows that were deleted have none.
async fn add_up_resources(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let specs = Query::select()
        .columns(["id", "spec"])
        .from("instances")
        .and_where(Expr::col("spec").is_not_null())
        .to_owned();
    for row in connection.query_all(&specs).await? {
        let (id, spec): (String, String) = (row.try_get("", "id")?, row.try_get("", "spec")?);
        let spec: serde_json::Value = serde_json::from_str(&spec).unwrap_or_default();
        let number = |name: &str| spec["resources"][name].as_i64().unwrap_or(0);
        let update = Query::update()
            .table("instances")
            .values([
                ("cpu_millis", number("cpu_millis").into()),
                ("memory_bytes", number("memory_bytes").into()),
                ("disk_bytes", number("disk_bytes").into()),
            ])
            .and_where(Expr::col("id").eq(id))
            .to_owned();
        connection.execute(&update).await?;
    }
    Ok(())
}
