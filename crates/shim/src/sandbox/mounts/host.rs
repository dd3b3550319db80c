//! The host's userland as root: its `/usr` read-only, a private `/etc`, nothing else of the host.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::root::{Inside, make_dir, tmpfs};
use super::tree::{NO_DEVICES, NO_SUID, READ_ONLY, Tree, restrict_mounted};
use crate::sandbox::error::{During, Result, Stage};
use crate::sandbox::spec::HOST_USER;

/// Empty directories that programs expect. `/sys` stays empty: it shows the host's disks and sizes.
const DIRS: [(&str, u32); 19] = [
    ("dev", 0o755),
    ("etc", 0o755),
    ("home", 0o755),
    ("media", 0o755),
    ("mnt", 0o755),
    ("opt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("srv", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("usr", 0o755),
    ("var", 0o755),
    ("var/cache", 0o755),
    ("var/lib", 0o755),
    ("var/log", 0o755),
    ("var/tmp", 0o1777),
    ("workspace", 0o755),
];
/// For mount points below `/usr/local`.
const LOCAL_BYTES: u64 = 64 << 10;

/// Builds the root at the staging place, before it is entered.
pub(super) fn assemble(
    root: &Path,
    system: &[(&'static str, Tree)],
    links: &[(&'static str, PathBuf)],
    etc: &Tree,
    extra: &[(PathBuf, Tree)],
) -> Result<()> {
    for (name, mode) in DIRS {
        make_dir(&root.join(name), mode)?;
    }
    make_dir(&root.join("home").join(HOST_USER), 0o755)?;
    for (name, target) in [("var/run", "/run"), ("var/lock", "/run/lock")] {
        symlink(target, root.join(name)).during(Stage::RootMount, format!("linking /{name}"))?;
    }
    for (name, target) in links {
        symlink(target, root.join(name)).during(Stage::RootMount, format!("linking /{name}"))?;
    }
    for (name, tree) in system {
        let target = root.join(name);
        make_dir(&target, 0o755)?;
        tree.attach(&target).during(Stage::RootMount, format!("mounting /{name}"))?;
    }
    // The operator's own tools and their settings are none of the instance's business.
    let local = root.join("usr/local");
    if local.is_dir() {
        tmpfs(&local.to_string_lossy(), LOCAL_BYTES, "0755", 0)?;
    }
    etc.attach(&root.join("etc")).during(Stage::Etc, "mounting /etc")?;
    for (target, tree) in extra {
        let inside = target.strip_prefix("/").unwrap_or(target);
        let mut place = root.to_owned();
        for part in inside {
            place.push(part);
            make_dir(&place, 0o755)?;
        }
        tree.attach(&place).during(Stage::RootMount, format!("mounting {}", target.display()))?;
    }
    Ok(())
}

/// Adds the volume's parts, inside the new root.
pub(super) fn complete(inside: &Inside) -> Result<()> {
    let home = Path::new("/home").join(HOST_USER);
    inside.workspace.attach(Path::new("/workspace")).during(Stage::Volume, "mounting /workspace")?;
    inside.home.attach(&home).during(Stage::Volume, "mounting the home directory")?;
    inside.attach_names()?;
    for (name, _) in &inside.names {
        let path = Path::new("/").join(format!(".{name}"));
        std::fs::remove_file(&path).during(Stage::Etc, format!("removing {}", path.display()))?;
    }
    Ok(())
}

/// Makes what is left of the root tmpfs read-only, as the last step.
pub(super) fn seal() -> Result<()> {
    let doing = "making the root read-only";
    for path in ["/usr/local", "/"] {
        let path = Path::new(path);
        if !path.is_dir() {
            continue;
        }
        restrict_mounted(path, READ_ONLY | NO_SUID | NO_DEVICES).during(Stage::RootMount, doing)?;
    }
    Ok(())
}
