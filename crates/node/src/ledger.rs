//! The node's ledger: the newest document of every instance, and what the reconciler must remember of it.
//!
//! `ledger/<instance>.document.json` is written by [`Ledger::put`] alone, durably, before the server is told that it was taken.
//! `ledger/<instance>.memory.jsonl` is written by the instance's reconciler alone: the last whole line counts. Losing it in a power
//! cut is survivable, so it is not forced to disk. Documents are replaced by renaming; so are memories that have grown long. A file
//! that cannot be read is moved to `ledger/set-aside/`; its instance is then unknown here, and nothing of it is removed without the
//! server's word.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stead_core::error::{Error, InternalContext, Result};
use stead_core::ids::InstanceId;
use stead_core::instance::InstanceDocument;
use tracing::{error, warn};

use crate::reconcile::memory::Memory;

const VERSION: u32 = 1;
const DOCUMENT: &str = "document.json";
const MEMORY: &str = "memory.jsonl";
/// A longer file of memories is begun anew.
const LONGEST_MEMORY: u64 = 256 << 10;

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    content: T,
}

/// What became of a document that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    New,
    /// The very same document is there already.
    Known,
}

/// Whether `new` may take the place of `known`: pure.
///
/// # Errors
/// `stale_generation` when it is older, `generation_conflict` when it differs and has the same generation.
pub fn admit(known: Option<&InstanceDocument>, new: &InstanceDocument) -> Result<Accepted> {
    let Some(known) = known else { return Ok(Accepted::New) };
    if new.generation < known.generation {
        return Err(Error::conflict(
            "stale_generation",
            format!(
                "The node has generation {} of this instance; {} is older.",
                known.generation, new.generation
            ),
        )
        .next_step("Send the newest document."));
    }
    if new.generation > known.generation {
        return Ok(Accepted::New);
    }
    if new == known {
        return Ok(Accepted::Known);
    }
    Err(Error::conflict(
        "generation_conflict",
        format!("The node has another document with generation {} of this instance.", known.generation),
    )
    .next_step("Change the document under a higher generation; two servers may be writing."))
}

#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    documents: Mutex<BTreeMap<InstanceId, InstanceDocument>>,
}

impl Ledger {
    /// Reads every document. Call it off the async threads.
    ///
    /// # Errors
    /// When the folder cannot be made or listed. Unreadable files are set aside and logged instead.
    pub fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).internal(format!("making {}", folder.display()))?;
        let mut documents = BTreeMap::new();
        let entries = fs::read_dir(&folder).internal(format!("listing {}", folder.display()))?;
        for entry in entries {
            let path = entry.internal(format!("listing {}", folder.display()))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if name.ends_with(".new") {
                // Cut short while it was written; what it was to replace is still there.
                remove(&path);
                continue;
            }
            let Some(id) = name.strip_suffix(&format!(".{DOCUMENT}")) else { continue };
            let Some(document) = read_or_set_aside::<InstanceDocument>(&folder, &path) else { continue };
            if document.instance.to_string() == id {
                documents.insert(document.instance, document);
            } else {
                set_aside(&folder, &path, &format!("it holds the document of {}", document.instance));
            }
        }
        Ok(Self { folder, documents: Mutex::new(documents) })
    }

    /// Every document, by instance.
    #[must_use]
    pub fn documents(&self) -> BTreeMap<InstanceId, InstanceDocument> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[must_use]
    pub fn document(&self, instance: InstanceId) -> Option<InstanceDocument> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).get(&instance).cloned()
    }

    /// Takes a document, durably. Blocks on the disk. Calls for one instance must not overlap.
    ///
    /// # Errors
    /// As [`admit`]; when the disk refuses.
    pub fn put(&self, document: &InstanceDocument) -> Result<Accepted> {
        let accepted = admit(self.document(document.instance).as_ref(), document)?;
        if accepted == Accepted::New {
            let path = self.path(document.instance, DOCUMENT);
            replace(&path, &encode(document)?, true).map_err(|error| unwritable(&path, error))?;
            self.documents
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(document.instance, document.clone());
        }
        Ok(accepted)
    }

    /// What was remembered of an instance; nothing when the file is missing or cannot be read.
    #[must_use]
    pub fn memory(&self, instance: InstanceId) -> Memory {
        let path = self.path(instance, MEMORY);
        if !path.exists() {
            return Memory::default();
        }
        read_or_set_aside(&self.folder, &path).unwrap_or_default()
    }

    /// # Errors
    /// When the disk refuses.
    pub fn remember(&self, instance: InstanceId, memory: &Memory) -> Result<()> {
        let path = self.path(instance, MEMORY);
        // Begun with the newline: a line before it that was cut short spoils nothing else.
        let mut line = vec![b'\n'];
        line.extend(encode(memory)?);
        let long = fs::metadata(&path).is_ok_and(|found| found.len() > LONGEST_MEMORY);
        let written = if long { replace(&path, &line, false) } else { append(&path, &line) };
        written.map_err(|error| unwritable(&path, error))
    }

    /// Drops a document that wants its instance absent, once that is long done.
    pub fn forget(&self, instance: InstanceId) {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
        remove(&self.path(instance, DOCUMENT));
        remove(&self.path(instance, MEMORY));
    }

    fn path(&self, instance: InstanceId, kind: &str) -> PathBuf {
        self.folder.join(format!("{instance}.{kind}"))
    }
}

fn encode(content: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(&Versioned { version: VERSION, content }).internal("writing the ledger")
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::unavailable("ledger_unwritable", "The node cannot write its ledger.")
        .next_step("Free space on the node's disk and check that its data directory is writable.")
        .context(format!("writing {}", path.display()))
        .source_error(error)
}

fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(line)
}

fn replace(path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    if durable {
        file.sync_data()?;
    }
    drop(file);
    fs::rename(&temporary, path)?;
    if durable && let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        warn!(path = %path.display(), error = %error, "cannot remove a file of the ledger");
    }
}

fn read_or_set_aside<T: DeserializeOwned>(folder: &Path, path: &Path) -> Option<T> {
    let read = fs::read(path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| newest::<Versioned<T>>(&bytes).map_err(|error| error.to_string()));
    match read {
        Ok(Versioned { version: VERSION, content }) => Some(content),
        Ok(Versioned { version, .. }) => {
            set_aside(folder, path, &format!("it has version {version}, this program knows {VERSION}"));
            None
        }
        Err(error) => {
            set_aside(folder, path, &error);
            None
        }
    }
}

/// The last line that is whole; documents have one.
fn newest<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    let mut problem = None;
    for line in bytes.split(|byte| *byte == b'\n').rev().filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(value) => return Ok(value),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    Err(problem.unwrap_or_else(|| serde::de::Error::custom("it is empty")))
}

/// The next step is the server's: it sends the document again when the node connects.
fn set_aside(folder: &Path, path: &Path, reason: &str) {
    let aside = folder.join("set-aside");
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let target = (0_u32..)
        .map(|number| aside.join(format!("{name}.{number}")))
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| aside.join(&name));
    let moved = fs::create_dir_all(&aside).and_then(|()| fs::rename(path, &target));
    error!(
        path = %path.display(),
        set_aside = %target.display(),
        reason,
        moved = moved.is_ok(),
        "a file of the ledger cannot be used; its instance is left alone until the server sends its document again"
    );
}

#[cfg(test)]
mod tests {
    use stead_core::ambient::Ambient;

    use super::*;

    #[test]
    fn the_newest_whole_memory_counts_and_files_stay_short() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Ledger::open(folder.path().to_path_buf()).unwrap();
        let instance = Ambient::system().new_id::<InstanceId>();
        let (ledger, path) = (open(), folder.path().join(format!("{instance}.{MEMORY}")));
        assert_eq!(ledger.memory(instance), Memory::default());
        let memory = |run| Memory { started: Some(run), ..Memory::default() };
        ledger.remember(instance, &memory(1)).unwrap();
        ledger.remember(instance, &memory(2)).unwrap();
        assert_eq!(open().memory(instance), memory(2));
        append(&path, b"\n{\"version\":1,\"conte").unwrap();
        assert_eq!(open().memory(instance), memory(2), "what was cut short is not there");
        ledger.remember(instance, &memory(3)).unwrap();
        assert_eq!(open().memory(instance), memory(3));
        for run in 4..5_000 {
            ledger.remember(instance, &memory(run)).unwrap();
        }
        assert!(fs::metadata(&path).unwrap().len() < LONGEST_MEMORY + 4_096);
        assert_eq!(open().memory(instance), memory(4_999));
    }
}
