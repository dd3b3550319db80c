//! `stead start|stop|restart|kill|pause|wake|rename|delete`.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use clap::Args;
use stead_api::client::{Action, Client, ClientError};
use stead_api::v1::instances::{InstanceOperation, StopInstance, UpdateInstance};

use super::{Context, Failure, follow, parse};
use crate::output::{Tone, bytes};

#[derive(Debug, Args)]
pub(crate) struct NamedArgs {
    /// Names or ids.
    #[arg(required = true, num_args = 1..)]
    names: Vec<String>,
    /// Do not wait for the end.
    #[arg(short, long)]
    detach: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    named: NamedArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    #[command(flatten)]
    named: NamedArgs,
    /// How long processes may take to finish before they are killed.
    #[arg(long, value_parser = parse::timeout, value_name = "DURATION")]
    grace: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// Name or id.
    name: String,
    new_name: String,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    named: NamedArgs,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn start(context: &Context, args: &StartArgs) -> Result<ExitCode, Failure> {
    act(context, &args.named, Action::Start).await
}

pub(crate) async fn act(context: &Context, args: &NamedArgs, action: Action) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    for name in &args.names {
        let feed = client.events().await?;
        let begun = client.act(name, action).await?;
        let done = match action {
            Action::Start => "runs",
            Action::Restart => "runs again",
            Action::Kill => "was killed",
            Action::Pause => "is paused",
            Action::Wake => "is awake",
        };
        finish(context, &client, feed, begun, args.detach, done).await?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn stop(context: &Context, args: &StopArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let grace_seconds =
        args.grace.map(u32::try_from).transpose().map_err(|_| {
            Failure::usage("The grace period is too long.", "At most ten minutes: --grace 10m.")
        })?;
    for name in &args.named.names {
        let feed = client.events().await?;
        let begun = client.stop_instance(name, &StopInstance { grace_seconds }).await?;
        finish(context, &client, feed, begun, args.named.detach, "is stopped; its files stay").await?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn rename(context: &Context, args: &RenameArgs) -> Result<ExitCode, Failure> {
    let update = UpdateInstance { name: Some(args.new_name.clone()), ..UpdateInstance::default() };
    let instance = context.client()?.update_instance(&args.name, &update).await?;
    let output = &context.output;
    if output.json {
        output.json(&instance);
    } else if output.quiet {
        output.line(&instance.id);
    } else {
        output.line(format!("{} is now {}.", args.name, output.paint(Tone::Strong, &instance.name)));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn delete(context: &Context, args: &DeleteArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    for name in &args.named.names {
        let instance = client.instance(name).await?;
        if !args.yes {
            let used = instance
                .usage
                .as_ref()
                .map(|usage| format!(" ({} on disk)", bytes(usage.disk_bytes)))
                .unwrap_or_default();
            let unpushed =
                if instance.source.is_some() { ", with every commit that was not pushed" } else { "" };
            context.output.note(format!(
                "This deletes {} and everything in its /workspace and home{used}{unpushed}. It cannot be undone.",
                context.output.paint(Tone::Strong, &instance.name)
            ));
            confirm(context, &instance.name)?;
        }
        let feed = client.events().await?;
        let begun = client.delete_instance(&instance.id).await?;
        finish(context, &client, feed, begun, args.named.detach, "is deleted").await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Has the name typed of what is to be deleted.
pub(super) fn confirm(context: &Context, name: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "Nobody is there to confirm the deletion.",
            "Add --yes to delete without asking.",
        ));
    }
    context.output.ask(format!("Type this to delete it: {name}\n"));
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    if read.is_ok() && typed.trim() == name {
        Ok(())
    } else {
        Err(Failure::new(1, "not_confirmed", "Nothing was deleted: what you typed is something else."))
    }
}

/// Waits for the operation and says how it ended.
pub(crate) async fn finish(
    context: &Context,
    client: &Client,
    feed: stead_api::client::EventStream,
    begun: InstanceOperation,
    detach: bool,
    done: &str,
) -> Result<(), Failure> {
    let output = &context.output;
    let InstanceOperation { instance, operation } = begun;
    if detach {
        if output.json {
            output.json(&InstanceOperation { instance, operation });
        } else if output.quiet {
            output.line(&operation.id);
        } else {
            output.line(format!(
                "{} has begun; follow it with `stead operations {}`.",
                operation.kind, operation.id
            ));
        }
        return Ok(());
    }
    follow::operation(context, client, feed, operation).await?;
    if output.json {
        match client.instance(&instance.id).await {
            Ok(instance) => output.json(&serde_json::json!({ "instance": instance })),
            Err(error) if matches!(&error, ClientError::Refused(problem) if problem.status == 404) => {
                output.json(&serde_json::json!({ "deleted": instance.id }));
            }
            Err(error) => return Err(error.into()),
        }
    } else if output.quiet {
        output.line(&instance.id);
    } else {
        output.line(format!("{} {done}.", output.paint(Tone::Strong, &instance.name)));
    }
    Ok(())
}
