//! The console: output of the main process and of tasks in segment files with absolute offsets that go on over runs.
//!
//! Written by the shim of the running instance only ([`Writer`]); anyone with access to the directory may read, also while nothing
//! runs ([`Reader`]). A segment file is named by the offset of its first byte, twenty digits and `.log`; bytes missing between the
//! end of one and the beginning of the next are lost and reported as a gap.

mod lines;
mod reader;
mod writer;

pub(crate) use lines::{Lines, Source};
pub use reader::{Chunk, Reader};
pub(crate) use writer::Writer;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    start: u64,
    length: u64,
}

impl Segment {
    const fn end(self) -> u64 {
        self.start + self.length
    }
}

fn segment_path(directory: &Path, start: u64) -> PathBuf {
    directory.join(format!("{start:020}.log"))
}

/// All segments, by offset. A directory that does not exist has none.
fn segments(directory: &Path) -> io::Result<Vec<Segment>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(digits) = name.to_str().and_then(|name| name.strip_suffix(".log")) else { continue };
        if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let Ok(start) = digits.parse() else { continue };
        match entry.metadata() {
            Ok(metadata) => found.push(Segment { start, length: metadata.len() }),
            // Rotation removed it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by_key(|segment| segment.start);
    Ok(found)
}
