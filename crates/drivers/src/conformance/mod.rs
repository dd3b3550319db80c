//! The contract of a driver as checks that every driver has to pass. A driver's tests run them with [`driver_conformance!`].
//!
//! Checks work only through the contract, each with instances of its own, and remove them at the end; several may run on one
//! driver at the same time. They use programs that a simulated machine knows too.

mod checks;
mod viewer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use stead_core::ambient::Ambient;
use stead_core::driver::{Observation, ProcessIo, ProcessSpec, ProgressSink, RunPlan};
use stead_core::error::Error;
use stead_core::ids::InstanceId;
use stead_core::instance::{InstanceSecrets, Progress, Resources, Rootfs};

use crate::DynDriver;

/// How long anything may take before a check fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What a check found wrong.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(format!("{error:?}"))
    }
}

/// The driver under test and its machine.
#[async_trait]
pub trait Subject: Send + Sync {
    /// A driver on the machine. Each call makes a new one, as an agent that was killed and started again would.
    async fn driver(&self) -> Arc<DynDriver>;
    fn ambient(&self) -> &Ambient;
}

/// One check.
pub type Check = for<'a> fn(&'a dyn Subject) -> BoxFuture<'a, Result<(), Failure>>;

/// Every check with its name.
pub const CHECKS: &[(&str, Check)] = checks::ALL;

/// Runs a check by its name.
///
/// # Errors
/// What was found wrong, or that there is no such check.
pub async fn run(name: &str, subject: &dyn Subject) -> Result<(), Failure> {
    match CHECKS.iter().find(|(known, _)| *known == name) {
        Some((_, check)) => check(subject).await,
        None => Err(Failure(format!("there is no check {name}"))),
    }
}

/// Makes one test of each check; `$run` takes the check's name and answers with its result.
#[macro_export]
macro_rules! driver_conformance {
    ($run:path) => {
        $crate::driver_conformance!($run;
            calls_may_be_repeated, main_process_ends_the_run, exit_codes_are_told, pipes_carry_input_output_and_errors,
            terminals_survive_their_viewers, read_only_viewers_cannot_type, consoles_have_offsets, ports_can_be_dialed,
            pausing_stops_time, instances_do_not_wait_for_each_other, a_new_driver_adopts_what_runs,
            deleting_works_in_every_state, volumes_outlive_runs, problems_are_told);
    };
    ($run:path; $($name:ident),+) => {
        #[test]
        fn every_check_is_run() {
            let named = [$(stringify!($name)),+];
            for (name, _) in $crate::conformance::CHECKS {
                assert!(named.contains(name), "{name} is not run");
            }
        }
        $(#[test]
        fn $name() {
            $run(stringify!($name)).unwrap_or_else(|failure| panic!("{failure}"));
        })+
    };
}

/// Progress that nobody looks at.
#[derive(Debug)]
pub struct Unwatched;

impl ProgressSink for Unwatched {
    fn progress(&self, _: Progress) {}
}

/// A small instance on the host's userland.
#[must_use]
pub fn plan(ambient: &Ambient) -> RunPlan {
    let instance: InstanceId = ambient.new_id();
    RunPlan {
        instance,
        tenant: ambient.new_id(),
        name: "conformance".to_owned(),
        run: 1,
        rootfs: Rootfs::HostUserland,
        resources: Resources { cpu_millis: 1_000, memory_bytes: 512 << 20, disk_bytes: 64 << 20, pids: 128 },
        env: [("GREETING".to_owned(), "hello".to_owned())].into(),
        command: None,
        secrets: InstanceSecrets::default(),
    }
}

/// A process that runs a line of shell.
#[must_use]
pub fn shell(ambient: &Ambient, line: &str, io: ProcessIo) -> ProcessSpec {
    let argv = ["/bin/sh", "-c", line].map(str::to_owned).to_vec();
    process(ambient, argv, io)
}

#[must_use]
pub fn process(ambient: &Ambient, argv: Vec<String>, io: ProcessIo) -> ProcessSpec {
    ProcessSpec {
        id: ambient.new_id(),
        label: argv.join(" "),
        argv,
        env: std::collections::BTreeMap::new(),
        working_directory: None,
        user: None,
        io,
    }
}

/// Waits until the driver observes what is wanted.
///
/// # Errors
/// When it does not within the patience of the suite.
pub async fn until_observed(
    driver: &DynDriver,
    instance: InstanceId,
    wanted: impl Fn(&Observation) -> bool + Send,
) -> Result<Observation, Failure> {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let seen = driver.observe(instance).await?;
            if wanted(&seen) {
                return Ok::<_, Failure>(seen);
            }
            driver.changed(instance).await;
        }
    })
    .await;
    match found {
        Ok(found) => found,
        Err(_) => Err(Failure(format!("still {:?}", driver.observe(instance).await))),
    }
}
