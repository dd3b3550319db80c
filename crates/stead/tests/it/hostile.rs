//! A tenant who means harm: from inside an instance and over the API.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use stead_api::v1::exec::Exec;
use stead_api::v1::instances::Phase;
use stead_core::frame::Frame;
use stead_testkit::binary::Stead;
use stead_testkit::wait;

use crate::inside::{output, shell, terminal};
use crate::stead;

fn port(stead: &Stead) -> String {
    stead.url().trim_end_matches('/').rsplit(':').next().expect("a port").to_owned()
}

/// One request as it stands, with the answer's text.
fn raw(stead: &Stead, request: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{}", port(stead))).expect("Stead listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
    stream.write_all(request.replace('\n', "\r\n").as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    // Whoever keeps the connection open has answered when it falls silent.
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kernel_offers_nothing_to_break_out_with() {
    let stead = stead();
    let client = stead.client();
    stead.instance("spy").await;
    let probe = r#"
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
calls = dict(bpf=(321,0,0,0), perf_event_open=(298,0,0,0,0,0), userfaultfd=(323,0), io_uring_setup=(425,1,0), keyctl=(250,0,0),
    ptrace=(101,16,1,0,0), unshare=(272,0x10000000), setns=(308,0,0), mount=(165,0,0,0,0,0), open_by_handle_at=(304,0,0,0),
    kexec_load=(246,0,0,0,0), init_module=(175,0,0,0), add_key=(248,0,0,0,0,0), fsopen=(430,0,0), open_tree=(428,-100,0,1),
    move_mount=(429,-1,0,-1,0,4), mount_setattr=(442,-1,0,0,0,0), pidfd_getfd=(438,0,0,0), sethostname=(170,0,0), swapon=(167,0,0),
    pivot_root=(155,0,0), chroot=(161,b'/'), clock_settime=(227,0,0), reboot=(169,0,0,0,0), clone_user=(56,0x10000011,0,0,0,0))
for name, call in calls.items():
    result = libc.syscall(*call)
    if result == 0 and name == 'clone_user':
        os._exit(0)
    if result >= 0:
        print('worked:', name)
for family, kind in ((socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW), (socket.AF_VSOCK, socket.SOCK_STREAM), (socket.AF_ALG, socket.SOCK_SEQPACKET)):
    try:
        socket.socket(family, kind, 1 if family == socket.AF_INET else 0)
        print('made:', family, kind)
    except OSError:
        pass
for path in ('environ', 'root/etc', 'maps', 'fd', 'mem', 'cwd/etc'):
    try:
        full = '/proc/1/' + path
        os.listdir(full) if os.path.isdir(full) else open(full, 'rb').read(1)
        print('read:', path)
    except OSError:
        pass
for path in ('/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches', '/proc/sys/net/ipv4/ip_forward', '/proc/1/oom_score_adj', '/sys/kernel/uevent_helper', '/etc/passwd', '/etc/ld.so.preload'):
    try:
        open(path, 'r+').close()
        print('written:', path)
    except OSError:
        pass
"#;
    let exec = Exec {
        command: vec!["python3".into(), "-".into()],
        env: Default::default(),
        working_directory: None,
        input: Some(probe.into()),
        timeout_seconds: Some(60),
    };
    let result = client.exec("spy", &exec).await.expect("it runs");
    assert_eq!((result.exit_code, result.stdout.as_str()), (0, ""), "{}", result.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_keep_cookies_and_hosts_apart() {
    let stead = stead();
    let client = stead.client();
    let port = port(&stead);
    stead.instance("trap").await;
    // An app that tells what it was sent and tries to set cookies for everybody.
    let app = "import http.server\nclass H(http.server.BaseHTTPRequestHandler):\n  def do_GET(self):\n    self.send_response(200)\n    self.send_header('Set-Cookie','stead_session=evil; Domain=localhost; Path=/')\n    self.send_header('Set-Cookie','stead_preview=evil')\n    self.send_header('Set-Cookie','own=1; Domain=localhost')\n    self.end_headers()\n    self.wfile.write(str(self.headers).encode())\n  def log_message(self,*_): pass\nhttp.server.HTTPServer(('0.0.0.0',8000),H).serve_forever()";
    shell(
        &client,
        "trap",
        &format!("cat > /tmp/app.py <<'E'\n{app}\nE\nsetsid python3 /tmp/app.py >/dev/null 2>&1 & true"),
    )
    .await;
    let get = |host: &str, rest: &str| {
        raw(&stead, &format!("GET / HTTP/1.1\nHost: {host}\nConnection: close\n{rest}\n"))
    };
    let preview = format!("8000--trap.localhost:{port}");
    // Private: nobody gets through without a cookie of Stead's, whatever else is sent along.
    for rest in [
        "",
        "Cookie: stead_preview=guess\n",
        "Cookie: stead_session=guess\n",
        "X-Forwarded-Host: localhost\n",
        "Authorization: Bearer stead_guess\n",
    ] {
        let answer = get(&preview, rest);
        assert!(
            !answer.lines().next().is_some_and(|line| line.contains(" 200 ")) && !answer.contains("own=1"),
            "{rest}: {answer}"
        );
    }
    let made_public = stead.cli(&["ports", "trap", "8000", "--public"]);
    assert!(made_public.status.success(), "{}", String::from_utf8_lossy(&made_public.stderr));
    let answer = wait::until("the app answers", || async {
        let answer = get(&preview, "Cookie: theirs=1; stead_session=secret; STEAD_PREVIEW=secret\nCookie: __Host-stead_session=secret\n");
        if answer.lines().next().is_some_and(|line| line.contains(" 200 ")) { Ok(answer) } else { Err(answer) }
    })
    .await;
    assert!(answer.contains("theirs=1") && !answer.contains("secret"), "{answer}");
    assert!(!answer.contains("evil") && answer.contains("own=1") && !answer.contains("Domain="), "{answer}");
    // No other name leads to it or to the API.
    for host in [
        "evil.example",
        "8000--trap.evil.example",
        "localhost.evil.example",
        "8000--nobody.localhost",
        "8000--trap.trap.localhost",
        "1--trap.localhost",
        "8000--trap@localhost",
        "169.254.169.254",
    ] {
        let answer = get(host, "");
        assert!(!answer.lines().next().is_some_and(|line| line.contains(" 200 ")), "{host}: {answer}");
    }
    // Two hosts, or a smuggled body, are no request.
    for request in [
        format!("GET / HTTP/1.1\nHost: {preview}\nHost: localhost\nConnection: close\n\n"),
        format!(
            "POST / HTTP/1.1\nHost: {preview}\nContent-Length: 4\nTransfer-Encoding: chunked, identity\nConnection: close\n\n0\n\nGET /v1/me HTTP/1.1\nHost: localhost\n\n"
        ),
    ] {
        let answer = raw(&stead, &request);
        assert!(!answer.lines().next().is_some_and(|line| line.contains(" 200 ")), "{request}: {answer}");
    }
    // The API does not take a preview's page as its own.
    let answer = raw(
        &stead,
        &format!(
            "POST /v1/tokens HTTP/1.1\nHost: localhost:{port}\nOrigin: http://{preview}\nCookie: stead_session=x\nContent-Length: 2\nConnection: close\n\n{{}}"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_output_and_frames_break_nothing() {
    let stead = stead();
    let client = stead.client();
    stead.instance("noisy").await;
    // Every kind of escape sequence, cut short, oversized and random, on the console and on a terminal.
    let noise = r#"
import os, sys
write = sys.stdout.buffer.write
for start in (b'\x1b[', b'\x1b]0;', b'\x1bP', b'\x1b^', b'\x1b[?'):
    write(start + b'9' * 300000 + b'\x1b\\')
write(b'\x1b[999999999;999999999H\x1b[999999999X\x1b[2147483648b\x1b[65535@\x1b[99999L\x1b[-1;0r\x1b[?1049h\x1b[?3h')
write(b'\xcc\x81' * 100000 + b'\xff\xfe\xf0\x9f')
write(os.urandom(1 << 20))
write(b'x' * 3000000)
write(b'\x18\x1b\\\x1bc\nend-of-noise\n')
sys.stdout.flush()
if len(sys.argv) > 1:
    import time
    time.sleep(600)
"#;
    output(&client, "noisy", &format!("cat > /tmp/noise.py <<'E'\n{noise}\nE")).await;
    let command = ["python3", "/tmp/noise.py", "stay"];
    let id = terminal(&client, "noisy", Some(&command), b"\r", "end-of-noise").await;
    crate::inside::settled_screen(&client, "noisy", &id, "end-of-noise").await;
    let result = shell(&client, "noisy", "python3 /tmp/noise.py").await;
    assert!(result.truncated && result.stdout.contains("end-of-noise"), "{}", result.exit_code);

    // Sizes, signals and frames that make no sense.
    let query = [("columns", "90".to_owned()), ("rows", "30".to_owned())];
    for frame in [
        Frame::Resize { columns: 0, rows: 0 },
        Frame::Resize { columns: u16::MAX, rows: u16::MAX },
        Frame::Signal { number: 255 },
        Frame::Request { json: b"{\"kill\":{}}" },
        Frame::Exit { code: 0, signal: 0, out_of_memory: false },
        Frame::Snapshot { offset: u64::MAX, columns: 1, rows: 1, bytes: b"" },
    ] {
        let mut stream = client.terminal_stream("noisy", &id, &query).await.expect("a stream");
        stream.send(&frame).await.expect("sent");
        let _ = tokio::time::timeout(Duration::from_secs(1), stream.next()).await;
    }
    // A megabyte of typing that nobody reads.
    let mut stream = client.terminal_stream("noisy", &id, &query).await.expect("a stream");
    let typed = vec![b'a'; 64 << 10];
    for _ in 0..16 {
        let sending =
            tokio::time::timeout(Duration::from_millis(500), stream.send(&Frame::Input { bytes: &typed }))
                .await;
        if sending.is_err() {
            break;
        }
    }
    drop(stream);
    assert_eq!(output(&client, "noisy", "echo well").await, "well\n");
    assert_eq!(client.instance("noisy").await.expect("there").state.phase, Phase::Running);

    // Commands that are none.
    for command in [
        vec![],
        vec![String::new()],
        vec!["a\0b".to_owned()],
        vec!["/nowhere".to_owned()],
        vec!["x".repeat(1 << 20)],
    ] {
        let exec = Exec {
            command,
            env: Default::default(),
            working_directory: None,
            input: None,
            timeout_seconds: Some(5),
        };
        let refused = client.exec("noisy", &exec).await;
        assert!(refused.as_ref().is_err_and(|error| error.code() != Some("internal")), "{refused:?}");
    }
    // One that outlives its time and its session is gone afterwards.
    let exec = Exec {
        command: ["sh", "-c", "setsid sleep 7777 & sleep 8888"].map(str::to_owned).to_vec(),
        env: Default::default(),
        working_directory: None,
        input: None,
        timeout_seconds: Some(1),
    };
    assert!(client.exec("noisy", &exec).await.expect("an answer").timed_out);
    let left = || async {
        let seen = output(&client, "noisy", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").await;
        if seen.contains("sleep 8888") { Err(seen) } else { Ok(()) }
    };
    wait::until("the command is gone", left).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_terminals_and_processes_are_limited() {
    let stead = stead();
    let client = stead.client();
    stead.instance("greedy").await;
    let create =
        stead_api::v1::terminals::CreateTerminal { command: None, columns: Some(90), rows: Some(30) };
    let mut refused = None;
    for _ in 0..400 {
        if let Err(error) = client.create_terminal("greedy", &create).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("400 terminals in one instance are too many");
    assert!(refused.code().is_some_and(|code| code != "internal"), "{refused:?}");
    assert_eq!(client.instance("greedy").await.expect("there").state.phase, Phase::Running);
}
