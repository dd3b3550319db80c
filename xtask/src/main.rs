//! Checks of the repository that no compiler makes: `cargo xtask check`.
//!
//! Each check is a file with one function that lists what is wrong, one sentence each, naming the place.

mod crates;
mod files;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every check.
    Check,
}

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the result is for the terminal")]
fn main() -> ExitCode {
    let Xtask { command: Command::Check } = Xtask::parse();
    let root = root();
    let checks: [(&str, Result<Vec<String>, String>); 3] = [
        ("which crate may use which", crates::check(&root)),
        ("sizes, names and headings of files", files::check(&root)),
        ("words that have no place here", words::check(&root)),
    ];
    let mut failed = false;
    for (name, result) in checks {
        match result {
            Ok(problems) if problems.is_empty() => println!("ok    {name}"),
            Ok(problems) => {
                failed = true;
                eprintln!("wrong {name}");
                problems.iter().for_each(|problem| eprintln!("      {problem}"));
            }
            Err(error) => {
                failed = true;
                eprintln!("wrong {name}: {error}");
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
