//! `stead list`.

use std::process::ExitCode;

use clap::Args;
use stead_api::v1::instances::Instance;

use super::instance_fields::{phase, source};
use super::{Context, Failure};
use crate::output::{Table, Tone, bytes, since};

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those whose name or source holds this text.
    filter: Option<String>,
}

pub(crate) async fn run(context: &Context, args: &ListArgs) -> Result<ExitCode, Failure> {
    let mut instances = context.client()?.instances().await?;
    if let Some(filter) = &args.filter {
        instances.retain(|instance| {
            instance.name.contains(filter.as_str()) || source(instance).contains(filter.as_str())
        });
    }
    let output = &context.output;
    if output.json {
        output.json(&instances);
    } else if output.quiet {
        for instance in &instances {
            output.line(&instance.id);
        }
    } else if instances.is_empty() {
        match &args.filter {
            Some(filter) => output.note(format!("No instance matches {filter:?}.")),
            None => output.note(
                "You have no instance yet. Open a repository as a workspace: stead open https://…/repo.git",
            ),
        }
    } else {
        table(context, &instances).print(output);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn table(context: &Context, instances: &[Instance]) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["NAME", "STATE", "SINCE", "MEMORY", "SOURCE"]);
    for instance in instances {
        let (mark, word, tone) = phase(instance.state.phase);
        table.row(vec![
            (instance.name.clone(), Some(Tone::Strong)),
            (format!("{mark} {word}"), Some(tone)),
            (since(now, &instance.state.since), None),
            (instance.usage.as_ref().map_or_else(|| "–".to_owned(), |usage| bytes(usage.memory_bytes)), None),
            (source(instance), Some(Tone::Faint)),
        ]);
    }
    table
}
