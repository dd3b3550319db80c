//! Reads a console from its files. Needs no shim; several readers and the writer never wait for each other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use stead_core::driver::ConsolePosition;

use super::{Segment, segment_path, segments};

/// How far back a tail is searched for.
const LONGEST_TAIL: u64 = 4 << 20;

/// What a read found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// This many bytes were put into the buffer, the first one has this offset.
    Bytes { offset: u64, length: usize },
    /// These bytes are not kept; reading goes on after them.
    Gap { from: u64, to: u64 },
    /// There is nothing after the reader's offset now.
    End,
}

/// A position in a console. Cheap: holds at most one open file.
#[derive(Debug)]
pub struct Reader {
    directory: PathBuf,
    offset: u64,
    open: Option<(Segment, File)>,
}

impl Reader {
    /// Begins at `from`. Positions before the oldest kept byte give a [`Chunk::Gap`] first, positions after the end wait there. A
    /// directory that does not exist is an empty console.
    ///
    /// # Errors
    /// When the directory or a segment cannot be read.
    pub fn open(directory: &Path, from: ConsolePosition) -> io::Result<Self> {
        let all = segments(directory)?;
        let end = all.last().map_or(0, |segment| segment.end());
        let start = all.first().map_or(0, |segment| segment.start);
        let offset = match from {
            ConsolePosition::Start => start,
            ConsolePosition::Offset { offset } => offset,
            ConsolePosition::Tail { lines } => tail(directory, &all, lines)?.clamp(start, end),
        };
        Ok(Self { directory: directory.to_owned(), offset, open: None })
    }

    /// Offset of the next byte to be read.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes on at a later offset; returns the one before.
    pub(crate) fn skip_to(&mut self, offset: u64) -> u64 {
        self.open = None;
        std::mem::replace(&mut self.offset, offset)
    }

    /// Offset after the last byte of the console.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn end(directory: &Path) -> io::Result<u64> {
        Ok(segments(directory)?.last().map_or(0, |segment| segment.end()))
    }

    /// Reads on.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<Chunk> {
        if let Some(chunk) = self.read_open(buffer)? {
            return Ok(chunk);
        }
        let all = segments(&self.directory)?;
        // The last segment that begins at or before the offset; what lies after its end belongs to the next one.
        let holding = all.iter().rev().find(|segment| segment.start <= self.offset);
        if let Some(segment) = holding
            && segment.end() > self.offset
        {
            match File::open(segment_path(&self.directory, segment.start)) {
                Ok(file) => self.open = Some((*segment, file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return self.gap(segment.end()),
                Err(error) => return Err(error),
            }
            return Ok(self.read_open(buffer)?.unwrap_or(Chunk::End));
        }
        match all.iter().find(|segment| segment.start > self.offset) {
            Some(next) => self.gap(next.start),
            None => Ok(Chunk::End),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "returns what read returns")]
    fn gap(&mut self, to: u64) -> io::Result<Chunk> {
        let from = std::mem::replace(&mut self.offset, to);
        self.open = None;
        Ok(Chunk::Gap { from, to })
    }

    fn read_open(&mut self, buffer: &mut [u8]) -> io::Result<Option<Chunk>> {
        let Some((segment, file)) = &self.open else { return Ok(None) };
        let Some(at) = self.offset.checked_sub(segment.start) else { return Ok(None) };
        let length = file.read_at(buffer, at)?;
        if length == 0 {
            return Ok(None);
        }
        let offset = self.offset;
        self.offset += length as u64;
        Ok(Some(Chunk::Bytes { offset, length }))
    }
}

/// Offset where the last `lines` lines begin.
fn tail(directory: &Path, all: &[Segment], lines: u32) -> io::Result<u64> {
    let Some(last) = all.last() else { return Ok(0) };
    let end = last.end();
    if lines == 0 {
        return Ok(end);
    }
    let mut wanted = u64::from(lines);
    let mut buffer = vec![0; 16 * 1024];
    let mut first = true;
    for segment in all.iter().rev() {
        let file = match File::open(segment_path(directory, segment.start)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(segment.end()),
            Err(error) => return Err(error),
        };
        let mut to = segment.length;
        while to > 0 {
            let from = to.saturating_sub(buffer.len() as u64);
            let part = &mut buffer[..usize::try_from(to - from).unwrap_or(0)];
            file.read_exact_at(part, from)?;
            let part = if first && part.ends_with(b"\n") { &part[..part.len() - 1] } else { &part[..] };
            first = false;
            for (index, _) in part.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
                wanted -= 1;
                if wanted == 0 {
                    return Ok(segment.start + from + index as u64 + 1);
                }
            }
            to = from;
            if end - (segment.start + from) >= LONGEST_TAIL {
                return Ok(segment.start + from);
            }
        }
    }
    Ok(all.first().map_or(0, |segment| segment.start))
}
