//! `stead operations`.

use std::process::ExitCode;

use clap::Args;
use stead_api::v1::operations::{Operation, OperationState, StepState};

use super::{Context, Failure, follow};
use crate::output::{Table, Tone, since};

#[derive(Debug, Args)]
pub(crate) struct OperationsArgs {
    /// Show this one, with its steps and log.
    operation: Option<String>,
    /// Stop it and undo what it did.
    #[arg(long, requires = "operation")]
    cancel: bool,
    /// Begin a failed one again.
    #[arg(long, requires = "operation", conflicts_with = "cancel")]
    retry: bool,
    /// Only unfinished ones.
    #[arg(long, conflicts_with = "operation")]
    unfinished: bool,
    /// How many of the newest to list, at most 200.
    #[arg(short = 'n', long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

pub(crate) async fn run(context: &Context, args: &OperationsArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    let Some(id) = &args.operation else {
        let operations = if args.unfinished {
            client.operations(&[("unfinished", "true".to_owned())]).await?
        } else {
            client.recent_operations(args.limit).await?
        };
        if output.json {
            output.json(&operations);
        } else if output.quiet {
            operations.iter().for_each(|operation| output.line(&operation.id));
        } else if operations.is_empty() {
            output.note("No operation yet. Creating, starting or deleting an instance makes one.");
        } else {
            table(context, &operations).print(output);
        }
        return Ok(ExitCode::SUCCESS);
    };
    if args.cancel || args.retry {
        let feed = client.events().await?;
        let operation =
            if args.cancel { client.cancel_operation(id).await? } else { client.retry_operation(id).await? };
        let ended = follow::operation(context, &client, feed, operation).await;
        return match ended {
            Err(failure) if args.cancel && failure.code() == "operation_cancelled" => {
                output.note("Cancelled; what it had done is undone.");
                Ok(ExitCode::SUCCESS)
            }
            ended => ended.map(|_| ExitCode::SUCCESS),
        };
    }
    let operation = client.operation(id).await?;
    let log = client.operation_log(id).await?;
    if output.json {
        output.json(&serde_json::json!({ "operation": operation, "log": log }));
        return Ok(ExitCode::SUCCESS);
    }
    let (word, tone) = state(operation.state);
    output.line(format!(
        "{}  {}  {}",
        output.paint(Tone::Strong, &operation.kind),
        output.paint(tone, word),
        operation.id
    ));
    for step in &operation.steps {
        let (mark, tone) = match step.state {
            StepState::Waiting => ("·", Tone::Faint),
            StepState::Running => ("◐", Tone::Busy),
            StepState::Done => ("✓", Tone::Good),
            StepState::Failed => ("✕", Tone::Bad),
            StepState::Undone => ("↺", Tone::Faint),
        };
        output.line(format!("  {} {}", output.paint(tone, mark), step.title));
    }
    if let Some(problem) = &operation.problem {
        output.line(format!("  {} {}", output.paint(Tone::Bad, "problem"), problem.message));
        if let Some(next_step) = &problem.next_step {
            output.line(format!("  {} {next_step}", output.paint(Tone::Strong, "next   ")));
        }
    }
    for line in log {
        output.line(format!("  {} {}", output.paint(Tone::Faint, &line.at), line.text));
    }
    Ok(ExitCode::SUCCESS)
}

fn state(state: OperationState) -> (&'static str, Tone) {
    match state {
        OperationState::Queued => ("queued", Tone::Faint),
        OperationState::Running => ("running", Tone::Busy),
        OperationState::Undoing => ("undoing", Tone::Busy),
        OperationState::Succeeded => ("succeeded", Tone::Good),
        OperationState::Failed => ("failed", Tone::Bad),
        OperationState::Cancelled => ("cancelled", Tone::Faint),
    }
}

fn table(context: &Context, operations: &[Operation]) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["KIND", "STATE", "BEGUN", "OPERATION", "PROBLEM"]);
    for operation in operations {
        let (word, tone) = state(operation.state);
        table.row(vec![
            (operation.kind.clone(), Some(Tone::Strong)),
            (word.to_owned(), Some(tone)),
            (since(now, &operation.created_at), None),
            (operation.id.clone(), Some(Tone::Faint)),
            (operation.problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default(), None),
        ]);
    }
    table
}
