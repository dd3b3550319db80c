//! `stead show`.

use std::process::ExitCode;

use clap::Args;
use stead_api::v1::instances::{Instance, TaskPhase};

use super::instance_fields::{cores, phase, port_state, resources, source};
use super::{Context, Failure};
use crate::output::{Table, Tone, bytes, since};

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Name or id.
    name: String,
}

pub(crate) async fn run(context: &Context, args: &ShowArgs) -> Result<ExitCode, Failure> {
    let instance = context.client()?.instance(&args.name).await?;
    let output = &context.output;
    if output.json {
        output.json(&instance);
    } else if output.quiet {
        output.line(&instance.id);
    } else {
        print(context, &instance);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(context: &Context, instance: &Instance) {
    let output = &context.output;
    let now = context.ambient.now();
    let (mark, word, tone) = phase(instance.state.phase);
    output.line(format!(
        "{}  {}  {}",
        output.paint(Tone::Strong, &instance.name),
        output.paint(tone, &format!("{mark} {word}")),
        output.paint(
            Tone::Faint,
            &format!("{} ({})", instance.state.reason, since(now, &instance.state.since))
        )
    ));
    let mut facts = vec![
        ("id", instance.id.clone()),
        ("source", source(instance)),
        (
            "image",
            if instance.image == "host" {
                "the node's own userland".to_owned()
            } else {
                instance.image.clone()
            },
        ),
        ("limits", resources(&instance.resources)),
        (
            "idle",
            instance.idle_timeout_seconds.map_or_else(
                || "never stops by itself".to_owned(),
                |seconds| {
                    format!(
                        "stops after {} without use",
                        crate::output::duration(std::time::Duration::from_secs(seconds))
                    )
                },
            ),
        ),
    ];
    if let Some(usage) = &instance.usage {
        facts.push((
            "uses",
            format!(
                "{} CPU · {} memory · {} disk · {} processes",
                cores(usage.cpu_millis),
                bytes(usage.memory_bytes),
                bytes(usage.disk_bytes),
                usage.processes
            ),
        ));
    }
    for (name, value) in facts {
        output.line(format!("  {} {value}", output.paint(Tone::Faint, &format!("{name:<8}"))));
    }
    if let Some(problem) = &instance.problem {
        output.line(format!("  {} {}", output.paint(Tone::Bad, "problem "), problem.message));
        for error in &problem.errors {
            let place = match (error.line, error.column) {
                (Some(line), Some(column)) => format!("line {line}, column {column}: "),
                _ => String::new(),
            };
            output.line(format!("           {place}{}", error.message));
        }
        if let Some(next_step) = &problem.next_step {
            output.line(format!("  {} {next_step}", output.paint(Tone::Strong, "next    ")));
        }
    }
    if !instance.tasks.is_empty() {
        output.line("");
        let mut table = Table::new(&["TASK", "STATE", "COMMAND"]);
        for task in &instance.tasks {
            let (word, tone) = match task.phase {
                TaskPhase::Waiting => ("waiting".to_owned(), Tone::Faint),
                TaskPhase::Running => ("running".to_owned(), Tone::Busy),
                TaskPhase::Succeeded => ("succeeded".to_owned(), Tone::Good),
                TaskPhase::Failed => (
                    task.exit_code.map_or_else(|| "failed".to_owned(), |code| format!("failed ({code})")),
                    Tone::Bad,
                ),
            };
            table.row(vec![
                (task.name.clone(), None),
                (word, Some(tone)),
                (task.command.clone(), Some(Tone::Faint)),
            ]);
        }
        table.print(output);
    }
    if !instance.ports.is_empty() {
        output.line("");
        let mut table = Table::new(&["PORT", "STATE", "WHO", "PREVIEW"]);
        for port in &instance.ports {
            let (word, tone) = port_state(port);
            table.row(vec![
                (port.port.to_string(), None),
                (word.to_owned(), Some(tone)),
                (format!("{:?}", port.visibility).to_lowercase(), None),
                (port.preview_url.clone(), None),
            ]);
        }
        table.print(output);
    }
}
