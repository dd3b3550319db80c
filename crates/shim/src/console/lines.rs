//! Keeps the lines of several sources whole: each source's unfinished line waits in its own buffer.

use std::time::{Duration, Instant};

use super::Writer;

/// Longer lines are written in pieces.
const LONGEST_LINE: usize = 16 * 1024;
/// An unfinished line, such as a prompt, is shown after this long without more of it.
pub(crate) const PROMPT_DELAY: Duration = Duration::from_millis(100);

/// Something that writes to the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Source(pub(crate) u64);

#[derive(Debug)]
struct Unfinished {
    source: Source,
    bytes: Vec<u8>,
    since: Instant,
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Lines {
    writer: Writer,
    unfinished: Vec<Unfinished>,
    /// The source whose unfinished line stands at the console's end.
    open_line: Option<Source>,
}

impl Lines {
    pub(crate) const fn new(writer: Writer) -> Self {
        Self { writer, unfinished: Vec::new(), open_line: None }
    }

    pub(crate) const fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Output of a source.
    pub(crate) fn push(&mut self, source: Source, bytes: &[u8], now: Instant) {
        let held = self.unfinished.iter().position(|line| line.source == source);
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let (lines, rest) = bytes.split_at(whole);
        if !lines.is_empty() {
            let head =
                held.map(|index| std::mem::take(&mut self.unfinished[index].bytes)).unwrap_or_default();
            self.write(source, &[&head, lines]);
        }
        if rest.is_empty() {
            return;
        }
        let index = held.unwrap_or_else(|| {
            self.unfinished.push(Unfinished { source, bytes: Vec::new(), since: now });
            self.unfinished.len() - 1
        });
        let line = &mut self.unfinished[index];
        line.since = now;
        line.bytes.extend_from_slice(rest);
        if line.bytes.len() >= LONGEST_LINE {
            let bytes = std::mem::take(&mut line.bytes);
            self.write(source, &[&bytes]);
        }
    }

    fn write(&mut self, source: Source, parts: &[&[u8]]) {
        if self.open_line.is_some_and(|open| open != source)
            || (self.open_line.is_none() && !self.writer.ends_with_newline())
        {
            self.writer.append(b"\n");
        }
        for part in parts {
            self.writer.append(part);
        }
        self.open_line = (!self.writer.ends_with_newline()).then_some(source);
    }

    /// Adds a line of its own.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.writer.ends_with_newline() {
            self.writer.append(b"\n");
        }
        self.open_line = None;
        self.writer.append(text.trim_end_matches('\n').as_bytes());
        self.writer.append(b"\n");
    }

    /// Shows unfinished lines that have waited long enough; true when something was written.
    pub(crate) fn flush_waiting(&mut self, now: Instant) -> bool {
        let mut written = false;
        for index in 0..self.unfinished.len() {
            let line = &mut self.unfinished[index];
            if !line.bytes.is_empty() && now.saturating_duration_since(line.since) >= PROMPT_DELAY {
                let (source, bytes) = (line.source, std::mem::take(&mut line.bytes));
                self.write(source, &[&bytes]);
                written = true;
            }
        }
        self.unfinished.retain(|line| !line.bytes.is_empty());
        written
    }

    /// When [`Lines::flush_waiting`] has something to do next.
    pub(crate) fn next_flush(&self) -> Option<Instant> {
        self.unfinished
            .iter()
            .filter(|line| !line.bytes.is_empty())
            .map(|line| line.since + PROMPT_DELAY)
            .min()
    }

    /// The source has ended: what is left of it is written.
    pub(crate) fn close(&mut self, source: Source) {
        if let Some(index) = self.unfinished.iter().position(|line| line.source == source) {
            let line = self.unfinished.swap_remove(index);
            if !line.bytes.is_empty() {
                self.write(source, &[&line.bytes]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{Chunk, Reader};
    use crate::protocol::ConsoleSettings;
    use proptest::prelude::*;
    use std::path::Path;
    use stead_core::driver::ConsolePosition;

    fn lines_in(directory: &Path, segment_bytes: u64, segments: u32) -> Lines {
        let settings = ConsoleSettings { directory: directory.to_owned(), segment_bytes, segments };
        Lines::new(Writer::open(&settings).unwrap())
    }

    fn read_all(directory: &Path, from: ConsolePosition) -> (Vec<u8>, Vec<(u64, u64)>) {
        let mut reader = Reader::open(directory, from).unwrap();
        let (mut bytes, mut gaps, mut buffer) = (Vec::new(), Vec::new(), [0; 1_000]);
        loop {
            match reader.read(&mut buffer).unwrap() {
                Chunk::Bytes { length, .. } => bytes.extend_from_slice(&buffer[..length]),
                Chunk::Gap { from, to } => gaps.push((from, to)),
                Chunk::End => return (bytes, gaps),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn lines_of_several_sources_stay_whole_and_in_order(
            pieces in proptest::collection::vec((0u64..3, 1usize..40), 1..120),
        ) {
            let directory = tempfile::tempdir().unwrap();
            let mut lines = lines_in(directory.path(), 4_096, 100);
            let now = Instant::now();
            // Each source writes numbered lines, cut anywhere.
            let text = |source: u64| (0..400).map(|n| format!("{source}:{n}\n")).collect::<String>();
            let texts = [text(0), text(1), text(2)];
            let mut at = [0usize; 3];
            for (source, length) in pieces {
                let index = source as usize;
                let all = texts[index].as_bytes();
                let to = (at[index] + length).min(all.len());
                lines.push(Source(source), &all[at[index]..to], now);
                at[index] = to;
            }
            (0..3).for_each(|source| lines.close(Source(source)));
            let (bytes, gaps) = read_all(directory.path(), ConsolePosition::Start);
            prop_assert!(gaps.is_empty());
            let written = String::from_utf8(bytes).unwrap();
            for source in 0..3 {
                let own: Vec<_> = written.lines().filter(|line| line.starts_with(&format!("{source}:"))).collect();
                let expected = &texts[source][..at[source]];
                prop_assert_eq!(own, expected.lines().collect::<Vec<_>>().into_iter().filter(|l| l.starts_with(&format!("{source}:"))).collect::<Vec<_>>());
            }
        }

        #[test]
        fn a_tail_has_the_last_lines(count in 0u32..30, lines in 0u32..40, ended: bool) {
            let directory = tempfile::tempdir().unwrap();
            let mut console = lines_in(directory.path(), 4_096, 100);
            let all: Vec<String> = (0..count).map(|n| format!("line {n} {}", "x".repeat(n as usize * 40))).collect();
            let mut text = all.join("\n");
            if ended && count > 0 { text.push('\n'); }
            console.push(Source(1), text.as_bytes(), Instant::now());
            console.close(Source(1));
            let (bytes, _) = read_all(directory.path(), ConsolePosition::Tail { lines });
            let tail = String::from_utf8(bytes).unwrap();
            let expected: Vec<_> = all.iter().skip((count.saturating_sub(lines)) as usize).map(String::as_str).collect();
            prop_assert_eq!(tail.lines().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn offsets_go_on_after_reopening_and_old_segments_become_a_gap() {
        let directory = tempfile::tempdir().unwrap();
        let mut written = Vec::new();
        for run in 0..10 {
            let mut lines = lines_in(directory.path(), 4_096, 3);
            assert_eq!(lines.writer().end(), written.len() as u64);
            for number in 0..200 {
                let line = format!("run {run} line {number}\n");
                lines.push(Source(1), line.as_bytes(), Instant::now());
                written.extend_from_slice(line.as_bytes());
            }
        }
        let (bytes, gaps) = read_all(directory.path(), ConsolePosition::Offset { offset: 0 });
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].0, 0);
        assert_eq!(bytes, &written[gaps[0].1 as usize..]);
        let (from_start, gaps) = read_all(directory.path(), ConsolePosition::Start);
        assert!(gaps.is_empty());
        assert_eq!(from_start, bytes);
    }

    #[test]
    fn a_prompt_without_a_newline_shows_after_a_while_and_ends_before_another_source_writes() {
        let directory = tempfile::tempdir().unwrap();
        let mut lines = lines_in(directory.path(), 4_096, 3);
        let now = Instant::now();
        lines.push(Source(1), b"name? ", now);
        assert_eq!(lines.next_flush(), Some(now + PROMPT_DELAY));
        assert!(!lines.flush_waiting(now));
        assert!(lines.flush_waiting(now + PROMPT_DELAY));
        lines.push(Source(2), b"other\n", now);
        lines.push(Source(1), b"answer\n", now);
        lines.note("done");
        assert_eq!(read_all(directory.path(), ConsolePosition::Start).0, b"name? \nother\nanswer\ndone\n");
    }

    #[test]
    fn a_disk_that_refuses_leaves_a_gap_and_writing_goes_on_afterwards() {
        let directory = tempfile::tempdir().unwrap();
        let mut lines = lines_in(directory.path(), 4_096, 4);
        lines.push(Source(1), b"before\n", Instant::now());
        // Full segments make the writer open a new file, which fails while the directory is away.
        lines.push(Source(1), &[b'x'; 4_096 - 7], Instant::now());
        lines.close(Source(1));
        let away = directory.path().with_extension("away");
        std::fs::rename(directory.path(), &away).unwrap();
        lines.push(Source(1), b"lost\n", Instant::now());
        assert!(lines.writer().problem().is_some());
        std::fs::rename(&away, directory.path()).unwrap();
        lines.push(Source(1), b"after\n", Instant::now());
        assert!(lines.writer().problem().is_none());
        assert_eq!(lines.writer().lost(), 5);
        let (bytes, gaps) = read_all(directory.path(), ConsolePosition::Start);
        assert_eq!(gaps, [(4_096, 4_101)]);
        assert!(bytes.ends_with(b"xafter\n"));
    }
}
