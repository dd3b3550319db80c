//! `stead down`: stops every instance of this machine, then Stead itself.

use std::io::{BufRead, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use clap::Args;
use rustix::process::{Pid, Signal, kill_process};

use super::up::HostArgs;
use super::{Context, Failure};
use crate::up::assemble::{OwnNode, Stead};
use crate::up::lock::DataDirLock;

#[derive(Debug, Args)]
pub(crate) struct DownArgs {
    #[command(flatten)]
    host: HostArgs,
    /// Delete every instance and all their files too, and take back what Stead set up on this machine.
    #[arg(long)]
    purge: bool,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn run(context: &Context, args: DownArgs) -> Result<ExitCode, Failure> {
    args.host.start_logging(context)?;
    // No port is needed: what has to be done is done in this process, after the other has gone.
    let settings = args.host.settings(context, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None);
    if !settings.data_dir.exists() {
        context.output.note(format!("There is no Stead at {}.", settings.data_dir.display()));
        return Ok(ExitCode::SUCCESS);
    }
    if args.purge && !args.yes {
        context.output.note(format!(
            "This deletes every instance on this machine with all its files, and everything in {}.",
            settings.data_dir.display()
        ));
        confirm(context)?;
    }
    if let Some(holder) = DataDirLock::holder(&settings.data_dir)? {
        let process = Pid::from_raw(holder.pid)
            .ok_or_else(|| Failure::new(1, "lock_damaged", "The lock file names no process."))?;
        kill_process(process, Signal::TERM).map_err(|error| {
            Failure::new(
                5,
                "not_allowed",
                format!("Process {} cannot be asked to stop: {error}.", holder.pid),
            )
            .next("Run `stead down` as the user who started it.")
        })?;
        let directory = settings.data_dir.clone();
        tokio::task::spawn_blocking(move || DataDirLock::wait_until_free(&directory))
            .await
            .map_err(|error| Failure::new(1, "wait", error.to_string()))??;
    }
    let lock = DataDirLock::acquire(&settings.data_dir)?;
    let stead = Stead::assemble(&settings, OwnNode::Yes, &context.ambient).await?;
    let ended =
        if args.purge { stead.delete_every_instance().await } else { stead.stop_every_instance().await };
    let torn_down = if args.purge && ended.is_ok() { stead.teardown_host().await } else { Ok(()) };
    stead.shutdown().await;
    let count = ended?;
    torn_down?;
    if args.purge {
        std::fs::remove_dir_all(lock.directory()).map_err(|error| {
            Failure::new(1, "data_dir", format!("{} cannot be removed: {error}.", lock.directory().display()))
        })?;
    }
    let what = if args.purge { "deleted" } else { "stopped; files stay" };
    context.output.note(match count {
        0 => "Stead is down.".to_owned(),
        1 => format!("Stead is down: 1 instance {what}."),
        many => format!("Stead is down: {many} instances {what}."),
    });
    Ok(ExitCode::SUCCESS)
}

fn confirm(context: &Context) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage("Nobody is there to confirm.", "Add --yes to purge without asking."));
    }
    context.output.note("Type `purge` to go on:");
    let mut typed = String::new();
    if std::io::stdin().lock().read_line(&mut typed).is_ok() && typed.trim() == "purge" {
        return Ok(());
    }
    Err(Failure::new(1, "not_confirmed", "Nothing was deleted."))
}
