//! Files that the server sent ahead of a document whose source is one of them. Kept until used, at most a day.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use stead_core::error::{Error, ErrorKind, InternalContext, Result};
use stead_core::ids::UploadId;
use tokio::fs;
use tokio::io::AsyncWriteExt;
use tracing::warn;

/// Longest upload, bytes.
pub const MAX_UPLOAD: u64 = 1 << 30;
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Clone)]
pub struct Uploads {
    folder: PathBuf,
}

impl Uploads {
    /// # Errors
    /// When the folder cannot be made.
    pub async fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).await.internal(format!("making {}", folder.display()))?;
        Ok(Self { folder })
    }

    #[must_use]
    pub fn path(&self, upload: UploadId) -> PathBuf {
        self.folder.join(upload.to_string())
    }

    /// Stores a body under its final name only when it has arrived whole.
    ///
    /// # Errors
    /// `upload_too_large`, `disk_full`, `upload_interrupted`.
    pub async fn store<B>(&self, upload: UploadId, body: B) -> Result<()>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let partial = tempfile::Builder::new()
            .prefix("partial-")
            .tempfile_in(&self.folder)
            .map_err(|error| write_error(&error))?
            .into_temp_path();
        self.fill(&partial, body).await?;
        fs::rename(&partial, self.path(upload)).await.map_err(|error| write_error(&error))
    }

    async fn fill<B>(&self, partial: &std::path::Path, mut body: B) -> Result<()>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut file = fs::File::create(partial).await.map_err(|error| write_error(&error))?;
        let mut length = 0_u64;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                Error::new(
                    ErrorKind::Unavailable,
                    "upload_interrupted",
                    "The upload ended before it was complete.",
                )
                .next_step("Send it again.")
                .source_error(error)
            })?;
            let Ok(bytes) = frame.into_data() else { continue };
            length = length.saturating_add(bytes.len() as u64);
            if length > MAX_UPLOAD {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "upload_too_large",
                    "The upload is longer than 1 GiB.",
                )
                .next_step("Push the repository to a git host and open it from there."));
            }
            file.write_all(&bytes).await.map_err(|error| write_error(&error))?;
        }
        file.flush().await.map_err(|error| write_error(&error))
    }

    /// # Errors
    /// `upload_missing` when it was never sent here or has been used.
    pub async fn open_file(&self, upload: UploadId) -> Result<fs::File> {
        fs::File::open(self.path(upload)).await.map_err(|error| {
            Error::new(
                ErrorKind::NotFound,
                "upload_missing",
                "The uploaded repository is not on the node any more.",
            )
            .next_step("Open the repository again, which uploads it anew.")
            .source_error(error)
        })
    }

    /// Removes an upload that has been used.
    pub async fn discard(&self, upload: UploadId) {
        match fs::remove_file(self.path(upload)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                warn!(upload.id = %upload, error = %error, "cannot remove an upload that was used");
            }
            _ => {}
        }
    }

    /// Removes what nobody has used for a day.
    pub async fn sweep(&self, now: stead_core::Timestamp) {
        let Ok(mut entries) = fs::read_dir(&self.folder).await else { return };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let modified = entry.metadata().await.and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).map(|at| {
                let micros = i64::try_from(at.as_micros()).unwrap_or(i64::MAX);
                now.since(stead_core::Timestamp::from_micros(micros))
            });
            if age.is_some_and(|age| age > KEPT)
                && let Err(error) = fs::remove_file(entry.path()).await
            {
                warn!(path = %entry.path().display(), error = %error, "cannot remove an old upload");
            }
        }
    }
}

fn write_error(error: &io::Error) -> Error {
    let text = error.to_string();
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        Error::new(ErrorKind::QuotaExceeded, "disk_full", "The node's disk is full.")
            .next_step("Free space on the node, then send the upload again.")
            .context(text)
    } else {
        Error::internal(format!("storing an upload: {text}"))
    }
}
