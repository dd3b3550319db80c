//! Repositories on the user's own machine: packed into a `git bundle` by the user's git, with the user's rights, and uploaded.
//! The server never reads a path that a caller names.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use stead_core::git_url::GitUrl;
use tokio::process::Command;

use super::Failure;

/// A local repository, ready to be sent.
#[derive(Debug)]
pub(crate) struct LocalRepository {
    pub(crate) root: PathBuf,
    /// Name of its folder.
    pub(crate) folder: String,
    /// `origin`, without any password, when an instance can reach such an address.
    pub(crate) origin: Option<String>,
    /// `origin` is a path, or another form that only this machine understands.
    pub(crate) origin_stays_here: bool,
    pub(crate) branch: Option<String>,
    /// Changed or new files that are not committed and therefore stay behind.
    pub(crate) uncommitted: usize,
}

async fn git(root: &Path, arguments: &[&str]) -> Result<Option<String>, Failure> {
    let output =
        Command::new("git").arg("-C").arg(root).args(arguments).stdin(Stdio::null()).output().await.map_err(
            |error| {
                Failure::new(1, "git_missing", format!("git does not start here: {error}."))
                    .next("Install git, or open the repository by its address.")
            },
        )?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// Removes a user name and password from an `http` address.
fn without_password(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(mut parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.password().is_some() => {
            let _ = parsed.set_password(None);
            let _ = parsed.set_username("");
            parsed.to_string()
        }
        _ => address.to_owned(),
    }
}

impl LocalRepository {
    /// # Errors
    /// When the path is in no git repository or the repository has no commit.
    pub(crate) async fn find(path: &Path) -> Result<Self, Failure> {
        let Some(root) = git(path, &["rev-parse", "--show-toplevel"]).await? else {
            return Err(Failure::usage(
                format!("{} is in no git repository.", path.display()),
                "Make it one with `git init` and a first commit, or create a blank instance with `stead open --blank`.",
            ));
        };
        let root = PathBuf::from(root);
        if git(&root, &["rev-parse", "--verify", "HEAD"]).await?.is_none() {
            return Err(Failure::usage(
                format!("{} has no commit yet.", root.display()),
                "Commit something first: only commits are sent.",
            ));
        }
        let configured = git(&root, &["config", "--get", "remote.origin.url"])
            .await?
            .filter(|url| !url.is_empty())
            .map(|url| without_password(&url));
        let origin = configured.clone().filter(|url| GitUrl::parse(url).is_ok());
        let branch = git(&root, &["symbolic-ref", "--quiet", "--short", "HEAD"]).await?;
        let status = git(&root, &["status", "--porcelain"]).await?.unwrap_or_default();
        let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self {
            folder,
            origin_stays_here: configured.is_some() && origin.is_none(),
            origin,
            branch,
            uncommitted: status.lines().count(),
            root,
        })
    }

    /// Packs HEAD, every branch and every tag into `file`.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) async fn bundle(&self, file: &Path) -> Result<(), Failure> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.root)
            .args(["bundle", "create", "--quiet"])
            .arg(file)
            .args(["HEAD", "--branches", "--tags"])
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(|error| Failure::new(1, "git_missing", format!("git does not start here: {error}.")))?;
        if output.status.success() {
            return Ok(());
        }
        let reason = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(
            1,
            "git_bundle",
            format!("git could not pack {}: {}", self.root.display(), reason.trim()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_stay_at_home() {
        assert_eq!(without_password("https://ada:hunter2@example.org/x.git"), "https://example.org/x.git");
        assert_eq!(without_password("git@example.org:x.git"), "git@example.org:x.git");
    }
}
