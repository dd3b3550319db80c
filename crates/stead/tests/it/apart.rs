//! Server and agent as processes of their own, joined by TLS: killing either stops no instance.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use stead_api::v1::instances::Phase;
use stead_testkit::binary::{Options, Stead};
use stead_testkit::wait;
use tempfile::TempDir;

use crate::inside::{output, settled_screen, terminal};

const BINARY: &str = env!("CARGO_BIN_EXE_stead");

/// `stead node` on a directory of its own. Dropping it takes back what it set up on the host.
struct Agent {
    data: TempDir,
    process: Option<Child>,
    server: String,
}

impl Agent {
    fn issue_and_start(server_data: &Path, server: &str) -> Self {
        let data = tempfile::Builder::new().prefix("stead-agent-").tempdir().expect("a temporary folder");
        let issued = Command::new(BINARY)
            .args(["nodes", "issue", "--data-dir"])
            .arg(server_data)
            .arg(data.path().join("join.json"))
            .output()
            .expect("the binary starts");
        assert!(issued.status.success(), "{}", String::from_utf8_lossy(&issued.stderr));
        let mut agent = Self { data, process: None, server: server.to_owned() };
        agent.start();
        agent
    }

    fn start(&mut self) {
        let mut process = Command::new(BINARY)
            .args(["--json", "node", "--to", &self.server, "--join"])
            .arg(self.data.path().join("join.json"))
            .arg("--data-dir")
            .arg(self.data.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("its output");
        assert!(line.contains("ready"), "the agent did not start: {line}");
        self.process = Some(process);
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it can be killed");
            process.wait().expect("it ends");
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.kill();
        let _ = Command::new(BINARY)
            .args(["down", "--purge", "--yes", "--data-dir"])
            .arg(self.data.path())
            .stdin(Stdio::null())
            .output();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_agent_or_the_server_stops_nothing() {
    let node_address = format!("127.0.0.1:{}", free_port());
    let options = Options {
        arguments: vec!["--node-listen".into(), node_address.clone()],
        server_alone: true,
        ..Options::default()
    };
    let mut stead = Stead::start(BINARY, options);
    let mut agent = Agent::issue_and_start(stead.data_dir(), &node_address);
    let client = stead.client();
    wait::until("the node has connected", || {
        let client = client.clone();
        async move {
            let nodes = client.nodes().await.map_err(|error| error.to_string())?;
            if nodes.iter().any(|node| node.connected) { Ok(()) } else { Err("no node".to_owned()) }
        }
    })
    .await;
    stead.instance("apart").await;
    let shell = terminal(&client, "apart", None, b"echo first$((1+1)); seq 1 20\r", "20").await;
    let before = settled_screen(&client, "apart", &shell, "20").await;
    let birth = output(&client, "apart", "stat -c %Y /proc/1").await;

    agent.kill();
    agent.start();
    stead.until_phase("apart", Phase::Running).await;
    assert_eq!(settled_screen(&client, "apart", &shell, "20").await, before);

    stead.kill();
    stead.start_again();
    let client = stead.client();
    stead.until_phase("apart", Phase::Running).await;
    assert_eq!(settled_screen(&client, "apart", &shell, "20").await, before);
    assert_eq!(output(&client, "apart", "stat -c %Y /proc/1").await, birth);

    client.delete_instance("apart").await.expect("accepted");
    wait::until("the instance is gone", || {
        let client = client.clone();
        async move {
            let left = client.instances().await.map_err(|error| error.to_string())?;
            if left.is_empty() { Ok(()) } else { Err(format!("{:?}", left[0].state)) }
        }
    })
    .await;
}
