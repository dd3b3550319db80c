//! Talking to registries: manifests and layers, with problems that say what is wrong.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::OciDescriptor;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use stead_core::error::{Error, ErrorKind, Result};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::manifest::{self, Descriptor, Digest, INDEX_TYPES, MANIFEST_TYPES, Manifest, Step};
use crate::oci::network::is_private;
use crate::oci::settings::ImageLimits;

pub(super) struct Registry {
    client: Client,
    /// Registries at private addresses that the operator has named.
    named: Vec<String>,
    allow_private: bool,
    limits: ImageLimits,
}

impl Registry {
    pub(super) fn new(insecure: &[String], allow_private: bool, limits: ImageLimits) -> Self {
        let config = ClientConfig {
            protocol: ClientProtocol::HttpsExcept(insecure.to_vec()),
            read_timeout: Some(limits.patience),
            connect_timeout: Some(limits.patience),
            user_agent: concat!("stead/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        Self { client: Client::new(config), named: insecure.to_vec(), allow_private, limits }
    }

    /// A tenant names the registry, so it must not lead into the operator's own network.
    async fn check_address(&self, reference: &Reference) -> Result<()> {
        let registry = reference.resolve_registry();
        if self.allow_private || self.named.iter().any(|named| named == registry) {
            return Ok(());
        }
        let with_port = if registry.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            registry.to_owned()
        } else {
            format!("{registry}:443")
        };
        let found = tokio::time::timeout(self.limits.patience, tokio::net::lookup_host(with_port)).await;
        let addresses: Vec<IpAddr> = match found {
            Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
            Ok(Err(error)) => return Err(unreachable(registry, "its name was not found").source_error(error)),
            Err(_) => return Err(unreachable(registry, "looking its name up took too long")),
        };
        if addresses.iter().any(|address| is_private(*address)) {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "image_registry_private",
                format!(
                    "The registry {registry} is at a private address, which images are not fetched from."
                ),
            )
            .next_step("Ask the operator to name this registry in the node's settings."));
        }
        Ok(())
    }

    /// The manifest for this machine and the digest of what the reference names.
    pub(super) async fn manifest(&self, reference: &Reference) -> Result<(Manifest, Digest)> {
        self.check_address(reference).await?;
        let name = reference.whole();
        let types = [INDEX_TYPES[0], INDEX_TYPES[1], MANIFEST_TYPES[0], MANIFEST_TYPES[1]];
        let mut current = reference.clone();
        let mut top = None;
        // An index may name an index; nobody needs more than that.
        for _ in 0..3 {
            let pulled = self.client.pull_manifest_raw(&current, &RegistryAuth::Anonymous, &types).await;
            let (bytes, digest) = pulled.map_err(|error| problem(&name, reference, error))?;
            if bytes.len() as u64 > manifest::MAX_DOCUMENT {
                return Err(manifest::invalid(&name, "its manifest is too long"));
            }
            let digest = Digest::try_from(digest).map_err(|why| manifest::invalid(&name, why))?;
            let top = top.get_or_insert(digest).clone();
            match manifest::read_document(&name, &bytes)? {
                Step::Manifest(manifest) => return Ok((manifest, top)),
                Step::Follow(entry) => current = reference.clone_with_digest(entry.digest.to_string()),
            }
        }
        Err(manifest::invalid(&name, "its indexes lead to no manifest"))
    }

    /// What a tag means now.
    pub(super) async fn digest(&self, reference: &Reference) -> Result<Digest> {
        self.check_address(reference).await?;
        let name = reference.whole();
        let digest = self.client.fetch_manifest_digest(reference, &RegistryAuth::Anonymous).await;
        let digest = digest.map_err(|error| problem(&name, reference, error))?;
        Digest::try_from(digest).map_err(|why| manifest::invalid(&name, why))
    }

    /// Writes a blob out, checked against its digest; at most its announced size.
    pub(super) async fn blob(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        out: impl AsyncWrite + Unpin,
        done: Arc<AtomicU64>,
    ) -> Result<()> {
        let descriptor = OciDescriptor {
            media_type: blob.media_type.clone(),
            digest: blob.digest.to_string(),
            size: i64::try_from(blob.size).unwrap_or(i64::MAX),
            ..OciDescriptor::default()
        };
        let mut out = Bounded { inner: out, left: blob.size, done };
        let pulled = self.client.pull_blob(reference, &descriptor, &mut out).await;
        pulled.map_err(|error| problem(&reference.whole(), reference, error))?;
        out.flush().await.map_err(|error| problem(&reference.whole(), reference, error.into()))
    }
}

/// Refuses more bytes than announced and counts those that pass.
struct Bounded<W> {
    inner: W,
    left: u64,
    done: Arc<AtomicU64>,
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Bounded<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if bytes.len() as u64 > self.left {
            return Poll::Ready(Err(std::io::Error::other(
                "the registry sent more than the manifest announced",
            )));
        }
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.left -= count as u64;
            self.done.fetch_add(count as u64, Ordering::Relaxed);
        }
        written
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

fn unreachable(registry: &str, why: &str) -> Error {
    Error::unavailable(
        "image_registry_unreachable",
        format!("The registry {registry} cannot be reached: {why}."),
    )
    .next_step(
        "Check the name and the node's internet connection, then try again; or use an archive on the node.",
    )
}

fn not_found(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, "image_not_found", format!("There is no image {name}."))
        .next_step("Check the name and the tag.")
}

fn access_denied(name: &str) -> Error {
    Error::new(
        ErrorKind::Forbidden,
        "image_access_denied",
        format!("The registry does not give the image {name} to everybody, or it does not exist."),
    )
    .next_step("Check the name, make the image public, or put it into the node's archives folder.")
}

pub(super) fn no_space() -> Error {
    Error::new(ErrorKind::QuotaExceeded, "image_no_space", "The node has no space left for the image.")
        .next_step("Free space on the node's disk, then try again.")
}

/// What the registry's failure means for whoever asked.
fn problem(name: &str, reference: &Reference, error: OciDistributionError) -> Error {
    let registry = reference.resolve_registry();
    let outside = match &error {
        OciDistributionError::ImageManifestNotFoundError(_) => not_found(name),
        OciDistributionError::AuthenticationFailure(_) | OciDistributionError::UnauthorizedError { .. } => {
            access_denied(name)
        }
        OciDistributionError::RegistryError { envelope, .. } => {
            let has =
                |codes: &[OciErrorCode]| envelope.errors.iter().any(|error| codes.contains(&error.code));
            if has(&[
                OciErrorCode::ManifestUnknown,
                OciErrorCode::NameUnknown,
                OciErrorCode::NotFound,
                OciErrorCode::BlobUnknown,
            ]) {
                not_found(name)
            } else if has(&[OciErrorCode::Unauthorized, OciErrorCode::Denied]) {
                access_denied(name)
            } else if has(&[OciErrorCode::Toomanyrequests]) {
                Error::new(
                    ErrorKind::RateLimited,
                    "image_registry_limit",
                    format!("The registry {registry} limits downloads."),
                )
                .next_step("Try again later.")
            } else {
                Error::new(
                    ErrorKind::Upstream,
                    "image_registry_failed",
                    format!("The registry {registry} answered with a failure."),
                )
                .next_step("Try again; if it stays, ask the registry's operator.")
            }
        }
        OciDistributionError::ServerError { code: 404, .. } => not_found(name),
        OciDistributionError::ServerError { code: 401 | 403, .. } => access_denied(name),
        OciDistributionError::ServerError { code, .. } => Error::new(
            ErrorKind::Upstream,
            "image_registry_failed",
            format!("The registry {registry} answered with the status {code}."),
        )
        .next_step("Try again; if it stays, ask the registry's operator."),
        OciDistributionError::RequestError(request) => {
            let why = if request.is_timeout() {
                "it did not answer in time"
            } else if request.is_connect() {
                "no connection could be made"
            } else {
                "the connection broke"
            };
            unreachable(registry, why)
        }
        OciDistributionError::DigestError(_) => {
            manifest::invalid(name, "what the registry sent does not match its digest")
        }
        OciDistributionError::IoError(io) => match io.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => no_space(),
            _ => manifest::invalid(name, io),
        },
        _ => manifest::invalid(name, "the registry's answer cannot be understood"),
    };
    outside.source_error(error)
}
