//! A terminal's output: the newest bytes with absolute offsets, and the screen they lead to.
//!
//! Owned by the process whose PTY it is; nobody else writes. Bytes go to the ring at once and to the screen in batches, when there
//! is time or somebody wants a snapshot, so that a flood of output costs little more than copying.
//!
//! The emulator is our own because none at hand keeps all that a faithful redraw needs: vt100 0.18 leaves the scrollback, the scroll
//! region, the screen under the alternate one and the title out of its formatted state, avt 0.19 drops mouse, paste and focus modes
//! and the title; both keep cells for every line of scrollback, 20 to 32 bytes each, where a shim has a megabyte for everything.

mod cell;
mod edit;
mod modes;
mod parser;
mod ring;
mod screen;
mod scrollback;
mod snapshot;
#[cfg(test)]
mod tests;

pub(crate) use ring::Ring;

use parser::Parser;
use screen::Screen;

/// How much raw output a terminal keeps for viewers that reconnect.
const KEPT_OUTPUT: usize = 256 * 1024;
/// Unparsed output beyond is parsed even when more is waiting to be read.
const LARGEST_BACKLOG: u64 = 128 * 1024;
/// Parsed in one go when there is nothing else to do.
const IDLE_BATCH: usize = 64 * 1024;

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Terminal {
    ring: Ring,
    screen: Screen,
    parser: Parser,
    /// Offset up to which the screen has seen the output.
    parsed: u64,
}

/// What a viewer needs to start from nothing.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// Output goes on here.
    pub(crate) offset: u64,
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) bytes: Vec<u8>,
}

impl Terminal {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        Self {
            ring: Ring::new(KEPT_OUTPUT),
            screen: Screen::new(columns, rows),
            parser: Parser::default(),
            parsed: 0,
        }
    }

    pub(crate) const fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Takes output of the process.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(IDLE_BATCH) {
            self.ring.push(piece);
            if self.ring.end() - self.parsed > LARGEST_BACKLOG {
                self.parse(usize::MAX);
            }
        }
    }

    /// Whether output waits to be parsed.
    pub(crate) fn has_backlog(&self) -> bool {
        self.parsed < self.ring.end()
    }

    /// Parses a part of the backlog.
    pub(crate) fn parse_some(&mut self) {
        self.parse(IDLE_BATCH);
    }

    fn parse(&mut self, max: usize) {
        let (first, second) = self.ring.slices(self.parsed, max);
        self.parser.advance(&mut self.screen, first);
        self.parser.advance(&mut self.screen, second);
        self.parsed += (first.len() + second.len()) as u64;
    }

    /// The new size holds from the present end of the output on.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.parse(usize::MAX);
        self.screen.resize(columns, rows);
    }

    pub(crate) fn size(&self) -> (u16, u16) {
        self.screen.size()
    }

    pub(crate) fn snapshot(&mut self) -> Snapshot {
        self.parse(usize::MAX);
        let (columns, rows) = self.screen.size();
        Snapshot { offset: self.parsed, columns, rows, bytes: self.screen.snapshot(&self.parser) }
    }
}
