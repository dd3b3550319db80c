//! Version 1: one directory per controller, each process attached to every one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stead_core::instance::Resources;

use super::{
    CPU_PERIOD_MICROS, FREEZE_LIMIT, GroupUsage, count_processes, cpu_quota, make_dir, process_limit,
    read_key, read_number, until, write,
};
use crate::sandbox::error::{During, Result, SandboxError, Stage};

/// Devices that may be opened: null, zero, full, random, urandom, tty, ptmx and pseudo terminals.
const DEVICES: [&str; 8] = [
    "c 1:3 rwm",
    "c 1:5 rwm",
    "c 1:7 rwm",
    "c 1:8 rwm",
    "c 1:9 rwm",
    "c 5:0 rwm",
    "c 5:2 rwm",
    "c 136:* rwm",
];

#[derive(Debug)]
pub(crate) struct Group {
    dirs: BTreeMap<&'static str, PathBuf>,
}

impl Group {
    pub(super) fn create(
        controllers: &BTreeMap<&'static str, PathBuf>,
        name: &str,
        resources: &Resources,
    ) -> Result<Self> {
        let group = Self::left_over(controllers, name);
        let made = group.fill(resources);
        if made.is_err() {
            for dir in group.dirs() {
                let _ = fs::remove_dir(dir);
            }
        }
        made.map(|()| group)
    }

    pub(super) fn left_over(controllers: &BTreeMap<&'static str, PathBuf>, name: &str) -> Self {
        Self { dirs: controllers.iter().map(|(controller, point)| (*controller, point.join(name))).collect() }
    }

    fn fill(&self, resources: &Resources) -> Result<()> {
        for dir in self.dirs() {
            make_dir(dir)?;
        }
        if let Some(devices) = self.dirs.get("devices") {
            write(devices, "devices.deny", "a")?;
            for device in DEVICES {
                write(devices, "devices.allow", device)?;
            }
        }
        self.update(resources)
    }

    fn dir(&self, controller: &str) -> io::Result<&Path> {
        self.dirs
            .get(controller)
            .map(PathBuf::as_path)
            .ok_or_else(|| io::Error::other(format!("the controller {controller} is not mounted")))
    }

    /// Each directory once; controllers may share a hierarchy.
    pub(super) fn dirs(&self) -> impl Iterator<Item = &Path> {
        self.dirs.values().map(PathBuf::as_path).collect::<BTreeSet<_>>().into_iter()
    }

    /// `tasks` and not `cgroup.procs`: a thread that moves only itself is spared the kernel's global lock.
    pub(super) fn entrance(&self) -> Result<Vec<fs::File>> {
        self.dirs()
            .map(|dir| {
                let path = dir.join("tasks");
                fs::OpenOptions::new()
                    .write(true)
                    .open(&path)
                    .during(Stage::ControlGroup, format!("opening {}", path.display()))
            })
            .collect()
    }

    pub(super) fn update(&self, resources: &Resources) -> Result<()> {
        let during = |result: io::Result<&Path>| {
            result.map(Path::to_owned).during(Stage::ControlGroup, "setting limits")
        };
        let cpu = during(self.dir("cpu"))?;
        write(&cpu, "cpu.cfs_period_us", &CPU_PERIOD_MICROS.to_string())?;
        write(&cpu, "cpu.cfs_quota_us", &cpu_quota(resources).to_string())?;
        write(&during(self.dir("pids"))?, "pids.max", &process_limit(resources).to_string())?;
        let memory = during(self.dir("memory"))?;
        let bytes = resources.memory_bytes.to_string();
        // The kernel keeps memory <= memory + swap at every step: raise the sum first, lower it last. Without swap accounting
        // there is no sum.
        let with_swap = memory.join("memory.memsw.limit_in_bytes").exists();
        let raised = with_swap && write(&memory, "memory.memsw.limit_in_bytes", &bytes).is_ok();
        write(&memory, "memory.limit_in_bytes", &bytes)?;
        if with_swap && !raised {
            write(&memory, "memory.memsw.limit_in_bytes", &bytes)?;
        }
        Ok(())
    }

    fn freezer_state(&self, wanted: &str) -> io::Result<bool> {
        let freezer = self.dir("freezer")?;
        fs::write(freezer.join("freezer.state"), wanted)?;
        Ok(fs::read_to_string(freezer.join("freezer.state"))?.trim() == wanted)
    }

    pub(super) fn freeze(&self) -> Result<()> {
        // Written again at each look: processes that forked meanwhile are caught by the next try.
        match until(FREEZE_LIMIT, || self.freezer_state("FROZEN")) {
            Ok(true) => Ok(()),
            result => {
                let _ = self.freezer_state("THAWED");
                let doing = "freezing the instance's processes";
                Err(match result {
                    Err(error) => SandboxError::io(Stage::Freeze, doing, &error),
                    Ok(_) => SandboxError::new(
                        Stage::Freeze,
                        doing,
                        "a process did not stop within 3 seconds; it may be waiting for a disk",
                    ),
                })
            }
        }
    }

    pub(super) fn thaw(&self) -> Result<()> {
        self.freezer_state("THAWED").map(|_| ()).during(Stage::Freeze, "thawing the instance's processes")
    }

    pub(super) fn usage(&self) -> io::Result<GroupUsage> {
        let memory = self.dir("memory")?;
        let used = read_number(memory, "memory.usage_in_bytes")?;
        Ok(GroupUsage {
            cpu_micros: self.dir("cpuacct").map_or(Ok(0), |dir| read_number(dir, "cpuacct.usage"))? / 1_000,
            memory_bytes: used.saturating_sub(read_key(memory, "memory.stat", "total_inactive_file")?),
            processes: count_processes(self.dir("pids")?)?,
            throttled_periods: read_key(self.dir("cpu")?, "cpu.stat", "nr_throttled")?,
        })
    }

    pub(super) fn oom_kills(&self) -> io::Result<u64> {
        read_key(self.dir("memory")?, "memory.oom_control", "oom_kill")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_land_in_the_files_of_their_controllers() {
        let root = tempfile::tempdir().unwrap();
        let controllers: BTreeMap<_, _> = ["cpu", "memory", "pids", "freezer", "devices"]
            .into_iter()
            .map(|name| (name, root.path().join(name)))
            .collect();
        let resources =
            Resources { cpu_millis: 1_500, memory_bytes: 1 << 30, disk_bytes: 1 << 30, pids: 100 };
        let group = Group::create(&controllers, "stead/one", &resources).unwrap();
        let read = |file: &str| fs::read_to_string(root.path().join(file)).unwrap();
        assert_eq!(read("cpu/stead/one/cpu.cfs_quota_us"), "150000");
        assert_eq!(read("cpu/stead/one/cpu.cfs_period_us"), "100000");
        assert_eq!(read("memory/stead/one/memory.limit_in_bytes"), "1073741824");
        assert_eq!(read("pids/stead/one/pids.max"), "101");
        assert_eq!(read("devices/stead/one/devices.deny"), "a");
        assert!(!root.path().join("memory/stead/one/memory.memsw.limit_in_bytes").exists());
        for controller in controllers.keys() {
            fs::write(root.path().join(controller).join("stead/one/tasks"), "").unwrap();
        }
        crate::sandbox::cgroup::Entrance::Join(group.entrance().unwrap()).join().unwrap();
        assert_eq!(read("freezer/stead/one/tasks"), "0");
        group.freeze().unwrap();
        assert_eq!(read("freezer/stead/one/freezer.state"), "FROZEN");
        fs::write(
            root.path().join("memory/stead/one/memory.oom_control"),
            "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
        )
        .unwrap();
        assert_eq!(group.oom_kills().unwrap(), 3);
    }
}
