//! A machine of a test's own: a network namespace, a data directory, and everything removed at the end, also after a failure.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use stead_core::ambient::Ambient;
use stead_core::driver::Driver as _;
use stead_drivers::DynDriver;
use stead_drivers::conformance::Subject;
use stead_drivers::oci::{OciDriver, OciSettings, SpawnerCommand};

pub(crate) struct Machine {
    pub(crate) ambient: Ambient,
    pub(crate) settings: OciSettings,
}

pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().and_then(Path::parent).unwrap();
    let program = target.join("examples").join(name);
    assert!(program.exists(), "{} is built by cargo test", program.display());
    program
}

pub(crate) fn ip(arguments: &str) {
    let status = Command::new("ip").args(arguments.split(' ')).status().unwrap();
    assert!(status.success(), "ip {arguments}");
}

impl Machine {
    pub(crate) async fn open(&self) -> Arc<OciDriver> {
        Arc::new(OciDriver::open(self.settings.clone(), self.ambient.clone()).await.unwrap())
    }
}

#[async_trait]
impl Subject for Machine {
    async fn driver(&self) -> Arc<DynDriver> {
        self.open().await
    }
    fn ambient(&self) -> &Ambient {
        &self.ambient
    }
}

/// Runs a test on a machine of its own; skips it without root.
pub(crate) fn on_machine<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    test: impl FnOnce(Arc<Machine>) -> F + Send + 'static,
) -> Option<T> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    // SAFETY: the thread gets a network namespace of its own; the runtime's threads are made from it and share it.
    unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::NEWNET) }.unwrap();
    ip("link set lo up");
    let directory = tempfile::Builder::new().prefix("sd").tempdir().unwrap();
    let mut settings = OciSettings::new(directory.path().to_owned());
    settings.spawner = SpawnerCommand { program: example("shim-spawner"), arguments: Vec::new() };
    settings.detect_toolchains = false;
    settings.disk_pool = 0;
    settings.insecure_registries = vec!["127.0.0.1:5000".to_owned(), "127.0.0.1:5001".to_owned()];
    let machine = Arc::new(Machine { ambient: Ambient::system(), settings });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let result = tokio::spawn(test(Arc::clone(&machine))).await;
        let driver = machine.open().await;
        for left in driver.inventory().await.unwrap() {
            driver.delete(left).await.unwrap();
        }
        driver.teardown_host().await.unwrap();
        match result {
            Ok(value) => Some(value),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    })
}
