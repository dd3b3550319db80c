//! `stead webhooks`.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use stead_api::client::Client;
use stead_api::v1::webhooks::{CreateWebhook, DeliveryState, WebhookDelivery, WebhookKind};

use super::{Context, Failure};
use crate::output::{Table, Tone, ago};

/// How long a test waits for its end.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(crate) struct WebhooksArgs {
    #[command(subcommand)]
    command: Option<WebhooksCommand>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Signed calls by the Standard Webhooks specification.
    Standard,
    Discord,
    Slack,
}

#[derive(Debug, Subcommand)]
enum WebhooksCommand {
    /// List webhooks.
    List,
    /// Add a webhook; its signing secret is printed.
    Create {
        name: String,
        url: String,
        #[arg(long, value_enum, default_value = "standard")]
        kind: Kind,
        /// Events it is told of, such as instance.failed or 'member.*'; all when absent.
        #[arg(long, value_delimiter = ',')]
        events: Vec<String>,
    },
    /// Delete a webhook with the log of its deliveries.
    Delete { id: String },
    /// Send a test event and show what came of it.
    Test { id: String },
    /// Show the newest deliveries of a webhook.
    Deliveries { id: String },
    /// Send an ended delivery once more.
    Redeliver { id: String, delivery: String },
}

pub(crate) async fn run(context: &Context, args: &WebhooksArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    match &args.command {
        None | Some(WebhooksCommand::List) => list(context, &client).await?,
        Some(WebhooksCommand::Create { name, url, kind, events }) => {
            let kind = match kind {
                Kind::Standard => WebhookKind::Standard,
                Kind::Discord => WebhookKind::Discord,
                Kind::Slack => WebhookKind::Slack,
            };
            let create = CreateWebhook { name: name.clone(), url: url.clone(), kind, events: events.clone() };
            let created = client.create_webhook(&create).await?;
            if output.json {
                output.json(&created);
            } else {
                output.note(format!("{} was added as {}.", created.webhook.name, created.webhook.id));
                if let Some(secret) = created.secret {
                    output.note("Calls are signed with this secret; keep it safe.");
                    output.line(secret);
                }
            }
        }
        Some(WebhooksCommand::Delete { id }) => {
            client.delete_webhook(id).await?;
            output.note("The webhook is deleted.");
        }
        Some(WebhooksCommand::Test { id }) => {
            let begun = client.test_webhook(id).await?;
            let ended = ended(&client, id, begun).await?;
            let delivered = ended.state == DeliveryState::Delivered;
            show(context, vec![ended]);
            if !delivered {
                return Ok(ExitCode::FAILURE);
            }
        }
        Some(WebhooksCommand::Deliveries { id }) => show(context, client.webhook_deliveries(id).await?),
        Some(WebhooksCommand::Redeliver { id, delivery }) => {
            let begun = client.redeliver_webhook(id, delivery).await?;
            show(context, vec![begun]);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The delivery after its first attempt.
async fn ended(client: &Client, id: &str, begun: WebhookDelivery) -> Result<WebhookDelivery, Failure> {
    let looked = async {
        loop {
            let found = client.webhook_deliveries(id).await?.into_iter().find(|item| item.id == begun.id);
            match found {
                Some(delivery) if !delivery.attempts.is_empty() => return Ok(delivery),
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    };
    match tokio::time::timeout(PATIENCE, looked).await {
        Ok(found) => found,
        Err(_) => Ok(begun.clone()),
    }
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let output = &context.output;
    let found = client.webhooks().await?;
    if output.json {
        output.json(&found);
        return Ok(());
    }
    let mut table = Table::new(&["NAME", "KIND", "ADDRESS", "EVENTS", "STATE", "ID"]);
    for webhook in found.items {
        let state = match (webhook.enabled, webhook.failing_since) {
            (false, _) => ("off".to_owned(), Some(Tone::Faint)),
            (true, Some(_)) => ("failing".to_owned(), Some(Tone::Bad)),
            (true, None) => ("on".to_owned(), Some(Tone::Good)),
        };
        let events = if webhook.events.is_empty() { "all".to_owned() } else { webhook.events.join(", ") };
        table.row(vec![
            (webhook.name, Some(Tone::Strong)),
            (format!("{:?}", webhook.kind).to_lowercase(), None),
            (webhook.url, None),
            (events, None),
            state,
            (webhook.id, Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    Ok(())
}

fn show(context: &Context, deliveries: Vec<WebhookDelivery>) {
    let output = &context.output;
    if output.json {
        output.json(&deliveries);
        return;
    }
    let now = context.ambient.now();
    let mut table = Table::new(&["WHEN", "EVENT", "STATE", "LAST ANSWER", "ATTEMPTS", "ID"]);
    for delivery in deliveries {
        let last = delivery.attempts.last();
        let answer = last.map_or_else(String::new, |attempt| match (attempt.status, &attempt.problem) {
            (Some(status), _) => format!("{status} in {} ms", attempt.took_ms),
            (None, Some(problem)) => problem.clone(),
            (None, None) => String::new(),
        });
        let state = match delivery.state {
            DeliveryState::Queued => ("queued", Tone::Busy),
            DeliveryState::Delivered => ("delivered", Tone::Good),
            DeliveryState::Dead => ("given up", Tone::Bad),
        };
        table.row(vec![
            (ago(now, &delivery.created_at), None),
            (delivery.event, Some(Tone::Strong)),
            (state.0.to_owned(), Some(state.1)),
            (answer, None),
            (delivery.attempts.len().to_string(), None),
            (delivery.id, Some(Tone::Faint)),
        ]);
    }
    table.print(output);
}
