//! The state of a terminal as a person would see it: two buffers, cursor, pen, modes, title and scrollback. Fed by the
//! [`Parser`](super::parser::Parser) only. Follows xterm where programs can notice; it never answers questions of the program, that
//! is the viewer's part.
//!
//! Invariant: everything in here can be expressed by sequences that lead a fresh screen to the same state (`snapshot.rs`), so
//! state that no sequence can express is brought into an expressible form when it arises.

use unicode_width::UnicodeWidthChar as _;

use super::cell::{Cell, Clusters, Pen, Row};
use super::modes::Modes;
use super::scrollback::Scrollback;

/// Where the next character goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    pub(super) row: usize,
    pub(super) column: usize,
    /// The last column was written; the next character begins a new line first.
    pub(super) wraps: bool,
}

/// Which of the two character sets are drawn with line graphics, and which is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Charsets {
    pub(super) graphics: [bool; 2],
    pub(super) shifted: bool,
}

impl Charsets {
    pub(super) fn draws_graphics(self) -> bool {
        self.graphics[usize::from(self.shifted)]
    }
}

/// What DECSC keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Saved {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) pen: Pen,
    pub(super) charsets: Charsets,
    pub(super) origin: bool,
}

/// The primary or the alternate screen.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) rows: Vec<Row>,
    pub(super) saved: Option<Saved>,
    /// Scroll region: first row and the row after the last.
    pub(super) top: usize,
    pub(super) bottom: usize,
}

impl Buffer {
    fn new(columns: usize, rows: usize) -> Self {
        Self { rows: vec![Row::blank(columns, Cell::BLANK); rows], saved: None, top: 0, bottom: rows }
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(super) columns: usize,
    pub(super) height: usize,
    pub(super) primary: Buffer,
    /// Present while the alternate screen is shown.
    pub(super) alternate: Option<Buffer>,
    pub(super) scrollback: Scrollback,
    pub(super) cursor: Cursor,
    pub(super) pen: Pen,
    pub(super) charsets: Charsets,
    pub(super) modes: Modes,
    /// Columns with a tab stop.
    pub(super) stops: Vec<bool>,
    pub(super) title: Option<String>,
    pub(super) clusters: Clusters,
    /// The character that was printed last, when nothing came in between (REP repeats it).
    pub(super) printed: Option<char>,
    scratch: Vec<u8>,
}

impl Screen {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        let (columns, height) = (usize::from(columns.max(1)), usize::from(rows.max(1)));
        Self {
            columns,
            height,
            primary: Buffer::new(columns, height),
            alternate: None,
            scrollback: Scrollback::default(),
            cursor: Cursor::default(),
            pen: Pen::PLAIN,
            charsets: Charsets::default(),
            modes: Modes::default(),
            stops: default_stops(columns),
            title: None,
            clusters: Clusters::default(),
            printed: None,
            scratch: Vec::new(),
        }
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> (u16, u16) {
        (u16::try_from(self.columns).unwrap_or(u16::MAX), u16::try_from(self.height).unwrap_or(u16::MAX))
    }

    pub(super) fn buffer(&self) -> &Buffer {
        self.alternate.as_ref().unwrap_or(&self.primary)
    }

    pub(super) fn buffer_mut(&mut self) -> &mut Buffer {
        self.alternate.as_mut().unwrap_or(&mut self.primary)
    }

    pub(super) fn row_mut(&mut self) -> &mut Row {
        let row = self.cursor.row;
        &mut self.buffer_mut().rows[row]
    }

    /// Takes a new size: lines are cut or filled up, and when rows go away, those above the cursor move to the scrollback.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        let (columns, height) = (usize::from(columns.max(1)), usize::from(rows.max(1)));
        if (columns, height) == (self.columns, self.height) {
            return;
        }
        if columns != self.columns {
            let width = u16::try_from(columns).unwrap_or(u16::MAX);
            self.scrollback.rewrap(width);
            let kept = self.columns.min(columns);
            self.stops.truncate(kept);
            self.stops.extend(default_stops(columns).into_iter().skip(kept));
        }
        let above = (self.cursor.row + 1).saturating_sub(height);
        let active_is_primary = self.alternate.is_none();
        let primary_above = if active_is_primary {
            above
        } else {
            self.primary.saved.map_or(0, |saved| (saved.row + 1).saturating_sub(height))
        };
        for row in &mut self.primary.rows {
            row.resize(columns);
        }
        for row in self.primary.rows.drain(..primary_above) {
            self.scratch.clear();
            row.write_line(&self.clusters, &mut self.scratch);
            self.scrollback.push(&self.scratch, row.wrapped);
        }
        if let Some(alternate) = &mut self.alternate {
            for row in &mut alternate.rows {
                row.resize(columns);
            }
            alternate.rows.drain(..above);
        }
        for (buffer, above) in [(Some(&mut self.primary), primary_above), (self.alternate.as_mut(), above)] {
            let Some(buffer) = buffer else { continue };
            buffer.rows.resize(height, Row::blank(columns, Cell::BLANK));
            if let Some(last) = buffer.rows.last_mut() {
                last.wrapped = false;
            }
            (buffer.top, buffer.bottom) = (0, height);
            if let Some(saved) = &mut buffer.saved {
                saved.row = saved.row.saturating_sub(above).min(height - 1);
                saved.column = saved.column.min(columns - 1);
            }
        }
        (self.columns, self.height) = (columns, height);
        self.cursor = Cursor {
            row: self.cursor.row.saturating_sub(above).min(height - 1),
            column: self.cursor.column.min(columns - 1),
            wraps: false,
        };
        self.printed = None;
    }

    /// Back to the state after power on; the title stays.
    pub(super) fn reset(&mut self) {
        let title = self.title.take();
        let (columns, rows) = self.size();
        *self = Self { title, ..Self::new(columns, rows) };
    }

    // ---- printing

    /// Characters 0x20 to 0x7e.
    pub(crate) fn print_ascii(&mut self, mut bytes: &[u8]) {
        if self.modes.insert || self.charsets.draws_graphics() {
            for byte in bytes {
                self.print(char::from(*byte));
            }
            return;
        }
        let Some(last) = bytes.last().copied() else { return };
        let pen = self.pen;
        while !bytes.is_empty() {
            if self.cursor.wraps {
                self.wrap();
            }
            let (columns, column, auto_wrap) = (self.columns, self.cursor.column, self.modes.auto_wrap);
            let count = bytes.len().min(columns - column);
            let row = self.row_mut();
            row.split_wide(column);
            row.split_wide(column + count);
            for (cell, byte) in row.cells[column..column + count].iter_mut().zip(bytes) {
                *cell = Cell::plain(*byte, pen);
            }
            row.occupied = row.occupied.max(column + count);
            bytes = &bytes[count..];
            if column + count < columns {
                self.cursor.column = column + count;
            } else {
                self.cursor.column = columns - 1;
                self.cursor.wraps = auto_wrap;
                if !auto_wrap {
                    row_end(self.row_mut(), last, pen);
                    // The cursor does not move past the character, so no sequence could bring REP's state back.
                    self.printed = None;
                    return;
                }
            }
        }
        self.printed = Some(char::from(last));
    }

    pub(crate) fn print(&mut self, character: char) {
        let character = if self.charsets.draws_graphics() { line_graphic(character) } else { character };
        let width = match character.width() {
            None => return,
            Some(0) => return self.combine(character),
            Some(width) => width.min(2),
        };
        let (character, width) = if width > self.columns { ('\u{fffd}', 1) } else { (character, width) };
        if self.cursor.wraps {
            self.wrap();
        }
        if self.cursor.column + width > self.columns {
            if self.modes.auto_wrap {
                self.wrap();
            } else {
                self.printed = None;
                return;
            }
        }
        let (columns, column, pen, insert) = (self.columns, self.cursor.column, self.pen, self.modes.insert);
        if insert {
            self.insert_cells(width);
        }
        let row = self.row_mut();
        row.split_wide(column);
        row.split_wide(column + width);
        row.cells[column] = Cell::character(character, width == 2, pen);
        if width == 2 {
            row.cells[column + 1] = Cell::continuation(pen);
        }
        row.occupied = row.occupied.max(column + width);
        self.cursor.column = (column + width).min(columns - 1);
        self.cursor.wraps = column + width >= columns && self.modes.auto_wrap;
        self.printed = (column + width < columns || self.modes.auto_wrap).then_some(character);
    }

    /// Column of the character before the cursor.
    pub(super) fn previous_column(&self) -> Option<usize> {
        let before =
            if self.cursor.wraps { self.cursor.column } else { self.cursor.column.checked_sub(1)? };
        let row = &self.buffer().rows[self.cursor.row];
        Some(if row.cells[before].is_continuation() { before - 1 } else { before })
    }

    /// Adds a mark of no width to the character before the cursor.
    fn combine(&mut self, mark: char) {
        let Some(column) = self.previous_column() else { return };
        let cell = self.buffer().rows[self.cursor.row].cells[column];
        let mut text = String::new();
        cell.text(&self.clusters, &mut text);
        if text.len() + mark.len_utf8() > Clusters::LONGEST {
            return;
        }
        text.push(mark);
        if self.clusters.is_full() {
            self.collect_clusters();
        }
        if let Some(index) = self.clusters.intern(&text) {
            let row = self.row_mut();
            row.cells[column] = cell.with_cluster(index);
            row.occupied = row.occupied.max(column + 1);
        }
        self.printed = None;
    }

    /// Forgets the clusters that no cell shows any more.
    fn collect_clusters(&mut self) {
        let mut fresh = Clusters::default();
        let old = std::mem::take(&mut self.clusters);
        let buffers = [Some(&mut self.primary), self.alternate.as_mut()];
        for row in buffers.into_iter().flatten().flat_map(|buffer| &mut buffer.rows) {
            for cell in &mut row.cells {
                if let Some(index) = cell.cluster_index().and_then(|index| fresh.intern(old.get(index))) {
                    *cell = cell.with_cluster(index);
                }
            }
        }
        self.clusters = fresh;
    }

    /// Goes on in the next line because the last column was passed.
    fn wrap(&mut self) {
        let row = self.cursor.row;
        self.cursor = Cursor { row, column: 0, wraps: false };
        let moves = row + 1 == self.buffer().bottom || row + 1 < self.height;
        if moves {
            self.buffer_mut().rows[row].wrapped = true;
        }
        self.index();
    }

    // ---- controls and escapes

    /// A sequence that changed nothing has ended.
    pub(crate) fn sequence_ended(&mut self) {
        self.printed = None;
    }

    /// C0 controls.
    pub(crate) fn control(&mut self, byte: u8) {
        self.printed = None;
        match byte {
            0x08 => self.move_to(self.cursor.row, self.cursor.column.saturating_sub(1)),
            b'\t' => self.tab(1),
            b'\n' | 0x0b | 0x0c => {
                if self.modes.new_line {
                    self.cursor.column = 0;
                }
                self.line_feed();
            }
            b'\r' => self.move_to(self.cursor.row, 0),
            0x0e => self.charsets.shifted = true,
            0x0f => self.charsets.shifted = false,
            _ => {}
        }
    }

    /// ESC, `intermediates`, `last`.
    pub(crate) fn escape(&mut self, intermediates: &[u8], last: u8) {
        self.printed = None;
        match (intermediates, last) {
            ([], b'7') => self.save(),
            ([], b'8') => self.restore(),
            ([], b'=') => self.modes.application_keypad = true,
            ([], b'>') => self.modes.application_keypad = false,
            ([], b'D') => self.line_feed(),
            ([], b'E') => {
                self.cursor.column = 0;
                self.line_feed();
            }
            ([], b'H') => self.stops[self.cursor.column] = true,
            ([], b'M') => self.reverse_index(),
            ([], b'c') => self.reset(),
            ([b'('], set) => self.charsets.graphics[0] = set == b'0',
            ([b')'], set) => self.charsets.graphics[1] = set == b'0',
            ([b'#'], b'8') => {
                for row in &mut self.buffer_mut().rows {
                    *row = Row::blank(row.cells.len(), Cell::plain(b'E', Pen::PLAIN));
                }
                let height = self.height;
                let buffer = self.buffer_mut();
                (buffer.top, buffer.bottom) = (0, height);
                self.modes.origin = false;
                self.move_to(0, 0);
                self.clamp_saved();
            }
            _ => {}
        }
    }

    /// OSC: number and text.
    pub(crate) fn command(&mut self, body: &[u8]) {
        let Some(text) = body.strip_prefix(b"0;").or_else(|| body.strip_prefix(b"2;")) else { return };
        self.title =
            Some(String::from_utf8_lossy(text).chars().filter(|character| !character.is_control()).collect());
    }

    // ---- cursor

    pub(super) fn move_to(&mut self, row: usize, column: usize) {
        self.cursor =
            Cursor { row: row.min(self.height - 1), column: column.min(self.columns - 1), wraps: false };
    }

    /// As CUP does: relative to the scroll region and inside it when the origin mode is on.
    pub(super) fn move_to_origin(&mut self, row: usize, column: usize) {
        if self.modes.origin {
            let (top, bottom) = (self.buffer().top, self.buffer().bottom);
            self.move_to((row + top).min(bottom - 1), column);
        } else {
            self.move_to(row, column);
        }
    }

    /// Up, stopping at the region's first row when the cursor is not above it.
    pub(super) fn move_up(&mut self, count: usize) {
        let top = self.buffer().top;
        let limit = if self.cursor.row >= top { top } else { 0 };
        self.move_to(self.cursor.row.saturating_sub(count).max(limit), self.cursor.column);
    }

    /// Down, stopping at the region's last row when the cursor is not below it.
    pub(super) fn move_down(&mut self, count: usize) {
        let bottom = self.buffer().bottom;
        let limit = if self.cursor.row < bottom { bottom - 1 } else { self.height - 1 };
        self.move_to((self.cursor.row + count).min(limit), self.cursor.column);
    }

    pub(super) fn tab(&mut self, count: usize) {
        let mut column = self.cursor.column;
        for _ in 0..count.min(self.columns) {
            column =
                (column + 1..self.columns).find(|column| self.stops[*column]).unwrap_or(self.columns - 1);
        }
        self.move_to(self.cursor.row, column);
    }

    pub(super) fn back_tab(&mut self, count: usize) {
        let mut column = self.cursor.column;
        for _ in 0..count.min(self.columns) {
            column = (0..column).rev().find(|column| self.stops[*column]).unwrap_or(0);
        }
        self.move_to(self.cursor.row, column);
    }

    fn line_feed(&mut self) {
        self.cursor.wraps = false;
        self.index();
    }

    fn index(&mut self) {
        if self.cursor.row + 1 == self.buffer().bottom {
            self.scroll_up(1);
        } else if self.cursor.row + 1 < self.height {
            self.cursor.row += 1;
        }
    }

    fn reverse_index(&mut self) {
        self.cursor.wraps = false;
        if self.cursor.row == self.buffer().top {
            self.scroll_down(1);
        } else {
            self.cursor.row = self.cursor.row.saturating_sub(1);
        }
    }

    pub(super) fn save(&mut self) {
        let saved = Saved {
            row: self.cursor.row,
            column: self.cursor.column,
            pen: self.pen,
            charsets: self.charsets,
            origin: self.modes.origin,
        };
        self.buffer_mut().saved = Some(saved);
        self.clamp_saved();
    }

    pub(super) fn restore(&mut self) {
        let saved = self.buffer().saved.unwrap_or_default();
        self.pen = saved.pen;
        self.charsets = saved.charsets;
        self.modes.origin = saved.origin;
        self.move_to(saved.row, saved.column);
    }

    /// A saved position outside the region with origin mode on cannot be reached by any sequence.
    pub(super) fn clamp_saved(&mut self) {
        let buffer = self.buffer_mut();
        if let Some(saved) = &mut buffer.saved
            && saved.origin
        {
            saved.row = saved.row.clamp(buffer.top, buffer.bottom - 1);
        }
    }

    pub(super) fn show_alternate(&mut self, shown: bool) {
        match (shown, self.alternate.is_some()) {
            (true, false) => {
                self.alternate = Some(Buffer::new(self.columns, self.height));
                self.cursor.wraps = false;
            }
            (false, true) => {
                self.alternate = None;
                self.cursor.wraps = false;
            }
            _ => {}
        }
        self.settle_origin();
    }

    /// With origin mode on the cursor is inside the region of the buffer shown.
    pub(super) fn settle_origin(&mut self) {
        if self.modes.origin {
            let (top, bottom) = (self.buffer().top, self.buffer().bottom);
            let row = self.cursor.row.clamp(top, bottom - 1);
            if row != self.cursor.row {
                self.move_to(row, self.cursor.column);
            }
        }
    }

    pub(super) fn push_scrollback(&mut self, count: usize) {
        for row in &self.primary.rows[..count] {
            self.scratch.clear();
            row.write_line(&self.clusters, &mut self.scratch);
            self.scrollback.push(&self.scratch, row.wrapped);
        }
    }
}

/// Without wrapping every further character replaces the one in the last column.
fn row_end(row: &mut Row, byte: u8, pen: Pen) {
    if let Some(cell) = row.cells.last_mut() {
        *cell = Cell::plain(byte, pen);
    }
}

pub(super) fn default_stops(columns: usize) -> Vec<bool> {
    (0..columns).map(|column| column % 8 == 0 && column > 0).collect()
}

const LINE_GRAPHICS: [char; 31] = [
    '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼', '⎽', '├',
    '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// The DEC special graphics of 0x60 to 0x7e.
fn line_graphic(character: char) -> char {
    match character {
        '\u{60}'..='\u{7e}' => LINE_GRAPHICS[character as usize - 0x60],
        other => other,
    }
}

/// The byte that prints `character` while line graphics are drawn.
pub(super) fn line_graphic_source(character: char) -> char {
    LINE_GRAPHICS
        .iter()
        .position(|graphic| *graphic == character)
        .and_then(|index| char::from_u32(0x60 + u32::try_from(index).ok()?))
        .unwrap_or(character)
}
