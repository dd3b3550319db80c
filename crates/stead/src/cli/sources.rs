//! `stead sources`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use stead_api::client::Client;
use stead_api::v1::sources::{CreateSignInSource, GroupRole, SourceKind};

use super::{Context, Failure};
use crate::output::{Table, Tone};

/// Of a secret that is read from standard input, bytes.
const LONGEST_SECRET: u64 = 4_096;

#[derive(Debug, Args)]
pub(crate) struct SourcesArgs {
    #[command(subcommand)]
    command: Option<SourcesCommand>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Any OpenID Connect provider.
    Oidc,
    Github,
    Google,
    Gitlab,
    /// LDAP or Active Directory.
    Ldap,
}

impl Kind {
    const fn kind(self) -> SourceKind {
        match self {
            Self::Oidc => SourceKind::Oidc,
            Self::Github => SourceKind::Github,
            Self::Google => SourceKind::Google,
            Self::Gitlab => SourceKind::Gitlab,
            Self::Ldap => SourceKind::Ldap,
        }
    }

    const fn secret(self) -> &'static str {
        match self {
            Self::Ldap => "bind_password",
            _ => "client_secret",
        }
    }
}

#[derive(Debug, Subcommand)]
enum SourcesCommand {
    /// List the tenant's sources of sign-in.
    List,
    /// Add a source of sign-in; its people become members of the tenant. Its secret is read from standard input.
    Add {
        #[arg(value_enum)]
        kind: Kind,
        /// Stands on the button.
        name: String,
        /// A setting such as issuer=https://login.example.org or client_id=stead; may be repeated.
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = super::parse::variable)]
        settings: Vec<(String, String)>,
        /// Domain of their addresses; may be repeated. Needed for all kinds but ldap.
        #[arg(long, value_name = "DOMAIN")]
        domain: Vec<String>,
        /// What they become in the tenant; member when absent.
        #[arg(long)]
        role: Option<String>,
        /// Members of this group get this role; may be repeated, the first that fits counts.
        #[arg(long, value_name = "GROUP=>ROLE", value_parser = group_role)]
        group: Vec<GroupRole>,
        /// It has no secret.
        #[arg(long)]
        no_secret: bool,
    },
    /// Remove a source of sign-in. Sessions that began with it end; members stay members.
    Remove { id: String },
}

fn group_role(text: &str) -> Result<GroupRole, String> {
    // Groups of directories hold equal signs themselves.
    match text.rsplit_once("=>") {
        Some((group, role)) if !group.trim().is_empty() && !role.trim().is_empty() => {
            Ok(GroupRole { group: group.trim().to_owned(), role: role.trim().to_owned() })
        }
        _ => Err("write it like 'cn=admins,dc=example,dc=org=>admin'".to_owned()),
    }
}

/// Never an argument: those are shown to everybody on the machine.
fn secret_from_input() -> Result<Option<String>, Failure> {
    let mut text = String::new();
    std::io::stdin().take(LONGEST_SECRET).read_to_string(&mut text).map_err(|error| {
        Failure::usage(
            format!("The secret cannot be read from standard input: {error}."),
            "Pipe it in, or use --no-secret.",
        )
    })?;
    let secret = text.trim_end_matches(['\r', '\n']);
    Ok((!secret.is_empty()).then(|| secret.to_owned()))
}

pub(crate) async fn run(context: &Context, args: &SourcesArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    let tenant = client.me().await?.tenant.id;
    match &args.command {
        None | Some(SourcesCommand::List) => list(context, &client, &tenant).await?,
        Some(SourcesCommand::Add { kind, name, settings, domain, role, group, no_secret }) => {
            let mut settings: BTreeMap<String, String> = settings.iter().cloned().collect();
            if !no_secret && !settings.contains_key(kind.secret()) {
                output.note(format!("Reading the {} from standard input.", kind.secret()));
                settings.extend(secret_from_input()?.map(|secret| (kind.secret().to_owned(), secret)));
            }
            let create = CreateSignInSource {
                kind: kind.kind(),
                name: name.clone(),
                settings,
                role: role.clone(),
                group_roles: group.clone(),
                domains: domain.clone(),
            };
            let made = client.create_source(&tenant, &create).await?;
            if output.json {
                output.json(&made);
            } else {
                output.note(format!("{} was added. Its people sign in at {}", made.name, made.sign_in_url));
                if let Some(callback) = &made.callback_url {
                    output.note(format!("Tell the other side to send people back to {callback}"));
                }
                output.line(&made.id);
            }
        }
        Some(SourcesCommand::Remove { id }) => {
            client.delete_source(&tenant, id).await?;
            output.note("The source is removed; sessions that began with it have ended.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context, client: &Client, tenant: &str) -> Result<(), Failure> {
    let output = &context.output;
    let found = client.sources(tenant).await?;
    if output.json {
        output.json(&found);
        return Ok(());
    }
    let mut table = Table::new(&["NAME", "KIND", "FOR", "ROLE", "STATE", "ID"]);
    for source in found {
        let domains = if source.domains.is_empty() { "all".to_owned() } else { source.domains.join(", ") };
        let state = if source.enabled { ("on", Tone::Good) } else { ("off", Tone::Faint) };
        table.row(vec![
            (source.name, Some(Tone::Strong)),
            (source.kind.as_str().to_owned(), None),
            (domains, None),
            (source.role, None),
            (state.0.to_owned(), Some(state.1)),
            (source.id, Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_may_hold_equal_signs() {
        let read = group_role("cn=admins,dc=example,dc=org=>admin").unwrap();
        assert_eq!((read.group.as_str(), read.role.as_str()), ("cn=admins,dc=example,dc=org", "admin"));
        assert!(group_role("admins=admin").is_err() && group_role("=>admin").is_err());
    }
}
