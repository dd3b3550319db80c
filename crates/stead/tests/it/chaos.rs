//! Random work with random kill -9: afterwards nothing is stuck and nothing is left on the host.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use stead_api::client::{Action, Client, ClientError};
use stead_api::v1::instances::{CreateInstance, StopInstance};
use stead_testkit::binary::Stead;
use stead_testkit::wait;

use crate::stead;

const ACTIONS: usize = 200;
const INSTANCES: u64 = 6;

/// SplitMix64: repeatable, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % sides
    }
}

/// Refusals are part of the game: the instance may not be there or be busy. Anything else is a defect.
fn expect_sense<T: std::fmt::Debug>(what: &str, result: Result<T, ClientError>) {
    match result {
        Ok(_) => {}
        Err(ClientError::Refused(problem)) if (400..500).contains(&problem.status) => {}
        Err(error) => panic!("{what}: {error:?}"),
    }
}

async fn one_action(client: &Client, dice: &mut Dice, number: usize) {
    let name = format!("chaos-{}", dice.roll(INSTANCES));
    match dice.roll(9) {
        0..=2 => {
            let create = CreateInstance { name: Some(name), ..CreateInstance::default() };
            expect_sense("create", client.create_instance(&create, &format!("chaos-{number}")).await);
        }
        3 => expect_sense("start", client.act(&name, Action::Start).await),
        4 => {
            expect_sense("stop", client.stop_instance(&name, &StopInstance { grace_seconds: Some(1) }).await)
        }
        5 => expect_sense("restart", client.act(&name, Action::Restart).await),
        6 => expect_sense("pause", client.act(&name, Action::Pause).await),
        7 => expect_sense("wake", client.act(&name, Action::Wake).await),
        _ => expect_sense("delete", client.delete_instance(&name).await),
    }
}

/// Lines of the host's tables that name this Stead or one of its instances.
fn traces(data: &Path, instances: &BTreeSet<String>) -> Vec<String> {
    let data = data.to_string_lossy().into_owned();
    let ours = |text: &str| text.contains(&data) || instances.iter().any(|id| text.contains(id.as_str()));
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        if pid.parse::<u32>().is_err() {
            continue;
        }
        let read =
            |name: &str| fs::read_to_string(entry.path().join(name)).unwrap_or_default().replace('\0', " ");
        let command = read("cmdline");
        if instances.iter().any(|id| command.contains(id.as_str()) || read("cgroup").contains(id.as_str())) {
            found.push(format!("process {pid}: {command} {}", read("comm")));
        }
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    found.extend(mounts.lines().filter(|line| ours(line)).map(|line| format!("mount {line}")));
    let loops = std::process::Command::new("losetup").arg("--list").output();
    if let Ok(output) = loops {
        found.extend(
            String::from_utf8_lossy(&output.stdout)
                .lines()
                .filter(|line| ours(line))
                .map(|line| format!("loop {line}")),
        );
    }
    let mut folders = vec![std::path::PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if ours(&entry.file_name().to_string_lossy()) {
                    found.push(format!("control group {}", entry.path().display()));
                }
                folders.push(entry.path());
            }
        }
    }
    for folder in ["node/instances", "node/run", "node/ledger"] {
        for entry in fs::read_dir(Path::new(&data).join(folder)).into_iter().flatten().flatten() {
            if ours(&entry.file_name().to_string_lossy()) {
                found.push(format!("file {}", entry.path().display()));
            }
        }
    }
    found
}

/// Interfaces of the host; instances' ends of theirs come and go with them.
fn interfaces() -> BTreeSet<String> {
    fs::read_dir("/sys/class/net")
        .expect("interfaces")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

async fn delete_everything(stead: &Stead) {
    let client = stead.client();
    wait::until("every instance is deleted", || {
        let client = client.clone();
        async move {
            let left = client.instances().await.map_err(|error| vec![error.to_string()])?;
            for instance in &left {
                let _ = client.delete_instance(&instance.id).await;
            }
            if left.is_empty() {
                Ok(())
            } else {
                Err(left
                    .iter()
                    .map(|i| format!("{} {:?} {:?}", i.name, i.state, i.operation))
                    .collect::<Vec<_>>())
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stuck_and_nothing_is_left_after_random_kills() {
    let mut stead = stead();
    // The bridge of this Stead comes with its first instance.
    stead.instance("first").await;
    delete_everything(&stead).await;
    let before = interfaces();
    let mut seen = BTreeSet::new();
    let mut dice = Dice(20_260_101);
    for number in 0..ACTIONS {
        one_action(&stead.client(), &mut dice, number).await;
        seen.extend(
            stead.client().instances().await.expect("a list").into_iter().map(|instance| instance.id),
        );
        if dice.roll(14) == 0 {
            stead.kill();
            stead.start_again();
        }
    }
    assert!(seen.len() > 5, "only {} instances came to be", seen.len());
    delete_everything(&stead).await;
    let unfinished = stead.client().operations(&[("unfinished", "true".to_owned())]).await.expect("a list");
    assert!(unfinished.is_empty(), "{unfinished:?}");
    wait::until("no trace of them is left", || async {
        let mut left = traces(stead.data_dir(), &seen);
        left.retain(|line| !line.starts_with("mount") || seen.iter().any(|id| line.contains(id.as_str())));
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
    wait::until("no interface of them is left", || async {
        // Other tests of this machine make interfaces too; only this Stead's bridge ports count.
        let now: Vec<String> = interfaces().difference(&before).cloned().collect();
        let bridges: BTreeSet<&String> = before.iter().collect();
        let ours: Vec<String> = now
            .into_iter()
            .filter(|name| {
                fs::read_link(format!("/sys/class/net/{name}/master"))
                    .ok()
                    .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
                    .is_some_and(|master| bridges.contains(&master) && traces_bridge(&stead, &master))
            })
            .collect();
        if ours.is_empty() { Ok(()) } else { Err(ours) }
    })
    .await;
}

/// Whether the bridge belongs to this Stead: its name is kept in the data directory.
fn traces_bridge(stead: &Stead, bridge: &str) -> bool {
    let mut folders = vec![stead.data_dir().join("node")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json")
                && fs::read_to_string(&path).is_ok_and(|text| text.contains(bridge))
            {
                return true;
            }
        }
    }
    false
}
