//! The user's terminal in raw mode, put back when the guard goes.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::Failure;

/// Raw mode lasts as long as this value.
#[derive(Debug)]
pub(crate) struct RawMode {
    before: Termios,
}

impl RawMode {
    /// # Errors
    /// When standard input is no terminal.
    pub(crate) fn enter() -> Result<Self, Failure> {
        let no_terminal =
            |_| Failure::usage("Standard input is no terminal.", "Run this command in a terminal.");
        let before = tcgetattr(std::io::stdin()).map_err(no_terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &raw).map_err(no_terminal)?;
        Ok(Self { before })
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.before);
    }
}
