//! `stead completions`.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::Context;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    shell: Shell,
}

pub(crate) fn run(context: &Context, args: &CompletionsArgs, command: &mut clap::Command) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "stead", &mut script);
    context.output.raw(&script);
    ExitCode::SUCCESS
}
