//! What the operator can set of the embedded sandbox driver.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How the spawner of shims is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpawnerCommand {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

impl Default for SpawnerCommand {
    /// This very binary, so that shims run the code that started them.
    fn default() -> Self {
        Self { program: PathBuf::from("/proc/self/exe"), arguments: vec!["shim-spawner".into()] }
    }
}

/// A directory of the host to show inside on the host's userland, read-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    pub source: PathBuf,
    pub target: PathBuf,
}

/// Settings of [`super::OciDriver`].
#[derive(Debug, Clone)]
pub struct OciSettings {
    /// The node's directory: `instances/`, `images/`, `archives/`, `run/`, `pool/` and `network.json` are made in it.
    pub directory: PathBuf,
    /// Where run directories (sockets) go; `directory/run` when absent. Short: socket paths are limited to 107 bytes.
    pub run_directory: Option<PathBuf>,
    pub spawner: SpawnerCommand,
    /// Look for toolchains outside `/usr` at the start and show them inside.
    pub detect_toolchains: bool,
    pub toolchains: Vec<Toolchain>,
    /// Name servers of the instances; the host's own when empty.
    pub name_servers: Vec<IpAddr>,
    /// Instances may reach private address ranges.
    pub allow_private_networks: bool,
    /// No network of its own for any instance: loopback only.
    pub loopback_only: bool,
    /// Registries spoken to by plain HTTP, such as `127.0.0.1:5000`; they may be at private addresses, which others may not.
    pub insecure_registries: Vec<String>,
    pub image_limits: ImageLimits,
    pub image_cleaning: ImageCleaning,
    /// Formatted disk images kept ready for each size in use; less than a megabyte each.
    pub disk_pool: usize,
    /// First user id of the host that instances are mapped to.
    pub first_user_id: u32,
}

/// Caps on what an image may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimits {
    /// Of all layers as they are transferred, bytes.
    pub compressed_bytes: u64,
    /// Of one unpacked layer, bytes.
    pub layer_bytes: u64,
    /// Files and directories in one layer.
    pub layer_entries: u64,
    pub layers: usize,
    /// Longest wait for a connection or between two pieces of data.
    pub patience: Duration,
    /// A tag is looked up again after this long; when the registry cannot be reached, what is here is used.
    pub refresh: Duration,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self {
            compressed_bytes: 20 << 30,
            layer_bytes: 40 << 30,
            layer_entries: 2_000_000,
            layers: 127,
            patience: Duration::from_secs(30),
            refresh: Duration::from_secs(24 * 3_600),
        }
    }
}

/// When images that no instance uses go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageCleaning {
    /// From one look to the next.
    pub every: Duration,
    /// How long an unused one stays after it was last looked up.
    pub keep: Duration,
}

impl Default for ImageCleaning {
    fn default() -> Self {
        Self { every: Duration::from_hours(1), keep: Duration::from_hours(7 * 24) }
    }
}

impl OciSettings {
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            run_directory: None,
            spawner: SpawnerCommand::default(),
            detect_toolchains: true,
            toolchains: Vec::new(),
            name_servers: Vec::new(),
            allow_private_networks: false,
            loopback_only: false,
            insecure_registries: Vec::new(),
            image_limits: ImageLimits::default(),
            image_cleaning: ImageCleaning::default(),
            disk_pool: 8,
            first_user_id: 100_000,
        }
    }
}
