//! `stead shim-spawner`: this binary, executed again by the agent as the process that forks shims.

use std::process::ExitCode;

use crate::output::Output;

/// Runs until the agent closes its end. Must be called before any thread exists.
#[must_use]
pub fn run() -> ExitCode {
    match stead_shim::spawner_main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The agent reads this: it is the spawner's only way to say why it does not start.
            Output::new(false, false, true).error(format!("{error} ({})", error.inside()));
            ExitCode::FAILURE
        }
    }
}
