//! `stead operator`: the whole installation, for those who run it.

mod mails;
mod tenants;
mod users;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Context, Failure};

#[derive(Debug, Args)]
pub(crate) struct OperatorArgs {
    #[command(subcommand)]
    command: OperatorCommand,
}

#[derive(Debug, Subcommand)]
enum OperatorCommand {
    /// List all tenants, or show or set what one may take.
    #[command(visible_alias = "tenant")]
    Tenants(tenants::TenantsArgs),
    /// List all users, keep one out or let one in again.
    #[command(visible_alias = "user")]
    Users(users::UsersArgs),
    /// List the newest mails, or show what one says as long as no mail server takes it.
    #[command(visible_alias = "mail")]
    Mails(mails::MailsArgs),
}

/// Which page of a list that may be long.
#[derive(Debug, Args)]
struct Newest {
    /// How many of the newest, at most 200.
    #[arg(short = 'n', long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
}

impl Newest {
    fn say_more(context: &Context, more: bool, how: &str) {
        if more {
            context.output.note(format!("There are more: {how}."));
        }
    }
}

pub(crate) async fn run(context: &Context, args: &OperatorArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        OperatorCommand::Tenants(args) => tenants::run(context, args).await?,
        OperatorCommand::Users(args) => users::run(context, args).await?,
        OperatorCommand::Mails(args) => mails::run(context, args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
