//! The real `stead` binary, running on a data directory of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use stead_api::client::Client;
use stead_api::v1::instances::{CreateInstance, Instance, Phase};
use tempfile::TempDir;

use crate::wait;

/// What `stead up --json` prints once it answers.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    pub url: String,
    pub sign_in_link: String,
}

#[derive(Deserialize)]
struct ReadyLine {
    ready: Ready,
}

/// How to start it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// More arguments for `stead up`.
    pub arguments: Vec<String>,
    /// `stead server`: without a node of its own.
    pub server_alone: bool,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
}

/// `stead up`, with its data directory. Dropping it deletes every instance and what Stead made on the host.
#[derive(Debug)]
pub struct Stead {
    binary: PathBuf,
    data: TempDir,
    options: Options,
    process: Option<Child>,
    ready: Ready,
    log: Arc<Mutex<String>>,
}

impl Stead {
    /// # Panics
    /// When it does not come up.
    #[must_use]
    pub fn start(binary: &str, options: Options) -> Self {
        let data = tempfile::Builder::new().prefix("stead-test-").tempdir().expect("a temporary folder");
        let log = Arc::new(Mutex::new(String::new()));
        let (process, ready) = Self::launch(Path::new(binary), data.path(), &options, "127.0.0.1:0", &log);
        Self { binary: PathBuf::from(binary), data, options, process: Some(process), ready, log }
    }

    #[expect(
        clippy::zombie_processes,
        reason = "the process is handed to its owner, who waits; a start that fails ends the test"
    )]
    fn launch(
        binary: &Path,
        data: &Path,
        options: &Options,
        listen: &str,
        log: &Arc<Mutex<String>>,
    ) -> (Child, Ready) {
        let mut process = Command::new(binary)
            .args([
                "--json",
                if options.server_alone { "server" } else { "up" },
                "--listen",
                listen,
                "--data-dir",
            ])
            .arg(data)
            .args(&options.arguments)
            .env("STEAD_CREDENTIALS", data.join("credentials.json"))
            .env("STEAD_LOG", "info,stead=debug")
            .envs(options.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut errors = process.stderr.take().expect("standard error");
        let kept = Arc::clone(log);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = errors.read(&mut buffer) {
                kept.lock().expect("the log").push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
        });
        let mut lines = BufReader::new(process.stdout.take().expect("standard output")).lines();
        for line in lines.by_ref() {
            let line = line.expect("a line");
            if let Ok(ReadyLine { ready }) = serde_json::from_str(&line) {
                // Somebody must go on reading, or the process would block on a full pipe.
                std::thread::spawn(move || lines.for_each(drop));
                return (process, ready);
            }
        }
        panic!("`stead up` ended before it was ready:\n{}", log.lock().expect("the log"));
    }

    #[must_use]
    pub fn url(&self) -> &str {
        &self.ready.url
    }

    #[must_use]
    pub fn sign_in_link(&self) -> &str {
        &self.ready.sign_in_link
    }

    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        self.data.path().join("credentials.json")
    }

    /// Everything it logged.
    ///
    /// # Panics
    /// Never in practice.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    /// The owner's API token, from the credentials file.
    ///
    /// # Panics
    /// When the credentials are missing.
    #[must_use]
    pub fn token(&self) -> String {
        let text = std::fs::read_to_string(self.credentials()).expect("credentials");
        let stored: serde_json::Value = serde_json::from_str(&text).expect("credentials are JSON");
        let origin = self.ready.url.trim_end_matches('/');
        stored["logins"][origin]["token"].as_str().expect("an API token").to_owned()
    }

    /// A client for the owner.
    ///
    /// # Panics
    /// When the credentials are missing.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.ready.url.parse().expect("an address"), Some(self.token()), None).expect("a client")
    }

    /// kill -9 of the server; shims live on.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it can be killed");
            process.wait().expect("it ends");
        }
    }

    /// Ctrl-C, and waits for its end.
    ///
    /// # Panics
    /// When it does not end well.
    pub fn interrupt(&mut self) {
        if let Some(mut process) = self.process.take() {
            let sent =
                Command::new("kill").args(["-INT", &process.id().to_string()]).status().expect("kill starts");
            assert!(sent.success(), "it runs");
            let status = process.wait().expect("it ends");
            assert!(status.success(), "`stead up` after Ctrl-C: {status}");
        }
    }

    /// Starts it again at the same address.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start_again(&mut self) {
        self.kill();
        let address = self.ready.url.trim_start_matches("http://localhost:").trim_end_matches('/');
        let listen = format!("127.0.0.1:{address}");
        let (process, ready) =
            Self::launch(&self.binary, self.data.path(), &self.options, &listen, &self.log);
        self.process = Some(process);
        self.ready = ready;
    }

    /// The command line, signed in as the owner.
    ///
    /// # Panics
    /// When the binary does not start.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the binary starts")
    }

    /// The same with something on standard input.
    ///
    /// # Panics
    /// When the binary does not start.
    #[must_use]
    pub fn cli_given(&self, arguments: &[&str], input: &str) -> Output {
        let mut process = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = process.stdin.take().expect("its input");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        process.wait_with_output().expect("it ends")
    }

    /// The same, to be started by the caller.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env("STEAD_CREDENTIALS", self.credentials())
            .env("STEAD_SERVER", &self.ready.url)
            .stdin(Stdio::null());
        command
    }

    /// A blank instance that runs.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn instance(&self, name: &str) -> Instance {
        let create = CreateInstance { name: Some(name.to_owned()), ..CreateInstance::default() };
        self.client()
            .create_instance(&create, &format!("test-{name}"))
            .await
            .expect("the instance is accepted");
        self.until_phase(name, Phase::Running).await
    }

    /// # Panics
    /// When the instance does not get there.
    pub async fn until_phase(&self, name: &str, phase: Phase) -> Instance {
        let client = self.client();
        wait::until(&format!("{name} is {phase:?}"), || {
            let client = client.clone();
            async move {
                let instance = client.instance(name).await.map_err(|error| error.to_string())?;
                if instance.state.phase == phase {
                    Ok(instance)
                } else {
                    Err(format!("{:?} {:?}", instance.state, instance.problem))
                }
            }
        })
        .await
    }
}

impl Drop for Stead {
    fn drop(&mut self) {
        self.kill();
        let output = Command::new(&self.binary)
            .args(["down", "--purge", "--yes", "--data-dir"])
            .arg(self.data.path())
            .envs(self.options.environment.iter().cloned())
            .stdin(Stdio::null())
            .output()
            .expect("the binary starts");
        if std::thread::panicking() {
            println!("log of the server:\n{}", self.log());
        } else {
            assert!(
                output.status.success(),
                "`stead down --purge`: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}
