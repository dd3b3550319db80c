//! `stead attach`: a terminal in an instance. It stays when you leave; coming back redraws it.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use stead_api::client::{Client, ClientError};
use stead_api::v1::terminals::CreateTerminal;
use stead_core::frame::Frame;
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

use super::raw_mode::RawMode;
use super::{Context, Failure};
use crate::output::{Tone, terminal_size};

/// Resets the viewer's terminal before a snapshot draws on it (RIS).
const RESET: &[u8] = b"\x1bc";

#[derive(Debug, Args)]
pub(crate) struct AttachArgs {
    /// Name or id.
    name: String,
    /// Open another terminal, even if there is one to come back to.
    #[arg(long)]
    new: bool,
    /// Come back to this terminal; see --list.
    #[arg(short, long, value_name = "TERMINAL", conflicts_with = "new")]
    terminal: Option<String>,
    /// List the instance's terminals instead.
    #[arg(short, long)]
    list: bool,
    /// Only watch.
    #[arg(long)]
    read_only: bool,
    /// Command to run in a new terminal instead of the login shell.
    #[arg(last = true)]
    command: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: AttachArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    if args.list {
        return list(context, &client, &args.name).await;
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "`stead attach` needs a terminal.",
            "To run one command use `stead exec NAME -- COMMAND`.",
        ));
    }
    let (columns, rows) = terminal_size().unwrap_or((80, 24));
    let terminal = match args.terminal {
        Some(terminal) => terminal,
        None => {
            let open = if args.new || !args.command.is_empty() {
                Vec::new()
            } else {
                client.terminals(&args.name).await?
            };
            match open.into_iter().find(|terminal| terminal.exit_code.is_none() && terminal.viewers == 0) {
                Some(terminal) => terminal.id,
                None => {
                    let command = (!args.command.is_empty()).then_some(args.command);
                    let create = CreateTerminal { command, columns: Some(columns), rows: Some(rows) };
                    client.create_terminal(&args.name, &create).await?.id
                }
            }
        }
    };
    let ended = session(context, &client, &args.name, &terminal, args.read_only).await?;
    leave_with(context, &args.name, ended)
}

/// Opens a new terminal in the instance and stays in it.
///
/// # Errors
/// When standard input is no terminal or the server refuses.
pub(crate) async fn open(context: &Context, client: &Client, name: &str) -> Result<ExitCode, Failure> {
    let (columns, rows) = terminal_size().unwrap_or((80, 24));
    let create = CreateTerminal { command: None, columns: Some(columns), rows: Some(rows) };
    let terminal = client.create_terminal(name, &create).await?;
    leave_with(context, name, session(context, client, name, &terminal.id, false).await?)
}

fn leave_with(context: &Context, name: &str, ended: Option<i32>) -> Result<ExitCode, Failure> {
    Ok(match ended {
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => {
            context
                .output
                .note(format!("\nLeft the terminal; it goes on. Come back with `stead attach {name}`."));
            ExitCode::SUCCESS
        }
    })
}

async fn list(context: &Context, client: &Client, name: &str) -> Result<ExitCode, Failure> {
    let terminals = client.terminals(name).await?;
    let output = &context.output;
    if output.json {
        output.json(&terminals);
        return Ok(ExitCode::SUCCESS);
    }
    if terminals.is_empty() {
        output.note(format!("{name} has no terminal open. Open one with `stead attach {name}`."));
    }
    for terminal in terminals {
        if output.quiet {
            output.line(&terminal.id);
            continue;
        }
        let state = terminal.exit_code.map_or_else(|| "open".to_owned(), |code| format!("ended with {code}"));
        output.line(format!(
            "{}  {}  {state}, {} watching",
            terminal.id,
            output.paint(Tone::Strong, &terminal.label),
            terminal.viewers
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs until the shell ends (its code) or the user leaves (`None`). A broken connection is taken up again.
async fn session(
    context: &Context,
    client: &Client,
    name: &str,
    terminal: &str,
    read_only: bool,
) -> Result<Option<i32>, Failure> {
    let raw = RawMode::enter()?;
    let mut resized = signal(SignalKind::window_change())
        .map_err(|error| Failure::new(1, "signal", format!("Changes of size cannot be watched: {error}.")))?;
    let mut input = tokio::io::stdin();
    let mut keys = vec![0u8; 4096];
    let mut escape = Escape::AtLineStart;
    let mut reached: Option<u64> = None;
    let mut pause = Duration::from_millis(100);
    loop {
        let (columns, rows) = terminal_size().unwrap_or((80, 24));
        let mut query = vec![("columns", columns.to_string()), ("rows", rows.to_string())];
        query.extend(reached.map(|offset| ("offset", offset.to_string())));
        if read_only {
            query.push(("read_only", "true".to_owned()));
        }
        let mut stream = match client.terminal_stream(name, terminal, &query).await {
            Ok(stream) => stream,
            Err(ClientError::Unreachable { .. } | ClientError::Protocol(_)) if reached.is_some() => {
                // The keyboard stays alive while the server is away, so that one can always leave.
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    count = input.read(&mut keys) => match count {
                        Ok(count) if count > 0 && escape.take(&keys[..count]).is_some() => {}
                        _ => return Ok(None),
                    },
                }
                pause = (pause * 2).min(Duration::from_secs(3));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        pause = Duration::from_millis(100);
        loop {
            tokio::select! {
                message = stream.next() => {
                    let Ok(Some(message)) = message else { break };
                    match message.frame()? {
                        Frame::Output { offset, bytes } => {
                            context.output.raw(bytes);
                            reached = Some(offset + bytes.len() as u64);
                        }
                        Frame::Snapshot { offset, bytes, .. } => {
                            context.output.raw(RESET);
                            context.output.raw(bytes);
                            reached = Some(offset);
                        }
                        Frame::Exit { code, .. } => {
                            drop(raw);
                            return Ok(Some(code));
                        }
                        Frame::Problem { json } => {
                            drop(raw);
                            let problem: stead_core::error::Problem = serde_json::from_slice(json)
                                .map_err(|error| ClientError::Protocol(error.to_string()))?;
                            return Err(stead_core::Error::from(problem).into());
                        }
                        _ => {}
                    }
                }
                count = input.read(&mut keys) => {
                    let count = count.unwrap_or(0);
                    if count == 0 {
                        return Ok(None);
                    }
                    let Some(typed) = escape.take(&keys[..count]) else { return Ok(None) };
                    if !read_only && stream.send(&Frame::Input { bytes: &typed }).await.is_err() {
                        break;
                    }
                }
                _ = resized.recv() => {
                    if let Some((columns, rows)) = terminal_size()
                        && stream.send(&Frame::Resize { columns, rows }).await.is_err()
                    {
                        break;
                    }
                }
            }
        }
        reached = reached.or(Some(0));
    }
}

/// Recognises `~.` at the start of a line, as OpenSSH does; `~~` sends one `~`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    AtLineStart,
    AfterTilde,
    InLine,
}

impl Escape {
    /// The bytes to send; `None` when the user leaves.
    fn take(&mut self, typed: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(typed.len());
        for &byte in typed {
            match (*self, byte) {
                (Self::AtLineStart, b'~') => *self = Self::AfterTilde,
                (Self::AfterTilde, b'.') => return None,
                (Self::AfterTilde, b'~') => {
                    out.push(b'~');
                    *self = Self::InLine;
                }
                (state, byte) => {
                    if state == Self::AfterTilde {
                        out.push(b'~');
                    }
                    out.push(byte);
                    *self = if matches!(byte, b'\r' | b'\n') { Self::AtLineStart } else { Self::InLine };
                }
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::Escape;

    #[test]
    fn tilde_dot_at_the_start_of_a_line_leaves() {
        let mut escape = Escape::AtLineStart;
        assert_eq!(escape.take(b"ls ~.\r"), Some(b"ls ~.\r".to_vec()));
        assert_eq!(escape.take(b"~~x\r"), Some(b"~x\r".to_vec()));
        assert_eq!(escape.take(b"~"), Some(Vec::new()));
        assert_eq!(escape.take(b"a\r"), Some(b"~a\r".to_vec()));
        assert_eq!(escape.take(b"~."), None);
    }
}
