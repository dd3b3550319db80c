//! `stead node`: the agent alone, for a server elsewhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::up::{HostArgs, wait_for_a_signal};
use super::{Context, Failure};
use crate::up::agent::Agent;
use crate::up::lock::DataDirLock;
use crate::up::remote;

#[derive(Debug, Args)]
pub(crate) struct NodeArgs {
    #[command(flatten)]
    host: HostArgs,
    /// The join file that `stead nodes issue` made for this machine.
    #[arg(long, env = "STEAD_JOIN", value_name = "FILE")]
    join: PathBuf,
    /// The server's address for nodes (its --node-listen).
    #[arg(long = "to", env = "STEAD_NODE_SERVER", value_name = "HOST:PORT")]
    to: String,
}

pub(crate) async fn run(context: &Context, args: NodeArgs) -> Result<ExitCode, Failure> {
    args.host.start_logging(context)?;
    let settings = args.host.settings(context, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None);
    let join = remote::read_join_file(&args.join)?;
    let _lock = DataDirLock::acquire(&settings.data_dir)?;
    let agent = Agent::start(&settings, Some(join.node), &context.ambient).await?;
    let stop = CancellationToken::new();
    let connected = remote::keep_connected(
        agent.node.clone(),
        &join,
        args.to.clone(),
        context.ambient.clone(),
        stop.clone(),
    )?;
    let connected = tokio::spawn(connected);
    let output = &context.output;
    if output.json {
        output.json(&json!({ "ready": { "node": join.node } }));
    } else {
        output.line(format!(
            "{} serves {}. Ctrl-C stops the agent and leaves the instances running.",
            join.node, args.to
        ));
    }
    wait_for_a_signal()?.await;
    stop.cancel();
    agent.shutdown().await;
    if let Err(error) = connected.await {
        tracing::warn!(error = %error, "the connection to the server ended badly");
    }
    Ok(ExitCode::SUCCESS)
}
