//! Being inside: consoles, terminals, commands. Frames go through untouched (`stead_core::frame`).
//!
//! Everything here counts as use of the instance. Processes live in the instance; this server keeps no state of them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use stead_api::node::{AttachParams, ConsoleParams};
use stead_api::v1::Page;
use stead_api::v1::exec::{Exec, ExecQuery, ExecResult};
use stead_api::v1::terminals::{AttachQuery, ConsoleQuery, CreateTerminal, Terminal};
use stead_core::driver::{ProcessIo, ProcessSpec};
use stead_core::frame::{Frame, MAX_PAYLOAD};
use stead_core::ids::{InstanceId, ProcessId};
use stead_core::instance::rules::{self, shown};
use stead_core::instance::{ObservedState, Phase};
use stead_core::{Error, ErrorKind, Result};
use stead_db::TenantScope;
use stead_db::instances::InstanceRow;
use stead_link::{ByteStream, NodeClient};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};

use super::exec::Collected;
use super::{Instances, audit, view};
use crate::idempotency::{self, Mutation};

const MAX_TERMINALS: usize = 32;
const COLUMNS: std::ops::RangeInclusive<u16> = 1..=1_000;
const ROWS: std::ops::RangeInclusive<u16> = 1..=500;
const DEFAULT_SIZE: (u16, u16) = (80, 24);
const DEFAULT_EXEC_TIMEOUT: u32 = 60;
const MAX_EXEC_TIMEOUT: u32 = 600;
const MAX_EXEC_INPUT: usize = 1 << 20;
/// How long a killed process may take to end.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
/// How long a terminal gets to end by itself when it is closed.
const HANG_UP_PATIENCE: Duration = Duration::from_secs(2);
const SIGNAL_HANG_UP: i32 = 1;
const SIGNAL_KILL: i32 = 9;
/// Of lines before the end that a console may be asked for.
const MAX_TAIL: u32 = 100_000;

/// The login shell: bash where there is one.
const SHELL: &str = "if [ -x /bin/bash ]; then exec /bin/bash -l; else exec /bin/sh -l; fi";

/// An instance whose inside can be reached now.
struct Inside {
    client: NodeClient,
    instance: InstanceId,
}

impl Instances {
    /// The instance, when it runs and its node is there.
    async fn inside(&self, scope: &TenantScope, reference: &str) -> Result<Inside> {
        let row = self.find(scope, reference).await?;
        let beside = self.beside_of(scope, &row).await?;
        let phase = view::state(&row, &beside, scope.now()).phase;
        let up = row.observed.as_ref().is_some_and(|report| {
            matches!(
                report.state,
                ObservedState::Running | ObservedState::Starting | ObservedState::Preparing
            )
        });
        match phase {
            Phase::Running | Phase::Unhealthy => {}
            // Foreground tasks are looked into while they run.
            Phase::Starting | Phase::Stopping if up => {}
            Phase::Unknown => {}
            _ => return Err(not_running(&row, phase)),
        }
        let inside = self.reach(&row)?;
        self.touch(row.id);
        Ok(inside)
    }

    /// The connection to the instance's node, in whatever state the instance is.
    fn reach(&self, row: &InstanceRow) -> Result<Inside> {
        let node = row.node.ok_or_else(|| {
            Error::conflict("not_placed", "This instance has not been placed on a node yet.")
                .next_step("Wait until it starts, or look at its operation for what it waits for.")
        })?;
        Ok(Inside { client: self.inner.nodes.client(node)?, instance: row.id })
    }

    /// The console as frames; also of an instance that does not run. With `follow`, more as it comes.
    ///
    /// # Errors
    /// `instance_not_found`, `not_placed`, `node_disconnected`, `node_unreachable`.
    pub async fn console(
        &self,
        scope: &TenantScope,
        reference: &str,
        query: &ConsoleQuery,
        follow: bool,
    ) -> Result<ByteStream> {
        let row = self.find(scope, reference).await?;
        let inside = self.reach(&row)?;
        let params =
            ConsoleParams { offset: query.offset, tail: query.tail.map(|lines| lines.min(MAX_TAIL)), follow };
        let stream = inside.client.console(inside.instance, params).await?;
        // Input to the main process would need the right to be inside; readers only read.
        Ok(stream)
    }

    /// # Errors
    /// `instance_not_found`, `not_running`, `node_disconnected`.
    pub async fn terminals(&self, scope: &TenantScope, reference: &str) -> Result<Page<Terminal>> {
        let row = self.find(scope, reference).await?;
        let runs = row.observed.as_ref().is_some_and(|report| {
            matches!(report.state, ObservedState::Running | ObservedState::Starting | ObservedState::Paused)
        });
        if !runs {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let inside = self.reach(&row)?;
        let processes = inside.client.processes(inside.instance).await?;
        let terminals = processes.iter().filter(|process| matches!(process.io, ProcessIo::Terminal { .. }));
        Ok(Page { items: terminals.map(view::terminal).collect(), next_cursor: None })
    }

    /// Opens a terminal; it lives until its shell ends or it is closed.
    ///
    /// # Errors
    /// `not_running`, `too_many_terminals`, `invalid_command`, `node_disconnected`.
    pub async fn create_terminal(
        &self,
        scope: &TenantScope,
        reference: &str,
        input: CreateTerminal,
        mutation: &Mutation,
    ) -> Result<Terminal> {
        if let Some(command) = &input.command {
            rules::check_arguments(command).map_err(invalid_command)?;
        }
        let (columns, rows) = size(input.columns, input.rows).unwrap_or(DEFAULT_SIZE);
        let inside = self.inside(scope, reference).await?;
        let open = (inside.client.processes(inside.instance).await?.iter())
            .filter(|process| matches!(process.io, ProcessIo::Terminal { .. }) && process.exit.is_none())
            .count();
        if open >= MAX_TERMINALS {
            return Err(Error::new(
                ErrorKind::QuotaExceeded,
                "too_many_terminals",
                format!("This instance has {open} open terminals, as many as it may have."),
            )
            .next_step("Close some first; one terminal can be looked at from several places."));
        }
        let instance = inside.instance;
        let once = idempotency::once(scope, mutation, |tx| async move {
            let id: ProcessId = tx.ambient().new_id();
            let detail = serde_json::json!({ "process": id.to_string() });
            audit(&tx, "instance.create_terminal", instance, Some(&detail)).await?;
            Ok(id)
        })
        .await?;
        // Starting a process of the same id again starts nothing, so that a repetition ends up here as well.
        let process = ProcessSpec {
            id: once.value,
            label: input
                .command
                .as_ref()
                .map_or_else(|| "shell".to_owned(), |command| shown(&command.join(" "))),
            argv: input.command.unwrap_or_else(|| vec!["/bin/sh".into(), "-c".into(), SHELL.into()]),
            env: [
                ("TERM".to_owned(), "xterm-256color".to_owned()),
                ("COLORTERM".to_owned(), "truecolor".to_owned()),
            ]
            .into(),
            working_directory: None,
            user: None,
            io: ProcessIo::Terminal { columns, rows },
        };
        inside.client.spawn(inside.instance, &process).await?;
        Ok(Terminal {
            id: process.id.to_string(),
            label: process.label,
            started_at: scope.now().to_string(),
            exit_code: None,
            viewers: 0,
        })
    }

    /// Hangs up; what does not end by that is killed.
    ///
    /// # Errors
    /// `terminal_not_found`, `not_running`, `node_disconnected`.
    pub async fn close_terminal(
        &self,
        scope: &TenantScope,
        reference: &str,
        process: ProcessId,
    ) -> Result<()> {
        let inside = self.inside(scope, reference).await?;
        require_terminal(&inside, process).await?;
        end(&inside, process, SIGNAL_HANG_UP, HANG_UP_PATIENCE).await?;
        self.audit_inside(scope, "instance.close_terminal", inside.instance, process).await
    }

    /// Frames of a terminal, both ways. Dropping the stream only detaches.
    ///
    /// # Errors
    /// `terminal_not_found`, `not_running`, `node_disconnected`.
    pub async fn attach_terminal(
        &self,
        scope: &TenantScope,
        reference: &str,
        process: ProcessId,
        query: &AttachQuery,
    ) -> Result<ByteStream> {
        let inside = self.inside(scope, reference).await?;
        require_terminal(&inside, process).await?;
        let given = size(query.columns, query.rows);
        let params = AttachParams {
            offset: query.offset,
            columns: given.map(|(columns, _)| columns),
            rows: given.map(|(_, rows)| rows),
            read_only: query.read_only.unwrap_or(false),
        };
        inside.client.attach(inside.instance, process, params).await
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// `invalid_command`, `not_running`, `exec_interrupted`, `node_disconnected`, or what the node says about the command.
    pub async fn exec(&self, scope: &TenantScope, reference: &str, input: Exec) -> Result<ExecResult> {
        let timeout = input.timeout_seconds.unwrap_or(DEFAULT_EXEC_TIMEOUT);
        if timeout == 0 || timeout > MAX_EXEC_TIMEOUT {
            return Err(Error::invalid(
                "invalid_timeout",
                format!("timeout_seconds is 1 to {MAX_EXEC_TIMEOUT}."),
            )
            .next_step("Use the stream for commands that take longer."));
        }
        let content = input.input.unwrap_or_default();
        if content.len() > MAX_EXEC_INPUT {
            return Err(Error::new(ErrorKind::TooLarge, "input_too_large", "The input has at most 1 MiB.")
                .next_step("Use the stream for more."));
        }
        rules::check_env(&input.env).map_err(|errors| {
            errors
                .into_iter()
                .fold(Error::invalid("invalid_settings", "A variable is not valid."), Error::field)
        })?;
        let inside = self.inside(scope, reference).await?;
        let mut process = command(
            self.inner.db.ambient().new_id(),
            input.command,
            input.working_directory,
            ProcessIo::Pipes,
        )?;
        process.env = input.env;
        inside.client.spawn(inside.instance, &process).await?;
        // From here on the process is ended in any case, also when the caller goes away.
        let guard = EndOnDrop::new(&inside, process.id);
        self.audit_inside(scope, "instance.exec", inside.instance, process.id).await?;
        let stream = inside
            .client
            .attach(inside.instance, process.id, AttachParams { offset: Some(0), ..Default::default() })
            .await?;
        let (mut output, mut writer) = tokio::io::split(stream);
        let write = async move {
            let mut frames = Vec::new();
            for bytes in content.as_bytes().chunks(MAX_PAYLOAD / 4) {
                Frame::Input { bytes }.encode(&mut frames);
            }
            Frame::InputEnd.encode(&mut frames);
            // A command that does not read its input ends without; that is no failure of ours.
            let _ = writer.write_all(&frames).await;
            let _ = writer.flush().await;
            // Kept open: closing the writing side would end the viewer.
            std::future::pending::<()>().await;
        };
        let mut collected = Collected::default();
        let finished = tokio::select! {
            outcome = tokio::time::timeout(Duration::from_secs(u64::from(timeout)), collected.read_from(&mut output)) => outcome,
            () = write => Ok(Ok(())),
        };
        let timed_out = finished.is_err();
        match finished {
            Ok(outcome) => outcome?,
            Err(_) => {
                inside.client.signal(inside.instance, process.id, SIGNAL_KILL).await?;
                // What it had written until then is told as well.
                let _ = tokio::time::timeout(KILL_PATIENCE, collected.read_from(&mut output)).await;
            }
        }
        guard.end_now().await;
        self.touch(inside.instance);
        Ok(collected.finish(timed_out))
    }

    /// A command as a stream of frames; it is ended when the stream is dropped.
    ///
    /// # Errors
    /// See [`Instances::exec`].
    pub async fn exec_stream(
        &self,
        scope: &TenantScope,
        reference: &str,
        query: &ExecQuery,
    ) -> Result<ByteStream> {
        let argv: Vec<String> = serde_json::from_str(&query.command).map_err(|_| {
            invalid_command("`command` is a JSON array of strings, such as [\"ls\",\"-l\"].".to_owned())
        })?;
        let io = match size(query.columns, query.rows) {
            Some((columns, rows)) => ProcessIo::Terminal { columns, rows },
            None => ProcessIo::Pipes,
        };
        let mut process =
            command(self.inner.db.ambient().new_id(), argv, query.working_directory.clone(), io)?;
        if matches!(io, ProcessIo::Terminal { .. }) {
            process.env.insert("TERM".to_owned(), "xterm-256color".to_owned());
        }
        let inside = self.inside(scope, reference).await?;
        inside.client.spawn(inside.instance, &process).await?;
        let guard = EndOnDrop::new(&inside, process.id);
        self.audit_inside(scope, "instance.exec", inside.instance, process.id).await?;
        let params = AttachParams { offset: Some(0), ..Default::default() };
        let stream = inside.client.attach(inside.instance, process.id, params).await?;
        Ok(Box::new(EndsWithStream { stream, _guard: guard }))
    }

    async fn audit_inside(
        &self,
        scope: &TenantScope,
        action: &str,
        instance: InstanceId,
        process: ProcessId,
    ) -> Result<()> {
        // The command itself may hold secrets.
        let detail = serde_json::json!({ "process": process.to_string() });
        let detail = &detail;
        scope.transaction(|tx| async move { audit(&tx, action, instance, Some(detail)).await }).await
    }
}

fn not_running(row: &InstanceRow, phase: Phase) -> Error {
    let (state, next_step) = match phase {
        Phase::Paused => ("is paused", format!("Wake it with `stead wake {}`.", row.name)),
        Phase::Starting => {
            ("is still being prepared", "Wait a moment; its operation says how far it is.".to_owned())
        }
        Phase::Deleting => ("is being deleted", "Create a new one.".to_owned()),
        _ => ("is not running", format!("Start it with `stead start {}`.", row.name)),
    };
    Error::conflict("not_running", format!("{} {state}.", row.name)).next_step(next_step)
}

fn invalid_command(message: String) -> Error {
    Error::invalid("invalid_command", message)
        .next_step("Give the program and each argument as a string of its own.")
}

fn size(columns: Option<u16>, rows: Option<u16>) -> Option<(u16, u16)> {
    let (columns, rows) = (columns?, rows?);
    Some((columns.clamp(*COLUMNS.start(), *COLUMNS.end()), rows.clamp(*ROWS.start(), *ROWS.end())))
}

fn command(
    id: ProcessId,
    argv: Vec<String>,
    working_directory: Option<String>,
    io: ProcessIo,
) -> Result<ProcessSpec> {
    rules::check_arguments(&argv).map_err(invalid_command)?;
    if let Some(path) = &working_directory {
        rules::check_working_directory(path).map_err(invalid_command)?;
    }
    let label = shown(&argv.join(" "));
    Ok(ProcessSpec { id, label, argv, env: Default::default(), working_directory, user: None, io })
}

async fn require_terminal(inside: &Inside, process: ProcessId) -> Result<()> {
    let known = inside.client.processes(inside.instance).await?;
    if known.iter().any(|state| state.id == process && matches!(state.io, ProcessIo::Terminal { .. })) {
        return Ok(());
    }
    Err(Error::not_found("terminal", process).next_step("It has ended and was forgotten; open a new one."))
}

/// Ends a process, first by `signal`, then by force, and forgets it.
async fn end(inside: &Inside, process: ProcessId, signal: i32, patience: Duration) -> Result<()> {
    let Inside { client, instance } = inside;
    let params = AttachParams { read_only: true, ..Default::default() };
    let mut stream = client.attach(*instance, process, params).await?;
    for (signal, patience) in [(signal, patience), (SIGNAL_KILL, KILL_PATIENCE)] {
        client.signal(*instance, process, signal).await?;
        let mut ended = Collected::default();
        if let Ok(outcome) = tokio::time::timeout(patience, ended.read_from(&mut stream)).await {
            outcome?;
            break;
        }
    }
    forget(client, *instance, process).await;
    Ok(())
}

/// A signal to a process that has ended makes the node forget it.
async fn forget(client: &NodeClient, instance: InstanceId, process: ProcessId) {
    if let Err(error) = client.signal(instance, process, SIGNAL_KILL).await {
        tracing::debug!(instance.id = %instance, process.id = %process, error.code = error.code(), "a process was not forgotten");
    }
}

/// Kills the process when it goes away.
struct EndOnDrop(Option<(NodeClient, InstanceId, ProcessId)>);

impl EndOnDrop {
    fn new(inside: &Inside, process: ProcessId) -> Self {
        Self(Some((inside.client.clone(), inside.instance, process)))
    }

    async fn end_now(mut self) {
        if let Some((client, instance, process)) = self.0.take() {
            forget(&client, instance, process).await;
        }
    }
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        let (Some((client, instance, process)), Ok(runtime)) =
            (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            let inside = Inside { client, instance };
            if let Err(error) = end(&inside, process, SIGNAL_KILL, KILL_PATIENCE).await {
                tracing::debug!(instance.id = %instance, process.id = %process, error.code = error.code(),
                    "a command that nobody waits for was not ended");
            }
        });
    }
}

/// A stream that keeps a command alive.
struct EndsWithStream {
    stream: ByteStream,
    _guard: EndOnDrop,
}

impl AsyncRead for EndsWithStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for EndsWithStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
