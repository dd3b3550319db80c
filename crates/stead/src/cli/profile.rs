//! `stead profile`: one's own account.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;
use stead_api::client::Client;
use stead_api::v1::accounts::ChangePassword;
use stead_api::v1::factors::Factors;
use stead_api::v1::identity::Me;
use zeroize::Zeroizing;

use super::hidden_line::hidden_line;
use super::{Context, Failure, lifecycle, named, proof};
use crate::credentials::Credentials;
use crate::output::Tone;

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    #[command(subcommand)]
    command: Option<ProfileCommand>,
}

#[derive(Debug, Subcommand)]
enum ProfileCommand {
    /// Show who you are, where, and what protects your account.
    Show,
    /// Change your name.
    Rename { name: String },
    /// Change your address: it is yours once you open the link that is mailed there.
    Email { address: String },
    /// Send the mail that confirms your present address once more.
    Verify,
    /// Set or change your password, typed at the terminal. Every other session of yours ends.
    Password,
    /// Delete your account. Signing in within 30 days takes it back.
    Delete {
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
}

pub(crate) async fn run(context: &Context, args: &ProfileArgs) -> Result<ExitCode, Failure> {
    let (client, output) = (context.client()?, &context.output);
    match args.command.as_ref().unwrap_or(&ProfileCommand::Show) {
        ProfileCommand::Show => show(context, &client).await?,
        ProfileCommand::Rename { name } => {
            let me = client.rename_me(name).await?;
            if output.json {
                output.json(&me);
            } else {
                output.note(format!("You are {} now.", me.user.name));
            }
        }
        ProfileCommand::Email { address } => {
            client.change_email(address).await?;
            mailed(context, address, "open it to finish the change. Until then nothing changes");
        }
        ProfileCommand::Verify => {
            let me = client.me().await?;
            client.ask_email_verification().await?;
            mailed(context, me.user.email.as_deref().unwrap_or("you"), "open it to confirm the address");
        }
        ProfileCommand::Password => password(context, client).await?,
        ProfileCommand::Delete { yes } => delete(context, &client, *yes).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn mailed(context: &Context, address: &str, then: &str) {
    if context.output.json {
        context.output.json(&json!({ "mailed": address }));
    } else {
        context.output.note(format!("A link is on its way to {address}: {then}."));
    }
}

async fn show(context: &Context, client: &Client) -> Result<(), Failure> {
    let (me, factors) = tokio::try_join!(client.me(), client.factors())?;
    let output = &context.output;
    if output.json {
        output.json(&json!({ "server": client.base(), "me": me, "factors": factors }));
    } else if output.quiet {
        output.line(&me.user.id);
    } else {
        output.line(output.paint(Tone::Strong, &me.user.name));
        output.facts(&facts(client.base().as_str(), &me, &factors));
    }
    Ok(())
}

fn facts(server: &str, me: &Me, factors: &Factors) -> Vec<(&'static str, String)> {
    let email = match (&me.user.email, me.user.email_verified) {
        (None, _) => "none yet: `stead profile email ADDRESS`".to_owned(),
        (Some(email), true) => email.clone(),
        (Some(email), false) => {
            format!("{email}, not confirmed: `stead profile verify` sends the link again")
        }
    };
    let role = named::role_name(me.tenant.role, me.tenant.custom_role.as_ref());
    let tenant = if me.tenant.personal {
        "your personal one".to_owned()
    } else {
        format!("{} ({role})", me.tenant.name)
    };
    let signed_in = match &me.session_id {
        Some(id) => format!("by a session ({id})"),
        None => "by an API token".to_owned(),
    };
    vec![
        ("address", email),
        ("server", server.trim_end_matches('/').to_owned()),
        ("tenant", tenant),
        ("signed in", signed_in),
        ("protected", protection(factors)),
        ("id", me.user.id.clone()),
    ]
}

/// What an account is signed in to with.
fn protection(factors: &Factors) -> String {
    let passkeys = match factors.passkeys {
        0 => None,
        1 => Some("a passkey".to_owned()),
        count => Some(format!("{count} passkeys")),
    };
    let all: Vec<_> = [
        factors.password.then(|| "a password".to_owned()),
        factors.totp.then(|| "an authenticator app".to_owned()),
        passkeys,
    ]
    .into_iter()
    .flatten()
    .collect();
    if all.is_empty() {
        "by links alone: `stead profile password` sets a password".to_owned()
    } else {
        format!("by {}", all.join(", "))
    }
}

/// A password; never an argument, which everybody on the machine could read.
fn typed(context: &Context, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let line = hidden_line(context.output, prompt).map_err(|error| {
        Failure::usage(format!("Nothing can be read from the terminal: {error}."), "Try again.")
    })?;
    let line = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
    if line.is_empty() {
        return Err(Failure::usage("Nothing was typed, and nothing was changed.", "Try again."));
    }
    Ok(line)
}

async fn password(context: &Context, client: Client) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "Passwords are typed at a terminal, and there is none.",
            "Run it in a terminal, or change the password in the dashboard.",
        ));
    }
    let (me, factors) = tokio::try_join!(client.me(), client.factors())?;
    if me.session_id.is_none() {
        return Err(Failure::new(5, "session_needed", "With an API token no password can be changed.")
            .next("Sign in with `stead login`, or change it in the dashboard."));
    }
    // It proves who asks as well, so that nobody is asked twice.
    let (client, current) = if factors.password {
        let current = typed(context, "Your present password")?;
        (client.proving(Arc::new(proof::Typed(current.clone()))), Some(current))
    } else {
        (client, None)
    };
    let new = typed(context, "The new one, 12 characters or more")?;
    if new != typed(context, "The new one once more")? {
        return Err(Failure::usage("The two are not the same, and nothing was changed.", "Try again."));
    }
    let current = current.map(|current| current.to_string());
    client.change_password(&ChangePassword { current, new: new.to_string() }).await?;
    if context.output.json {
        context.output.json(&json!({ "changed": "password" }));
    } else {
        context.output.note("The password is changed, and every other session of yours has ended.");
    }
    Ok(())
}

async fn delete(context: &Context, client: &Client, yes: bool) -> Result<(), Failure> {
    let me = client.me().await?;
    let output = &context.output;
    let name = me.user.email.as_deref().unwrap_or(&me.user.name);
    if !yes {
        output.note(format!(
            "This deletes the account {} at {}: every session and token ends now, and what runs in your personal tenant stops. \
             Signing in within 30 days takes it back; then everything of it is erased.",
            output.paint(Tone::Strong, name),
            client.base().as_str().trim_end_matches('/'),
        ));
        lifecycle::confirm(context, name)?;
    }
    client.delete_me().await?;
    Credentials::change(context.credentials_path(), |all| all.forget(client.base()))?;
    if output.json {
        output.json(&json!({ "deleted": me.user.id }));
    } else {
        output.note(
            "The account is deleted, and this machine is signed out. Sign in within 30 days to take it back.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protection_is_said_in_words() {
        let of = |password, totp, passkeys| {
            protection(&Factors { password, totp, recovery_codes_left: 0, passkeys })
        };
        assert_eq!(of(true, true, 2), "by a password, an authenticator app, 2 passkeys");
        assert_eq!(of(false, false, 1), "by a passkey");
        assert!(of(false, false, 0).contains("stead profile password"));
    }
}
