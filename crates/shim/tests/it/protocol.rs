//! Requests that are wrong, too large or too many.

use std::io::Write as _;

use proptest::prelude::*;
use stead_core::driver::ProcessIo;
use stead_core::frame::{Frame, MAX_PAYLOAD};
use stead_shim::protocol::{
    Attached, MAX_CONNECTIONS, MAX_PROCESSES, MAX_REQUEST, MAX_VIEWERS, Request, Status,
};

use crate::client::{Got, NOTHING, TestShim};

#[test]
fn what_is_not_understood_is_refused_in_words_and_the_connection_goes_on() {
    let shim = TestShim::idle();
    let mut client = shim.client();
    for json in [
        "",
        "{}",
        "[]",
        "nonsense",
        "{\"version\":1}",
        "{\"version\":1,\"request\":\"fly\"}",
        "{\"version\":1,\"request\":\"dial\"}",
    ] {
        assert_eq!(client.raw_request(json), Got::Problem("invalid_request".into()), "{json}");
    }
    client.ask::<Status>(Request::Status).unwrap();
    assert_eq!(
        client.raw_request("{\"version\":2,\"request\":\"status\"}"),
        Got::Problem("shim_version".into())
    );
    assert_eq!(client.next(), Got::Closed);
    let mut client = shim.client();
    client.send(&Frame::Input { bytes: b"x" });
    assert_eq!(client.next(), Got::Problem("unexpected_frame".into()));
    assert_eq!(client.next(), Got::Closed);
}

#[test]
fn requests_and_frames_have_a_largest_size() {
    let shim = TestShim::idle();
    let mut client = shim.client();
    let header = |kind: u8, length: usize| {
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
        bytes
    };
    client.stream.write_all(&header(0x18, MAX_REQUEST + 1)).unwrap();
    assert_eq!(client.next(), Got::Problem("request_too_large".into()));
    assert_eq!(client.next(), Got::Closed);
    let mut client = shim.client();
    client.stream.write_all(&header(0x11, MAX_PAYLOAD + 1)).unwrap();
    assert_eq!(client.next(), Got::Problem("invalid_frame".into()));
    assert_eq!(client.next(), Got::Closed);
}

#[test]
fn viewers_processes_and_connections_are_limited() {
    let shim = TestShim::idle();
    let process = shim.terminal("read x");
    let viewers: Vec<_> = (0..MAX_VIEWERS).map(|_| shim.attach(process, NOTHING)).collect();
    assert_eq!(
        shim.ask::<Attached>(Request::Attach { process, attach: NOTHING }),
        Err("too_many_viewers".into())
    );
    assert_eq!(shim.processes()[0].viewers as usize, MAX_VIEWERS);
    drop(viewers);
    shim.wait_for("leaving viewers", |shim| shim.processes()[0].viewers == 0);
    for _ in 1..MAX_PROCESSES {
        shim.spawn("exec sleep 1000", ProcessIo::Console);
    }
    assert_eq!(shim.try_spawn("true", ProcessIo::Console), Err("too_many_processes".into()));
    shim.attach(process, NOTHING).input("\n");
    shim.wait_for("the end of one", |shim| shim.processes().iter().any(|state| state.exit.is_some()));
    shim.wait_for("room for another", |shim| shim.try_spawn("exec sleep 1000", ProcessIo::Console).is_ok());
    let clients: Vec<_> = (0..MAX_CONNECTIONS).map(|_| shim.client()).collect();
    let mut last = shim.client();
    assert_eq!(last.next(), Got::Problem("too_many_connections".into()));
    drop(clients);
    drop(last);
    shim.wait_for("leaving clients", |shim| {
        let (mut client, mut request) = (shim.client(), Vec::new());
        Frame::Request { json: b"{}" }.encode(&mut request);
        // Refused connections are closed at once.
        client.stream.write_all(&request).is_ok() && client.next() == Got::Problem("invalid_request".into())
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_of_a_client_harm_the_shim(
        messages in proptest::collection::vec((prop_oneof![Just(0x18u8), 0x10u8..0x20, any::<u8>()], proptest::collection::vec(any::<u8>(), 0..300)), 0..40),
        garbage in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let shim = TestShim::idle();
        let process = shim.terminal("stty -echo; while read x; do :; done");
        for attached in [false, true] {
            let mut client = if attached { shim.attach(process, NOTHING) } else { shim.client() };
            for (kind, payload) in &messages {
                let mut bytes = vec![*kind];
                bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
                bytes.extend_from_slice(payload);
                if client.stream.write_all(&bytes).is_err() { break; }
            }
            let _ = client.stream.write_all(&garbage);
        }
        prop_assert_eq!(shim.status().run, 3);
    }
}
