//! Random work with random kill -9: afterwards nothing is stuck and nothing is left on the host.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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

/// Refusals are part of the game: the instance may not be there or be busy. Anything else is a defect. Whether it was accepted.
fn expect_sense<T: std::fmt::Debug>(what: &str, result: Result<T, ClientError>) -> bool {
    match result {
        Ok(_) => true,
        Err(ClientError::Refused(problem)) if (400..500).contains(&problem.status) => false,
        Err(error) => panic!("{what}: {error:?}"),
    }
}

async fn one_action(client: &Client, dice: &mut Dice, number: usize) -> bool {
    let name = format!("chaos-{}", dice.roll(INSTANCES));
    match dice.roll(9) {
        0..=2 => {
            let create = CreateInstance { name: Some(name), ..CreateInstance::default() };
            expect_sense("create", client.create_instance(&create, &format!("chaos-{number}")).await)
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

/// The node keeps the word that an instance is to be absent for a day, against older documents that come late; see its agent. The
/// ledger may hold exactly that of a deleted instance.
fn is_tombstone(folder: &Path, name: &str) -> bool {
    let Some((instance, _)) = name.split_once('.') else { return false };
    // Of memories the last line counts.
    let content = |kind: &str| -> Option<serde_json::Value> {
        let text = fs::read_to_string(folder.join(format!("{instance}.{kind}"))).ok()?;
        serde_json::from_str::<serde_json::Value>(text.lines().next_back()?).ok()?.get("content").cloned()
    };
    folder.ends_with("node/ledger")
        && content("document.json").is_some_and(|document| document["wanted"]["state"] == "absent")
        && content("memory.jsonl").is_some_and(|memory| memory["deleted"] == true)
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
        // A shim is a copy of its spawner and sits in no group of its instance; what it has open tells whose it is.
        let open: String = fs::read_dir(entry.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
            .map(|target| format!("{} ", target.display()))
            .collect();
        let group = read("cgroup");
        if instances.iter().any(|id| [&command, &group, &open].iter().any(|text| text.contains(id.as_str())))
        {
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
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
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
    let mut folders = vec![PathBuf::from(&data)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if instances.iter().any(|id| name.contains(id.as_str())) && !is_tombstone(&folder, &name) {
                found.push(format!("file {}", entry.path().display()));
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
    found
}

/// What this Stead's names on the host share. Its control groups carry it: `stead-<hash>/<instance>`.
fn hash_of(instance: &str) -> String {
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if entry.file_name().to_string_lossy() == instance {
                    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
                    return name.strip_prefix("stead-").expect("a group of Stead").to_owned();
                }
                folders.push(entry.path());
            }
        }
    }
    panic!("{instance} has no control group");
}

/// The host's ends of the instances' interfaces.
fn interfaces(hash: &str) -> Vec<String> {
    let names = fs::read_dir("/sys/class/net").expect("interfaces").flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(&format!("sv{hash}.")))
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
    let first = stead.instance("first").await;
    let hash = hash_of(&first.id);
    assert_eq!(interfaces(&hash).len(), 1);
    let mut seen = BTreeSet::from([first.id]);
    assert!(traces(stead.data_dir(), &seen).len() > 3, "what an instance leaves on the host is not seen");
    delete_everything(&stead).await;
    let mut dice = Dice(20_260_101);
    let (mut accepted, mut kills) = (0, 0);
    for number in 0..ACTIONS {
        accepted += usize::from(one_action(&stead.client(), &mut dice, number).await);
        seen.extend(
            stead.client().instances().await.expect("a list").into_iter().map(|instance| instance.id),
        );
        if dice.roll(14) == 0 {
            stead.kill();
            stead.start_again();
            kills += 1;
        }
    }
    println!("{accepted} of {ACTIONS} actions were accepted, {kills} kills, {} instances", seen.len());
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
        let left = interfaces(&hash);
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
}
