//! `stead nodes`.

use std::process::ExitCode;

use clap::Args;

use super::{Context, Failure};
use crate::output::{Table, Tone, bytes};

#[derive(Debug, Args)]
pub(crate) struct NodesArgs {}

pub(crate) async fn run(context: &Context, _args: &NodesArgs) -> Result<ExitCode, Failure> {
    let nodes = context.client()?.nodes().await?;
    let output = &context.output;
    if output.json {
        output.json(&nodes);
        return Ok(ExitCode::SUCCESS);
    }
    if output.quiet {
        nodes.iter().for_each(|node| output.line(&node.id));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&["NAME", "STATE", "INSTANCES", "CPU", "MEMORY", "DISK FREE", "ID"]);
    for node in &nodes {
        let (word, tone) = if node.connected { ("● connected", Tone::Good) } else { ("? away", Tone::Bad) };
        table.row(vec![
            (node.name.clone(), Some(Tone::Strong)),
            (word.to_owned(), Some(tone)),
            (node.instances.to_string(), None),
            (node.cpu_count.to_string(), None),
            (bytes(node.memory_bytes), None),
            (bytes(node.disk_free_bytes), None),
            (node.id.clone(), Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    for node in &nodes {
        for driver in &node.drivers {
            for missing in &driver.missing {
                output.note(format!("{}: {missing}", node.name));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
