//! The driver alone: from the call that starts a run to the first byte its process prints, against `crun` with the same isolation
//! and `docker run`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use stead_core::ambient::Ambient;
use stead_core::driver::{ConsolePosition, Driver, ProgressSink, RunPlan};
use stead_core::ids::InstanceId;
use stead_core::instance::{InstanceSecrets, Progress, Resources, Rootfs};
use stead_drivers::oci::{OciDriver, OciSettings, SpawnerCommand};
use tokio::io::AsyncReadExt;

use crate::peers::crun::Crun;
use crate::peers::docker::Docker;
use crate::report::Row;
use crate::series::{Series, milliseconds, ratio};

const ROUNDS: usize = 30;
const WARM_UP: usize = 3;

struct Silent;

impl ProgressSink for Silent {
    fn progress(&self, _: Progress) {}
}

/// One run of a prepared instance: start, then the first byte of the console.
async fn first_byte(driver: &OciDriver, plan: &RunPlan) -> Duration {
    let began = Instant::now();
    driver.start(plan).await.expect("it starts");
    let mut console = driver.console(plan.instance, ConsolePosition::Start, true).await.expect("a console");
    let mut frame = [0; 5 + 8 + 2];
    console.read_exact(&mut frame).await.expect("a frame of output");
    began.elapsed()
}

pub(crate) async fn rows(binary: &str, docker: &Docker) -> Vec<Row> {
    let ambient = Ambient::system();
    let folder = tempfile::Builder::new().prefix("stead-bench-").tempdir().expect("a temporary folder");
    let mut settings = OciSettings::new(folder.path().to_path_buf());
    settings.spawner =
        SpawnerCommand { program: PathBuf::from(binary), arguments: vec!["shim-spawner".into()] };
    let driver = OciDriver::open(settings, ambient.clone()).await.expect("the driver opens");
    let crun = Crun::prepare();
    crun.hide_unified();
    let (mut ours, mut theirs, mut engine) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS + WARM_UP {
        let plan = RunPlan {
            instance: ambient.new_id::<InstanceId>(),
            tenant: ambient.new_id(),
            name: format!("bench-{round}"),
            run: 1,
            rootfs: Rootfs::HostUserland,
            resources: Resources { memory_bytes: 1 << 30, ..Resources::DEFAULT },
            env: BTreeMap::new(),
            command: Some(["/bin/sh", "-c", "echo ok"].map(str::to_owned).to_vec()),
            secrets: InstanceSecrets::default(),
        };
        driver.prepare(&plan, &Silent).await.expect("it is prepared");
        let own = first_byte(&driver, &plan).await;
        driver.delete(plan.instance).await.expect("it is deleted");
        let peer = crun.first_byte(round);
        let docker = docker.run_first_byte();
        if round >= WARM_UP {
            ours.push(own);
            theirs.push(peer);
            engine.push(docker);
        }
    }
    driver.teardown_host().await.expect("the host is as it was");
    let (ours, theirs, engine) =
        (Series::new(ours).median(), Series::new(theirs).median(), Series::new(engine).median());
    let how = format!(
        "median of {ROUNDS} in turn, from the call to the first byte of `echo ok`. Stead: user, mount, PID, IPC, UTS, network and control-group namespaces, id-mapped volume, the host's userland, limits, a list of {} allowed system calls, a network interface with an address on the bridge. The volume is made before, as images are for the peers.",
        include_str!("../peers/syscalls.txt").lines().count()
    );
    vec![
        Row {
            what: "driver alone: start to first byte, against `crun`".into(),
            stead: milliseconds(ours),
            peer: format!("crun {}", milliseconds(theirs)),
            ratio: format!("{:.2}", ratio(ours, theirs)),
            bar: "under 1",
            reached: ours < theirs,
            how: format!(
                "{how} crun: the same namespaces, limits and system calls, an empty network namespace, a bundle of `sh`."
            ),
        },
        Row {
            what: "driver alone: start to first byte, against `docker run`".into(),
            stead: milliseconds(ours),
            peer: format!("docker run {}", milliseconds(engine)),
            ratio: format!("{:.2}", ratio(ours, engine)),
            bar: "under 0.2",
            reached: ratio(ours, engine) < 0.2,
            how: format!("{how} Docker: remapped users, its default system calls, limits and bridge."),
        },
    ]
}
