//! The simulated machine keeps the contract, fails when told to, and comes back from its file.

#![expect(clippy::unwrap_used, reason = "the helpers of tests stop a test as the tests themselves do")]

use std::sync::Arc;

use async_trait::async_trait;
use stead_core::ambient::Ambient;
use stead_core::driver::{ConsolePosition, Driver as _, Observation, ProcessIo};
use stead_core::error::Error;
use stead_drivers::DynDriver;
use stead_drivers::conformance::{self, Failure, Subject, Unwatched, plan, shell};
use stead_drivers::sim::{Call, SimDriver, SimMachine, SimSettings};

struct Simulated {
    machine: Arc<SimMachine>,
    ambient: Ambient,
}

#[async_trait]
impl Subject for Simulated {
    async fn driver(&self) -> Arc<DynDriver> {
        Arc::new(SimDriver::new(Arc::clone(&self.machine)))
    }
    fn ambient(&self) -> &Ambient {
        &self.ambient
    }
}

fn run(name: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let ambient = Ambient::system();
        let machine = Arc::new(SimMachine::new(SimSettings::default(), ambient.clone()));
        conformance::run(name, &Simulated { machine, ambient }).await
    })
}

stead_drivers::driver_conformance!(run);

#[tokio::test]
async fn injected_failures_and_holds_take_effect() {
    let ambient = Ambient::system();
    let driver = SimDriver::in_memory(ambient.clone());
    let plan = plan(&ambient);
    driver.prepare(&plan, &Unwatched).await.unwrap();
    let problem = Error::unavailable("injected", "This was asked for.").to_problem();
    driver.faults().fail(Call::Start, Some(plan.instance), 1, problem);
    assert_eq!(driver.start(&plan).await.unwrap_err().code(), "injected");
    let hold = driver.faults().hold(Call::Start, None);
    let (other, copy) = (driver.clone(), plan.clone());
    let starting = tokio::spawn(async move { other.start(&copy).await });
    hold.reached().await;
    assert_eq!(driver.observe(plan.instance).await.unwrap(), Observation::Stopped { run: 0, exit: None });
    drop(hold);
    starting.await.unwrap().unwrap();
    assert_eq!(driver.observe(plan.instance).await.unwrap(), Observation::Running { run: 1 });
}

#[tokio::test]
async fn a_machine_comes_back_from_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let ambient = Ambient::system();
    let settings =
        SimSettings { file: Some(directory.path().join("machine.json")), ..SimSettings::default() };
    let plan = plan(&ambient);
    {
        let machine = Arc::new(SimMachine::open(settings.clone(), ambient.clone()).unwrap());
        let driver = SimDriver::new(Arc::clone(&machine));
        driver.prepare(&plan, &Unwatched).await.unwrap();
        driver.start(&plan).await.unwrap();
        driver.console_note(plan.instance, "kept").await.unwrap();
        machine.save().await.unwrap();
    }
    let driver = SimDriver::new(Arc::new(SimMachine::open(settings, ambient.clone()).unwrap()));
    assert_eq!(driver.observe(plan.instance).await.unwrap(), Observation::Running { run: 1 });
    let mut console = driver.console(plan.instance, ConsolePosition::Start, false).await.unwrap();
    let mut bytes = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut console, &mut bytes).await.unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("kept"));
    driver.spawn(plan.instance, &shell(&ambient, "cargo --version", ProcessIo::Pipes)).await.unwrap();
}
