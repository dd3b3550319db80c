//! Image layers as root: an overlay mounted inside the user namespace over id-mapped layers, so that ids on disk stay the inside's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};

use super::root::{Inside, make_dir};
use super::tree::Tree;
use crate::sandbox::error::{During, Result, SandboxError, Stage};

/// Where the volume's top is mounted below the staging place, in reach of the overlay.
pub(super) const VOLUME: &str = ".volume";
/// The kernel reads one page of options.
const MAX_OPTIONS: usize = 4000;
const DIRS: [(&str, u32); 5] =
    [("/proc", 0o555), ("/sys", 0o555), ("/dev", 0o755), ("/etc", 0o755), ("/workspace", 0o755)];

/// Mounts the overlay below the staging place and returns where.
pub(super) fn assemble(staging: &Path, lower: &[Tree]) -> Result<PathBuf> {
    let mut names = Vec::new();
    for (index, tree) in lower.iter().enumerate() {
        let name = format!("l{index}");
        let place = staging.join(&name);
        make_dir(&place, 0o755)?;
        tree.attach(&place).during(Stage::Overlay, format!("mounting layer {index}"))?;
        names.push(name);
    }
    let root = staging.join("root");
    make_dir(&root, 0o755)?;
    // `userxattr`: without privileges over the host the overlay keeps its marks in user.overlay.*.
    let options =
        format!("lowerdir={},upperdir={VOLUME}/upper,workdir={VOLUME}/work,userxattr", names.join(":"));
    let doing = "mounting the overlay";
    if options.len() > MAX_OPTIONS {
        return Err(SandboxError::new(Stage::Overlay, doing, format!("{} layers are too many", lower.len())));
    }
    std::env::set_current_dir(staging).during(Stage::Overlay, doing)?;
    mount(Some("overlay"), "root", Some("overlay"), MsFlags::MS_NODEV, Some(options.as_str()))
        .during(Stage::Overlay, doing)?;
    Ok(root)
}

/// Adds what every instance has, inside the new root: links in the image lead no further than it.
pub(super) fn complete(inside: &Inside) -> Result<()> {
    for (path, mode) in DIRS {
        make_dir(Path::new(path), mode)?;
    }
    inside.workspace.attach(Path::new("/workspace")).during(Stage::Volume, "mounting /workspace")?;
    for (name, _) in &inside.names {
        let path = Path::new("/etc").join(name);
        let doing = || format!("making {}", path.display());
        // A link (such as resolv.conf into /run) would have to lead somewhere; a plain file takes its place.
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => continue,
            Ok(found) if found.is_dir() => {
                return Err(SandboxError::new(Stage::Etc, doing(), "the image has a directory of this name"));
            }
            Ok(_) => fs::remove_file(&path).during(Stage::Etc, doing())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SandboxError::io(Stage::Etc, doing(), &error)),
        }
        fs::File::create(&path).during(Stage::Etc, doing())?;
    }
    inside.attach_names()
}
