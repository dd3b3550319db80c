//! The audit log forwarded by the real binary, and what the command line says of sinks and exports.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::Output;
use std::sync::{Arc, Mutex};

use stead_testkit::wait;

use crate::stead_with;

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_reach_a_collector_and_exports_ask_who_it_is() {
    let stead = stead_with(&["--outbound-allow", "127.0.0.0/8"]);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = format!("tcp://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut bytes = Vec::new();
            let _ = socket.expect("a connection").read_to_end(&mut bytes);
            kept.lock().expect("what came").push_str(&String::from_utf8_lossy(&bytes));
        }
    });
    let refused = stead.cli(&["audit", "sinks", "add", "syslog", "tcp://192.0.43.8:601"]);
    assert!(!refused.status.success() && text(&refused).contains("private network"), "{}", text(&refused));
    let added = stead.cli(&["audit", "sinks", "add", "syslog", &target]);
    assert!(added.status.success(), "{}", text(&added));
    let set = stead.cli_given(&["secrets", "set", "FORWARDED"], "zq7-hidden");
    assert!(set.status.success(), "{}", text(&set));
    wait::until("the events have come", || {
        let seen = seen.lock().expect("what came").clone();
        async move {
            let all = ["audit_sink.create", "secret.put"].iter().all(|action| seen.contains(action));
            if all { Ok(()) } else { Err(seen) }
        }
    })
    .await;
    assert!(!seen.lock().expect("what came").contains("zq7-hidden"));
    let listed = stead.cli(&["--json", "audit", "sinks"]);
    let sinks: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(sinks[0]["target"], target, "{sinks}");
    let id = sinks[0]["id"].as_str().expect("an id");
    let removed = stead.cli(&["audit", "sinks", "remove", id]);
    assert!(removed.status.success(), "{}", text(&removed));

    // An export proves once more who asks; the token of the command line cannot.
    let file = stead.data_dir().join("me.tar.gz");
    let refused = stead.cli(&["export", "-o", file.to_str().expect("a path")]);
    assert_eq!(refused.status.code(), Some(5), "{}", text(&refused));
    assert!(text(&refused).contains("stead login") && !file.exists(), "{}", text(&refused));
    let listed = stead.cli(&["--json", "export", "--list"]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout).trim(), "[]", "{}", text(&listed));
}
