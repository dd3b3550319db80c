//! Startup tasks: foreground ones in order, each to its end; background ones started and left running.

use std::sync::Arc;

use stead_core::driver::ProcessIo;
use stead_core::error::{Error, ErrorKind, Problem, Result};
use stead_core::instance::{ExitStatus, InstanceDocument, TaskMode, TaskReport, TaskSpec, TaskState};
use tracing::warn;

use super::inside;
use super::memory::{Memory, TaskMemory, TaskRun};
use super::record::Record;
use super::work::short;
use crate::DynDriver;

/// Bash where the root file system has it, else the plain shell.
const SHELL: &str = r#"if command -v bash >/dev/null 2>&1; then exec bash -c "$1"; fi; exec /bin/sh -c "$1""#;
/// Stands for an exit code that nobody saw.
const UNKNOWN_CODE: i32 = -1;

/// Goes on where it was interrupted. A failing task is no error here but a problem of the running instance.
pub(crate) async fn run(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
    run: u64,
) -> Result<()> {
    let specs = &document.spec.tasks;
    record.remember(|memory| {
        if !belongs(memory, run, specs) {
            let tasks = specs.iter().map(|spec| waiting(record, spec)).collect();
            memory.tasks = Some(TaskRun { run, tasks, done: false, problem: None });
        }
    });
    for (index, spec) in specs.iter().enumerate() {
        let Some(task) = record.memory().tasks.and_then(|tasks| tasks.tasks.get(index).cloned()) else {
            break;
        };
        let status = match task.report.state {
            TaskState::Ended { status, .. } => Some(status),
            TaskState::Running { .. } => None,
            TaskState::Waiting => {
                begin(record, driver, document, spec, &task).await?;
                let state = TaskState::Running { since: record.shared.ambient.now() };
                record.remember(|memory| set_state(memory, index, state));
                None
            }
        };
        if spec.mode == TaskMode::Background {
            continue;
        }
        let status = match status {
            Some(status) => status,
            None => finish(record, driver, document, index, &task).await?,
        };
        if status.code != 0 {
            let problem = failed(spec, status);
            short("writing to the console", driver.console_note(document.instance, &problem.message)).await?;
            record.remember(|memory| end(memory, Some(problem)));
            return Ok(());
        }
    }
    record.remember(|memory| end(memory, None));
    Ok(())
}

fn belongs(memory: &Memory, run: u64, specs: &[TaskSpec]) -> bool {
    memory.tasks.as_ref().is_some_and(|tasks| {
        tasks.run == run
            && tasks.tasks.len() == specs.len()
            && tasks.tasks.iter().zip(specs).all(|(task, spec)| task.report.name == spec.name)
    })
}

fn waiting(record: &Record, spec: &TaskSpec) -> TaskMemory {
    TaskMemory {
        process: record.shared.ambient.new_id(),
        report: TaskReport { name: spec.name.clone(), state: TaskState::Waiting },
        foreground: spec.mode == TaskMode::Foreground,
    }
}

fn set_state(memory: &mut Memory, index: usize, state: TaskState) {
    if let Some(task) = memory.tasks.as_mut().and_then(|tasks| tasks.tasks.get_mut(index)) {
        task.report.state = state;
    }
}

fn end(memory: &mut Memory, problem: Option<Problem>) {
    if let Some(tasks) = &mut memory.tasks {
        tasks.done = true;
        tasks.problem = problem;
    }
}

async fn begin(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
    spec: &TaskSpec,
    task: &TaskMemory,
) -> Result<()> {
    let kind = if task.foreground { "Task" } else { "Background task" };
    short("writing to the console", driver.console_note(document.instance, &format!("{kind} {}", spec.name)))
        .await?;
    let argv = ["/bin/sh", "-c", SHELL, "task", &spec.command].map(str::to_owned).to_vec();
    let mut env = document.spec.env.clone();
    env.extend(spec.env.clone());
    let process = inside::process(task.process, &spec.name, argv, env, ProcessIo::Console);
    short("starting a task", driver.spawn(document.instance, &process)).await.map_err(|error| {
        error.context(format!("starting task {} with {}", spec.name, record.shared.config.id))
    })
}

async fn finish(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
    index: usize,
    task: &TaskMemory,
) -> Result<ExitStatus> {
    let exit = inside::wait_for_exit(driver.as_ref(), document.instance, task.process).await?;
    let status = exit.unwrap_or(ExitStatus { code: UNKNOWN_CODE, signal: None, out_of_memory: false });
    let state = TaskState::Ended { status, since: record.shared.ambient.now() };
    record.remember(|memory| set_state(memory, index, state));
    if exit.is_some() {
        forget(driver, document, task).await;
    }
    Ok(status)
}

async fn forget(driver: &Arc<DynDriver>, document: &InstanceDocument, task: &TaskMemory) {
    if let Err(error) = short("forgetting a task", driver.signal(document.instance, task.process, 9)).await {
        warn!(instance.id = %document.instance, error = %error, "cannot forget a task that has ended");
    }
}

/// Notes which background tasks have ended since.
pub(crate) async fn observe(
    record: &Record,
    driver: &Arc<DynDriver>,
    document: &InstanceDocument,
) -> Result<()> {
    let Some(tasks) = record.memory().tasks else { return Ok(()) };
    let processes = short("listing processes", driver.processes(document.instance)).await?;
    for (index, task) in tasks.tasks.iter().enumerate() {
        if !matches!(task.report.state, TaskState::Running { .. }) {
            continue;
        }
        let known = processes.iter().find(|process| process.id == task.process);
        let status = match known {
            Some(process) => process.exit,
            None => Some(ExitStatus { code: UNKNOWN_CODE, signal: None, out_of_memory: false }),
        };
        if let Some(status) = status {
            let state = TaskState::Ended { status, since: record.shared.ambient.now() };
            record.remember(|memory| set_state(memory, index, state));
            if known.is_some() {
                forget(driver, document, task).await;
            }
        }
    }
    Ok(())
}

fn failed(spec: &TaskSpec, status: ExitStatus) -> Problem {
    let how = if status.out_of_memory {
        "was killed: the instance's memory limit was reached".to_owned()
    } else if status.code == UNKNOWN_CODE {
        "was lost; nobody saw how it ended".to_owned()
    } else {
        format!("failed with exit code {}", status.code)
    };
    Error::new(ErrorKind::Upstream, "startup_task_failed", format!("The startup task {} {how}.", spec.name))
        .next_step("The console shows its output; the tasks after it were not started. Correct it, then restart the instance.")
        .to_problem()
}
