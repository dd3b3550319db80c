//! Many at once, and nothing left behind.

use stead_api::v1::instances::{CreateInstance, Phase, ResourcesInput};
use stead_testkit::binary::Stead;
use stead_testkit::wait;

use crate::inside::output;
use crate::stead;

const MANY: usize = 50;

/// KiB that the shims and the PID 1s of all instances have for themselves alone.
fn private_memory(stead: &Stead) -> u64 {
    let mut sum = 0;
    let runs = std::fs::read_dir(stead.data_dir().join("node/run")).expect("runs").flatten();
    for run in runs {
        let text = std::fs::read(run.path().join("state.json")).expect("a state");
        let state: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        for who in ["shim", "init"] {
            let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", state[who]["pid"]))
                .expect("it runs");
            let private = rollup.lines().filter(|line| line.starts_with("Private_"));
            sum +=
                private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>();
        }
    }
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_all_ready_and_all_go() {
    let stead = stead();
    let client = stead.client();
    let begun = std::time::Instant::now();
    let mut creations = tokio::task::JoinSet::new();
    for number in 0..MANY {
        let client = client.clone();
        creations.spawn(async move {
            // Small ones: a node of two cores promises no more than 32 of them.
            let resources = ResourcesInput {
                cpu_millis: Some(500),
                memory_bytes: Some(512 << 20),
                disk_bytes: None,
                pids: None,
            };
            let create = CreateInstance {
                name: Some(format!("crowd-{number}")),
                resources: Some(resources),
                ..CreateInstance::default()
            };
            let created = client
                .create_instance_and_wait(&create, &format!("crowd-{number}"), "90s")
                .await
                .expect("accepted");
            assert_eq!(created.instance.state.phase, Phase::Running, "{:?}", created.instance.problem);
            begun.elapsed()
        });
    }
    let mut times = creations.join_all().await;
    times.sort_unstable();
    println!("{MANY} at once: p50 {:?}, p99 {:?}", times[MANY / 2], times[MANY - 1]);
    assert_eq!(output(&client, "crowd-49", "echo here").await, "here\n");
    println!(
        "memory per idle instance: {} KiB private (shim and PID 1)",
        private_memory(&stead) / MANY as u64
    );
    for number in 0..MANY {
        client.delete_instance(&format!("crowd-{number}")).await.expect("accepted");
    }
    wait::until("all are gone", || {
        let client = client.clone();
        async move {
            let left = client.instances().await.map_err(|error| error.to_string())?;
            if left.is_empty() { Ok(()) } else { Err(format!("{} are left", left.len())) }
        }
    })
    .await;
    wait::until("nothing of them is left on the disk", || async {
        let mut left = Vec::new();
        // The ledger keeps its word of what is to be absent for a day; the chaos test looks into it.
        for folder in ["node/instances", "node/run", "node/trash"] {
            let entries = std::fs::read_dir(stead.data_dir().join(folder)).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        }
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
}
