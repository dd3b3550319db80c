//! The spawner of shims as a program of its own, for the tests of this crate; `stead shim-spawner` does the same.

use std::os::fd::AsFd as _;
use std::process::ExitCode;

use stead_shim::sandbox::{self, SandboxSpec};

fn main() -> ExitCode {
    let served = sandbox::prepare_filters().map_err(stead_core::Error::from).and_then(|()| {
        let socket = std::io::stdin()
            .as_fd()
            .try_clone_to_owned()
            .map_err(|error| stead_core::Error::internal("duplicating standard input").source_error(error))?;
        stead_shim::spawner::serve(socket, |spec: &SandboxSpec| sandbox::launch(spec).map_err(Into::into))
    });
    if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
