//! The canned programs of the simulated machine. Those that stand for real tools say `(simulated)`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;

use super::machine::Guest;
use super::shell::{self, Condition};

/// What a program needs of the process it runs in.
#[async_trait]
pub(super) trait Stage: Send {
    async fn out(&mut self, text: &str);
    async fn err(&mut self, text: &str);
    /// Waits; `false` when the program was interrupted meanwhile.
    async fn wait(&mut self, time: Duration) -> bool;
    fn listen(&mut self, port: u16);
}

/// State of a shell between commands.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    pub(super) guest: Arc<Guest>,
    pub(super) directory: String,
    pub(super) env: BTreeMap<String, String>,
    pub(super) last: i32,
    pub(super) exit: Option<i32>,
}

impl Shell {
    /// Runs a line or script and returns the last exit code.
    pub(super) fn run<'a>(&'a mut self, stage: &'a mut dyn Stage, line: &'a str) -> BoxFuture<'a, i32> {
        Box::pin(self.run_commands(stage, line))
    }

    async fn run_commands(&mut self, stage: &mut dyn Stage, line: &str) -> i32 {
        for command in shell::parse(line) {
            let skip = match command.condition {
                Condition::Always => false,
                Condition::AfterSuccess => self.last != 0,
                Condition::AfterFailure => self.last == 0,
            };
            if skip || self.exit.is_some() {
                continue;
            }
            let words: Vec<String> =
                command.words.iter().map(|word| shell::expand(word, &self.env, self.last)).collect();
            self.last = match &command.redirect {
                None => self.program(stage, &words).await,
                Some(redirect) => {
                    let mut captured = Captured { text: String::new(), stage: &mut *stage };
                    let code = self.program(&mut captured, &words).await;
                    let text = captured.text;
                    match redirect.path.as_str() {
                        "&2" => stage.err(&text).await,
                        "&1" => stage.out(&text).await,
                        _ => self.write_file(redirect, &text),
                    }
                    code
                }
            };
        }
        self.exit.unwrap_or(self.last)
    }

    fn write_file(&self, redirect: &shell::Redirect, text: &str) {
        let path = shell::resolve(&self.directory, &redirect.path);
        let mut inner = self.guest.lock();
        let file = inner.files.entry(path).or_default();
        if !redirect.append {
            file.clear();
        }
        file.extend_from_slice(text.as_bytes());
    }

    /// Runs one program.
    pub(super) async fn program(&mut self, stage: &mut dyn Stage, words: &[String]) -> i32 {
        let Some((name, arguments)) = words.split_first() else { return 0 };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let name = name.rsplit('/').next().unwrap_or(name);
        match (name, arguments.as_slice()) {
            ("true" | ":" | "set", _) => 0,
            ("false", _) => 1,
            ("sh", ["-c", script, "fetch", url, ..]) if script.contains(".stead-fetch") => {
                self.fetch_repository(stage, url).await
            }
            ("sh", ["-c", script, "task", command]) if script.contains("exec bash") => {
                let mut inner = self.clone();
                inner.exit = None;
                inner.run(stage, command).await
            }
            ("sh", ["-c", script, "inspect"]) if script.contains("symbolic-ref") => {
                self.inspect_repository(stage).await
            }
            ("sh" | "bash" | "dash", ["-c" | "-lc" | "-ec" | "-ic", script, ..]) => {
                let mut inner = self.clone();
                inner.exit = None;
                inner.run(stage, script).await
            }
            ("exit", rest) => {
                let code = rest.first().and_then(|code| code.parse().ok()).unwrap_or(self.last);
                self.exit = Some(code);
                code
            }
            ("echo", rest) => {
                let (newline, rest) = match rest {
                    ["-n", rest @ ..] => ("", rest),
                    rest => ("\n", rest),
                };
                stage.out(&format!("{}{newline}", rest.join(" "))).await;
                0
            }
            ("pwd", _) => {
                stage.out(&format!("{}\n", self.directory)).await;
                0
            }
            ("cd", rest) => {
                self.directory = shell::resolve(&self.directory, rest.first().unwrap_or(&"/workspace"));
                0
            }
            ("export", rest) => {
                for (key, value) in rest.iter().filter_map(|pair| pair.split_once('=')) {
                    self.env.insert(key.to_owned(), value.to_owned());
                }
                0
            }
            ("env", _) => {
                let text: String = self.env.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
                stage.out(&text).await;
                0
            }
            ("hostname", _) => {
                let name = self.guest.lock().plan.name.clone();
                stage.out(&format!("{name}\n")).await;
                0
            }
            ("whoami", _) => {
                stage.out("user\n").await;
                0
            }
            ("id", _) => {
                stage.out("uid=1000(user) gid=1000(user) groups=1000(user)\n").await;
                0
            }
            ("uname", _) => {
                stage.out("Linux (simulated)\n").await;
                0
            }
            ("ls", rest) => self.list(stage, rest).await,
            ("cat", rest) => self.print_files(stage, rest).await,
            ("touch", rest) => {
                for path in rest {
                    self.guest.lock().files.entry(shell::resolve(&self.directory, path)).or_default();
                }
                0
            }
            ("rm", rest) => {
                for path in rest.iter().filter(|path| !path.starts_with('-')) {
                    let path = shell::resolve(&self.directory, path);
                    let beneath = format!("{path}/");
                    self.guest.lock().files.retain(|file, _| *file != path && !file.starts_with(&beneath));
                }
                0
            }
            ("mkdir", _) => 0,
            ("sleep", rest) => {
                let seconds = match rest.first() {
                    Some(&"infinity") => 1e9,
                    Some(text) => text.parse().unwrap_or(1.0),
                    None => 1.0,
                };
                if stage.wait(Duration::from_secs_f64(f64::clamp(seconds, 0.0, 1e9))).await { 0 } else { 130 }
            }
            ("counter", rest) => self.counter(stage, rest).await,
            ("yes", rest) => {
                let line = format!("{}\n", rest.first().unwrap_or(&"y"));
                loop {
                    stage.out(&line.repeat(512)).await;
                    if !stage.wait(Duration::from_millis(1)).await {
                        return 130;
                    }
                }
            }
            ("ps", _) => {
                let lines: String = self
                    .guest
                    .processes()
                    .iter()
                    .filter(|process| process.exit.is_none())
                    .map(|process| format!("{} {}\n", process.id, process.label))
                    .collect();
                stage.out(&lines).await;
                0
            }
            ("serve", rest) => {
                let port = rest.first().and_then(|port| port.parse().ok()).unwrap_or(8080);
                self.serve(stage, port).await
            }
            ("python3" | "python", ["-m", "http.server", rest @ ..]) => {
                let port = rest.iter().find_map(|port| port.parse().ok()).unwrap_or(8000);
                self.serve(stage, port).await
            }
            ("npm" | "pnpm" | "yarn", ["run", "dev"] | ["dev"] | ["start"]) => self.serve(stage, 3000).await,
            ("jupyter", _) => self.serve(stage, 8888).await,
            ("simulated-entrypoint", _) => {
                stage.out("The image's entry point runs (simulated).\n").await;
                self.serve(stage, 8080).await
            }
            ("cargo", ["--version", ..]) => canned(stage, "cargo 1.95.0 (simulated)\n").await,
            ("rustc", ["--version", ..]) => canned(stage, "rustc 1.95.0 (simulated)\n").await,
            ("node", ["--version" | "-v", ..]) => canned(stage, "v22.11.0 (simulated)\n").await,
            ("npm", ["--version" | "-v", ..]) => canned(stage, "10.9.0 (simulated)\n").await,
            ("python3" | "python", ["--version" | "-V", ..]) => canned(stage, "Python 3.11.2 (simulated)\n").await,
            ("git", ["--version", ..]) => canned(stage, "git version 2.39.5 (simulated)\n").await,
            ("git", ["status", ..]) => {
                canned(stage, "On branch main (simulated)\nnothing to commit, working tree clean\n").await
            }
            ("git", ["rev-parse", ..]) => {
                canned(stage, "5175000000000000000000000000000000005175\n").await
            }
            ("git", ["clone", ..]) => {
                let directory = self.directory.clone();
                stage.err("Cloning (simulated)...\n").await;
                if !stage.wait(Duration::from_millis(200)).await {
                    return 130;
                }
                self.guest.lock().files.insert(shell::resolve(&directory, "src/main.rs"), b"fn main() {}\n".to_vec());
                stage.err("Cloned 42 objects (simulated).\n").await;
                0
            }
            ("git", _) => canned(stage, "git (simulated): done\n").await,
            ("cargo", [verb @ ("build" | "check" | "test" | "run"), ..]) => {
                for step in ["Compiling serde v1.0.0", "Compiling workspace v0.1.0", "Finished in 0.6s"] {
                    stage.err(&format!("   {step} (simulated)\n")).await;
                    if !stage.wait(Duration::from_millis(200)).await {
                        return 130;
                    }
                }
                if *verb == "run" { self.serve(stage, 8080).await } else { 0 }
            }
            ("npm" | "pnpm" | "yarn" | "pip" | "pip3", ["install" | "ci", ..]) => {
                if !stage.wait(Duration::from_millis(300)).await {
                    return 130;
                }
                canned(stage, "added 120 packages (simulated)\n").await
            }
            ("help", _) => {
                canned(
                    stage,
                    "This shell is simulated. It knows echo, ls, cat, cd, pwd, env, export, rm, touch, sleep, counter, serve, \
                     ps, exit and a few tools that only pretend to work.\n",
                )
                .await
            }
            _ => {
                stage.err(&format!("{name}: command not found (this machine is simulated; try help)\n")).await;
                127
            }
        }
    }

    async fn list(&self, stage: &mut dyn Stage, arguments: &[&str]) -> i32 {
        let path = arguments.iter().find(|argument| !argument.starts_with('-')).unwrap_or(&".");
        let directory = shell::resolve(&self.directory, path);
        let prefix = if directory == "/" { directory.clone() } else { format!("{directory}/") };
        let names: std::collections::BTreeSet<String> = {
            let inner = self.guest.lock();
            inner
                .files
                .keys()
                .filter_map(|file| file.strip_prefix(&prefix)?.split('/').next().map(str::to_owned))
                .collect()
        };
        let all = arguments.iter().any(|argument| argument.starts_with('-') && argument.contains('a'));
        let text: String = names
            .iter()
            .filter(|name| all || !name.starts_with('.'))
            .map(|name| format!("{name}\n"))
            .collect();
        stage.out(&text).await;
        0
    }

    async fn print_files(&self, stage: &mut dyn Stage, paths: &[&str]) -> i32 {
        let mut code = 0;
        for path in paths {
            let content = self.guest.lock().files.get(&shell::resolve(&self.directory, path)).cloned();
            match content {
                Some(content) => stage.out(&String::from_utf8_lossy(&content)).await,
                None => {
                    stage.err(&format!("cat: {path}: No such file or directory\n")).await;
                    code = 1;
                }
            }
        }
        code
    }

    /// `counter [TO [MILLISECONDS]]`: one number per line.
    async fn counter(&self, stage: &mut dyn Stage, arguments: &[&str]) -> i32 {
        let mut numbers = arguments.iter().filter_map(|text| text.parse::<u64>().ok());
        let (to, pause) = (numbers.next().unwrap_or(u64::MAX), numbers.next().unwrap_or(100));
        for number in 1..=to {
            stage.out(&format!("{number}\n")).await;
            if !stage.wait(Duration::from_millis(pause)).await {
                return 130;
            }
        }
        0
    }

    async fn serve(&self, stage: &mut dyn Stage, port: u16) -> i32 {
        stage.listen(port);
        stage.out(&format!("Listening on http://0.0.0.0:{port} (simulated)\n")).await;
        let _interrupted = stage.wait(Duration::from_secs(1_000_000_000)).await;
        130
    }
}

async fn canned(stage: &mut dyn Stage, text: &str) -> i32 {
    stage.out(text).await;
    0
}

/// Collects the output of a redirected command.
struct Captured<'a> {
    text: String,
    stage: &'a mut dyn Stage,
}

#[async_trait]
impl Stage for Captured<'_> {
    async fn out(&mut self, text: &str) {
        self.text.push_str(text);
    }
    async fn err(&mut self, text: &str) {
        self.stage.err(text).await;
    }
    async fn wait(&mut self, time: Duration) -> bool {
        self.stage.wait(time).await
    }
    fn listen(&mut self, port: u16) {
        self.stage.listen(port);
    }
}
