//! What an instance cannot see or harm: the host, Stead, other instances.

use stead_api::v1::instances::{CreateInstance, Phase, ResourcesInput};

use crate::inside::{output, shell};
use crate::stead;

#[tokio::test(flavor = "multi_thread")]
async fn the_host_and_stead_itself_are_out_of_sight() {
    let stead = stead();
    let client = stead.client();
    stead.instance("spy").await;
    let marker = format!("stead-marker-{}", std::process::id());
    let mut sleeper = std::process::Command::new("sh")
        .args(["-c", &format!(": {marker}; exec sleep 600")])
        .spawn()
        .expect("a process of the host");
    let seen = output(
        &client,
        "spy",
        "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; ls /proc | grep -c '^[0-9]'",
    )
    .await;
    let _ = sleeper.kill();
    let _ = sleeper.wait();
    assert!(!seen.contains(&marker) && !seen.contains("dockerd") && !seen.contains("--data-dir"), "{seen}");

    let data = stead.data_dir().display().to_string();
    for (path, reason) in [
        ("/root/.ssh", "root's keys"),
        ("/root/.cargo", "root's home"),
        ("/home/*/.ssh", "keys of people"),
        ("/etc/shadow", "password hashes"),
        ("/etc/gshadow", "group passwords"),
        ("/etc/ssh/ssh_host_*", "keys of the host"),
        ("/var/lib/docker", "other programs' data"),
        ("/var/run/docker.sock", "the Docker engine"),
        ("/run/docker.sock", "the Docker engine"),
        ("/proc/kcore", "the kernel's memory"),
        ("/proc/cmdline", "the kernel's command line"),
        ("/boot/*", "the kernel"),
        (data.as_str(), "Stead's data directory"),
        ("/var/lib/stead", "Stead's data directory"),
    ] {
        let result = shell(
            &client,
            "spy",
            &format!("cat {path} {path}/* 2>/dev/null | head -c 100; ls -A {path} 2>/dev/null | head -c 0"),
        )
        .await;
        assert_eq!(result.stdout, "", "{reason} can be read at {path}");
    }
    let result = shell(&client, "spy", "ls -A /root /home 2>&1").await;
    assert!(!result.stdout.contains("cargo"), "{}", result.stdout);
    // Nothing of the host's sockets is mounted anywhere.
    let sockets = output(
        &client,
        "spy",
        "find / -xdev -type s 2>/dev/null; find /run /var /tmp -type s 2>/dev/null; true",
    )
    .await;
    assert_eq!(sockets, "", "a socket is in sight");
    // No privilege, no way to a new one.
    for attempt in [
        "unshare --user true",
        "mount -t tmpfs none /tmp",
        "mknod /tmp/disk b 8 0",
        "dd if=/dev/vda of=/dev/null count=1",
        "echo 1 > /proc/sys/kernel/panic",
        "touch /usr/bin/planted",
        "mount -o remount,rw /usr",
        "chroot / true",
        "dmesg",
    ] {
        let result = shell(&client, "spy", &format!("{attempt} 2>&1")).await;
        assert_ne!(result.exit_code, 0, "{attempt} worked: {}", result.stdout);
    }
    let status =
        output(&client, "spy", "grep -E '^(Seccomp|NoNewPrivs|CapEff|CapBnd):' /proc/self/status").await;
    assert!(
        status.contains("Seccomp:\t2")
            && status.contains("NoNewPrivs:\t1")
            && status.contains("CapEff:\t0000000000000000"),
        "{status}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_cannot_reach_each_other_or_the_host() {
    let stead = stead();
    let client = stead.client();
    stead.instance("left").await;
    stead.instance("right").await;
    output(&client, "right", "echo secret > /workspace/secret; echo secret > /tmp/secret").await;
    assert_ne!(shell(&client, "left", "cat /workspace/secret || cat /tmp/secret").await.exit_code, 0);
    let address = output(
        &client,
        "right",
        "hostname -I 2>/dev/null || ip -4 -o addr show scope global | awk '{print $4}' | cut -d/ -f1",
    )
    .await;
    let address = address.split_whitespace().next().expect("an address").to_owned();
    // A server in the one, a client in the other.
    shell(&client, "right", "(python3 -m http.server 8000 --bind 0.0.0.0 >/dev/null 2>&1 &)").await;
    let own = "import socket,sys,time\nfor _ in range(100):\n  try: socket.create_connection((sys.argv[1],8000),2); print('open'); break\n  except OSError: time.sleep(.1)";
    assert_eq!(output(&client, "right", &format!("python3 -c \"{own}\" {address}")).await, "open\n");
    let probe = "import socket,sys\ntry: socket.create_connection((sys.argv[1],int(sys.argv[2])),2); print('open')\nexcept OSError: print('closed')";
    assert_eq!(output(&client, "left", &format!("python3 -c \"{probe}\" {address} 8000")).await, "closed\n");
    // The host: Stead's own port on every address the host has towards instances.
    let port = stead.url().trim_end_matches('/').rsplit(':').next().expect("a port").to_owned();
    let gateway = output(&client, "left", "ip route show default | awk '{print $3}'").await.trim().to_owned();
    for host in [gateway.as_str(), "127.0.0.1", "169.254.169.254"] {
        assert_eq!(
            output(&client, "left", &format!("python3 -c \"{probe}\" {host} {port}")).await,
            "closed\n",
            "{host}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hogs_hurt_only_themselves() {
    let stead = stead();
    let client = stead.client();
    stead.instance("neighbour").await;
    let small = ResourcesInput {
        cpu_millis: Some(500),
        memory_bytes: Some(256 << 20),
        disk_bytes: Some(1 << 30),
        pids: Some(100),
    };
    let create =
        CreateInstance { name: Some("hog".into()), resources: Some(small), ..CreateInstance::default() };
    client.create_instance(&create, "hog").await.expect("accepted");
    stead.until_phase("hog", Phase::Running).await;

    let bomb =
        shell(&client, "hog", "timeout 5 bash -c 'f() { f | f & }; f; wait' 2>&1 | head -c 20000").await;
    assert!(
        bomb.stdout.contains("Resource temporarily unavailable") || bomb.stdout.contains("retry"),
        "{}",
        bomb.stdout
    );
    assert_eq!(output(&client, "neighbour", "echo well").await, "well\n");

    // What is left of it may hold every place; a restart gets rid of it.
    assert!(stead.cli(&["restart", "hog"]).status.success());
    stead.until_phase("hog", Phase::Running).await;
    let hungry = shell(&client, "hog", "python3 -c \"x = bytearray(1 << 30)\"").await;
    assert_ne!(hungry.exit_code, 0, "a gigabyte fits into 256 MiB");
    assert_eq!(
        output(&client, "neighbour", "python3 -c \"x = bytearray(1 << 26); print('well')\"").await,
        "well\n"
    );

    let full = shell(&client, "hog", "head -c 2G /dev/zero > /tmp/big").await;
    assert_ne!(full.exit_code, 0, "two gigabytes fit into /tmp");
    shell(&client, "hog", "rm -f /tmp/big").await;
    let full = shell(&client, "hog", "head -c 2G /dev/zero > /workspace/big").await;
    assert_ne!(full.exit_code, 0, "two gigabytes fit into a volume of one");
    assert!(full.stderr.contains("No space left"), "{}", full.stderr);
    assert_eq!(output(&client, "hog", "rm /workspace/big && echo room").await, "room\n");
    assert_eq!(output(&client, "neighbour", "echo fine > /tmp/x && cat /tmp/x").await, "fine\n");
}
