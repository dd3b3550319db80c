//! The command line: `stead <noun> <verb>` and the short forms people type all day.
//!
//! Each command is a file of this folder: it parses its arguments, makes its calls and prints. Exit codes: 0 done, 1 other
//! failure, 2 wrong usage, 3 not signed in, 4 not found, 5 refused, 6 conflict, 7 quota, 8 operation failed, 9 server not
//! reachable; `stead exec` and `stead attach` end with the code of the command inside.

mod access;
mod attach;
mod audit;
mod audit_sinks;
mod completions;
mod dashboard;
mod demo;
mod down;
mod exec;
mod export;
mod factors;
mod failure;
mod follow;
mod hidden_line;
mod instance_fields;
mod keys;
mod lifecycle;
mod list;
mod local_repository;
mod login;
mod logout;
mod logs;
mod mail_args;
mod named;
mod node;
mod nodes;
mod notifications;
mod open;
mod operations;
mod operator;
mod overview;
mod parse;
mod ports;
mod profile;
mod proof;
mod quotas;
mod raw_mode;
mod secrets;
mod sessions;
mod show;
mod source_args;
mod sources;
mod tenants;
mod tokens;
mod up;
mod validate;
mod webhooks;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory, Parser, Subcommand};
use stead_api::client::Client;
use stead_core::ambient::Ambient;
use url::Url;

pub(crate) use failure::Failure;

use crate::config::{self, EnvironmentSecrets};
use crate::credentials::{Credentials, Held};
use crate::output::Output;
use crate::session_tokens;

/// Your own cloud in one binary: workspaces, agents, servers and apps on machines you own.
#[derive(Debug, Parser)]
#[command(name = "stead", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Global {
    /// Server to talk to.
    #[arg(long, global = true, env = "STEAD_SERVER", value_name = "URL", help_heading = "Global options")]
    server: Option<Url>,
    /// API token, instead of the one in the credentials file.
    #[arg(
        long,
        global = true,
        env = "STEAD_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Global options"
    )]
    token: Option<String>,
    /// Tenant to act in; your personal one when absent.
    #[arg(long, global = true, env = "STEAD_TENANT", value_name = "TENANT", help_heading = "Global options")]
    tenant: Option<String>,
    /// File with servers and what they are shown.
    #[arg(
        long,
        global = true,
        env = "STEAD_CREDENTIALS",
        value_name = "FILE",
        help_heading = "Global options"
    )]
    credentials: Option<PathBuf>,
    /// Print JSON; long work prints its progress as one JSON object per line.
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
    /// Print only ids.
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
    /// No colours.
    #[arg(long, global = true, env = "NO_COLOR", value_parser = clap::builder::FalseyValueParser::new(), action = clap::ArgAction::SetTrue, help_heading = "Global options")]
    no_colour: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start Stead on this machine: server, dashboard and node in one process.
    Up(up::UpArgs),
    /// Start the server alone; nodes on other machines connect to it.
    Server(up::UpArgs),
    /// Start the agent alone: this machine runs instances for a server elsewhere.
    Node(node::NodeArgs),
    /// Stop every instance on this machine, then Stead itself.
    Down(down::DownArgs),
    /// Open a repository as a workspace: clone it, run its startup tasks, be ready.
    Open(open::OpenArgs),
    /// List your instances.
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// Show one instance: state, resources, tasks, ports.
    Show(show::ShowArgs),
    /// Open a terminal in an instance, or come back to one. Leave it with Enter ~ .
    Attach(attach::AttachArgs),
    /// Run a command in an instance.
    Exec(exec::ExecArgs),
    /// Print an instance's console.
    Logs(logs::LogsArgs),
    /// Start an instance.
    Start(lifecycle::StartArgs),
    /// Stop an instance; its files stay.
    Stop(lifecycle::StopArgs),
    /// Stop and start an instance.
    Restart(lifecycle::NamedArgs),
    /// Stop an instance at once, without letting it finish.
    Kill(lifecycle::NamedArgs),
    /// Freeze an instance; it keeps its memory.
    Pause(lifecycle::NamedArgs),
    /// Let a paused or stopped instance run again.
    Wake(lifecycle::NamedArgs),
    /// Give an instance another name.
    #[command(visible_alias = "mv")]
    Rename(lifecycle::RenameArgs),
    /// Delete an instance and all its files, for good.
    #[command(visible_alias = "rm")]
    Delete(lifecycle::DeleteArgs),
    /// Show or change an instance's ports and their preview addresses.
    #[command(visible_alias = "port")]
    Ports(ports::PortsArgs),
    /// See who may do more on an instance than their role says, give them that, or take it back.
    Access(access::AccessArgs),
    /// List operations, or show, cancel or retry one.
    #[command(visible_alias = "ops")]
    Operations(operations::OperationsArgs),
    /// Check a phazeai.yaml.
    Validate(validate::ValidateArgs),
    /// Print a link that signs you in to the dashboard.
    Dashboard(dashboard::DashboardArgs),
    /// Your account: show it, change name, address or password, delete it.
    #[command(visible_alias = "whoami")]
    Profile(profile::ProfileArgs),
    /// What protects your account beside a password: authenticator app, passkeys, recovery codes.
    #[command(visible_alias = "factor")]
    Factors(factors::FactorsArgs),
    /// List or end your sessions: the browsers and machines that are signed in.
    #[command(visible_alias = "session")]
    Sessions(sessions::SessionsArgs),
    /// List, create or delete API tokens.
    #[command(visible_alias = "token")]
    Tokens(tokens::TokensArgs),
    /// See who did what: list, export, checkpoint and verify the audit log.
    Audit(audit::AuditArgs),
    /// Get an archive of what is stored of you, or of the tenant.
    Export(export::ExportArgs),
    /// Tenants: list, make, switch, members, invitations, roles, quotas, rules of security.
    #[command(visible_alias = "tenant")]
    Tenants(tenants::TenantsArgs),
    /// Show what you were told.
    Notifications(notifications::NotificationsArgs),
    /// List, add, test or delete webhooks.
    #[command(visible_alias = "webhook")]
    Webhooks(webhooks::WebhooksArgs),
    /// Keep values that instances get at start: list, set, delete, versions.
    #[command(visible_alias = "secret")]
    Secrets(secrets::SecretsArgs),
    /// Show or rotate the keys of this installation.
    Keys(keys::KeysArgs),
    /// List, add or remove a tenant's own sources of sign-in.
    #[command(visible_alias = "source")]
    Sources(sources::SourcesArgs),
    /// The whole installation, for those who run it: tenants, users, mails.
    Operator(operator::OperatorArgs),
    /// List the machines that run instances.
    Nodes(nodes::NodesArgs),
    /// Sign this machine in to a server: by a code that you type in a browser, or with an API token.
    Login(login::LoginArgs),
    /// End this machine's session at a server.
    Logout(logout::LogoutArgs),
    /// Fill an empty data directory with a tenant, members and simulated instances.
    Demo(demo::DemoArgs),
    /// Print the completion script for a shell.
    Completions(completions::CompletionsArgs),
    /// Starts shims for the agent.
    #[command(hide = true)]
    ShimSpawner,
}

/// What every command is handed.
#[derive(Debug)]
pub struct Context {
    pub output: Output,
    pub ambient: Ambient,
    pub environment: EnvironmentSecrets,
    credentials_path: PathBuf,
    server: Option<Url>,
    token: Option<String>,
    tenant: Option<String>,
}

impl Context {
    fn new(global: &Global, environment: EnvironmentSecrets) -> Self {
        let credentials_path = global.credentials.clone().unwrap_or_else(|| {
            config::default_credentials_path(
                std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from),
                std::env::var_os("HOME").map(PathBuf::from),
            )
        });
        Self {
            output: Output::new(global.json, global.quiet, global.no_colour),
            ambient: Ambient::system(),
            environment,
            credentials_path,
            server: global.server.clone(),
            token: global.token.clone(),
            tenant: global.tenant.clone(),
        }
    }

    /// A client for the signed-in user.
    ///
    /// # Errors
    /// When nobody is signed in or the stored credentials cannot be used.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let stored = Credentials::load(&self.credentials_path)?;
        let server = self.server_of(&stored)?;
        // What is stored goes only to the server it was made for.
        let login = stored.login(&server);
        let tenant = self.tenant.clone().or_else(|| login.and_then(|login| login.tenant.clone()));
        if let Some(token) = &self.token {
            return Ok(Client::new(server, Some(token.clone()), tenant)?);
        }
        let login = login.ok_or_else(Failure::not_signed_in)?;
        let path = self.credentials_path.clone();
        let client = session_tokens::client(path, &server, login, tenant, &self.ambient)?;
        Ok(match login.held {
            Held::Session(_) => client.proving(Arc::new(proof::AtTerminal(self.output))),
            Held::Token { .. } => client,
        })
    }

    /// The server that is spoken to.
    ///
    /// # Errors
    /// When none is named and none was used before.
    pub(crate) fn server(&self) -> Result<Url, Failure> {
        self.server_of(&Credentials::load(&self.credentials_path)?)
    }

    fn server_of(&self, stored: &Credentials) -> Result<Url, Failure> {
        if let Some(server) = &self.server {
            return Ok(server.clone());
        }
        let stored = stored.server.as_deref().ok_or_else(Failure::not_signed_in)?;
        Url::parse(stored).map_err(|error| {
            Failure::usage(
                format!("The stored server address is no URL: {error}."),
                "Sign in anew with `stead login URL`.",
            )
        })
    }

    #[must_use]
    pub fn credentials_path(&self) -> &std::path::Path {
        &self.credentials_path
    }
}

/// Parses the arguments and runs the command.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    // Before any thread exists: the spawner forks and must be single-threaded.
    if matches!(cli.command, Some(Command::ShimSpawner)) {
        return crate::up::spawner::run();
    }
    // SAFETY: the runtime, and with it the first further thread, is made below.
    let environment = unsafe { EnvironmentSecrets::take() };
    let context = Context::new(&cli.global, environment);
    let runtime = match cli.command {
        Some(
            Command::Up(_) | Command::Server(_) | Command::Node(_) | Command::Down(_) | Command::Demo(_),
        ) => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
        _ => tokio::runtime::Builder::new_current_thread().enable_all().build(),
    };
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            context.output.error(format!("The async runtime does not start: {error}."));
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(dispatch(&context, cli.command));
    // Reads from standard input block a thread that nothing can end; do not wait for it.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(&context.output),
    }
}

async fn dispatch(context: &Context, command: Option<Command>) -> Result<ExitCode, Failure> {
    match command {
        None => overview::run(context).await,
        Some(Command::Up(args)) => Box::pin(up::run(context, args)).await,
        Some(Command::Server(args)) => {
            Box::pin(up::serve(context, args, crate::up::assemble::OwnNode::No)).await
        }
        Some(Command::Node(args)) => Box::pin(node::run(context, args)).await,
        Some(Command::Down(args)) => Box::pin(down::run(context, args)).await,
        Some(Command::Open(args)) => Box::pin(open::run(context, args)).await,
        Some(Command::List(args)) => list::run(context, &args).await,
        Some(Command::Show(args)) => show::run(context, &args).await,
        Some(Command::Attach(args)) => Box::pin(attach::run(context, args)).await,
        Some(Command::Exec(args)) => exec::run(context, args).await,
        Some(Command::Logs(args)) => logs::run(context, &args).await,
        Some(Command::Start(args)) => lifecycle::start(context, &args).await,
        Some(Command::Stop(args)) => lifecycle::stop(context, &args).await,
        Some(Command::Restart(args)) => {
            lifecycle::act(context, &args, stead_api::client::Action::Restart).await
        }
        Some(Command::Kill(args)) => lifecycle::act(context, &args, stead_api::client::Action::Kill).await,
        Some(Command::Pause(args)) => lifecycle::act(context, &args, stead_api::client::Action::Pause).await,
        Some(Command::Wake(args)) => lifecycle::act(context, &args, stead_api::client::Action::Wake).await,
        Some(Command::Rename(args)) => lifecycle::rename(context, &args).await,
        Some(Command::Delete(args)) => lifecycle::delete(context, &args).await,
        Some(Command::Ports(args)) => ports::run(context, &args).await,
        Some(Command::Access(args)) => access::run(context, &args).await,
        Some(Command::Operations(args)) => operations::run(context, &args).await,
        Some(Command::Validate(args)) => validate::run(context, &args).await,
        Some(Command::Dashboard(args)) => dashboard::run(context, &args).await,
        Some(Command::Profile(args)) => profile::run(context, &args).await,
        Some(Command::Factors(args)) => factors::run(context, &args).await,
        Some(Command::Tokens(args)) => tokens::run(context, &args).await,
        Some(Command::Audit(args)) => Box::pin(audit::run(context, &args)).await,
        Some(Command::Export(args)) => Box::pin(export::run(context, &args)).await,
        Some(Command::Tenants(args)) => tenants::run(context, &args).await,
        Some(Command::Notifications(args)) => notifications::run(context, &args).await,
        Some(Command::Webhooks(args)) => webhooks::run(context, &args).await,
        Some(Command::Secrets(args)) => secrets::run(context, &args).await,
        Some(Command::Keys(args)) => keys::run(context, &args).await,
        Some(Command::Sources(args)) => sources::run(context, &args).await,
        Some(Command::Operator(args)) => operator::run(context, &args).await,
        Some(Command::Nodes(args)) => nodes::run(context, &args).await,
        Some(Command::Sessions(args)) => sessions::run(context, &args).await,
        Some(Command::Login(args)) => login::run(context, args).await,
        Some(Command::Logout(args)) => logout::run(context, args).await,
        Some(Command::Demo(args)) => Box::pin(demo::run(context, args)).await,
        Some(Command::Completions(args)) => Ok(completions::run(context, &args, &mut Cli::command())),
        Some(Command::ShimSpawner) => Ok(ExitCode::FAILURE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// An argument with the name of a global one would be taken for it.
    #[test]
    fn no_argument_hides_a_global_one() {
        fn walk(command: &clap::Command, globals: &[clap::Id]) {
            for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
                assert!(
                    !globals.contains(argument.get_id()),
                    "{}: {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(|command| walk(command, globals));
        }
        let command = Cli::command();
        let globals: Vec<_> = command
            .get_arguments()
            .filter(|argument| argument.is_global_set())
            .map(|argument| argument.get_id().clone())
            .collect();
        walk(&command, &globals);
    }
}
