//! Appends to a console's segment files and removes the oldest. One writer per instance: its shim.

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use super::{Segment, segment_path, segments};
use crate::protocol::ConsoleSettings;

/// See the module's documentation. Failing to write never stops the instance: the bytes count as lost and leave a gap.
#[derive(Debug)]
pub(crate) struct Writer {
    directory: PathBuf,
    segment_bytes: u64,
    most_segments: usize,
    /// The segment being written; `None` before the first byte and after a failure.
    current: Option<(Segment, File)>,
    /// Starts of all segments, the current one last.
    starts: VecDeque<u64>,
    end: u64,
    lost: u64,
    problem: Option<String>,
    ends_with_newline: bool,
}

impl Writer {
    /// Goes on where the files end.
    pub(crate) fn open(settings: &ConsoleSettings) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(&settings.directory)?;
        let all = segments(&settings.directory)?;
        let mut writer = Self {
            directory: settings.directory.clone(),
            segment_bytes: settings.segment_bytes.max(4_096),
            most_segments: usize::try_from(settings.segments).unwrap_or(usize::MAX).max(2),
            current: None,
            starts: all.iter().map(|segment| segment.start).collect(),
            end: all.last().map_or(0, |segment| segment.end()),
            lost: 0,
            problem: None,
            ends_with_newline: true,
        };
        if let Some(last) = all.last() {
            let mut file = OpenOptions::new()
                .read(true)
                .append(true)
                .open(segment_path(&settings.directory, last.start))?;
            if last.length > 0 {
                let mut byte = [b'\n'];
                file.seek(SeekFrom::End(-1))?;
                file.read_exact(&mut byte)?;
                writer.ends_with_newline = byte[0] == b'\n';
            }
            writer.current = Some((*last, file));
        }
        Ok(writer)
    }

    /// Offset after the last byte.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn directory(&self) -> &std::path::Path {
        &self.directory
    }

    /// Bytes lost since opening.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    /// Why bytes are lost now.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    pub(crate) const fn ends_with_newline(&self) -> bool {
        self.ends_with_newline
    }

    /// Appends all of `bytes`, over a segment's end into the next one.
    pub(crate) fn append(&mut self, mut bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        self.ends_with_newline = *last == b'\n';
        while !bytes.is_empty() {
            match self.append_some(bytes) {
                Ok(written) => {
                    self.end += written as u64;
                    bytes = &bytes[written..];
                    self.problem = None;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.end += bytes.len() as u64;
                    self.lost += bytes.len() as u64;
                    self.problem = Some(format!(
                        "Console output cannot be stored: {error}. Free space on the node's disk; output since then is lost."
                    ));
                    // The next byte that can be stored begins a segment of its own, which shows the gap.
                    self.current = None;
                    return;
                }
            }
        }
    }

    fn append_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.current.as_ref().is_none_or(|(segment, _)| segment.length >= self.segment_bytes) {
            self.rotate()?;
        }
        let Some((segment, file)) = &mut self.current else {
            return Err(io::Error::other("no segment is open"));
        };
        let room = usize::try_from(self.segment_bytes - segment.length).unwrap_or(usize::MAX);
        let written = file.write(&bytes[..bytes.len().min(room)])?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        segment.length += written as u64;
        Ok(written)
    }

    fn rotate(&mut self) -> io::Result<()> {
        let start = self.end;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(segment_path(&self.directory, start))?;
        if self.starts.back() != Some(&start) {
            self.starts.push_back(start);
        }
        self.current = Some((Segment { start, length: 0 }, file));
        while self.starts.len() > self.most_segments {
            if let Some(oldest) = self.starts.pop_front() {
                match fs::remove_file(segment_path(&self.directory, oldest)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
