//! `stead tenants`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use stead_api::client::Client;
use stead_api::v1::identity::{CustomRole, Role, Tenant};
use stead_api::v1::tenants::{CreateInvite, CreateRole, Quota, SetQuotas, UpdateMember, UpdateRole};
use stead_core::quota::Limited;

use super::{Context, Failure};
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
    /// Show what the tenant uses and may use; operators set it.
    Quotas(QuotasArgs),
}

#[derive(Debug, Subcommand)]
enum MembersCommand {
    /// Give a member another role.
    Role { user: String, role: String },
    /// End a membership.
    Remove { user: String },
}

#[derive(Debug, Subcommand)]
enum InvitesCommand {
    /// Take an invitation back.
    Revoke { id: String },
    /// Accept an invitation by its link.
    Accept { link: String },
}

#[derive(Debug, Subcommand)]
enum RolesCommand {
    /// Make a role of permissions such as instance:read.
    Create {
        name: String,
        #[arg(long, value_delimiter = ',', required = true)]
        permissions: Vec<String>,
    },
    /// Change name or permissions of a role.
    Update {
        id: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long, value_delimiter = ',')]
        permissions: Option<Vec<String>>,
    },
    /// Delete a role that nobody has.
    Delete { id: String },
}

#[derive(Debug, Args)]
struct QuotasArgs {
    /// As an operator: set the quotas of this tenant; what is not named gets the default.
    #[arg(long, value_name = "TENANT")]
    set: Option<String>,
    #[arg(long, requires = "set")]
    instances: Option<u64>,
    /// Thousandths of a CPU core.
    #[arg(long, requires = "set")]
    cpu_millis: Option<u64>,
    #[arg(long, requires = "set")]
    memory_bytes: Option<u64>,
    #[arg(long, requires = "set")]
    disk_bytes: Option<u64>,
    #[arg(long, requires = "set")]
    members: Option<u64>,
}

fn role_name(role: Role, custom: Option<&CustomRole>) -> String {
    let built_in = match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Support => "support",
        Role::Member => "member",
        Role::Guest => "guest",
        Role::Custom => "custom",
    };
    custom.map_or_else(|| built_in.to_owned(), |custom| custom.name.clone())
}

/// A tenant of the caller by id or, when it is the only one so called, by name.
async fn named(client: &Client, given: &str, deleted: bool) -> Result<Tenant, Failure> {
    let all = client.tenants_that(deleted).await?;
    if let Some(tenant) = all.iter().find(|tenant| tenant.id == given) {
        return Ok(tenant.clone());
    }
    let mut called = all.into_iter().filter(|tenant| tenant.name == given);
    match (called.next(), called.next()) {
        (Some(tenant), None) => Ok(tenant),
        (Some(_), Some(_)) => Err(Failure::usage(
            format!("Several of your tenants are called {given}."),
            "Name it by its id; `stead tenants list` shows them.",
        )),
        (None, _) => Err(Failure::usage(
            format!("You belong to no tenant {given}."),
            "`stead tenants list` shows those you belong to.",
        )),
    }
}

/// The tenant that commands act in.
async fn present(client: &Client) -> Result<String, Failure> {
    Ok(client.me().await?.tenant.id)
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
            let tenant = named(&client, tenant, false).await?;
            let renamed = client.rename_tenant(&tenant.id, name).await?;
            show(context, &renamed, "Renamed.");
        }
        Some(TenantsCommand::Switch { tenant }) => switch(context, &client, tenant.as_deref()).await?,
        Some(TenantsCommand::Leave { tenant }) => {
            let tenant = named(&client, tenant, false).await?;
            client.leave_tenant(&tenant.id).await?;
            output.note(format!("You do not belong to {} any more.", tenant.name));
        }
        Some(TenantsCommand::Delete { tenant }) => {
            let tenant = named(&client, tenant, false).await?;
            let deleted = client.delete_tenant(&tenant.id).await?;
            let until = deleted.erased_after.clone().unwrap_or_default();
            show(
                context,
                &deleted,
                &format!("Hidden. `stead tenants restore` brings it back until {until}."),
            );
        }
        Some(TenantsCommand::Restore { tenant }) => {
            let tenant = named(&client, tenant, true).await?;
            let restored = client.restore_tenant(&tenant.id).await?;
            show(context, &restored, "It is back; its instances are stopped.");
        }
        Some(TenantsCommand::Members { command }) => members(context, &client, command.as_ref()).await?,
        Some(TenantsCommand::Invite { email, role, link }) => {
            let tenant = present(&client).await?;
            let invite = CreateInvite { email: email.clone(), link: *link, role: role.clone() };
            let created = client.create_invite(&tenant, &invite).await?;
            if output.json {
                output.json(&created);
            } else {
                output.note("The link works once, for seven days; it is not shown again.");
                output.line(created.url.unwrap_or_default());
            }
        }
        Some(TenantsCommand::Invites { command }) => invites(context, &client, command.as_ref()).await?,
        Some(TenantsCommand::Roles { command }) => roles(context, &client, command.as_ref()).await?,
        Some(TenantsCommand::Quotas(quotas)) => show_quotas(context, &client, quotas).await?,
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
    let here = present(client).await?;
    let mut table = Table::new(&["", "NAME", "YOUR ROLE", "ERASED AFTER", "ID"]);
    for tenant in tenants {
        let role = role_name(tenant.role, tenant.custom_role.as_ref());
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
        Some(tenant) => Some(named(client, tenant, false).await?),
        None => None,
    };
    let wanted = tenant.as_ref().filter(|tenant| !tenant.personal).map(|tenant| tenant.id.clone());
    let changed = Credentials::change(context.credentials_path(), |all| {
        all.login_mut(client.base()).map(|login| login.tenant = wanted)
    })?;
    if changed.is_none() {
        return Err(Failure::not_signed_in());
    }
    let name = tenant.map_or_else(|| "your personal tenant".to_owned(), |tenant| tenant.name);
    context.output.note(format!("Commands act in {name} now."));
    Ok(())
}

async fn members(
    context: &Context,
    client: &Client,
    command: Option<&MembersCommand>,
) -> Result<(), Failure> {
    let (tenant, output) = (present(client).await?, &context.output);
    match command {
        Some(MembersCommand::Role { user, role }) => {
            let member = client.update_member(&tenant, user, &UpdateMember { role: role.clone() }).await?;
            if output.json {
                output.json(&member);
            } else {
                let role = role_name(member.role, member.custom_role.as_ref());
                output.note(format!("{} is {role} now.", member.user.name));
            }
        }
        Some(MembersCommand::Remove { user }) => {
            client.remove_member(&tenant, user).await?;
            output.note("They are no member any more.");
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
                    (role_name(member.role, member.custom_role.as_ref()), None),
                    (ago(now, &member.since), None),
                    (member.user.id, Some(Tone::Faint)),
                ]);
            }
            table.print(output);
        }
    }
    Ok(())
}

async fn invites(
    context: &Context,
    client: &Client,
    command: Option<&InvitesCommand>,
) -> Result<(), Failure> {
    let output = &context.output;
    match command {
        Some(InvitesCommand::Revoke { id }) => {
            client.revoke_invite(&present(client).await?, id).await?;
            output.note("The invitation does not work any more.");
        }
        Some(InvitesCommand::Accept { link }) => {
            let token = link.split_once('#').map_or(link.as_str(), |(_, token)| token);
            let tenant = client.accept_invite(token).await?;
            show(context, &tenant, &format!("You belong to {} now.", tenant.name));
        }
        None => {
            let invites = client.invites(&present(client).await?).await?;
            if output.json {
                output.json(&invites);
                return Ok(());
            }
            let mut table = Table::new(&["FOR", "ROLE", "BY", "EXPIRES", "ID"]);
            for invite in invites {
                table.row(vec![
                    (invite.email.unwrap_or_else(|| "whoever has the link".to_owned()), Some(Tone::Strong)),
                    (role_name(invite.role, invite.custom_role.as_ref()), None),
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

async fn roles(context: &Context, client: &Client, command: Option<&RolesCommand>) -> Result<(), Failure> {
    let (tenant, output) = (present(client).await?, &context.output);
    let made = match command {
        Some(RolesCommand::Create { name, permissions }) => {
            let role = CreateRole { name: name.clone(), permissions: permissions.clone() };
            client.create_role(&tenant, &role).await?
        }
        Some(RolesCommand::Update { id, name, permissions }) => {
            let role = UpdateRole { name: name.clone(), permissions: permissions.clone() };
            client.update_role(&tenant, id, &role).await?
        }
        Some(RolesCommand::Delete { id }) => {
            client.delete_role(&tenant, id).await?;
            output.note("The role is gone.");
            return Ok(());
        }
        None => {
            let roles = client.roles(&tenant).await?;
            if output.json {
                output.json(&roles);
                return Ok(());
            }
            let mut table = Table::new(&["NAME", "PERMISSIONS", "ID"]);
            for role in roles {
                table.row(vec![
                    (role.name, Some(Tone::Strong)),
                    (role.permissions.join(" "), None),
                    (role.id, Some(Tone::Faint)),
                ]);
            }
            table.print(output);
            return Ok(());
        }
    };
    if output.json {
        output.json(&made);
    } else {
        output.line(&made.id);
    }
    Ok(())
}

fn shown(quota: &Quota, amount: u64) -> String {
    let what = Limited::ALL.into_iter().find(|what| what.as_str() == quota.what);
    what.map_or_else(|| amount.to_string(), |what| what.shown(amount))
}

async fn show_quotas(context: &Context, client: &Client, args: &QuotasArgs) -> Result<(), Failure> {
    let output = &context.output;
    let quotas = match &args.set {
        Some(tenant) => {
            let set = SetQuotas {
                instances: args.instances,
                cpu_millis: args.cpu_millis,
                memory_bytes: args.memory_bytes,
                disk_bytes: args.disk_bytes,
                members: args.members,
            };
            client.set_quotas(tenant, &set).await?
        }
        None => client.quotas(&present(client).await?).await?,
    };
    if output.json {
        output.json(&quotas);
        return Ok(());
    }
    let mut table = Table::new(&["USED", "OF", ""]);
    for quota in quotas.items {
        table.row(vec![
            (shown(&quota, quota.used), Some(Tone::Strong)),
            (shown(&quota, quota.limit), None),
            (if quota.set { "" } else { "default" }.to_owned(), Some(Tone::Faint)),
        ]);
    }
    table.print(output);
    Ok(())
}
