//! `stead login`: signs this machine in, by a browser anywhere (RFC 8628) or with an API token.

use std::io::BufRead;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use stead_api::client::{Client, ClientError};
use stead_api::v1::identity::{DeviceCodes, TokenAnswer};
use url::Url;

use super::{Context, Failure, parse};
use crate::credentials::{Credentials, Held, Login};
use crate::output::Tone;
use crate::session_tokens;

/// What is added to the interval when the server asks for it, or does not answer (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// Address of the server; the one that was used last when absent.
    #[arg(value_parser = parse::server)]
    url: Option<Url>,
    /// Read an API token from standard input instead of asking a browser.
    #[arg(long)]
    with_token: bool,
}

pub(crate) async fn run(context: &Context, args: LoginArgs) -> Result<ExitCode, Failure> {
    let server = match args.url {
        Some(url) => url,
        None => context.server()?,
    };
    let held = match (&context.token, args.with_token) {
        (Some(token), _) => Held::Token { token: token.clone() },
        (None, true) => Held::Token { token: typed_token()? },
        (None, false) => {
            let answer = by_device(context, &server).await?;
            Held::Session(session_tokens::kept(&answer, &context.ambient))
        }
    };
    let token = match &held {
        Held::Token { token } => token.clone(),
        Held::Session(tokens) => tokens.access_token.clone(),
    };
    let client = Client::new(server.clone(), Some(token), context.tenant.clone())?;
    let me = client.me().await?;
    let session = match &held {
        Held::Token { .. } => None,
        Held::Session(tokens) => Some(tokens.session_id.clone()),
    };
    let login = Login { held, tenant: context.tenant.clone() };
    Credentials::change(context.credentials_path(), |all| all.keep(&server, login))?;
    let output = &context.output;
    if output.json {
        output.json(&json!({ "signed_in": { "server": server, "user": me.user, "session_id": session } }));
    } else {
        output.line(format!(
            "Signed in to {} as {}.",
            server.as_str().trim_end_matches('/'),
            output.paint(Tone::Strong, &me.user.name)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn typed_token() -> Result<String, Failure> {
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed).map_err(|error| {
        Failure::usage(
            format!("No token could be read: {error}."),
            "Pass it on standard input or as STEAD_TOKEN.",
        )
    })?;
    match typed.trim() {
        "" => Err(Failure::usage("No token was given.", "Pass it on standard input or as STEAD_TOKEN.")),
        token => Ok(token.to_owned()),
    }
}

/// What whoever approves is shown.
fn name_of_this_machine() -> String {
    let system = rustix::system::uname();
    let name: String =
        system.nodename().to_string_lossy().chars().filter(|c| !c.is_control()).take(80).collect();
    if name.is_empty() { "stead".to_owned() } else { format!("stead on {name}") }
}

async fn by_device(context: &Context, server: &Url) -> Result<TokenAnswer, Failure> {
    let client = Client::new(server.clone(), None, None)?;
    let codes = client.begin_device(&name_of_this_machine()).await?;
    show(context, &codes);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(codes.expires_in);
    let mut interval = Duration::from_secs(codes.interval.max(1));
    while tokio::time::Instant::now() < deadline {
        tokio::time::sleep(interval).await;
        match client.poll_device(&codes.device_code).await {
            Ok(answer) => return Ok(answer),
            Err(ClientError::Unreachable { .. }) => interval += SLOWER,
            Err(error) => match error.code() {
                Some("authorization_pending") => {}
                Some("slow_down") => interval += SLOWER,
                Some("access_denied") => {
                    return Err(Failure::new(5, "access_denied", "The code was refused in the browser.")
                        .next("Run `stead login` again if that was a mistake."));
                }
                Some("expired_token") => return Err(too_late()),
                _ => return Err(error.into()),
            },
        }
    }
    Err(too_late())
}

fn too_late() -> Failure {
    Failure::new(3, "expired_token", "Nobody approved the code in time.").next("Run `stead login` again.")
}

fn show(context: &Context, codes: &DeviceCodes) {
    let output = &context.output;
    if output.json {
        output.json(&json!({ "device": {
            "user_code": codes.user_code,
            "verification_uri": codes.verification_uri,
            "verification_uri_complete": codes.verification_uri_complete,
            "expires_in": codes.expires_in,
        }}));
        return;
    }
    output.line(format!("Open  {}", output.paint(Tone::Strong, &codes.verification_uri)));
    output.line(format!("and type  {}\n", output.paint(Tone::Strong, &codes.user_code)));
    output.line(output.paint(Tone::Faint, &format!("or open  {}", codes.verification_uri_complete)));
    output.note(format!("Waiting for an answer, for {} minutes …", codes.expires_in / 60));
}
