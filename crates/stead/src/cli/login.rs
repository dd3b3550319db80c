//! `stead login`: stores a server's address and an API token.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use clap::Args;
use stead_api::client::Client;
use url::Url;

use super::{Context, Failure};
use crate::config::Credentials;
use crate::output::Tone;

#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// Address of the server.
    server: Url,
}

pub(crate) async fn run(context: &Context, args: LoginArgs) -> Result<ExitCode, Failure> {
    let token = match context.token.clone() {
        Some(token) => token,
        None => {
            if std::io::stdin().is_terminal() {
                context.output.note(format!("Make a token at {}account and paste it here:", args.server));
            }
            let mut typed = String::new();
            std::io::stdin().lock().read_line(&mut typed).map_err(|error| {
                Failure::usage(
                    format!("No token could be read: {error}."),
                    "Pass it on standard input or as STEAD_TOKEN.",
                )
            })?;
            typed.trim().to_owned()
        }
    };
    if token.is_empty() {
        return Err(Failure::usage("No token was given.", "Pass it on standard input or as STEAD_TOKEN."));
    }
    let client = Client::new(args.server.clone(), Some(token.clone()), context.tenant.clone())?;
    let me = client.me().await?;
    Credentials { server: args.server.to_string(), token, tenant: context.tenant.clone() }
        .store(context.credentials_path())?;
    context.output.line(format!(
        "Signed in to {} as {}.",
        args.server,
        context.output.paint(Tone::Strong, &me.user.name)
    ));
    Ok(ExitCode::SUCCESS)
}
