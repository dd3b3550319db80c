//! The instance's network, in a network namespace of the test's own.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Command;

use nix::sched::{CloneFlags, unshare};
use stead_shim::sandbox::{Container, NetworkSpec, SandboxSpec, Stage};

use crate::harness::{Bench, eventually, output, run, shell, start};
use crate::isolated_test;

const BRIDGE: &str = "stbridge0";

fn ip(arguments: &str) -> String {
    let output = Command::new("ip").args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Leaves the machine's network for one with nothing but a bridge.
fn own_network() {
    unshare(CloneFlags::CLONE_NEWNET).unwrap();
    ip(&format!("link add {BRIDGE} type bridge"));
    ip(&format!("addr add 10.99.0.1/24 dev {BRIDGE}"));
    ip(&format!("link set {BRIDGE} up"));
}

fn on_bridge(spec: &mut SandboxSpec, number: u8) {
    spec.network = NetworkSpec::Veth {
        host_name: format!("stv{number}"),
        bridge: BRIDGE.to_owned(),
        address: std::net::Ipv4Addr::new(10, 99, 0, number),
        prefix_len: 24,
        gateway: std::net::Ipv4Addr::new(10, 99, 0, 1),
        mtu: 1400,
    };
    spec.cgroup = Some(format!("stead-test-{}-{number}", std::process::id()));
}

isolated_test!(instances_reach_the_gateway_but_not_each_other, {
    let first_bench = Bench::new();
    let second_bench = Bench::new();
    own_network();
    let (mut first_spec, mut second_spec) = (first_bench.spec(), second_bench.spec());
    on_bridge(&mut first_spec, 2);
    on_bridge(&mut second_spec, 3);
    let mut first = start(&first_spec);
    let mut second = start(&second_spec);
    let seen = output(
        &mut first,
        "cat /proc/net/dev | grep -c :; cat /proc/net/route | grep -c 00000000; cat /etc/hosts",
    );
    assert!(seen.starts_with("2\n") && seen.contains("10.99.0.2\tbox"), "{seen}");

    let listener = std::net::TcpListener::bind("10.99.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connect = |host: &str, port: u16| {
        format!("python3 -c 'import socket; socket.create_connection((\"{host}\", {port}), 3); print(1)'")
    };
    assert_eq!(output(&mut first, &connect("10.99.0.1", port)), "1\n");
    let usage = first.usage().unwrap();
    assert!(usage.sent_bytes > 0 && usage.received_bytes > 0, "{usage:?}");

    let server = second.spawn(&shell("exec python3 -m http.server 8000 --bind 0.0.0.0")).unwrap();
    eventually("the second's server", || second.listening().unwrap() == [8000]);
    assert!(run(&mut first, &connect("10.99.0.3", 8000)).1 != 0, "instances reach each other");
    second.signal(server.pid, libc::SIGTERM).unwrap();

    assert!(ip("link").contains("stv2"));
    first.destroy().unwrap();
    second.destroy().unwrap();
    assert!(!ip("link").contains("stv"), "{}", ip("link"));
    // The same name can be used again at once.
    start(&first_spec).destroy().unwrap();
});

isolated_test!(dialling_reaches_what_listens_on_the_insides_loopback_only, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    assert_eq!(sandbox.listening().unwrap(), Vec::<u16>::new());
    let error = sandbox.dial(8080).unwrap_err();
    assert_eq!((error.stage, error.errno), (Stage::Dial, Some(libc::ECONNREFUSED)));
    for (bind, port) in [("127.0.0.1", 8080), ("::1", 80)] {
        sandbox
            .spawn(&shell(&format!("exec python3 -m http.server {port} --bind {bind} > /dev/null 2>&1")))
            .unwrap();
        eventually("the server", || sandbox.listening().unwrap().contains(&port));
        let mut stream = File::from(sandbox.dial(port).unwrap());
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        eventually("the answer", || {
            let mut buffer = [0; 1024];
            match stream.read(&mut buffer) {
                Ok(0) => true,
                Ok(count) => {
                    answer.extend_from_slice(&buffer[..count]);
                    false
                }
                Err(error) => {
                    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
                    false
                }
            }
        });
        assert!(
            String::from_utf8_lossy(&answer).starts_with("HTTP/1.0 200"),
            "{bind}: {}",
            String::from_utf8_lossy(&answer)
        );
        // The host's loopback is another one.
        assert!(std::net::TcpStream::connect((bind, port)).is_err());
    }
    let own = std::fs::read_link("/proc/self/ns/net").unwrap();
    let inside = output(&mut sandbox, "readlink /proc/self/ns/net");
    assert_ne!(inside.trim(), own.to_string_lossy());
    assert_eq!(sandbox.listening().unwrap(), [80, 8080]);
    sandbox.destroy().unwrap();
});
