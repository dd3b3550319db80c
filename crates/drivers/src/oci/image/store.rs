//! The images of this node. See [`super`] for what lies where.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures::StreamExt as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::driver::ProgressSink;
use stead_core::error::{Error, InternalContext as _, Result};
use stead_core::instance::Progress;
use tokio::sync::{Mutex as AsyncMutex, OwnedRwLockReadGuard, RwLock};

use super::archive::{self, Archive};
use super::manifest::{self, Descriptor, Digest, ImageConfig};
use super::reference::ImageReference;
use super::registry::{self, Registry};
use super::unpack::{self, LayerLimits, UnpackError};
use crate::oci::files;
use crate::oci::settings::ImageLimits;
use crate::oci::trash::Trash;

const CONCURRENT_DOWNLOADS: usize = 3;
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

/// An image that is wholly here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub digest: Digest,
    pub config: ImageConfig,
    /// Bottom first.
    layers: Vec<Digest>,
}

/// An image that is not removed while this lives.
#[derive(Debug)]
pub struct Leased {
    pub image: Image,
    /// Dropped when the image's use is noted on disk.
    pub lease: OwnedRwLockReadGuard<()>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tag {
    reference: String,
    digest: Digest,
    checked: Timestamp,
    /// Of the archive the image was read from.
    stamp: Option<String>,
}

/// See [`super`].
pub struct ImageStore {
    directory: PathBuf,
    archives: PathBuf,
    limits: ImageLimits,
    registry: Registry,
    ambient: Ambient,
    trash: Arc<Trash>,
    /// One lock per reference and per layer that is being brought in.
    under_way: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
    /// Taken shared by whoever brings an image in, alone by whoever removes.
    removal: Arc<RwLock<()>>,
    number: AtomicU64,
}

impl std::fmt::Debug for ImageStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ImageStore").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl ImageStore {
    /// Opens the store below the node's directory and empties what was left unfinished.
    ///
    /// # Errors
    /// When the folders cannot be made.
    pub(in crate::oci) fn open(
        node: &Path,
        limits: ImageLimits,
        insecure: &[String],
        allow_private: bool,
        ambient: Ambient,
        trash: Arc<Trash>,
    ) -> Result<Self> {
        let directory = node.join("images");
        files::private_directory(&directory)?;
        files::private_directory(&node.join("archives"))?;
        trash.discard(&directory.join("incoming"))?;
        for folder in ["incoming", "layers", "records", "tags"] {
            files::private_directory(&directory.join(folder))?;
        }
        Ok(Self {
            directory,
            archives: node.join("archives"),
            limits,
            registry: Registry::new(insecure, allow_private, limits),
            ambient,
            trash,
            under_way: Mutex::default(),
            removal: Arc::default(),
            number: AtomicU64::new(0),
        })
    }

    fn lock_for(&self, key: String) -> Arc<AsyncMutex<()>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|_, lock| lock.strong_count() > 0);
        if let Some(lock) = under_way.get(&key).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::new(AsyncMutex::new(()));
        under_way.insert(key, Arc::downgrade(&lock));
        lock
    }

    fn layer_path(&self, layer: &Digest) -> PathBuf {
        self.directory.join("layers").join(layer.hex())
    }

    /// The directories of an image's layers, topmost first.
    #[must_use]
    pub fn layers(&self, image: &Image) -> Vec<PathBuf> {
        image.layers.iter().rev().map(|layer| self.layer_path(layer)).collect()
    }

    fn record_path(&self, digest: &Digest) -> PathBuf {
        self.directory.join("records").join(format!("{}.json", digest.hex()))
    }

    /// An image by its digest, when it is wholly here.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn get(&self, digest: &Digest) -> Result<Option<Image>> {
        let Some(image) = read_json::<Image>(&self.record_path(digest))? else { return Ok(None) };
        Ok(image.layers.iter().all(|layer| self.layer_path(layer).is_dir()).then_some(image))
    }

    fn tag_path(&self, reference: &str) -> PathBuf {
        self.directory.join("tags").join(format!("{}.json", Digest::of_bytes(reference.as_bytes()).hex()))
    }

    /// The image of a reference, brought in when it is not here or out of date.
    ///
    /// # Errors
    /// `image_reference_invalid`, `image_not_found`, `image_registry_unreachable`, `image_access_denied`, `image_no_space`,
    /// `image_platform_missing`, `image_invalid`, `image_registry_private`.
    pub async fn ensure(&self, text: &str, progress: &dyn ProgressSink) -> Result<Leased> {
        let reference = ImageReference::parse(text)?;
        let removal = Arc::clone(&self.removal).read_owned().await;
        let name = reference.to_string();
        let lock = self.lock_for(format!("reference {name}"));
        let _one = match lock.try_lock() {
            Ok(guard) => guard,
            Err(_) => {
                progress.progress(Progress { label: format!("Waiting for {name}"), done: None, total: None });
                lock.lock().await
            }
        };
        let image = match &reference {
            ImageReference::Archive(archive) => self.ensure_archive(&name, archive, progress).await?,
            ImageReference::Registry(registry) => self.ensure_registry(&name, registry, progress).await?,
        };
        Ok(Leased { image, lease: removal })
    }

    async fn ensure_archive(&self, name: &str, archive: &str, progress: &dyn ProgressSink) -> Result<Image> {
        let path = self.archives.join(archive);
        let stamp = match archive::stamp(&path) {
            Ok(stamp) => stamp,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(archive::missing(archive, &self.archives));
            }
            Err(error) => return Err(error).internal(format!("reading {}", path.display())),
        };
        let tag: Option<Tag> = read_json(&self.tag_path(name))?;
        if let Some(tag) = tag.filter(|tag| tag.stamp.as_ref() == Some(&stamp))
            && let Some(image) = self.get(&tag.digest)?
        {
            return Ok(image);
        }
        progress.progress(Progress { label: format!("Reading {name}"), done: None, total: None });
        let scratch = self.incoming();
        let (archives, owned, given) = (self.archives.clone(), archive.to_owned(), name.to_owned());
        let (opened, contents) = blocking(move || {
            let opened = Archive::open(&owned, &archives, &scratch)?;
            let contents = opened.contents(&given)?;
            Ok((Arc::new(opened), contents))
        })
        .await?;
        let (config, layers) = manifest::read_config(name, &contents.config)?;
        self.check_layers(name, contents.layers.len(), layers.len())?;
        let total = layers.len() as u64;
        for (position, (layer, file)) in layers.iter().zip(&contents.layers).enumerate() {
            let label = format!("Unpacking {name}");
            progress.progress(Progress { label, done: Some(position as u64), total: Some(total) });
            let lock = self.lock_for(format!("layer {layer}"));
            let _one = lock.lock().await;
            if self.layer_path(layer).is_dir() {
                continue;
            }
            let packed = Temporary(self.incoming());
            let (opened, given, file) = (Arc::clone(&opened), name.to_owned(), file.clone());
            let (target, limit) =
                (packed.0.clone(), self.limits.compressed_bytes.max(self.limits.layer_bytes));
            blocking(move || opened.copy_layer(&given, &file, &target, limit)).await?;
            self.unpack(name, &packed.0, layer).await?;
        }
        self.keep(name, Image { digest: contents.digest, config, layers }, Some(stamp))
    }

    async fn ensure_registry(
        &self,
        name: &str,
        reference: &oci_client::Reference,
        progress: &dyn ProgressSink,
    ) -> Result<Image> {
        let tag: Option<Tag> = read_json(&self.tag_path(name))?;
        if let Some(tag) = tag
            && let Some(image) = self.get(&tag.digest)?
        {
            let fresh =
                reference.digest().is_some() || self.ambient.now().since(tag.checked) < self.limits.refresh;
            if fresh {
                return Ok(image);
            }
            match self.registry.digest(reference).await {
                Ok(digest) if digest == tag.digest => return self.keep(name, image, None),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(image.reference = %name, error = %error, "using the image that is here: its registry was not asked");
                    return Ok(image);
                }
            }
        }
        progress.progress(Progress { label: format!("Looking up {name}"), done: None, total: None });
        let (found, digest) = self.registry.manifest(reference).await?;
        if let Some(image) = self.get(&digest)? {
            return self.keep(name, image, None);
        }
        let size: u64 = found.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size));
        if size > self.limits.compressed_bytes {
            return Err(manifest::invalid(
                name,
                format!("it is larger than {} bytes", self.limits.compressed_bytes),
            ));
        }
        if found.config.size > manifest::MAX_DOCUMENT {
            return Err(manifest::invalid(name, "its configuration is too long"));
        }
        let mut config_bytes = Vec::new();
        self.registry.blob(reference, &found.config, &mut config_bytes, Arc::default()).await?;
        let (config, layers) = manifest::read_config(name, &config_bytes)?;
        self.check_layers(name, found.layers.len(), layers.len())?;
        self.download(name, reference, &found.layers, &layers, progress).await?;
        self.keep(name, Image { digest, config, layers }, None)
    }

    fn check_layers(&self, name: &str, blobs: usize, ids: usize) -> Result<()> {
        if blobs != ids {
            return Err(manifest::invalid(
                name,
                format!("it has {blobs} layers, but its configuration names {ids}"),
            ));
        }
        if ids == 0 || ids > self.limits.layers {
            return Err(manifest::invalid(
                name,
                format!("it has {ids} layers; 1 to {} are possible", self.limits.layers),
            ));
        }
        Ok(())
    }

    async fn download(
        &self,
        name: &str,
        reference: &oci_client::Reference,
        blobs: &[Descriptor],
        layers: &[Digest],
        progress: &dyn ProgressSink,
    ) -> Result<()> {
        // By digest: an image may hold the same layer twice.
        let missing: BTreeMap<Digest, Descriptor> = layers
            .iter()
            .zip(blobs)
            .filter(|(layer, _)| !self.layer_path(layer).is_dir())
            .map(|(layer, blob)| (layer.clone(), blob.clone()))
            .collect();
        let total = missing.values().fold(0, |sum: u64, blob| sum.saturating_add(blob.size));
        let done = Arc::new(AtomicU64::new(0));
        let mut work = futures::stream::iter(missing)
            .map(|(layer, blob)| self.bring_layer(name, reference, layer, blob, Arc::clone(&done)))
            .buffer_unordered(CONCURRENT_DOWNLOADS);
        let mut tick = tokio::time::interval(PROGRESS_INTERVAL);
        loop {
            tokio::select! {
                finished = work.next() => match finished {
                    Some(result) => result?,
                    None => break,
                },
                _ = tick.tick() => {
                    let now = done.load(Ordering::Relaxed);
                    let label = if now < total { format!("Downloading {name}") } else { format!("Unpacking {name}") };
                    progress.progress(Progress { label, done: Some(now), total: Some(total) });
                }
            }
        }
        progress.progress(Progress {
            label: format!("Downloading {name}"),
            done: Some(total),
            total: Some(total),
        });
        Ok(())
    }

    async fn bring_layer(
        &self,
        name: &str,
        reference: &oci_client::Reference,
        layer: Digest,
        blob: Descriptor,
        done: Arc<AtomicU64>,
    ) -> Result<()> {
        let lock = self.lock_for(format!("layer {layer}"));
        let _one = lock.lock().await;
        if self.layer_path(&layer).is_dir() {
            done.fetch_add(blob.size, Ordering::Relaxed);
            return Ok(());
        }
        let packed = Temporary(self.incoming());
        let file = tokio::fs::File::create(&packed.0).await.internal("creating a file for a layer")?;
        let file = tokio::io::BufWriter::with_capacity(256 << 10, file);
        self.registry.blob(reference, &blob, file, done).await?;
        self.unpack(name, &packed.0, &layer).await
    }

    fn incoming(&self) -> PathBuf {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        self.directory.join("incoming").join(format!("{number:06}-{:016x}", self.ambient.random_u64()))
    }

    async fn unpack(&self, name: &str, packed: &Path, layer: &Digest) -> Result<()> {
        let target = self.incoming();
        let limits = LayerLimits { bytes: self.limits.layer_bytes, entries: self.limits.layer_entries };
        let (from, into) = (packed.to_owned(), target.clone());
        let unpacked = blocking(move || {
            fs::create_dir(&into).internal("making a folder for a layer")?;
            fs::set_permissions(&into, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .internal("making a layer readable")?;
            let file = fs::File::open(&from).internal("opening a downloaded layer")?;
            Ok(unpack::unpack_layer(file, &into, limits))
        })
        .await?;
        let failure = match unpacked {
            Ok(found) if found == *layer => {
                let kept = fs::rename(&target, self.layer_path(layer)).internal("keeping a layer");
                return kept;
            }
            Ok(_) => manifest::invalid(name, "a layer does not match the digest in the configuration"),
            Err(error) if error.is_no_space() => registry::no_space().source_error(error),
            Err(error @ UnpackError::System { .. }) => {
                Error::internal("unpacking a layer").source_error(error)
            }
            Err(error) => manifest::invalid(name, error),
        };
        self.trash.discard(&target)?;
        Err(failure)
    }

    fn keep(&self, name: &str, image: Image, stamp: Option<String>) -> Result<Image> {
        files::write_json(&self.record_path(&image.digest), &image)?;
        let tag = Tag {
            reference: name.to_owned(),
            digest: image.digest.clone(),
            checked: self.ambient.now(),
            stamp,
        };
        files::write_json(&self.tag_path(name), &tag)?;
        Ok(image)
    }

    /// Removes images that are not in use and were brought in `min_age` ago or earlier, and layers that no image is made of.
    /// Answers how many images went.
    ///
    /// # Errors
    /// When the store cannot be read; nothing that is in use is touched.
    pub async fn remove_unused(
        &self,
        min_age: Duration,
        in_use: impl FnOnce() -> Result<BTreeSet<Digest>> + Send,
    ) -> Result<usize> {
        let _alone = self.removal.write().await;
        let mut kept = in_use()?;
        let now = self.ambient.now();
        for path in files::list(&self.directory.join("tags"))? {
            if let Some(tag) = read_json::<Tag>(&path)?
                && now.since(tag.checked) < min_age
            {
                kept.insert(tag.digest);
            }
        }
        let mut needed = BTreeSet::new();
        let mut removed = 0;
        for path in files::list(&self.directory.join("records"))? {
            let Some(image) = read_json::<Image>(&path)? else { continue };
            if kept.contains(&image.digest) {
                needed.extend(image.layers);
            } else {
                fs::remove_file(&path).internal("removing an image's record")?;
                removed += 1;
            }
        }
        for path in files::list(&self.directory.join("tags"))? {
            if read_json::<Tag>(&path)?.is_none_or(|tag| !kept.contains(&tag.digest)) {
                fs::remove_file(&path).internal("removing an image's tag")?;
            }
        }
        for path in files::list(&self.directory.join("layers"))? {
            let is_needed =
                needed.iter().any(|layer| path.file_name().is_some_and(|name| name == layer.hex()));
            if !is_needed {
                self.trash.discard(&path)?;
            }
        }
        Ok(removed)
    }
}

/// A file that goes when this does.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // What stays is removed at the next start.
        let _left = fs::remove_file(&self.0);
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    files::read_json(path)
}

pub(in crate::oci) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.internal("waiting for a thread")?
}
