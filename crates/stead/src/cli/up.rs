//! `stead up`: server, dashboard and node in one process.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde_json::json;
use stead_api::client::Client;
use stead_api::v1::instances::{CreateInstance, Instance};
use stead_control::identity::{SignUpPolicy, SourcesSettings};
use stead_control::outbound::OutboundSettings;
use stead_core::names;
use tokio::signal::unix::{SignalKind, signal};

use super::local_repository::LocalRepository;
use super::mail_args::MailArgs;
use super::source_args::SourceArgs;
use super::{Context, Failure, instance_fields, open};
use crate::config::{self, DEFAULT_LISTEN};
use crate::output::{Tone, duration};
use crate::up::assemble::{OwnNode, Stead};
use crate::up::lock::DataDirLock;
use crate::up::logging::{self, LogFormat};
use crate::up::owner;
use crate::up::settings::Settings;

/// What server and node have in common with other commands of this machine.
#[derive(Debug, Args)]
pub(crate) struct HostArgs {
    /// Where Stead keeps everything; /var/lib/stead for root, ~/.local/share/stead else.
    #[arg(long, env = "STEAD_DATA_DIR", value_name = "PATH")]
    data_dir: Option<PathBuf>,
    /// A postgres:// address; a file in the data directory when absent.
    #[arg(long, env = "STEAD_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
    /// Command that prints the master key, for keys kept elsewhere; else the variable STEAD_MASTER_KEY, else a file in the data
    /// directory.
    #[arg(long, env = "STEAD_MASTER_KEY_COMMAND", value_name = "COMMAND")]
    master_key_command: Option<String>,
    /// Let instances reach private networks (10.0.0.0/8 and the like).
    #[arg(long, env = "STEAD_ALLOW_PRIVATE_NETWORKS")]
    allow_private_networks: bool,
    /// Registry to speak plain HTTP with, such as 127.0.0.1:5000; may be repeated.
    #[arg(long, value_name = "HOST:PORT")]
    insecure_registry: Vec<String>,
    /// Offer simulated instances, for demonstrations.
    #[arg(long)]
    simulate: bool,
    /// What to log: a level, or levels by part (info,stead_node=debug).
    #[arg(long, env = "STEAD_LOG", value_name = "FILTER")]
    log: Option<String>,
    #[arg(long, env = "STEAD_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    sources: SourceArgs,
    /// Address to listen at.
    #[arg(long, env = "STEAD_LISTEN", default_value = DEFAULT_LISTEN, value_name = "IP:PORT")]
    listen: SocketAddr,
    /// Address where nodes on other machines connect; see `stead nodes issue`.
    #[arg(long, env = "STEAD_NODE_LISTEN", value_name = "IP:PORT")]
    node_listen: Option<SocketAddr>,
    /// Where browsers reach this server; previews are hosts below it.
    #[arg(long, env = "STEAD_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Who may make an account: everybody, whoever was invited into a tenant, or nobody but operators for others.
    #[arg(long, env = "STEAD_SIGN_UP", value_enum, default_value = "invited", value_name = "WHO")]
    sign_up: WhoSignsUp,
    /// Requests that one session or API token may make in a minute; 0: as many as it likes.
    #[arg(long, env = "STEAD_REQUESTS_PER_MINUTE", default_value_t = 6_000, value_name = "NUMBER")]
    requests_per_minute: u32,
    /// A reverse proxy before this server: the address that it names in `X-Forwarded-For` is the client's. May be repeated.
    #[arg(long, env = "STEAD_TRUSTED_PROXIES", value_delimiter = ',', value_name = "IP")]
    trusted_proxy: Vec<IpAddr>,
    /// Open the repository of this folder as a workspace, unless it is open already.
    #[arg(long, value_name = "PATH")]
    workspace: Option<PathBuf>,
}

/// [`SignUpPolicy`] on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WhoSignsUp {
    Open,
    Invited,
    Closed,
}

impl WhoSignsUp {
    const fn policy(self) -> SignUpPolicy {
        match self {
            Self::Open => SignUpPolicy::Open,
            Self::Invited => SignUpPolicy::Invited,
            Self::Closed => SignUpPolicy::Closed,
        }
    }
}

impl HostArgs {
    /// The data directory without the rest.
    #[must_use]
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(config::default_data_dir_here)
    }

    pub(crate) fn start_logging(&self, context: &Context) -> Result<(), Failure> {
        // On a terminal the banner is what people read; a file or a pipe is for whoever searches it later.
        let usual = if context.output.live { "warn" } else { "info,sea_orm_migration=warn" };
        Ok(logging::start(self.log.as_deref().unwrap_or(usual), self.log_format)?)
    }

    #[must_use]
    pub(crate) fn settings(
        &self,
        context: &Context,
        listen: SocketAddr,
        public_url: Option<String>,
    ) -> Settings {
        Settings {
            data_dir: self.data_dir(),
            listen,
            node_listen: None,
            public_url,
            database: self.database.clone(),
            master_key: context.environment.master_key(&self.data_dir(), self.master_key_command.as_deref()),
            sign_up: SignUpPolicy::default(),
            requests_per_minute: None,
            trusted_proxies: Vec::new(),
            node_name: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            allow_private_networks: self.allow_private_networks,
            insecure_registries: self.insecure_registry.clone(),
            simulate: self.simulate,
            mail: None,
            outbound: OutboundSettings::default(),
            sources: SourcesSettings::default(),
        }
    }
}

/// `stead up`.
pub(crate) async fn run(context: &Context, args: UpArgs) -> Result<ExitCode, Failure> {
    serve(context, args, OwnNode::Yes).await
}

/// Serves until a signal, with this machine's own node or without (`stead server`).
pub(crate) async fn serve(context: &Context, args: UpArgs, own_node: OwnNode) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    args.host.start_logging(context)?;
    let mut settings = args.host.settings(context, args.listen, args.public_url);
    settings.node_listen = args.node_listen;
    let base_url = settings.base_url(args.listen);
    let public_host = url::Url::parse(&base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    settings.mail = args.mail.mail(public_host.as_deref().unwrap_or("localhost"), &context.environment)?;
    settings.outbound = args.mail.outbound()?;
    settings.sign_up = args.sign_up.policy();
    settings.requests_per_minute = Some(args.requests_per_minute).filter(|most| *most > 0);
    settings.trusted_proxies = args.trusted_proxy;
    settings.sources = args.sources.sources(&context.environment)?;
    let mut lock = DataDirLock::acquire(&settings.data_dir)?;
    let stead = Stead::assemble(&settings, own_node, &context.ambient).await?;
    lock.announce(Some(stead.base_url().to_owned()))?;
    let client = owner::sign_in_this_machine(&stead, context.credentials_path(), &context.ambient).await?;
    let link = owner::sign_in_link(&stead).await?;

    let output = &context.output;
    if output.json {
        let url = format!("{}/", stead.base_url().trim_end_matches('/'));
        output.json(&json!({ "ready": { "url": url, "sign_in_link": link.url } }));
    } else {
        output.line(format!(
            "\n{} is up after {}.\n",
            output.paint(Tone::Strong, "Stead"),
            duration(began.elapsed())
        ));
        output.line(format!("  dashboard   {}", output.paint(Tone::Strong, &link.url)));
        output.line(output.paint(
            Tone::Faint,
            "              (signs you in once, within 15 minutes; `stead dashboard` makes another)",
        ));
        for missing in missing_capabilities(&client).await? {
            output.line(format!("  {}     {missing}", output.paint(Tone::Busy, "missing")));
        }
    }
    let stop = wait_for_a_signal()?;
    tokio::pin!(stop);
    if let Some(path) = &args.workspace {
        tokio::select! {
            opened = workspace(context, &client, path) => match opened {
                // The workspace's failure is not the end of Stead.
                Err(failure) => drop(failure.report(output)),
                Ok(instance) => describe(context, &instance),
            },
            () = &mut stop => return leave(context, stead).await,
        }
    }
    if !output.json {
        output.line("");
        output.line(output.paint(
            Tone::Faint,
            "Ctrl-C stops Stead and leaves the instances running; `stead down` stops them too.",
        ));
    }
    stop.await;
    leave(context, stead).await
}

async fn leave(context: &Context, stead: Stead) -> Result<ExitCode, Failure> {
    let instances = stead.running_instances().await;
    stead.shutdown().await;
    if !context.output.json {
        context.output.note(match instances {
            0 => "\nStead has stopped.".to_owned(),
            1 => "\nStead has stopped; 1 instance runs on. `stead up` finds it again, `stead down` stops it.".to_owned(),
            many => format!("\nStead has stopped; {many} instances run on. `stead up` finds them again, `stead down` stops them."),
        });
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn wait_for_a_signal() -> Result<impl Future<Output = ()>, Failure> {
    let watch = |kind| {
        signal(kind)
            .map_err(|error| Failure::new(1, "signal", format!("Signals cannot be watched: {error}.")))
    };
    let (mut interrupt, mut terminate) = (watch(SignalKind::interrupt())?, watch(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

async fn missing_capabilities(client: &Client) -> Result<Vec<String>, Failure> {
    Ok(client
        .nodes()
        .await?
        .into_iter()
        .flat_map(|node| node.drivers)
        .flat_map(|driver| driver.missing)
        .collect())
}

/// The workspace of the repository: the one that is there, as it is, or a new one.
async fn workspace(context: &Context, client: &Client, path: &std::path::Path) -> Result<Instance, Failure> {
    let repository = LocalRepository::find(path).await?;
    let name = names::from_repository(&repository.folder).unwrap_or_else(|| "workspace".to_owned());
    if let Some(instance) = client.instances().await?.into_iter().find(|instance| instance.name == name) {
        return Ok(instance);
    }
    let (source, _) = open::upload(context, client, path, None).await?;
    let create =
        CreateInstance { name: Some(name.clone()), source: Some(source), ..CreateInstance::default() };
    open::create_quietly(context, client, &create).await
}

fn describe(context: &Context, instance: &Instance) {
    let output = &context.output;
    if output.json {
        output.json(&json!({ "workspace": instance }));
        return;
    }
    let (mark, word, tone) = instance_fields::phase(instance.state.phase);
    let name = &instance.name;
    output.line(format!(
        "\n  workspace   {}  {}  {}",
        output.paint(Tone::Strong, name),
        output.paint(tone, &format!("{mark} {word}")),
        output.paint(Tone::Faint, &instance.state.reason)
    ));
    for port in &instance.ports {
        let label = port.label.as_deref().map(|label| format!(" ({label})")).unwrap_or_default();
        output.line(format!("  preview     {}{}", port.preview_url, output.paint(Tone::Faint, &label)));
    }
    if let Some(problem) = &instance.problem {
        output.line(format!("  {}     {}", output.paint(Tone::Bad, "problem"), problem.message));
    }
    output.line("\n  Next:");
    for (command, meaning) in [
        (format!("stead attach {name}"), "a terminal in it"),
        (format!("stead exec {name} -- cargo --version"), "one command in it"),
        ("stead open https://…/repo.git".to_owned(), "another repository"),
    ] {
        output.line(format!("    {}  {meaning}", output.paint(Tone::Strong, &format!("{command:<38}"))));
    }
}
