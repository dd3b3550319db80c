//! `crun` with the isolation that the embedded driver gives: user namespace, seccomp, limits, an own network namespace, a layered root.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::docker::small_root;
use crate::series::first_byte;

/// A bundle that prints `ok`.
#[derive(Debug)]
pub(crate) struct Crun {
    folder: TempDir,
}

/// First id of the range that root inside is mapped to.
const FIRST_ID: u32 = 100_000;

impl Crun {
    pub(crate) fn prepare() -> Self {
        let folder =
            tempfile::Builder::new().prefix("stead-bench-crun-").tempdir().expect("a temporary folder");
        let root = folder.path().join("bundle/rootfs");
        std::fs::create_dir_all(&root).expect("a folder");
        small_root(&root);
        let owned =
            Command::new("chown").args(["-R", &format!("{FIRST_ID}:{FIRST_ID}")]).arg(folder.path()).status();
        assert!(owned.is_ok_and(|status| status.success()), "chown");
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("a mode");
        std::fs::write(folder.path().join("bundle/config.json"), config().to_string()).expect("a file");
        Self { folder }
    }

    fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    /// One run until the first byte. crun 1.8 refuses hosts where the unified hierarchy holds a controller beside v1, so there it
    /// runs without that mount.
    pub(crate) fn first_byte(&self, number: usize) -> Duration {
        let name = format!("stead-bench-{}-{number}", std::process::id());
        let hybrid = Path::new("/sys/fs/cgroup/unified").exists();
        let mut command = if hybrid {
            let mut command = Command::new("nsenter");
            command.arg(format!("--mount={}", self.folder.path().join("mounts").display()));
            command.args(["crun", "run", "--bundle"]);
            command
        } else {
            let mut command = Command::new("crun");
            command.args(["run", "--bundle"]);
            command
        };
        command.arg(self.bundle()).arg(name);
        first_byte(&mut command)
    }

    /// Makes the mount namespace without the unified hierarchy once, so that its cost is not counted.
    pub(crate) fn hide_unified(&self) {
        if !Path::new("/sys/fs/cgroup/unified").exists() {
            return;
        }
        let handle = self.folder.path().join("namespace");
        std::fs::create_dir_all(&handle).expect("a folder");
        let script = format!(
            "mount --bind {0} {0} && mount --make-private {0} && touch {1} && unshare --mount={1} --propagation private umount /sys/fs/cgroup/unified",
            handle.display(),
            handle.join("mounts").display()
        );
        let status = Command::new("sh").args(["-c", &script]).status().expect("sh starts");
        assert!(status.success(), "the mount namespace for crun");
        std::os::unix::fs::symlink(handle.join("mounts"), self.folder.path().join("mounts")).expect("a link");
    }
}

impl Drop for Crun {
    fn drop(&mut self) {
        let handle = self.folder.path().join("namespace");
        let _ = Command::new("umount").arg(handle.join("mounts")).status();
        let _ = Command::new("umount").arg(&handle).status();
    }
}

fn config() -> Value {
    let namespaces: Vec<Value> = ["pid", "mount", "ipc", "uts", "network", "user", "cgroup"]
        .iter()
        .map(|kind| json!({ "type": kind }))
        .collect();
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": false, "user": { "uid": 0, "gid": 0 }, "cwd": "/",
            "args": ["/bin/sh", "-c", "echo ok"], "env": ["PATH=/usr/bin:/bin"],
            "noNewPrivileges": true,
            "capabilities": { "bounding": [], "effective": [], "permitted": [] }
        },
        "root": { "path": "rootfs", "readonly": true },
        "hostname": "bench",
        "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc" },
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"] },
            { "destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["newinstance", "ptmxmode=0666"] },
            { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev"] }
        ],
        "linux": {
            "namespaces": namespaces,
            "uidMappings": [{ "containerID": 0, "hostID": FIRST_ID, "size": 65_536 }],
            "gidMappings": [{ "containerID": 0, "hostID": FIRST_ID, "size": 65_536 }],
            "resources": {
                "memory": { "limit": 1_073_741_824 }, "pids": { "limit": 1024 },
                "cpu": { "quota": 200_000, "period": 100_000 }
            },
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/sys", "/proc/sysrq-trigger"],
            "seccomp": seccomp()
        }
    })
}

/// As many rules as the embedded driver's list has, by name; unknown names are skipped by crun.
fn seccomp() -> Value {
    let names: Vec<&str> = include_str!("syscalls.txt").split_whitespace().collect();
    json!({
        "defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        "syscalls": [{ "names": names, "action": "SCMP_ACT_ALLOW" }]
    })
}
