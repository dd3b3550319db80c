//! Cells, pens and rows of a screen: pure data with the one way to write them as escape sequences.

use std::collections::HashMap;

/// Colour in one word: 0 the default, `0x01_0000_ii` of the palette, `0x02_rr_gg_bb` direct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Colour(u32);

impl Colour {
    pub(crate) const DEFAULT: Self = Self(0);

    pub(crate) const fn indexed(index: u8) -> Self {
        Self(0x0100_0000 | index as u32)
    }

    pub(crate) const fn direct(red: u8, green: u8, blue: u8) -> Self {
        Self(0x0200_0000 | (red as u32) << 16 | (green as u32) << 8 | blue as u32)
    }

    /// `base` is 30 for the foreground, 40 for the background.
    fn write(self, base: u8, out: &mut Vec<u8>) {
        let [tag, red, green, blue] = self.0.to_be_bytes();
        match (tag, blue) {
            (0, _) => number(out, u32::from(base) + 9),
            (1, 0..8) => number(out, u32::from(base + blue)),
            (1, 8..16) => number(out, u32::from(base + 52 + blue)),
            (1, _) => {
                number(out, u32::from(base) + 8);
                out.extend_from_slice(b";5;");
                number(out, u32::from(blue));
            }
            _ => {
                number(out, u32::from(base) + 8);
                out.extend_from_slice(b";2;");
                number(out, u32::from(red));
                out.push(b';');
                number(out, u32::from(green));
                out.push(b';');
                number(out, u32::from(blue));
            }
        }
    }
}

/// Writes a decimal number.
pub(crate) fn number(out: &mut Vec<u8>, value: u32) {
    if value >= 10 {
        number(out, value / 10);
    }
    out.push(b'0' + u8::try_from(value % 10).unwrap_or(0));
}

/// How characters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pen {
    pub(crate) foreground: Colour,
    pub(crate) background: Colour,
    /// Bits of [`style`]; the underline's kind stands in [`style::UNDERLINE`].
    pub(crate) style: u16,
}

pub(crate) mod style {
    pub(crate) const BOLD: u16 = 1;
    pub(crate) const DIM: u16 = 1 << 1;
    pub(crate) const ITALIC: u16 = 1 << 2;
    pub(crate) const BLINK: u16 = 1 << 3;
    pub(crate) const INVERSE: u16 = 1 << 4;
    pub(crate) const HIDDEN: u16 = 1 << 5;
    pub(crate) const STRUCK: u16 = 1 << 6;
    pub(crate) const OVERLINE: u16 = 1 << 7;
    /// Kind of the underline: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed.
    pub(crate) const UNDERLINE: u16 = 7 << 8;
    pub(crate) const UNDERLINE_SHIFT: u16 = 8;
}

impl Pen {
    pub(crate) const PLAIN: Self =
        Self { foreground: Colour::DEFAULT, background: Colour::DEFAULT, style: 0 };

    /// The sequence that leads to this pen from any other one.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        if self == Self::PLAIN {
            out.extend_from_slice(b"\x1b[m");
            return;
        }
        out.extend_from_slice(b"\x1b[0");
        for (bit, code) in [
            (style::BOLD, 1),
            (style::DIM, 2),
            (style::ITALIC, 3),
            (style::BLINK, 5),
            (style::INVERSE, 7),
            (style::HIDDEN, 8),
            (style::STRUCK, 9),
            (style::OVERLINE, 53),
        ] {
            if self.style & bit != 0 {
                out.push(b';');
                number(out, code);
            }
        }
        match (self.style & style::UNDERLINE) >> style::UNDERLINE_SHIFT {
            0 => {}
            1 => out.extend_from_slice(b";4"),
            kind => {
                out.extend_from_slice(b";4:");
                number(out, u32::from(kind));
            }
        }
        if self.foreground != Colour::DEFAULT {
            out.push(b';');
            self.foreground.write(30, out);
        }
        if self.background != Colour::DEFAULT {
            out.push(b';');
            self.background.write(40, out);
        }
        out.push(b'm');
    }
}

/// One place on the screen: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// A character, or with [`CLUSTER`] the index of a base character with marks.
    glyph: u32,
    pub(crate) pen: Pen,
}

const WIDE: u32 = 1 << 31;
const CONTINUATION: u32 = 1 << 30;
const CLUSTER: u32 = 1 << 29;
const VALUE: u32 = CLUSTER - 1;

impl Cell {
    pub(crate) const BLANK: Self = Self::plain(b' ', Pen::PLAIN);

    pub(crate) const fn plain(byte: u8, pen: Pen) -> Self {
        Self { glyph: byte as u32, pen }
    }

    /// What erasing leaves behind: only the background colour of the pen stays.
    pub(crate) const fn erased(pen: Pen) -> Self {
        Self::plain(b' ', Pen { foreground: Colour::DEFAULT, background: pen.background, style: 0 })
    }

    pub(crate) const fn character(character: char, wide: bool, pen: Pen) -> Self {
        Self { glyph: character as u32 | if wide { WIDE } else { 0 }, pen }
    }

    /// The right half of a wide character.
    pub(crate) const fn continuation(pen: Pen) -> Self {
        Self { glyph: CONTINUATION, pen }
    }

    pub(crate) const fn is_wide(self) -> bool {
        self.glyph & WIDE != 0
    }

    pub(crate) const fn is_continuation(self) -> bool {
        self.glyph & CONTINUATION != 0
    }

    pub(crate) const fn cluster_index(self) -> Option<u32> {
        if self.glyph & CLUSTER != 0 { Some(self.glyph & VALUE) } else { None }
    }

    pub(crate) const fn with_cluster(self, index: u32) -> Self {
        Self { glyph: (self.glyph & WIDE) | CLUSTER | (index & VALUE), pen: self.pen }
    }

    fn base(self) -> char {
        char::from_u32(self.glyph & VALUE).unwrap_or('\u{fffd}')
    }

    pub(crate) fn text(self, clusters: &Clusters, out: &mut String) {
        match self.cluster_index() {
            Some(index) => out.push_str(clusters.get(index)),
            None => out.push(self.base()),
        }
    }

    pub(crate) fn write(self, clusters: &Clusters, out: &mut Vec<u8>) {
        if self.glyph < 0x80 {
            out.push(u8::try_from(self.glyph).unwrap_or(b' '));
        } else if let Some(index) = self.cluster_index() {
            out.extend_from_slice(clusters.get(index).as_bytes());
        } else if !self.is_continuation() {
            out.extend_from_slice(self.base().encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Base characters with combining marks, each text once.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    texts: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
}

impl Clusters {
    /// More different clusters than this on one screen lose their marks.
    pub(crate) const LIMIT: usize = 4_096;
    /// Marks beyond are dropped, bytes of one cluster.
    pub(crate) const LONGEST: usize = 32;

    pub(crate) fn get(&self, index: u32) -> &str {
        self.texts.get(index as usize).map_or("\u{fffd}", |text| text)
    }

    pub(crate) fn intern(&mut self, text: &str) -> Option<u32> {
        if let Some(index) = self.index.get(text) {
            return Some(*index);
        }
        if self.texts.len() >= Self::LIMIT {
            return None;
        }
        let index = u32::try_from(self.texts.len()).ok()?;
        self.texts.push(text.into());
        self.index.insert(text.into(), index);
        Some(index)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.texts.len() >= Self::LIMIT
    }
}

/// One line of the screen.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    /// Cells from here on are blank.
    pub(crate) occupied: usize,
    /// The text goes on in the next row without a line break.
    pub(crate) wrapped: bool,
}

impl Row {
    pub(crate) fn blank(columns: usize, cell: Cell) -> Self {
        Self {
            cells: vec![cell; columns],
            occupied: if cell == Cell::BLANK { 0 } else { columns },
            wrapped: false,
        }
    }

    pub(crate) fn clear(&mut self, cell: Cell) {
        if cell == Cell::BLANK {
            self.cells[..self.occupied].fill(cell);
            self.occupied = 0;
        } else {
            self.cells.fill(cell);
            self.occupied = self.cells.len();
        }
        self.wrapped = false;
    }

    /// Number of cells up to the last one that is not blank.
    pub(crate) fn length(&self) -> usize {
        self.cells[..self.occupied].iter().rposition(|cell| *cell != Cell::BLANK).map_or(0, |last| last + 1)
    }

    /// Sets cells `from..to`, repairing wide characters that are cut at the edges.
    pub(crate) fn fill(&mut self, from: usize, to: usize, cell: Cell) {
        let to = to.min(self.cells.len());
        if from >= to {
            return;
        }
        self.split_wide(from);
        self.split_wide(to);
        self.cells[from..to].fill(cell);
        self.occupied = self.occupied.max(to);
        if to == self.cells.len() {
            self.wrapped = false;
        }
    }

    /// Makes `column` a boundary between characters: a wide one across it becomes two blanks.
    pub(crate) fn split_wide(&mut self, column: usize) {
        if column > 0 && self.cells.get(column).is_some_and(|cell| cell.is_continuation()) {
            for cell in &mut self.cells[column - 1..=column] {
                *cell = Cell::plain(b' ', cell.pen);
            }
        }
    }

    pub(crate) fn resize(&mut self, columns: usize) {
        if columns < self.cells.len() {
            self.split_wide(columns);
        }
        if columns != self.cells.len() {
            self.wrapped = false;
        }
        self.cells.resize(columns, Cell::BLANK);
        self.occupied = self.occupied.min(columns);
    }

    /// The first `length` cells as text with pens, beginning and ending with the plain pen.
    pub(crate) fn write(&self, length: usize, clusters: &Clusters, out: &mut Vec<u8>) {
        let mut pen = Pen::PLAIN;
        let mut rest = &self.cells[..length];
        loop {
            // Runs of one pen and plain characters are nearly everything, and every line that scrolls off comes through here.
            let run =
                rest.iter().position(|cell| cell.glyph >= 0x80 || cell.pen != pen).unwrap_or(rest.len());
            out.extend(rest[..run].iter().map(|cell| cell.glyph.to_le_bytes()[0]));
            let Some((cell, after)) = rest[run..].split_first() else { break };
            rest = after;
            if cell.is_continuation() {
                continue;
            }
            if cell.pen != pen {
                pen = cell.pen;
                pen.write(out);
            }
            cell.write(clusters, out);
        }
        if pen != Pen::PLAIN {
            Pen::PLAIN.write(out);
        }
    }

    /// The row as it enters the scrollback: all cells when the text goes on in the next row, else without the blanks at the end.
    pub(crate) fn write_line(&self, clusters: &Clusters, out: &mut Vec<u8>) {
        let length = if self.wrapped { self.cells.len() } else { self.length() };
        self.write(length, clusters, out);
    }
}
