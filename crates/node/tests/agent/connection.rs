//! The streams of the connection: back-pressure, half-close, cancellation, loss.

use std::sync::atomic::Ordering;
use std::time::Duration;

use stead_api::node::{AttachParams, ConsoleParams, NodeMessage};
use stead_core::driver::{ProcessIo, ProcessSpec};
use stead_core::frame::Frame;
use stead_core::ids::ProcessId;
use stead_core::instance::{InstanceDocument, ObservedState, Wanted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Transport, World, eventually};

async fn running(transport: Transport) -> (World, InstanceDocument) {
    let mut world = World::new(transport).await;
    let document = world.document(Wanted::Running { run: 1 });
    world.client.put_document(&document).await.unwrap();
    world.until_state(&document, ObservedState::Running).await;
    (world, document)
}

async fn streams_carry_bytes(transport: Transport) {
    let (world, document) = running(transport).await;
    let hello = world.client.hello().await.unwrap();
    assert!(
        hello.node == world.node.id()
            && hello.cpu_count > 0
            && hello.memory_bytes > 0
            && hello.disk_free_bytes > 0
    );

    let mut echo = world.client.dial(document.instance, 7).await.unwrap();
    echo.write_all(b"hello").await.unwrap();
    let mut answer = [0; 5];
    echo.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"hello");
    echo.shutdown().await.unwrap();
    assert_eq!(echo.read(&mut answer).await.unwrap(), 0, "half-close goes both ways");

    // The answer comes after the writing side was closed, and counts every byte.
    let mut counting = world.client.dial(document.instance, 9).await.unwrap();
    let block = vec![7; 1 << 20];
    for _ in 0..8 {
        counting.write_all(&block).await.unwrap();
    }
    counting.shutdown().await.unwrap();
    let mut text = String::new();
    counting.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, (8 << 20).to_string());

    let error = world.client.dial(document.instance, 1).await.err().expect("nobody listens");
    assert_eq!(error.code(), "port_not_listening");
    assert!(error.next_step_text().is_some());
    let error = world.client.dial(world.ambient.new_id(), 7).await.err().expect("no such instance");
    assert_eq!(error.code(), "instance_not_found");

    let process: ProcessId = world.ambient.new_id();
    let spec = ProcessSpec {
        id: process,
        label: "cat".to_owned(),
        argv: vec!["cat".to_owned()],
        env: std::collections::BTreeMap::new(),
        working_directory: None,
        user: None,
        io: ProcessIo::Pipes,
    };
    world.client.spawn(document.instance, &spec).await.unwrap();
    assert_eq!(world.client.processes(document.instance).await.unwrap()[0].id, process);
    let mut attached = world
        .client
        .attach(document.instance, process, AttachParams { offset: Some(0), ..Default::default() })
        .await
        .unwrap();
    let mut input = Vec::new();
    Frame::Input { bytes: b"meow" }.encode(&mut input);
    Frame::InputEnd.encode(&mut input);
    attached.write_all(&input).await.unwrap();
    let mut output = Vec::new();
    attached.read_to_end(&mut output).await.unwrap();
    let (frame, used) = Frame::decode(&output).unwrap().unwrap();
    assert_eq!(frame, Frame::Output { offset: 0, bytes: b"meow" });
    assert!(matches!(Frame::decode(&output[used..]).unwrap(), Some((Frame::Exit { code: 0, .. }, _))));
    world.client.signal(document.instance, process, 9).await.unwrap();
    assert!(world.client.processes(document.instance).await.unwrap().is_empty());

    let mut console = world
        .client
        .console(document.instance, ConsoleParams { tail: Some(5), ..Default::default() })
        .await
        .unwrap();
    let mut text = Vec::new();
    console.read_to_end(&mut text).await.unwrap();
}

#[tokio::test]
async fn streams_carry_bytes_over_the_pipe() {
    streams_carry_bytes(Transport::Pipe).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_carry_bytes_over_tls() {
    streams_carry_bytes(Transport::Tls).await;
}

async fn a_stalled_reader(transport: Transport) {
    let (world, document) = running(transport).await;
    let chunks = || world.driver.starts.load(Ordering::SeqCst) >> 32;
    let mut stalled = Vec::new();
    for _ in 0..8 {
        stalled.push(world.client.dial(document.instance, 19).await.unwrap());
    }
    // All eight come to a halt...
    let mut last = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if chunks() == last && last > 0 {
            break;
        }
        last = chunks();
    }
    assert!(last * (8 << 10) < 8 * (4 << 20), "{last} chunks are kept for readers that do not read");
    // ...and nobody else notices.
    let mut echo = world.client.dial(document.instance, 7).await.unwrap();
    let block = vec![1; 256 << 10];
    let (mut reader, mut writer) = tokio::io::split(&mut echo);
    let mut back = vec![0; block.len()];
    let (sent, received) = tokio::join!(writer.write_all(&block), reader.read_exact(&mut back));
    sent.unwrap();
    received.unwrap();
    world.client.hello().await.unwrap();
    // Letting go of a stream ends the far side.
    drop(stalled);
    eventually("the senders notice", || world.driver.ports.lock().unwrap().len() == 8).await;
}

#[tokio::test]
async fn a_stalled_reader_holds_up_nobody_over_the_pipe() {
    a_stalled_reader(Transport::Pipe).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_reader_holds_up_nobody_over_tls() {
    a_stalled_reader(Transport::Tls).await;
}

#[tokio::test]
async fn a_lost_connection_fails_calls_and_streams_and_the_next_one_has_the_whole_state() {
    let (mut world, document) = running(Transport::Tls).await;
    let mut echo = world.client.dial(document.instance, 7).await.unwrap();
    world.client.close();
    world.client.closed().await;
    assert_eq!(world.client.hello().await.unwrap_err().code(), "node_unreachable");
    let mut byte = [0];
    assert!(echo.read(&mut byte).await.is_err(), "a cut is no end");
    world.reconnect().await;
    let mut seen = Vec::new();
    loop {
        match world.message().await {
            NodeMessage::Report(report) => seen.push(report.instance),
            NodeMessage::CaughtUp => break,
            _ => {}
        }
    }
    assert_eq!(seen, [document.instance]);
    world.until_state(&document, ObservedState::Running).await;
    loop {
        if matches!(world.message().await, NodeMessage::Usage { instance, .. } if instance == document.instance)
        {
            break;
        }
    }
}
