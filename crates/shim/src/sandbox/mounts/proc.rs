//! `/proc` of the instance's own PID namespace, with what tells about the host covered and what changes the kernel read-only.

use std::io;
use std::path::Path;

use super::root::{make_dir, tmpfs};
use super::tree::{NO_DEVICES, NO_EXEC, NO_SUID, READ_ONLY, Tree};
use crate::sandbox::error::{During, Result, SandboxError, Stage};

/// Files that read as empty.
const MASKED_FILES: [&str; 14] = [
    "cmdline",
    "config.gz",
    "diskstats",
    "interrupts",
    "kallsyms",
    "kcore",
    "keys",
    "key-users",
    "latency_stats",
    "modules",
    "partitions",
    "sched_debug",
    "timer_list",
    "timer_stats",
];
/// Directories that look empty.
const MASKED_DIRS: [&str; 3] = ["acpi", "asound", "scsi"];
const READ_ONLY_PATHS: [&str; 5] = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

pub(super) fn mount_proc() -> Result<()> {
    let target = Path::new("/proc");
    make_dir(target, 0o555)?;
    let doing = "mounting /proc";
    let proc = Tree::fresh("proc", &[]).during(Stage::Proc, doing)?;
    proc.restrict(NO_SUID | NO_DEVICES | NO_EXEC, false)
        .and_then(|()| proc.attach(target))
        .during(Stage::Proc, doing)?;
    // The kernel's switches of the instance's own namespaces are set by now or through this mount, before it becomes read-only.
    set_switches()?;
    for name in MASKED_FILES {
        let path = target.join(name);
        let doing = || format!("covering {}", path.display());
        let null = Tree::copy(Path::new("/dev/null"), false).during(Stage::Proc, doing())?;
        match null.attach(&path) {
            // Not every kernel has every file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            result => result.during(Stage::Proc, doing())?,
        }
    }
    for name in MASKED_DIRS {
        let path = target.join(name);
        if path.is_dir() {
            tmpfs(&path.to_string_lossy(), 4096, "0555", READ_ONLY | NO_EXEC)?;
        }
    }
    for name in READ_ONLY_PATHS {
        let path = target.join(name);
        let doing = || format!("making {} read-only", path.display());
        let copy = match Tree::copy(&path, false) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            result => result.during(Stage::Proc, doing())?,
        };
        copy.restrict(READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC, false)
            .and_then(|()| copy.attach(&path))
            .during(Stage::Proc, doing())?;
    }
    Ok(())
}

fn set_switches() -> Result<()> {
    // The strongest lock of all against escapes through the kernel's less travelled paths; it must hold.
    let path = "/proc/sys/user/max_user_namespaces";
    std::fs::write(path, "0").during(Stage::Hardening, "forbidding nested user namespaces")?;
    let written = std::fs::read_to_string(path).during(Stage::Hardening, "reading that back")?;
    if written.trim() != "0" {
        return Err(SandboxError::new(
            Stage::Hardening,
            "forbidding nested user namespaces",
            format!("the kernel kept {}", written.trim()),
        ));
    }
    // Conveniences: servers on port 80 and ping without privileges. Kernels may lack the switches.
    let _ = std::fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    let _ = std::fs::write("/proc/sys/net/ipv4/ping_group_range", "0 65534");
    Ok(())
}
