//! Capabilities inside the instance's user namespace: what PID 1 keeps and what processes start with.

use std::io;

/// `CAP_*` numbers of `linux/capability.h`.
mod number {
    pub(super) const CHOWN: u32 = 0;
    pub(super) const DAC_OVERRIDE: u32 = 1;
    pub(super) const FOWNER: u32 = 3;
    pub(super) const FSETID: u32 = 4;
    pub(super) const KILL: u32 = 5;
    pub(super) const SETGID: u32 = 6;
    pub(super) const SETUID: u32 = 7;
    pub(super) const NET_BIND_SERVICE: u32 = 10;
    pub(super) const SYS_CHROOT: u32 = 18;
    pub(super) const SETFCAP: u32 = 31;
}

const LAST: u32 = 63;

/// A set of capabilities, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CapabilitySet(u64);

impl CapabilitySet {
    pub(crate) const EMPTY: Self = Self(0);
    /// What PID 1 needs to become other users and to signal their processes.
    const INIT: Self = Self(1 << number::SETUID | 1 << number::SETGID | 1 << number::KILL);
    /// Of root in images: Docker's default without MKNOD, NET_RAW, SETPCAP and AUDIT_WRITE.
    pub(crate) const IMAGE: Self = Self(
        1 << number::CHOWN
            | 1 << number::DAC_OVERRIDE
            | 1 << number::FOWNER
            | 1 << number::FSETID
            | 1 << number::KILL
            | 1 << number::SETGID
            | 1 << number::SETUID
            | 1 << number::NET_BIND_SERVICE
            | 1 << number::SYS_CHROOT
            | 1 << number::SETFCAP,
    );

    const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn contains(self, number: u32) -> bool {
        self.0 & (1 << number) != 0
    }
}

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Data {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const VERSION_3: u32 = 0x2008_0522;

/// Makes `set` the permitted and effective set of the calling thread; nothing is inheritable.
pub(crate) fn set(set: CapabilitySet) -> io::Result<()> {
    let header = Header { version: VERSION_3, pid: 0 };
    let half = |shift: u32| {
        let bits = u32::try_from((set.0 >> shift) & u64::from(u32::MAX)).unwrap_or(0);
        Data { effective: bits, permitted: bits, inheritable: 0 }
    };
    let data = [half(0), half(32)];
    // SAFETY: both pointers are valid for the call; version 3 reads exactly two `Data`.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, data.as_ptr()) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn prctl(option: i32, argument: u64, second: u64) -> io::Result<i32> {
    // SAFETY: the options used here take integers only.
    let result = unsafe { libc::prctl(option, argument, second, 0, 0) };
    if result >= 0 { Ok(result) } else { Err(io::Error::last_os_error()) }
}

/// Limits the calling thread to what PID 1 may hold, and every program executed later to `processes`.
pub(crate) fn confine(processes: CapabilitySet) -> io::Result<()> {
    for number in 0..=LAST {
        // The kernel knows fewer than 64; EINVAL marks the end.
        match prctl(libc::PR_CAPBSET_READ, u64::from(number), 0) {
            Ok(1) if !processes.contains(number) => {
                prctl(libc::PR_CAPBSET_DROP, u64::from(number), 0)?;
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL.unsigned_abs().into(), 0)?;
    set(CapabilitySet::INIT.union(processes))
}

pub(crate) fn set_no_new_privileges() -> io::Result<()> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).map(|_| ())
}

/// Nobody inside may trace the process or read its memory and `/proc` entries.
pub(crate) fn set_undumpable() -> io::Result<()> {
    prctl(libc::PR_SET_DUMPABLE, 0, 0).map(|_| ())
}

/// The kernel kills the calling process when its parent dies.
pub(crate) fn die_with_parent() -> io::Result<()> {
    prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL.unsigned_abs().into(), 0).map(|_| ())
}
