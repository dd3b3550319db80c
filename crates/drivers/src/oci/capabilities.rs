//! What this machine offers to the driver, with a sentence for each thing that is missing. Looked at once, at the start.

use std::path::Path;
use std::process::{Command, Stdio};

use stead_core::driver::Capabilities;

/// What the driver needs to know of the machine besides what it tells the server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    pub(super) root: bool,
    pub(super) control_groups: bool,
    pub(super) disk_images: bool,
}

fn runs(program: &str, argument: &str) -> bool {
    let status = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Major and minor version of the kernel's release text.
fn kernel_version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Looks at the machine. The network is tried by the caller: `network` is why it cannot be had.
pub(super) fn detect(network: Result<(), String>) -> (Machine, Capabilities) {
    let mut missing = Vec::new();
    let root = rustix::process::geteuid().is_root();
    if !root {
        missing.push(
            "Stead does not run as root: no images, no disk quota, no limits and no network of their own for instances. Run it as root to have them."
                .to_owned(),
        );
    }
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim();
    let kernel_is_new = kernel_version(release).is_some_and(|version| version >= (5, 19));
    if !kernel_is_new {
        missing.push(format!(
            "The kernel {release} is too old for mapped user ids on volumes and images; use 5.19 or newer."
        ));
    }
    let control_groups = stead_shim::sandbox::control_groups_available();
    if !control_groups {
        missing.push(
            "No control groups can be made: no limits, no pause, no figures of CPU and memory. Run Stead as root, or delegate a control group to it (Delegate=yes in its systemd unit)."
                .to_owned(),
        );
    }
    let formats = runs("mkfs.ext4", "-V");
    let loops = Path::new("/dev/loop-control").exists();
    if root && !formats {
        missing
            .push("mkfs.ext4 is missing: the size of volumes is not enforced. Install e2fsprogs.".to_owned());
    }
    if root && !loops {
        missing.push(
            "There are no loop devices (/dev/loop-control): the size of volumes is not enforced. Load the module loop, or pass the device into the container that Stead runs in."
                .to_owned(),
        );
    }
    let outbound_network = match network {
        Ok(()) => true,
        Err(why) => {
            missing.push(why);
            false
        }
    };
    let machine = Machine { root, control_groups, disk_images: root && formats && loops };
    let capabilities = Capabilities {
        pause: control_groups,
        images: root && kernel_is_new,
        host_userland: true,
        limits: control_groups,
        disk_quota: machine.disk_images,
        outbound_network,
        missing,
    };
    (machine, capabilities)
}

/// The tools that the network needs, or a sentence about the one that is missing.
pub(super) fn network_tools() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("Instances have no network: making one needs root.".to_owned());
    }
    if !runs("nft", "--version") {
        return Err("Instances have no network: nft is missing. Install nftables.".to_owned());
    }
    if !runs("ip", "-V") {
        return Err("Instances have no network: ip is missing. Install iproute2.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_releases() {
        assert_eq!(kernel_version("6.1.0-56-amd64"), Some((6, 1)));
        assert_eq!(kernel_version("5.19-rc1"), Some((5, 19)));
        assert_eq!(kernel_version("none"), None);
    }
}
