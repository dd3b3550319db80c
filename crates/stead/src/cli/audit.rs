//! `stead audit`.

use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use futures::StreamExt as _;
use stead_api::client::Client;
use stead_api::v1::audit::{AuditEvent, AuditExportQuery, AuditQuery, AuditVerification, VerifyAudit};
use stead_control::audit::Ed25519;
use stead_core::audit::INSTALLATION;
use stead_core::audit::checkpoint::{self, VerifierKey};
use stead_core::audit::verify::Verifier;
use tokio::io::AsyncWriteExt as _;

use super::audit_sinks::SinksCommand;
use super::{Context, Failure, audit_sinks, named};
use crate::output::{Table, Tone, ago};

/// A file of checkpoints that is longer than this is none.
const LARGEST_FILE: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Clone, Default, Args)]
struct Which {
    /// Only this action; `instance.*` for all of a kind.
    #[arg(long)]
    action: Option<String>,
    /// Only what this user did: id, or address or name of a member.
    #[arg(long, value_name = "USER")]
    actor: Option<String>,
    /// Only what was done to this object: its id, or the name of an instance or member.
    #[arg(long, value_name = "OBJECT")]
    object: Option<String>,
    /// At or after this time, such as 2026-11-21T08:00:00Z.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl Which {
    /// With ids in place of names.
    async fn by_ids(&self, client: &Client) -> Result<Self, Failure> {
        let mut which = self.clone();
        if let Some(actor) = &self.actor {
            which.actor = Some(named::actor(client, actor).await?);
        }
        if let Some(object) = &self.object {
            which.object = Some(named::audited(client, object).await?);
        }
        Ok(which)
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Jsonl,
    Cef,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// List what happened, newest first.
    List {
        #[command(flatten)]
        which: Which,
        /// How many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Write the whole log, as JSON Lines that can be verified or as CEF.
    Export {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_enum, default_value_t = Form::Jsonl)]
        format: Form,
        /// Write here instead of to standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print a signed checkpoint of the log. Keep it where the server cannot write.
    Checkpoint {
        /// Print the keys that checkpoints verify with instead.
        #[arg(long)]
        key: bool,
    },
    /// Forward events to another system as they happen: list, add or remove.
    Sinks {
        #[command(subcommand)]
        command: Option<SinksCommand>,
    },
    /// Hold the log against checkpoints and name the first row that is wrong. With FILE, an export, no server is asked.
    Verify {
        /// An export in JSON Lines.
        #[arg(requires = "checkpoint", requires = "key")]
        file: Option<PathBuf>,
        /// A file of one or more checkpoints. May be given several times.
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// A file of the keys, one per line, as `stead audit checkpoint --key` printed them.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

pub(crate) async fn run(context: &Context, args: &AuditArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        AuditCommand::List { which, limit } => list(context, which, *limit).await,
        AuditCommand::Export { which, format, output } => {
            export(context, which, *format, output.as_deref()).await
        }
        AuditCommand::Checkpoint { key } => {
            let point = context.client()?.audit_checkpoint().await?;
            if context.output.json {
                context.output.json(&point);
            } else if *key {
                point.keys.iter().for_each(|key| context.output.line(key));
            } else {
                context.output.line(point.note.trim_end_matches('\n'));
            }
            Ok(ExitCode::SUCCESS)
        }
        AuditCommand::Sinks { command } => audit_sinks::run(context, command.as_ref()).await,
        AuditCommand::Verify { file: Some(file), checkpoint, key: Some(key) } => {
            report(context, &offline(file, checkpoint, key)?)
        }
        AuditCommand::Verify { checkpoint, .. } => {
            let mut checkpoints = Vec::new();
            for path in checkpoint {
                checkpoints.extend(checkpoint::notes(&text_of(path)?));
            }
            report(context, &context.client()?.verify_audit(&VerifyAudit { checkpoints }).await?)
        }
    }
}

async fn list(context: &Context, which: &Which, limit: u32) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let Which { action, actor, object, from, to } = which.by_ids(&client).await?;
    let query = AuditQuery { action, actor, object, from, to, cursor: None, limit: Some(limit) };
    let page = client.audit(&query).await?;
    let output = &context.output;
    if output.json {
        output.json(&page.items);
        return Ok(ExitCode::SUCCESS);
    }
    if output.quiet {
        page.items.iter().for_each(|event| output.line(&event.id));
        return Ok(ExitCode::SUCCESS);
    }
    let now = context.ambient.now();
    // Whom it was done to and by whom is asked for, hardly ever the event's own id: it does not go before them.
    let mut table = Table::new(&["WHEN", "WHAT", "TO", "BY", "FROM", "EVENT"]);
    for event in page.items {
        table.row(vec![
            (ago(now, &event.at), None),
            (event.action, Some(Tone::Strong)),
            (event.object.unwrap_or_default(), None),
            (event.actor.unwrap_or_else(|| "stead".to_owned()), None),
            (event.ip.unwrap_or_default(), None),
            (event.id, Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    Ok(ExitCode::SUCCESS)
}

async fn export(
    context: &Context,
    which: &Which,
    format: Form,
    path: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let Which { action, actor, object, from, to } = which.by_ids(&client).await?;
    let format = Some(match format {
        Form::Jsonl => "jsonl".to_owned(),
        Form::Cef => "cef".to_owned(),
    });
    let query = AuditExportQuery { format, action, actor, object, from, to };
    let mut pieces = Box::pin(client.export_audit(&query).await?);
    let Some(path) = path else {
        if !std::io::stdout().is_terminal() {
            while let Some(piece) = pieces.next().await {
                context.output.raw(&piece?);
            }
            return Ok(ExitCode::SUCCESS);
        }
        let mut begun = Vec::new();
        while let Some(piece) = pieces.next().await {
            begun.extend_from_slice(&piece?);
            if let Some(end) = begun.iter().rposition(|byte| *byte == b'\n') {
                context.output.line(String::from_utf8_lossy(&begun[..end]));
                begun.drain(..=end);
            }
        }
        if !begun.is_empty() {
            context.output.line(String::from_utf8_lossy(&begun));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let mut file = tokio::fs::File::create(path).await.map_err(|error| file_failed(path, &error))?;
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece?).await.map_err(|error| file_failed(path, &error))?;
    }
    file.sync_all().await.map_err(|error| file_failed(path, &error))?;
    context.output.note(format!("The log is in {}.", path.display()));
    Ok(ExitCode::SUCCESS)
}

/// Verifies an export with nothing but files.
fn offline(file: &Path, checkpoints: &[PathBuf], key: &Path) -> Result<AuditVerification, Failure> {
    let mut keys = Vec::new();
    for line in text_of(key)?.lines().filter(|line| !line.trim().is_empty()) {
        keys.push(line.parse::<VerifierKey>()?);
    }
    let mut points = Vec::new();
    for path in checkpoints {
        for note in checkpoint::notes(&text_of(path)?) {
            points.push(checkpoint::open(&note, &keys, &Ed25519)?);
        }
    }
    let reader = BufReader::new(std::fs::File::open(file).map_err(|error| file_failed(file, &error))?);
    let mut verifier = None;
    for (number, line) in reader.lines().enumerate() {
        let line = line.map_err(|error| file_failed(file, &error))?;
        let event: Option<AuditEvent> = serde_json::from_str(&line).ok();
        let Some((row, leaf)) = event.as_ref().and_then(AuditEvent::evidence) else {
            return Err(Failure::new(
                1,
                "audit_export_invalid",
                format!("Line {} of {} is no row of an export.", number + 1, file.display()),
            )
            .next("Export the log anew with `stead audit export`, without filters."));
        };
        verifier
            .get_or_insert_with(|| {
                let tree = event.as_ref().and_then(|event| event.tenant.as_deref());
                Verifier::new(tree.unwrap_or(INSTALLATION), points.iter().cloned())
            })
            .row(&row, Some(&leaf));
    }
    // Of an empty export nobody can tell whose it is: the checkpoints say.
    let verifier = verifier.unwrap_or_else(|| {
        let tree = points.first().map_or(INSTALLATION, |point| point.origin.as_str());
        Verifier::new(tree, points.iter().cloned())
    });
    Ok(AuditVerification::from(&verifier.finish(None)))
}

fn report(context: &Context, verified: &AuditVerification) -> Result<ExitCode, Failure> {
    let output = &context.output;
    if output.json {
        output.json(verified);
        return Ok(if verified.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if let Some(finding) = &verified.finding {
        return Err(Failure::new(1, "audit_log_altered", finding.message.clone())
            .next("Compare with an earlier export or with what was forwarded, and find out who could write to the database."));
    }
    output.line(format!("Intact: {} rows, root {}.", verified.rows, verified.root));
    if verified.checkpoints == 0 {
        output.note(
            "No checkpoint was compared with: what was cut off or written anew as a whole would not be seen.",
        );
    } else {
        output.note(format!("It agrees with {} checkpoints.", verified.checkpoints));
    }
    if verified.forgotten > 0 {
        output.note(format!("Of {} rows something was forgotten by an erasure.", verified.forgotten));
    }
    Ok(ExitCode::SUCCESS)
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let length = std::fs::metadata(path).map_err(|error| file_failed(path, &error))?.len();
    if length > LARGEST_FILE {
        return Err(Failure::usage(
            format!("{} is larger than any file of checkpoints.", path.display()),
            "Give the file that `stead audit checkpoint` wrote.",
        ));
    }
    std::fs::read_to_string(path).map_err(|error| file_failed(path, &error))
}

fn file_failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(1, "file_unusable", format!("{}: {error}.", path.display()))
        .next("Check the path and its permissions.")
}
