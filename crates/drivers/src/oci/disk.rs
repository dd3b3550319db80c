//! The volumes: one sparse ext4 image per instance, which enforces the quota on any file system; a plain directory where no loop
//! device can be had. Each size is formatted once; its few hundred kilobytes are then written to as many images as are needed. Some
//! wait in `pool/`, so that a new instance costs a rename.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};

use stead_core::ambient::Ambient;
use stead_core::error::{Error, ErrorKind, InternalContext as _, Result};
use stead_core::instance::Resources;
use stead_shim::sandbox::VolumeSpec;

use super::files;

/// ext4 with a journal needs some room of its own.
const SMALLEST: u64 = 16 << 20;
/// Zeroes are recognised by pieces of this size.
const BLOCK: usize = 4_096;
/// Sizes for which images are kept ready.
const POOL_SIZES: usize = 3;
const IMAGE_FILE: &str = "disk.img";
/// There while the image is larger than its file system.
const GROWING_FILE: &str = "disk.growing";
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
    templates: Mutex<BTreeMap<u64, Arc<Template>>>,
    /// Wakes the thread that fills the pool.
    filler: OnceLock<mpsc::SyncSender<()>>,
}

/// The content of a freshly formatted image: a few hundred kilobytes, whatever its size.
#[derive(Debug, PartialEq, Eq)]
struct Template {
    bytes: u64,
    /// Offset and content of what is not zero, by blocks.
    content: Vec<(u64, Vec<u8>)>,
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
        let (templates, filler) = (Mutex::default(), OnceLock::new());
        Ok(Arc::new(Self { pool, per_size, quota, ambient, sizes, templates, filler }))
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

    /// Makes the volume that is there as large as it should be, and says whether there is one. Only while nothing runs. Volumes do
    /// not shrink.
    pub(super) fn enlarge(directory: &Path, bytes: u64) -> Result<bool> {
        match Self::find(directory) {
            Some(VolumeSpec::DiskImage { path }) => {
                grow(&path, &directory.join(GROWING_FILE), size(bytes)).map(|()| true)
            }
            Some(VolumeSpec::Directory { .. }) => Ok(true),
            None => Ok(false),
        }
    }

    /// Makes the volume, or makes it as large as it should be. Only while nothing runs.
    pub(super) fn ensure(self: &Arc<Self>, directory: &Path, bytes: u64) -> Result<()> {
        if Self::enlarge(directory, bytes)? {
            return Ok(());
        }
        let bytes = size(bytes);
        if !self.quota {
            return files::private_directory(&directory.join(VOLUME_DIRECTORY));
        }
        self.remember(bytes);
        let target = directory.join(IMAGE_FILE);
        let taken = self.ready(bytes)?.into_iter().any(|ready| fs::rename(ready, &target).is_ok());
        if !taken {
            let fresh = directory.join("disk.new");
            self.template(bytes)?.write(&fresh)?;
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

    fn recent(&self) -> VecDeque<u64> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    /// What a formatted image of a size holds: formatted once, then copied.
    fn template(&self, bytes: u64) -> Result<Arc<Template>> {
        // Held while formatting, so that many who need the same size format once.
        let mut templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = templates.get(&bytes) {
            return Ok(Arc::clone(template));
        }
        let scratch = self.pool.join(format!("{bytes}-{:016x}.new", self.ambient.random_u64()));
        let template = format(&scratch, bytes).and_then(|()| Template::read(&scratch)).map(Arc::new);
        let removed = fs::remove_file(&scratch).internal("removing a formatted disk image");
        let template = template?;
        removed?;
        let recent = self.recent();
        templates.retain(|size, _| recent.contains(size));
        templates.insert(bytes, Arc::clone(&template));
        Ok(template)
    }

    /// Asks for the pool to be brought up to its number, on a thread of its own.
    pub(super) fn fill_in_background(self: &Arc<Self>) {
        if !self.quota || self.per_size == 0 {
            return;
        }
        let filler = self.filler.get_or_init(|| {
            let (asked, asks) = mpsc::sync_channel(1);
            let disks = Arc::downgrade(self);
            let thread = std::thread::Builder::new().name("disk-pool".to_owned()).spawn(move || {
                yield_to_others();
                while let Ok(()) = asks.recv() {
                    let Some(disks) = disks.upgrade() else { return };
                    if let Err(error) = disks.fill() {
                        tracing::warn!(error = ?error, "no disk images are kept ready; new instances take a little longer");
                    }
                }
            });
            if let Err(error) = thread {
                tracing::warn!(error = %error, "no disk images are kept ready; new instances take a little longer");
            }
            asked
        });
        // One that was asked already will see the newest sizes.
        let _asked = filler.try_send(());
    }

    fn fill(&self) -> Result<()> {
        loop {
            let mut complete = true;
            for bytes in self.recent().iter().rev() {
                if self.ready(*bytes)?.len() < self.per_size {
                    let name = format!("{bytes}-{:016x}", self.ambient.random_u64());
                    let fresh = self.pool.join(format!("{name}.new"));
                    self.template(*bytes)?.write(&fresh)?;
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
        let sizes = self.recent();
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
        return Err(no_space());
    }
    Err(Error::internal(format!("{program} {}: {}", path.display(), errors.trim())))
}

fn format(path: &Path, bytes: u64) -> Result<()> {
    private_file(path)?.set_len(bytes).internal(format!("making {} large", path.display()))?;
    // Room to grow by this factor without moving anything; it costs a block for each group of descriptors.
    let largest = bytes.saturating_mul(16) >> 10;
    let extended = format!("lazy_itable_init=1,lazy_journal_init=1,nodiscard,resize={largest}K");
    tool("mkfs.ext4", &["-q", "-F", "-m", "0", "-E", &extended], path, &[0])
}

fn private_file(path: &Path) -> Result<fs::File> {
    let doing = || format!("making {}", path.display());
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(path).internal(doing())?;
    std::os::unix::fs::fchown(&file, Some(0), Some(0)).internal(doing())?;
    Ok(file)
}

impl Template {
    fn read(path: &Path) -> Result<Self> {
        Self::read_data(path).internal(format!("reading {}", path.display()))
    }

    fn read_data(path: &Path) -> io::Result<Self> {
        use rustix::fs::SeekFrom;
        let file = fs::File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut content: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut offset = 0;
        let mut block = vec![0; BLOCK];
        loop {
            offset = match rustix::fs::seek(&file, SeekFrom::Data(offset)) {
                Ok(data) => data,
                Err(rustix::io::Errno::NXIO) => return Ok(Self { bytes, content }),
                Err(error) => return Err(error.into()),
            };
            let end = rustix::fs::seek(&file, SeekFrom::Hole(offset))?;
            while offset < end {
                let length = BLOCK.min(usize::try_from(end - offset).unwrap_or(BLOCK));
                file.read_exact_at(&mut block[..length], offset)?;
                let part = &block[..length];
                if part.iter().any(|byte| *byte != 0) {
                    match content.last_mut() {
                        Some((start, before)) if *start + before.len() as u64 == offset => {
                            before.extend_from_slice(part);
                        }
                        _ => content.push((offset, part.to_vec())),
                    }
                }
                offset += length as u64;
            }
        }
    }

    /// Makes an image, durably.
    fn write(&self, path: &Path) -> Result<()> {
        let file = private_file(path)?;
        let written = file.set_len(self.bytes).and_then(|()| {
            self.content.iter().try_for_each(|(offset, content)| file.write_all_at(content, *offset))
        });
        written.and_then(|()| file.sync_data()).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => no_space(),
            _ => Error::internal(format!("writing {}", path.display())).source_error(error),
        })
    }
}

/// Whoever creates an instance comes before images for later ones. Without the privilege it only takes its share.
fn yield_to_others() {
    let _unchanged = rustix::process::nice(10);
}

fn no_space() -> Error {
    Error::new(ErrorKind::QuotaExceeded, "node_no_space", "The node has no space left for the volume.")
        .next_step("Free space on the node's disk, then try again.")
}

/// What an image is made large for who asks for `bytes`.
fn size(bytes: u64) -> u64 {
    bytes.max(SMALLEST).next_multiple_of(4_096)
}

/// `mark` stands for as long as the file system is smaller than its image, so that whoever is cut off in between goes on.
fn grow(image: &Path, mark: &Path, bytes: u64) -> Result<()> {
    let now = fs::metadata(image).internal("reading a disk image's size")?.len();
    if bytes <= now && !mark.exists() {
        return Ok(());
    }
    // resize2fs insists on a check; 1 means that errors were found and repaired.
    tool("e2fsck", &["-f", "-p"], image, &[0, 1])?;
    private_file(mark)?;
    let larger = fs::OpenOptions::new().write(true).open(image);
    larger.and_then(|file| file.set_len(bytes.max(now))).internal("growing a disk image")?;
    tool("resize2fs", &[], image, &[0])?;
    fs::remove_file(mark).internal("ending the growth of a disk image")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_sparse_taken_from_the_pool_and_grow() {
        let node = tempfile::tempdir().unwrap();
        let disks = Disks::open(node.path(), 0, true, Ambient::system()).unwrap();
        disks.template(64 << 20).unwrap().write(&disks.pool.join("67108864-x.img")).unwrap();
        let inode = fs::metadata(disks.pool.join("67108864-x.img")).unwrap().ino();
        let instance = node.path().join("instance");
        fs::create_dir(&instance).unwrap();
        disks.ensure(&instance, 64 << 20).unwrap();
        let image = instance.join(IMAGE_FILE);
        assert_eq!(fs::metadata(&image).unwrap().ino(), inode);
        disks.ensure(&instance, 256 << 20).unwrap();
        disks.ensure(&instance, 1 << 20).unwrap();
        assert_eq!(fs::metadata(&image).unwrap().len(), 256 << 20);
        // Cut off between the image and its file system.
        fs::write(instance.join(GROWING_FILE), "").unwrap();
        fs::OpenOptions::new().write(true).open(&image).unwrap().set_len(512 << 20).unwrap();
        assert!(Disks::enlarge(&instance, 256 << 20).unwrap());
        assert!(!instance.join(GROWING_FILE).exists());
        let blocks = Command::new("dumpe2fs").arg("-h").arg(&image).output().unwrap().stdout;
        let blocks = String::from_utf8(blocks).unwrap();
        let bytes = |name: &str| -> u64 {
            blocks.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap()
        };
        assert_eq!(bytes("Block count:") * bytes("Block size:"), 512 << 20);
        let volume = Disks::find(&instance).unwrap();
        assert!(Disks::used(&volume) < 32 << 20);
    }

    #[test]
    fn a_copy_is_the_file_system_that_was_formatted() {
        let node = tempfile::tempdir().unwrap();
        let (formatted, copy) = (node.path().join("formatted"), node.path().join("copy"));
        format(&formatted, 10 << 30).unwrap();
        let template = Template::read(&formatted).unwrap();
        assert!(template.content.iter().map(|(_, content)| content.len()).sum::<usize>() < 1 << 20);
        template.write(&copy).unwrap();
        assert_eq!(Template::read(&copy).unwrap(), template);
        tool("e2fsck", &["-f", "-n"], &copy, &[0]).unwrap();
        assert!(fs::metadata(&copy).unwrap().blocks() * 512 < 2 << 20);
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
