//! `stead sessions`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Context, Failure};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
pub(crate) struct SessionsArgs {
    #[command(subcommand)]
    command: Option<SessionsCommand>,
}

#[derive(Debug, Subcommand)]
enum SessionsCommand {
    /// List where you are signed in.
    List,
    /// End sessions: whoever holds them is signed out at once.
    End {
        #[arg(required_unless_present = "others")]
        ids: Vec<String>,
        /// End every session but the one of this command.
        #[arg(long, conflicts_with = "ids")]
        others: bool,
    },
}

pub(crate) async fn run(context: &Context, args: &SessionsArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    match &args.command {
        Some(SessionsCommand::End { others: true, .. }) => {
            client.end_other_sessions().await?;
            if output.json {
                output.json(&json!({ "ended": "others" }));
            } else {
                output.note("Every other session has ended.");
            }
        }
        Some(SessionsCommand::End { ids, .. }) => {
            for id in ids {
                client.end_session(id).await?;
                if output.json {
                    output.json(&json!({ "ended": id }));
                } else {
                    output.note(format!("The session {id} has ended."));
                }
            }
        }
        Some(SessionsCommand::List) | None => {
            let sessions = client.sessions().await?;
            if output.json {
                output.json(&sessions);
                return Ok(ExitCode::SUCCESS);
            }
            let now = context.ambient.now();
            let mut table = Table::new(&["", "DEVICE", "ADDRESS", "SIGNED IN BY", "LAST USED", "ID"]);
            for session in sessions {
                table.row(vec![
                    (if session.current { "*" } else { "" }.to_owned(), None),
                    (session.device, Some(Tone::Strong)),
                    (session.ip.unwrap_or(session.network), None),
                    (session.factors.join(", "), None),
                    (ago(now, &session.last_used_at), None),
                    (session.id, Some(Tone::Faint)),
                ]);
            }
            table.print(output);
        }
    }
    Ok(ExitCode::SUCCESS)
}
