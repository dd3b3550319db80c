//! `stead keys`: the keys of the installation, for those who run it.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use stead_api::v1::keys::{KeyKind, KeyRotation, Keys, RotateKeys};

use super::{Context, Failure, follow};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    command: Option<KeysCommand>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The key that wraps all others.
    Master,
    /// The key that seals what belongs to the installation, or with --of to a tenant.
    Data,
    /// The keys that sign access tokens and audit checkpoints.
    Signing,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show ids, dates and counts; never a key.
    Show,
    /// Replace a key. Everything stays readable all the time; a rotation that is interrupted goes on by itself.
    Rotate {
        what: What,
        /// The tenant whose data key is replaced; the installation's own when absent.
        #[arg(id = "of", long = "of", value_name = "TENANT")]
        tenant: Option<String>,
        /// Only say what would be done.
        #[arg(long)]
        plan: bool,
    },
}

pub(crate) async fn run(context: &Context, args: &KeysArgs) -> Result<ExitCode, Failure> {
    let (client, output) = (context.client()?, &context.output);
    match args.command.as_ref().unwrap_or(&KeysCommand::Show) {
        KeysCommand::Show => {
            let keys = client.keys().await?;
            if output.json { output.json(&keys) } else { show(context, &keys) }
        }
        KeysCommand::Rotate { what, tenant, plan } => {
            let what = match what {
                What::Master => KeyKind::Master,
                What::Data => KeyKind::Data,
                What::Signing => KeyKind::Signing,
            };
            let feed = if *plan { None } else { Some(client.events().await?) };
            let rotation =
                client.rotate_keys(&RotateKeys { what, tenant: tenant.clone(), plan: *plan }).await?;
            match (feed, rotation.operation.clone()) {
                (Some(feed), Some(operation)) => {
                    follow::operation(context, &client, feed, operation).await?;
                    output.note("The keys are rotated.");
                }
                _ if output.json => output.json(&rotation),
                _ => planned(context, &rotation),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(context: &Context, keys: &Keys) {
    let (output, now) = (&context.output, context.ambient.now());
    let mut table = Table::new(&["KEY", "FOR", "STATE", "MADE", "ID"]);
    let state = |current: bool, retired: bool| match (current, retired) {
        (true, _) => ("in use".to_owned(), Some(Tone::Good)),
        (false, false) => ("being replaced".to_owned(), Some(Tone::Busy)),
        (false, true) => ("retired".to_owned(), Some(Tone::Faint)),
    };
    for key in &keys.master_keys {
        table.row(vec![
            (format!("master ({})", key.source), Some(Tone::Strong)),
            (format!("{} data keys", key.data_keys), None),
            state(key.current, key.retired_at.is_some()),
            (ago(now, &key.created_at), None),
            (key.id.clone(), Some(Tone::Faint)),
        ]);
    }
    for key in &keys.signing_keys {
        table.row(vec![
            ("signing".to_owned(), Some(Tone::Strong)),
            (key.purpose.clone(), None),
            state(key.current, key.retired_at.is_some()),
            (ago(now, &key.created_at), None),
            (key.id.clone(), Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    output.line(format!("{} data keys, {} of them retired.", keys.data_keys.total, keys.data_keys.retired));
}

fn planned(context: &Context, rotation: &KeyRotation) {
    let output = &context.output;
    if rotation.replaces.is_empty() {
        output.line("Nothing is replaced: a first key is made.");
    } else {
        output.line(format!("Replaces {}.", rotation.replaces.join(", ")));
    }
    if rotation.what == KeyKind::Master {
        output.line(format!("Wraps {} data keys anew.", rotation.data_keys));
    }
    for values in &rotation.values {
        let how = if values.fixed { "keep their key" } else { "are sealed anew" };
        output.line(format!("{} values of {} {how}.", values.count, values.place));
    }
    output.note("This was only the plan: run it without --plan to do it.");
}
