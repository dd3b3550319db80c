//! Measures how fast output of a terminal reaches a viewer through a shim, against a plain loop that reads the same PTY.
//!
//! `cargo run --release -p stead-shim --example terminal_throughput -- [MiB]`. Needs no privileges: the container is a plain process.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement for people at a terminal"
)]

#[path = "../tests/it/fake.rs"]
#[expect(dead_code, reason = "the measurement needs only a part of the tests' container")]
mod fake;

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use fake::FakeContainer;
use stead_core::ambient::Ambient;
use stead_core::driver::{Attach, ProcessIo, ProcessSpec};
use stead_core::frame::Frame;
use stead_core::ids::ProcessId;
use stead_shim::protocol::{ConsoleSettings, Message, Request, SOCKET_FILE};
use stead_shim::sandbox::{Container as _, Stdio};
use stead_shim::shim::{Shim, ShimSetup};

/// What the terminal prints: short lines as `yes` makes them, long ones, and the same without the terminal's own processing.
const PATTERNS: [(&str, &str); 3] = [
    ("short lines, cooked", "yes sixteen-letters!"),
    ("long lines, cooked", "yes $(printf 'x%.0s' $(seq 1 120))"),
    ("short lines, raw", "stty raw; yes sixteen-letters!"),
];

fn raw(script: &str) -> f64 {
    let mut container = FakeContainer::new(None);
    let spawned = container
        .spawn(&fake::shell(script, Stdio::Terminal { columns: 80, rows: 24 }))
        .expect("a process on a PTY");
    let master = spawned.master.expect("a terminal");
    rustix::io::ioctl_fionbio(&master, false).unwrap();
    let mut buffer = vec![0; 64 * 1024];
    let (begun, mut total) = (Instant::now(), 0);
    while let Ok(length) = rustix::io::read(&master, &mut buffer) {
        total += length;
        if length == 0 {
            break;
        }
    }
    rate(total, begun)
}

fn rate(bytes: usize, begun: Instant) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0 / begun.elapsed().as_secs_f64()
}

fn ask(stream: &mut UnixStream, request: Request) {
    let mut bytes = Vec::new();
    Frame::Request { json: &serde_json::to_vec(&Message::new(request)).unwrap() }.encode(&mut bytes);
    stream.write_all(&bytes).unwrap();
}

fn through_shim(script: &str) -> (f64, usize) {
    let home = tempfile::tempdir().unwrap();
    let ambient = Ambient::system();
    let setup = ShimSetup {
        instance: ambient.new_id(),
        run: 1,
        run_dir: home.path().join("run"),
        console: ConsoleSettings::in_directory(home.path().join("console")),
        init: None,
    };
    let shim = Shim::start(setup, FakeContainer::new(None), ambient.clone()).unwrap();
    let thread = std::thread::spawn(move || shim.run().unwrap());
    let connect = || UnixStream::connect(home.path().join("run").join(SOCKET_FILE)).unwrap();
    let mut stream = connect();
    let id: ProcessId = ambient.new_id();
    let process = ProcessSpec {
        id,
        label: "flood".into(),
        argv: vec!["/bin/sh".into(), "-c".into(), format!("read begin; {script}")],
        env: Default::default(),
        working_directory: None,
        user: None,
        io: ProcessIo::Terminal { columns: 80, rows: 24 },
    };
    ask(&mut stream, Request::Spawn { process });
    ask(
        &mut stream,
        Request::Attach { process: id, attach: Attach { offset: Some(0), size: None, read_only: false } },
    );
    let mut begin = Vec::new();
    Frame::Input { bytes: b"\n" }.encode(&mut begin);
    stream.write_all(&begin).unwrap();
    let (mut inbox, mut buffer) = (Vec::new(), vec![0; 256 * 1024]);
    let (begun, mut end, mut snapshots) = (Instant::now(), 0, 0);
    'stream: loop {
        let length = stream.read(&mut buffer).unwrap();
        inbox.extend_from_slice(&buffer[..length]);
        let mut used = 0;
        while let Some((frame, size)) = Frame::decode(&inbox[used..]).unwrap() {
            used += size;
            match frame {
                Frame::Output { offset, bytes } => end = usize::try_from(offset).unwrap() + bytes.len(),
                Frame::Snapshot { .. } => snapshots += 1,
                Frame::Exit { .. } => break 'stream,
                _ => {}
            }
        }
        inbox.drain(..used);
        assert!(length > 0, "the stream ended early");
    }
    let measured = rate(end, begun);
    let mut stream = connect();
    for request in [Request::Kill, Request::Forget] {
        ask(&mut stream, request);
    }
    thread.join().unwrap();
    (measured, snapshots)
}

fn main() {
    let mebibytes: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100);
    for (name, pattern) in PATTERNS {
        let (setup, command) = pattern.split_once("; ").unwrap_or(("true", pattern));
        let script = format!("{setup}; {command} | head -c {}", mebibytes << 20);
        let mut ratios = Vec::new();
        for _ in 0..3 {
            let plain = raw(&script);
            let (shim, snapshots) = through_shim(&script);
            println!(
                "{name}: plain {plain:.0} MiB/s, through the shim {shim:.0} MiB/s ({snapshots} snapshots)"
            );
            ratios.push(shim / plain);
        }
        ratios.sort_by(f64::total_cmp);
        println!("{name}: {:.0} % (median of 3)", ratios[1] * 100.0);
    }
}
