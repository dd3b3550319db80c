//! `stead factors`: what protects an account beside its password.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::json;
use stead_api::client::{Client, ClientError};
use stead_api::v1::factors::{Passkey, RecoveryCodes};

use super::{Context, Failure, named};
use crate::output::{self, Output, Table, Tone, ago};

/// Stands for the authenticator app where an id is wanted: there is one at most.
const APP: &str = "app";
/// How often a code may be mistyped.
const TRIES: usize = 3;

#[derive(Debug, Args)]
pub(crate) struct FactorsArgs {
    #[command(subcommand)]
    command: Option<FactorsCommand>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Codes that an app on your phone shows.
    App,
    /// Fingerprint, face or screen lock; added in a browser.
    Passkey,
}

#[derive(Debug, Subcommand)]
enum FactorsCommand {
    /// List what you sign in with.
    List,
    /// Set an authenticator app up: shows its secret once and asks for a code.
    Add {
        #[arg(value_enum, default_value = "app")]
        kind: Kind,
    },
    /// Confirm the authenticator app by a code that it shows. Prints recovery codes, once.
    Confirm {
        /// Six digits; asked for when absent.
        code: Option<String>,
    },
    /// Give a passkey another name.
    Rename {
        /// Id or name.
        passkey: String,
        name: String,
    },
    /// Remove the authenticator app (app) or a passkey.
    #[command(visible_alias = "rm")]
    Remove {
        /// app, or id or name of a passkey.
        factor: String,
    },
    /// Make ten new recovery codes; those before do not work any more.
    RecoveryCodes,
}

pub(crate) async fn run(context: &Context, args: &FactorsArgs) -> Result<ExitCode, Failure> {
    let (client, output) = (context.client()?, &context.output);
    match args.command.as_ref().unwrap_or(&FactorsCommand::List) {
        FactorsCommand::List => list(context, &client).await?,
        FactorsCommand::Add { kind: Kind::App } => add_app(context, &client).await?,
        FactorsCommand::Add { kind: Kind::Passkey } => {
            let page = dashboard_page(&client);
            if output.json {
                output.json(&json!({ "open": page }));
            } else {
                output.note("A passkey is made by a browser: add it in the dashboard, at");
                output.line(page);
            }
        }
        FactorsCommand::Confirm { code } => confirm(context, &client, code.as_deref()).await?,
        FactorsCommand::Rename { passkey, name } => {
            let passkey = named::passkey(&client, passkey).await?;
            client.rename_passkey(&passkey.id, name).await?;
            if output.json {
                output.json(&Passkey { name: name.clone(), ..passkey });
            } else {
                output.note(format!("{} is called {name} now.", passkey.name));
            }
        }
        FactorsCommand::Remove { factor } => {
            let (removed, said) = if factor == APP {
                client.remove_totp().await?;
                (APP.to_owned(), "The authenticator app".to_owned())
            } else {
                let passkey = named::passkey(&client, factor).await?;
                client.remove_passkey(&passkey.id).await?;
                (passkey.id, format!("The passkey {}", passkey.name))
            };
            if output.json {
                output.json(&json!({ "removed": removed }));
            } else {
                output.note(format!("{said} does not sign you in any more."));
            }
        }
        FactorsCommand::RecoveryCodes => shown_once(context, &client.renew_recovery_codes().await?),
    }
    Ok(ExitCode::SUCCESS)
}

fn dashboard_page(client: &Client) -> String {
    format!("{}/account/security", client.base().as_str().trim_end_matches('/'))
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let (factors, passkeys) = tokio::try_join!(client.factors(), client.passkeys())?;
    let output = &context.output;
    if output.json {
        output.json(&json!({
            "password": factors.password,
            "totp": factors.totp,
            "recovery_codes_left": factors.recovery_codes_left,
            "passkeys": passkeys,
        }));
        return Ok(());
    }
    let now = context.ambient.now();
    let mut table = Table::new(&["FACTOR", "NAME", "ADDED", "LAST USED", "ID"]);
    let mut row = |kind: &str, name: String, added: String, used: String, id: String| {
        table.row(vec![
            (kind.to_owned(), Some(Tone::Strong)),
            (name, None),
            (added, None),
            (used, None),
            (id, Some(Tone::Faint)),
        ]);
    };
    let nothing = String::new;
    if factors.password {
        row("password", nothing(), nothing(), nothing(), nothing());
    }
    if factors.totp {
        row("authenticator app", nothing(), nothing(), nothing(), APP.to_owned());
    }
    let bare = !factors.totp && passkeys.is_empty();
    for passkey in passkeys {
        let used = passkey.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(now, &at));
        row("passkey", passkey.name, ago(now, &passkey.created_at), used, passkey.id);
    }
    if !bare {
        let left = format!("{} left", factors.recovery_codes_left);
        row("recovery codes", left, nothing(), nothing(), nothing());
    }
    if !bare || factors.password {
        table.print(output);
    }
    if bare {
        output.note(format!(
            "No second factor yet: `stead factors add` sets up an authenticator app, passkeys are added at {}.",
            dashboard_page(client)
        ));
    }
    Ok(())
}

async fn add_app(context: &Context, client: &Client) -> Result<(), Failure> {
    let setup = client.begin_totp().await?;
    let output = &context.output;
    if output.json {
        output.json(&setup);
        return Ok(());
    }
    if output.quiet {
        output.line(setup.secret);
        return Ok(());
    }
    let picture = picture(&setup.uri).unwrap_or_default();
    let fits = picture.iter().all(|line| line.chars().count() <= output::width());
    // Without colours its dark and light may be the wrong way round.
    if output.colour && fits {
        output.note("Scan this with your authenticator app, or type the secret there:");
        picture.iter().for_each(|line| output.line(output.paint(Tone::Paper, line)));
    } else {
        output.note("Type this secret into your authenticator app, or open the address with it:");
    }
    output.facts(&[("secret", setup.secret), ("address", setup.uri)]);
    if std::io::stdin().is_terminal() {
        return confirm(context, client, None).await;
    }
    output.note("Then confirm it by a code that it shows: `stead factors confirm CODE`.");
    Ok(())
}

/// A QR code, two rows of it in each line.
fn picture(text: &str) -> Option<Vec<String>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let drawn = code.render::<Dense1x2>().module_dimensions(1, 1).build();
    Some(drawn.lines().map(str::to_owned).collect())
}

async fn confirm(context: &Context, client: &Client, code: Option<&str>) -> Result<(), Failure> {
    if let Some(code) = code {
        shown_once(context, &client.confirm_totp(code).await?);
        return Ok(());
    }
    for _ in 1..TRIES {
        match client.confirm_totp(&typed_code(context.output)?).await {
            Ok(codes) => {
                shown_once(context, &codes);
                return Ok(());
            }
            Err(ClientError::Refused(problem)) if problem.code == "code_wrong" => {
                context.output.note(problem.detail);
            }
            Err(error) => return Err(error.into()),
        }
    }
    shown_once(context, &client.confirm_totp(&typed_code(context.output)?).await?);
    Ok(())
}

fn typed_code(output: Output) -> Result<String, Failure> {
    let mut typed = String::new();
    if std::io::stdin().is_terminal() {
        output.ask("Code that your app shows now: ");
    }
    let read = std::io::stdin().lock().read_line(&mut typed);
    match typed.trim() {
        code if read.is_ok() && !code.is_empty() => Ok(code.to_owned()),
        _ => Err(Failure::usage(
            "No code was given, so the app is not confirmed yet.",
            "Confirm it with `stead factors confirm CODE`.",
        )),
    }
}

fn shown_once(context: &Context, codes: &RecoveryCodes) {
    let output = &context.output;
    if output.json {
        output.json(codes);
        return;
    }
    output.note("Each of these recovery codes signs you in once in place of a second factor. They are not shown again: keep them safe.");
    codes.recovery_codes.iter().for_each(|code| output.line(code));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_of_an_address_fits_a_narrow_terminal() {
        let uri = "otpauth://totp/stead.example.org:somebody.with.a.long.name%40mail.example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=stead.example.org";
        let lines = picture(uri).unwrap();
        let width = lines[0].chars().count();
        assert!(width <= 80 && lines.iter().all(|line| line.chars().count() == width), "{width}");
        assert!(lines.len() * 2 >= width);
    }
}
