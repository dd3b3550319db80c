//! `stead tokens`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use stead_api::v1::identity::CreateApiToken;

use super::{Context, Failure};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
pub(crate) struct TokensArgs {
    #[command(subcommand)]
    command: Option<TokensCommand>,
}

#[derive(Debug, Subcommand)]
enum TokensCommand {
    /// List your tokens.
    List,
    /// Create a token; its secret is printed once.
    Create {
        name: String,
        /// Limit it to these permissions, such as instance:read.
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// Days until it expires. One that never does is made in the dashboard, which asks who you are once more.
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        expires: u32,
    },
    /// Delete a token: it stops working at once.
    #[command(visible_aliases = ["revoke", "rm"])]
    Delete { id: String },
}

pub(crate) async fn run(context: &Context, args: &TokensArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    match &args.command {
        Some(TokensCommand::Create { name, scopes, expires }) => {
            let create = CreateApiToken {
                name: name.clone(),
                scopes: scopes.clone(),
                expires_in_days: Some(*expires),
                expires_at: None,
            };
            let created = client.create_token(&create).await?;
            if output.json {
                output.json(&created);
            } else {
                output.note("Keep it safe: it is not shown again.");
                output.line(&created.secret);
            }
        }
        Some(TokensCommand::Delete { id }) => {
            client.revoke_token(id).await?;
            if output.json {
                output.json(&serde_json::json!({ "deleted": id }));
            } else {
                output.note("The token does not work any more.");
            }
        }
        Some(TokensCommand::List) | None => {
            let tokens = client.tokens().await?;
            if output.json {
                output.json(&tokens);
                return Ok(ExitCode::SUCCESS);
            }
            let now = context.ambient.now();
            let mut table = Table::new(&["NAME", "STARTS WITH", "LAST USED", "EXPIRES", "ID"]);
            for token in tokens {
                table.row(vec![
                    (token.name, Some(Tone::Strong)),
                    (token.hint, None),
                    (token.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(now, &at)), None),
                    (token.expires_at.unwrap_or_else(|| "never".to_owned()), None),
                    (token.id, Some(Tone::Faint)),
                ]);
            }
            table.print(output);
        }
    }
    Ok(ExitCode::SUCCESS)
}
