//! An authenticated `GET /v1/instances/{id}` against a hello-world of axum, both asked by `wrk` over kept-alive connections.

use std::process::{Child, Command, Stdio};

use stead_testkit::binary::Stead;

use crate::report::Row;

const SECONDS: &str = "5s";
const CONNECTIONS: &str = "16";
const ROUNDS: usize = 3;

/// The bare server, run as a process of its own: prints its address and serves until killed.
pub(crate) async fn serve_hello() {
    let application = axum::Router::new().route("/", axum::routing::get(async || "Hello, World!"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    axum::serve(listener, application).await.expect("it serves");
}

struct Hello {
    process: Child,
    address: String,
}

impl Hello {
    fn start() -> Self {
        use std::io::{BufRead, BufReader};
        let binary = std::env::current_exe().expect("the path of this program");
        let mut process = Command::new(binary)
            .arg("--serve-hello")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bare server starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("its output"))
            .read_line(&mut address)
            .expect("its address");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Hello {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn requests_per_second(url: &str, authorization: Option<&str>) -> f64 {
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--connections", CONNECTIONS, "--duration", SECONDS]);
    if let Some(authorization) = authorization {
        command.args(["--header", authorization]);
    }
    let output = command.arg(url).output().expect("wrk starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("Non-2xx"), "the server refused: {text}");
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).expect("wrk's figure");
    line.trim().parse().expect("a number")
}

pub(crate) async fn row(stead: &Stead) -> Row {
    let instance = stead.instance("bench-get").await;
    let header = format!("Authorization: Bearer {}", stead.token());
    let url = format!("{}v1/instances/{}", stead.url(), instance.id).replace("localhost", "127.0.0.1");
    let hello = Hello::start();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(requests_per_second(&format!("http://{}/", hello.address), None));
        ours.push(requests_per_second(&url, Some(&header)));
    }
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (ours, theirs) = (ours[ROUNDS / 2], theirs[ROUNDS / 2]);
    Row {
        what: "authenticated `GET /v1/instances/{id}`".into(),
        stead: format!("{ours:.0} requests/s"),
        peer: format!("bare axum {theirs:.0} requests/s"),
        ratio: format!("{:.2}", ours / theirs),
        bar: "over 0.5",
        reached: ours / theirs > 0.5,
        how: format!(
            "wrk, one thread, {CONNECTIONS} connections, {SECONDS} each, median of {ROUNDS} rounds in turn; both servers share the two cores with wrk."
        ),
    }
}
