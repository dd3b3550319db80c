//! `stead tenants security`.

use clap::{Subcommand, ValueEnum};
use stead_api::client::Client;
use stead_api::v1::tenants::{TenantSecurity, UpdateTenantSecurity};

use crate::cli::{Context, Failure, named};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SecondFactor {
    /// Members without one can do nothing here but set one up.
    Required,
    Optional,
}

#[derive(Debug, Subcommand)]
pub(super) enum SecurityCommand {
    /// Show the rules.
    Show,
    /// Change the rules; what is not named stays. They hold for what is open, too.
    Set {
        /// Whether members need a passkey or an authenticator app.
        #[arg(long, value_enum)]
        second_factor: Option<SecondFactor>,
        /// Only requests from these networks (10.1.0.0/16) and addresses are taken; replaces those before. May be given several times.
        #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
        network: Vec<String>,
        /// Take requests from everywhere again.
        #[arg(long, conflicts_with = "network")]
        from_anywhere: bool,
        /// Do it although it shuts you out yourself.
        #[arg(long)]
        lock_me_out: bool,
    },
}

pub(super) async fn run(
    context: &Context,
    client: &Client,
    command: Option<&SecurityCommand>,
) -> Result<(), Failure> {
    let tenant = named::present_tenant(client).await?;
    let rules = match command {
        None | Some(SecurityCommand::Show) => client.tenant_security(&tenant).await?,
        Some(SecurityCommand::Set { second_factor: None, network, from_anywhere: false, .. })
            if network.is_empty() =>
        {
            return Err(Failure::usage(
                "Nothing is named that is to change.",
                "Say --second-factor required or optional, --network NETWORK, or --from-anywhere.",
            ));
        }
        Some(SecurityCommand::Set { second_factor, network, from_anywhere, lock_me_out }) => {
            let update = UpdateTenantSecurity {
                require_second_factor: second_factor.map(|wanted| wanted == SecondFactor::Required),
                ip_allowlist: (*from_anywhere || !network.is_empty()).then(|| network.clone()),
                lock_me_out: *lock_me_out,
            };
            client.update_tenant_security(&tenant, &update).await.map_err(|error| {
                let second = second_factor.is_some() && update.ip_allowlist.is_none();
                refused(error, second)
            })?
        }
    };
    show(context, &rules);
    Ok(())
}

/// The server names fields of a request; here they are options.
fn refused(error: stead_api::client::ClientError, factor_alone: bool) -> Failure {
    let locks_out = error.code() == Some("would_lock_you_out");
    let failure = Failure::from(error);
    match (locks_out, factor_alone) {
        (false, _) => failure,
        (true, true) => {
            failure.next("Set one up with `stead factors add`, or say --lock-me-out as well if you mean it.")
        }
        (true, false) => {
            failure.next("Name what lets you in yourself as well, or say --lock-me-out if you mean it.")
        }
    }
}

fn show(context: &Context, rules: &TenantSecurity) {
    let output = &context.output;
    if output.json {
        output.json(rules);
        return;
    }
    let factor = if rules.require_second_factor { "required of every member" } else { "optional" };
    let networks = if rules.ip_allowlist.is_empty() {
        "from anywhere".to_owned()
    } else {
        rules.ip_allowlist.join(", ")
    };
    output.facts(&[("second factor", factor.to_owned()), ("requests", networks)]);
}
