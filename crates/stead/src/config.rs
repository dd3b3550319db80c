//! Configuration of the command line: flag, then environment, then file. The environment is read by `clap` alone.
//!
//! The credentials file is written with mode 0600 by `stead login` and `stead up`, and by nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stead_control::MasterKeySettings;
use stead_core::error::InternalContext;
use stead_core::{Error, Result};
use zeroize::Zeroizing;

/// Where a server listens when nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7433";

/// Who the command line is, and where.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Base address of the server.
    pub server: String,
    /// API token.
    pub token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Credentials {
    /// # Errors
    /// When the file exists and others may read it, or it is not what `stead login` writes.
    pub fn load(path: &Path) -> Result<Option<Self>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Error::invalid(
                    "credentials_unreadable",
                    format!("{} cannot be read: {error}.", path.display()),
                ));
            }
        };
        let mode = file.metadata().internal("reading the mode of the credentials file")?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::invalid(
                "credentials_exposed",
                format!("{} can be read by other users of this machine.", path.display()),
            )
            .next_step(format!("Run `chmod 600 {}`, or sign in anew with `stead login`.", path.display())));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).internal("reading the credentials file")?;
        serde_json::from_str(&text).map(Some).map_err(|error| {
            Error::invalid("credentials_invalid", format!("{} is damaged: {error}.", path.display()))
                .next_step("Sign in anew with `stead login`.")
        })
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn store(&self, path: &Path) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let cannot = |error: std::io::Error| {
            Error::invalid(
                "credentials_unwritable",
                format!("{} cannot be written: {error}.", path.display()),
            )
            .next_step("Name another file with --credentials or STEAD_CREDENTIALS.")
        };
        fs::create_dir_all(folder).map_err(cannot)?;
        let temporary = path.with_extension("new");
        let _ = fs::remove_file(&temporary);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).map_err(cannot)?;
        let text = serde_json::to_string_pretty(self).internal("writing credentials")?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
        fs::rename(&temporary, path).map_err(cannot)
    }
}

/// `$XDG_CONFIG_HOME/stead/credentials.json`, else below `~/.config`.
#[must_use]
pub fn default_credentials_path(xdg_config_home: Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    xdg_config_home
        .filter(|path| path.is_absolute())
        .or_else(|| home.map(|home| home.join(".config")))
        .unwrap_or_else(|| PathBuf::from("/etc"))
        .join("stead/credentials.json")
}

/// `/var/lib/stead` for root, else below the user's data folder.
#[must_use]
pub fn default_data_dir(root: bool, xdg_data_home: Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    if root {
        return PathBuf::from("/var/lib/stead");
    }
    xdg_data_home
        .filter(|path| path.is_absolute())
        .or_else(|| home.map(|home| home.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("/var/tmp"))
        .join("stead")
}

const MASTER_KEY: &str = "STEAD_MASTER_KEY";
const SMTP_PASSWORD: &str = "STEAD_SMTP_PASSWORD";
/// Variables that hold secrets. `clap` has read the last three when they are taken away.
const SECRET_VARIABLES: [&str; 5] =
    [MASTER_KEY, SMTP_PASSWORD, "STEAD_DATABASE", "STEAD_TOKEN", "STEAD_MASTER_KEY_COMMAND"];

/// What the environment said that no child may inherit: there are no flags for these, since arguments of a process can be read by
/// every user of the machine.
#[derive(Clone, Default)]
pub struct EnvironmentSecrets {
    master_key: Option<Zeroizing<String>>,
    smtp_password: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for EnvironmentSecrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EnvironmentSecrets").finish_non_exhaustive()
    }
}

impl EnvironmentSecrets {
    /// Reads them and takes every secret out of this process's environment, so that nothing it starts (shims, instances, git,
    /// commands) ever sees one.
    ///
    /// # Safety
    /// No other thread may exist.
    #[must_use]
    pub unsafe fn take() -> Self {
        let read = |name: &str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
            Some(Zeroizing::new(value.to_string_lossy().into_owned()))
        };
        let taken = Self { master_key: read(MASTER_KEY), smtp_password: read(SMTP_PASSWORD) };
        for name in SECRET_VARIABLES {
            // SAFETY: the caller promises that no other thread reads the environment meanwhile.
            unsafe { std::env::remove_var(name) };
        }
        taken
    }

    /// Where the master key comes from: the output of the command, the variable `STEAD_MASTER_KEY`, or else a file in the server's
    /// directory.
    #[must_use]
    pub fn master_key(&self, data_dir: &Path, command: Option<&str>) -> MasterKeySettings {
        if let Some(command) = command {
            let words = ["/bin/sh", "-c", command].map(str::to_owned);
            return MasterKeySettings::Command(words.into());
        }
        match &self.master_key {
            Some(value) => {
                MasterKeySettings::Environment { variable: MASTER_KEY.to_owned(), value: value.clone() }
            }
            None => MasterKeySettings::File(data_dir.join("server/master.key")),
        }
    }

    /// The password at the mail server.
    #[must_use]
    pub fn smtp_password(&self) -> Option<Zeroizing<String>> {
        self.smtp_password.clone()
    }
}

/// The default for this user, from the environment.
#[must_use]
pub fn default_data_dir_here() -> PathBuf {
    default_data_dir(
        rustix::process::geteuid().is_root(),
        std::env::var_os("XDG_DATA_HOME").map(PathBuf::from),
        std::env::var_os("HOME").map(PathBuf::from),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_private_and_refused_when_exposed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/credentials.json");
        let credentials = Credentials {
            server: "http://localhost:7433".into(),
            token: "stead_secret".into(),
            tenant: None,
        };
        credentials.store(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Credentials::load(&path).unwrap().unwrap().token, "stead_secret");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(Credentials::load(&path).unwrap_err().code(), "credentials_exposed");
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}
