//! What to run and how to confine it. Written by the driver, read by the shim; plain data.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use stead_core::ids::InstanceId;
use stead_core::instance::Resources;
use stead_core::instance::secrets::SecretText;

/// The ordinary user on the host's userland.
pub const HOST_USER: &str = "dev";
/// Its user and group id inside.
pub const HOST_USER_ID: u32 = 1000;

/// Everything [`super::launch`] needs. Paths are the host's and absolute.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxSpec {
    pub instance: InstanceId,
    pub run: u64,
    pub hostname: String,
    pub rootfs: RootfsSpec,
    pub volume: VolumeSpec,
    pub ids: IdsSpec,
    pub resources: Resources,
    /// Path of the control group below the delegated root, such as `stead/<instance>`; absent where none can be made, and then
    /// without limits, freezing and accounting.
    pub cgroup: Option<String>,
    pub network: NetworkSpec,
    /// Name servers for `/etc/resolv.conf`.
    pub dns: Vec<IpAddr>,
    /// Environment of every process.
    pub env: BTreeMap<String, String>,
    /// Files in `/run/secrets` by their names, in memory, readable by [`SandboxSpec::user`] alone.
    #[serde(default)]
    pub secret_files: BTreeMap<String, SecretText>,
    /// The main process; absent: nothing but PID 1 runs.
    pub command: Option<Vec<String>>,
    /// User of processes that name none: a name or `uid[:gid]`. Absent: [`HOST_USER`] on the host's userland, root in images.
    pub user: Option<String>,
    /// Of the main process; `/workspace` when absent.
    pub working_directory: Option<String>,
    /// Limit of `/tmp`, and of `/var/tmp` and `/dev/shm` each, at least 1 MiB. What they hold counts as the instance's memory.
    pub tmp_bytes: u64,
}

impl fmt::Debug for SandboxSpec {
    /// Without the values of the environment, which secrets are among.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxSpec")
            .field("instance", &self.instance)
            .field("run", &self.run)
            .field("rootfs", &self.rootfs)
            .field("volume", &self.volume)
            .field("ids", &self.ids)
            .field("resources", &self.resources)
            .field("cgroup", &self.cgroup)
            .field("network", &self.network)
            .field("env", &self.env.keys())
            .field("secret_files", &self.secret_files.keys())
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What the inside sees as `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RootfsSpec {
    /// The host's `/usr`, read-only, with a private `/etc`.
    HostUserland {
        /// A tree made by [`super::prepare_etc`], shared by all instances of the node; made when it does not exist.
        etc_dir: PathBuf,
        /// Further directories of the host, read-only. `bin` folders of their targets come first in `PATH`.
        extra_mounts: Vec<ExtraMount>,
    },
    /// Unpacked image layers, topmost first, in overlay form: whiteouts are character devices 0:0, opaque directories carry the
    /// extended attribute `user.overlay.opaque=y` (the overlay is mounted inside a user namespace, where `trusted.*` cannot be
    /// read). The volume's `upper` takes the changes.
    Layers { lower: Vec<PathBuf> },
}

/// A directory of the host shown inside, read-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraMount {
    pub source: PathBuf,
    /// Absolute, such as `/opt/rust`.
    pub target: PathBuf,
}

/// Where `upper`, `work`, `workspace` and `home` live; they are made when they are missing. User ids on it are the inside's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VolumeSpec {
    /// An ext4 image file, mounted by a loop device that vanishes with the instance.
    DiskImage {
        path: PathBuf,
    },
    Directory {
        path: PathBuf,
    },
}

impl VolumeSpec {
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        match self {
            Self::DiskImage { path } | Self::Directory { path } => path,
        }
    }
}

/// Which user ids of the host the inside's ids are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IdsSpec {
    /// 0..count inside is base..base+count outside. Needs root.
    Range { base: u32, count: u32 },
    /// The caller's own user and group only: [`HOST_USER_ID`] on the host's userland, 0 in images. Works without privileges.
    SelfOnly,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NetworkSpec {
    /// A pair of interfaces: `host_name` on the existing bridge, isolated from its other ports; `eth0` inside.
    Veth {
        /// At most 15 bytes and unique on the machine.
        host_name: String,
        bridge: String,
        address: Ipv4Addr,
        prefix_len: u8,
        gateway: Ipv4Addr,
        mtu: u32,
    },
    LoopbackOnly,
}
