//! Puts the inside's root together and makes it the root, in the child's own mount namespace.
//!
//! The new root is assembled at a staging place, then entered by `pivot_root`; what a hostile image could redirect by symbolic links
//! is mounted only afterwards, when links can lead no further than the new root.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Component, Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use rustix::fs::{Mode, OFlags};

use super::sources::{RootSource, Sources};
use super::tree::{NO_DEVICES, NO_EXEC, NO_SUID, READ_ONLY, Tree};
use super::{host, image, proc};
use crate::sandbox::error::{During, Result, SandboxError, Stage};
use crate::sandbox::idmap::IdMap;
use crate::sandbox::init;
use crate::sandbox::network::INSIDE_NAME;
use crate::sandbox::spec::{HOST_USER, HOST_USER_ID, NetworkSpec, RootfsSpec, SandboxSpec};
use stead_core::instance::secrets::{SECRETS_DIRECTORY, is_file_name};

/// One of these exists on every system; it is covered in the child's mount namespace only.
const STAGING_PLACES: [&str; 4] = ["/mnt", "/tmp", "/usr", "/home"];
/// Holds folders, links and three small files.
const STAGING_OPTIONS: [(&str, Option<&str>); 3] =
    [("size", Some("1m")), ("mode", Some("0755")), ("nr_inodes", Some("4096"))];
const RUN_BYTES: u64 = 16 << 20;
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// Directories of the volume, with the access rights they are made with. The work directory of an overlay must be of its own.
const VOLUME_DIRS: [(&str, u32); 4] =
    [("upper", 0o755), ("work", 0o700), ("workspace", 0o755), ("home", 0o755)];

/// Where an extra mount may go: an absolute path without `..`, not over what the sandbox itself makes.
pub(super) fn check_target(target: &Path) -> Result<()> {
    let mut components = target.components();
    let absolute = components.next() == Some(Component::RootDir);
    let first = components.next();
    let plain = target.components().skip(1).all(|component| matches!(component, Component::Normal(_)));
    let reserved = ["proc", "dev", "sys", "etc", "workspace", "tmp", "run", "bin", "sbin", "lib", "lib64"];
    let free = first.is_some_and(|first| {
        let first = first.as_os_str();
        reserved.iter().all(|name| first != *name) && (first != "usr" || target.starts_with("/usr/local/"))
    });
    if absolute && plain && free {
        return Ok(());
    }
    Err(SandboxError::new(
        Stage::Spec,
        "reading the extra mounts",
        format!("{} is no place for a mount; use a folder below /opt", target.display()),
    ))
}

/// Replaces the caller's root by the inside's. Returns after the old root is gone.
pub(crate) fn build(spec: &SandboxSpec, sources: &Sources, ids: IdMap) -> Result<()> {
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)
        .during(Stage::RootMount, "making mounts private")?;
    let old_root = rustix::fs::open("/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .during(Stage::RootMount, "opening the old root")?;
    let staging =
        STAGING_PLACES.iter().map(Path::new).find(|place| place.is_dir()).ok_or_else(|| {
            SandboxError::new(Stage::RootMount, "choosing a staging place", "there is no /mnt")
        })?;
    match &sources.root {
        RootSource::Host { system, links, etc, extra } => {
            // The new root comes to lie over the volume's top, which goes with the old root: nobody inside shall find it.
            let volume = Volume::attach(sources, staging, ids)?;
            cover(staging)?;
            let inside = volume.with_names(write_name_files(staging, spec)?);
            host::assemble(staging, system, links, etc, extra)?;
            pivot(staging)?;
            host::complete(&inside)?;
        }
        RootSource::Layers { lower } => {
            cover(staging)?;
            let top = staging.join(image::VOLUME);
            make_dir(&top, 0o700)?;
            let inside = Volume::attach(sources, &top, ids)?.with_names(write_name_files(staging, spec)?);
            let root = image::assemble(staging, lower)?;
            pivot(&root)?;
            image::complete(&inside)?;
        }
    }
    temporary_dirs(spec, ids)?;
    secret_files(spec, ids)?;
    devices(&old_root, spec, ids)?;
    proc::mount_proc()?;
    leave(&old_root)?;
    if let RootSource::Host { .. } = &sources.root {
        host::seal()?;
    }
    Ok(())
}

/// Mounts the tmpfs in which the new root is put together.
fn cover(staging: &Path) -> Result<()> {
    let fresh =
        Tree::fresh("tmpfs", &STAGING_OPTIONS).during(Stage::RootMount, "making the staging tmpfs")?;
    fresh
        .restrict(NO_SUID | NO_DEVICES, false)
        .and_then(|()| fresh.attach(staging))
        .during(Stage::RootMount, "mounting the staging tmpfs")
}

/// The parts of the volume that the inside sees.
struct Volume {
    workspace: Tree,
    home: Tree,
}

impl Volume {
    /// Mounts the volume and makes what is missing in it.
    fn attach(sources: &Sources, place: &Path, ids: IdMap) -> Result<Self> {
        sources.volume.attach(place).during(Stage::Volume, "mounting the volume")?;
        make_volume_dirs(place, ids)?;
        Ok(Self {
            workspace: Tree::copy(&place.join("workspace"), false)
                .during(Stage::Volume, "opening the workspace")?,
            home: Tree::copy(&place.join("home"), false)
                .during(Stage::Volume, "opening the home directory")?,
        })
    }

    fn with_names(self, names: Vec<(&'static str, Tree)>) -> Inside {
        Inside { workspace: self.workspace, home: self.home, names }
    }
}

/// What goes into either kind of root.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) workspace: Tree,
    pub(super) home: Tree,
    /// Files to put over `/etc/<name>`.
    pub(super) names: Vec<(&'static str, Tree)>,
}

impl Inside {
    pub(super) fn attach_names(&self) -> Result<()> {
        for (name, tree) in &self.names {
            let target = Path::new("/etc").join(name);
            tree.attach(&target).during(Stage::Etc, format!("mounting {}", target.display()))?;
        }
        Ok(())
    }
}

pub(super) fn make_dir(path: &Path, mode: u32) -> Result<()> {
    let doing = || format!("making the directory {}", path.display());
    match fs::DirBuilder::new().mode(mode).create(path) {
        Ok(()) => {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(path, permissions).during(Stage::RootMount, doing())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(SandboxError::io(Stage::RootMount, doing(), &error)),
    }
}

fn make_volume_dirs(volume: &Path, ids: IdMap) -> Result<()> {
    for (name, mode) in VOLUME_DIRS {
        let path = volume.join(name);
        if path.is_dir() {
            continue;
        }
        make_dir(&path, mode)?;
        let users_own = matches!(name, "workspace" | "home") && ids.holds(HOST_USER_ID);
        if users_own {
            chown(&path, Some(HOST_USER_ID), Some(HOST_USER_ID))
                .during(Stage::Volume, format!("giving {name} to the user"))?;
        }
    }
    Ok(())
}

/// `/etc/hosts`, `hostname` and `resolv.conf` as detached one-file mounts.
fn write_name_files(staging: &Path, spec: &SandboxSpec) -> Result<Vec<(&'static str, Tree)>> {
    let mut hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n".to_owned();
    match &spec.network {
        NetworkSpec::Veth { address, .. } => {
            hosts.push_str(&format!("# {INSIDE_NAME}\n{address}\t{}\n", spec.hostname));
        }
        NetworkSpec::LoopbackOnly => hosts.push_str(&format!("127.0.1.1\t{}\n", spec.hostname)),
    }
    let resolv: String = spec.dns.iter().map(|server| format!("nameserver {server}\n")).collect();
    let files = [("hosts", hosts), ("hostname", format!("{}\n", spec.hostname)), ("resolv.conf", resolv)];
    files
        .into_iter()
        .map(|(name, text)| {
            // Only what is in a directory can be mounted elsewhere: the file is removed once it is.
            let path = staging.join(format!(".{name}"));
            let doing = || format!("writing /etc/{name}");
            fs::write(&path, text).during(Stage::Etc, doing())?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).during(Stage::Etc, doing())?;
            let tree = Tree::copy(&path, false).during(Stage::Etc, doing())?;
            tree.restrict(READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC, false).during(Stage::Etc, doing())?;
            Ok((name, tree))
        })
        .collect()
}

fn pivot(root: &Path) -> Result<()> {
    let doing = "entering the new root";
    std::env::set_current_dir(root).during(Stage::RootMount, doing)?;
    // The old root comes to lie over the new one and stays reachable by its descriptor only.
    rustix::process::pivot_root(".", ".").during(Stage::RootMount, doing)?;
    std::env::set_current_dir("/").during(Stage::RootMount, doing)
}

fn leave(old_root: &OwnedFd) -> Result<()> {
    let doing = "leaving the old root";
    rustix::process::fchdir(old_root).during(Stage::RootMount, doing)?;
    umount2(".", MntFlags::MNT_DETACH).during(Stage::RootMount, doing)?;
    std::env::set_current_dir("/").during(Stage::RootMount, doing)
}

/// Mounts a fresh tmpfs of limited size; its files count as the instance's memory.
pub(super) fn tmpfs(target: &str, bytes: u64, mode: &str, attributes: u64) -> Result<()> {
    let size = bytes.to_string();
    // Each entry costs kernel memory too.
    let entries = (bytes / 4096).clamp(64, 1 << 20).to_string();
    let options =
        [("size", Some(size.as_str())), ("mode", Some(mode)), ("nr_inodes", Some(entries.as_str()))];
    let doing = || format!("mounting a tmpfs at {target}");
    let tree = Tree::fresh("tmpfs", &options).during(Stage::RootMount, doing())?;
    tree.restrict(NO_SUID | NO_DEVICES | attributes, false)
        .and_then(|()| tree.attach(Path::new(target)))
        .during(Stage::RootMount, doing())
}

fn temporary_dirs(spec: &SandboxSpec, ids: IdMap) -> Result<()> {
    for (dir, mode) in [("/tmp", 0o1777), ("/run", 0o755), ("/var", 0o755), ("/var/tmp", 0o1777)] {
        make_dir(Path::new(dir), mode)?;
    }
    tmpfs("/tmp", spec.tmp_bytes, "1777", 0)?;
    tmpfs("/run", RUN_BYTES, "0755", 0)?;
    tmpfs("/var/tmp", spec.tmp_bytes, "1777", 0)?;
    make_dir(Path::new("/run/lock"), 0o1777)?;
    if ids.holds(HOST_USER_ID) {
        make_dir(Path::new("/run/user"), 0o755)?;
        let own = PathBuf::from(format!("/run/user/{HOST_USER_ID}"));
        make_dir(&own, 0o700)?;
        chown(&own, Some(HOST_USER_ID), Some(HOST_USER_ID))
            .during(Stage::RootMount, "giving /run/user to the user")?;
    }
    Ok(())
}

/// Secrets that are files: on a tmpfs of their own, which nobody inside can write to.
fn secret_files(spec: &SandboxSpec, ids: IdMap) -> Result<()> {
    if spec.secret_files.is_empty() {
        return Ok(());
    }
    let doing = "writing secrets";
    let user = match (&spec.user, &spec.rootfs) {
        (Some(user), _) => user.as_str(),
        (None, RootfsSpec::HostUserland { .. }) => HOST_USER,
        (None, RootfsSpec::Layers { .. }) => "0",
    };
    let (user, group) = init::ids_of(user, ids)?;
    let bytes: usize =
        spec.secret_files.values().map(|value| value.expose().len().next_multiple_of(4096)).sum();
    let size = (bytes + (64 << 10)).to_string();
    let entries = (spec.secret_files.len() + 16).to_string();
    let options =
        [("size", Some(size.as_str())), ("mode", Some("0755")), ("nr_inodes", Some(entries.as_str()))];
    make_dir(Path::new(SECRETS_DIRECTORY), 0o755)?;
    let tree = Tree::fresh("tmpfs", &options).during(Stage::RootMount, doing)?;
    tree.restrict(NO_SUID | NO_DEVICES | NO_EXEC, false)
        .and_then(|()| tree.attach(Path::new(SECRETS_DIRECTORY)))
        .during(Stage::RootMount, doing)?;
    for (name, value) in &spec.secret_files {
        if !is_file_name(name) {
            return Err(SandboxError::new(Stage::Spec, doing, "a secret's file name leads elsewhere"));
        }
        let path = Path::new(SECRETS_DIRECTORY).join(name);
        fs::write(&path, value.expose()).during(Stage::RootMount, doing)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).during(Stage::RootMount, doing)?;
        chown(&path, Some(user), Some(group)).during(Stage::RootMount, doing)?;
    }
    tree.restrict(READ_ONLY, false).during(Stage::RootMount, doing)
}

fn devices(old_root: &OwnedFd, spec: &SandboxSpec, ids: IdMap) -> Result<()> {
    let doing = "making /dev";
    make_dir(Path::new("/dev"), 0o755)?;
    let options = [("size", Some("64k")), ("mode", Some("0755")), ("nr_inodes", Some("64"))];
    let dev = Tree::fresh("tmpfs", &options).during(Stage::Devices, doing)?;
    dev.restrict(NO_SUID | NO_EXEC, false)
        .and_then(|()| dev.attach(Path::new("/dev")))
        .during(Stage::Devices, doing)?;
    for name in DEVICES {
        let doing = || format!("making /dev/{name}");
        let target = Path::new("/dev").join(name);
        fs::File::create(&target).during(Stage::Devices, doing())?;
        let device =
            Tree::copy_at(old_root, &Path::new("dev").join(name), false).during(Stage::Devices, doing())?;
        device.attach(&target).during(Stage::Devices, doing())?;
    }
    for (link, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
        ("ptmx", "pts/ptmx"),
    ] {
        std::os::unix::fs::symlink(target, Path::new("/dev").join(link)).during(Stage::Devices, doing)?;
    }
    make_dir(Path::new("/dev/pts"), 0o755)?;
    make_dir(Path::new("/dev/shm"), 0o1777)?;
    tmpfs("/dev/shm", spec.tmp_bytes, "1777", NO_EXEC)?;
    let mut options = vec![("mode", Some("0620")), ("ptmxmode", Some("0666")), ("newinstance", None)];
    // The group `tty`, where it exists.
    if ids.holds(5) {
        options.push(("gid", Some("5")));
    }
    let terminals = Tree::fresh("devpts", &options).during(Stage::Devices, "making pseudo terminals")?;
    terminals
        .restrict(NO_SUID | NO_EXEC, false)
        .and_then(|()| terminals.attach(Path::new("/dev/pts")))
        .during(Stage::Devices, "mounting /dev/pts")?;
    // Nothing more is to be made in /dev itself.
    dev.restrict(READ_ONLY, false).during(Stage::Devices, doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_mounts_stay_out_of_what_the_sandbox_makes() {
        for good in ["/opt/rust", "/srv/tools", "/usr/local/go"] {
            check_target(Path::new(good)).unwrap();
        }
        for bad in
            ["/", "opt", "/proc/x", "/etc", "/usr/lib/x", "/opt/../etc", "/workspace", "/dev/x", "/tmp/x"]
        {
            assert!(check_target(Path::new(bad)).is_err(), "{bad}");
        }
    }
}
