//! Commands, terminals, consoles and ports through the real agent, on the simulated machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stead_api::v1::exec::{Exec, ExecQuery};
use stead_api::v1::instances::{CreateInstance, Phase};
use stead_api::v1::terminals::{AttachQuery, ConsoleQuery, CreateTerminal};
use stead_core::frame::Frame;
use stead_db::Db;
use stead_drivers::sim::SimDriver;
use stead_link::{ByteStream, pipe};
use stead_node::{Node, NodeConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::world::{World, eventually};
use crate::idempotency::Mutation;

/// A control plane with a real agent.
struct Site {
    world: World,
    node: Node,
    _folder: tempfile::TempDir,
}

async fn site(db: Db) -> Site {
    let world = World::on(db).await;
    let data = tempfile::tempdir().expect("a folder");
    let ambient = world.db.ambient().clone();
    let mut config = NodeConfig::new(ambient.new_id(), "real", data.path().to_owned());
    config.ports_interval = Duration::from_millis(50);
    config.usage_interval = Duration::from_millis(100);
    let driver = Arc::new(SimDriver::in_memory(ambient.clone()));
    let node = Node::start(config, vec![driver], ambient).await.expect("the agent starts");
    let (ours, theirs) = pipe();
    let (serving, nodes) = (node.clone(), world.nodes.clone());
    tokio::spawn(async move { serving.serve(ours).await });
    let proven = Some(node.id());
    tokio::spawn(async move { nodes.connected(theirs, proven).await });
    world.until_connected(node.id(), true).await;
    Site { world, node, _folder: data }
}

async fn read_until(stream: &mut ByteStream, wanted: &str) -> String {
    let mut buffer = Vec::new();
    let mut text = String::new();
    let reading = async {
        while !text.contains(wanted) {
            let mut used = 0;
            while let Some((frame, length)) = Frame::decode(&buffer[used..]).expect("frames") {
                match frame {
                    Frame::Output { bytes, .. } | Frame::Snapshot { bytes, .. } => {
                        text.push_str(&String::from_utf8_lossy(bytes))
                    }
                    _ => {}
                }
                used += length;
            }
            buffer.drain(..used);
            if text.contains(wanted) {
                break;
            }
            assert!(
                stream.read_buf(&mut buffer).await.expect("the stream is read") > 0,
                "it ended with {text:?}"
            );
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the text comes");
    text
}

async fn send(stream: &mut ByteStream, frame: &Frame<'_>) {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    stream.write_all(&bytes).await.expect("the frame is sent");
    stream.flush().await.expect("the frame is sent");
}

fn exec(command: &[&str]) -> Exec {
    Exec {
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        env: BTreeMap::new(),
        working_directory: None,
        input: None,
        timeout_seconds: None,
    }
}

async fn being_inside(db: Db) {
    let Site { world, node, _folder } = site(db).await;
    let (it, ada) = (&world.instances, &world.ada);
    let instance = world.create(CreateInstance { name: Some("box".into()), ..Default::default() }).await;
    assert_eq!(instance.state.phase, Phase::Running);

    // A command with its output, its failure, and one that takes too long.
    let result = it.exec(ada, "box", exec(&["echo", "hello"])).await.unwrap();
    assert_eq!((result.exit_code, result.stdout.as_str(), result.timed_out), (0, "hello\n", false));
    let result = it.exec(ada, "box", exec(&["nonsense"])).await.unwrap();
    assert!(result.exit_code != 0 && !result.stderr.is_empty());
    let result =
        it.exec(ada, "box", Exec { timeout_seconds: Some(1), ..exec(&["sleep", "infinity"]) }).await.unwrap();
    assert!(result.timed_out && result.exit_code != 0);
    assert_eq!(it.exec(ada, "box", exec(&[])).await.unwrap_err().code(), "invalid_command");
    let error = it.exec(ada, "box", Exec { timeout_seconds: Some(9_999), ..exec(&["x"]) }).await.unwrap_err();
    assert_eq!(error.code(), "invalid_timeout");

    // A command as a stream is ended when nobody listens any more.
    let query = ExecQuery { command: r#"["counter"]"#.into(), ..Default::default() };
    let mut stream = it.exec_stream(ada, "box", &query).await.unwrap();
    read_until(&mut stream, "2\n").await;
    drop(stream);
    let row = it.find(ada, "box").await.unwrap();
    let client = world.nodes.client(row.node.unwrap()).unwrap();
    eventually("nothing is left of the command", || async {
        client.processes(row.id).await.unwrap().is_empty().then_some(())
    })
    .await;

    // A terminal outlives its viewers.
    let made = it.create_terminal(ada, "box", CreateTerminal::default(), &Mutation::default()).await.unwrap();
    let terminal = made.id.parse().unwrap();
    let mut first = it.attach_terminal(ada, "box", terminal, &AttachQuery::default()).await.unwrap();
    send(&mut first, &Frame::Input { bytes: b"echo mar''ker\r" }).await;
    read_until(&mut first, "marker").await;
    drop(first);
    let mut second = it.attach_terminal(ada, "box", terminal, &AttachQuery::default()).await.unwrap();
    read_until(&mut second, "marker").await;
    assert_eq!(it.terminals(ada, "box").await.unwrap().items.len(), 1);
    drop(second);
    it.close_terminal(ada, "box", terminal).await.unwrap();
    assert_eq!(it.terminals(ada, "box").await.unwrap().items.len(), 0);
    let error = it.attach_terminal(ada, "box", terminal, &AttachQuery::default()).await.err().unwrap();
    assert_eq!(error.code(), "terminal_not_found");

    // A port that something listens on is found and can be dialled.
    let query = ExecQuery { command: r#"["serve","8080"]"#.into(), ..Default::default() };
    let server = it.exec_stream(ada, "box", &query).await.unwrap();
    eventually("the port is found", || async {
        it.ports(ada, "box")
            .await
            .unwrap()
            .iter()
            .any(|port| port.port == 8080 && port.listening)
            .then_some(())
    })
    .await;
    let mut page = it.dial(row.id, 8080).await.unwrap();
    page.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 8];
    tokio::time::timeout(Duration::from_secs(10), page.read_exact(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with(b"HTTP/1.1"), "{answer:?}");
    assert_eq!(it.dial(row.id, 9).await.err().unwrap().code(), "not_listening");
    drop((page, server));

    // Use is measured.
    eventually("a measurement", || async { it.get(ada, "box").await.unwrap().usage }).await;

    // Nobody is inside of what does not run; its console can still be read.
    world.succeeded(it.kill(ada, "box", &Mutation::default()).await.unwrap()).await;
    assert_eq!(it.exec(ada, "box", exec(&["echo"])).await.unwrap_err().code(), "not_running");
    it.console(ada, "box", &ConsoleQuery::default(), false).await.unwrap();
    world.succeeded(it.delete(ada, "box", &Mutation::default()).await.unwrap()).await;
    node.shutdown().await;
    world.close().await;
}

stead_db::both_databases!(being_inside);
