//! The archive of an export: files below a working directory, then one tar.gz of them. Everything has mode 0600, the folders 0700.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use stead_core::audit::hex;
use stead_core::error::InternalContext as _;
use stead_core::{Error, ErrorKind, Result, Timestamp};

/// Bytes of all files of one export before they are compressed.
const LARGEST: u64 = 8 << 30;

/// One file of the archive, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Entry {
    name: String,
    what: String,
    /// Lines, for JSON Lines.
    rows: u64,
    bytes: u64,
    sha256: String,
}

#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    scope: &'a str,
    of: &'a str,
    made_at: String,
    made_by: &'static str,
    files: &'a [Entry],
    /// What could not be included, and why.
    left_out: &'a [String],
}

/// An archive that is being made.
#[derive(Debug)]
pub(super) struct Archive {
    work: PathBuf,
    entries: Vec<Entry>,
    left_out: Vec<String>,
    bytes: u64,
}

/// A file of it that is being written.
#[derive(Debug)]
pub(super) struct Writing {
    name: String,
    what: String,
    file: BufWriter<File>,
    rows: u64,
    bytes: u64,
    hash: Sha256,
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
}

impl Writing {
    /// Adds what is text already, whole lines of it.
    pub(super) fn text(&mut self, text: &[u8], rows: u64) -> Result<()> {
        self.file.write_all(text).internal("writing an export")?;
        self.hash.update(text);
        self.bytes += u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.rows += rows;
        Ok(())
    }

    /// Adds a line.
    pub(super) fn line(&mut self, value: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(value).internal("writing an export")?;
        text.push(b'\n');
        self.text(&text, 1)
    }
}

impl Archive {
    /// Begins with an empty working directory.
    pub(super) fn begin(work: PathBuf) -> Result<Self> {
        remove_folder(&work)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&work).internal("making an export's folder")?;
        Ok(Self { work, entries: Vec::new(), left_out: Vec::new(), bytes: 0 })
    }

    pub(super) fn open(&self, name: &str, what: &str) -> Result<Writing> {
        let file = private().open(self.work.join(name)).internal("making a file of an export")?;
        Ok(Writing {
            name: name.to_owned(),
            what: what.to_owned(),
            file: BufWriter::new(file),
            rows: 0,
            bytes: 0,
            hash: Sha256::new(),
        })
    }

    /// # Errors
    /// `export_too_large`.
    pub(super) fn close(&mut self, mut writing: Writing) -> Result<()> {
        writing.file.flush().internal("writing an export")?;
        self.bytes += writing.bytes;
        if self.bytes > LARGEST {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "export_too_large",
                format!("There is more than an export holds ({} GiB).", LARGEST >> 30),
            )
            .next_step("Export the audit log by itself, in parts: `stead audit export --from … --to …`."));
        }
        self.entries.push(Entry {
            name: writing.name,
            what: writing.what,
            rows: writing.rows,
            bytes: writing.bytes,
            sha256: hex(&writing.hash.finalize()),
        });
        Ok(())
    }

    /// A file of lines.
    pub(super) fn lines<T: Serialize>(&mut self, name: &str, what: &str, items: &[T]) -> Result<()> {
        let mut writing = self.open(name, what)?;
        for item in items {
            writing.line(item)?;
        }
        self.close(writing)
    }

    /// A file of one JSON value.
    pub(super) fn one(&mut self, name: &str, what: &str, value: &impl Serialize) -> Result<()> {
        let mut writing = self.open(name, what)?;
        let mut text = serde_json::to_vec_pretty(value).internal("writing an export")?;
        text.push(b'\n');
        writing.text(&text, 1)?;
        self.close(writing)
    }

    pub(super) fn leave_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// Packs everything into `to`, whole or not at all, and removes the working directory. Returns the size. Blocks.
    pub(super) fn finish(self, to: &Path, scope: &str, of: &str, now: Timestamp) -> Result<u64> {
        let doing = "packing an export";
        let manifest = Manifest {
            format: "stead export 1",
            scope,
            of,
            made_at: now.to_string(),
            made_by: concat!("Stead ", env!("CARGO_PKG_VERSION")),
            files: &self.entries,
            left_out: &self.left_out,
        };
        let mut text = serde_json::to_vec_pretty(&manifest).internal(doing)?;
        text.push(b'\n');
        let partial = to.with_extension("partial");
        let file = private().open(&partial).internal(doing)?;
        let mut tar = tar::Builder::new(GzEncoder::new(BufWriter::new(file), Compression::new(6)));
        let header = |length: u64| {
            let mut header = tar::Header::new_gnu();
            header.set_size(length);
            header.set_mode(0o600);
            header.set_mtime(u64::try_from(now.micros() / 1_000_000).unwrap_or(0));
            header
        };
        for (name, bytes) in
            [("manifest.json", text.as_slice()), ("README.txt", readme(scope, &self.entries).as_bytes())]
        {
            let mut header = header(u64::try_from(bytes.len()).unwrap_or(0));
            tar.append_data(&mut header, name, bytes).internal(doing)?;
        }
        for entry in &self.entries {
            let file = File::open(self.work.join(&entry.name)).internal(doing)?;
            tar.append_data(&mut header(entry.bytes), &entry.name, file).internal(doing)?;
        }
        let compressed = tar.into_inner().internal(doing)?.finish().internal(doing)?;
        let file = compressed.into_inner().map_err(|error| error.into_error()).internal(doing)?;
        file.sync_all().internal(doing)?;
        let size = file.metadata().internal(doing)?.len();
        fs::rename(&partial, to).internal(doing)?;
        remove_folder(&self.work)?;
        Ok(size)
    }
}

/// Removes a folder that may not be there.
pub(super) fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).internal("removing an export's folder")
        }
        _ => Ok(()),
    }
}

fn readme(scope: &str, entries: &[Entry]) -> String {
    let whose = if scope == "user" {
        "This is what this Stead server stores of you."
    } else {
        "This is what this Stead server stores of the tenant."
    };
    let mut text = format!(
        "{whose}\n\nFiles ending in .jsonl hold one JSON object per line, in the form in which the API shows them\n(/openapi.json on the server describes it). manifest.json names every file with its length and SHA-256.\n\n"
    );
    for entry in entries {
        text.push_str(&format!("{:<24} {}\n", entry.name, entry.what));
    }
    text.push_str(
        "\nNot in here: values of secrets, passwords, tokens and keys, which nobody is ever shown, and files inside\ninstances: copy those from the instances themselves.\nThe rows of audit.jsonl can be verified with `stead audit verify audit.jsonl --checkpoint … --key …`.\n",
    );
    text
}
