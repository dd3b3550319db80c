//! What simulated repositories hold, and the two scripts by which the agent clones and inspects them. Nothing is downloaded:
//! the address alone decides what appears in the workspace, the same each time.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::programs::{Shell, Stage};

const COMMIT: &str = "/workspace/.git/simulated-commit";
const CONFIG: &str = "/workspace/phazeai.yaml";

struct Kind {
    config: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const WEB: Kind = Kind {
    config: "env: { NODE_ENV: development }\ntasks:\n  - name: install\n    command: npm ci\n  - name: dev\n    command: npm run dev\n    background: true\nports:\n  - { port: 3000, label: web }\n",
    files: &[
        ("package.json", "{ \"name\": \"app\", \"scripts\": { \"dev\": \"vite\" } }\n"),
        ("src/main.tsx", "createRoot(root).render(<App />);\n"),
        ("index.html", "<!doctype html><title>App</title>\n"),
    ],
};
const SERVICE: Kind = Kind {
    config: "env: { RUST_LOG: info }\ntasks:\n  - name: build\n    command: cargo build\n  - name: serve\n    command: cargo run\n    background: true\nports:\n  - { port: 8080, label: api }\n",
    files: &[
        ("Cargo.toml", "[package]\nname = \"service\"\nversion = \"0.4.2\"\nedition = \"2024\"\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("src/invoices.rs", "//! Invoices.\n"),
    ],
};
const NOTEBOOKS: Kind = Kind {
    config: "tasks:\n  - name: packages\n    command: pip install -r requirements.txt\n  - name: lab\n    command: jupyter lab\n    background: true\nports:\n  - { port: 8888, label: lab }\n",
    files: &[
        ("requirements.txt", "jupyterlab\npolars\n"),
        ("churn.ipynb", "{}\n"),
        ("forecast.ipynb", "{}\n"),
    ],
};
const BROKEN: Kind = Kind {
    config: "tasks:\n  - name: migrate\n    command: \"echo 'error: relation orders does not exist' && false\"\nports:\n  - { port: 4000, label: preview }\n",
    files: &[("migrations/0007_orders.sql", "alter table orders add column shipped_at timestamptz;\n")],
};

/// By words in the address; names with `broken` have a startup task that fails.
fn kind(name: &str) -> &'static Kind {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["broken", "migration"]) {
        &BROKEN
    } else if has(&["notebook", "data", "model"]) {
        &NOTEBOOKS
    } else if has(&["api", "service", "engine", "server"]) {
        &SERVICE
    } else {
        &WEB
    }
}

fn repository_name(url: &str) -> &str {
    let name = url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or("repository");
    name.strip_suffix(".git").unwrap_or(name)
}

fn commit(url: &str) -> String {
    let digest = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (url, salt).hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}{:08x}", digest(0), digest(1), digest(2) >> 32)
}

impl Shell {
    /// What the agent's cloning script would do.
    pub(super) async fn fetch_repository(&self, stage: &mut dyn Stage, url: &str) -> i32 {
        let name = repository_name(url);
        if name.contains("missing") {
            stage.err(&format!("remote: Not Found\nfatal: repository '{url}/' not found\n")).await;
            return 1;
        }
        stage.err("Cloning into '/workspace'... (simulated)\n").await;
        let total = 400 + commit(url).bytes().map(usize::from).sum::<usize>();
        for part in 1..=4 {
            let line = format!("Receiving objects: {:>3}% ({}/{total})", part * 25, total * part / 4);
            stage.err(&format!("{line}{}", if part == 4 { ", done.\n" } else { "\r" })).await;
            if !stage.wait(Duration::from_millis(60)).await {
                return 130;
            }
        }
        let kind = kind(name);
        let mut inner = self.guest.lock();
        inner.files.insert(COMMIT.to_owned(), commit(url).into_bytes());
        inner.files.insert(CONFIG.to_owned(), kind.config.as_bytes().to_vec());
        let readme = format!("# {name}\n\nA simulated repository: nothing here is executed for real.\n");
        inner.files.insert("/workspace/README.md".to_owned(), readme.into_bytes());
        for (path, text) in kind.files {
            inner.files.insert(format!("/workspace/{path}"), text.as_bytes().to_vec());
        }
        0
    }

    /// What the agent's inspecting script would print: commit, branch, whether there is a `phazeai.yaml`, and the file.
    pub(super) async fn inspect_repository(&self, stage: &mut dyn Stage) -> i32 {
        let (commit, config) = {
            let inner = self.guest.lock();
            let text =
                |path: &str| inner.files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            (text(COMMIT), text(CONFIG))
        };
        let branch = if commit.is_some() { "main" } else { "" };
        let config = config.map_or_else(|| "no\n".to_owned(), |config| format!("yes\n{config}"));
        stage.out(&format!("{}\n{branch}\n{config}", commit.unwrap_or_default())).await;
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_decide_what_a_repository_holds() {
        assert_eq!(repository_name("https://git.example.org/acme/billing-api.git"), "billing-api");
        assert_eq!(repository_name("git@example.org:acme/web"), "web");
        assert_eq!(commit("a").len(), 40);
        assert_ne!(commit("a"), commit("b"));
        assert!(kind("billing-api").config.contains("cargo"));
    }

    #[test]
    fn every_configuration_is_valid() {
        for kind in [&WEB, &SERVICE, &NOTEBOOKS, &BROKEN] {
            assert!(stead_core::workspace_config::parse(kind.config).is_ok(), "{}", kind.config);
        }
    }
}
