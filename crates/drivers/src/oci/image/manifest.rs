//! The documents that describe an image, and what is taken from them. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stead_core::error::{Error, ErrorKind, Result};

pub(super) const INDEX_TYPES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
pub(super) const MANIFEST_TYPES: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
/// Longest manifest or configuration, bytes.
pub(super) const MAX_DOCUMENT: u64 = 8 << 20;

/// A SHA-256 digest, as text `sha256:<64 hex digits>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// The 64 hexadecimal digits, fit for a file's name.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(hex(&sha2::Sha256::digest(bytes)))
    }

    pub(super) fn from_hash(hash: &[u8]) -> Self {
        Self(hex(hash))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl TryFrom<String> for Digest {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix("sha256:").ok_or_else(|| format!("{text:?} is no SHA-256 digest"))?;
        if digits.len() != 64
            || !digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            return Err(format!("{text:?} is no SHA-256 digest"));
        }
        Ok(Self(digits.to_owned()))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        format!("sha256:{}", digest.0)
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "sha256:{}", self.0)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    pub(super) media_type: String,
    pub(super) digest: Digest,
    #[serde(default)]
    pub(super) size: u64,
    #[serde(default)]
    pub(super) platform: Option<Platform>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Platform {
    #[serde(default)]
    pub(super) architecture: String,
    #[serde(default)]
    pub(super) os: String,
}

/// A manifest or an index; told apart by what is in it, because media types are often missing.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    pub(super) config: Option<Descriptor>,
    #[serde(default)]
    pub(super) layers: Option<Vec<Descriptor>>,
}

#[derive(Debug, Clone)]
pub(super) struct Manifest {
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
}

pub(super) fn invalid(reference: impl std::fmt::Display, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Upstream, "image_invalid", format!("The image {reference} cannot be used: {why}."))
        .next_step("Build or push the image again, or choose another one.")
}

/// What an index or manifest says to do next.
#[derive(Debug)]
pub(super) enum Step {
    Manifest(Manifest),
    /// The entry of the index that fits this machine.
    Follow(Descriptor),
}

pub(super) fn read_document(reference: &str, bytes: &[u8]) -> Result<Step> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| invalid(reference, format!("its manifest cannot be read ({error})")))?;
    if let (Some(config), Some(layers)) = (document.config, document.layers) {
        return Ok(Step::Manifest(Manifest { config, layers }));
    }
    let entries = document
        .manifests
        .ok_or_else(|| invalid(reference, "its manifest names neither layers nor platforms"))?;
    let wanted = architecture();
    let fitting = entries.iter().find(|entry| match &entry.platform {
        Some(platform) => platform.os == "linux" && platform.architecture == wanted,
        None => entries.len() == 1,
    });
    fitting.cloned().map(Step::Follow).ok_or_else(|| {
        let mut found: Vec<String> = entries
            .iter()
            .filter_map(|entry| entry.platform.as_ref())
            .filter(|platform| platform.os != "unknown")
            .map(|platform| format!("{}/{}", platform.os, platform.architecture))
            .collect();
        found.dedup();
        platform_missing(reference, &found.join(", "))
    })
}

pub(super) fn platform_missing(reference: &str, found: &str) -> Error {
    Error::new(
        ErrorKind::Upstream,
        "image_platform_missing",
        format!(
            "The image {reference} does not exist for linux/{} (it exists for: {found}).",
            architecture()
        ),
    )
    .next_step("Choose an image for this machine's processor, or a node with another one.")
}

pub(super) const fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else if cfg!(target_arch = "x86_64") {
        "amd64"
    } else {
        std::env::consts::ARCH
    }
}

/// What of an image's configuration matters for running it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub user: Option<String>,
    pub working_directory: Option<String>,
    pub exposed_ports: Vec<u16>,
}

impl ImageConfig {
    /// The main process when the instance names none: entry point and its arguments.
    #[must_use]
    pub fn command(&self) -> Option<Vec<String>> {
        let command: Vec<String> = self.entrypoint.iter().chain(&self.cmd).cloned().collect();
        (!command.is_empty()).then_some(command)
    }
}

#[derive(Debug, Deserialize)]
struct ConfigDocument {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
    #[serde(default)]
    config: Option<RunConfig>,
    rootfs: RootfsDocument,
}

#[derive(Debug, Deserialize)]
struct RootfsDocument {
    #[serde(default)]
    diff_ids: Vec<Digest>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RunConfig {
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    env: Option<Vec<String>>,
    user: Option<String>,
    working_dir: Option<String>,
    exposed_ports: Option<BTreeMap<String, serde_json::Value>>,
}

/// The configuration and the diff ids, bottom layer first.
pub(super) fn read_config(reference: &str, bytes: &[u8]) -> Result<(ImageConfig, Vec<Digest>)> {
    let document: ConfigDocument = serde_json::from_slice(bytes)
        .map_err(|error| invalid(reference, format!("its configuration cannot be read ({error})")))?;
    let other_os = !document.os.is_empty() && document.os != "linux";
    if other_os || (!document.architecture.is_empty() && document.architecture != architecture()) {
        return Err(platform_missing(reference, &format!("{}/{}", document.os, document.architecture)));
    }
    let run = document.config.unwrap_or_default();
    let env = run.env.unwrap_or_default();
    let env = env
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut exposed_ports: Vec<u16> = run
        .exposed_ports
        .unwrap_or_default()
        .keys()
        .filter(|port| !port.ends_with("/udp"))
        .filter_map(|port| port.split('/').next()?.parse().ok())
        .collect();
    exposed_ports.sort_unstable();
    let config = ImageConfig {
        entrypoint: run.entrypoint.unwrap_or_default(),
        cmd: run.cmd.unwrap_or_default(),
        env: env.collect(),
        user: run.user.filter(|user| !user.is_empty()),
        working_directory: run.working_dir.filter(|directory| directory.starts_with('/')),
        exposed_ports,
    };
    Ok((config, document.rootfs.diff_ids))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_entry_of_this_machine_is_followed_and_its_absence_named() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let index = |architecture: &str| {
            format!(
                r#"{{"manifests":[{{"digest":"{digest}","size":1,"platform":{{"os":"linux","architecture":"{architecture}"}}}}]}}"#
            )
        };
        assert!(matches!(read_document("x", index(super::architecture()).as_bytes()), Ok(Step::Follow(_))));
        let error = read_document("x", index("mips").as_bytes()).unwrap_err();
        assert_eq!(error.code(), "image_platform_missing");
        assert!(error.message().contains("linux/mips"));
    }

    #[test]
    fn digests_that_are_no_file_names_are_refused() {
        for wrong in ["sha256:../../etc", "sha512:aa", "", "sha256:ABCDEF"] {
            assert!(Digest::try_from(wrong.to_owned()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text: String) {
            let _ = read_document("x", &bytes);
            let _ = read_config("x", &bytes);
            let _ = read_config("x", format!(r#"{{"rootfs":{{"diff_ids":[]}},"config":{{"User":{text:?}}}}}"#).as_bytes());
        }
    }
}
