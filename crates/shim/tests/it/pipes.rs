//! Commands with three pipes.

use stead_core::driver::{Attach, ProcessIo};
use stead_core::frame::Frame;

use crate::client::{Got, NOTHING, TestShim};

const END: Got = Got::Exit { code: 0, signal: 0, out_of_memory: false };

#[test]
fn output_errors_and_exit_code_arrive_apart() {
    let shim = TestShim::idle();
    let process = shim.spawn("echo out; echo err >&2; exit 3", ProcessIo::Pipes);
    let (output, errors, last) = shim.attach(process, NOTHING).read_to_end();
    assert_eq!((&output[..], &errors[..]), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(last, Got::Exit { code: 3, signal: 0, out_of_memory: false });
}

#[test]
fn input_reaches_the_process_and_its_end_too() {
    let shim = TestShim::idle();
    let process = shim.spawn("sha256sum", ProcessIo::Pipes);
    let mut client = shim.attach(process, NOTHING);
    let data = vec![b'a'; 3_000_000];
    let expected = {
        let other = shim.spawn("head -c 3000000 /dev/zero | tr '\\0' a | sha256sum", ProcessIo::Pipes);
        shim.attach(other, NOTHING).read_to_end().0
    };
    for piece in data.chunks(700_000) {
        client.send(&Frame::Input { bytes: piece });
    }
    client.send(&Frame::InputEnd);
    let (output, _, last) = client.read_to_end();
    assert_eq!(output, expected);
    assert_eq!(last, END);
}

#[test]
fn without_a_viewer_the_process_waits_and_no_byte_is_lost() {
    let shim = TestShim::idle();
    let process = shim.spawn("seq 1 300000; echo done >&2", ProcessIo::Pipes);
    // Nothing is read until somebody attaches, so the process cannot have ended.
    let mut client = shim.attach(process, NOTHING);
    assert_eq!(shim.processes()[0].exit, None);
    let (output, errors, last) = client.read_to_end();
    let expected: String = (1..=300_000).map(|number| format!("{number}\n")).collect();
    assert!(output == expected.as_bytes());
    assert_eq!(errors, b"done\n");
    assert_eq!(last, END);
}

#[test]
fn a_viewer_that_stops_reading_stops_the_process_and_can_come_back_by_offset() {
    let shim = TestShim::idle();
    let process = shim.spawn("seq 1 300000", ProcessIo::Pipes);
    let mut client = shim.attach(process, NOTHING);
    let (mut all, mut connections) = (Vec::new(), 1);
    loop {
        match client.next() {
            Got::Output(offset, bytes) => {
                assert_eq!(offset, all.len() as u64);
                all.extend_from_slice(&bytes);
                if all.len() / 400_000 >= connections {
                    // What lies in the socket is lost with the connection, and sent again.
                    connections += 1;
                    client = shim.attach(process, Attach { offset: Some(all.len() as u64), ..NOTHING });
                }
            }
            Got::Exit { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    let expected: String = (1..=300_000).map(|number| format!("{number}\n")).collect();
    assert!(all == expected.as_bytes());
    assert!(connections > 3);
}

#[test]
fn background_processes_do_not_hold_the_end_back() {
    let shim = TestShim::idle();
    let process = shim.spawn("sleep 1000 & echo left", ProcessIo::Pipes);
    let (output, _, last) = shim.attach(process, NOTHING).read_to_end();
    assert_eq!(output, b"left\n");
    assert_eq!(last, END);
}

#[test]
fn the_end_of_a_command_is_kept_until_it_was_read() {
    let shim = TestShim::idle();
    let process = shim.spawn("exit 5", ProcessIo::Pipes);
    shim.wait_for("the end", |shim| shim.processes().iter().any(|state| state.exit.is_some()));
    assert_eq!(shim.processes()[0].exit.map(|exit| exit.code), Some(5));
    let (_, _, last) = shim.attach(process, NOTHING).read_to_end();
    assert_eq!(last, Got::Exit { code: 5, signal: 0, out_of_memory: false });
}
