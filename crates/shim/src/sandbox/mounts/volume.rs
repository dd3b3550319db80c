//! The volume as a detached mount: a directory, or an ext4 image behind a loop device that goes away with its last mount.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use super::tree::{NO_DEVICES, NO_SUID, Tree};
use crate::sandbox::cgroup::breathe;
use crate::sandbox::error::{During, Result, Stage};
use crate::sandbox::spec::VolumeSpec;

const LOOP_CTL_GET_FREE: libc::Ioctl = 0x4C82;
const LOOP_CONFIGURE: libc::Ioctl = 0x4C0A;
const LO_FLAGS_AUTOCLEAR: u32 = 4;
const LO_FLAGS_DIRECT_IO: u32 = 16;
/// How long a loop device of the previous run may take to vanish.
const RELEASE_LIMIT: Duration = Duration::from_secs(5);

/// `struct loop_info64` and `struct loop_config` of `linux/loop.h`.
#[repr(C)]
struct LoopInfo {
    numbers: [u64; 5],
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

#[repr(C)]
struct LoopConfig {
    fd: u32,
    block_size: u32,
    info: LoopInfo,
    reserved: [u64; 8],
}

/// Opens the volume. The lock on a disk image is held as long as the returned file: two loop devices over one image destroy it.
pub(super) fn open(volume: &VolumeSpec, recursive: bool) -> Result<(Tree, Option<File>)> {
    let path = volume.path();
    let doing = format!("opening the volume {}", path.display());
    let (tree, lock) = match volume {
        VolumeSpec::Directory { .. } => (Tree::copy(path, recursive).during(Stage::Volume, &*doing)?, None),
        VolumeSpec::DiskImage { .. } => {
            let image =
                OpenOptions::new().read(true).write(true).open(path).during(Stage::Volume, &*doing)?;
            lock(&image).during(Stage::Volume, &*doing)?;
            let (device, held) = attach_loop(&image)
                .during(Stage::Volume, format!("making a loop device for {}", path.display()))?;
            let tree = Tree::fresh("ext4", &[("source", Some(&device))])
                .during(Stage::Volume, format!("mounting the disk image {}", path.display()))?;
            // Only now: without a mount the device would vanish with this descriptor.
            drop(held);
            (tree, Some(image))
        }
    };
    tree.restrict(NO_SUID | NO_DEVICES, recursive).during(Stage::Volume, doing)?;
    Ok((tree, lock))
}

/// The lock belongs to this very opening of the file, which a loop device keeps for itself: whoever gets it knows that neither a
/// run nor a device that is still vanishing uses the image.
fn lock(image: &File) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match rustix::fs::flock(image, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::WOULDBLOCK) if start.elapsed() > RELEASE_LIMIT => {
                return Err(io::Error::other("another run still uses it"));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => breathe(),
            Err(error) => return Err(error.into()),
        }
    }
}

fn attach_loop(image: &File) -> io::Result<(String, OwnedFd)> {
    let control = OpenOptions::new().read(true).write(true).open("/dev/loop-control")?;
    let mut flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
    loop {
        // SAFETY: this request takes no argument.
        let number = unsafe { libc::ioctl(control.as_raw_fd(), LOOP_CTL_GET_FREE) };
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        let name = format!("/dev/loop{number}");
        let device = OpenOptions::new().read(true).write(true).custom_flags(libc::O_CLOEXEC).open(&name)?;
        let config = LoopConfig {
            fd: image.as_raw_fd().unsigned_abs(),
            block_size: 0,
            info: LoopInfo {
                numbers: [0; 5],
                number: 0,
                encrypt_type: 0,
                encrypt_key_size: 0,
                flags,
                file_name: [0; 64],
                crypt_name: [0; 64],
                encrypt_key: [0; 32],
                init: [0; 2],
            },
            reserved: [0; 8],
        };
        // SAFETY: the struct has the kernel's layout and outlives the call.
        if unsafe { libc::ioctl(device.as_raw_fd(), LOOP_CONFIGURE, &raw const config) } == 0 {
            return Ok((name, device.into()));
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            // Somebody else was quicker: ask for another one.
            Some(libc::EBUSY) => {}
            // A file system below that cannot do direct I/O, such as tmpfs: slower, but right.
            Some(libc::EINVAL) if flags & LO_FLAGS_DIRECT_IO != 0 => flags = LO_FLAGS_AUTOCLEAR,
            _ => return Err(error),
        }
    }
}
