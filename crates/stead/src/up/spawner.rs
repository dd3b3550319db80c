//! `stead shim-spawner`: this binary, executed again by the agent as the process that forks shims.

use std::process::ExitCode;

/// Runs until the agent closes its end. Must be called before any thread exists.
#[must_use]
pub fn run() -> ExitCode {
    stead_shim::spawner_main()
}
