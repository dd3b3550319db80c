//! Small git repositories for tests.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A repository in a temporary folder.
#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
}

/// Runs git without the user's configuration.
///
/// # Panics
/// When git fails.
pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Repository {
    /// One commit with these files.
    ///
    /// # Panics
    /// When git or the file system fails.
    #[must_use]
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder =
            tempfile::Builder::new().prefix("stead-repository-").tempdir().expect("a temporary folder");
        git(folder.path(), &["init", "--quiet"]);
        let repository = Self { folder };
        repository.commit(files);
        repository
    }

    /// # Panics
    /// When git or the file system fails.
    pub fn commit(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.path().join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).expect("a folder");
            }
            std::fs::write(path, text).expect("a file");
        }
        git(self.path(), &["add", "--all"]);
        git(self.path(), &["commit", "--quiet", "--allow-empty", "--message", "Change"]);
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
