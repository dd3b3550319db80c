//! Processes, their streams, signals and ends.

use std::fs::File;
use std::io::Write;

use stead_shim::sandbox::{Container, ProcessRequest, ProcessStatus, Stage, Stdio, remove_left_overs};

use crate::harness::{
    Bench, drain, exit_of, left_groups, output, read_until, run, run_request, shell, start,
};
use crate::isolated_test;

isolated_test!(a_process_has_its_streams_its_user_and_its_environment, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let request = ProcessRequest { stdio: Stdio::Pipes, ..shell("cat; echo oops >&2; exit 7") };
    let spawned = sandbox.spawn(&request).unwrap();
    let mut stdin = File::from(spawned.stdin.unwrap());
    stdin.write_all(b"echo\n").unwrap();
    drop(stdin);
    assert_eq!(drain(spawned.stdout.unwrap()), "echo\n");
    assert_eq!(drain(spawned.stderr.unwrap()), "oops\n");
    assert_eq!(exit_of(&mut sandbox, spawned.pid).status, ProcessStatus::Code { code: 7 });

    let seen =
        output(&mut sandbox, "id -un; id -u; pwd; echo $HOME $USER $GREETING; hostname; cat /etc/hostname");
    assert_eq!(seen, "dev\n1000\n/workspace\n/home/dev dev hello\nbox\nbox\n");
    // The user may open its own output anew, as many programs' log settings do.
    assert_eq!(output(&mut sandbox, "echo again > /dev/stdout"), "again\n");

    let request = ProcessRequest { working_directory: Some("/no/such".to_owned()), ..shell("pwd") };
    assert_eq!(run_request(&mut sandbox, &request).0, "/home/dev\n");
    let request =
        ProcessRequest { user: Some("0".to_owned()), ..shell("id -u; grep CapEff /proc/self/status") };
    assert_eq!(run_request(&mut sandbox, &request).0, "0\nCapEff:\t0000000000000000\n");
    sandbox.destroy().unwrap();
});

isolated_test!(a_terminal_is_the_controlling_terminal_of_its_process, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let stdio = Stdio::Terminal { columns: 101, rows: 33 };
    let script = "tty; stty size; echo $TERM; test -c /dev/tty && echo tty > /dev/tty; read line; echo got $line; exec cat";
    let spawned = sandbox.spawn(&ProcessRequest { stdio, ..shell(script) }).unwrap();
    let mut master = File::from(spawned.master.unwrap());
    let seen = read_until(&mut master, "xterm-256color\r\ntty\r\n");
    assert!(seen.starts_with("/dev/pts/") && seen.contains("33 101"), "{seen}");
    master.write_all(b"words\n").unwrap();
    read_until(&mut master, "got words");
    // Twice: what the terminal echoes, and what the program that now runs says.
    master.write_all(b"again\n").unwrap();
    read_until(&mut master, "again\r\nagain\r\n");
    // Ctrl-C reaches the foreground group by way of the terminal.
    master.write_all(b"\x03").unwrap();
    let status = exit_of(&mut sandbox, spawned.pid).status;
    assert_eq!(status, ProcessStatus::Signal { signal: libc::SIGINT });
    sandbox.destroy().unwrap();
});

isolated_test!(failures_to_start_are_told_apart, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let mut refused = |change: &dyn Fn(&mut ProcessRequest)| {
        let mut request = shell("true");
        change(&mut request);
        let error = sandbox.spawn(&request).unwrap_err();
        (error.stage, error.errno)
    };
    assert_eq!(refused(&|r| r.argv = vec!["no-such-program".into()]), (Stage::Spawn, Some(libc::ENOENT)));
    assert_eq!(refused(&|r| r.argv = vec!["/etc/passwd".into()]), (Stage::Spawn, Some(libc::EACCES)));
    assert_eq!(refused(&|r| r.argv = Vec::new()), (Stage::Spawn, None));
    assert_eq!(refused(&|r| r.user = Some("stranger".into())), (Stage::User, None));
    let huge = "x".repeat(200 * 1024);
    assert_eq!(refused(&|r| r.argv.push(huge.clone())), (Stage::Spawn, None));
    assert_eq!(output(&mut sandbox, "echo still here"), "still here\n");
    sandbox.destroy().unwrap();
});

isolated_test!(signals_reach_the_group_and_orphans_are_reaped, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let spawned = sandbox.spawn(&shell("sleep 1000 & echo $!; wait")).unwrap();
    let mut stdout = File::from(spawned.stdout.unwrap());
    read_until(&mut stdout, "\n");
    sandbox.signal(spawned.pid, libc::SIGTERM).unwrap();
    assert_eq!(exit_of(&mut sandbox, spawned.pid).status, ProcessStatus::Signal { signal: libc::SIGTERM });
    assert_eq!(drain(stdout.into()), "", "the child of the shell was ended too, else the pipe stayed open");

    // A real-time signal is an end like any other.
    let spawned = sandbox.spawn(&shell("kill -40 $$")).unwrap();
    assert_eq!(exit_of(&mut sandbox, spawned.pid).status, ProcessStatus::Signal { signal: 40 });

    output(&mut sandbox, "(setsid sh -c 'exit 3' &) ; :");
    crate::harness::eventually("reaping the orphan", || {
        !run(&mut sandbox, "cat /proc/[0-9]*/stat").0.contains(") Z ")
    });
    assert_eq!(sandbox.signal(1, libc::SIGKILL).unwrap_err().stage, Stage::Signal);
    output(&mut sandbox, "kill -9 1 2>/dev/null; true");
    assert_eq!(output(&mut sandbox, "echo alive"), "alive\n");
    sandbox.destroy().unwrap();
});

isolated_test!(the_main_process_has_one_stream_with_everything, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.command = Some(
        ["sh", "-c", "echo out; echo err >&2; read line; echo $line; exit 5"].map(str::to_owned).to_vec(),
    );
    spec.working_directory = Some("/tmp".to_owned());
    let mut sandbox = start(&spec);
    let main = sandbox.take_main().unwrap();
    assert!(sandbox.take_main().is_none());
    File::from(main.stdin.unwrap()).write_all(b"typed\n").unwrap();
    assert_eq!(drain(main.stdout.unwrap()), "out\nerr\ntyped\n");
    assert_eq!(exit_of(&mut sandbox, main.pid).status.code(), 5);
    sandbox.destroy().unwrap();
});

isolated_test!(everything_ends_with_pid_1_and_the_shim_learns_it, {
    let bench = Bench::new();
    let mut sandbox = start(&bench.spec());
    let spawned = sandbox.spawn(&shell("sleep 1000")).unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(sandbox.pid()), nix::sys::signal::Signal::SIGKILL)
        .unwrap();
    crate::harness::eventually(
        "the end of PID 1",
        || matches!(sandbox.next_event(), Err(error) if error.stage == Stage::Ended),
    );
    assert_eq!(drain(spawned.stdout.unwrap()), "");
    assert_eq!(sandbox.spawn(&shell("true")).unwrap_err().stage, Stage::Ended);
    sandbox.destroy().unwrap();
    sandbox.destroy().unwrap();
});

isolated_test!(a_killed_shim_takes_the_instance_along_and_left_overs_can_be_removed, {
    let bench = Bench::new();
    let spec = bench.spec();
    let (told, tell) = nix::unistd::pipe().unwrap();
    // SAFETY: the child only launches, tells and waits to be killed.
    let shim = match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let mut sandbox = start(&spec);
            sandbox.spawn(&shell("sleep 1000")).unwrap();
            File::from(tell).write_all(&sandbox.pid().to_ne_bytes()).unwrap();
            nix::unistd::pause();
            unreachable!("nobody wakes it");
        }
        nix::unistd::ForkResult::Parent { child } => child,
    };
    drop(tell);
    let mut pid = [0; 4];
    std::io::Read::read_exact(&mut File::from(told), &mut pid).unwrap();
    let pid = i32::from_ne_bytes(pid);
    let running =
        || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    assert!(running());
    nix::sys::signal::kill(shim, nix::sys::signal::SIGKILL).unwrap();
    nix::sys::wait::waitpid(shim, None).unwrap();
    crate::harness::eventually("the end of PID 1", || !running());
    assert!(!left_groups(&spec).is_empty());
    remove_left_overs(spec.cgroup.as_deref(), Some("stnosuch0")).unwrap();
    assert!(left_groups(&spec).is_empty());
    remove_left_overs(spec.cgroup.as_deref(), None).unwrap();
});

isolated_test!(the_usual_tools_work, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    let sysroot = std::process::Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    let sysroot = String::from_utf8(sysroot.stdout).unwrap().trim().to_owned();
    if let stead_shim::sandbox::RootfsSpec::HostUserland { extra_mounts, .. } = &mut spec.rootfs {
        extra_mounts
            .push(stead_shim::sandbox::ExtraMount { source: sysroot.into(), target: "/opt/rust".into() });
    }
    spec.resources.memory_bytes = 2 << 30;
    let mut sandbox = start(&spec);
    for script in [
        "git init -q repository && cd repository && git config user.email a@b && git config user.name a && echo x > f && git add f && git commit -qm one && git log --oneline",
        "python3 -c 'import ssl, sqlite3, ctypes; print(ssl.create_default_context().cert_store_stats()[\"x509_ca\"] > 10)' | grep True",
        "printf '#include <stdio.h>\\nint main(){puts(\"c\");}' > a.c && gcc a.c -o a && ./a",
        "node -e 'console.log(require(\"os\").userInfo().username)' | grep dev",
        "cargo new -q --vcs none app && cd app && cargo run -q --offline | grep Hello",
        "infocmp xterm-256color > /dev/null",
        "bash -lc 'cargo --version'",
    ] {
        output(&mut sandbox, script);
    }
    sandbox.destroy().unwrap();
});
