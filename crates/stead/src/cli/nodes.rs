//! `stead nodes`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Context, Failure};
use crate::config::default_data_dir_here;
use crate::output::{Table, Tone, bytes};
use crate::up::remote::issue_join_file;

#[derive(Debug, Args)]
pub(crate) struct NodesArgs {
    #[command(subcommand)]
    command: Option<NodesCommand>,
}

#[derive(Debug, Subcommand)]
enum NodesCommand {
    /// Make a join file for another machine. Run it on the server's machine.
    Issue {
        /// The server's data directory.
        #[arg(long, env = "STEAD_DATA_DIR", value_name = "PATH")]
        data_dir: Option<PathBuf>,
        /// Where to write the file; it must not exist yet. It holds a private key.
        file: PathBuf,
    },
}

pub(crate) async fn run(context: &Context, args: &NodesArgs) -> Result<ExitCode, Failure> {
    if let Some(NodesCommand::Issue { data_dir, file }) = &args.command {
        let data_dir = data_dir.clone().unwrap_or_else(default_data_dir_here);
        let node = issue_join_file(&data_dir, file, &context.ambient)?;
        context.output.note(format!(
            "{} is the join file of {node}. Move it to that machine and run: stead node --join {} --to HOST:PORT",
            file.display(),
            file.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
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
