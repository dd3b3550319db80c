//! Who the command line is, and at which servers: one file of mode 0600, keyed by server.
//!
//! Written by `stead login`, `logout` and `up`, by `tenants switch`, and when a session's tokens are renewed. Who changes it holds
//! the lock beside it from reading to writing, so that commands that run at the same time do not undo each other.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use stead_core::error::InternalContext;
use stead_core::{Error, Result};
use url::Url;

/// What one server is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Held {
    /// An API token.
    Token { token: String },
    /// A session of this machine's own.
    Session(SessionTokens),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTokens {
    pub session_id: String,
    pub access_token: String,
    /// Seconds since the epoch, by this machine's clock.
    pub access_until: i64,
    pub refresh_token: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    #[serde(flatten)]
    pub held: Held,
    /// The tenant that commands act in; the personal one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Token { .. } => "Token(…)",
            Self::Session(_) => "Session(…)",
        })
    }
}

impl std::fmt::Debug for SessionTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SessionTokens").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Base address of the server that commands speak to when they name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// By origin.
    #[serde(default)]
    logins: BTreeMap<String, Login>,
}

/// As it was written when it was for one server.
#[derive(Deserialize)]
struct OfOneServer {
    server: String,
    token: String,
    tenant: Option<String>,
}

fn key(server: &Url) -> String {
    server.origin().ascii_serialization()
}

/// Held until it is dropped; a process that dies frees it.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid("credentials_unwritable", format!("{} cannot be written: {error}.", path.display()))
        .next_step("Name another file with --credentials or STEAD_CREDENTIALS.")
}

/// Waits until nobody else changes the file.
///
/// # Errors
/// When its folder cannot be written.
pub fn lock(path: &Path) -> Result<FileLock> {
    let failed = |error: std::io::Error| cannot_write(path, &error);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path.with_extension("lock"))
        .map_err(failed)?;
    flock(&file, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
    Ok(FileLock { _file: file })
}

impl Credentials {
    /// What the file holds; nothing when there is none.
    ///
    /// # Errors
    /// When others may read the file, or it is not what `stead login` writes.
    pub fn load(path: &Path) -> Result<Self> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
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
        if let Ok(OfOneServer { server, token, tenant }) = serde_json::from_str(&text)
            && let Ok(address) = Url::parse(&server)
        {
            let login = Login { held: Held::Token { token }, tenant };
            return Ok(Self { server: Some(server), logins: BTreeMap::from([(key(&address), login)]) });
        }
        serde_json::from_str(&text).map_err(|error| {
            Error::invalid("credentials_invalid", format!("{} is damaged: {error}.", path.display()))
                .next_step("Remove it and sign in anew with `stead login`.")
        })
    }

    /// Reads the file, changes it and writes it, with nobody between.
    ///
    /// # Errors
    /// See [`Credentials::load`] and [`Credentials::store`].
    pub fn change<T>(path: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T> {
        let _lock = lock(path)?;
        let mut all = Self::load(path)?;
        let answer = change(&mut all);
        all.store(path)?;
        Ok(answer)
    }

    /// Writes the file whole or not at all. The caller holds the lock.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn store(&self, path: &Path) -> Result<()> {
        let failed = |error: std::io::Error| cannot_write(path, &error);
        let temporary = path.with_extension("new");
        let _ = fs::remove_file(&temporary);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).map_err(failed)?;
        let text = serde_json::to_string_pretty(self).internal("writing credentials")?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&temporary, path).map_err(failed)
    }

    #[must_use]
    pub fn login(&self, server: &Url) -> Option<&Login> {
        self.logins.get(&key(server))
    }

    pub fn login_mut(&mut self, server: &Url) -> Option<&mut Login> {
        self.logins.get_mut(&key(server))
    }

    /// Keeps a login, and speaks to that server from now on.
    pub fn keep(&mut self, server: &Url, login: Login) {
        self.server = Some(server.to_string());
        self.logins.insert(key(server), login);
    }

    /// Forgets a login. When commands spoke to that server, they speak to the only other one, if there is one.
    pub fn forget(&mut self, server: &Url) {
        self.logins.remove(&key(server));
        let spoke = self.server.as_deref().and_then(|text| Url::parse(text).ok());
        if spoke.is_some_and(|spoke| key(&spoke) == key(server)) {
            let mut others = self.logins.keys();
            self.server = others.next().filter(|_| others.next().is_none()).cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn token(text: &str) -> Login {
        Login { held: Held::Token { token: text.into() }, tenant: None }
    }

    #[test]
    fn credentials_are_private_and_refused_when_exposed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/credentials.json");
        let (here, there) = (url("http://localhost:7433"), url("https://stead.example.org/"));
        let session = Login {
            held: Held::Session(SessionTokens {
                session_id: "sess_1".into(),
                access_token: "a.b.c".into(),
                access_until: 9,
                refresh_token: "refresh".into(),
            }),
            tenant: Some("ten_1".into()),
        };
        Credentials::change(&path, |all| all.keep(&here, token("stead_secret"))).unwrap();
        Credentials::change(&path, |all| all.keep(&there, session.clone())).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let all = Credentials::load(&path).unwrap();
        assert_eq!((all.login(&here), all.login(&there)), (Some(&token("stead_secret")), Some(&session)));
        assert_eq!(all.login(&url("https://stead.example.org:444/")), None, "another server");
        assert_eq!(all.server.as_deref(), Some("https://stead.example.org/"));
        let shown = format!("{all:?}");
        assert!(!shown.contains("secret") && !shown.contains("refresh"), "{shown}");
        Credentials::change(&path, |all| all.forget(&there)).unwrap();
        let all = Credentials::load(&path).unwrap();
        assert_eq!((all.login(&there), all.server.as_deref()), (None, Some("http://localhost:7433")));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(Credentials::load(&path).unwrap_err().code(), "credentials_exposed");
    }

    #[test]
    fn a_file_of_one_server_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        fs::write(&path, r#"{"server": "http://localhost:7433/", "token": "stead_old", "tenant": "ten_1"}"#)
            .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let all = Credentials::load(&path).unwrap();
        let login = all.login(&url("http://localhost:7433")).unwrap();
        assert_eq!((&login.held, login.tenant.as_deref()), (&token("stead_old").held, Some("ten_1")));
        fs::write(&path, "{").unwrap();
        assert_eq!(Credentials::load(&path).unwrap_err().code(), "credentials_invalid");
    }

    #[test]
    fn changes_at_the_same_time_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        std::thread::scope(|scope| {
            for number in 0..16 {
                let path = &path;
                scope.spawn(move || {
                    let server = url(&format!("http://localhost:{}", 1_000 + number));
                    Credentials::change(path, |all| all.keep(&server, token("stead_x"))).unwrap();
                });
            }
        });
        assert_eq!(Credentials::load(&path).unwrap().logins.len(), 16);
    }
}
