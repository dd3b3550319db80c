//! The console: main process, tasks, notes, rotation.

use stead_core::driver::{ConsolePosition, ProcessIo};
use stead_core::frame::Frame;
use stead_shim::console::{Chunk, Reader};
use stead_shim::protocol::{Done, MAX_NOTE, Request};

use crate::client::{Client, Got, NOTHING, TestShim};
use crate::fake::FakeContainer;

fn read(client: &mut Client) -> (Vec<u8>, Vec<(u64, u64)>) {
    let (mut bytes, mut gaps) = (Vec::new(), Vec::new());
    loop {
        match client.next() {
            Got::Output(_, more) => bytes.extend_from_slice(&more),
            Got::Gap(from, to) => gaps.push((from, to)),
            Got::Closed => return (bytes, gaps),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_counter_shows_no_gap_under_rotation_whoever_follows() {
    let home = tempfile::tempdir().unwrap();
    let main =
        "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo \"counter $i of the main process\"; done; read x";
    let shim = TestShim::start_in(home, FakeContainer::new(Some(main)), 128 * 1024);
    let mut followers: Vec<Client> =
        (0..3).map(|_| shim.console(ConsolePosition::Start, true, true)).collect();
    let expected: String =
        (1..=20_000).map(|number| format!("counter {number} of the main process\n")).collect();
    for follower in &mut followers {
        let (mut all, mut next) = (Vec::new(), None);
        while all.len() < expected.len() {
            let Got::Output(offset, bytes) = follower.next() else { panic!("a gap") };
            assert_eq!(offset, next.unwrap_or(offset));
            next = Some(offset + bytes.len() as u64);
            all.extend_from_slice(&bytes);
        }
        assert!(all == expected.as_bytes());
    }
    let files = std::fs::read_dir(shim.home.path().join("console")).unwrap().count();
    assert!((5..=8).contains(&files), "{files}");
    // The end of the main process ends the run, and the run's end ends the followers.
    followers[0].input("\n");
    for follower in &mut followers {
        assert_eq!(follower.next(), Got::Closed);
    }
}

#[test]
fn tasks_write_whole_lines_and_notes_stand_alone() {
    let shim = TestShim::with_main("read x");
    shim.ask::<Done>(Request::ConsoleNote { text: "== install ==".into() }).unwrap();
    let script = |word: &str| {
        format!("for i in $(seq 1 200); do printf '{word} '; printf \"$i\\n\"; done; printf {word}-end")
    };
    let tasks = [shim.spawn(&script("a"), ProcessIo::Console), shim.spawn(&script("b"), ProcessIo::Console)];
    shim.wait_for("the end of the tasks", |shim| shim.processes().iter().all(|state| state.exit.is_some()));
    let mut client = shim.client();
    assert_eq!(
        client.ask::<serde_json::Value>(Request::Attach { process: tasks[0], attach: NOTHING }),
        Err("not_attachable".into())
    );
    let reads_all = |shim: &TestShim| {
        String::from_utf8(read(&mut shim.console(ConsolePosition::Start, false, false)).0).unwrap()
    };
    shim.wait_for("the last lines", |shim| {
        let text = reads_all(shim);
        text.contains("a-end") && text.contains("b-end")
    });
    let text = reads_all(&shim);
    assert!(text.starts_with("== install ==\n"));
    for word in ["a", "b"] {
        let own: Vec<&str> = text.lines().filter(|line| line.starts_with(&format!("{word} "))).collect();
        let expected: Vec<String> = (1..=200).map(|number| format!("{word} {number}")).collect();
        assert_eq!(own, expected);
    }
    let tail = read(&mut shim.console(ConsolePosition::Tail { lines: 2 }, false, false)).0;
    assert_eq!(String::from_utf8(tail).unwrap().lines().count(), 2);
    let too_long = "x".repeat(MAX_NOTE + 1);
    assert_eq!(shim.ask::<Done>(Request::ConsoleNote { text: too_long }), Err("note_too_large".into()));
}

#[test]
fn input_goes_to_the_main_process_only_for_those_who_may() {
    let shim = TestShim::with_main("while read x; do echo \"main got $x\"; done");
    let mut watcher = shim.console(ConsolePosition::Start, true, false);
    watcher.input("no\n");
    assert_eq!(watcher.next(), Got::Problem("read_only".into()));
    let mut operator = shim.console(ConsolePosition::Start, true, true);
    operator.input("stop please\n");
    operator.read_until("main got stop please");
    operator.send(&Frame::InputEnd);
    assert_eq!(operator.next(), Got::Closed);
    let without_main = TestShim::idle();
    let mut operator = without_main.console(ConsolePosition::Start, true, true);
    operator.input("anybody?\n");
    assert_eq!(operator.next(), Got::Problem("no_main_process".into()));
}

#[test]
fn the_console_can_be_read_from_its_files_after_the_shim_has_gone_and_goes_on_in_the_next_run() {
    let mut shim = TestShim::with_main("echo first run");
    shim.wait_for("the end", |shim| shim.status().end.is_some());
    shim.ask::<Done>(Request::Forget).unwrap();
    shim.join();
    let directory = shim.home.path().join("console");
    let mut reader = Reader::open(&directory, ConsolePosition::Start).unwrap();
    let mut buffer = [0; 100];
    assert_eq!(reader.read(&mut buffer).unwrap(), Chunk::Bytes { offset: 0, length: 10 });
    assert_eq!(reader.read(&mut buffer).unwrap(), Chunk::End);
    let home = std::mem::replace(&mut shim.home, tempfile::tempdir().unwrap());
    let second = TestShim::start_in(home, FakeContainer::new(Some("echo second run; read x")), 4 << 20);
    let mut follower = second.console(ConsolePosition::Offset { offset: 10 }, true, true);
    assert_eq!(follower.read_until("second run\n"), (b"second run\n".to_vec(), 21));
    assert_eq!(reader.read(&mut buffer).unwrap(), Chunk::Bytes { offset: 10, length: 11 });
}
