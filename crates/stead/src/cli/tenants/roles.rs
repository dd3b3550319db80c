//! `stead tenants roles`.

use clap::Subcommand;
use serde_json::json;
use stead_api::client::Client;
use stead_api::v1::tenants::{CreateRole, UpdateRole};

use crate::cli::{Context, Failure, named};
use crate::output::{Table, Tone};

#[derive(Debug, Subcommand)]
pub(super) enum RolesCommand {
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

pub(super) async fn run(
    context: &Context,
    client: &Client,
    command: Option<&RolesCommand>,
) -> Result<(), Failure> {
    let (tenant, output) = (named::present_tenant(client).await?, &context.output);
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
            if output.json {
                output.json(&json!({ "deleted": id }));
            } else {
                output.note("The role is gone.");
            }
            return Ok(());
        }
        None => {
            let roles = client.roles(&tenant).await?;
            if output.json {
                output.json(&roles);
                return Ok(());
            }
            let mut table = Table::new(&["NAME", "ID", "PERMISSIONS"]);
            for role in roles {
                table.row(vec![
                    (role.name, Some(Tone::Strong)),
                    (role.id, Some(Tone::Faint)),
                    (role.permissions.join(" "), None),
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
