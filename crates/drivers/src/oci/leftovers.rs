//! Control groups that outlived their shim: finding them, ending what is in them, removing them. The shim does this for its own
//! run; this is for runs whose shim was killed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use stead_core::error::{Error, InternalContext as _, Result};

/// Where groups of this node may be: below each mounted hierarchy, and below this process's own group in each.
fn bases() -> Vec<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own: Vec<&str> = own.lines().filter_map(|line| line.splitn(3, ':').nth(2)).collect();
    let mut bases = Vec::new();
    for line in mounts.lines() {
        let Some((before, after)) = line.split_once(" - ") else { continue };
        if !after.starts_with("cgroup") {
            continue;
        }
        let Some(point) = before.split(' ').nth(4).map(PathBuf::from) else { continue };
        for path in &own {
            let mut current = Some(Path::new(path.trim_start_matches('/')));
            while let Some(path) = current {
                bases.push(point.join(path));
                current = path.parent();
            }
        }
        bases.push(point);
    }
    bases.sort();
    bases.dedup();
    bases
}

fn directories(group: &str) -> Vec<PathBuf> {
    bases().into_iter().map(|base| base.join(group)).filter(|path| path.is_dir()).collect()
}

/// Names of the groups directly below `group`, in any hierarchy.
pub(super) fn groups_below(group: &str) -> Vec<PathBuf> {
    directories(group)
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flat_map(|entries| entries.flatten())
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

/// Lets frozen processes go on, so that they can end.
pub(super) fn thaw_group(group: &str) {
    for directory in directories(group) {
        // Each hierarchy has one of the two files or none.
        let _absent = fs::write(directory.join("freezer.state"), "THAWED");
        let _absent = fs::write(directory.join("cgroup.freeze"), "0");
    }
}

/// Ends every process of a group and the groups below, and waits until they are gone.
pub(super) fn kill_group(group: &str, patience: Duration) -> Result<()> {
    let deadline = Instant::now() + patience;
    loop {
        let processes: Vec<i32> =
            directories(group).iter().flat_map(|directory| processes_in(directory)).collect();
        if processes.is_empty() {
            return Ok(());
        }
        thaw_group(group);
        for process in processes {
            if let Some(pid) = rustix::process::Pid::from_raw(process) {
                // One that has ended meanwhile is what is wanted.
                let _gone = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        if Instant::now() > deadline {
            return Err(Error::unavailable("process_does_not_end", "Processes of the instance do not end.")
                .next_step("Try again; if it stays, restart the node's machine."));
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn processes_in(directory: &Path) -> Vec<i32> {
    let own = fs::read_to_string(directory.join("cgroup.procs")).unwrap_or_default();
    let mut processes: Vec<i32> =
        own.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0).collect();
    let below = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    processes.extend(below.filter(|path| path.is_dir()).flat_map(|path| processes_in(&path)));
    processes
}

/// Removes a group with everything below it, in every hierarchy. Groups that do not exist are no error.
pub(super) fn remove_groups(group: &str) -> Result<()> {
    for directory in directories(group) {
        remove(&directory).internal(format!("removing the control group {}", directory.display()))?;
    }
    Ok(())
}

fn remove(directory: &Path) -> io::Result<()> {
    let below: Vec<PathBuf> = match fs::read_dir(directory) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for path in below {
        remove(&path)?;
    }
    // The last process leaves its group a moment after it has ended.
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        match fs::remove_dir(directory) {
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) && Instant::now() < deadline => {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(()),
        }
    }
}
