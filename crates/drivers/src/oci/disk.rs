//! The volumes: one sparse ext4 image per instance, which enforces the quota on any file system; a plain directory where no loop
//! device can be had. A few formatted images wait in `pool/`, so that a new instance costs a rename.

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use stead_core::ambient::Ambient;
use stead_core::error::{Error, ErrorKind, InternalContext as _, Result};
use stead_core::instance::Resources;
use stead_shim::sandbox::VolumeSpec;

use super::files;

/// ext4 with a journal needs some room of its own.
const SMALLEST: u64 = 16 << 20;
/// Sizes for which images are kept ready.
const POOL_SIZES: usize = 3;
const IMAGE_FILE: &str = "disk.img";
const VOLUME_DIRECTORY: &str = "volume";

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Disks {
    pool: PathBuf,
    per_size: usize,
    /// Disk images can be used on this machine.
    quota: bool,
    ambient: Ambient,
    /// The sizes asked for last, newest last.
    sizes: Mutex<VecDeque<u64>>,
    /// Held by whoever fills the pool.
    filling: Mutex<()>,
}

impl Disks {
    pub(super) fn open(node: &Path, per_size: usize, quota: bool, ambient: Ambient) -> Result<Arc<Self>> {
        let pool = node.join("pool");
        files::private_directory(&pool)?;
        for left in files::list(&pool)? {
            // Half-made images of an earlier process.
            if left.extension().is_some_and(|extension| extension == "new") {
                fs::remove_file(&left).internal("removing an unfinished disk image")?;
            }
        }
        let sizes = Mutex::new(VecDeque::from([Resources::DEFAULT.disk_bytes]));
        Ok(Arc::new(Self { pool, per_size, quota, ambient, sizes, filling: Mutex::new(()) }))
    }

    /// The volume of an instance, as far as it is there.
    pub(super) fn find(directory: &Path) -> Option<VolumeSpec> {
        let image = directory.join(IMAGE_FILE);
        if image.is_file() {
            return Some(VolumeSpec::DiskImage { path: image });
        }
        let folder = directory.join(VOLUME_DIRECTORY);
        folder.is_dir().then_some(VolumeSpec::Directory { path: folder })
    }

    /// Makes the volume, or makes it as large as it should be. Only while nothing runs. Volumes do not shrink.
    pub(super) fn ensure(self: &Arc<Self>, directory: &Path, bytes: u64) -> Result<()> {
        let bytes = bytes.max(SMALLEST).next_multiple_of(4_096);
        match Self::find(directory) {
            Some(VolumeSpec::DiskImage { path }) => return grow(&path, bytes),
            Some(VolumeSpec::Directory { .. }) => return Ok(()),
            None => {}
        }
        if !self.quota {
            return files::private_directory(&directory.join(VOLUME_DIRECTORY));
        }
        self.remember(bytes);
        let target = directory.join(IMAGE_FILE);
        let taken = self.ready(bytes)?.into_iter().any(|ready| fs::rename(ready, &target).is_ok());
        if !taken {
            let fresh = directory.join("disk.new");
            format(&fresh, bytes)?;
            fs::rename(&fresh, &target).internal("keeping a disk image")?;
        }
        self.fill_in_background();
        Ok(())
    }

    fn remember(&self, bytes: u64) {
        let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.retain(|size| *size != bytes);
        sizes.push_back(bytes);
        if sizes.len() > POOL_SIZES {
            sizes.pop_front();
        }
    }

    fn ready(&self, bytes: u64) -> Result<Vec<PathBuf>> {
        let prefix = format!("{bytes}-");
        let mut ready = files::list(&self.pool)?;
        ready.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&prefix) && name.ends_with(".img")
        });
        Ok(ready)
    }

    /// Brings the pool up to its number, on a thread of its own.
    pub(super) fn fill_in_background(self: &Arc<Self>) {
        if !self.quota || self.per_size == 0 {
            return;
        }
        let disks = Arc::clone(self);
        let filler = std::thread::Builder::new().name("disk-pool".to_owned()).spawn(move || {
            // Somebody else is at it and will see the newest sizes.
            let Ok(_alone) = disks.filling.try_lock() else { return };
            if let Err(error) = disks.fill() {
                tracing::warn!(error = ?error, "no disk images are kept ready; new instances take a little longer");
            }
        });
        if let Err(error) = filler {
            tracing::warn!(error = %error, "no disk images are kept ready; new instances take a little longer");
        }
    }

    fn fill(&self) -> Result<()> {
        loop {
            let sizes: Vec<u64> =
                self.sizes.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().copied().collect();
            let mut complete = true;
            for bytes in &sizes {
                if self.ready(*bytes)?.len() < self.per_size {
                    let name = format!("{bytes}-{:016x}", self.ambient.random_u64());
                    let fresh = self.pool.join(format!("{name}.new"));
                    format(&fresh, *bytes)?;
                    fs::rename(&fresh, self.pool.join(format!("{name}.img")))
                        .internal("keeping a disk image ready")?;
                    complete = false;
                }
            }
            if complete {
                break;
            }
        }
        // Images of sizes that nobody asks for any more.
        let sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for path in files::list(&self.pool)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let size = name.split('-').next().and_then(|size| size.parse().ok());
            if name.ends_with(".img") && !size.is_some_and(|size| sizes.contains(&size)) {
                // An instance may have taken it just now.
                let _taken = fs::remove_file(&path);
            }
        }
        Ok(())
    }

    /// Bytes that the volume takes on disk.
    pub(super) fn used(volume: &VolumeSpec) -> u64 {
        match volume {
            VolumeSpec::DiskImage { path } => {
                fs::metadata(path).map_or(0, |metadata| metadata.blocks() * 512)
            }
            VolumeSpec::Directory { path } => tree_bytes(path),
        }
    }
}

fn tree_bytes(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    let own = metadata.blocks() * 512;
    if !metadata.is_dir() {
        return own;
    }
    let Ok(entries) = fs::read_dir(path) else { return own };
    entries.flatten().fold(own, |sum, entry| sum.saturating_add(tree_bytes(&entry.path())))
}

fn tool(program: &str, arguments: &[&str], path: &Path, accepted: &[i32]) -> Result<()> {
    let output = Command::new(program).args(arguments).arg(path).stdin(Stdio::null()).output();
    let output = output.internal(format!("starting {program}"))?;
    if output.status.code().is_some_and(|code| accepted.contains(&code)) {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("No space left") {
        return Err(Error::new(
            ErrorKind::QuotaExceeded,
            "node_no_space",
            "The node has no space left for the volume.",
        )
        .next_step("Free space on the node's disk, then try again."));
    }
    Err(Error::internal(format!("{program} {}: {}", path.display(), errors.trim())))
}

fn format(path: &Path, bytes: u64) -> Result<()> {
    let file = fs::File::create(path).internal(format!("making {}", path.display()))?;
    std::os::unix::fs::fchown(&file, Some(0), Some(0)).internal(format!("making {}", path.display()))?;
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .internal("making a disk image private")?;
    file.set_len(bytes).internal(format!("making {} large", path.display()))?;
    let options = ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard"];
    tool("mkfs.ext4", &options, path, &[0])
}

fn grow(path: &Path, bytes: u64) -> Result<()> {
    let now = fs::metadata(path).internal("reading a disk image's size")?.len();
    if bytes <= now {
        return Ok(());
    }
    // resize2fs insists on a check; 1 means that errors were found and repaired.
    tool("e2fsck", &["-f", "-p"], path, &[0, 1])?;
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|file| file.set_len(bytes))
        .internal("growing a disk image")?;
    tool("resize2fs", &[], path, &[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_sparse_taken_from_the_pool_and_grow() {
        let node = tempfile::tempdir().unwrap();
        let disks = Disks::open(node.path(), 0, true, Ambient::system()).unwrap();
        format(&disks.pool.join("67108864-x.img"), 64 << 20).unwrap();
        let inode = fs::metadata(disks.pool.join("67108864-x.img")).unwrap().ino();
        let instance = node.path().join("instance");
        fs::create_dir(&instance).unwrap();
        disks.ensure(&instance, 64 << 20).unwrap();
        let image = instance.join(IMAGE_FILE);
        assert_eq!(fs::metadata(&image).unwrap().ino(), inode);
        disks.ensure(&instance, 256 << 20).unwrap();
        disks.ensure(&instance, 1 << 20).unwrap();
        assert_eq!(fs::metadata(&image).unwrap().len(), 256 << 20);
        let volume = Disks::find(&instance).unwrap();
        assert!(Disks::used(&volume) < 32 << 20);
    }

    #[test]
    fn the_pool_fills_itself_for_the_sizes_in_use() {
        let node = tempfile::tempdir().unwrap();
        let disks = Disks::open(node.path(), 2, true, Ambient::system()).unwrap();
        *disks.sizes.lock().unwrap() = VecDeque::from([32 << 20]);
        fs::write(disks.pool.join("999-old.img"), "").unwrap();
        disks.fill().unwrap();
        assert_eq!(disks.ready(32 << 20).unwrap().len(), 2);
        assert_eq!(files::list(&disks.pool).unwrap().len(), 2);
    }
}
