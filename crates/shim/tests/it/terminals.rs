//! Terminals: many viewers, coming back, sizes, ends.

use std::time::Instant;

use proptest::prelude::*;
use stead_core::driver::{Attach, ProcessIo};
use stead_core::frame::Frame;
use stead_shim::protocol::{Done, Request};

use crate::client::{Got, NOTHING, PATIENCE, TestShim, contains};

#[test]
fn typing_is_answered_and_the_exit_comes_after_the_last_output() {
    let shim = TestShim::idle();
    let shell = shim.terminal("read line; echo \"got $line\"; exit 7");
    let mut viewer = shim.attach(shell, NOTHING);
    viewer.input("hello\n");
    let (output, _, last) = viewer.read_to_end();
    assert!(contains(&output, "got hello"));
    assert_eq!(last, Got::Exit { code: 7, signal: 0, out_of_memory: false });
    assert_eq!(viewer.next(), Got::Closed);
    // Kept for a viewer that lost its connection at that moment.
    let (output, _, last) = shim.attach(shell, NOTHING).read_to_end();
    assert!(contains(&output, "got hello"));
    assert_eq!(last, Got::Exit { code: 7, signal: 0, out_of_memory: false });
}

#[test]
fn a_viewer_that_comes_back_gets_exactly_the_bytes_it_missed() {
    let shim = TestShim::idle();
    let shell = shim.terminal("stty -echo; echo ready; while read n; do echo \"line $n\"; done");
    let mut first = shim.attach(shell, NOTHING);
    let (_, seen) = first.read_until("ready\r\n");
    let mut other = shim.attach(shell, NOTHING);
    other.read_until("ready");
    drop(first);
    for number in 0..50 {
        other.input(&format!("{number}\n"));
    }
    other.read_until("line 49\r\n");
    let (mut back, offset) = shim.client().attach(shell, Attach { offset: Some(seen), ..NOTHING });
    assert_eq!(offset, seen);
    let (bytes, _) = back.read_until("line 49\r\n");
    let expected: String = (0..50).map(|number| format!("line {number}\r\n")).collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn snapshots_of_several_viewers_are_equal_and_carry_the_whole_screen() {
    let shim = TestShim::idle();
    let shell = shim.terminal(
        "printf 'scrolled\\n%.0s' 1 2 3; printf '\\033[?1049h\\033[?2004h\\033]2;vim\\007\\033[38;2;1;2;3mframe\\033[5;9Hhere'; read x",
    );
    let mut watcher = shim.attach(shell, Attach { offset: Some(0), ..NOTHING });
    watcher.read_until("here");
    let snapshots: Vec<Got> = (0..3).map(|_| shim.attach(shell, NOTHING).next()).collect();
    assert!(snapshots.windows(2).all(|pair| pair[0] == pair[1]));
    let Got::Snapshot { size, bytes, .. } = &snapshots[0] else { panic!("{snapshots:?}") };
    assert_eq!(*size, (80, 24));
    for part in ["scrolled\r\nscrolled", "frame", "here", "\x1b[?2004h", "\x1b]2;vim", "38;2;1;2;3"] {
        assert!(contains(bytes, part), "{part:?} in {:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_viewer_that_does_not_read_slows_nobody_and_gets_a_snapshot_later() {
    let shim = TestShim::idle();
    let shell = shim.terminal("read x; seq 1 400000; echo finished; read x");
    let mut slow = shim.attach(shell, NOTHING);
    let mut quick = shim.attach(shell, NOTHING);
    quick.input("\n");
    let begun = Instant::now();
    quick.read_until("finished");
    assert!(begun.elapsed() < PATIENCE);
    // The slow one finds the beginning in its socket and then the present.
    let mut snapshots = 0;
    let mut last = 0;
    let mut text = Vec::new();
    while !contains(&text, "finished") {
        match slow.next() {
            Got::Output(offset, bytes) => {
                assert_eq!(offset, last, "no output is left out without a snapshot");
                last = offset + bytes.len() as u64;
                text.extend_from_slice(&bytes);
            }
            Got::Snapshot { offset, bytes, .. } => {
                snapshots += 1;
                assert!(offset >= last);
                (last, text) = (offset, bytes);
            }
            Got::Resized(..) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!((2..10).contains(&snapshots), "{snapshots}");
}

#[test]
fn the_latest_active_viewer_decides_the_size_and_the_others_are_told() {
    let shim = TestShim::idle();
    let shell = shim.terminal("stty -echo; trap 'stty size' WINCH; echo ready; while :; do read x; done");
    let mut first = shim.attach(shell, Attach { size: Some((100, 30)), ..NOTHING });
    first.read_until("ready");
    let mut second = shim.attach(shell, Attach { size: Some((60, 20)), ..NOTHING });
    let sized = |client: &mut crate::client::Client, wanted: (u16, u16)| loop {
        match client.next() {
            Got::Resized(columns, rows) if (columns, rows) == wanted => break,
            Got::Snapshot { size, .. } if size == wanted => break,
            Got::Output(..) | Got::Resized(..) | Got::Snapshot { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    sized(&mut first, (60, 20));
    sized(&mut second, (60, 20));
    first.input("\n");
    sized(&mut second, (100, 30));
    first.read_until("30 100");
    second.send(&Frame::Resize { columns: 61, rows: 21 });
    first.read_until("21 61");
    drop(second);
    first.read_until("30 100");
    // Sizes beyond what is supported are brought to the nearest.
    first.send(&Frame::Resize { columns: 0, rows: 60_000 });
    first.read_until("300 1\r\n");
}

#[test]
fn a_read_only_viewer_watches_and_nothing_else() {
    let shim = TestShim::idle();
    let shell = shim.terminal("echo ready; read x; echo \"x=$x\"");
    for frame in [
        Frame::Input { bytes: b"evil\n" },
        Frame::Resize { columns: 10, rows: 10 },
        Frame::Signal { number: 9 },
        Frame::InputEnd,
    ] {
        let mut watcher = shim.attach(shell, Attach { read_only: true, size: Some((9, 9)), offset: None });
        watcher.read_until("ready");
        watcher.send(&frame);
        assert_eq!(watcher.next(), Got::Problem("read_only".into()));
        assert_eq!(watcher.next(), Got::Closed);
    }
    let ProcessIo::Terminal { columns, rows } = shim.processes()[0].io else { panic!() };
    assert_eq!((columns, rows), (80, 24));
    let mut viewer = shim.attach(shell, NOTHING);
    viewer.input("fine\n");
    viewer.read_until("x=fine");
}

#[test]
fn signals_end_what_runs_in_a_terminal_and_its_end_is_told() {
    let shim = TestShim::idle();
    let shell = shim.terminal("echo ready; exec sleep 1000");
    let mut viewer = shim.attach(shell, NOTHING);
    viewer.read_until("ready");
    viewer.send(&Frame::Ping);
    assert_eq!(viewer.next(), Got::Ping);
    viewer.send(&Frame::Signal { number: 15 });
    assert_eq!(viewer.next(), Got::Exit { code: 143, signal: 15, out_of_memory: false });
    let other = shim.terminal("echo ready; exec sleep 1000");
    shim.ask::<Done>(Request::Signal { process: other, signal: 9 }).unwrap();
    let (_, _, last) = shim.attach(other, NOTHING).read_to_end();
    assert_eq!(last, Got::Exit { code: 137, signal: 9, out_of_memory: false });
    shim.ask::<Done>(Request::Signal { process: other, signal: 9 }).unwrap();
    assert_eq!(
        shim.ask::<Done>(Request::Signal { process: other, signal: 9 }),
        Err("process_not_found".into())
    );
}

#[test]
fn a_background_process_does_not_keep_an_ended_terminal_open() {
    let shim = TestShim::idle();
    let shell = shim.terminal("trap '' HUP; sleep 1000 & echo left");
    let (output, _, last) = shim.attach(shell, NOTHING).read_to_end();
    assert!(contains(&output, "left"));
    assert_eq!(last, Got::Exit { code: 0, signal: 0, out_of_memory: false });
}

#[test]
fn end_of_input_is_typed_into_a_terminal() {
    let shim = TestShim::idle();
    let shell = shim.terminal("cat; echo over");
    let mut viewer = shim.attach(shell, NOTHING);
    viewer.send(&Frame::InputEnd);
    viewer.read_until("over");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Detaching anywhere and coming back by offset loses and repeats nothing.
    #[test]
    fn reading_in_several_connections_gives_the_same_bytes(cuts in proptest::collection::vec(2usize..9, 1..12)) {
        // The first frame of a connection tells the size, so one frame each would bring nobody further.
        let shim = TestShim::idle();
        let shell = shim.terminal("read x; seq 1 3000; echo finished; read x");
        shim.attach(shell, NOTHING).input("\n");
        let (mut all, mut offset) = (Vec::new(), 0);
        for cut in cuts.iter().cycle() {
            let mut client = shim.attach(shell, Attach { offset: Some(offset), ..NOTHING });
            for _ in 0..*cut {
                if contains(&all, "finished") { break; }
                match client.next() {
                    Got::Output(at, bytes) => {
                        prop_assert_eq!(at, offset);
                        offset += bytes.len() as u64;
                        all.extend_from_slice(&bytes);
                    }
                    Got::Resized(..) => {}
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            if contains(&all, "finished") { break; }
        }
        let expected: String = (1..=3000).map(|number| format!("{number}\r\n")).collect();
        prop_assert!(String::from_utf8(all).unwrap().contains(&expected));
    }
}
