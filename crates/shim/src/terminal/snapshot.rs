//! Writes the sequences that lead a freshly reset terminal to the state of a [`Screen`].

use super::cell::{Pen, Row, number};
use super::modes::{Modes, REMEMBERED};
use super::parser::Parser;
use super::screen::{Buffer, Charsets, Saved, Screen, default_stops, line_graphic_source};

/// Snapshots stay below this; the oldest scrollback is left out first, then colours.
const BUDGET: usize = 1 << 20;
/// What everything but scrollback and rows needs at most.
const RESERVE: usize = 16 * 1024;

impl Screen {
    /// `parser` contributes the sequence that is under way, as the last bytes.
    pub(crate) fn snapshot(&self, parser: &Parser) -> Vec<u8> {
        let mut screen = Vec::new();
        self.write_rows(&self.primary, &mut screen, true);
        let mut alternate = Vec::new();
        if let Some(buffer) = &self.alternate {
            self.write_rows(buffer, &mut alternate, true);
        }
        let available = BUDGET - RESERVE;
        if screen.len() + alternate.len() > available {
            // Only huge screens where almost each cell has a pen of its own come here.
            screen.clear();
            alternate.clear();
            self.write_rows(&self.primary, &mut screen, false);
            if let Some(buffer) = &self.alternate {
                self.write_rows(buffer, &mut alternate, false);
            }
        }
        let mut out = b"\x1bc".to_vec();
        self.scrollback.write(available.saturating_sub(screen.len() + alternate.len()), &mut out);
        out.append(&mut screen);
        if self.alternate.is_some() {
            self.write_buffer_state(&self.primary, &mut out);
            out.extend_from_slice(b"\x1b[?47h\x1b[H");
            out.append(&mut alternate);
        }
        self.write_buffer_state(self.buffer(), &mut out);
        self.write_rest(&mut out);
        out.extend(parser.partial());
        out
    }

    fn write_rows(&self, buffer: &Buffer, out: &mut Vec<u8>, coloured: bool) {
        for (index, row) in buffer.rows.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(line_end(buffer.rows[index - 1].wrapped));
            }
            let length = if row.wrapped { self.columns } else { row.length() };
            if coloured {
                row.write(length, &self.clusters, out);
            } else {
                self.write_plain(row, length, out);
            }
        }
    }

    fn write_plain(&self, row: &Row, length: usize, out: &mut Vec<u8>) {
        for cell in &row.cells[..length] {
            cell.write(&self.clusters, out);
        }
    }

    /// Region and saved cursor of a buffer that is shown. Leaves plain pen, plain character sets and no origin mode.
    fn write_buffer_state(&self, buffer: &Buffer, out: &mut Vec<u8>) {
        if (buffer.top, buffer.bottom) != (0, self.height) {
            out.extend_from_slice(b"\x1b[");
            number(out, as_number(buffer.top + 1));
            out.push(b';');
            number(out, as_number(buffer.bottom));
            out.push(b'r');
        }
        if let Some(saved) = buffer.saved {
            write_context(&saved, buffer, out);
            out.extend_from_slice(b"\x1b7");
            write_charsets(Charsets::default(), out);
            Pen::PLAIN.write(out);
            out.extend_from_slice(b"\x1b[?6l");
        }
    }

    fn write_rest(&self, out: &mut Vec<u8>) {
        if self.stops != default_stops(self.columns) {
            out.extend_from_slice(b"\x1b[3g");
            for column in (0..self.columns).filter(|column| self.stops[*column]) {
                write_position(0, column, out);
                out.extend_from_slice(b"\x1bH");
            }
        }
        if let Some(title) = &self.title {
            out.extend_from_slice(b"\x1b]2;");
            out.extend_from_slice(title.as_bytes());
            out.extend_from_slice(b"\x1b\\");
        }
        let context = Saved {
            row: self.cursor.row,
            column: self.cursor.column,
            pen: self.pen,
            charsets: self.charsets,
            origin: self.modes.origin,
        };
        let row = &self.buffer().rows[self.cursor.row];
        if let (Some(printed), Some(column)) = (self.printed, self.previous_column()) {
            // The last thing that happened was this character: it is taken away and printed again, so that REP can repeat it
            // and the cursor stands behind it as it did.
            write_modes(&self.modes, out);
            write_context(&Saved { column, ..context }, self.buffer(), out);
            if self.modes.insert {
                out.extend_from_slice(if row.cells[column].is_wide() { b"\x1b[2P" } else { b"\x1b[P" });
            }
            let source = if self.charsets.draws_graphics() { line_graphic_source(printed) } else { printed };
            out.extend_from_slice(source.encode_utf8(&mut [0; 4]).as_bytes());
        } else if let (true, Some(column)) = (self.cursor.wraps, self.previous_column()) {
            // Printing the last character again is the only way to stand behind the last column.
            let cell = row.cells[column];
            write_context(
                &Saved { column, pen: cell.pen, charsets: Charsets::default(), ..context },
                self.buffer(),
                out,
            );
            cell.write(&self.clusters, out);
            self.pen.write(out);
            write_charsets(self.charsets, out);
            write_modes(&self.modes, out);
        } else {
            write_modes(&self.modes, out);
            write_context(&context, self.buffer(), out);
        }
    }
}

/// Leads from the end of a line to the beginning of the next. After a line that goes on, a plain space makes the receiver wrap, and
/// so scroll without a colour, before the next line's own pen is set.
pub(super) const fn line_end(wrapped: bool) -> &'static [u8] {
    if wrapped { b" \r" } else { b"\r\n" }
}

fn as_number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn write_position(row: usize, column: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    number(out, as_number(row + 1));
    out.push(b';');
    number(out, as_number(column + 1));
    out.push(b'H');
}

fn write_charsets(charsets: Charsets, out: &mut Vec<u8>) {
    out.extend_from_slice(if charsets.graphics[0] { b"\x1b(0" } else { b"\x1b(B" });
    out.extend_from_slice(if charsets.graphics[1] { b"\x1b)0" } else { b"\x1b)B" });
    out.push(if charsets.shifted { 0x0e } else { 0x0f });
}

/// Origin mode, position, pen and character sets.
fn write_context(context: &Saved, buffer: &Buffer, out: &mut Vec<u8>) {
    if context.origin {
        out.extend_from_slice(b"\x1b[?6h");
        write_position(context.row.saturating_sub(buffer.top), context.column, out);
    } else {
        write_position(context.row, context.column, out);
    }
    context.pen.write(out);
    if context.charsets != Charsets::default() {
        write_charsets(context.charsets, out);
    }
}

fn write_mode(introducer: &[u8], mode: u16, on: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(introducer);
    number(out, u32::from(mode));
    out.push(if on { b'h' } else { b'l' });
}

/// Everything that does not move the cursor, as far as it differs from a fresh terminal.
fn write_modes(modes: &Modes, out: &mut Vec<u8>) {
    for (index, mode) in REMEMBERED.iter().enumerate() {
        if modes.remembered & (1 << index) != 0 {
            write_mode(b"\x1b[?", *mode, true, out);
        }
    }
    for mode in [modes.mouse_protocol, modes.mouse_encoding] {
        if mode != 0 {
            write_mode(b"\x1b[?", mode, true, out);
        }
    }
    if modes.cursor_hidden {
        write_mode(b"\x1b[?", 25, false, out);
    }
    if modes.application_keypad {
        out.extend_from_slice(b"\x1b=");
    }
    if modes.cursor_style != 0 {
        out.extend_from_slice(b"\x1b[");
        number(out, u32::from(modes.cursor_style));
        out.extend_from_slice(b" q");
    }
    if modes.modify_other_keys != 0 {
        out.extend_from_slice(b"\x1b[>4;");
        number(out, u32::from(modes.modify_other_keys));
        out.push(b'm');
    }
    if modes.insert {
        write_mode(b"\x1b[", 4, true, out);
    }
    if modes.new_line {
        write_mode(b"\x1b[", 20, true, out);
    }
    if !modes.auto_wrap {
        write_mode(b"\x1b[?", 7, false, out);
    }
}
