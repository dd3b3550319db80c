//! One Stead per data directory.
//!
//! `<data>/stead.lock` is held with `flock` as long as the process lives, so a kill -9 frees it, and holds the process's id and
//! address for other commands of this machine. Its only writer is the holder of the lock.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use stead_core::error::InternalContext;
use stead_core::{Error, Result};

/// Who holds the lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holder {
    pub pid: i32,
    /// Where it answers; absent while it starts.
    #[serde(default)]
    pub url: Option<String>,
}

/// The data directory is ours while this value lives.
#[derive(Debug)]
pub struct DataDirLock {
    file: File,
    directory: PathBuf,
}

fn path(directory: &Path) -> PathBuf {
    directory.join("stead.lock")
}

impl DataDirLock {
    /// Makes the directory (mode 0700) when it is missing and takes the lock.
    ///
    /// # Errors
    /// `already_running` when another process holds it; `data_dir_unusable` when the directory cannot be written.
    pub fn acquire(directory: &Path) -> Result<Self> {
        let unusable = |error: std::io::Error| {
            Error::invalid(
                "data_dir_unusable",
                format!("The data directory {} cannot be used: {error}.", directory.display()),
            )
            .next_step("Name another one with --data-dir, or run as a user who may write it.")
        };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path(directory))
            .map_err(unusable)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let holder = Self::holder(directory)?;
            let who = holder.map_or_else(String::new, |holder| {
                let place = holder.url.map(|url| format!(" at {url}")).unwrap_or_default();
                format!(" (process {}{place})", holder.pid)
            });
            return Err(Error::conflict(
                "already_running",
                format!("Stead already runs on {}{who}.", directory.display()),
            )
            .next_step("Use it, or stop it with Ctrl-C in its terminal or `stead down`."));
        }
        let mut lock = Self { file, directory: directory.to_path_buf() };
        lock.announce(None)?;
        Ok(lock)
    }

    /// Says where this process answers.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn announce(&mut self, url: Option<String>) -> Result<()> {
        let holder = Holder { pid: std::process::id().cast_signed(), url };
        let text = serde_json::to_vec(&holder).internal("describing the holder of the lock")?;
        self.file.set_len(0).internal("writing the lock file")?;
        self.file.rewind().internal("writing the lock file")?;
        self.file.write_all(&text).internal("writing the lock file")
    }

    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Who holds the lock now; `None` when nobody does.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn holder(directory: &Path) -> Result<Option<Holder>> {
        let mut file = match File::open(path(directory)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::internal("opening the lock file").source_error(error)),
        };
        if flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
            return Ok(None);
        }
        let mut text = String::new();
        file.read_to_string(&mut text).internal("reading the lock file")?;
        Ok(serde_json::from_str(&text).ok())
    }

    /// Blocks until nobody holds the lock.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn wait_until_free(directory: &Path) -> Result<()> {
        match File::open(path(directory)) {
            Ok(file) => flock(&file, FlockOperation::LockShared).internal("waiting for the lock"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::internal("opening the lock file").source_error(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_the_first_is() {
        let directory = tempfile::tempdir().unwrap();
        let mut first = DataDirLock::acquire(directory.path()).unwrap();
        first.announce(Some("http://localhost:1/".into())).unwrap();
        let refusal = DataDirLock::acquire(directory.path()).unwrap_err();
        assert_eq!(refusal.code(), "already_running");
        assert!(refusal.message().contains("http://localhost:1/"));
        drop(first);
        assert!(DataDirLock::holder(directory.path()).unwrap().is_none());
        DataDirLock::acquire(directory.path()).unwrap();
    }
}
