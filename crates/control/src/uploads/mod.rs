//! Files that clients send ahead of the request that uses them, such as git bundles.
//!
//! Owns the table of uploads and the folder `server/uploads/`: one file per row, named by the row's id. A file is written whole
//! under another name before its row is added, so that a row always has its file; files without a row are removed by
//! [`Uploads::clean`].

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use stead_api::v1::uploads::Upload;
use stead_core::error::InternalContext as _;
use stead_core::ids::UploadId;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::uploads::UploadRow;
use stead_db::{Db, TenantScope};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

/// The largest file.
pub const MAX_LENGTH: u64 = 1 << 30;
/// An upload that nothing uses is kept this long.
pub const LIFETIME: Duration = Duration::from_hours(24);
/// A client that sends nothing for this long has gone away.
const STALL: Duration = Duration::from_secs(60);
/// A partial file is left alone this long: its upload may still run.
const PARTIAL_AGE: Duration = Duration::from_hours(6);
const PARTIAL: &str = "partial";

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Uploads {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    folder: PathBuf,
    max_length: u64,
}

/// What a round of cleaning did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Cleaned {
    pub expired: usize,
    pub orphans: usize,
}

impl Uploads {
    /// Keeps files in `folder`, which is created.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub async fn open(db: Db, folder: PathBuf) -> Result<Self> {
        tokio::fs::create_dir_all(&folder).await.internal("making the folder of uploads")?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            tokio::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))
                .await
                .internal("closing the folder of uploads to others")?;
        }
        Ok(Self { inner: Arc::new(Inner { db, folder, max_length: MAX_LENGTH }) })
    }

    #[cfg(test)]
    fn with_max_length(self, max_length: u64) -> Self {
        Self {
            inner: Arc::new(Inner {
                db: self.inner.db.clone(),
                folder: self.inner.folder.clone(),
                max_length,
            }),
        }
    }

    /// Stores a stream of bytes.
    ///
    /// # Errors
    /// `upload_too_large`, `upload_interrupted`, `upload_empty`, `disk_full`.
    pub async fn create<E>(
        &self,
        scope: &TenantScope,
        content: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<Upload>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let ambient = self.inner.db.ambient();
        let id: UploadId = ambient.new_id();
        let partial = Partial(self.path(id).with_extension(PARTIAL));
        let (size_bytes, sha256) = self.receive(&partial.0, content).await?;
        let now = ambient.now();
        let row = UploadRow {
            id,
            tenant: scope.tenant_id(),
            created_by: scope.user_id(),
            size_bytes,
            sha256,
            created_at: now,
            expires_at: now.plus(LIFETIME),
            used_by: None,
        };
        tokio::fs::rename(&partial.0, self.path(id)).await.internal("naming an upload's file")?;
        let added = scope
            .transaction(|tx| {
                let row = row.clone();
                async move { stead_db::uploads::insert(&tx, &row).await }
            })
            .await;
        if let Err(error) = added {
            remove(&self.path(id)).await;
            return Err(error);
        }
        Ok(view(&row))
    }

    async fn receive<E>(
        &self,
        path: &Path,
        content: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<(u64, String)>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut file =
            File::create_new(path).await.map_err(|error| writing(error, "making an upload's file"))?;
        let mut digest = Sha256::new();
        let mut size: u64 = 0;
        let mut content = std::pin::pin!(content);
        loop {
            let chunk = match tokio::time::timeout(STALL, content.next()).await {
                Ok(None) => break,
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => return Err(interrupted().source_error(error)),
                Err(_) => return Err(interrupted().context("the client stopped sending")),
            };
            size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if size > self.inner.max_length {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "upload_too_large",
                    format!("An upload has at most {} MiB.", self.inner.max_length >> 20),
                )
                .next_step("Send a shallow bundle, such as of the last commits only, and fetch the rest from the remote."));
            }
            digest.update(&chunk);
            file.write_all(&chunk).await.map_err(|error| writing(error, "writing an upload"))?;
        }
        if size == 0 {
            return Err(Error::invalid("upload_empty", "The upload holds no bytes.")
                .next_step("Send the file as the body."));
        }
        file.flush().await.map_err(|error| writing(error, "writing an upload"))?;
        file.sync_all().await.map_err(|error| writing(error, "writing an upload"))?;
        let mut hex = String::with_capacity(64);
        for byte in digest.finalize() {
            let _ = write!(hex, "{byte:02x}");
        }
        Ok((size, hex))
    }

    /// The bytes of an upload, for sending them on to a node.
    ///
    /// # Errors
    /// `upload_not_found` when the file has gone.
    pub(crate) async fn read(
        &self,
        upload: UploadId,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<>> {
        match File::open(self.path(upload)).await {
            Ok(file) => Ok(ReaderStream::with_capacity(file, 256 << 10)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(upload)),
            Err(error) => Err(Error::internal("opening an upload's file").source_error(error)),
        }
    }

    /// Removes what nothing uses any more: expired rows with their files, files without a row.
    ///
    /// # Errors
    /// A failure of the database or the disk.
    pub async fn clean(&self) -> Result<Cleaned> {
        let system = self.inner.db.system("cleaning uploads");
        let now = self.inner.db.ambient().now();
        let mut cleaned = Cleaned::default();
        for row in stead_db::uploads::expired(&system, now, 1_000).await? {
            let removed = system
                .transaction(|tx| async move { stead_db::uploads::remove_unused(&tx, row.id).await })
                .await?;
            if removed {
                remove(&self.path(row.id)).await;
                cleaned.expired += 1;
            }
        }
        cleaned.orphans = self.remove_orphans(now).await?;
        Ok(cleaned)
    }

    async fn remove_orphans(&self, now: Timestamp) -> Result<usize> {
        // Files first, rows second: a file whose row is added in between is not mistaken for an orphan, because it was not listed.
        let mut files = Vec::new();
        let mut folder = tokio::fs::read_dir(&self.inner.folder).await.internal("listing uploads")?;
        while let Some(entry) = folder.next_entry().await.internal("listing uploads")? {
            files.push(entry);
        }
        let rows: HashSet<UploadId> =
            stead_db::uploads::ids(&self.inner.db.system("cleaning uploads")).await?.into_iter().collect();
        let mut removed = 0;
        for entry in files {
            let path = entry.path();
            let id = path
                .file_stem()
                .and_then(|name| name.to_str())
                .and_then(|name| name.parse::<UploadId>().ok());
            let Some(id) = id else { continue };
            let partial = path.extension().is_some_and(|extension| extension == PARTIAL);
            let young = (entry.metadata().await.ok())
                .and_then(|metadata| metadata.modified().ok())
                .and_then(|modified| modified.duration_since(std::time::UNIX_EPOCH).ok())
                .is_none_or(|modified| {
                    let modified =
                        Timestamp::from_micros(i64::try_from(modified.as_micros()).unwrap_or(i64::MAX));
                    now.since(modified) < PARTIAL_AGE
                });
            // A whole file without a row is between its renaming and its row for a moment only.
            if (partial || !rows.contains(&id)) && !young {
                remove(&path).await;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn path(&self, upload: UploadId) -> PathBuf {
        self.inner.folder.join(upload.to_string())
    }

    /// Removes an upload that nothing needs any more, with its row.
    ///
    /// # Errors
    /// A failure of the database.
    pub(crate) async fn discard(&self, upload: UploadId) -> Result<()> {
        let removed = self
            .inner
            .db
            .system("removing a used upload")
            .transaction(|tx| async move {
                stead_db::uploads::set_used_by(&tx, upload, None).await?;
                stead_db::uploads::remove_unused(&tx, upload).await
            })
            .await?;
        if removed {
            remove(&self.path(upload)).await;
        }
        Ok(())
    }
}

/// Removes the partial file when the upload does not come to its end; after the renaming there is none.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(upload.file = %self.0.display(), error = %error, "a partial upload could not be removed");
        }
    }
}

async fn remove(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(upload.file = %path.display(), error = %error, "an upload could not be removed");
    }
}

fn view(row: &UploadRow) -> Upload {
    Upload {
        id: row.id.to_string(),
        size_bytes: row.size_bytes,
        sha256: row.sha256.clone(),
        expires_at: row.expires_at.to_string(),
    }
}

pub(crate) fn missing(upload: UploadId) -> Error {
    Error::not_found("upload", upload).next_step("It may have expired after 24 hours; send it again.")
}

fn interrupted() -> Error {
    Error::invalid("upload_interrupted", "The upload broke off before its end.").next_step("Send it again.")
}

fn writing(error: io::Error, doing: &'static str) -> Error {
    if error.kind() == io::ErrorKind::StorageFull {
        return Error::unavailable("disk_full", "The server's disk is full.")
            .next_step("The operator has to make room in Stead's data directory.")
            .source_error(error);
    }
    Error::internal(doing).source_error(error)
}
