//! Limits, freezing, counters.

use std::fs::File;

use stead_core::instance::Resources;
use stead_shim::sandbox::{Container, Stage};

use crate::harness::{Bench, eventually, exit_of, left_groups, output, read_until, run, shell, start};
use crate::isolated_test;

isolated_test!(the_process_limit_stops_a_fork_bomb, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.resources.pids = 20;
    let mut sandbox = start(&spec);
    let (text, _) = run(&mut sandbox, "for i in $(seq 40); do sleep 1000 > /dev/null 2>&1 & done; echo done");
    assert!(text.to_lowercase().contains("fork"), "{text}");
    sandbox.signal_all(libc::SIGKILL).unwrap();
    eventually("the processes' end", || sandbox.usage().unwrap().processes == 0);
    assert_eq!(output(&mut sandbox, "echo free again"), "free again\n");
    sandbox.destroy().unwrap();
});

isolated_test!(the_memory_limit_kills_the_glutton_and_counts_it, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.resources.memory_bytes = 64 << 20;
    let mut sandbox = start(&spec);
    assert_eq!(sandbox.oom_kills().unwrap(), 0);
    let spawned = sandbox.spawn(&shell("exec python3 -c 'x = bytearray(300 << 20)'")).unwrap();
    assert_eq!(exit_of(&mut sandbox, spawned.pid).status.signal(), Some(libc::SIGKILL));
    assert_eq!(sandbox.oom_kills().unwrap(), 1);
    // Raising the limit takes effect on the running instance.
    sandbox.update(Resources { memory_bytes: 1 << 30, ..spec.resources }).unwrap();
    output(&mut sandbox, "exec python3 -c 'x = bytearray(300 << 20)'");
    sandbox.update(spec.resources).unwrap();
    assert!(run(&mut sandbox, "exec python3 -c 'x = bytearray(300 << 20)'").1 != 0);
    sandbox.destroy().unwrap();
});

isolated_test!(the_cpu_limit_throttles_and_use_is_counted, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.resources.cpu_millis = 200;
    let mut sandbox = start(&spec);
    let spawned = sandbox.spawn(&shell("while :; do :; done")).unwrap();
    eventually("throttling", || sandbox.throttled_periods().unwrap() >= 3);
    let usage = sandbox.usage().unwrap();
    assert!(usage.cpu_micros > 10_000 && usage.memory_bytes > 0 && usage.processes == 1, "{usage:?}");
    sandbox.signal(spawned.pid, libc::SIGKILL).unwrap();
    exit_of(&mut sandbox, spawned.pid);
    sandbox.destroy().unwrap();
});

isolated_test!(frozen_instances_stand_still_and_can_be_thawed_or_killed, {
    let bench = Bench::new();
    let spec = bench.spec();
    let mut sandbox = start(&spec);
    let spawned = sandbox.spawn(&shell("while :; do echo x >> /workspace/ticks; done")).unwrap();
    let ticks = || std::fs::metadata(bench.path("volume/workspace/ticks")).map_or(0, |file| file.len());
    eventually("the first ticks", || ticks() > 0);
    sandbox.freeze().unwrap();
    let frozen_at = ticks();
    let cpu = sandbox.usage().unwrap().cpu_micros;
    assert_eq!(sandbox.spawn(&shell("true")).unwrap_err().stage, Stage::Frozen);
    assert_eq!(sandbox.signal(spawned.pid, libc::SIGTERM).unwrap_err().stage, Stage::Frozen);
    assert_eq!((ticks(), sandbox.usage().unwrap().cpu_micros), (frozen_at, cpu));
    sandbox.thaw().unwrap();
    eventually("more ticks", || ticks() > frozen_at);

    sandbox.freeze().unwrap();
    sandbox.kill_all().unwrap();
    eventually("the end", || matches!(sandbox.next_event(), Err(error) if error.stage == Stage::Ended));
    sandbox.destroy().unwrap();
    assert!(left_groups(&spec).is_empty(), "{:?}", left_groups(&spec));

    // Destroying a frozen one does it all.
    let mut sandbox = start(&spec);
    sandbox.freeze().unwrap();
    sandbox.destroy().unwrap();
    assert!(left_groups(&spec).is_empty());
});

isolated_test!(a_full_tmp_hurts_only_itself, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    spec.tmp_bytes = 8 << 20;
    let mut sandbox = start(&spec);
    let (text, code) = run(&mut sandbox, "cat /dev/zero > /tmp/full");
    assert!(code != 0 && text.contains("No space left"), "{text}");
    output(
        &mut sandbox,
        "echo fine > /workspace/file && echo fine > /run/user/1000/file && echo fine > /var/tmp/file",
    );
    let spawned = sandbox.spawn(&shell("rm /tmp/full; echo ok > /tmp/small; cat /tmp/small")).unwrap();
    read_until(&mut File::from(spawned.stdout.unwrap()), "ok");
    sandbox.destroy().unwrap();
});
