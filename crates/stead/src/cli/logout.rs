//! `stead logout`: ends this machine's session at a server and forgets it.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use stead_api::client::ClientError;
use url::Url;

use super::{Context, Failure, parse};
use crate::credentials::{Credentials, Held};
use crate::session_tokens;

#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// Address of the server; the one that was used last when absent.
    #[arg(value_parser = parse::server)]
    url: Option<Url>,
    /// Forget it here without telling the server, where the session goes on until it ends by itself.
    #[arg(long)]
    local: bool,
}

pub(crate) async fn run(context: &Context, args: LogoutArgs) -> Result<ExitCode, Failure> {
    let server = match args.url {
        Some(url) => url,
        None => context.server()?,
    };
    let path = context.credentials_path();
    let Some(login) = Credentials::load(path)?.login(&server).cloned() else {
        return Err(Failure::not_signed_in());
    };
    let is_session = matches!(login.held, Held::Session(_));
    if is_session && !args.local {
        let client = session_tokens::client(path.to_owned(), &server, &login, None, &context.ambient)?;
        match client.sign_out().await {
            Ok(()) => {}
            // It has ended already.
            Err(ClientError::Refused(problem)) if problem.status == 401 => {}
            Err(error @ ClientError::Unreachable { .. }) => {
                return Err(Failure::from(error).next(
                    "Try again when it answers, or forget it here alone with `stead logout --local`.",
                ));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Credentials::change(path, |all| all.forget(&server))?;
    let output = &context.output;
    if output.json {
        output
            .json(&json!({ "signed_out": { "server": server, "session_ended": is_session && !args.local } }));
    } else {
        output.note(format!("Signed out of {}.", server.as_str().trim_end_matches('/')));
        if !is_session {
            output.note("The API token itself goes on working: revoke it with `stead tokens delete` or in the dashboard.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
