//! The one binary: server, node, command line, and (as hidden re-executions of itself) the spawner of shims.

use std::process::ExitCode;

fn main() -> ExitCode {
    stead::cli::run()
}
