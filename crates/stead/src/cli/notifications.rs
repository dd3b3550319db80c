//! `stead notifications`.

use std::process::ExitCode;

use clap::Args;
use stead_api::v1::notifications::MarkRead;

use super::{Context, Failure};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
pub(crate) struct NotificationsArgs {
    /// Only what is unread.
    #[arg(long)]
    unread: bool,
    /// Mark everything as read.
    #[arg(long, conflicts_with = "unread")]
    read: bool,
}

pub(crate) async fn run(context: &Context, args: &NotificationsArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    if args.read {
        let left = client.read_notifications(&MarkRead { ids: Vec::new(), all: true }).await?;
        if output.json {
            output.json(&left);
        } else {
            output.note("Everything is read.");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let inbox = client.notifications(args.unread).await?;
    if output.json {
        output.json(&inbox);
        return Ok(ExitCode::SUCCESS);
    }
    let now = context.ambient.now();
    let mut table = Table::new(&["WHEN", "WHAT", "MORE"]);
    for item in inbox.items {
        let tone = if item.read_at.is_none() { Tone::Strong } else { Tone::Faint };
        table.row(vec![(ago(now, &item.created_at), None), (item.title, Some(tone)), (item.text, None)]);
    }
    table.print(output);
    Ok(ExitCode::SUCCESS)
}
