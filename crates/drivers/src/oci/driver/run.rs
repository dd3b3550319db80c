//! What is known of an instance's run: its shim, or how it ended. Everything is read from the run directory and asked of the shim.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stead_core::driver::ProcessState;
use stead_core::error::{Error, Result};
use stead_core::ids::InstanceId;
use stead_core::instance::ExitStatus;
use stead_shim::protocol::{
    Done, EndCause, ProcessIdentity, Processes, Request, RunEnd, RunState, STATE_FILE, State, Status,
};

use super::{OciDriver, STOP_PATIENCE, remove_directory};
use crate::oci::image::blocking;
use crate::oci::shim_client::{self, QUICK, Shim};
use crate::oci::{files, leftovers};

/// How long a shim that does not answer may take to be gone.
const DYING: Duration = Duration::from_secs(1);

/// How the newest run that is not in a run directory any more ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LastRun {
    pub(super) run: u64,
    pub(super) exit: Option<ExitStatus>,
}

/// What is known of an instance's run.
pub(super) enum Run {
    /// No run directory.
    None,
    Live {
        shim: Shim,
        status: Status,
    },
    Ended {
        shim: Option<Shim>,
        run: u64,
        exit: Option<ExitStatus>,
        processes: Vec<ProcessState>,
    },
}

impl OciDriver {
    /// Looks for the run. A shim that went away without a word is cleaned up after first.
    pub(super) async fn run(&self, instance: InstanceId) -> Result<Run> {
        let run_directory = self.run_directory(instance);
        let Some(state) = State::read(&run_directory)? else { return Ok(Run::None) };
        let ended = |end: Option<RunEnd>, shim| Run::Ended {
            shim,
            run: state.run,
            exit: end.and_then(|end| end.exit),
            processes: state.processes.clone(),
        };
        if !state.shim.is_alive() {
            if state.end.is_none() {
                tracing::warn!(instance.id = %instance, run = state.run, "the process that kept the instance is gone; the run is ended");
                self.clean_after(instance, &state).await?;
            }
            return Ok(ended(state.end.clone(), None));
        }
        let shim = Shim::at(&state.socket);
        match shim.call::<Status>(Request::Status, QUICK).await {
            Ok(status) if status.state == RunState::Ended => {
                let processes =
                    shim.call::<Processes>(Request::Processes, QUICK).await.unwrap_or_default().processes;
                let exit = status.end.and_then(|end| end.exit);
                Ok(Run::Ended { shim: Some(shim), run: state.run, exit, processes })
            }
            Ok(status) => Ok(Run::Live { shim, status }),
            Err(error) => {
                // It may have gone between the two looks; then its last word counts.
                match State::read(&run_directory)? {
                    Some(now) if now.end.is_some() => Ok(Run::Ended {
                        shim: None,
                        run: now.run,
                        exit: now.end.and_then(|end| end.exit),
                        processes: now.processes,
                    }),
                    // A process that is being killed answers no more, but is still there for a moment.
                    _ if !self.shim_ends(state.shim).await? => Err(error),
                    _ => {
                        self.clean_after(instance, &state).await?;
                        Ok(ended(None, None))
                    }
                }
            }
        }
    }

    pub(super) async fn shim_ends(&self, shim: ProcessIdentity) -> Result<bool> {
        blocking(move || shim_client::ends(shim, DYING)).await
    }

    /// Ends what a vanished shim left: the sandbox's PID 1 and with it every process, control groups, interface.
    pub(super) async fn clean_after(&self, instance: InstanceId, state: &State) -> Result<()> {
        let (shim, init) = (state.shim, state.init);
        let (network, group) = (Arc::clone(&self.network), self.cgroup(instance));
        let run_directory = self.run_directory(instance);
        let mut state = state.clone();
        let now = self.ambient.now();
        blocking(move || {
            shim_client::kill(shim, STOP_PATIENCE)?;
            leftovers::thaw_group(&group);
            if let Some(init) = init {
                shim_client::kill(init, STOP_PATIENCE)?;
            }
            leftovers::remove_groups(&group)?;
            network.remove_left(instance)?;
            if state.end.is_none() {
                let cause = EndCause::SandboxLost;
                state.end = Some(RunEnd { at: now, cause, exit: None, problem: None });
                files::write_json(&run_directory.join(STATE_FILE), &state)?;
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn live(&self, instance: InstanceId) -> Result<(Shim, Status)> {
        match self.run(instance).await? {
            Run::Live { shim, status } => Ok((shim, status)),
            Run::None | Run::Ended { .. } if self.directory(instance).is_dir() => {
                Err(Error::conflict("instance_not_running", "The instance does not run.")
                    .next_step("Start it first."))
            }
            Run::None | Run::Ended { .. } => Err(Error::not_found("instance", instance)),
        }
    }

    /// A shim that can still be asked about processes and the console, also after the end of its run. By the state file alone: its
    /// answer will tell the rest.
    pub(super) async fn reachable(&self, instance: InstanceId) -> Result<Option<Shim>> {
        match State::read(&self.run_directory(instance))? {
            Some(state) if state.shim.is_alive() => Ok(Some(Shim::at(&state.socket))),
            Some(_) => Ok(match self.run(instance).await? {
                Run::Live { shim, .. } => Some(shim),
                Run::Ended { shim, .. } => shim,
                Run::None => None,
            }),
            None => Ok(None),
        }
    }

    /// Lets the shim of a run that is up do something. Only when it cannot is looked for the reason.
    pub(super) async fn with_live<T, F>(
        &self,
        instance: InstanceId,
        work: impl Fn(Shim) -> F + Send,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        if let Some(shim) = self.reachable(instance).await? {
            match work(shim).await {
                // It did not get as far as doing anything.
                Err(error) if matches!(error.code(), "shim_not_reachable" | "run_ended") => {}
                outcome => return outcome,
            }
        }
        let (shim, _) = self.live(instance).await?;
        work(shim).await
    }

    pub(super) async fn ask(&self, instance: InstanceId, request: Request, limit: Duration) -> Result<()> {
        self.ask_for::<Done>(instance, request, limit).await.map(drop)
    }

    pub(super) async fn ask_for<T: DeserializeOwned + Send>(
        &self,
        instance: InstanceId,
        request: Request,
        limit: Duration,
    ) -> Result<T> {
        self.with_live(instance, |shim| {
            let request = request.clone();
            async move { shim.call::<T>(request, limit).await }
        })
        .await
    }

    /// Takes down what is left of a run and removes its directory; how it ended is kept with the instance.
    pub(super) async fn forget_run(&self, instance: InstanceId) -> Result<()> {
        match self.run(instance).await? {
            Run::None => {}
            Run::Live { .. } => return Err(Error::conflict("instance_running", "The instance still runs.")),
            Run::Ended { shim, run, exit, .. } => {
                let directory = self.directory(instance);
                if directory.is_dir() {
                    files::write_json(&directory.join("last_run.json"), &LastRun { run, exit })?;
                }
                let identity = State::read(&self.run_directory(instance))?.map(|state| state.shim);
                if let Some(shim) = shim {
                    // A shim that has gone meanwhile has forgotten.
                    let _gone = shim.done(Request::Forget, QUICK).await;
                }
                if let Some(identity) = identity {
                    // The next run has the same control group and interface; an old shim that is still going removes them.
                    blocking(move || {
                        if shim_client::ends(identity, DYING)? {
                            return Ok(());
                        }
                        shim_client::kill(identity, STOP_PATIENCE)
                    })
                    .await?;
                }
            }
        }
        remove_directory(&self.run_directory(instance))
    }
}
