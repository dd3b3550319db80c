//! What the command line prints: the only place of the binary that writes to standard output and standard error.
//!
//! Whatever is printed is made plain on the way (see `plain`), but what an instance itself put out, which is passed on as it is.

mod plain;
mod size;
mod table;

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use serde::Serialize;

pub use plain::on_one_line;
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

impl Tone {
    const ALL: [Self; 6] = [Self::Good, Self::Busy, Self::Bad, Self::Faint, Self::Strong, Self::Paper];

    const fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Busy => "33",
            Self::Bad => "31",
            Self::Faint => "2",
            Self::Strong => "1",
            Self::Paper => "30;107",
        }
    }
}

/// Ends a tone.
const END: &str = "0";

impl Output {
    #[must_use]
    pub fn new(json: bool, quiet: bool, no_colour: bool) -> Self {
        let live = std::io::stderr().is_terminal();
        Self { json, quiet, colour: !no_colour && std::io::stdout().is_terminal(), live }
    }

    /// The text on one line, in this tone.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let text = on_one_line(text);
        if !self.colour || text.is_empty() {
            return text;
        }
        format!("\u{1b}[{}m{text}\u{1b}[{END}m", tone.code())
    }

    fn plain(&self, text: impl Display) -> String {
        let codes: Vec<_> = Tone::ALL.into_iter().map(Tone::code).chain([END]).collect();
        plain::lines(&text.to_string(), self.colour, &codes)
    }

    /// A line of the result. A closed pipe ends the output quietly.
    pub fn line(&self, text: impl Display) {
        let _ = writeln!(std::io::stdout(), "{}", self.plain(text));
    }

    /// Names and what they stand for, a line each.
    pub fn facts(&self, facts: &[(&str, String)]) {
        let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in facts {
            let name = self.paint(Tone::Faint, &format!("{name:<width$}"));
            self.line(format!("  {name}  {}", on_one_line(value)));
        }
    }

    /// A question, without an end of line. It is asked whatever else is kept quiet: an answer is waited for.
    pub fn ask(&self, question: impl Display) {
        self.raw_error(self.plain(question).as_bytes());
    }

    /// Draws lines in the place of those that were drawn before.
    pub fn redraw(&self, before: usize, lines: &[String]) {
        let up = if before > 0 { format!("\u{1b}[{before}A") } else { String::new() };
        let mut text = format!("{up}\r");
        for line in lines {
            text.push_str(&format!("\u{1b}[2K{}\n", self.plain(line)));
        }
        text.push_str("\u{1b}[J");
        self.raw_error(text.as_bytes());
    }

    /// Text of an instance's output.
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
            let _ = writeln!(std::io::stderr(), "{}", self.plain(text));
        }
    }

    pub fn error(&self, text: impl Display) {
        let _ = writeln!(std::io::stderr(), "{}", self.plain(text));
    }

    /// The result as JSON, indented on a terminal, one line in a pipe.
    pub fn json(&self, value: &impl Serialize) {
        let text = if std::io::stdout().is_terminal() {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        self.json_text(text);
    }

    /// The same in one line wherever it goes: one of several values.
    pub fn json_line(&self, value: &impl Serialize) {
        self.json_text(serde_json::to_string(value));
    }

    fn json_text(&self, text: serde_json::Result<String>) {
        if let Ok(text) = text {
            let _ = writeln!(std::io::stdout(), "{}", plain::json(&text));
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
