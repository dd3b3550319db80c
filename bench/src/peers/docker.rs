//! A Docker engine of its own, with one small image made of the host's shell.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use stead_testkit::wait;
use tempfile::TempDir;

use crate::series::first_byte;

#[derive(Debug)]
pub(crate) struct Docker {
    engine: Child,
    socket: String,
    _folder: TempDir,
}

/// A root file system that can run `/bin/sh` and `/bin/echo`: the host's, with the libraries they name.
pub(crate) fn small_root(root: &Path) {
    for program in ["/bin/sh", "/bin/echo", "/bin/cat"] {
        let libraries = Command::new("ldd").arg(program).output().expect("ldd starts");
        let text = String::from_utf8_lossy(&libraries.stdout).into_owned();
        let needed = text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from);
        for path in needed.chain([PathBuf::from(program)]) {
            let target = root.join(path.strip_prefix("/").expect("an absolute path"));
            std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
    for folder in ["dev", "proc", "sys", "tmp", "etc"] {
        std::fs::create_dir_all(root.join(folder)).expect("a folder");
    }
}

impl Docker {
    pub(crate) fn start() -> Self {
        let folder =
            tempfile::Builder::new().prefix("stead-bench-docker-").tempdir().expect("a temporary folder");
        let path = folder.path().to_path_buf();
        let socket = format!("unix://{}/docker.sock", path.display());
        let log = std::fs::File::create(path.join("log")).expect("a log");
        let engine = Command::new("dockerd")
            .args(["--host", &socket])
            .arg("--data-root")
            .arg(path.join("data"))
            .arg("--exec-root")
            .arg(path.join("exec"))
            .arg("--pidfile")
            .arg(path.join("pid"))
            .args(["--userns-remap", "default"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("dockerd starts");
        let docker = Self { engine, socket, _folder: folder };
        wait::until_blocking("the Docker engine answers", || {
            let output = docker.command(&["version"]).output().expect("docker starts");
            if output.status.success() {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        });
        let root = path.join("root");
        small_root(&root);
        let mut tar = Command::new("tar")
            .arg("-C")
            .arg(&root)
            .args(["-c", "."])
            .stdout(Stdio::piped())
            .spawn()
            .expect("tar starts");
        let imported = docker
            .command(&["import", "-", "bench"])
            .stdin(tar.stdout.take().expect("its output"))
            .output()
            .expect("docker starts");
        tar.wait().expect("tar ends");
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        docker
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(["--host", &self.socket]).args(arguments);
        command
    }

    /// `docker run` with limits, seccomp, a network and a user namespace, until the first byte.
    pub(crate) fn run_first_byte(&self) -> Duration {
        first_byte(&mut self.command(&[
            "run",
            "--rm",
            "--memory",
            "1g",
            "--cpus",
            "2",
            "--pids-limit",
            "1024",
            "bench",
            "/bin/sh",
            "-c",
            "echo ok",
        ]))
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.engine.id().to_string()).status();
        let _ = self.engine.wait();
    }
}
