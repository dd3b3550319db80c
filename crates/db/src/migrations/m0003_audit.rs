//! The audit log as evidence: a leaf for every row, trees, checkpoints, sinks; rows that are there already get their leaves, and from
//! then on the database refuses to alter the log.

use std::collections::BTreeMap;

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null};
use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::audit::row::{Forgettable, Row};
use stead_core::audit::tree::Frontier;
use stead_core::audit::{INSTALLATION, hex};

use crate::dialect;

pub(super) struct Audit;

impl MigrationName for Audit {
    fn name(&self) -> &str {
        "m0003_audit"
    }
}

const EVENTS: &str = "audit_events";
/// Rows that are given leaves at once.
const BATCH: u64 = 500;

const TEXTS: [&str; 9] = [
    "tree",
    "leaf_hash",
    "salt",
    "detail_digest",
    "personal",
    "personal_digest",
    "subject",
    "about",
    "about_digest",
];

#[async_trait::async_trait]
impl MigrationTrait for Audit {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TEXTS {
            manager.alter_table(Table::alter().table(EVENTS).add_column(text_null(name)).to_owned()).await?;
        }
        let index = Table::alter().table(EVENTS).add_column(big_integer_null("leaf_index")).to_owned();
        manager.alter_table(index).await?;
        for table in tables() {
            manager.create_table(table).await?;
        }
        add_leaves(manager.get_connection()).await?;
        manager.alter_table(Table::alter().table(EVENTS).drop_column("ip").to_owned()).await?;
        let leaves = Index::create()
            .name("audit_events_leaf")
            .table(EVENTS)
            .col("tree")
            .col("leaf_index")
            .unique()
            .to_owned();
        manager.create_index(leaves).await?;
        let sinks =
            Index::create().name("audit_sinks_tenant").table("audit_sinks").col("tenant_id").to_owned();
        manager.create_index(sinks).await?;
        dialect::guard_audit_log(manager.get_connection()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::unguard_audit_log(manager.get_connection()).await?;
        for table in ["audit_sinks", "audit_checkpoints", "audit_trees"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.drop_index(Index::drop().name("audit_events_leaf").table(EVENTS).to_owned()).await?;
        for name in TEXTS.into_iter().chain(["leaf_index"]) {
            manager.alter_table(Table::alter().table(EVENTS).drop_column(name).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table(EVENTS).add_column(text_null("ip")).to_owned()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("audit_trees")
            .col(text("id").primary_key().take())
            .col(big_integer("size"))
            .col(text("frontier"))
            .col(big_integer("checkpointed"))
            .to_owned(),
        Table::create()
            .table("audit_checkpoints")
            .col(text("tree"))
            .col(big_integer("size"))
            .col(big_integer("at"))
            .col(text("note"))
            .primary_key(Index::create().col("tree").col("size"))
            .to_owned(),
        Table::create()
            .table("audit_sinks")
            .col(text("id").primary_key().take())
            .col(text("tenant_id"))
            .col(text("name"))
            .col(text("kind"))
            .col(text("address"))
            .col(text_null("sealed_token"))
            .col(text("created_by"))
            .col(big_integer("created_at"))
            .col(big_integer("next_index"))
            .col(big_integer_null("delivered_at"))
            .col(big_integer("failures"))
            .col(text_null("last_failure"))
            .col(big_integer("retry_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("audit_sinks", "tenant_id")
                    .to("tenants", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
    ]
}

/// Gives every row its leaf, in order of ids, and makes the trees.
async fn add_leaves(connection: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let ambient = Ambient::system();
    let mut trees = BTreeMap::<String, Frontier>::new();
    let mut last = String::new();
    loop {
        let select = Query::select()
            .columns([
                "id",
                "at",
                "tenant_id",
                "actor",
                "credential",
                "action",
                "object",
                "detail",
                "request_id",
                "ip",
            ])
            .from(EVENTS)
            .and_where(Expr::col("id").gt(last.as_str()))
            .order_by("id", Order::Asc)
            .limit(BATCH)
            .to_owned();
        let rows = connection.query_all(&select).await?;
        if rows.is_empty() {
            break;
        }
        for found in rows {
            let tenant: Option<String> = found.try_get("", "tenant_id")?;
            let tree = tenant.unwrap_or_else(|| INSTALLATION.to_owned());
            let frontier = trees.entry(tree.clone()).or_default();
            let (mut salt, mut inner) = ([0; 16], [0; 16]);
            ambient.fill_random(&mut salt);
            ambient.fill_random(&mut inner);
            let salt = hex(&salt);
            // There were no keys when it was written: the text stands open, with a salt of its own, until it is forgotten.
            let ip: Option<String> = found.try_get("", "ip")?;
            let personal = ip.map(|ip| serde_json::json!({"ip": ip, "salt": hex(&inner)}).to_string());
            let row = Row {
                tree,
                index: frontier.size(),
                id: found.try_get("", "id")?,
                at: Timestamp::from_micros(found.try_get("", "at")?),
                actor: found.try_get("", "actor")?,
                credential: found.try_get("", "credential")?,
                action: found.try_get("", "action")?,
                object: found.try_get("", "object")?,
                request_id: found.try_get("", "request_id")?,
                subject: None,
                detail: Forgettable::new(&salt, found.try_get("", "detail")?),
                personal: Forgettable::new(&salt, personal),
                about: Forgettable::default(),
                salt,
            };
            let leaf = row.leaf();
            frontier.append(leaf);
            let update = Query::update()
                .table(EVENTS)
                .values([
                    ("tree", row.tree.clone().into()),
                    ("leaf_index", stored(row.index).into()),
                    ("leaf_hash", hex(&leaf).into()),
                    ("salt", row.salt.clone().into()),
                    ("detail_digest", row.detail.digest.map(|digest| hex(&digest)).into()),
                    ("personal", row.personal.text.clone().into()),
                    ("personal_digest", row.personal.digest.map(|digest| hex(&digest)).into()),
                ])
                .and_where(Expr::col("id").eq(row.id.as_str()))
                .to_owned();
            connection.execute(&update).await?;
            last = row.id;
        }
    }
    for (id, frontier) in trees {
        let insert = Query::insert()
            .into_table("audit_trees")
            .columns(["id", "size", "frontier", "checkpointed"])
            .values_panic([
                id.into(),
                stored(frontier.size()).into(),
                frontier.to_text().into(),
                0_i64.into(),
            ])
            .to_owned();
        connection.execute(&insert).await?;
    }
    Ok(())
}

fn stored(number: u64) -> i64 {
    TryFrom::try_from(number).unwrap_or(i64::MAX)
}
