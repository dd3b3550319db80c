//! The recipe of an instance: what its node needs to know to run it. Written by the control plane only.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::UploadId;

/// How a node runs an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverKind {
    /// The embedded sandbox.
    Oci,
    /// A simulated machine for tests, demos and screenshots.
    Sim,
}

impl DriverKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oci => "oci",
            Self::Sim => "sim",
        }
    }
}

/// What the instance sees as `/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rootfs {
    /// The node's own userland, read-only, with secrets and host data masked. Nothing to download.
    HostUserland,
    /// An image by reference: `debian:12`, `ghcr.io/org/app@sha256:…`, or `archive:NAME` for an archive or OCI layout that the
    /// operator placed in the node's `archives` folder.
    Image { reference: String },
}

/// Limits that the kernel enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Thousandths of a CPU core.
    pub cpu_millis: u32,
    /// Includes `/tmp`, which lives in memory.
    pub memory_bytes: u64,
    /// Everything the instance writes that outlives a stop, and its writable layer.
    pub disk_bytes: u64,
    pub pids: u32,
}

impl Resources {
    /// What an instance gets when nobody says otherwise: 2 CPUs, 4 GiB, 10 GiB, 2,048 processes.
    pub const DEFAULT: Self =
        Self { cpu_millis: 2_000, memory_bytes: 4 << 30, disk_bytes: 10 << 30, pids: 2_048 };
}

impl Default for Resources {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Who may open a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Members of the tenant who may see the instance.
    #[default]
    Private,
    /// Anyone with the address.
    Public,
}

/// A port that the instance is expected to listen on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortSpec {
    pub port: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default)]
    pub visibility: Visibility,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskMode {
    /// The instance is ready only when the command has ended with 0.
    Foreground,
    /// The command is started and left running.
    Background,
}

/// A command that runs in `/workspace` at each start, in the order given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSpec {
    pub name: String,
    /// Run by `/bin/sh -c`, with bash when the root file system has it.
    pub command: String,
    pub mode: TaskMode,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

/// A git repository to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GitSource {
    /// `https://`, `http://`, `git://` or `ssh://` address; never with a password in it.
    pub url: String,
    /// Branch, tag or commit; the remote's default branch when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// Where the first content of `/workspace` comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    Git(GitSource),
    /// A `git bundle` that the client uploaded; `origin` becomes the remote.
    Bundle {
        upload: UploadId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
        /// Branch to check out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<String>,
    },
}

/// The whole recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSpec {
    pub rootfs: Rootfs,
    pub resources: Resources,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The main process. Absent: the image's own entry point, or none for the host's userland (the instance then runs until
    /// it is stopped).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<PortSpec>,
    /// Stop after this long without use; `None` never stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Duration>,
    /// It has secrets: its node asks the server for them before it starts a run. They are never part of a document.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secrets: bool,
}

impl InstanceSpec {
    /// A blank workspace on the host's userland.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            rootfs: Rootfs::HostUserland,
            resources: Resources::DEFAULT,
            env: BTreeMap::new(),
            command: None,
            source: None,
            tasks: Vec::new(),
            ports: Vec::new(),
            idle_timeout: None,
            secrets: false,
        }
    }
}
