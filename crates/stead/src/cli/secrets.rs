//! `stead secrets`. A value is never an argument: arguments of a process can be read by every user of the machine.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use stead_api::client::SecretsOf;
use stead_api::v1::secrets::{Inject, InjectKind, PutSecret, Secret, SecretLevel};
use zeroize::Zeroizing;

use super::hidden_line::hidden_line;
use super::{Context, Failure};
use crate::output::{Table, Tone, ago};

/// The server takes 64 KiB.
const LONGEST: u64 = (64 << 10) + 2;

#[derive(Debug, Args)]
pub(crate) struct SecretsArgs {
    #[command(flatten)]
    holder: Holder,
    #[command(subcommand)]
    command: Option<SecretsCommand>,
}

/// Whose; those of the tenant when absent.
#[derive(Debug, Args)]
struct Holder {
    /// Your own: given to every instance that you create.
    #[arg(long, global = true, conflicts_with = "instance")]
    me: bool,
    /// Those of this instance alone.
    #[arg(long, global = true, value_name = "INSTANCE")]
    instance: Option<String>,
}

impl Holder {
    fn of(&self) -> SecretsOf<'_> {
        match &self.instance {
            _ if self.me => SecretsOf::Me,
            Some(instance) => SecretsOf::Instance(instance),
            None => SecretsOf::Tenant,
        }
    }
}

#[derive(Debug, Subcommand)]
enum SecretsCommand {
    /// List secrets; values are never shown.
    List,
    /// Store a value, read from a prompt, from standard input or from a file.
    Set {
        name: String,
        /// Read the value from this file, as it is. Of standard input one newline at the end is left out.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Give it to instances as this environment variable.
        #[arg(long, value_name = "VARIABLE", num_args = 0..=1, default_missing_value = "")]
        env: Option<String>,
        /// Give it to instances as this file in /run/secrets.
        #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with = "env")]
        file: Option<String>,
    },
    /// Delete a secret with all its versions.
    #[command(visible_alias = "rm")]
    Delete { name: String },
    /// Show when a secret got its values, and from whom.
    Versions { name: String },
}

pub(crate) async fn run(context: &Context, args: &SecretsArgs) -> Result<ExitCode, Failure> {
    let (client, output, of) = (context.client()?, &context.output, args.holder.of());
    match args.command.as_ref().unwrap_or(&SecretsCommand::List) {
        SecretsCommand::List => {
            let secrets = client.secrets(of).await?;
            if output.json {
                output.json(&secrets);
            } else if output.quiet {
                secrets.iter().for_each(|secret| output.line(&secret.name));
            } else if secrets.is_empty() {
                output.note("No secret yet: `stead secrets set NAME` asks for a value.");
            } else {
                table(context, &secrets).print(output);
            }
        }
        SecretsCommand::Set { name, from, env, file } => {
            let inject = match (env, file) {
                (Some(target), _) => Some(inject(InjectKind::Env, target)),
                (None, Some(target)) => Some(inject(InjectKind::File, target)),
                (None, None) => None,
            };
            let value = match from {
                Some(path) => of_file(path)?,
                None => typed(context, name)?,
            };
            let secret = client.put_secret(of, name, &PutSecret { value: value.to_string(), inject }).await?;
            if output.json {
                output.json(&secret);
            } else {
                output.note(format!(
                    "{} has version {} now. Instances get it with their next start, as {}.",
                    secret.name,
                    secret.version,
                    place(&secret)
                ));
            }
        }
        SecretsCommand::Delete { name } => {
            client.delete_secret(of, name).await?;
            output
                .note("The secret is deleted. Instances that run keep what they were given until they stop.");
        }
        SecretsCommand::Versions { name } => {
            let versions = client.secret_versions(of, name).await?;
            if output.json {
                output.json(&versions);
                return Ok(ExitCode::SUCCESS);
            }
            let now = context.ambient.now();
            let mut table = Table::new(&["VERSION", "WRITTEN", "BY"]);
            for version in versions {
                table.row(vec![
                    (version.version.to_string(), Some(Tone::Strong)),
                    (ago(now, &version.created_at), None),
                    (version.created_by.unwrap_or_default(), Some(Tone::Faint)),
                ]);
            }
            table.print(output);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn inject(kind: InjectKind, target: &str) -> Inject {
    Inject { kind, target: Some(target.to_owned()).filter(|target| !target.is_empty()) }
}

fn place(secret: &Secret) -> String {
    let target = secret.inject.target.as_deref().unwrap_or(&secret.name);
    match secret.inject.kind {
        InjectKind::Env => format!("${target}"),
        InjectKind::File => format!("/run/secrets/{target}"),
    }
}

fn table(context: &Context, secrets: &[Secret]) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["NAME", "LEVEL", "GIVEN AS", "VERSION", "WRITTEN"]);
    for secret in secrets {
        let level = match secret.level {
            SecretLevel::User => "user",
            SecretLevel::Tenant => "tenant",
            SecretLevel::Instance => "instance",
        };
        table.row(vec![
            (secret.name.clone(), Some(Tone::Strong)),
            (level.to_owned(), None),
            (place(secret), None),
            (secret.version.to_string(), None),
            (ago(now, &secret.updated_at), None),
        ]);
    }
    table
}

fn of_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| unreadable(&path.display().to_string(), &error))?;
    Ok(text)
}

fn unreadable(what: &str, error: &std::io::Error) -> Failure {
    Failure::usage(
        format!("No value could be read from {what}: {error}."),
        "A value is text of up to 64 KiB; give it on standard input or with --from FILE.",
    )
}

/// From a terminal a line that is not shown, else all of standard input.
fn typed(context: &Context, name: &str) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let stdin = std::io::stdin();
    let read = if stdin.is_terminal() {
        hidden_line(context.output, &format!("Value of {name}")).map(|line| text = line)
    } else {
        stdin.lock().take(LONGEST).read_to_string(&mut text).map(drop)
    };
    read.map_err(|error| unreadable("standard input", &error))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err(Failure::usage(
            "The value is empty.",
            "Type it at the prompt, pass it on standard input, or name a file with --from.",
        ));
    }
    Ok(text)
}
