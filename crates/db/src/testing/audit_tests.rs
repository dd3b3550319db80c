//! The audit log against somebody who may do everything in the database, and against erasure.

use sea_orm::ConnectionTrait as _;
use serde_json::json;
use std::sync::Arc;

use stead_core::Timestamp;
use stead_core::audit::checkpoint::Checkpoint;
use stead_core::audit::verify::{Outcome, Verifier, Wrong};
use stead_core::ids::UserId;

use super::tests::member;
use super::*;
use crate::audit::{self, About, Entry, Filter, SealPersonal};
use crate::page::PageRequest;
use crate::{SystemScope, TenantScope, Tx, dialect};

/// Seals by a sentence: enough to see that the right texts are sealed for the right user.
#[derive(Debug)]
struct Marked;

#[async_trait::async_trait]
impl SealPersonal for Marked {
    async fn seal_in_tenant(
        &self,
        _: &Tx<TenantScope>,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> stead_core::Result<String> {
        Ok(format!("sealed for {user} as {context}, {} bytes", plain.len()))
    }

    async fn seal_in_system(
        &self,
        _: &Tx<SystemScope>,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> stead_core::Result<String> {
        Ok(format!("sealed for {user} as {context}, {} bytes", plain.len()))
    }
}

async fn append(scope: &TenantScope, action: &str) {
    let detail = json!({"before": null, "after": action});
    let about = json!({"name": "Grace"});
    scope
        .transaction(|tx| {
            let (detail, about) = (&detail, &about);
            async move {
                let about = About { user: crate::TenantAccess::scope(&tx).user_id(), values: about };
                let entry =
                    Entry { detail: Some(detail), about: Some(about), ..Entry::new(action, "inst_1") };
                audit::append(&tx, entry).await
            }
        })
        .await
        .unwrap();
}

fn from_somewhere(scope: &TenantScope) -> TenantScope {
    scope.for_request(None, Some([192, 0, 2, 7].into()), Some("curl/8".into()))
}

/// A log of nine rows, with checkpoints kept elsewhere after five and nine.
struct Log {
    db: Db,
    scope: TenantScope,
    checkpoints: Vec<Checkpoint>,
}

impl Log {
    async fn new(db: Db) -> Self {
        let scope = from_somewhere(&member(&db, "Ada").await);
        let mut this = Self { db, scope, checkpoints: Vec::new() };
        for number in 0..9_i64 {
            append(&this.scope, &format!("test.step{number}")).await;
            if number == 4 || number == 8 {
                let frontier = audit::frontier(&this.scope, &this.tree()).await.unwrap().unwrap();
                this.checkpoints.push(Checkpoint {
                    origin: this.tree(),
                    size: frontier.size(),
                    root: frontier.root(),
                    at: Timestamp::from_micros(number),
                });
            }
        }
        assert_eq!(this.verify().await.finding, None);
        this
    }

    fn tree(&self) -> String {
        self.scope.tenant_id().to_string()
    }

    async fn verify(&self) -> Outcome {
        let mut verifier = Verifier::new(&self.tree(), self.checkpoints.clone());
        for row in audit::leaves(&self.scope, &self.tree(), 0, &Filter::default(), 1_000).await.unwrap() {
            verifier.row(&row.row().unwrap(), row.leaf().as_ref());
        }
        verifier.finish(audit::frontier(&self.scope, &self.tree()).await.unwrap().as_ref())
    }

    async fn found(&self) -> (Wrong, u64) {
        let finding = self.verify().await.finding.expect("a finding");
        (finding.wrong, finding.index)
    }

    /// As somebody who may do everything in the database.
    async fn as_superuser(&self, statements: &[&str]) {
        dialect::unguard_audit_log(self.db.writer()).await.unwrap();
        for statement in statements {
            self.db
                .writer()
                .execute_unprepared(&statement.replace("THIS", &format!("tree = '{}'", self.tree())))
                .await
                .unwrap();
        }
    }

    /// Writes all leaves and the frontier anew, so that everything in the database fits again.
    async fn restamp(&self) {
        let mut frontier = stead_core::audit::tree::Frontier::default();
        for row in audit::leaves(&self.scope, &self.tree(), 0, &Filter::default(), 1_000).await.unwrap() {
            let mut row = row.row().unwrap();
            row.index = frontier.size();
            let leaf = row.leaf();
            frontier.append(leaf);
            let (index, leaf, id) = (row.index, stead_core::audit::hex(&leaf), row.id);
            let statement = format!(
                "UPDATE audit_events SET leaf_index = {index}, leaf_hash = '{leaf}' WHERE id = '{id}'"
            );
            self.db.writer().execute_unprepared(&statement).await.unwrap();
        }
        let statement = format!(
            "UPDATE audit_trees SET size = {}, frontier = '{}' WHERE id = '{}'",
            frontier.size(),
            frontier.to_text(),
            self.tree()
        );
        self.db.writer().execute_unprepared(&statement).await.unwrap();
    }
}

async fn security_17_an_edited_row_is_named(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&["UPDATE audit_events SET action = 'test.other' WHERE THIS AND leaf_index = 6"]).await;
    assert_eq!(log.found().await, (Wrong::Edited, 6));
    log.restamp().await;
    // All hashes fit again. The checkpoint after five is still right, so it begins after that.
    assert_eq!(log.found().await, (Wrong::Rewritten, 5));
}

async fn security_17_an_edited_text_is_named(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&["UPDATE audit_events SET detail = '{}' WHERE THIS AND leaf_index = 2"]).await;
    assert_eq!(log.found().await, (Wrong::Edited, 2));
    log.as_superuser_again("UPDATE audit_events SET detail_digest = NULL WHERE THIS AND leaf_index = 2")
        .await;
    assert_eq!(log.found().await, (Wrong::Edited, 2));
}

impl Log {
    async fn as_superuser_again(&self, statement: &str) {
        let statement = statement.replace("THIS", &format!("tree = '{}'", self.tree()));
        self.db.writer().execute_unprepared(&statement).await.unwrap();
    }
}

async fn security_17_a_deleted_row_in_the_middle_is_named(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&["DELETE FROM audit_events WHERE THIS AND leaf_index = 3"]).await;
    assert_eq!(log.found().await, (Wrong::Missing, 3));
    log.restamp().await;
    assert_eq!(log.found().await, (Wrong::Rewritten, 0));
}

async fn security_17_a_truncated_tail_is_found(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&["DELETE FROM audit_events WHERE THIS AND leaf_index >= 7"]).await;
    assert_eq!(log.found().await, (Wrong::Truncated, 7));
    log.restamp().await;
    assert_eq!(log.found().await, (Wrong::Truncated, 7));
}

async fn security_17_swapped_rows_are_named(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&[
        "UPDATE audit_events SET leaf_index = 100 WHERE THIS AND leaf_index = 1",
        "UPDATE audit_events SET leaf_index = 1 WHERE THIS AND leaf_index = 8",
        "UPDATE audit_events SET leaf_index = 8 WHERE THIS AND leaf_index = 100",
    ])
    .await;
    assert_eq!(log.found().await, (Wrong::Edited, 1));
    log.restamp().await;
    assert_eq!(log.found().await, (Wrong::Rewritten, 0));
}

async fn security_17_a_chain_written_anew_is_found(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&["UPDATE audit_events SET actor = NULL WHERE THIS"]).await;
    log.restamp().await;
    assert_eq!(log.found().await, (Wrong::Rewritten, 0));
}

async fn security_17_a_row_that_was_put_in_is_found(db: Db) {
    let log = Log::new(db).await;
    log.as_superuser(&["INSERT INTO audit_events (id, at, action, tree, leaf_index) \
         SELECT 'aud_forged', 0, 'test.forged', tree, 9 FROM audit_events WHERE THIS AND leaf_index = 0"])
        .await;
    assert_eq!(log.found().await, (Wrong::Rewritten, 9));
}

async fn the_database_refuses_to_alter_the_log(db: Db) {
    let log = Log::new(db).await;
    for statement in [
        "UPDATE audit_events SET action = 'x'",
        "UPDATE audit_events SET detail = '{}'",
        "UPDATE audit_events SET salt = NULL, leaf_hash = NULL",
        "DELETE FROM audit_events",
    ] {
        let refused = log.db.writer().execute_unprepared(statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(log.verify().await.finding, None);
}

async fn erasing_keeps_the_chain_valid(db: Db) {
    db.seal_audit_by(Arc::new(Marked));
    let log = Log::new(db).await;
    let user = log.scope.user_id();
    let rows = audit::list(&log.scope, &PageRequest::new(None, None)).await.unwrap().rows;
    for row in &rows {
        let of = |what: &str| format!("sealed for {user} as audit/{}/{what}", row.id);
        assert!(row.personal.as_ref().unwrap().starts_with(&of("actor")), "{row:?}");
        assert!(row.about.as_ref().unwrap().starts_with(&of("subject")), "{row:?}");
    }
    // What is sealed goes with the key: nothing of it is touched here, and the rows stay as they are.
    let system = log.db.system("test");
    let forgotten = system
        .transaction(|tx| async move { audit::forget_open_texts(&tx, user, "", 100).await })
        .await
        .unwrap();
    assert_eq!(forgotten, None);
    let tenant = log.scope.tenant_id();
    let mut forgotten = 0;
    loop {
        let batch =
            system.transaction(|tx| async move { audit::forget_tenant(&tx, tenant, 4).await }).await.unwrap();
        forgotten += batch;
        if batch == 0 {
            break;
        }
    }
    assert_eq!(forgotten, 9);
    let outcome = log.verify().await;
    assert_eq!((outcome.finding, outcome.forgotten, outcome.checkpoints), (None, 9, 2));
    let rows = audit::list(&log.scope, &PageRequest::new(None, None)).await.unwrap().rows;
    assert!(rows.iter().all(|row| row.detail.is_none() && row.personal.is_none() && row.salt.is_none()));
}

async fn open_texts_are_forgotten_with_their_user(db: Db) {
    let log = Log::new(db).await;
    let user = log.scope.user_id();
    let mut after = String::new();
    while let Some(last) = log
        .db
        .system("test")
        .transaction(|tx| {
            let after = after.clone();
            async move { audit::forget_open_texts(&tx, user, &after, 4).await }
        })
        .await
        .unwrap()
    {
        after = last;
    }
    let outcome = log.verify().await;
    assert_eq!((outcome.finding, outcome.forgotten), (None, 9));
    let rows = audit::list(&log.scope, &PageRequest::new(None, None)).await.unwrap().rows;
    assert!(rows.iter().all(|row| row.detail.is_some() && row.personal.is_none() && row.about.is_none()));
}

async fn many_at_once_all_find_their_place(db: Db) {
    let scope = member(&db, "Ada").await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let scope = scope.clone();
            tokio::spawn(async move { append(&scope, &format!("test.{number}")).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let log = Log { db, scope, checkpoints: Vec::new() };
    let outcome = log.verify().await;
    assert_eq!((outcome.finding, outcome.rows), (None, 50));
}

async fn a_failed_transaction_takes_no_place(db: Db) {
    let scope = member(&db, "Ada").await;
    append(&scope, "test.one").await;
    let failed: stead_core::Result<()> = scope
        .transaction(|tx| async move {
            audit::append(&tx, Entry::new("test.two", "x")).await?;
            Err(stead_core::Error::conflict("no", "No."))
        })
        .await;
    assert!(failed.is_err());
    append(&scope, "test.three").await;
    let rows = audit::leaves(&scope, "", 0, &Filter::default(), 10).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.leaf_index, row.action.as_str())).collect();
    assert_eq!(found, [(Some(0), "test.one"), (Some(1), "test.three")]);
}

async fn a_filter_leaves_what_it_says(db: Db) {
    let scope = from_somewhere(&member(&db, "Ada").await);
    for action in ["instance.create", "instance.delete", "instances.odd", "member.add"] {
        append(&scope, action).await;
    }
    let found = async |filter: Filter| {
        let rows = audit::search(&scope, &filter, &PageRequest::new(None, None)).await.unwrap().rows;
        rows.iter().map(|row| row.action.clone()).rev().collect::<Vec<_>>()
    };
    let action = |text: &str| Filter { action: Some(text.into()), ..Filter::default() };
    assert_eq!(found(action("instance.*")).await, ["instance.create", "instance.delete"]);
    assert_eq!(found(action("member.add")).await, ["member.add"]);
    assert!(found(action("instance.")).await.is_empty());
    assert!(found(Filter { actor: Some("user_x".into()), ..Filter::default() }).await.is_empty());
    let soon = scope.now().plus(std::time::Duration::from_hours(1));
    assert_eq!(found(Filter { from: Some(soon), ..Filter::default() }).await.len(), 0);
    let before = Filter { to: Some(soon), object: Some("inst_1".into()), ..Filter::default() };
    assert_eq!(found(before).await.len(), 4);
}

crate::both_databases!(
    security_17_an_edited_row_is_named,
    security_17_an_edited_text_is_named,
    security_17_a_deleted_row_in_the_middle_is_named,
    security_17_a_truncated_tail_is_found,
    security_17_swapped_rows_are_named,
    security_17_a_chain_written_anew_is_found,
    security_17_a_row_that_was_put_in_is_found,
    the_database_refuses_to_alter_the_log,
    erasing_keeps_the_chain_valid,
    open_texts_are_forgotten_with_their_user,
    many_at_once_all_find_their_place,
    a_failed_transaction_takes_no_place,
    a_filter_leaves_what_it_says,
);

/// Rows from before there were trees get leaves, and their addresses become texts that can be forgotten.
async fn rows_from_before_get_their_leaves(target: Target) {
    use sea_orm_migration::MigratorTrait as _;
    let db = Db::open_without_migrating(&target, Ambient::system()).await.unwrap();
    crate::migrations::Migrations::up(db.writer(), Some(1)).await.unwrap();
    for number in 0..1_203 {
        let tenant = if number % 3 == 0 { "NULL".to_owned() } else { format!("'ten_{}'", number % 3) };
        let statement = format!(
            "INSERT INTO audit_events (id, at, tenant_id, actor, action, detail, ip) \
             VALUES ('aud_{number:04}', {number}, {tenant}, 'user_1', 'old.one', '{{}}', '192.0.2.1')"
        );
        db.writer().execute_unprepared(&statement).await.unwrap();
    }
    crate::migrations::Migrations::up(db.writer(), None).await.unwrap();
    let system = db.system("test");
    for tree in ["installation", "ten_1", "ten_2"] {
        let mut verifier = Verifier::new(tree, []);
        for row in audit::leaves(&system, tree, 0, &Filter::default(), 1_000).await.unwrap() {
            assert!(row.personal.as_ref().unwrap().contains("192.0.2.1"));
            verifier.row(&row.row().unwrap(), row.leaf().as_ref());
        }
        let outcome = verifier.finish(audit::frontier(&system, tree).await.unwrap().as_ref());
        assert_eq!((outcome.finding, outcome.rows), (None, 401), "{tree}");
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn rows_from_before_get_their_leaves_on_sqlite() {
    let (target, _guard) = empty_sqlite();
    rows_from_before_get_their_leaves(target).await;
}

#[tokio::test]
async fn rows_from_before_get_their_leaves_on_postgres() {
    let (target, _guard) = empty_postgres().await;
    rows_from_before_get_their_leaves(target).await;
}
