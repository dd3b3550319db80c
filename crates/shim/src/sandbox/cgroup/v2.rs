//! Version 2: one directory below the delegated base.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stead_core::instance::Resources;

use super::layout::OWN_LEAF;
use super::{
    CPU_PERIOD_MICROS, FREEZE_LIMIT, GroupUsage, count_processes, cpu_quota, make_dir, process_limit,
    read_key, read_number, until, write,
};
use crate::sandbox::error::{During, Result, SandboxError, Stage};

const ENABLE: [&str; 3] = ["cpu", "memory", "pids"];

#[derive(Debug)]
pub(crate) struct Group {
    dir: PathBuf,
}

/// Gives the children of `dir` their controllers; nothing is written when they have them.
fn enable_controllers(dir: &Path, own_processes_may_move: bool) -> Result<()> {
    let file = dir.join("cgroup.subtree_control");
    let doing = || format!("enabling cpu, memory and pids in {}", dir.display());
    let enabled = fs::read_to_string(&file).during(Stage::ControlGroup, doing())?;
    let missing: Vec<_> = ENABLE
        .iter()
        .filter(|wanted| !enabled.split_whitespace().any(|name| name == **wanted))
        .map(|name| format!("+{name}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.join(" ");
    match fs::write(&file, &wanted) {
        // A group with processes cannot have children with controllers: ours step aside.
        Err(error) if error.raw_os_error() == Some(libc::EBUSY) && own_processes_may_move => {
            move_aside(dir)?;
            fs::write(&file, &wanted).during(Stage::ControlGroup, doing())
        }
        result => result.during(Stage::ControlGroup, doing()),
    }
}

fn move_aside(base: &Path) -> Result<()> {
    let leaf = base.join(OWN_LEAF);
    let doing = || format!("moving Stead's own processes to {}", leaf.display());
    fs::create_dir_all(&leaf).during(Stage::ControlGroup, doing())?;
    let processes = fs::read_to_string(base.join("cgroup.procs")).during(Stage::ControlGroup, doing())?;
    for pid in processes.lines() {
        match fs::write(leaf.join("cgroup.procs"), pid) {
            // It ended meanwhile.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => {}
            result => result.during(Stage::ControlGroup, doing())?,
        }
    }
    Ok(())
}

impl Group {
    pub(super) fn create(base: &Path, delegated: bool, name: &str, resources: &Resources) -> Result<Self> {
        let dir = base.join(name);
        enable_controllers(base, delegated)?;
        let mut parent = base.to_owned();
        let parts: Vec<_> = name.split('/').collect();
        for part in &parts[..parts.len() - 1] {
            parent.push(part);
            fs::create_dir_all(&parent)
                .during(Stage::ControlGroup, format!("making the control group {}", parent.display()))?;
            enable_controllers(&parent, false)?;
        }
        make_dir(&dir)?;
        let group = Self { dir };
        if let Err(error) = group.update(resources) {
            let _ = fs::remove_dir(&group.dir);
            return Err(error);
        }
        Ok(group)
    }

    pub(super) fn left_over(base: &Path, name: &str) -> Self {
        Self { dir: base.join(name) }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn entrance(&self) -> Result<fs::File> {
        fs::File::open(&self.dir)
            .during(Stage::ControlGroup, format!("opening the control group {}", self.dir.display()))
    }

    pub(super) fn update(&self, resources: &Resources) -> Result<()> {
        write(&self.dir, "cpu.max", &format!("{} {CPU_PERIOD_MICROS}", cpu_quota(resources)))?;
        write(&self.dir, "pids.max", &process_limit(resources).to_string())?;
        write(&self.dir, "memory.max", &resources.memory_bytes.to_string())?;
        // Absent on kernels without swap accounting.
        if self.dir.join("memory.swap.max").exists() {
            write(&self.dir, "memory.swap.max", "0")?;
        }
        Ok(())
    }

    pub(super) fn freeze(&self) -> Result<()> {
        let doing = "freezing the instance's processes";
        fs::write(self.dir.join("cgroup.freeze"), "1").during(Stage::Freeze, doing)?;
        match until(FREEZE_LIMIT, || Ok(read_key(&self.dir, "cgroup.events", "frozen")? == 1)) {
            Ok(true) => Ok(()),
            result => {
                let _ = fs::write(self.dir.join("cgroup.freeze"), "0");
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
        fs::write(self.dir.join("cgroup.freeze"), "0")
            .during(Stage::Freeze, "thawing the instance's processes")
    }

    pub(super) fn kill(&self) -> io::Result<()> {
        match fs::write(self.dir.join("cgroup.kill"), "1") {
            // Kernels before 5.14: killing PID 1 does it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    pub(super) fn usage(&self) -> io::Result<GroupUsage> {
        let used = read_number(&self.dir, "memory.current")?;
        Ok(GroupUsage {
            cpu_micros: read_key(&self.dir, "cpu.stat", "usage_usec")?,
            memory_bytes: used.saturating_sub(read_key(&self.dir, "memory.stat", "inactive_file")?),
            processes: count_processes(&self.dir)?,
            throttled_periods: read_key(&self.dir, "cpu.stat", "nr_throttled")?,
        })
    }

    pub(super) fn oom_kills(&self) -> io::Result<u64> {
        read_key(&self.dir, "memory.events", "oom_kill")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_and_counters_read() {
        let base = tempfile::tempdir().unwrap();
        let parent = base.path().join("stead");
        let dir = parent.join("one");
        fs::create_dir_all(&dir).unwrap();
        for group in [base.path(), &parent] {
            fs::write(group.join("cgroup.subtree_control"), "memory\n").unwrap();
        }
        fs::write(dir.join("cgroup.procs"), "").unwrap();
        fs::write(dir.join("memory.swap.max"), "max\n").unwrap();
        let resources = Resources { cpu_millis: 500, memory_bytes: 1 << 28, disk_bytes: 1 << 30, pids: 64 };
        let group = Group::create(base.path(), false, "stead/one", &resources).unwrap();
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        assert_eq!(read(base.path().join("cgroup.subtree_control")), "+cpu +pids");
        assert_eq!(read(parent.join("cgroup.subtree_control")), "+cpu +pids");
        assert_eq!(read(dir.join("cpu.max")), "50000 100000");
        assert_eq!(read(dir.join("memory.max")), "268435456");
        assert_eq!(read(dir.join("memory.swap.max")), "0");
        assert_eq!(read(dir.join("pids.max")), "65");
        fs::write(dir.join("cgroup.events"), "populated 1\nfrozen 1\n").unwrap();
        group.freeze().unwrap();
        assert_eq!(read(dir.join("cgroup.freeze")), "1");
        group.thaw().unwrap();
        group.kill().unwrap();
        assert_eq!(
            (read(dir.join("cgroup.freeze")), read(dir.join("cgroup.kill"))),
            ("0".into(), "1".into())
        );
        fs::write(dir.join("memory.events"), "low 0\noom 2\noom_kill 1\n").unwrap();
        fs::write(dir.join("memory.current"), "5000\n").unwrap();
        fs::write(dir.join("memory.stat"), "anon 1\ninactive_file 2000\n").unwrap();
        fs::write(dir.join("cpu.stat"), "usage_usec 77\nnr_throttled 4\n").unwrap();
        fs::write(dir.join("pids.current"), "3\n").unwrap();
        assert_eq!(group.oom_kills().unwrap(), 1);
        let usage = GroupUsage { cpu_micros: 77, memory_bytes: 3_000, processes: 2, throttled_periods: 4 };
        assert_eq!(group.usage().unwrap(), usage);
    }

    #[test]
    fn a_group_with_processes_of_an_earlier_run_is_refused() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir_all(base.path().join("one")).unwrap();
        fs::write(base.path().join("cgroup.subtree_control"), "cpu memory pids").unwrap();
        fs::write(base.path().join("one/cgroup.procs"), "12\n").unwrap();
        let error = Group::create(base.path(), false, "one", &Resources::DEFAULT).unwrap_err();
        assert!(error.cause.contains("earlier run"), "{error}");
    }
}
