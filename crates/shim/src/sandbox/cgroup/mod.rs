//! The instance's control group: limits, freezing, accounting. Version 2 where its controllers are available, else version 1.
//!
//! Owns the directory named by the spec below the base that [`layout::Layout`] finds, in every hierarchy used; nothing else writes there.

mod layout;
mod v1;
mod v2;

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use stead_core::instance::Resources;

pub(crate) use layout::Layout;

use super::error::{During, Result, SandboxError, Stage};

/// Time over which a CPU quota is counted.
const CPU_PERIOD_MICROS: u64 = 100_000;
/// The smallest quota the kernel accepts.
const MIN_CPU_QUOTA_MICROS: u64 = 1_000;
/// PID 1 is not the user's process.
const OWN_PROCESSES: u32 = 1;
const FREEZE_LIMIT: Duration = Duration::from_secs(3);
const REMOVE_LIMIT: Duration = Duration::from_secs(5);

/// What a group has used since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct GroupUsage {
    pub(crate) cpu_micros: u64,
    /// Without page cache that can be dropped at once.
    pub(crate) memory_bytes: u64,
    pub(crate) processes: u32,
    /// Periods in which the CPU quota ran out.
    pub(crate) throttled_periods: u64,
}

/// The group of one instance. Removed when dropped.
#[derive(Debug)]
pub(crate) enum Group {
    V1(v1::Group),
    V2(v2::Group),
}

/// The way into a group. Moving another process makes the kernel wait for a grace period (10 ms and more); these two do not.
#[derive(Debug)]
pub(crate) enum Entrance {
    /// Version 1: the child joins by itself, through these files, before it has other ids.
    Join(Vec<File>),
    /// Version 2: the child is made in this directory.
    Born(File),
}

impl Entrance {
    /// The child's part.
    pub(crate) fn join(&self) -> Result<()> {
        let Self::Join(files) = self else { return Ok(()) };
        files.iter().try_for_each(|mut file| {
            file.write_all(b"0").during(Stage::ControlGroup, "joining the control group")
        })
    }

    pub(crate) fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Join(files) => files.iter().map(File::as_fd).collect(),
            Self::Born(_) => Vec::new(),
        }
    }
}

const fn cpu_quota(resources: &Resources) -> u64 {
    let quota = resources.cpu_millis as u64 * CPU_PERIOD_MICROS / 1_000;
    if quota < MIN_CPU_QUOTA_MICROS { MIN_CPU_QUOTA_MICROS } else { quota }
}

const fn process_limit(resources: &Resources) -> u64 {
    resources.pids as u64 + OWN_PROCESSES as u64
}

fn check_name(name: &str) -> Result<()> {
    let good = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if name.len() <= 200 && name.split('/').all(good) {
        return Ok(());
    }
    Err(SandboxError::new(
        Stage::Spec,
        "reading the control group's name",
        format!("{name:?} is no plain path"),
    ))
}

impl Group {
    /// Makes the group with its limits, before anything runs in it. One left over from a run that died is taken over when it is
    /// empty.
    pub(crate) fn create(layout: &Layout, name: &str, resources: &Resources) -> Result<Self> {
        check_name(name)?;
        if let Some(base) = layout.v2_base() {
            return v2::Group::create(&base, layout.delegated(), name, resources).map(Self::V2);
        }
        if let Some(controllers) = layout.v1_controllers() {
            return v1::Group::create(&controllers, name, resources).map(Self::V1);
        }
        Err(SandboxError::new(
            Stage::ControlGroup,
            "looking for control groups",
            "neither version 2 with cpu, memory and pids nor version 1 with cpu, memory, pids and freezer is available to Stead",
        ))
    }

    /// The group of an earlier run, to be removed; whatever of it is there.
    pub(crate) fn left_over(layout: &Layout, name: &str) -> Result<Option<Self>> {
        check_name(name)?;
        Ok(match (layout.v2_base(), layout.v1_controllers()) {
            (Some(base), _) => Some(Self::V2(v2::Group::left_over(&base, name))),
            (None, Some(controllers)) => Some(Self::V1(v1::Group::left_over(&controllers, name))),
            (None, None) => None,
        })
    }

    /// Kills every process that is still in the group, frozen or not.
    pub(crate) fn kill_members(&self) -> Result<()> {
        let dirs: Vec<&Path> = match self {
            Self::V1(group) => group.dirs().collect(),
            Self::V2(group) => vec![group.dir()],
        };
        for dir in dirs {
            let Ok(members) = fs::read_to_string(dir.join("cgroup.procs")) else { continue };
            for member in members.lines().filter_map(|line| line.parse().ok()) {
                // One that ended meanwhile is no loss; whether all are gone shows when the group is removed.
                let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(member), nix::sys::signal::SIGKILL);
            }
            // On version 1 the frozen do not even die.
            let _ = self.thaw();
        }
        Ok(())
    }

    /// How the child gets in, opened by the parent.
    pub(crate) fn entrance(&self) -> Result<Entrance> {
        match self {
            Self::V1(group) => group.entrance().map(Entrance::Join),
            Self::V2(group) => group.entrance().map(Entrance::Born),
        }
    }

    pub(crate) fn update(&self, resources: &Resources) -> Result<()> {
        match self {
            Self::V1(group) => group.update(resources),
            Self::V2(group) => group.update(resources),
        }
    }

    pub(crate) fn freeze(&self) -> Result<()> {
        match self {
            Self::V1(group) => group.freeze(),
            Self::V2(group) => group.freeze(),
        }
    }

    pub(crate) fn thaw(&self) -> Result<()> {
        match self {
            Self::V1(group) => group.thaw(),
            Self::V2(group) => group.thaw(),
        }
    }

    /// Kills every process at once where the kernel can; PID 1's death does it elsewhere.
    pub(crate) fn kill(&self) -> io::Result<()> {
        match self {
            Self::V1(_) => Ok(()),
            Self::V2(group) => group.kill(),
        }
    }

    pub(crate) fn usage(&self) -> io::Result<GroupUsage> {
        match self {
            Self::V1(group) => group.usage(),
            Self::V2(group) => group.usage(),
        }
    }

    pub(crate) fn oom_kills(&self) -> io::Result<u64> {
        match self {
            Self::V1(group) => group.oom_kills(),
            Self::V2(group) => group.oom_kills(),
        }
    }

    /// Removes the group; its processes must have ended.
    pub(crate) fn remove(&mut self) -> Result<()> {
        let dirs: Vec<_> = match self {
            Self::V1(group) => group.dirs().map(Path::to_owned).collect(),
            Self::V2(group) => vec![group.dir().to_owned()],
        };
        let mut result = Ok(());
        for dir in dirs {
            if let Err(error) = remove_dir(&dir) {
                result = Err(SandboxError::io(
                    Stage::Cleanup,
                    format!("removing the control group {}", dir.display()),
                    &error,
                ));
            }
        }
        result
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // After `destroy` nothing is left; else a step of the launch failed, whose error is the one to report.
        let _ = self.remove();
    }
}

/// A pause between looks at something that has no event; never a wait for a fixed time.
pub(crate) fn breathe() {
    let milliseconds = nix::poll::PollTimeout::from(2_u8);
    let _ = nix::poll::poll(&mut [], milliseconds);
}

fn until(limit: Duration, mut done: impl FnMut() -> io::Result<bool>) -> io::Result<bool> {
    let start = Instant::now();
    loop {
        if done()? {
            return Ok(true);
        }
        if start.elapsed() > limit {
            return Ok(false);
        }
        breathe();
    }
}

fn remove_dir(dir: &Path) -> io::Result<()> {
    // Dead processes leave their group a moment after they were reaped.
    let mut last = None;
    until(REMOVE_LIMIT, || match fs::remove_dir(dir) {
        Ok(()) => {
            last = None;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            last = None;
            Ok(true)
        }
        Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {
            last = Some(error);
            Ok(false)
        }
        Err(error) => Err(error),
    })?;
    last.map_or(Ok(()), Err)
}

/// Makes the group's directory. A left-over one is used again when no process is in it.
fn make_dir(dir: &Path) -> Result<()> {
    let doing = || format!("making the control group {}", dir.display());
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent).during(Stage::ControlGroup, doing())?;
    }
    match fs::create_dir(dir) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let inside = fs::read_to_string(dir.join("cgroup.procs")).during(Stage::ControlGroup, doing())?;
            if inside.trim().is_empty() {
                return Ok(());
            }
            Err(SandboxError::new(
                Stage::ControlGroup,
                doing(),
                "processes of an earlier run are still in it",
            ))
        }
        Err(error) => Err(SandboxError::io(Stage::ControlGroup, doing(), &error)),
    }
}

fn write(dir: &Path, file: &str, value: &str) -> Result<()> {
    let path = dir.join(file);
    fs::write(&path, value).during(Stage::ControlGroup, format!("writing {value:?} to {}", path.display()))
}

fn read_number(dir: &Path, file: &str) -> io::Result<u64> {
    let text = fs::read_to_string(dir.join(file))?;
    text.trim().parse().map_err(|_| io::Error::other(format!("{file} holds no number: {:?}", text.trim())))
}

/// A line `key value` of a file; 0 when there is none.
fn read_key(dir: &Path, file: &str, key: &str) -> io::Result<u64> {
    let text = fs::read_to_string(dir.join(file))?;
    Ok(text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
        .unwrap_or(0))
}

fn count_processes(dir: &Path) -> io::Result<u32> {
    let processes = read_number(dir, "pids.current")?;
    Ok(u32::try_from(processes).unwrap_or(u32::MAX).saturating_sub(OWN_PROCESSES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_base() {
        for bad in ["", "/a", "a/", "a//b", "../a", "a/../b", "a b", "a\n"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        check_name("stead/inst_01j9zz3kq8f7v9x2m4n5p6r7st").unwrap();
    }

    #[test]
    fn a_tiny_share_still_gets_the_smallest_quota() {
        let quota = |cpu_millis| cpu_quota(&Resources { cpu_millis, ..Resources::DEFAULT });
        assert_eq!([quota(1), quota(500), quota(2_000)], [1_000, 50_000, 200_000]);
    }
}
