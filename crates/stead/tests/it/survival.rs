//! kill -9 of Stead touches no instance: processes, terminals and consoles go on.

use stead_api::client::Client;
use stead_api::v1::instances::{CreateInstance, Phase};
use stead_api::v1::operations::OperationState;
use stead_core::frame::Frame;
use stead_testkit::wait;

use crate::inside::{output, settled_screen, terminal};
use crate::stead;

/// Prints numbered lines, 1,000 a second, catching up when it was late.
const COUNTER: &str = "import time, sys
began = time.monotonic()
number = 0
while True:
    while number < (time.monotonic() - began) * 1000:
        number += 1
        print('line', number, flush=False)
    sys.stdout.flush()
    time.sleep(0.002)
";

/// What changes when an instance is started anew: when its PID 1 began, by the kernel's clock.
async fn births(client: &Client, boxes: usize) -> Vec<String> {
    let mut births = Vec::new();
    for number in 0..boxes {
        let began = "sed 's/.*) //' /proc/1/stat | cut -d' ' -f20";
        births.push(output(client, &format!("box-{number}"), began).await);
    }
    births
}

/// The numbers that the counter has printed.
async fn counted(client: &Client) -> Vec<u64> {
    let console = client.console_text("counter", None).await.expect("the console");
    console
        .lines()
        .filter_map(|line| line.strip_prefix("line "))
        .filter_map(|number| number.parse().ok())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stops_and_nothing_is_lost_when_the_server_is_killed() {
    let mut stead = stead();
    let client = stead.client();
    for number in 0..9 {
        let create = CreateInstance { name: Some(format!("box-{number}")), ..CreateInstance::default() };
        client.create_instance(&create, &format!("survival-{number}")).await.expect("accepted");
    }
    let counter = CreateInstance {
        name: Some("counter".into()),
        command: Some(vec!["python3".into(), "-c".into(), COUNTER.into()]),
        ..CreateInstance::default()
    };
    client.create_instance(&counter, "survival-counter").await.expect("accepted");
    for number in 0..9 {
        stead.until_phase(&format!("box-{number}"), Phase::Running).await;
    }
    stead.until_phase("counter", Phase::Running).await;

    let shell =
        terminal(&client, "box-0", None, b"echo first$((1+1)); seq 1 40; echo coun''ted\r", "counted").await;
    let colours = terminal(&client, "box-1", None, b"printf '\\033[1;38;2;200;80;10mwarm\\033[0m \\033[7minverse\\033[0m caf\\303\\251 \\344\\275\\240\\n'; echo en''ded\r", "ended").await;
    let editor = terminal(
        &client,
        "box-2",
        Some(&["vim", "-u", "NONE", "-N", "/workspace/notes.txt"]),
        b"ihello from vim\x1b:set number\r",
        "hello from vim",
    )
    .await;
    let before = [
        settled_screen(&client, "box-0", &shell, "counted").await,
        settled_screen(&client, "box-1", &colours, "ended").await,
        settled_screen(&client, "box-2", &editor, "hello from vim").await,
    ];
    let birth = births(&client, 9).await;
    let counted_before = counted(&client).await.last().copied().unwrap_or(0);

    // An operation in the middle of its work when the server dies.
    let late = CreateInstance { name: Some("late".into()), ..CreateInstance::default() };
    let begun = client.create_instance(&late, "survival-late").await.expect("accepted");
    stead.kill();
    stead.start_again();
    let client = stead.client();

    let after = [
        settled_screen(&client, "box-0", &shell, "counted").await,
        settled_screen(&client, "box-1", &colours, "ended").await,
        settled_screen(&client, "box-2", &editor, "hello from vim").await,
    ];
    assert_eq!(before, after, "a terminal redraws otherwise than before");
    assert_eq!(births(&client, 9).await, birth, "an instance was started anew");
    for number in 0..9 {
        stead.until_phase(&format!("box-{number}"), Phase::Running).await;
    }
    wait::until("the operation has ended", || {
        let (client, id) = (client.clone(), begun.operation.id.clone());
        async move {
            let operation = client.operation(&id).await.map_err(|error| error.to_string())?;
            if operation.state == OperationState::Succeeded { Ok(()) } else { Err(format!("{operation:?}")) }
        }
    })
    .await;
    stead.until_phase("late", Phase::Running).await;

    let numbers = counted(&client).await;
    assert!(numbers.len() > 1_000, "the counter printed only {} lines", numbers.len());
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "the console has a gap");
    assert_eq!(numbers[0], 1);
    assert!(numbers.last() > Some(&counted_before), "the counter stands still");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_instances_running() {
    let mut stead = stead();
    stead.instance("box-0").await;
    let client = stead.client();
    let shell = terminal(&client, "box-0", None, b"sleep 3600 & echo st''arted\r", "started").await;
    let before = settled_screen(&client, "box-0", &shell, "started").await;
    let birth = births(&client, 1).await;
    stead.interrupt();
    stead.start_again();
    let client = stead.client();
    stead.until_phase("box-0", Phase::Running).await;
    assert_eq!(births(&client, 1).await, birth);
    assert_eq!(settled_screen(&client, "box-0", &shell, "started").await, before);
    output(&client, "box-0", "pgrep -x sleep").await;
}

/// Somebody removes the data directory under a running instance. The end of `stead` purges, and fails when a process keeps the
/// control groups.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_database_left_running_ends_with_the_purge() {
    let mut stead = stead();
    stead.instance("orphan").await;
    stead.kill();
    let data = stead.data_dir();
    std::fs::remove_dir_all(data).expect("the data directory goes");
    std::fs::create_dir(data).expect("an empty one comes");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_survive_stop_and_start_and_tmp_does_not() {
    let stead = stead();
    let client = stead.client();
    stead.instance("keeper").await;
    output(&client, "keeper", "echo kept > /workspace/file; echo home > ~/file; echo gone > /tmp/file").await;
    assert!(stead.cli(&["stop", "keeper"]).status.success());
    stead.until_phase("keeper", Phase::Stopped).await;
    assert!(stead.cli(&["start", "keeper"]).status.success());
    stead.until_phase("keeper", Phase::Running).await;
    assert_eq!(output(&client, "keeper", "cat /workspace/file ~/file; ls /tmp").await, "kept\nhome\n");
}

/// Somebody types and closes the lid.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_keys_of_a_viewer_that_leaves_arrive() {
    let stead = stead();
    let client = stead.client();
    let create = CreateInstance { name: Some("typing".into()), ..CreateInstance::default() };
    client.create_instance_and_wait(&create, "typing", "60s").await.expect("created");
    let shell = terminal(&client, "typing", None, b"echo re''ady\r", "ready").await;
    for number in 0..20 {
        let mut stream = client.terminal_stream("typing", &shell, &[]).await.expect("a stream");
        let keys = format!("touch /workspace/{number}\r");
        stream.send(&Frame::Input { bytes: keys.as_bytes() }).await.expect("typing");
        drop(stream);
    }
    wait::until("every key has arrived", || {
        let client = client.clone();
        async move {
            let found = output(&client, "typing", "ls /workspace | wc -l").await;
            if found.trim() == "20" { Ok(()) } else { Err(found) }
        }
    })
    .await;
}
