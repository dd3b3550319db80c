//! Images from the node's `archives` folder: `docker save` archives, OCI layout archives and OCI layout folders.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stead_core::error::{Error, InternalContext as _, Result};

use super::manifest::{self, Digest, Manifest, Step, invalid};
use super::unpack;

/// Files of an archive that are looked at.
const MAX_FILES: usize = 10_000;

/// An archive or layout folder, opened for reading single files out of it.
#[derive(Debug)]
pub(super) enum Archive {
    Folder(PathBuf),
    /// Position and length of each file in the (uncompressed) archive.
    Packed {
        file: File,
        index: BTreeMap<String, (u64, u64)>,
    },
}

/// What an archive holds.
#[derive(Debug)]
pub(super) struct Contents {
    /// Digest of the manifest, or of the configuration in archives of `docker save`.
    pub(super) digest: Digest,
    pub(super) config: Vec<u8>,
    /// Names of the layers' files, bottom first.
    pub(super) layers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SavedImage {
    config: String,
    layers: Vec<String>,
}

/// Changes whenever the archive is replaced.
pub(super) fn stamp(path: &Path) -> io::Result<String> {
    let mut metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        metadata = std::fs::metadata(path.join("index.json"))?;
    }
    use std::os::unix::fs::MetadataExt as _;
    Ok(format!("{}.{}.{}.{}", metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}

pub(super) fn missing(name: &str, archives: &Path) -> Error {
    Error::not_found("image", format!("archive:{name}")).next_step(format!(
        "Put an archive made by docker save, or an OCI layout, at {} on the node.",
        archives.join(name).display()
    ))
}

impl Archive {
    /// `scratch` takes the plain form of a compressed archive; it is unlinked at once and vanishes with the archive.
    pub(super) fn open(name: &str, archives: &Path, scratch: &Path) -> Result<Self> {
        let path = archives.join(name);
        let metadata = match std::fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing(name, archives)),
            Err(error) => return Err(error).internal(format!("reading {}", path.display())),
        };
        if metadata.is_dir() {
            return Ok(Self::Folder(path));
        }
        if !metadata.is_file() {
            return Err(invalid(name, "it is neither a file nor a folder"));
        }
        let file = File::open(&path).internal(format!("opening {}", path.display()))?;
        Self::index(name, file, scratch)
    }

    fn index(name: &str, mut file: File, scratch: &Path) -> Result<Self> {
        let damaged = |error: io::Error| invalid(name, format!("the archive cannot be read ({error})"));
        let mut magic = [0; 4];
        let filled = file.read(&mut magic).map_err(damaged)?;
        file.seek(SeekFrom::Start(0)).map_err(damaged)?;
        if filled == 4 && matches!(magic, [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd]) {
            let mut plain = File::options()
                .create(true)
                .truncate(true)
                .read(true)
                .write(true)
                .open(scratch)
                .map_err(damaged)?;
            std::fs::remove_file(scratch).map_err(damaged)?;
            io::copy(&mut unpack::decompress(file).map_err(damaged)?, &mut plain).map_err(damaged)?;
            plain.seek(SeekFrom::Start(0)).map_err(damaged)?;
            file = plain;
        }
        let mut index = BTreeMap::new();
        let mut links = Vec::new();
        {
            let mut archive = tar::Archive::new(&mut file);
            for entry in archive.entries_with_seek().map_err(damaged)? {
                let entry = entry.map_err(damaged)?;
                if index.len() + links.len() >= MAX_FILES {
                    return Err(invalid(name, format!("the archive has more than {MAX_FILES} files")));
                }
                let path = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
                match entry.header().entry_type() {
                    tar::EntryType::Regular => {
                        index.insert(path, (entry.raw_file_position(), entry.size()));
                    }
                    // Old versions of docker link equal layers to each other.
                    tar::EntryType::Symlink | tar::EntryType::Link => {
                        let target = entry.link_name_bytes().unwrap_or_default();
                        links.push((
                            path,
                            String::from_utf8_lossy(&target).trim_start_matches("../").to_owned(),
                        ));
                    }
                    _ => {}
                }
            }
        }
        for (path, target) in links {
            if let Some(place) = index.get(&target).copied() {
                index.insert(path, place);
            }
        }
        Ok(Self::Packed { file, index })
    }

    /// A reader of one file as a file of its own: positioned at its beginning; the length says where it ends.
    fn file(&self, reference: &str, name: &str) -> Result<(File, u64)> {
        let absent = || invalid(reference, format!("the archive does not hold {name}"));
        match self {
            Self::Folder(folder) => {
                let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC;
                let directory = File::open(folder).internal("opening the layout folder")?;
                // A layout of somebody else must not point at the node's own files.
                let opened = rustix::fs::openat2(
                    &directory,
                    name,
                    flags,
                    rustix::fs::Mode::empty(),
                    rustix::fs::ResolveFlags::BENEATH | rustix::fs::ResolveFlags::NO_MAGICLINKS,
                );
                let file = File::from(opened.map_err(|error| absent().source_error(io::Error::from(error)))?);
                let length = file.metadata().internal("reading the layout folder")?.len();
                Ok((file, length))
            }
            Self::Packed { file, index } => {
                let (position, length) = index.get(name).copied().ok_or_else(absent)?;
                let mut file = file.try_clone().internal("duplicating the archive's descriptor")?;
                file.seek(SeekFrom::Start(position)).internal("reading the archive")?;
                Ok((file, length))
            }
        }
    }

    fn document(&self, reference: &str, name: &str) -> Result<Vec<u8>> {
        let (file, length) = self.file(reference, name)?;
        if length > manifest::MAX_DOCUMENT {
            return Err(invalid(reference, format!("{name} is too long")));
        }
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes).internal(format!("reading {name} of an image archive"))?;
        Ok(bytes)
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.join(name).is_file(),
            Self::Packed { index, .. } => index.contains_key(name),
        }
    }

    /// Copies a layer's file out, for the unpacker.
    pub(super) fn copy_layer(&self, reference: &str, name: &str, target: &Path, limit: u64) -> Result<()> {
        let (file, length) = self.file(reference, name)?;
        if length > limit {
            return Err(invalid(reference, format!("a layer is larger than {limit} bytes")));
        }
        let mut out = File::create(target).internal(format!("creating {}", target.display()))?;
        io::copy(&mut file.take(length), &mut out).map(drop).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => super::registry::no_space().source_error(error),
            _ => Error::internal("copying a layer out of an archive").source_error(error),
        })
    }

    pub(super) fn contents(&self, reference: &str) -> Result<Contents> {
        if self.has("index.json") {
            return self.layout(reference);
        }
        let saved: Vec<SavedImage> = serde_json::from_slice(&self.document(reference, "manifest.json")?)
            .map_err(|error| invalid(reference, format!("manifest.json cannot be read ({error})")))?;
        let [image] = saved.as_slice() else {
            return Err(invalid(
                reference,
                format!("it holds {} images; exactly one is expected", saved.len()),
            ));
        };
        let config = self.document(reference, &image.config)?;
        Ok(Contents { digest: Digest::of_bytes(&config), config, layers: image.layers.clone() })
    }

    fn layout(&self, reference: &str) -> Result<Contents> {
        let blob = |digest: &Digest| format!("blobs/sha256/{}", digest.hex());
        let mut document = self.document(reference, "index.json")?;
        let mut digest = Digest::of_bytes(&document);
        for _ in 0..3 {
            match manifest::read_document(reference, &document)? {
                Step::Manifest(Manifest { config, layers }) => {
                    let config_bytes = self.document(reference, &blob(&config.digest))?;
                    if Digest::of_bytes(&config_bytes) != config.digest {
                        return Err(invalid(reference, "its configuration does not match its digest"));
                    }
                    let layers = layers.iter().map(|layer| blob(&layer.digest)).collect();
                    return Ok(Contents { digest, config: config_bytes, layers });
                }
                Step::Follow(entry) => {
                    document = self.document(reference, &blob(&entry.digest))?;
                    digest = Digest::of_bytes(&document);
                    if digest != entry.digest {
                        return Err(invalid(reference, "its manifest does not match its digest"));
                    }
                }
            }
        }
        Err(invalid(reference, "its indexes lead to no manifest"))
    }
}
