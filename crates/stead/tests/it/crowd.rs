//! Many at once, and nothing left behind.

use stead_api::v1::instances::{CreateInstance, Phase};
use stead_testkit::wait;

use crate::inside::output;
use crate::stead;

const MANY: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_all_ready_and_all_go() {
    let stead = stead();
    let client = stead.client();
    let begun = std::time::Instant::now();
    let mut creations = tokio::task::JoinSet::new();
    for number in 0..MANY {
        let client = client.clone();
        creations.spawn(async move {
            let create =
                CreateInstance { name: Some(format!("crowd-{number}")), ..CreateInstance::default() };
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
        for folder in ["node/instances", "node/run", "node/ledger"] {
            let entries = std::fs::read_dir(stead.data_dir().join(folder)).into_iter().flatten().flatten();
            left.extend(
                entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("inst_")),
            );
        }
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
}
