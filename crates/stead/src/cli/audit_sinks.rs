//! `stead audit sinks`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use stead_api::v1::audit::{AuditSink, AuditSinkKind, CreateAuditSink};

use super::{Context, Failure};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// JSON Lines by POST, signed by the Standard Webhooks specification.
    Https,
    /// RFC 5424 over TLS, or TCP in a private network, with events in CEF.
    Syslog,
}

#[derive(Debug, Subcommand)]
pub(super) enum SinksCommand {
    /// List where events are forwarded to, and how far that is.
    List,
    /// Forward every event from now on; an HTTPS sink's signing secret is printed.
    Add {
        kind: Kind,
        /// A URL; for syslog HOST:PORT, or tcp://HOST:PORT without TLS.
        target: String,
        /// Certificate authority (PEM) of a syslog receiver, when it is none that everybody trusts.
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
    },
    /// Forward nothing there any more.
    #[command(visible_alias = "rm")]
    Remove { id: String },
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("{}: {error}.", path.display()), "Name a file of certificates in PEM.")
    })
}

pub(super) async fn run(context: &Context, command: Option<&SinksCommand>) -> Result<ExitCode, Failure> {
    let (client, output) = (context.client()?, &context.output);
    match command.unwrap_or(&SinksCommand::List) {
        SinksCommand::List => {
            let sinks = client.audit_sinks().await?;
            if output.json {
                output.json(&sinks);
            } else if sinks.is_empty() {
                output.note("Events are forwarded nowhere. A copy elsewhere survives this server: `stead audit sinks add`.");
            } else {
                table(context, &sinks).print(output);
            }
        }
        SinksCommand::Add { kind, target, ca } => {
            let kind = match kind {
                Kind::Https => AuditSinkKind::Https,
                Kind::Syslog => AuditSinkKind::Syslog,
            };
            let ca = ca.as_deref().map(read).transpose()?;
            let made = client.add_audit_sink(&CreateAuditSink { kind, target: target.clone(), ca }).await?;
            if output.json {
                output.json(&made);
            } else {
                output.note(format!("Events are forwarded to {} from now on.", made.sink.target));
                if let Some(secret) = made.secret {
                    output.note("Deliveries are signed with this secret; keep it safe.");
                    output.line(secret);
                }
            }
        }
        SinksCommand::Remove { id } => {
            client.remove_audit_sink(id).await?;
            output.note("Nothing is forwarded there any more.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn table(context: &Context, sinks: &[AuditSink]) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["TARGET", "LAST DELIVERY", "WAITING", "LAST ERROR", "ID"]);
    for sink in sinks {
        let last = sink.delivered_at.as_ref().map_or_else(|| "none".to_owned(), |at| ago(now, at));
        let error = sink.last_error.clone().map_or((String::new(), None), |error| (error, Some(Tone::Bad)));
        table.row(vec![
            (sink.target.clone(), Some(Tone::Strong)),
            (last, None),
            (sink.waiting.to_string(), None),
            error,
            (sink.id.clone(), Some(Tone::Faint)),
        ]);
    }
    table
}
