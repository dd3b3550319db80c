//! What the command line prints: the only place of the binary that writes to standard output and standard error.

mod size;
mod table;

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use serde::Serialize;

pub use size::{ago, bytes, duration, since};
pub use table::Table;

/// How to print, decided once from flags and environment.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
    /// Only ids.
    pub quiet: bool,
    pub colour: bool,
    /// Standard error is a terminal: progress may be redrawn in place.
    pub live: bool,
}

/// Colours with a meaning; the same in every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Busy,
    Bad,
    Faint,
    Strong,
    /// Black on white whatever the terminal's colours are, as pictures need that a camera reads.
    Paper,
}

impl Output {
    #[must_use]
    pub fn new(json: bool, quiet: bool, no_colour: bool) -> Self {
        let live = std::io::stderr().is_terminal();
        Self { json, quiet, colour: !no_colour && std::io::stdout().is_terminal(), live }
    }

    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Busy => "33",
            Tone::Bad => "31",
            Tone::Faint => "2",
            Tone::Strong => "1",
            Tone::Paper => "30;107",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A line of the result. A closed pipe ends the output quietly.
    pub fn line(&self, text: impl Display) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// Names and what they stand for, a line each.
    pub fn facts(&self, facts: &[(&str, String)]) {
        let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in facts {
            self.line(format!("  {}  {value}", self.paint(Tone::Faint, &format!("{name:<width$}"))));
        }
    }

    /// Text that ends as it ends.
    pub fn text(&self, text: &str) {
        let mut out = std::io::stdout();
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    /// Bytes of an instance's output.
    pub fn raw(&self, bytes: &[u8]) {
        let mut out = std::io::stdout();
        let _ = out.write_all(bytes);
        let _ = out.flush();
    }

    pub fn raw_error(&self, bytes: &[u8]) {
        let mut out = std::io::stderr();
        let _ = out.write_all(bytes);
        let _ = out.flush();
    }

    /// A line for people about what is going on; never part of the result.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    pub fn error(&self, text: impl Display) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// The result as JSON, indented on a terminal, one line in a pipe.
    pub fn json(&self, value: &impl Serialize) {
        let text = if std::io::stdout().is_terminal() {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        if let Ok(text) = text {
            self.line(text);
        }
    }
}

/// Columns of the terminal; 80 when there is none.
#[must_use]
pub fn width() -> usize {
    terminal_size().map_or(80, |(columns, _)| usize::from(columns).max(20))
}

/// Columns and rows of the terminal on standard output.
#[must_use]
pub fn terminal_size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}
