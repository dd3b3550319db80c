//! Facts about the machine for the node's hello.

use std::path::Path;

use tracing::warn;

pub(crate) fn cpu_count() -> u32 {
    std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(u32::MAX))
}

/// Bytes; zero when the kernel does not say.
pub(crate) fn memory_bytes() -> u64 {
    let text = match std::fs::read_to_string("/proc/meminfo") {
        Ok(text) => text,
        Err(error) => {
            warn!(error = %error, "cannot read how much memory this machine has");
            return 0;
        }
    };
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        .saturating_mul(1_024)
}

/// Bytes that the node may still write; zero when the file system does not say.
pub(crate) fn disk_free_bytes(folder: &Path) -> u64 {
    match rustix::fs::statvfs(folder) {
        Ok(facts) => facts.f_bavail.saturating_mul(facts.f_frsize),
        Err(error) => {
            warn!(path = %folder.display(), error = %error, "cannot read how much room the disk has");
            0
        }
    }
}
