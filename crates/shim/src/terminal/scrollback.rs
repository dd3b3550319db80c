//! Lines that left the top of the primary screen, kept as the sequences that print them: a fraction of the memory of cells.

use std::collections::VecDeque;

use super::parser::Parser;
use super::screen::Screen;
use super::snapshot::line_end;

/// The most lines and bytes that are kept.
const MOST_LINES: usize = 2_000;
const MOST_BYTES: usize = 128 * 1024;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scrollback {
    bytes: VecDeque<u8>,
    /// Length of each line, doubled, plus one when the text goes on in the next line.
    lines: VecDeque<u32>,
}

impl Scrollback {
    pub(crate) fn push(&mut self, line: &[u8], wrapped: bool) {
        let length = line.len().min(MOST_BYTES);
        // A single line that passes the limit is one of absurdly many pens; its beginning would not be a valid prefix.
        let line = if line.len() > MOST_BYTES { &[][..] } else { line };
        while !self.lines.is_empty()
            && (self.lines.len() >= MOST_LINES || self.bytes.len() + length > MOST_BYTES)
        {
            self.drop_oldest();
        }
        self.bytes.extend(line);
        self.lines.push_back(u32::try_from(line.len() * 2).unwrap_or(u32::MAX - 1) | u32::from(wrapped));
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.lines.pop_front() {
            self.bytes.drain(..(oldest / 2) as usize);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Writes the newest lines that fit into `budget` bytes, each followed by what leads to the next on a screen of the same width.
    pub(crate) fn write(&self, budget: usize, out: &mut Vec<u8>) {
        self.write_with(budget, line_end, out);
    }

    fn write_with(&self, budget: usize, line_end: fn(bool) -> &'static [u8], out: &mut Vec<u8>) {
        let mut size = 0;
        let fitting = self
            .lines
            .iter()
            .rev()
            .take_while(|line| {
                size += (**line / 2) as usize + 2;
                size <= budget
            })
            .count();
        let skipped = self.lines.len() - fitting;
        let mut at: usize = self.lines.iter().take(skipped).map(|line| (*line / 2) as usize).sum();
        for line in self.lines.iter().skip(skipped) {
            let length = (*line / 2) as usize;
            out.extend(self.bytes.range(at..at + length));
            at += length;
            out.extend_from_slice(line_end(line % 2 == 1));
        }
    }

    /// Breaks the lines anew for another width, by printing them on a narrow screen of that width.
    pub(super) fn rewrap(&mut self, columns: u16) {
        if self.is_empty() {
            return;
        }
        if let Some(last) = self.lines.back_mut() {
            *last &= !1;
        }
        let mut printed = Vec::with_capacity(self.bytes.len() + 2 * self.lines.len());
        self.write_with(usize::MAX, |wrapped| if wrapped { b"" } else { b"\r\n" }, &mut printed);
        let mut screen = Screen::new(columns, 1);
        Parser::default().advance(&mut screen, &printed);
        *self = screen.scrollback;
    }
}
