//! Removing large things in the background.
//!
//! On disks that discard freed blocks, a large delete makes every writer wait; therefore what is to go is renamed into
//! `trash/` at once and taken apart slowly by one thread. What a crash leaves there goes at the next start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use stead_core::error::{InternalContext as _, Result};

use super::files;

/// Freed at once before the thread rests.
const SLICE_BYTES: u64 = 64 << 20;
const SLICE_ENTRIES: u32 = 256;
const REST: Duration = Duration::from_millis(20);

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Trash {
    directory: PathBuf,
    work: mpsc::Sender<PathBuf>,
    number: AtomicU64,
}

impl Trash {
    pub(super) fn open(node: &Path) -> Result<Self> {
        let directory = node.join("trash");
        files::private_directory(&directory)?;
        let (work, receiver) = mpsc::channel::<PathBuf>();
        std::thread::Builder::new()
            .name("trash".to_owned())
            .spawn(move || {
                while let Ok(path) = receiver.recv() {
                    if let Err(error) = remove(&path, &mut 0) {
                        tracing::warn!(path = %path.display(), error = %error, "a deleted file could not be removed; it is tried again at the next start");
                    }
                }
            })
            .internal("starting the thread that removes files")?;
        let trash = Self { directory, work, number: AtomicU64::new(0) };
        for left in files::list(&trash.directory)? {
            let _gone = trash.work.send(left);
        }
        Ok(trash)
    }

    /// Takes a file or directory out of the way at once; its blocks are freed later. What does not exist is no error.
    pub(super) fn discard(&self, path: &Path) -> Result<()> {
        loop {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let target = self.directory.join(format!("{name}.{}-{number}", std::process::id()));
            if fs::symlink_metadata(&target).is_ok() {
                continue;
            }
            return match fs::rename(path, &target) {
                Ok(()) => {
                    let _gone = self.work.send(target);
                    Ok(())
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error).internal(format!("moving {} away", path.display())),
            };
        }
    }
}

fn remove(path: &Path, entries: &mut u32) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            remove(&entry?.path(), entries)?;
        }
        fs::remove_dir(path)?;
    } else {
        if metadata.is_file() && std::os::unix::fs::MetadataExt::nlink(&metadata) == 1 {
            shrink(path, metadata.len())?;
        }
        fs::remove_file(path)?;
    }
    *entries += 1;
    if entries.is_multiple_of(SLICE_ENTRIES) {
        std::thread::park_timeout(REST);
    }
    Ok(())
}

/// Frees a large file piece by piece.
fn shrink(path: &Path, length: u64) -> io::Result<()> {
    if length <= SLICE_BYTES {
        return Ok(());
    }
    let file = fs::OpenOptions::new().write(true).open(path)?;
    let mut left = length;
    while left > SLICE_BYTES {
        left -= SLICE_BYTES;
        let before = std::os::unix::fs::MetadataExt::blocks(&file.metadata()?);
        file.set_len(left)?;
        // Holes cost nothing.
        if std::os::unix::fs::MetadataExt::blocks(&file.metadata()?) != before {
            std::thread::park_timeout(REST);
        }
    }
    Ok(())
}
