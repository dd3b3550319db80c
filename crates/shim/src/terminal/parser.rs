//! Splits output into characters, controls and escape sequences (ECMA-48, UTF-8) and drives a [`Screen`]. Holds nothing but the
//! sequence that is not complete yet, so that a snapshot can end with exactly those bytes.

use super::screen::Screen;

/// Longer control sequences are skipped.
const LONGEST_SEQUENCE: usize = 128;
/// Longer strings (titles, clipboards, images) are skipped.
const LONGEST_STRING: usize = 2_048;
/// The most parameters of one sequence.
const MOST_PARAMETERS: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    Utf8,
    Escape,
    Control,
    /// OSC, ended by BEL or ST.
    Command,
    /// DCS, SOS, PM, APC: skipped until ST.
    Skipped,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    state: State,
    /// Bytes of the sequence that is under way, without the controls inside it, which took effect at once.
    partial: Vec<u8>,
    /// Inside a string an ESC was the last byte.
    string_escape: bool,
}

impl Parser {
    /// What a fresh parser has to read to be in this state.
    pub(crate) fn partial(&self) -> impl Iterator<Item = u8> + '_ {
        self.partial.iter().copied().chain(self.string_escape.then_some(0x1b))
    }

    #[cfg(test)]
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.state == other.state
            && self.partial == other.partial
            && self.string_escape == other.string_escape
    }

    pub(crate) fn advance(&mut self, screen: &mut Screen, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            if self.state == State::Ground {
                let printable =
                    rest.iter().position(|byte| !(0x20..0x7f).contains(byte)).unwrap_or(rest.len());
                if printable > 0 {
                    screen.print_ascii(&rest[..printable]);
                    rest = &rest[printable..];
                    continue;
                }
            }
            if self.step(screen, byte) {
                rest = &rest[1..];
            }
        }
    }

    fn enter(&mut self, state: State, byte: u8) {
        if state != State::Control && state != State::Command && state != State::Skipped {
            self.partial.clear();
        }
        self.string_escape = false;
        self.state = state;
        self.partial.push(byte);
    }

    fn ground(&mut self) {
        self.state = State::Ground;
        self.string_escape = false;
        self.partial.clear();
    }

    /// Takes one byte; false when it has to be looked at again in the new state.
    fn step(&mut self, screen: &mut Screen, byte: u8) -> bool {
        match self.state {
            State::Ground => match byte {
                0x1b => self.enter(State::Escape, byte),
                0x00..0x20 => screen.control(byte),
                0x7f => {}
                0xc2..=0xf4 => self.enter(State::Utf8, byte),
                _ => screen.print('\u{fffd}'),
            },
            State::Utf8 => return self.utf8(screen, byte),
            State::Escape | State::Control => match byte {
                0x18 | 0x1a => self.ground(),
                0x1b => self.enter(State::Escape, byte),
                0x00..0x20 => screen.control(byte),
                0x7f.. => {}
                _ if self.state == State::Escape => self.escape(screen, byte),
                0x40..0x7f => {
                    if self.partial.len() < LONGEST_SEQUENCE {
                        dispatch(screen, &self.partial[2..], byte);
                    }
                    self.ground();
                }
                _ => self.collect(byte, LONGEST_SEQUENCE),
            },
            State::Command | State::Skipped => self.string(screen, byte),
        }
        true
    }

    fn collect(&mut self, byte: u8, longest: usize) {
        if self.partial.len() < longest {
            self.partial.push(byte);
        }
    }

    fn escape(&mut self, screen: &mut Screen, byte: u8) {
        match (byte, self.partial.len()) {
            (b'[', 1) => self.enter(State::Control, byte),
            (b']', 1) => self.enter(State::Command, byte),
            (b'P' | b'X' | b'^' | b'_', 1) => self.enter(State::Skipped, byte),
            (0x20..0x30, _) => self.collect(byte, LONGEST_SEQUENCE),
            _ => {
                screen.escape(&self.partial[1..], byte);
                self.ground();
            }
        }
    }

    fn string(&mut self, screen: &mut Screen, byte: u8) {
        let after_escape = std::mem::take(&mut self.string_escape);
        match byte {
            b'\\' if after_escape => self.end_string(screen),
            0x07 if self.state == State::Command => self.end_string(screen),
            0x18 | 0x1a => self.ground(),
            0x1b => self.string_escape = true,
            _ if after_escape => {
                // ESC with anything but a backslash ends the string and begins a sequence of its own.
                self.enter(State::Escape, 0x1b);
                self.step(screen, byte);
            }
            0x00..0x20 => {}
            _ if self.state == State::Command => self.collect(byte, LONGEST_STRING),
            _ => {}
        }
    }

    fn end_string(&mut self, screen: &mut Screen) {
        if self.state == State::Command && self.partial.len() < LONGEST_STRING {
            screen.command(&self.partial[2..]);
        }
        screen.sequence_ended();
        self.ground();
    }

    fn utf8(&mut self, screen: &mut Screen, byte: u8) -> bool {
        let lead = self.partial[0];
        let allowed = match (lead, self.partial.len()) {
            (0xe0, 1) => 0xa0..=0xbf,
            (0xed, 1) => 0x80..=0x9f,
            (0xf0, 1) => 0x90..=0xbf,
            (0xf4, 1) => 0x80..=0x8f,
            _ => 0x80..=0xbf,
        };
        if !allowed.contains(&byte) {
            self.ground();
            screen.print('\u{fffd}');
            return false;
        }
        self.partial.push(byte);
        let length = match lead {
            ..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        if self.partial.len() == length {
            let character = std::str::from_utf8(&self.partial).ok().and_then(|text| text.chars().next());
            self.ground();
            screen.print(character.unwrap_or('\u{fffd}'));
        }
        true
    }
}

/// The parameters of a control sequence; a colon makes a sub-parameter of the one before.
#[derive(Debug)]
pub(crate) struct Parameters {
    values: [u16; MOST_PARAMETERS],
    /// Bit n: value n is a sub-parameter.
    sub: u32,
    count: usize,
}

impl Parameters {
    fn parse(bytes: &[u8]) -> Self {
        let mut parameters = Self { values: [0; MOST_PARAMETERS], sub: 0, count: 1 };
        for byte in bytes {
            match byte {
                b'0'..=b'9' => {
                    let value = &mut parameters.values[parameters.count - 1];
                    *value = value.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
                b';' | b':' if parameters.count < MOST_PARAMETERS => {
                    if *byte == b':' {
                        parameters.sub |= 1 << parameters.count;
                    }
                    parameters.count += 1;
                }
                _ => break,
            }
        }
        parameters
    }

    /// Value `index`; 0 when absent.
    pub(crate) fn value(&self, index: usize) -> u16 {
        self.values.get(index).copied().unwrap_or(0)
    }

    /// Value `index` as a count: absent and 0 are 1.
    pub(crate) fn count_at(&self, index: usize) -> usize {
        usize::from(self.value(index).max(1))
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_sub(&self, index: usize) -> bool {
        index < self.count && self.sub & (1 << index) != 0
    }
}

/// `body` is what stands between the introducer and the final byte.
fn dispatch(screen: &mut Screen, body: &[u8], last: u8) {
    let (prefix, body) = match body.split_first() {
        Some((first @ 0x3c..=0x3f, rest)) => (*first, rest),
        _ => (0, body),
    };
    let digits = body.iter().position(|byte| (0x20..0x30).contains(byte)).unwrap_or(body.len());
    let parameters = Parameters::parse(&body[..digits]);
    match (prefix, &body[digits..]) {
        (prefix, []) => screen.sequence(prefix, 0, last, &parameters),
        (prefix, [intermediate]) => screen.sequence(prefix, *intermediate, last, &parameters),
        _ => screen.sequence_ended(),
    }
}
