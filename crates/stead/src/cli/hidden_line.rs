//! A line that is typed without being shown.

use std::io;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::output::Output;

/// Asks at the terminal; what was typed, with the end of its line.
///
/// # Errors
/// When standard input cannot be read.
pub(crate) fn hidden_line(output: Output, prompt: &str) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let hidden = Hidden::begin();
    output.ask(format!("{prompt} (not shown): "));
    let read = io::stdin().read_line(&mut text);
    drop(hidden);
    // The end of the line was not shown either.
    output.ask("\n");
    read.map(|_| text)
}

/// The terminal does not show what is typed as long as this value lives.
struct Hidden(Option<Termios>);

impl Hidden {
    fn begin() -> Self {
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(before) = &before {
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent);
        }
        Self(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, before);
        }
    }
}
