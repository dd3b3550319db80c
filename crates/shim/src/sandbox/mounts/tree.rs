//! Detached mounts and the few system calls around them.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::CWD;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create,
    fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen, move_mount, open_tree,
};

pub(super) const READ_ONLY: u64 = 0x1;
pub(super) const NO_SUID: u64 = 0x2;
pub(super) const NO_DEVICES: u64 = 0x4;
pub(super) const NO_EXEC: u64 = 0x8;
const ID_MAPPED: u64 = 0x0010_0000;

/// `struct mount_attr` of mount_setattr(2).
#[repr(C)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

fn set_attributes(fd: BorrowedFd<'_>, attributes: &Attributes, recursive: bool) -> io::Result<()> {
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is an empty C string, the struct outlives the call and its size is passed.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            fd.as_raw_fd(),
            c"".as_ptr(),
            flags,
            std::ptr::from_ref(attributes),
            size_of::<Attributes>(),
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A mount that is nowhere in the tree yet.
#[derive(Debug)]
pub(crate) struct Tree {
    fd: OwnedFd,
}

impl Tree {
    /// A copy of what is mounted at a path; with `recursive` of everything below too.
    pub(super) fn copy(path: &Path, recursive: bool) -> io::Result<Self> {
        Self::copy_at(CWD, path, recursive)
    }

    pub(super) fn copy_at(dir: impl AsFd, path: &Path, recursive: bool) -> io::Result<Self> {
        let mut flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
        if recursive {
            flags |= OpenTreeFlags::AT_RECURSIVE;
        }
        Ok(Self { fd: open_tree(dir.as_fd(), path, flags)? })
    }

    /// A fresh file system.
    pub(super) fn fresh(kind: &str, options: &[(&str, Option<&str>)]) -> io::Result<Self> {
        let context = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
        for (key, value) in options {
            match value {
                Some(value) => fsconfig_set_string(context.as_fd(), *key, *value)?,
                None => fsconfig_set_flag(context.as_fd(), *key)?,
            }
        }
        fsconfig_create(context.as_fd())?;
        let attributes = MountAttrFlags::empty();
        Ok(Self { fd: fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)? })
    }

    pub(super) fn restrict(&self, attributes: u64, recursive: bool) -> io::Result<()> {
        let attributes = Attributes { set: attributes, clear: 0, propagation: 0, user_namespace: 0 };
        set_attributes(self.fd.as_fd(), &attributes, recursive)
    }

    /// Ids on disk become the user namespace's own ids.
    pub(super) fn map_ids(&self, user_namespace: BorrowedFd<'_>) -> io::Result<()> {
        let user_namespace = u64::from(user_namespace.as_raw_fd().unsigned_abs());
        let attributes = Attributes { set: ID_MAPPED, clear: 0, propagation: 0, user_namespace };
        set_attributes(self.fd.as_fd(), &attributes, false)
    }

    pub(super) fn attach(&self, target: &Path) -> io::Result<()> {
        let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
        Ok(move_mount(self.fd.as_fd(), "", CWD, target, flags)?)
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Restricts the mount that is at a path already.
pub(super) fn restrict_mounted(path: &Path, attributes: u64) -> io::Result<()> {
    let fd = open_tree(CWD, path, OpenTreeFlags::OPEN_TREE_CLOEXEC)?;
    let attributes = Attributes { set: attributes, clear: 0, propagation: 0, user_namespace: 0 };
    set_attributes(fd.as_fd(), &attributes, false)
}
