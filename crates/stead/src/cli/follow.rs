//! Follows an operation to its end and shows its steps: redrawn in place on a terminal, one line per change in a pipe, one JSON
//! object per line with `--json`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stead_api::client::{Client, ClientError, EventStream};
use stead_api::v1::events::Event;
use stead_api::v1::operations::{Operation, OperationState, StepState};

use super::{Context, Failure};
use crate::output::{Tone, duration, on_one_line, width};

/// Between redraws of the elapsed time.
const TICK: Duration = Duration::from_millis(100);
/// When the feed is silent this long, the operation is asked for; the feed is a hint, not the truth.
const CHECK: Duration = Duration::from_secs(5);

/// Waits for the operation's end. The feed must have been opened before the operation was made, so that nothing is missed.
///
/// # Errors
/// When the operation fails or is cancelled, or the server cannot be reached any more.
pub(crate) async fn operation(
    context: &Context,
    client: &Client,
    mut feed: EventStream,
    first: Operation,
) -> Result<Operation, Failure> {
    let mut view = View::new(context);
    let mut current = first;
    let id = current.id.clone();
    let mut last_news = Instant::now();
    loop {
        view.show(&current);
        if let Some(end) = ended(&current) {
            view.finish(&current);
            return end.map(|()| current);
        }
        tokio::select! {
            event = feed.next() => match event {
                Ok(Some(Event::Operation { operation })) if operation.id == id => {
                    last_news = Instant::now();
                    current = operation;
                }
                Ok(Some(Event::Reset)) => current = client.operation(&id).await?,
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => (feed, current) = reconnect(context, client, &id).await?,
            },
            () = tokio::time::sleep(TICK) => {
                if last_news.elapsed() > CHECK {
                    last_news = Instant::now();
                    match client.operation(&id).await {
                        Ok(operation) => current = operation,
                        Err(ClientError::Unreachable { .. }) => (feed, current) = reconnect(context, client, &id).await?,
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
    }
}

/// The server may be restarting: the operation goes on by itself, so waiting for it is worth a minute.
async fn reconnect(
    context: &Context,
    client: &Client,
    id: &str,
) -> Result<(EventStream, Operation), Failure> {
    let deadline = Instant::now() + Duration::from_secs(60);
    context.output.note("The connection to the server was lost; the operation goes on. Reconnecting…");
    let mut pause = Duration::from_millis(200);
    loop {
        let attempt = async { Ok::<_, ClientError>((client.events().await?, client.operation(id).await?)) };
        match attempt.await {
            Ok(again) => return Ok(again),
            Err(error @ ClientError::Refused(_)) => return Err(error.into()),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => tokio::time::sleep(pause).await,
        }
        pause = (pause * 2).min(Duration::from_secs(3));
    }
}

fn ended(operation: &Operation) -> Option<Result<(), Failure>> {
    match operation.state {
        OperationState::Queued | OperationState::Running | OperationState::Undoing => None,
        OperationState::Succeeded => Some(Ok(())),
        OperationState::Failed => {
            Some(Err(Failure::operation(operation.problem.as_ref(), "The operation failed.")))
        }
        OperationState::Cancelled => {
            Some(Err(Failure::new(8, "operation_cancelled", "The operation was cancelled.")))
        }
    }
}

/// Draws the steps.
struct View<'a> {
    context: &'a Context,
    began: Instant,
    drawn_lines: usize,
    reported: Vec<String>,
    last_json: Option<Value>,
}

impl<'a> View<'a> {
    fn new(context: &'a Context) -> Self {
        Self { context, began: Instant::now(), drawn_lines: 0, reported: Vec::new(), last_json: None }
    }

    fn show(&mut self, operation: &Operation) {
        let output = &self.context.output;
        if output.json {
            let shown = json!({ "operation": operation });
            if self.last_json.as_ref() != Some(&shown) {
                output.json_line(&shown);
                self.last_json = Some(shown);
            }
        } else if output.quiet {
        } else if output.live {
            self.redraw(operation);
        } else {
            self.report_changes(operation);
        }
    }

    fn step_lines(&self, operation: &Operation) -> Vec<String> {
        let output = &self.context.output;
        operation
            .steps
            .iter()
            .filter(|step| step.state != StepState::Waiting)
            .map(|step| {
                let (mark, tone) = match step.state {
                    StepState::Done => ("✓", Tone::Good),
                    StepState::Failed => ("✕", Tone::Bad),
                    StepState::Undone => ("↺", Tone::Faint),
                    StepState::Running | StepState::Waiting => ("◐", Tone::Busy),
                };
                let mut text = step.title.clone();
                if step.state == StepState::Running
                    && let Some(progress) = &operation.progress
                {
                    text = format!("{text}: {}", progress.label);
                    if let (Some(done), Some(total)) = (progress.done, progress.total)
                        && total > 0
                    {
                        text = format!("{text} {}%", done.saturating_mul(100) / total);
                    }
                }
                if step.attempts > 1 {
                    text = format!("{text} (attempt {})", step.attempts);
                }
                let room = width().saturating_sub(14);
                let text: String = on_one_line(&text).chars().take(room).collect();
                format!("{} {text}", output.paint(tone, mark))
            })
            .collect()
    }

    fn redraw(&mut self, operation: &Operation) {
        let mut lines = self.step_lines(operation);
        let elapsed = self.context.output.paint(Tone::Faint, &duration(self.began.elapsed()));
        if let Some(last) = lines.last_mut() {
            last.push_str(&format!("  {elapsed}"));
        }
        self.context.output.redraw(self.drawn_lines, &lines);
        self.drawn_lines = lines.len();
    }

    fn report_changes(&mut self, operation: &Operation) {
        for line in self.step_lines(operation) {
            if !self.reported.contains(&line) {
                self.context.output.note(&line);
                self.reported.push(line);
            }
        }
    }

    fn finish(&mut self, operation: &Operation) {
        if !self.context.output.live || self.context.output.json || self.context.output.quiet {
            return;
        }
        // A success collapses into the caller's result line; a failure keeps its steps.
        if operation.state == OperationState::Succeeded && self.drawn_lines > 0 {
            self.context.output.redraw(self.drawn_lines, &[]);
        }
    }
}
