//! The shim's own log file: few lines, bounded, for the operator. The shim has no subscriber of the agent's log.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use stead_core::ambient::Ambient;

/// Nothing is written beyond.
const LARGEST: u64 = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Journal {
    file: Option<File>,
    ambient: Ambient,
}

impl Journal {
    /// Without a file when it cannot be opened: a missing log must not keep an instance from running.
    pub(crate) fn open(path: &Path, ambient: Ambient) -> Self {
        Self { file: OpenOptions::new().create(true).append(true).mode(0o600).open(path).ok(), ambient }
    }

    pub(crate) fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    pub(crate) fn line(&mut self, text: &str) {
        let Some(file) = &mut self.file else { return };
        if file.metadata().is_ok_and(|metadata| metadata.len() < LARGEST) {
            // A log that cannot be written has nowhere to say so.
            let _ = writeln!(file, "{} {text}", self.ambient.now());
        }
    }
}
