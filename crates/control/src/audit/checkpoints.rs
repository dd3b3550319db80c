//! Hourly checkpoints of every log that grew: to the database, and to one file per log in the data directory, which an operator
//! copies (or mounts) to where this server cannot write.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_core::error::InternalContext as _;
use stead_core::{Error, Result};
use stead_db::audit::{Checkpoint, add_checkpoint, due_trees};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::Audit;
use crate::engine::Reconciler;

const BATCH: u64 = 200;
/// Of a published file, this much of its end is read.
const READ: u64 = 256 << 10;

#[derive(Debug)]
pub(super) struct MakeCheckpoints {
    pub(super) audit: Audit,
}

#[async_trait]
impl Reconciler for MakeCheckpoints {
    fn name(&self) -> &'static str {
        "audit_checkpoints"
    }

    fn interval(&self) -> Duration {
        Duration::from_hours(1)
    }

    async fn reconcile(&self) -> Result<Value> {
        let made = self.audit.make_checkpoints().await?;
        Ok(json!({ "checkpoints": made }))
    }
}

impl Audit {
    /// A checkpoint of every log that grew since its last one. Returns how many.
    pub(super) async fn make_checkpoints(&self) -> Result<u64> {
        let inner = &self.inner;
        let keys = self.signing().await?;
        let (mut after, mut made) = (String::new(), 0);
        loop {
            let due = due_trees(&inner.system, &after, BATCH).await?;
            let Some((last, _)) = due.last() else { return Ok(made) };
            after.clone_from(last);
            let mut rows = Vec::with_capacity(due.len());
            for (tree, frontier) in due {
                let (checkpoint, note) = self.sign(&keys, &tree, &frontier);
                // Published before it is stored: one that is stored is published, one that is published twice does no harm.
                publish(&inner.folder, &tree, &note).await?;
                rows.push(Checkpoint {
                    tree,
                    size: i64::try_from(checkpoint.size).internal("storing a checkpoint's size")?,
                    at: checkpoint.at.micros(),
                    note,
                });
            }
            made += u64::try_from(rows.len()).unwrap_or(0);
            for row in rows {
                inner
                    .system
                    .transaction(|tx| {
                        let row = row.clone();
                        async move { add_checkpoint(&tx, row).await }
                    })
                    .await?;
            }
        }
    }
}

fn file(folder: &Path, tree: &str) -> PathBuf {
    folder.join(format!("{tree}.checkpoints"))
}

async fn publish(folder: &Path, tree: &str, note: &str) -> Result<()> {
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let mut file =
            tokio::fs::OpenOptions::new().create(true).append(true).open(file(folder, tree)).await?;
        // An empty line ends a note that was cut short before.
        file.write_all(format!("{note}\n").as_bytes()).await?;
        file.flush().await?;
        file.sync_data().await
    };
    written.await.map_err(|error: io::Error| {
        Error::unavailable("checkpoint_unpublished", "A checkpoint of the audit log could not be written.")
            .next_step("The operator has to make the data directory writable, with room in it.")
            .context(format!("publishing to {}", file(folder, tree).display()))
            .source_error(error)
    })
}

/// The newest notes that were published of a tree, one after the other.
pub(super) async fn published(folder: &Path, tree: &str) -> Result<String> {
    let read = async {
        let mut file = tokio::fs::File::open(file(folder, tree)).await?;
        let length = file.metadata().await?.len();
        file.seek(io::SeekFrom::Start(length.saturating_sub(READ))).await?;
        let mut bytes = Vec::new();
        file.take(READ).read_to_end(&mut bytes).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // The beginning may be in the middle of a note, which begins with the tree's name.
        let begin = text.find(&format!("{tree}\n")).unwrap_or(text.len());
        Ok(text[begin..].to_owned())
    };
    match read.await {
        Ok(text) => Ok(text),
        Err(error) if io::Error::kind(&error) == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).internal("reading published checkpoints"),
    }
}
