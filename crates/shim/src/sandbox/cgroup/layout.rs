//! Where this machine's control groups are and which of them Stead may use. Pure on the texts of `/proc/self/{mountinfo,cgroup}`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The group beside the instances' groups that holds Stead's own processes: on version 2 a group with limits for its children may
/// hold no processes itself.
pub(super) const OWN_LEAF: &str = "stead-agent";

const V1_NEEDED: [&str; 4] = ["cpu", "memory", "pids", "freezer"];
const V2_NEEDED: [&str; 3] = ["cpu", "memory", "pids"];

/// The hierarchies of this machine, as seen by this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Mount points by controller.
    v1: BTreeMap<String, PathBuf>,
    v2: Option<V2>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct V2 {
    /// Where groups are made.
    base: PathBuf,
    delegated: bool,
}

impl Layout {
    pub(crate) fn detect() -> io::Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let own = fs::read_to_string("/proc/self/cgroup")?;
        Ok(Self::of(&mounts, &own, rustix::process::geteuid().is_root()))
    }

    fn of(mounts: &str, own: &str, root: bool) -> Self {
        let mut v1 = BTreeMap::new();
        let mut v2_mount = None;
        for line in mounts.lines() {
            let Some((before, after)) = line.split_once(" - ") else { continue };
            let mut after = after.split(' ');
            let Some(point) = before.split(' ').nth(4).map(PathBuf::from) else { continue };
            match after.next() {
                Some("cgroup") => {
                    for option in after.nth(1).unwrap_or_default().split(',') {
                        v1.entry(option.to_owned()).or_insert_with(|| point.clone());
                    }
                }
                Some("cgroup2") => {
                    v2_mount.get_or_insert(point);
                }
                _ => {}
            }
        }
        let v2 = v2_mount.and_then(|mount| {
            let path = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
            // Already moved aside by an earlier call of this or another process of the same service.
            let path = path.strip_suffix(OWN_LEAF).map_or(path, |path| path.trim_end_matches('/'));
            let own = mount.join(path);
            let delegated = path.is_empty() || is_delegated(&own, root);
            let base = if delegated { own } else { mount };
            let available = fs::read_to_string(base.join("cgroup.controllers")).unwrap_or_default();
            let available: Vec<_> = available.split_whitespace().collect();
            let enough = V2_NEEDED.iter().all(|needed| available.contains(needed));
            (enough && (root || delegated)).then_some(V2 { base, delegated: delegated && !path.is_empty() })
        });
        Self { v1, v2 }
    }

    /// The group below which instances get theirs, when version 2 has the controllers.
    pub(super) fn v2_base(&self) -> Option<PathBuf> {
        self.v2.as_ref().map(|v2| v2.base.clone())
    }

    /// Whether the base is a service's own group, so that every process in it is Stead's.
    pub(super) fn delegated(&self) -> bool {
        self.v2.as_ref().is_some_and(|v2| v2.delegated)
    }

    /// Mount points of the version 1 controllers used, when the needed ones are there.
    pub(super) fn v1_controllers(&self) -> Option<BTreeMap<&'static str, PathBuf>> {
        let found = |name: &&'static str| self.v1.get(*name).map(|point| (*name, point.clone()));
        if V1_NEEDED.iter().any(|needed| !self.v1.contains_key(*needed)) {
            return None;
        }
        Some(["cpu", "cpuacct", "memory", "pids", "freezer", "devices"].iter().filter_map(found).collect())
    }

    /// Whether limits can be set here.
    pub(crate) fn usable(&self) -> bool {
        self.v2.is_some() || (self.v1_controllers().is_some() && rustix::process::geteuid().is_root())
    }
}

/// systemd marks what it delegates with an extended attribute; without privileges the right to write is the mark.
fn is_delegated(group: &Path, root: bool) -> bool {
    if !root {
        let access = |file: &str| rustix::fs::access(group.join(file), rustix::fs::Access::WRITE_OK).is_ok();
        return access("cgroup.procs") && access("cgroup.subtree_control");
    }
    ["trusted.delegate", "user.delegate"].iter().any(|name| {
        let mut value = [0_u8; 4];
        rustix::fs::getxattr(group, *name, &mut value[..]).is_ok_and(|length| value[..length] == *b"1")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hybrid_layout_without_v2_controllers_uses_version_1() {
        let mounts = "\
            24 20 0:20 / /proc rw - proc proc rw\n\
            30 25 0:25 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
            31 25 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
            32 25 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n\
            33 25 0:28 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n\
            34 25 0:29 / /nowhere/unified rw - cgroup2 cgroup2 rw\n";
        let layout = Layout::of(mounts, "0::/\n", true);
        assert_eq!(layout.v2_base(), None);
        let controllers = layout.v1_controllers().unwrap();
        assert_eq!(controllers["cpuacct"], Path::new("/sys/fs/cgroup/cpu,cpuacct"));
        assert_eq!(controllers.len(), 5);
    }

    #[test]
    fn version_2_is_used_at_its_root_or_at_a_service_that_was_moved_aside() {
        let dir = tempfile::tempdir().unwrap();
        let service = dir.path().join("system.slice/stead.service");
        fs::create_dir_all(&service).unwrap();
        for group in [dir.path(), &service] {
            fs::write(group.join("cgroup.controllers"), "cpuset cpu io memory pids\n").unwrap();
        }
        for file in ["cgroup.procs", "cgroup.subtree_control"] {
            fs::write(service.join(file), "").unwrap();
        }
        let mounts = format!("34 25 0:29 / {} rw - cgroup2 cgroup2 rw\n", dir.path().display());
        let layout = Layout::of(&mounts, "0::/\n", true);
        assert_eq!((layout.v2_base().as_deref(), layout.delegated()), (Some(dir.path()), false));
        for own in ["0::/system.slice/stead.service", "0::/system.slice/stead.service/stead-agent"] {
            let layout = Layout::of(&mounts, own, false);
            assert_eq!((layout.v2_base(), layout.delegated()), (Some(service.clone()), true), "{own}");
        }
        let undelegated = Layout::of(&mounts, "0::/user.slice", true);
        assert_eq!((undelegated.v2_base().as_deref(), undelegated.delegated()), (Some(dir.path()), false));
    }
}
