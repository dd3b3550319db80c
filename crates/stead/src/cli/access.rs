//! `stead access`: who may do more on an instance than their role in the tenant says.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use stead_api::v1::tenants::SetBinding;

use super::{Context, Failure, named};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    #[command(subcommand)]
    command: AccessCommand,
}

#[derive(Debug, Subcommand)]
enum AccessCommand {
    /// List who has more on an instance than their role in the tenant gives.
    #[command(visible_alias = "ls")]
    List {
        /// Name or id.
        instance: String,
    },
    /// Give a member a role on one instance. It adds to their role in the tenant.
    #[command(visible_alias = "give")]
    Grant {
        /// Name or id.
        instance: String,
        /// Id, address or name of a member.
        user: String,
        /// Such as member; `stead tenants roles` lists them.
        role: String,
    },
    /// Take it back: only their role in the tenant counts again.
    #[command(visible_alias = "rm")]
    Revoke {
        /// Name or id.
        instance: String,
        /// Id, address or name of a member.
        user: String,
    },
}

pub(crate) async fn run(context: &Context, args: &AccessArgs) -> Result<ExitCode, Failure> {
    let (client, output) = (context.client()?, &context.output);
    match &args.command {
        AccessCommand::List { instance } => {
            let bindings = client.bindings(instance).await?;
            if output.json {
                output.json(&bindings);
            } else if bindings.is_empty() {
                output.note(format!(
                    "Everybody has what their role in the tenant gives: `stead access grant {instance} USER ROLE` gives more."
                ));
            } else {
                let now = context.ambient.now();
                let mut table = Table::new(&["NAME", "ADDRESS", "ROLE HERE", "GIVEN", "ID"]);
                for binding in bindings {
                    table.row(vec![
                        (binding.user.name, Some(Tone::Strong)),
                        (binding.user.email.unwrap_or_default(), None),
                        (named::role_name(binding.role, binding.custom_role.as_ref()), None),
                        (ago(now, &binding.since), None),
                        (binding.user.id, Some(Tone::Faint)),
                    ]);
                }
                table.print(output);
            }
        }
        AccessCommand::Grant { instance, user, role } => {
            let tenant = named::present_tenant(&client).await?;
            let user = named::member(&client, &tenant, user).await?.user.id;
            let role = named::role(&client, &tenant, role).await?;
            let binding = client.set_binding(instance, &user, &SetBinding { role }).await?;
            if output.json {
                output.json(&binding);
            } else {
                let role = named::role_name(binding.role, binding.custom_role.as_ref());
                output.note(format!("{} is {role} on {instance} now.", named::who(&binding.user)));
            }
        }
        AccessCommand::Revoke { instance, user } => {
            let tenant = named::present_tenant(&client).await?;
            let member = named::member(&client, &tenant, user).await?;
            client.remove_binding(instance, &member.user.id).await?;
            if output.json {
                output.json(&json!({ "revoked": { "instance": instance, "user": member.user.id } }));
            } else {
                output.note(format!("{} has what their role in the tenant gives.", named::who(&member.user)));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
