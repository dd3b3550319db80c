//! Unpacking one layer into overlay form.
//!
//! The archive is hostile. The thread that unpacks takes a root and working directory of its own (`unshare(CLONE_FS)`) and
//! chroots into the target, so no path and no link of the archive can name anything outside, whatever this code overlooks.
//! Threads of the same process are not affected. Device nodes of the archive are left out; whiteouts become device 0:0.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, OFlags, Timespec, Timestamps, Uid, XattrFlags};
use sha2::Digest as _;
use tar::EntryType;

use super::manifest::Digest;

/// Bounds on one layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerLimits {
    pub(super) bytes: u64,
    pub(super) entries: u64,
}

/// Why a layer was not unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnpackError {
    #[error("an entry has the path {0:?}, which leaves the image")]
    UnsafePath(String),
    #[error("a layer has more than {0} files")]
    TooManyEntries(u64),
    #[error("a layer unpacks to more than {0} bytes")]
    TooLarge(u64),
    #[error("{path:?}: {source}")]
    Entry { path: PathBuf, source: io::Error },
    #[error("the archive is damaged: {0}")]
    Archive(io::Error),
    #[error("{doing}: {source}")]
    System { doing: &'static str, source: io::Error },
}

impl UnpackError {
    pub(super) fn is_no_space(&self) -> bool {
        let (Self::Entry { source, .. } | Self::Archive(source) | Self::System { source, .. }) = self else {
            return false;
        };
        matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

/// Unpacks the (perhaps compressed) archive into the existing empty directory and returns the digest of the uncompressed bytes.
pub(super) fn unpack_layer(archive: File, target: &Path, limits: LayerLimits) -> Result<Digest, UnpackError> {
    let target = target.to_owned();
    let worker = std::thread::Builder::new().name("unpack-layer".to_owned()).spawn(move || {
        // SAFETY: only this thread's own root and working directory are separated; memory and descriptors stay as they are.
        unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::FS) }.map_err(|error| {
            UnpackError::System { doing: "separating the unpacking thread's root", source: error.into() }
        })?;
        rustix::process::chroot(&target).and_then(|()| rustix::process::chdir("/")).map_err(|error| {
            UnpackError::System { doing: "changing the unpacking thread's root", source: error.into() }
        })?;
        rustix::process::umask(Mode::empty());
        let mut hashing = Hashing {
            inner: decompress(archive).map_err(UnpackError::Archive)?,
            hash: sha2::Sha256::new(),
            read: 0,
        };
        Unpacker { limits, entries: 0, bytes: 0, directories: Vec::new() }.run(&mut hashing)?;
        // What follows the archive's end counts for the digest.
        let allowed = limits.bytes.saturating_add(limits.entries.saturating_mul(2_048));
        let mut buffer = vec![0; 64 << 10];
        while hashing.read(&mut buffer).map_err(UnpackError::Archive)? > 0 {
            if hashing.read > allowed {
                return Err(UnpackError::TooLarge(limits.bytes));
            }
        }
        let root =
            File::open("/").map_err(|source| UnpackError::System { doing: "opening the layer", source })?;
        rustix::fs::syncfs(&root).map_err(|error| UnpackError::System {
            doing: "writing the layer to disk",
            source: error.into(),
        })?;
        Ok(Digest::from_hash(&hashing.hash.finalize()))
    });
    let worker =
        worker.map_err(|source| UnpackError::System { doing: "starting the unpacking thread", source })?;
    worker.join().unwrap_or_else(|_| {
        Err(UnpackError::System {
            doing: "unpacking",
            source: io::Error::other("the unpacking thread failed"),
        })
    })
}

/// Tells the compression by the first bytes.
pub(super) fn decompress(mut archive: File) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = [0; 4];
    let mut filled = 0;
    while filled < magic.len() {
        match archive.read(&mut magic[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    let whole =
        io::Cursor::new(magic[..filled].to_vec()).chain(io::BufReader::with_capacity(128 << 10, archive));
    Ok(match magic {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::stream::read::Decoder::new(whole)?),
        _ => Box::new(whole),
    })
}

struct Hashing<R> {
    inner: R,
    hash: sha2::Sha256,
    read: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.read += count as u64;
        Ok(count)
    }
}

struct Unpacker {
    limits: LayerLimits,
    entries: u64,
    bytes: u64,
    /// Directories whose times are set at the end, because filling them changes them.
    directories: Vec<(PathBuf, i64)>,
}

/// The path below `/` that an archive's path means.
fn inside(path: &[u8]) -> Result<PathBuf, UnpackError> {
    let unsafe_path = || UnpackError::UnsafePath(String::from_utf8_lossy(path).chars().take(200).collect());
    if path.contains(&0) || path.len() > 4_000 {
        return Err(unsafe_path());
    }
    let mut out = PathBuf::from("/");
    for component in Path::new(OsStr::from_bytes(path)).components() {
        match component {
            Component::Normal(name) => out.push(name),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => return Err(unsafe_path()),
        }
    }
    Ok(out)
}

impl Unpacker {
    fn run(mut self, archive: &mut impl Read) -> Result<(), UnpackError> {
        let mut archive = tar::Archive::new(archive);
        for entry in archive.entries().map_err(UnpackError::Archive)? {
            let mut entry = entry.map_err(UnpackError::Archive)?;
            self.entries += 1;
            if self.entries > self.limits.entries {
                return Err(UnpackError::TooManyEntries(self.limits.entries));
            }
            let path = inside(&entry.path_bytes())?;
            self.entry(&mut entry, &path).map_err(|error| match error {
                Failure::Refused(error) => error,
                Failure::Io(source) => UnpackError::Entry { path, source },
            })?;
        }
        for (path, modified) in self.directories.iter().rev() {
            // A later entry may have replaced the directory by something else.
            if is_directory(path) {
                set_time(path, *modified)
                    .map_err(|source| UnpackError::Entry { path: path.clone(), source })?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &mut tar::Entry<'_, impl Read>, path: &Path) -> Result<(), Failure> {
        let Some((parent, name)) = path.parent().zip(path.file_name()) else {
            // The root itself: only its owner, mode and time matter.
            if entry.header().entry_type() == EntryType::Directory {
                self.metadata(entry, path)?;
            }
            return Ok(());
        };
        std::fs::create_dir_all(parent)?;
        if let Some(hidden) = name.as_bytes().strip_prefix(b".wh.") {
            return whiteout(parent, hidden);
        }
        match entry.header().entry_type() {
            EntryType::Directory => {
                if !is_directory(path) {
                    remove(path)?;
                    std::fs::create_dir(path)?;
                }
                self.metadata(entry, path)?;
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                remove(path)?;
                self.file(entry, path)?;
                self.metadata(entry, path)?;
            }
            EntryType::Symlink => {
                let target = entry
                    .link_name_bytes()
                    .ok_or_else(|| io::Error::other("a symbolic link without a target"))?;
                remove(path)?;
                rustix::fs::symlink(OsStr::from_bytes(&target), path).map_err(io::Error::from)?;
                self.metadata(entry, path)?;
            }
            EntryType::Link => {
                let target = entry
                    .link_name_bytes()
                    .ok_or_else(|| io::Error::other("a hard link without a target"))?;
                let target = inside(&target).map_err(Failure::Refused)?;
                if target != path {
                    remove(path)?;
                    rustix::fs::linkat(CWD, &target, CWD, path, AtFlags::empty()).map_err(io::Error::from)?;
                }
            }
            EntryType::Fifo => {
                remove(path)?;
                rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)
                    .map_err(io::Error::from)?;
                self.metadata(entry, path)?;
            }
            // Devices reach nothing inside a sandbox and could reach the host outside of one.
            _ => {}
        }
        Ok(())
    }

    fn file(&mut self, entry: &mut tar::Entry<'_, impl Read>, path: &Path) -> Result<(), Failure> {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::open(path, flags, Mode::from_raw_mode(0o600)).map_err(io::Error::from)?;
        let mut file = File::from(file);
        let left = self.limits.bytes.saturating_sub(self.bytes);
        let written = io::copy(&mut entry.take(left.saturating_add(1)), &mut file)?;
        if written > left {
            return Err(Failure::Refused(UnpackError::TooLarge(self.limits.bytes)));
        }
        self.bytes += written;
        Ok(())
    }

    fn metadata(&mut self, entry: &mut tar::Entry<'_, impl Read>, path: &Path) -> Result<(), Failure> {
        let header = entry.header();
        let kind = header.entry_type();
        let uid = u32::try_from(header.uid()?).unwrap_or(65_534);
        let gid = u32::try_from(header.gid()?).unwrap_or(65_534);
        let mode = header.mode()? & 0o7777;
        let modified = i64::try_from(header.mtime()?).unwrap_or(0);
        let (owner, group) = (Uid::from_raw(uid.min(u32::MAX - 1)), Gid::from_raw(gid.min(u32::MAX - 1)));
        rustix::fs::chownat(CWD, path, Some(owner), Some(group), AtFlags::SYMLINK_NOFOLLOW)
            .map_err(io::Error::from)?;
        if kind != EntryType::Symlink {
            // After the owner: changing it clears set-user-id bits. The path was made by this entry and is no link.
            rustix::fs::chmodat(CWD, path, Mode::from_raw_mode(mode), AtFlags::empty())
                .map_err(io::Error::from)?;
            self.attributes(entry, path)?;
        }
        if kind == EntryType::Directory {
            self.directories.push((path.to_owned(), modified));
        } else {
            set_time(path, modified)?;
        }
        Ok(())
    }

    /// Attributes of users only: the others mean something to the kernel or to the overlay.
    #[expect(clippy::unused_self, reason = "a step of the unpacker like the others")]
    fn attributes(&self, entry: &mut tar::Entry<'_, impl Read>, path: &Path) -> Result<(), Failure> {
        let Some(extensions) = entry.pax_extensions()? else { return Ok(()) };
        for extension in extensions {
            let extension = extension?;
            let Some(name) = extension.key().ok().and_then(|key| key.strip_prefix("SCHILY.xattr.")) else {
                continue;
            };
            if name.starts_with("user.") && !name.starts_with("user.overlay.") && name.len() < 255 {
                // A file system without attributes still holds the file.
                let _unsupported =
                    rustix::fs::lsetxattr(path, name, extension.value_bytes(), XattrFlags::empty());
            }
        }
        Ok(())
    }
}

enum Failure {
    Refused(UnpackError),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn whiteout(parent: &Path, hidden: &[u8]) -> Result<(), Failure> {
    if hidden == b".wh..opq" {
        rustix::fs::lsetxattr(parent, "user.overlay.opaque", b"y", XattrFlags::empty())
            .map_err(io::Error::from)?;
        return Ok(());
    }
    // Other names of this kind are private notes of aufs; `.` and `..` name no file.
    if hidden.starts_with(b".wh.") || hidden.is_empty() || hidden == b"." || hidden == b".." {
        return Ok(());
    }
    let path = parent.join(OsStr::from_bytes(hidden));
    // A whiteout hides what lower layers have, not what this layer brings.
    if rustix::fs::lstat(&path).is_ok() {
        return Ok(());
    }
    rustix::fs::mknodat(CWD, &path, FileType::CharacterDevice, Mode::empty(), 0).map_err(io::Error::from)?;
    Ok(())
}

fn is_directory(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn remove(path: &Path) -> io::Result<()> {
    let done = match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    done.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn set_time(path: &Path, modified: i64) -> io::Result<()> {
    let time = Timespec { tv_sec: modified, tv_nsec: 0 };
    let times = Timestamps { last_access: time, last_modification: time };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from)
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
