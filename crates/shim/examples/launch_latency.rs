//! How long a launch takes: `cargo run --release -p stead-shim --example launch_latency [runs]`, as root. Prints medians of
//! spawn -> first byte of `echo ok` from the main process -> everything removed, with id range, limits, filter and a veth pair on a bridge of its
//! own network namespace, and of a process started in a running instance.
#![expect(clippy::print_stdout, reason = "a measuring tool")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::{AsFd, OwnedFd};
use stead_core::instance::Resources;
use stead_shim::sandbox::{
    Container, IdsSpec, NetworkSpec, ProcessRequest, RootfsSpec, SandboxSpec, Stdio, VolumeSpec, launch,
    prepare_filters,
};

const BRIDGE: &str = "stlatency0";

fn first_byte(fd: Option<OwnedFd>) -> Result<(), Box<dyn Error>> {
    let mut file = File::from(fd.ok_or("no output")?);
    poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLIN)], PollTimeout::NONE)?;
    file.read_exact(&mut [0; 1])?;
    Ok(())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1000.0
}

fn ip(arguments: &str) -> Result<(), Box<dyn Error>> {
    let status = Command::new("ip").args(arguments.split(' ')).status()?;
    if status.success() { Ok(()) } else { Err(format!("ip {arguments}: {status}").into()) }
}

fn main() -> Result<(), Box<dyn Error>> {
    let runs: usize = std::env::args().nth(1).map_or(Ok(30), |text| text.parse())?;
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET)?;
    ip(&format!("link add {BRIDGE} type bridge"))?;
    ip(&format!("link set {BRIDGE} up"))?;
    let dir = tempfile::tempdir()?;
    let volume = dir.path().join("volume");
    std::fs::create_dir(&volume)?;
    let mut spec = SandboxSpec {
        instance: "inst_01j9zz3kq8f7v9x2m4n5p6r7st".parse()?,
        run: 1,
        hostname: "bench".to_owned(),
        rootfs: RootfsSpec::HostUserland { etc_dir: dir.path().join("etc"), extra_mounts: Vec::new() },
        volume: VolumeSpec::Directory { path: volume },
        ids: IdsSpec::Range { base: 1_000_000, count: 65_536 },
        resources: Resources::DEFAULT,
        cgroup: Some(format!("stead-bench-{}", std::process::id())),
        network: NetworkSpec::Veth {
            host_name: "stlat1".to_owned(),
            bridge: BRIDGE.to_owned(),
            address: [10, 99, 0, 2].into(),
            prefix_len: 24,
            gateway: [10, 99, 0, 1].into(),
            mtu: 1500,
        },
        dns: Vec::new(),
        secret_files: std::collections::BTreeMap::new(),
        env: BTreeMap::new(),
        command: Some(["/bin/sh", "-c", "echo ok"].map(str::to_owned).to_vec()),
        user: None,
        working_directory: None,
        tmp_bytes: 64 << 20,
    };
    let start = Instant::now();
    prepare_filters()?;
    println!("filter compiled once in {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    for (label, network, cgroup) in [
        ("all", true, true),
        ("without network", false, true),
        ("without control groups", true, false),
        ("without both", false, false),
    ] {
        let mut spec = spec.clone();
        if !network {
            spec.network = NetworkSpec::LoopbackOnly;
        }
        if !cgroup {
            spec.cgroup = None;
        }
        let (mut firsts, mut ends) = (Vec::new(), Vec::new());
        for run in 0..runs + 2 {
            let start = Instant::now();
            let mut sandbox = launch(&spec)?;
            first_byte(sandbox.take_main().and_then(|main| main.stdout))?;
            let first = start.elapsed();
            sandbox.destroy()?;
            if run >= 2 {
                firsts.push(first);
                ends.push(start.elapsed());
            }
        }
        println!("{label}: first byte {:.2} ms, destroyed {:.2} ms [{runs}]", median(firsts), median(ends));
    }
    spec.command = None;
    let mut sandbox = launch(&spec)?;
    for (label, stdio) in [("pipes", Stdio::Pipes), ("terminal", Stdio::Terminal { columns: 80, rows: 24 })] {
        let mut times = Vec::new();
        for _ in 0..runs {
            let start = Instant::now();
            let spawned = sandbox.spawn(&ProcessRequest {
                argv: ["/bin/sh", "-c", "echo ok"].map(str::to_owned).to_vec(),
                env: BTreeMap::new(),
                working_directory: None,
                user: None,
                stdio,
            })?;
            first_byte(spawned.master.or(spawned.stdout))?;
            times.push(start.elapsed());
        }
        println!("process in a running instance, {label}: first byte {:.2} ms [{runs}]", median(times));
    }
    sandbox.destroy()?;
    Ok(())
}
