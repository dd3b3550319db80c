//! `stead export`: makes an archive of what is stored and downloads it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use futures::StreamExt as _;
use stead_api::client::Client;
use stead_api::v1::exports::{CreateExport, Export, ExportScope, ExportState};
use tokio::io::AsyncWriteExt as _;

use super::{Context, Failure, follow};
use crate::output::{Table, Tone, ago, bytes};

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Whose {
    /// What is stored of you, in every tenant.
    Me,
    /// Everything of the tenant that you act in; for its owners and admins.
    Tenant,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[arg(value_enum, default_value = "me")]
    whose: Whose,
    /// Write the archive (tar.gz) here.
    #[arg(short, long, value_name = "FILE", required_unless_present = "list")]
    output: Option<PathBuf>,
    /// Download this export instead of making one.
    #[arg(long, value_name = "EXPORT", conflicts_with = "list")]
    id: Option<String>,
    /// List exports instead.
    #[arg(long)]
    list: bool,
}

pub(crate) async fn run(context: &Context, args: &ExportArgs) -> Result<ExitCode, Failure> {
    let (client, output) = (context.client()?, &context.output);
    let Some(path) = &args.output else {
        let exports = client.exports().await?;
        if output.json {
            output.json(&exports);
        } else if exports.is_empty() {
            output.note("No export yet.");
        } else {
            table(context, &exports).print(output);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let id = match &args.id {
        Some(id) => id.clone(),
        None => {
            let scope = match args.whose {
                Whose::Me => ExportScope::User,
                Whose::Tenant => ExportScope::Tenant,
            };
            made(context, &client, scope).await?
        }
    };
    let length = download(&client, &id, path).await?;
    output.note(format!("{} in {}.", bytes(length), path.display()));
    Ok(ExitCode::SUCCESS)
}

/// Makes one; its id.
async fn made(context: &Context, client: &Client, scope: ExportScope) -> Result<String, Failure> {
    let feed = client.events().await?;
    let operation = client.create_export(&CreateExport { scope }).await?;
    let ended = follow::operation(context, client, feed, operation).await?;
    let found = client.exports().await?.into_iter().find(|export| {
        export.operation_id.as_deref() == Some(ended.id.as_str()) && export.state == ExportState::Ready
    });
    found.map(|export| export.id).ok_or_else(|| {
        Failure::new(8, "export_missing", "The export ended without an archive.")
            .next("Try again; `stead export --list` shows what there is.")
    })
}

/// Writes it whole or not at all, readable by nobody else. Returns its length.
async fn download(client: &Client, id: &str, path: &Path) -> Result<u64, Failure> {
    let failed = |error: io::Error| {
        Failure::new(1, "file_unusable", format!("{}: {error}.", path.display()))
            .next("Check the path and its permissions.")
    };
    let mut pieces = Box::pin(client.download_export(id).await?);
    let partial = path.with_extension("partial");
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)
        .await
        .map_err(failed)?;
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        file.write_all(&piece).await.map_err(failed)?;
        length += u64::try_from(piece.len()).unwrap_or(0);
    }
    file.sync_all().await.map_err(failed)?;
    tokio::fs::rename(&partial, path).await.map_err(failed)?;
    Ok(length)
}

fn table(context: &Context, exports: &[Export]) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["OF", "STATE", "SIZE", "MADE", "ID"]);
    for export in exports {
        let of = match export.scope {
            ExportScope::User => "me",
            ExportScope::Tenant => "tenant",
        };
        let (word, tone) = match export.state {
            ExportState::Running => ("being made", Tone::Busy),
            ExportState::Ready => ("ready", Tone::Good),
            ExportState::Failed => ("failed", Tone::Bad),
            ExportState::Expired => ("expired", Tone::Faint),
        };
        table.row(vec![
            (of.to_owned(), Some(Tone::Strong)),
            (word.to_owned(), Some(tone)),
            (export.size_bytes.map(bytes).unwrap_or_default(), None),
            (ago(now, &export.created_at), None),
            (export.id.clone(), Some(Tone::Faint)),
        ]);
    }
    table
}
