//! Master keys: where they come from and what can be done with them.
//!
//! [`MasterKeys`] is all that the rest knows, so that a key management service, which wraps and opens by itself and never gives a
//! key away, can be one more implementation. [`KeyRing`] is the one for keys that Stead holds: a text with one key a line (32 bytes,
//! base64 or hex), the first of which wraps what is new. The text is a file that Stead keeps, an environment variable, or what a
//! command prints.

use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use stead_core::ambient::Ambient;
use stead_core::{Error, Result};
use tokio::io::AsyncReadExt as _;
use zeroize::Zeroizing;

use super::envelope::{self, Key};

/// A text of keys is never longer.
const LONGEST_TEXT: u64 = 64 * 1024;
/// A command that prints the keys may take this long.
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);

/// What wraps data keys.
#[async_trait]
pub trait MasterKeys: Send + Sync + fmt::Debug {
    /// `file`, `environment`, `command`: for people and for the list of master keys.
    fn source(&self) -> &'static str;

    /// The id of the key that wraps what is new, looked up anew; `None` when there is none yet.
    async fn current(&self) -> Result<Option<String>>;

    /// Whether this key is at hand.
    async fn has(&self, id: &str) -> Result<bool>;

    /// Whether [`MasterKeys::advance`] makes keys; otherwise the operator gives them.
    fn makes_keys(&self) -> bool;

    /// Makes a key and lets it wrap what is new, unless another than `from` does so already. Returns the id. The keys before stay.
    async fn advance(&self, from: Option<&str>) -> Result<String>;

    /// Forgets a key that nothing needs any more, where Stead keeps the keys.
    async fn forget(&self, id: &str) -> Result<()>;

    async fn wrap(&self, id: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>>;

    async fn open(&self, id: &str, aad: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>>;
}

/// Where the operator wants the master key to come from.
#[derive(Clone, PartialEq, Eq)]
pub enum MasterKeySettings {
    /// A file that Stead makes at the first start, mode 0600.
    File(PathBuf),
    /// The value of an environment variable.
    Environment { variable: String, value: Zeroizing<String> },
    /// What this program with these arguments prints.
    Command(Vec<String>),
}

impl fmt::Debug for MasterKeySettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Environment { variable, .. } => {
                formatter.debug_tuple("Environment").field(variable).finish()
            }
            Self::Command(command) => formatter.debug_tuple("Command").field(&command.first()).finish(),
        }
    }
}

/// Keys that Stead holds itself.
pub struct KeyRing {
    settings: MasterKeySettings,
    ambient: Ambient,
    /// As last read, the one that wraps first.
    keys: Mutex<Vec<(String, Key)>>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyRing").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl KeyRing {
    #[must_use]
    pub fn new(settings: MasterKeySettings, ambient: Ambient) -> Self {
        Self { settings, ambient, keys: Mutex::default() }
    }

    async fn read(&self) -> Result<()> {
        let text = match &self.settings {
            MasterKeySettings::File(path) => read_file(path)?,
            MasterKeySettings::Environment { value, .. } => Some(value.clone()),
            MasterKeySettings::Command(command) => Some(run(command).await?),
        };
        let keys = match text {
            None => Vec::new(),
            Some(text) => parse(&text).map_err(|error| error.context(format!("{:?}", self.settings)))?,
        };
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn key(&self, id: &str) -> Option<Key> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|(known, _)| known == id).map(|(_, key)| key.clone())
    }

    /// The key, looked up anew when it is not known: another server may have made it, or the operator given it.
    async fn find(&self, id: &str) -> Result<Key> {
        if let Some(key) = self.key(id) {
            return Ok(key);
        }
        self.read().await?;
        self.key(id).ok_or_else(|| missing(id, &self.settings))
    }

    fn first(&self) -> Option<String> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.first().map(|(id, _)| id.clone())
    }

    fn fresh(&self) -> Key {
        let mut key = Key::default();
        self.ambient.fill_random(key.as_mut());
        key
    }
}

#[async_trait]
impl MasterKeys for KeyRing {
    fn source(&self) -> &'static str {
        match self.settings {
            MasterKeySettings::File(_) => "file",
            MasterKeySettings::Environment { .. } => "environment",
            MasterKeySettings::Command(_) => "command",
        }
    }

    async fn current(&self) -> Result<Option<String>> {
        self.read().await?;
        Ok(self.first())
    }

    async fn has(&self, id: &str) -> Result<bool> {
        if self.key(id).is_none() {
            self.read().await?;
        }
        Ok(self.key(id).is_some())
    }

    fn makes_keys(&self) -> bool {
        matches!(self.settings, MasterKeySettings::File(_))
    }

    async fn advance(&self, from: Option<&str>) -> Result<String> {
        let now = self.current().await?;
        if let Some(now) = &now
            && Some(now.as_str()) != from
        {
            return Ok(now.clone());
        }
        let MasterKeySettings::File(path) = &self.settings else {
            return Err(not_changed(&self.settings));
        };
        let key = self.fresh();
        let before = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let keys: Vec<(String, Key)> = std::iter::once((key_id(&key), key)).chain(before).collect();
        write_file(path, &keys, now.is_none())?;
        self.current().await?.ok_or_else(|| Error::internal("a master key that was written is not there"))
    }

    async fn forget(&self, id: &str) -> Result<()> {
        let MasterKeySettings::File(path) = &self.settings else { return Ok(()) };
        self.read().await?;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let before = keys.len();
        keys.retain(|(known, _)| known != id);
        if keys.len() == before || keys.is_empty() {
            return Ok(());
        }
        write_file(path, &keys, false)?;
        self.read().await
    }

    async fn wrap(&self, id: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; 12];
        self.ambient.fill_random(&mut nonce);
        let key = self.find(id).await?;
        envelope::encrypt(&key, nonce, aad, plain)
    }

    async fn open(&self, id: &str, aad: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let key = self.find(id).await?;
        envelope::decrypt(&key, aad, wrapped)?
            .ok_or_else(|| Error::internal(format!("a data key does not open under master key {id}")))
    }
}

/// Tells keys apart without saying anything of them.
fn key_id(key: &Key) -> String {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key.as_slice()) {
        Ok(mac) => mac,
        // HMAC takes keys of any length.
        Err(_) => return String::new(),
    };
    mac.update(b"stead master key id");
    let digest = mac.finalize().into_bytes();
    digest.iter().take(8).fold("mk_".to_owned(), |mut text, byte| {
        use fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn parse(text: &str) -> Result<Vec<(String, Key)>> {
    let words = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(|letter: char| letter.is_whitespace() || letter == ','))
        .filter(|word| !word.is_empty());
    let keys: Vec<(String, Key)> =
        words.map(|word| parse_key(word).map(|key| (key_id(&key), key))).collect::<Result<_>>()?;
    if keys.is_empty() {
        return Err(Error::invalid("master_key_invalid", "The master key is empty.").next_step(HOW_TO_MAKE));
    }
    Ok(keys)
}

const HOW_TO_MAKE: &str =
    "Give 32 random bytes in base64, such as `head -c 32 /dev/urandom | base64` prints.";

fn parse_key(word: &str) -> Result<Key> {
    let wrong = || {
        Error::invalid("master_key_invalid", "The master key is not 32 bytes in base64 or hex.")
            .next_step(HOW_TO_MAKE)
    };
    let bytes = if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let digits = word.as_bytes().chunks(2);
        digits
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Option<Vec<u8>>>()
    } else {
        [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
            .into_iter()
            .find_map(|engine| engine.decode(word).ok())
    };
    let bytes = Zeroizing::new(bytes.ok_or_else(wrong)?);
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    if key == [0; 32] {
        return Err(wrong());
    }
    Ok(Zeroizing::new(key))
}

fn missing(id: &str, settings: &MasterKeySettings) -> Error {
    let place = match settings {
        MasterKeySettings::File(path) => format!("{}", path.display()),
        MasterKeySettings::Environment { variable, .. } => format!("the variable {variable}"),
        MasterKeySettings::Command(_) => "what the master key's command prints".to_owned(),
    };
    Error::unavailable(
        "master_key_missing",
        format!("What is stored is sealed under master key {id}, which is not in {place}."),
    )
    .next_step("Put that key back, from a backup or from another server of this installation. Without it what is sealed cannot be read by anybody.")
}

pub(super) fn not_changed(settings: &MasterKeySettings) -> Error {
    let next = match settings {
        MasterKeySettings::File(_) => "Try again.".to_owned(),
        MasterKeySettings::Environment { variable, .. } => format!(
            "Set {variable} to the new key, a space, and the old key, start Stead again and repeat this; take the old key out when the rotation has ended."
        ),
        MasterKeySettings::Command(_) => "Let the command print the new key in its first line and the old one in its second, then repeat this; take the old key out when the rotation has ended.".to_owned(),
    };
    Error::conflict("master_key_not_changed", "The master key is the one in use already.").next_step(next)
}

fn unusable(path: &Path, error: &std::io::Error) -> Error {
    Error::unavailable(
        "master_key_unusable",
        format!("The master key's file {} cannot be used: {error}.", path.display()),
    )
    .next_step("Check that this user may read and write it and that the disk has room.")
}

/// `None` when there is no such file.
fn read_file(path: &Path) -> Result<Option<Zeroizing<String>>> {
    use std::io::Read as _;
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path, &error)),
    };
    let mode = file.metadata().map_err(|error| unusable(path, &error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::invalid(
            "master_key_exposed",
            format!("The master key's file {} can be read by other users of this machine.", path.display()),
        )
        .next_step(format!(
            "Run `chmod 600 {}`, start Stead and run `stead keys rotate master`.",
            path.display()
        )));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST_TEXT).read_to_string(&mut text).map_err(|error| unusable(path, &error))?;
    Ok(Some(text))
}

/// Writes the file whole or not at all, and so that it is there after the power fails. `first`: only if there is none; one that
/// another process made meanwhile stays.
fn write_file(path: &Path, keys: &[(String, Key)], first: bool) -> Result<()> {
    let failed = |error: std::io::Error| unusable(path, &error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut text = Zeroizing::new(String::from(
        "# The master key of this Stead installation. Keep a copy apart from the database's backups: without it\n\
         # secrets cannot be read. The first key seals what is new; `stead keys rotate master` makes another.\n",
    ));
    for (_, key) in keys {
        let encoded = Zeroizing::new(STANDARD.encode(key.as_slice()));
        text.push_str(&encoded);
        text.push('\n');
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    if first {
        match std::fs::hard_link(&temporary, path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        std::fs::remove_file(&temporary).map_err(failed)?;
    } else {
        std::fs::rename(&temporary, path).map_err(failed)?;
    }
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

async fn run(command: &[String]) -> Result<Zeroizing<String>> {
    let failed = |why: String| {
        Error::unavailable("master_key_command_failed", format!("The master key's command {why}."))
            .next_step("Run it by hand as the user that runs Stead; it has to print the key and end with 0.")
    };
    let (program, arguments) = command.split_first().ok_or_else(|| failed("is empty".to_owned()))?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let output = child.stdout.take().ok_or_else(|| Error::internal("a child without its output"))?;
    let mut text = Zeroizing::new(String::new());
    let finished = async {
        output.take(LONGEST_TEXT).read_to_string(&mut text).await?;
        child.wait().await
    };
    let status = tokio::time::timeout(COMMAND_PATIENCE, finished)
        .await
        .map_err(|_| failed(format!("has not ended within {} seconds", COMMAND_PATIENCE.as_secs())))?
        .map_err(|error| failed(format!("cannot be read: {error}")))?;
    if !status.success() {
        return Err(failed(format!("has failed ({status})")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
