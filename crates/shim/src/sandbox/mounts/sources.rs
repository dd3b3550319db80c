//! Everything of the host that the inside sees, opened as detached mounts before anything is put in place.

use std::fs::{self, File};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use super::tree::{NO_DEVICES, NO_SUID, READ_ONLY, Tree};
use super::{etc, volume};
use crate::sandbox::error::{During, Result, SandboxError, Stage};
use crate::sandbox::spec::{ExtraMount, RootfsSpec, SandboxSpec};

/// Names in `/` that are links into `/usr` on merged systems and directories of their own on others.
const SYSTEM_DIRS: [&str; 7] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr"];

#[derive(Debug)]
pub(super) enum RootSource {
    Host {
        /// Directories of the host's `/`, by name.
        system: Vec<(&'static str, Tree)>,
        /// Links of the host's `/`, by name.
        links: Vec<(&'static str, PathBuf)>,
        etc: Tree,
        extra: Vec<(PathBuf, Tree)>,
    },
    Layers {
        /// Topmost first.
        lower: Vec<Tree>,
    },
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(super) volume: Tree,
    pub(super) root: RootSource,
    lock: Option<File>,
}

impl Sources {
    /// Opens everything. Without privileges only a process in the instance's namespaces may do it (`inside`); it takes mounts below
    /// the directories along, because the kernel does not let it uncover what they hide.
    pub(crate) fn open(spec: &SandboxSpec, inside: bool) -> Result<Self> {
        let (volume, lock) = volume::open(&spec.volume, inside)?;
        let root = match &spec.rootfs {
            RootfsSpec::HostUserland { etc_dir, extra_mounts } => host(etc_dir, extra_mounts, inside)?,
            RootfsSpec::Layers { lower } => layers(lower, inside)?,
        };
        Ok(Self { volume, root, lock })
    }

    /// Makes ids on disk the inside's own. The host's `/usr` and toolchains stay as they are: files of the host's root must not
    /// become files of the inside's root, which could read the private ones.
    pub(crate) fn map_ids(&self, user_namespace: BorrowedFd<'_>) -> Result<()> {
        let own: Vec<&Tree> = match &self.root {
            RootSource::Host { etc, .. } => vec![&self.volume, etc],
            RootSource::Layers { lower } => std::iter::once(&self.volume).chain(lower).collect(),
        };
        own.into_iter().try_for_each(|tree| {
            tree.map_ids(user_namespace)
                .during(Stage::IdMap, "mapping the user ids of the volume and the root")
        })
    }

    /// Descriptors that the child must keep.
    pub(crate) fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let root: Vec<&Tree> = match &self.root {
            RootSource::Host { system, etc, extra, .. } => system
                .iter()
                .map(|(_, tree)| tree)
                .chain(std::iter::once(etc))
                .chain(extra.iter().map(|(_, tree)| tree))
                .collect(),
            RootSource::Layers { lower } => lower.iter().collect(),
        };
        std::iter::once(&self.volume).chain(root).map(Tree::fd).collect()
    }

    /// The lock of the volume, to be kept as long as the instance runs.
    pub(crate) fn take_lock(&mut self) -> Option<File> {
        self.lock.take()
    }
}

fn read_only(path: &Path, inside: bool) -> Result<Tree> {
    let doing = || format!("opening {}", path.display());
    let tree = Tree::copy(path, inside).during(Stage::RootMount, doing())?;
    tree.restrict(READ_ONLY | NO_SUID | NO_DEVICES, inside).during(Stage::RootMount, doing())?;
    Ok(tree)
}

fn host(etc_dir: &Path, extra_mounts: &[ExtraMount], inside: bool) -> Result<RootSource> {
    let mut system = Vec::new();
    let mut links = Vec::new();
    for name in SYSTEM_DIRS {
        let path = Path::new("/").join(name);
        match fs::read_link(&path) {
            Ok(target) => links.push((name, target)),
            Err(_) if path.is_dir() => system.push((name, read_only(&path, inside)?)),
            Err(_) => {}
        }
    }
    etc::prepare_etc(etc_dir)?;
    let etc = read_only(etc_dir, inside)?;
    let extra = extra_mounts
        .iter()
        .map(|mount| {
            super::root::check_target(&mount.target)?;
            Ok((mount.target.clone(), read_only(&mount.source, inside)?))
        })
        .collect::<Result<_>>()?;
    Ok(RootSource::Host { system, links, etc, extra })
}

fn layers(lower: &[PathBuf], inside: bool) -> Result<RootSource> {
    if lower.is_empty() {
        return Err(SandboxError::new(Stage::Spec, "reading the image's layers", "there are none"));
    }
    let lower = lower.iter().map(|layer| read_only(layer, inside)).collect::<Result<_>>()?;
    Ok(RootSource::Layers { lower })
}
