//! `stead tenants`.

mod roles;
mod security;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use stead_api::client::Client;
use stead_api::v1::identity::Tenant;
use stead_api::v1::tenants::{CreateInvite, UpdateMember};
use zeroize::Zeroizing;

use self::roles::RolesCommand;
use self::security::SecurityCommand;
use super::hidden_line::hidden_line;
use super::quotas::table;
use super::{Context, Failure, named};
use crate::credentials::Credentials;
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
pub(crate) struct TenantsArgs {
    #[command(subcommand)]
    command: Option<TenantsCommand>,
}

#[derive(Debug, Subcommand)]
enum TenantsCommand {
    /// List the tenants you belong to.
    List {
        /// Those that are being deleted, instead of the others.
        #[arg(long)]
        deleted: bool,
    },
    /// Make a tenant that you own.
    Create { name: String },
    /// Give a tenant another name.
    Rename {
        #[arg(id = "subject", value_name = "TENANT")]
        tenant: String,
        name: String,
    },
    /// Act in this tenant from now on; without one, in your personal tenant.
    Switch {
        #[arg(id = "subject", value_name = "TENANT")]
        tenant: Option<String>,
    },
    /// End your membership.
    Leave {
        #[arg(id = "subject", value_name = "TENANT")]
        tenant: String,
    },
    /// Hide a tenant and stop its instances; everything in it is erased after 30 days.
    Delete {
        #[arg(id = "subject", value_name = "TENANT")]
        tenant: String,
    },
    /// Take a deletion back, within the 30 days.
    Restore {
        #[arg(id = "subject", value_name = "TENANT")]
        tenant: String,
    },
    /// List members, or change or remove one.
    Members {
        #[command(subcommand)]
        command: Option<MembersCommand>,
    },
    /// Invite somebody by address, or print a link for whoever gets it.
    Invite {
        /// Only an account with this confirmed address can accept.
        email: Option<String>,
        /// Role they get: owner, admin, support, member, guest, or one of the tenant's own.
        #[arg(long, default_value = "member")]
        role: String,
        /// A link that works once, for whoever has it.
        #[arg(long, conflicts_with = "email")]
        link: bool,
    },
    /// List open invitations, take one back, or accept one.
    Invites {
        #[command(subcommand)]
        command: Option<InvitesCommand>,
    },
    /// List roles, or make, change or delete one.
    Roles {
        #[command(subcommand)]
        command: Option<RolesCommand>,
    },
    /// Show what the tenant uses and may use; operators set it (`stead operator tenants quotas`).
    Quotas,
    /// Show or set from which networks members may come, and whether they need a second factor.
    Security {
        #[command(subcommand)]
        command: Option<SecurityCommand>,
    },
}

#[derive(Debug, Subcommand)]
enum MembersCommand {
    /// Give a member another role. USER is an id, an address or a name.
    Role { user: String, role: String },
    /// End a membership.
    Remove { user: String },
}

#[derive(Debug, Subcommand)]
enum InvitesCommand {
    /// Take an invitation back.
    Revoke { id: String },
    /// Accept an invitation by its link; asked for when absent, so that nobody sees it.
    Accept { link: Option<String> },
}

fn show(context: &Context, tenant: &Tenant, note: &str) {
    let output = &context.output;
    if output.json {
        output.json(tenant);
    } else {
        output.note(note);
        output.line(&tenant.id);
    }
}

/// Says that something was done of which nothing is left to show.
fn done(context: &Context, json: &Value, said: &str) {
    if context.output.json {
        context.output.json(json);
    } else {
        context.output.note(said);
    }
}

pub(crate) async fn run(context: &Context, args: &TenantsArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    match &args.command {
        None => list(context, &client, false).await?,
        Some(TenantsCommand::List { deleted }) => list(context, &client, *deleted).await?,
        Some(TenantsCommand::Create { name }) => {
            let tenant = client.create_tenant(name).await?;
            show(context, &tenant, "`stead tenants switch` lets you act in it.");
        }
        Some(TenantsCommand::Rename { tenant, name }) => {
            let tenant = named::tenant(&client, tenant, false).await?;
            let renamed = client.rename_tenant(&tenant.id, name).await?;
            show(context, &renamed, "Renamed.");
        }
        Some(TenantsCommand::Switch { tenant }) => switch(context, &client, tenant.as_deref()).await?,
        Some(TenantsCommand::Leave { tenant }) => {
            let tenant = named::tenant(&client, tenant, false).await?;
            client.leave_tenant(&tenant.id).await?;
            let said = format!("You do not belong to {} any more.", tenant.name);
            done(context, &json!({ "left": tenant.id }), &said);
        }
        Some(TenantsCommand::Delete { tenant }) => {
            let tenant = named::tenant(&client, tenant, false).await?;
            let deleted = client.delete_tenant(&tenant.id).await?;
            let until = deleted.erased_after.clone().unwrap_or_default();
            show(
                context,
                &deleted,
                &format!("Hidden. `stead tenants restore` brings it back until {until}."),
            );
        }
        Some(TenantsCommand::Restore { tenant }) => {
            let tenant = named::tenant(&client, tenant, true).await?;
            let restored = client.restore_tenant(&tenant.id).await?;
            show(context, &restored, "It is back; its instances are stopped.");
        }
        Some(TenantsCommand::Members { command }) => members(context, &client, command.as_ref()).await?,
        Some(TenantsCommand::Invite { email, role, link }) => {
            let tenant = named::present_tenant(&client).await?;
            let role = named::role(&client, &tenant, role).await?;
            let invite = CreateInvite { email: email.clone(), link: *link, role };
            let created = client.create_invite(&tenant, &invite).await?;
            if output.json {
                output.json(&created);
            } else {
                output.note("The link works once, for seven days; it is not shown again.");
                output.line(created.url.unwrap_or_default());
            }
        }
        Some(TenantsCommand::Invites { command }) => invites(context, &client, command.as_ref()).await?,
        Some(TenantsCommand::Roles { command }) => roles::run(context, &client, command.as_ref()).await?,
        Some(TenantsCommand::Quotas) => quotas(context, &client).await?,
        Some(TenantsCommand::Security { command }) => {
            security::run(context, &client, command.as_ref()).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context, client: &Client, deleted: bool) -> Result<(), Failure> {
    let tenants = client.tenants_that(deleted).await?;
    let output = &context.output;
    if output.json {
        output.json(&tenants);
        return Ok(());
    }
    let here = named::present_tenant(client).await?;
    let mut table = Table::new(&["", "NAME", "YOUR ROLE", "ERASED AFTER", "ID"]);
    for tenant in tenants {
        let role = named::role_name(tenant.role, tenant.custom_role.as_ref());
        table.row(vec![
            (if tenant.id == here { "*" } else { "" }.to_owned(), None),
            (tenant.name, Some(Tone::Strong)),
            (if tenant.personal { "personal".to_owned() } else { role }, None),
            (tenant.erased_after.unwrap_or_default(), None),
            (tenant.id, Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    Ok(())
}

async fn switch(context: &Context, client: &Client, tenant: Option<&str>) -> Result<(), Failure> {
    let tenant = match tenant {
        Some(tenant) => Some(named::tenant(client, tenant, false).await?),
        None => None,
    };
    let wanted = tenant.as_ref().filter(|tenant| !tenant.personal).map(|tenant| tenant.id.clone());
    let changed = Credentials::change(context.credentials_path(), |all| {
        all.login_mut(client.base()).map(|login| login.tenant = wanted)
    })?;
    if changed.is_none() {
        return Err(Failure::not_signed_in());
    }
    let id = tenant.as_ref().map(|tenant| tenant.id.clone());
    let name = tenant.map_or_else(|| "your personal tenant".to_owned(), |tenant| tenant.name);
    done(context, &json!({ "switched_to": id }), &format!("Commands act in {name} now."));
    Ok(())
}

async fn members(
    context: &Context,
    client: &Client,
    command: Option<&MembersCommand>,
) -> Result<(), Failure> {
    let (tenant, output) = (named::present_tenant(client).await?, &context.output);
    match command {
        Some(MembersCommand::Role { user, role }) => {
            let user = named::member(client, &tenant, user).await?.user.id;
            let role = named::role(client, &tenant, role).await?;
            let member = client.update_member(&tenant, &user, &UpdateMember { role }).await?;
            if output.json {
                output.json(&member);
            } else {
                let role = named::role_name(member.role, member.custom_role.as_ref());
                output.note(format!("{} is {role} now.", named::who(&member.user)));
            }
        }
        Some(MembersCommand::Remove { user }) => {
            let member = named::member(client, &tenant, user).await?;
            client.remove_member(&tenant, &member.user.id).await?;
            let said = format!("{} is no member any more.", named::who(&member.user));
            done(context, &json!({ "removed": member.user.id }), &said);
        }
        None => {
            let members = client.members(&tenant).await?;
            if output.json {
                output.json(&members);
                return Ok(());
            }
            let now = context.ambient.now();
            let mut table = Table::new(&["NAME", "ADDRESS", "ROLE", "SINCE", "ID"]);
            for member in members {
                table.row(vec![
                    (member.user.name, Some(Tone::Strong)),
                    (member.user.email.unwrap_or_default(), None),
                    (named::role_name(member.role, member.custom_role.as_ref()), None),
                    (ago(now, &member.since), None),
                    (member.user.id, Some(Tone::Faint)),
                ]);
            }
            table.print(output);
        }
    }
    Ok(())
}

fn typed_link(context: &Context) -> Result<String, Failure> {
    let typed = hidden_line(context.output, "The link of the invitation").map_err(|error| {
        Failure::usage(format!("No link could be read: {error}."), "Give it as an argument.")
    })?;
    match typed.trim() {
        "" => Err(Failure::usage("No link was given.", "Type it, or give it as an argument.")),
        link => Ok(link.to_owned()),
    }
}

async fn invites(
    context: &Context,
    client: &Client,
    command: Option<&InvitesCommand>,
) -> Result<(), Failure> {
    let output = &context.output;
    match command {
        Some(InvitesCommand::Revoke { id }) => {
            client.revoke_invite(&named::present_tenant(client).await?, id).await?;
            done(context, &json!({ "revoked": id }), "The invitation does not work any more.");
        }
        Some(InvitesCommand::Accept { link }) => {
            let link = Zeroizing::new(match link {
                Some(link) => link.clone(),
                None => typed_link(context)?,
            });
            let token = link.split_once('#').map_or(link.as_str(), |(_, token)| token);
            let tenant = client.accept_invite(token).await?;
            show(context, &tenant, &format!("You belong to {} now.", tenant.name));
        }
        None => {
            let invites = client.invites(&named::present_tenant(client).await?).await?;
            if output.json {
                output.json(&invites);
                return Ok(());
            }
            if invites.is_empty() {
                output.note("No open invitation: `stead tenants invite ADDRESS` makes one.");
                return Ok(());
            }
            let mut table = Table::new(&["FOR", "ROLE", "BY", "EXPIRES", "ID"]);
            for invite in invites {
                table.row(vec![
                    (invite.email.unwrap_or_else(|| "whoever has the link".to_owned()), Some(Tone::Strong)),
                    (named::role_name(invite.role, invite.custom_role.as_ref()), None),
                    (invite.invited_by, None),
                    (invite.expires_at, None),
                    (invite.id, Some(Tone::Faint)),
                ]);
            }
            table.print(output);
        }
    }
    Ok(())
}

async fn quotas(context: &Context, client: &Client) -> Result<(), Failure> {
    let quotas = client.quotas(&named::present_tenant(client).await?).await?;
    if context.output.json {
        context.output.json(&quotas);
    } else {
        table(&quotas.items).print(&context.output);
    }
    Ok(())
}
