//! Configuration of the command line: flag, then environment, then file. The environment is read by `clap` alone.

use std::path::{Path, PathBuf};

use stead_control::MasterKeySettings;
use zeroize::Zeroizing;

/// Where a server listens when nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7433";

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
/// Of the presets of signing in with others.
const CLIENT_SECRETS: [&str; 3] =
    ["STEAD_GITHUB_CLIENT_SECRET", "STEAD_GOOGLE_CLIENT_SECRET", "STEAD_GITLAB_CLIENT_SECRET"];
/// Further variables that hold secrets, which `clap` has read when they are taken away.
const READ_BEFORE: [&str; 3] = ["STEAD_DATABASE", "STEAD_TOKEN", "STEAD_MASTER_KEY_COMMAND"];

/// What the environment said that no child may inherit: there are no flags for these, since arguments of a process can be read by
/// every user of the machine.
#[derive(Clone, Default)]
pub struct EnvironmentSecrets {
    master_key: Option<Zeroizing<String>>,
    smtp_password: Option<Zeroizing<String>>,
    /// In the order of [`CLIENT_SECRETS`].
    client_secrets: [Option<Zeroizing<String>>; 3],
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
        let taken = Self {
            master_key: read(MASTER_KEY),
            smtp_password: read(SMTP_PASSWORD),
            client_secrets: CLIENT_SECRETS.map(read),
        };
        for name in [MASTER_KEY, SMTP_PASSWORD].into_iter().chain(CLIENT_SECRETS).chain(READ_BEFORE) {
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

    /// The client's secret of a preset of signing in with others, by the name of its variable.
    #[must_use]
    pub fn client_secret(&self, variable: &str) -> Option<Zeroizing<String>> {
        let found = CLIENT_SECRETS.iter().zip(&self.client_secrets).find(|(name, _)| **name == variable);
        found.and_then(|(_, secret)| secret.clone())
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
