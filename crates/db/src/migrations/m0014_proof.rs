//! When the holder of a sign-in link proved who they are, and which API tokens are those of the server's own machine.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean};

pub(super) struct Proof;

impl MigrationName for Proof {
    fn name(&self) -> &str {
        "m0014_proof"
    }
}

/// What old rows get proves nothing: their holders are asked once more.
fn columns() -> [(&'static str, ColumnDef); 2] {
    [
        ("sign_in_links", big_integer("proved_at").default(0).take()),
        ("api_tokens", boolean("of_machine").default(false).take()),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Proof {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("sign_in_links", "proved_at"), ("api_tokens", "of_machine")] {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
