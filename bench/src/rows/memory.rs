//! What sits in memory when nothing happens.

use std::fs;
use std::path::Path;

use stead_testkit::binary::Stead;

use crate::report::Row;

/// Kibibytes of `field` of a process, from the kernel's own sum over its mappings.
fn smaps(pid: &str, fields: &[&str]) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let mut sum = 0;
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if fields.contains(&name) {
            sum += value.trim().trim_end_matches(" kB").parse::<u64>().ok()?;
        }
    }
    Some(sum)
}

fn children(pid: i64) -> Vec<i64> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(candidate) = entry.file_name().to_str().and_then(|name| name.parse::<i64>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1))
            .and_then(|text| text.parse().ok());
        if parent == Some(pid) {
            found.push(candidate);
        }
    }
    found
}

/// The shim's process, from the state file it wrote.
fn shim(data: &Path, instance: &str) -> i64 {
    let text = fs::read_to_string(data.join("node/run").join(instance).join("state.json"))
        .expect("the shim's state file");
    let state: serde_json::Value = serde_json::from_str(&text).expect("the state file is JSON");
    state["shim"]["pid"].as_i64().expect("the shim's process id")
}

pub(crate) async fn rows(stead: &Stead) -> Vec<Row> {
    let pid = stead.pid().to_string();
    let whole = smaps(&pid, &["Pss"]).expect("the process runs");
    const INSTANCES: u64 = 10;
    let mut private = 0;
    for number in 0..INSTANCES {
        let instance = stead.instance(&format!("bench-idle-{number}")).await;
        let shim = shim(stead.data_dir(), &instance.id);
        let init = children(shim);
        for process in std::iter::once(shim).chain(init) {
            private += smaps(&process.to_string(), &["Private_Clean", "Private_Dirty"]).unwrap_or(0);
        }
    }
    let each = private / INSTANCES;
    vec![
        Row {
            what: "memory of server and agent, idle, one process".into(),
            stead: format!("{:.1} MB", whole as f64 / 1e3),
            peer: "-".into(),
            ratio: "-".into(),
            bar: "under 80 MB + 20 MB",
            reached: whole < 100_000,
            how: "proportional set size of `stead up` after start, before the first instance.".into(),
        },
        Row {
            what: "private memory per running instance (shim and PID 1)".into(),
            stead: format!("{each} kB"),
            peer: "-".into(),
            ratio: "-".into(),
            bar: "under 1 MB",
            reached: each < 1_000,
            how: format!(
                "private pages of the shim and its PID 1, mean of {INSTANCES} idle instances; pages they share with each other count for neither."
            ),
        },
    ]
}
