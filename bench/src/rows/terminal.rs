//! Bytes through a terminal from the process inside to a WebSocket client, against reading a PTY directly.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stead_api::v1::terminals::CreateTerminal;
use stead_core::frame::Frame;
use stead_testkit::binary::Stead;

use crate::report::Row;
use crate::series::Series;

const BYTES: u64 = 60_000_000;
const ROUNDS: usize = 5;

fn program() -> Vec<String> {
    // Waits for a key, so that the viewer is there before the first byte.
    ["/bin/sh", "-c", &format!("read go; yes 0123456789abcdef | head -c {BYTES}")].map(str::to_owned).to_vec()
}

/// The bare loop: one PTY, one reader.
fn raw() -> Duration {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
    grantpt(&master).expect("a PTY");
    unlockpt(&master).expect("a PTY");
    let name = ptsname(&master, Vec::new()).expect("a PTY");
    let slave = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(name.to_str().expect("a path"))
        .expect("a PTY");
    let arguments = program();
    let mut child = Command::new(&arguments[0])
        .args(&arguments[1..])
        .stdin(Stdio::from(slave.try_clone().expect("a descriptor")))
        .stdout(Stdio::from(slave.try_clone().expect("a descriptor")))
        .stderr(Stdio::from(slave))
        .spawn()
        .expect("the program starts");
    let mut master = std::fs::File::from(master);
    std::io::Write::write_all(&mut master, b"\n").expect("a key");
    let began = Instant::now();
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0;
    while let Ok(count @ 1..) = master.read(&mut buffer) {
        total += count as u64;
    }
    let took = began.elapsed();
    child.wait().expect("it ends");
    assert!(total >= BYTES, "the PTY gave {total} bytes");
    took
}

/// The whole way, and how many bytes the viewer was sent (a viewer that falls behind gets snapshots instead).
async fn through_stead(stead: &Stead, instance: &str) -> (Duration, u64) {
    let client = stead.client();
    let create = CreateTerminal { command: Some(program()), columns: Some(80), rows: Some(24) };
    let terminal = client.create_terminal(instance, &create).await.expect("a terminal");
    let query = [("columns", "80".to_owned()), ("rows", "24".to_owned())];
    let mut stream = client.terminal_stream(instance, &terminal.id, &query).await.expect("a stream");
    stream.send(&Frame::Input { bytes: b"\n" }).await.expect("a key");
    let began = Instant::now();
    let mut received = 0;
    loop {
        let message = stream.next().await.expect("the stream holds").expect("the exit comes first");
        match message.frame().expect("a frame") {
            Frame::Output { bytes, .. } => received += bytes.len() as u64,
            Frame::Exit { .. } => return (began.elapsed(), received),
            _ => {}
        }
    }
}

pub(crate) async fn row(stead: &Stead) -> Row {
    let instance = stead.instance("bench-terminal").await;
    let (mut ours, mut theirs, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let bare = tokio::task::spawn_blocking(raw).await.expect("the bare loop");
        let (took, received) = through_stead(stead, &instance.name).await;
        if round > 0 {
            theirs.push(bare);
            ours.push(took);
            shares.push(received * 100 / BYTES);
        }
    }
    let (ours, theirs) = (Series::new(ours).median(), Series::new(theirs).median());
    let rate = |took: Duration| BYTES as f64 / 1e6 / took.as_secs_f64();
    let share = shares.iter().min().copied().unwrap_or(0);
    Row {
        what: "bytes through a terminal, end to end".into(),
        stead: format!("{:.1} MB/s", rate(ours)),
        peer: format!("raw PTY {:.1} MB/s", rate(theirs)),
        ratio: format!("{:.2}", rate(ours) / rate(theirs)),
        bar: "over 0.6",
        reached: rate(ours) / rate(theirs) > 0.6,
        how: format!(
            "`yes | head` of {} MB, from the first key to the exit frame at a WebSocket client; at least {share} % of the bytes reached it as output, the rest as snapshots; median of {ROUNDS} in turn.",
            BYTES / 1_000_000
        ),
    }
}
