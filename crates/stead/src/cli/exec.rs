//! `stead exec`: one command in an instance, with its input, output and exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Args;
use stead_api::client::{ClientError, FrameStream};
use stead_core::frame::Frame;
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

use super::raw_mode::RawMode;
use super::{Context, Failure};
use crate::output::terminal_size;

#[derive(Debug, Args)]
pub(crate) struct ExecArgs {
    /// Name or id.
    name: String,
    /// Folder to run in; /workspace when absent.
    #[arg(short = 'w', long, value_name = "PATH")]
    workdir: Option<String>,
    /// Give the command a terminal, also when the output is a pipe.
    #[arg(short, long)]
    tty: bool,
    /// Give the command no terminal.
    #[arg(short = 'T', long, conflicts_with = "tty")]
    no_tty: bool,
    /// The command and its arguments.
    #[arg(required = true, last = true)]
    command: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: ExecArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let terminal =
        args.tty || (!args.no_tty && std::io::stdin().is_terminal() && std::io::stdout().is_terminal());
    let command = serde_json::to_string(&args.command).unwrap_or_default();
    let mut query = vec![("command", command)];
    query.extend(args.workdir.map(|path| ("working_directory", path)));
    if terminal {
        let (columns, rows) = terminal_size().unwrap_or((80, 24));
        query.extend([("columns", columns.to_string()), ("rows", rows.to_string())]);
    }
    let stream = client.exec_stream(&args.name, &query).await?;
    let raw = if terminal && std::io::stdin().is_terminal() { Some(RawMode::enter()?) } else { None };
    let result = relay(context, stream).await;
    drop(raw);
    result
}

async fn relay(context: &Context, mut stream: FrameStream) -> Result<ExitCode, Failure> {
    let watch = |kind| {
        signal(kind)
            .map_err(|error| Failure::new(1, "signal", format!("Signals cannot be watched: {error}.")))
    };
    let mut resized = watch(SignalKind::window_change())?;
    let mut interrupted = watch(SignalKind::interrupt())?;
    let mut terminated = watch(SignalKind::terminate())?;
    let mut input = tokio::io::stdin();
    let mut buffer = vec![0u8; 32 * 1024];
    let mut input_open = true;
    let broken = || {
        Failure::new(9, "connection_lost", "The connection was lost; the command was ended.")
            .next("Run it again. For work that must go on use `stead attach`.")
    };
    loop {
        tokio::select! {
            message = stream.next() => {
                let Some(message) = message? else { return Err(broken()) };
                match message.frame()? {
                    Frame::Output { bytes, .. } => context.output.raw(bytes),
                    Frame::Snapshot { bytes, .. } => context.output.raw(bytes),
                    Frame::ErrorOutput { bytes, .. } => context.output.raw_error(bytes),
                    Frame::Exit { code, .. } => return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
                    Frame::Problem { json } => {
                        let problem: stead_core::error::Problem = serde_json::from_slice(json)
                            .map_err(|error| ClientError::Protocol(error.to_string()))?;
                        return Err(stead_core::Error::from(problem).into());
                    }
                    _ => {}
                }
            }
            count = input.read(&mut buffer), if input_open => {
                let sent = match count {
                    Ok(count) if count > 0 => stream.send(&Frame::Input { bytes: &buffer[..count] }).await,
                    _ => {
                        input_open = false;
                        stream.send(&Frame::InputEnd).await
                    }
                };
                sent.map_err(|_| broken())?;
            }
            _ = resized.recv() => {
                if let Some((columns, rows)) = terminal_size() {
                    stream.send(&Frame::Resize { columns, rows }).await.map_err(|_| broken())?;
                }
            }
            _ = interrupted.recv() => stream.send(&Frame::Signal { number: 2 }).await.map_err(|_| broken())?,
            _ = terminated.recv() => stream.send(&Frame::Signal { number: 15 }).await.map_err(|_| broken())?,
        }
    }
}
