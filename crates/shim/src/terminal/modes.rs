//! Modes and pens: what SM, RM, DECSET, DECRST and SGR change.

use super::cell::{Cell, Colour, Pen, style};
use super::parser::Parameters;
use super::screen::{Charsets, Screen};

/// Private modes that only the viewer acts on: numbers that are remembered and told again.
pub(super) const REMEMBERED: [u16; 12] = [1, 5, 9, 12, 45, 66, 1_004, 1_007, 1_034, 2_004, 2_026, 2_031];
/// Mouse protocols; setting one replaces the other.
pub(super) const MOUSE_PROTOCOLS: [u16; 3] = [1_000, 1_002, 1_003];
/// How mouse positions are written; setting one replaces the other.
pub(super) const MOUSE_ENCODINGS: [u16; 4] = [1_005, 1_006, 1_015, 1_016];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modes {
    pub(super) auto_wrap: bool,
    pub(super) origin: bool,
    pub(super) insert: bool,
    pub(super) new_line: bool,
    pub(super) cursor_hidden: bool,
    pub(super) application_keypad: bool,
    /// Bit n: the mode at index n of [`REMEMBERED`] is on.
    pub(super) remembered: u16,
    /// The mouse protocol that is on; 0 none.
    pub(super) mouse_protocol: u16,
    /// The mouse encoding that is on; 0 none.
    pub(super) mouse_encoding: u16,
    /// Parameter of DECSCUSR.
    pub(super) cursor_style: u16,
    /// xterm's modifyOtherKeys; 0 off.
    pub(super) modify_other_keys: u16,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            auto_wrap: true,
            origin: false,
            insert: false,
            new_line: false,
            cursor_hidden: false,
            application_keypad: false,
            remembered: 0,
            mouse_protocol: 0,
            mouse_encoding: 0,
            cursor_style: 0,
            modify_other_keys: 0,
        }
    }
}

impl Screen {
    /// A control sequence: CSI, `prefix` (`<` to `?`, or 0), parameters, `intermediate` (or 0), `last`.
    pub(crate) fn sequence(&mut self, prefix: u8, intermediate: u8, last: u8, parameters: &Parameters) {
        let printed = self.printed.take();
        let first = parameters.count_at(0);
        let (row, column) = (self.cursor.row, self.cursor.column);
        match (prefix, intermediate, last) {
            (0, 0, b'@') => self.insert_cells(first),
            (0, 0, b'A') => self.move_up(first),
            (0, 0, b'B' | b'e') => self.move_down(first),
            (0, 0, b'C' | b'a') => self.move_to(row, column.saturating_add(first)),
            (0, 0, b'D') => self.move_to(row, column.saturating_sub(first)),
            (0, 0, b'E') => {
                self.move_down(first);
                self.move_to(self.cursor.row, 0);
            }
            (0, 0, b'F') => {
                self.move_up(first);
                self.move_to(self.cursor.row, 0);
            }
            (0, 0, b'G' | b'`') => self.move_to(row, first - 1),
            (0, 0, b'H' | b'f') => self.move_to_origin(first - 1, parameters.count_at(1) - 1),
            (0, 0, b'I') => self.tab(first),
            (0 | b'?', 0, b'J') => self.erase_display(parameters.value(0)),
            (0 | b'?', 0, b'K') => self.erase_line(parameters.value(0)),
            (0, 0, b'L') => self.insert_lines(first),
            (0, 0, b'M') => self.delete_lines(first),
            (0, 0, b'P') => self.delete_cells(first),
            (0, 0, b'S') => self.scroll_up(first),
            (0, 0, b'T') if parameters.len() < 2 => self.scroll_down(first),
            (0, 0, b'X') => self.erase_cells(first),
            (0, 0, b'Z') => self.back_tab(first),
            (0, 0, b'b') => {
                if let Some(character) = printed {
                    for _ in 0..first.min(self.columns * self.height) {
                        self.print_as_is(character);
                    }
                }
            }
            (0, 0, b'd') => self.move_to_origin(first - 1, column),
            (0, 0, b'g') => match parameters.value(0) {
                0 => self.stops[column] = false,
                3 => self.stops.fill(false),
                _ => {}
            },
            (0, 0, b'h' | b'l') => {
                for index in 0..parameters.len() {
                    match parameters.value(index) {
                        4 => self.modes.insert = last == b'h',
                        20 => self.modes.new_line = last == b'h',
                        _ => {}
                    }
                }
            }
            (b'?', 0, b'h' | b'l') => {
                for index in 0..parameters.len() {
                    self.set_private_mode(parameters.value(index), last == b'h');
                }
            }
            (0, 0, b'm') => self.pen = restyle(self.pen, parameters),
            (b'>', 0, b'm') if parameters.value(0) == 4 => {
                self.modes.modify_other_keys = if parameters.len() > 1 { parameters.value(1) } else { 0 };
            }
            (0, b'!', b'p') => self.soft_reset(),
            (0, b' ', b'q') => self.modes.cursor_style = parameters.value(0),
            (0, 0, b'r') => self.set_region(first, usize::from(parameters.value(1))),
            (0, 0, b's') if parameters.len() < 2 => self.save(),
            (0, 0, b'u') => self.restore(),
            _ => {}
        }
    }

    /// Prints a character that went through the character set already.
    fn print_as_is(&mut self, character: char) {
        let charsets = std::mem::take(&mut self.charsets);
        self.print(character);
        self.charsets = charsets;
    }

    fn set_region(&mut self, first: usize, last: usize) {
        let last = if last == 0 { self.height } else { last.min(self.height) };
        if first < last {
            let buffer = self.buffer_mut();
            (buffer.top, buffer.bottom) = (first - 1, last);
            self.clamp_saved();
            self.move_to_origin(0, 0);
        }
    }

    fn set_private_mode(&mut self, mode: u16, on: bool) {
        match mode {
            6 => {
                self.modes.origin = on;
                self.move_to_origin(0, 0);
            }
            7 => {
                self.modes.auto_wrap = on;
                self.cursor.wraps &= on;
            }
            25 => self.modes.cursor_hidden = !on,
            47 | 1_047 => self.show_alternate(on),
            1_048 if on => self.save(),
            1_048 => self.restore(),
            1_049 if on && self.alternate.is_none() => {
                self.save();
                self.show_alternate(true);
            }
            1_049 if !on && self.alternate.is_some() => {
                self.show_alternate(false);
                self.restore();
            }
            _ if MOUSE_PROTOCOLS.contains(&mode) => self.modes.mouse_protocol = if on { mode } else { 0 },
            _ if MOUSE_ENCODINGS.contains(&mode) => self.modes.mouse_encoding = if on { mode } else { 0 },
            _ => {
                if let Some(index) = REMEMBERED.iter().position(|known| *known == mode) {
                    self.modes.remembered =
                        (self.modes.remembered & !(1 << index)) | (u16::from(on) << index);
                }
            }
        }
    }

    /// DECSTR.
    fn soft_reset(&mut self) {
        self.modes.cursor_hidden = false;
        self.modes.insert = false;
        self.modes.origin = false;
        self.modes.application_keypad = false;
        self.modes.remembered &= !1;
        self.pen = Pen::PLAIN;
        self.charsets = Charsets::default();
        let height = self.height;
        let buffer = self.buffer_mut();
        (buffer.top, buffer.bottom) = (0, height);
        buffer.saved = None;
    }

    /// What erasing with the present pen leaves.
    pub(super) fn erased(&self) -> Cell {
        Cell::erased(self.pen)
    }
}

/// SGR.
fn restyle(mut pen: Pen, parameters: &Parameters) -> Pen {
    let mut index = 0;
    while index < parameters.len() {
        let value = parameters.value(index);
        let mut subs = 0;
        while parameters.is_sub(index + 1 + subs) {
            subs += 1;
        }
        let mut step = 1 + subs;
        let underline = |pen: &mut Pen, kind: u16| {
            pen.style = (pen.style & !style::UNDERLINE) | (kind.min(5) << style::UNDERLINE_SHIFT);
        };
        match value {
            0 => pen = Pen::PLAIN,
            1 => pen.style |= style::BOLD,
            2 => pen.style |= style::DIM,
            3 => pen.style |= style::ITALIC,
            4 if subs > 0 => underline(&mut pen, parameters.value(index + 1)),
            4 => underline(&mut pen, 1),
            5 | 6 => pen.style |= style::BLINK,
            7 => pen.style |= style::INVERSE,
            8 => pen.style |= style::HIDDEN,
            9 => pen.style |= style::STRUCK,
            21 => underline(&mut pen, 2),
            22 => pen.style &= !(style::BOLD | style::DIM),
            23 => pen.style &= !style::ITALIC,
            24 => underline(&mut pen, 0),
            25 => pen.style &= !style::BLINK,
            27 => pen.style &= !style::INVERSE,
            28 => pen.style &= !style::HIDDEN,
            29 => pen.style &= !style::STRUCK,
            30..=37 => pen.foreground = Colour::indexed(low(value - 30)),
            39 => pen.foreground = Colour::DEFAULT,
            40..=47 => pen.background = Colour::indexed(low(value - 40)),
            49 => pen.background = Colour::DEFAULT,
            53 => pen.style |= style::OVERLINE,
            55 => pen.style &= !style::OVERLINE,
            90..=97 => pen.foreground = Colour::indexed(low(value - 82)),
            100..=107 => pen.background = Colour::indexed(low(value - 92)),
            38 | 48 | 58 => {
                let (colour, used) = extended(parameters, index, subs);
                step = used;
                match (value, colour) {
                    (38, Some(colour)) => pen.foreground = colour,
                    (48, Some(colour)) => pen.background = colour,
                    _ => {}
                }
            }
            _ => {}
        }
        index += step;
    }
    pen
}

fn low(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// `38;5;n`, `38;2;r;g;b`, `38:5:n`, `38:2:r:g:b`, `38:2::r:g:b`; the colour and how many values it takes.
fn extended(parameters: &Parameters, index: usize, subs: usize) -> (Option<Colour>, usize) {
    let at = |offset: usize| low(parameters.value(index + offset));
    if subs > 0 {
        let colour = match (parameters.value(index + 1), subs) {
            (5, 2..) => Some(Colour::indexed(at(2))),
            (2, 5..) => Some(Colour::direct(at(3), at(4), at(5))),
            (2, 4) => Some(Colour::direct(at(2), at(3), at(4))),
            _ => None,
        };
        return (colour, 1 + subs);
    }
    match parameters.value(index + 1) {
        5 => (Some(Colour::indexed(at(2))), 3),
        2 => (Some(Colour::direct(at(2), at(3), at(4))), 5),
        _ => (None, 2),
    }
}
