//! `stead open`: a repository, by address or on this machine, as a workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use stead_api::client::Client;
use stead_api::v1::instances::{
    CreateInstance, CreateSource, Driver, Instance, InstanceOperation, ResourcesInput,
};
use stead_core::ids::RequestId;

use super::local_repository::LocalRepository;
use super::{Context, Failure, follow, parse};
use crate::output::{Tone, bytes};

#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// Git address, or a folder in a repository on this machine.
    #[arg(required_unless_present = "blank")]
    repository: Option<String>,
    /// An empty workspace, from no repository.
    #[arg(long, conflicts_with = "repository")]
    blank: bool,
    /// Name of the instance; made from the repository when absent.
    #[arg(long)]
    name: Option<String>,
    /// Branch, tag or commit.
    #[arg(short = 'b', long, value_name = "REVISION")]
    revision: Option<String>,
    /// Image to run, or `host` for the node's own userland.
    #[arg(long)]
    image: Option<String>,
    /// Cores: 2, 0.5, 1500m.
    #[arg(long, value_parser = parse::cpu)]
    cpu: Option<u32>,
    /// Memory: 4GiB.
    #[arg(long, value_parser = parse::size)]
    memory: Option<u64>,
    /// Disk: 20GiB.
    #[arg(long, value_parser = parse::size)]
    disk: Option<u64>,
    /// Variable for everything that runs inside; may be repeated.
    #[arg(short, long, value_parser = parse::variable, value_name = "NAME=VALUE")]
    env: Vec<(String, String)>,
    /// Stop after this long without use: 30m, 2h, never.
    #[arg(long, value_parser = parse::timeout, value_name = "DURATION")]
    idle: Option<u64>,
    /// Do not read the repository's phazeai.yaml.
    #[arg(long)]
    no_config: bool,
    /// Main process, for images.
    #[arg(last = true)]
    command: Vec<String>,
    /// Run it on the simulator.
    #[arg(long, hide = true)]
    sim: bool,
    /// Do not wait until it is ready.
    #[arg(short, long)]
    detach: bool,
    /// Open a terminal in it when it is ready.
    #[arg(short, long, conflicts_with_all = ["detach", "json"])]
    attach: bool,
}

pub(crate) async fn run(context: &Context, args: OpenArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let attach = args.attach;
    let detach = args.detach;
    let source = match (&args.repository, args.blank) {
        (Some(repository), false) => Some(source(context, &client, repository, args.revision.clone()).await?),
        _ => None,
    };
    let (source, suggested_name) = source.map_or((None, None), |(source, name)| (Some(source), name));
    let create = CreateInstance {
        name: args.name.or(suggested_name),
        source,
        image: args.image,
        resources: Some(ResourcesInput {
            cpu_millis: args.cpu,
            memory_bytes: args.memory,
            disk_bytes: args.disk,
            pids: None,
        }),
        env: args.env.into_iter().collect::<BTreeMap<_, _>>(),
        command: (!args.command.is_empty()).then_some(args.command),
        ignore_workspace_config: args.no_config,
        driver: args.sim.then_some(Driver::Sim),
        idle_timeout_seconds: args.idle,
    };
    let instance = create_and_follow(context, &client, &create, detach).await?;
    if let (true, Some(instance)) = (attach, instance) {
        return Box::pin(super::attach::open(context, &client, &instance.name)).await;
    }
    Ok(ExitCode::SUCCESS)
}

/// An existing folder is a repository on this machine, anything else an address.
async fn source(
    context: &Context,
    client: &Client,
    repository: &str,
    revision: Option<String>,
) -> Result<(CreateSource, Option<String>), Failure> {
    let path = Path::new(repository);
    let looks_local = repository == "."
        || repository == ".."
        || repository.starts_with(['/', '~'])
        || repository.starts_with("./")
        || repository.starts_with("../");
    if path.is_dir() {
        upload(context, client, path, revision).await.map(|(source, name)| (source, Some(name)))
    } else if looks_local {
        Err(Failure::usage(
            format!("There is no folder {repository}."),
            "Name a folder in a git repository, or a git address.",
        ))
    } else {
        Ok((CreateSource::Git { url: repository.to_owned(), revision }, None))
    }
}

/// Sends a local repository and gives the source and a name for the instance.
pub(crate) async fn upload(
    context: &Context,
    client: &Client,
    path: &Path,
    revision: Option<String>,
) -> Result<(CreateSource, String), Failure> {
    let repository = LocalRepository::find(path).await?;
    let file = BundleFile::new(context);
    repository.bundle(&file.path).await?;
    let length = tokio::fs::metadata(&file.path).await.map(|metadata| metadata.len());
    let opened = tokio::fs::File::open(&file.path).await;
    let (length, opened) = match (length, opened) {
        (Ok(length), Ok(opened)) => (length, opened),
        (Err(error), _) | (_, Err(error)) => {
            return Err(Failure::new(
                1,
                "bundle_unreadable",
                format!("The packed repository cannot be read: {error}."),
            ));
        }
    };
    context.output.note(format!("Sending {} ({})", repository.root.display(), bytes(length)));
    if repository.uncommitted > 0 {
        context.output.note(format!(
            "Not sent: {} uncommitted change(s). Only commits go along.",
            repository.uncommitted
        ));
    }
    if repository.origin_stays_here {
        context.output.note(
            "Not taken along: the remote `origin`, which names a place on this machine. Set another inside with `git remote add origin …`.",
        );
    }
    let upload = client.upload(opened.into(), length).await?;
    let branch = revision.or_else(|| repository.branch.clone());
    Ok((
        CreateSource::Upload { upload_id: upload.id, origin: repository.origin.clone(), branch },
        repository.folder,
    ))
}

/// Creates the instance and follows it; `None` when detached.
pub(crate) async fn create_and_follow(
    context: &Context,
    client: &Client,
    create: &CreateInstance,
    detach: bool,
) -> Result<Option<Instance>, Failure> {
    let output = &context.output;
    let feed = client.events().await?;
    let key = context.ambient.new_id::<RequestId>().to_string();
    let InstanceOperation { instance, operation } = client.create_instance(create, &key).await?;
    if detach {
        if output.json {
            output.json(&InstanceOperation { instance, operation });
        } else if output.quiet {
            output.line(&instance.id);
        } else {
            output.line(format!(
                "{} is being made; follow it with `stead operations {}`.",
                instance.name, operation.id
            ));
        }
        return Ok(None);
    }
    output.note(format!(
        "{} {}",
        output.paint(Tone::Strong, &instance.name),
        output.paint(Tone::Faint, &instance.id)
    ));
    follow::operation(context, client, feed, operation).await?;
    let instance = client.instance(&instance.id).await?;
    if output.json {
        output.json(&serde_json::json!({ "instance": instance }));
    } else if output.quiet {
        output.line(&instance.id);
    } else {
        let (mark, word, tone) = super::instance_fields::phase(instance.state.phase);
        output.line(format!(
            "{} {}",
            output.paint(Tone::Strong, &instance.name),
            output.paint(tone, &format!("{mark} {word}"))
        ));
        if let Some(problem) = &instance.problem {
            output.line(format!("  {} {}", output.paint(Tone::Bad, "warning:"), problem.message));
            if let Some(next_step) = &problem.next_step {
                output.line(format!("     {} {next_step}", output.paint(Tone::Strong, "next:")));
            }
        }
        for port in &instance.ports {
            output.line(format!("  port {:<6} {}", port.port, port.preview_url));
        }
        output.line(format!("  stead attach {}", instance.name));
    }
    Ok(Some(instance))
}

/// Creates the instance and waits, showing the steps but not the result.
///
/// # Errors
/// When it does not come up.
pub(crate) async fn create_quietly(
    context: &Context,
    client: &Client,
    create: &CreateInstance,
) -> Result<Instance, Failure> {
    let feed = client.events().await?;
    let key = context.ambient.new_id::<RequestId>().to_string();
    let begun = client.create_instance(create, &key).await?;
    follow::operation(context, client, feed, begun.operation).await?;
    Ok(client.instance(&begun.instance.id).await?)
}

/// A temporary file that goes when dropped.
struct BundleFile {
    path: PathBuf,
}

impl BundleFile {
    fn new(context: &Context) -> Self {
        Self {
            path: std::env::temp_dir()
                .join(format!("stead-{}.bundle", context.ambient.new_id::<RequestId>())),
        }
    }
}

impl Drop for BundleFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
