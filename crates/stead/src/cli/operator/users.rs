//! `stead operator users`.

use clap::{Args, Subcommand};
use stead_api::client::Client;
use stead_api::v1::tenants::{OperatorUser, OperatorUsersQuery};

use super::Newest;
use crate::cli::{Context, Failure, named};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct UsersArgs {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    command: Option<UsersCommand>,
}

#[derive(Debug, Args)]
struct Which {
    /// Only those with this in their name or address, or with this id.
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Only those who are kept out.
    #[arg(long)]
    disabled: bool,
    /// Only those who run the installation.
    #[arg(long)]
    operators: bool,
    #[command(flatten)]
    newest: Newest,
}

#[derive(Debug, Subcommand)]
enum UsersCommand {
    /// List all users, the newest first.
    List {
        #[command(flatten)]
        which: Which,
    },
    /// Keep somebody out: their sessions end at once, their tokens stop. Their instances go on running.
    Disable {
        /// Id, address or name.
        user: String,
    },
    /// Let somebody in again.
    Enable {
        /// Id, address or name.
        user: String,
    },
}

pub(super) async fn run(context: &Context, args: &UsersArgs) -> Result<(), Failure> {
    let client = context.client()?;
    match &args.command {
        None => list(context, &client, &args.which).await,
        Some(UsersCommand::List { which }) => list(context, &client, which).await,
        Some(UsersCommand::Disable { user }) => switch(context, &client, user, true).await,
        Some(UsersCommand::Enable { user }) => switch(context, &client, user, false).await,
    }
}

async fn switch(context: &Context, client: &Client, user: &str, disabled: bool) -> Result<(), Failure> {
    let held = named::any_user(client, user).await?;
    let held = client.set_user_disabled(&held.user.id, disabled).await?;
    let output = &context.output;
    if output.json {
        output.json(&held);
    } else if disabled {
        output.note(format!(
            "{} is kept out; `stead operator users enable {}` lets them in again.",
            named::who(&held.user),
            held.user.id
        ));
    } else {
        output.note(format!("{} can sign in again.", named::who(&held.user)));
    }
    Ok(())
}

async fn list(context: &Context, client: &Client, which: &Which) -> Result<(), Failure> {
    let query = OperatorUsersQuery {
        cursor: None,
        limit: Some(which.newest.limit),
        q: which.find.clone(),
        operator: which.operators.then_some(true),
        disabled: which.disabled.then_some(true),
    };
    let page = client.all_users(&query).await?;
    let output = &context.output;
    if output.json {
        output.json(&page.items);
    } else if output.quiet {
        page.items.iter().for_each(|held| output.line(&held.user.id));
    } else if page.items.is_empty() {
        output.note("No user is like that.");
    } else {
        table(context, page.items).print(output);
    }
    Newest::say_more(
        context,
        page.next_cursor.is_some(),
        "name part of one with --find TEXT, or use --limit",
    );
    Ok(())
}

fn table(context: &Context, users: Vec<OperatorUser>) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["NAME", "ADDRESS", "STATE", "JOINED", "ID"]);
    for OperatorUser { user, operator, disabled_at } in users {
        let state = match (disabled_at, operator) {
            (Some(_), _) => ("kept out", Some(Tone::Bad)),
            (None, true) => ("operator", Some(Tone::Good)),
            (None, false) if user.email.is_some() && !user.email_verified => {
                ("not verified", Some(Tone::Busy))
            }
            (None, false) => ("", None),
        };
        table.row(vec![
            (user.name, Some(Tone::Strong)),
            (user.email.unwrap_or_default(), None),
            (state.0.to_owned(), state.1),
            (ago(now, &user.created_at), None),
            (user.id, Some(Tone::Faint)),
        ]);
    }
    table
}
