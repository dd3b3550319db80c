//! `stead validate`: checks a file on this machine, without a server.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use stead_core::workspace_config;

use super::{Context, Failure};
use crate::output::Tone;

/// One byte more than is allowed tells that a file is too long.
const READ_LIMIT: u64 = (64 << 10) + 1;

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The file; `-` is standard input.
    #[arg(default_value = "phazeai.yaml")]
    file: PathBuf,
}

#[expect(clippy::unused_async, reason = "every command has the same form")]
pub(crate) async fn run(context: &Context, args: &ValidateArgs) -> Result<ExitCode, Failure> {
    let output = &context.output;
    let mut text = String::new();
    let read = if args.file.as_os_str() == "-" {
        std::io::stdin().take(READ_LIMIT).read_to_string(&mut text)
    } else {
        std::fs::File::open(&args.file).and_then(|file| file.take(READ_LIMIT).read_to_string(&mut text))
    };
    let name = args.file.display();
    read.map_err(|error| {
        Failure::usage(
            format!("{name} cannot be read: {error}."),
            "Name the file: stead validate path/to/phazeai.yaml",
        )
    })?;
    match workspace_config::parse(&text) {
        Ok(_) => {
            if output.json {
                output.json(&json!({ "valid": true, "errors": [] }));
            } else {
                output.line(format!("{} {name} is valid.", output.paint(Tone::Good, "✓")));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(errors) => {
            if output.json {
                output.json(&json!({ "valid": false, "errors": errors }));
                return Ok(ExitCode::from(2));
            }
            for field in &errors {
                let place = format!("{name}:{}:{}", field.line.unwrap_or(1), field.column.unwrap_or(1));
                output.line(format!(
                    "{} {}",
                    output.paint(Tone::Strong, &format!("{place}:")),
                    field.message
                ));
            }
            Err(Failure::new(
                2,
                "workspace_config_invalid",
                format!("{name} has {} mistake(s).", errors.len()),
            )
            .next("Mend them; docs/phazeai-yaml.md explains each key."))
        }
    }
}
