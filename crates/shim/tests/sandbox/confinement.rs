//! What the inside cannot see or do.

use std::path::Path;

use stead_shim::sandbox::{Container, IdsSpec, NetworkSpec, ProcessRequest, RootfsSpec, Stage, launch};

use crate::harness::{BASE, Bench, eventually, left_groups, output, run, run_request, shell, start};
use crate::isolated_test;

isolated_test!(the_host_is_out_of_sight, {
    let bench = Bench::new();
    std::fs::write(bench.path("secret"), "secret").unwrap();
    let mut sandbox = start(&bench.spec());
    assert_eq!(
        output(&mut sandbox, "ls -A /home /opt /srv /mnt /media | tr '\\n' ' '"),
        "/home: dev  /media:  /mnt:  /opt:  /srv: "
    );
    assert_eq!(
        output(&mut sandbox, "ls -A /sys /usr/local /var/lib | tr '\\n' ' '"),
        "/sys:  /usr/local:  /var/lib: "
    );
    for path in [
        "/root/.cargo",
        "/etc/shadow",
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/work",
        "/dev/vda",
        "/dev/kmsg",
        "/dev/loop0",
        "/.volume",
        &bench.path("secret").to_string_lossy(),
        &bench.dir.path().to_string_lossy(),
    ] {
        assert!(run(&mut sandbox, &format!("ls -d {path}")).1 != 0, "{path} is visible");
    }
    assert!(run(&mut sandbox, "ls /root").1 != 0);
    let processes = output(&mut sandbox, "cat /proc/[0-9]*/comm");
    assert_eq!(processes, "stead-init\nsh\n", "only PID 1 and the shell itself");
    for masked in ["cmdline", "kcore", "keys", "kallsyms", "partitions", "diskstats", "timer_list"] {
        assert_eq!(
            run(&mut sandbox, &format!("head -c 10 /proc/{masked} 2>/dev/null")).0,
            "",
            "/proc/{masked}"
        );
    }
    assert_eq!(output(&mut sandbox, "cat /proc/self/cgroup | cut -d: -f3 | sort -u"), "/\n");
    assert_eq!(output(&mut sandbox, "cat /etc/resolv.conf"), "nameserver 192.0.2.53\n");
    let mounts = output(&mut sandbox, "cat /proc/self/mounts");
    for line in mounts.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        assert!(
            fields[3].contains("nosuid") || fields[1].starts_with("/dev/") || fields[1].starts_with("/proc/"),
            "{line}"
        );
    }
    sandbox.destroy().unwrap();
});

isolated_test!(nothing_of_the_root_can_be_written, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    for path in [
        "/x",
        "/usr/x",
        "/usr/local/x",
        "/etc/x",
        "/etc/hosts",
        "/opt/x",
        "/var/x",
        "/dev/x",
        "/proc/sys/kernel/hostname",
    ] {
        for user in ["dev", "0"] {
            let request =
                ProcessRequest { user: Some(user.to_owned()), ..shell(&format!("echo x > {path}")) };
            assert!(run_request(&mut sandbox, &request).1 != 0, "{user} wrote {path}");
        }
    }
    let root = |script: &str| ProcessRequest { user: Some("0".to_owned()), ..shell(script) };
    for script in [
        "mount -o remount,rw /usr",
        "mount -t tmpfs none /mnt",
        "umount /etc/hosts",
        "mknod /tmp/disk b 254 0",
        "chroot / true",
    ] {
        assert!(run_request(&mut sandbox, &root(script)).1 != 0, "{script} succeeded");
    }
    sandbox.destroy().unwrap();
});

isolated_test!(every_process_is_filtered_and_without_privileges, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    for user in ["dev", "0"] {
        let script =
            "grep -E '^(Seccomp|NoNewPrivs|CapEff|CapPrm|CapInh|CapBnd|CapAmb):' /proc/self/status | sort";
        let request = ProcessRequest { user: Some(user.to_owned()), ..shell(script) };
        let none = "0000000000000000";
        let expected = format!(
            "CapAmb:\t{none}\nCapBnd:\t{none}\nCapEff:\t{none}\nCapInh:\t{none}\nCapPrm:\t{none}\nNoNewPrivs:\t1\nSeccomp:\t2\n"
        );
        assert_eq!(run_request(&mut sandbox, &request).0, expected);
    }
    assert_eq!(output(&mut sandbox, "cat /proc/sys/user/max_user_namespaces"), "0\n");
    for script in [
        "unshare -U true",
        "unshare -r true",
        "unshare -n true",
        "nsenter -t 1 -m true",
        "setpriv --reuid 0 true",
    ] {
        assert!(run(&mut sandbox, script).1 != 0, "{script} succeeded");
    }
    let call = |number: i64, arguments: &str| {
        format!(
            "python3 -c 'import ctypes; l=ctypes.CDLL(None, use_errno=True); r=l.syscall({number}{arguments}); print(r, ctypes.get_errno())'"
        )
    };
    for (number, arguments, errno) in [
        (libc::SYS_clone3, ", 0, 0", libc::ENOSYS),
        (libc::SYS_clone, ", 0x10000000, 0, 0, 0, 0", libc::EPERM),
        (libc::SYS_keyctl, ", 0, 0", libc::EPERM),
        (libc::SYS_bpf, ", 0, 0, 0", libc::EPERM),
        (libc::SYS_io_uring_setup, ", 1, 0", libc::EPERM),
        (libc::SYS_perf_event_open, ", 0, 0, 0, 0, 0", libc::EPERM),
        (libc::SYS_socket, ", 38, 5, 0", libc::EPERM),
        (libc::SYS_socket, ", 40, 1, 0", libc::EPERM),
    ] {
        assert_eq!(
            output(&mut sandbox, &call(number, arguments)),
            format!("-1 {errno}\n"),
            "system call {number}{arguments}"
        );
    }
    // PID 1 cannot be looked into.
    for script in ["cat /proc/1/environ", "ls /proc/1/fd", "ls -l /proc/1/root", "head -c1 /proc/1/mem"] {
        let request = ProcessRequest { user: Some("0".to_owned()), ..shell(script) };
        assert!(run_request(&mut sandbox, &request).1 != 0, "{script} succeeded");
    }
    sandbox.destroy().unwrap();
});

#[cfg(target_arch = "x86_64")]
isolated_test!(calls_of_the_32_bit_kind_end_the_process, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let source = "int main(){int r; __asm__ volatile(\"int $0x80\" : \"=a\"(r) : \"a\"(20)); return 0;}";
    output(&mut sandbox, &format!("echo '{source}' > old.c && gcc old.c -o old"));
    assert_eq!(run(&mut sandbox, "exec ./old").1, 128 + libc::SIGSYS);
    sandbox.destroy().unwrap();
});

isolated_test!(outside_the_processes_are_nobody, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let spawned = sandbox.spawn(&shell("echo $$; exec sleep 1000")).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", sandbox.pid())).unwrap();
    assert!(status.contains(&format!("Uid:\t{BASE}\t{BASE}\t{BASE}\t{BASE}\n")), "{status}");
    assert!(spawned.pid < 100);
    // Three times null, two sockets, the signals. What the new process got is closed just after it was told of.
    eventually("PID 1 holds nothing else open", || {
        let open = std::fs::read_dir(format!("/proc/{}/fd", sandbox.pid())).unwrap();
        open.count() == 6
    });
    sandbox.destroy().unwrap();
});

isolated_test!(a_failed_launch_names_its_step_and_leaves_nothing, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.network = NetworkSpec::Veth {
        host_name: format!("st{}", std::process::id()),
        bridge: "no-such-bridge".to_owned(),
        address: "10.99.0.2".parse().unwrap(),
        prefix_len: 24,
        gateway: "10.99.0.1".parse().unwrap(),
        mtu: 1500,
    };
    let error = launch(&spec).unwrap_err();
    assert_eq!((error.stage, error.errno), (Stage::Network, Some(libc::ENODEV)));
    assert!(left_groups(&spec).is_empty());
    let wrong = |change: &dyn Fn(&mut stead_shim::sandbox::SandboxSpec)| {
        let mut spec = bench.spec();
        change(&mut spec);
        let error = launch(&spec).unwrap_err();
        assert!(left_groups(&spec).is_empty());
        error.stage
    };
    assert_eq!(wrong(&|s| s.ids = IdsSpec::SelfOnly), Stage::Spec);
    assert_eq!(wrong(&|s| s.ids = IdsSpec::Range { base: 0, count: 65_536 }), Stage::Spec);
    assert_eq!(wrong(&|s| s.cgroup = Some("../escape".into())), Stage::Spec);
    assert_eq!(wrong(&|s| s.hostname = "a/b".into()), Stage::Spec);
    assert_eq!(wrong(&|s| s.command = Some(vec!["no-such-program".into()])), Stage::Spawn);
    assert_eq!(
        wrong(&|s| s.rootfs = RootfsSpec::Layers { lower: vec!["/no/such".into()] }),
        Stage::RootMount
    );
    // A layer that is a file: the child finds out.
    assert_eq!(
        wrong(&|s| s.rootfs = RootfsSpec::Layers { lower: vec!["/etc/passwd".into()] }),
        Stage::Overlay
    );
    assert!(Path::new("/proc/self").exists());
    // No child is left, not even a zombie.
    let left = nix::sys::wait::waitpid(None, Some(nix::sys::wait::WaitPidFlag::WNOHANG));
    assert_eq!(left, Err(nix::errno::Errno::ECHILD));
});

isolated_test!(without_root_one_user_and_the_loopback_remain, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.ids = IdsSpec::SelfOnly;
    spec.cgroup = None;
    let own = nix::unistd::Uid::from_raw(54_321);
    for dir in [bench.dir.path(), &bench.path("volume")] {
        std::os::unix::fs::chown(dir, Some(54_321), Some(54_321)).unwrap();
    }
    nix::unistd::setgroups(&[]).unwrap();
    nix::unistd::setresgid(54_321.into(), 54_321.into(), 54_321.into()).unwrap();
    nix::unistd::setresuid(own, own, own).unwrap();
    // Changing the user has made this process undumpable, as a program started by an ordinary user is not.
    nix::sys::prctl::set_dumpable(true).unwrap();
    let mut sandbox = start(&spec);
    assert_eq!(
        output(&mut sandbox, "id -un; pwd; echo kept > file; ls -A /root /home 2>/dev/null | tr '\\n' ' '"),
        "dev\n/workspace\n/home: dev  /root: "
    );
    assert!(run(&mut sandbox, "unshare -r true").1 != 0);
    assert!(run(&mut sandbox, "ls /work").1 != 0);
    assert_eq!(
        output(&mut sandbox, "grep -E '^(Seccomp|NoNewPrivs|CapEff):' /proc/self/status"),
        "CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
    );
    assert_eq!(std::fs::read_to_string(bench.path("volume/workspace/file")).unwrap(), "kept\n");
    assert_eq!(sandbox.freeze().unwrap_err().stage, Stage::Freeze);
    sandbox.destroy().unwrap();
});
