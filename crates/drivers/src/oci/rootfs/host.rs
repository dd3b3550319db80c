//! Facts of the host for its userland inside: name servers and toolchains. Read at the start, never written. The private `/etc`
//! itself is made by the sandbox.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::oci::settings::Toolchain;

const PATIENCE: Duration = Duration::from_secs(5);
/// Where resolvers behind a local stub keep the addresses of the real servers.
const RESOLVER_FILES: [&str; 4] = [
    "/etc/resolv.conf",
    "/run/systemd/resolve/resolv.conf",
    "/run/NetworkManager/no-stub-resolv.conf",
    "/run/resolvconf/interfaces/systemd-resolved",
];
const FALLBACK: [IpAddr; 2] =
    [IpAddr::V4(std::net::Ipv4Addr::new(1, 1, 1, 1)), IpAddr::V4(std::net::Ipv4Addr::new(9, 9, 9, 9))];
const MOST_SERVERS: usize = 3;

/// Servers in the text of a `resolv.conf` that an instance can reach: never the host's loopback.
fn parse_servers(text: &str) -> Vec<IpAddr> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            (words.next()? == "nameserver").then(|| words.next()?.parse::<IpAddr>().ok())?
        })
        // Instances have no IPv6 of their own.
        .filter(|server| server.is_ipv4() && !server.is_loopback() && !server.is_unspecified())
        .take(MOST_SERVERS)
        .collect()
}

/// The host's real name servers; public ones when it names none.
pub(crate) fn name_servers() -> Vec<IpAddr> {
    RESOLVER_FILES
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|text| parse_servers(&text))
        .find(|servers| !servers.is_empty())
        .unwrap_or_else(|| FALLBACK.to_vec())
}

/// Whether a directory is one tool's own, so that showing it shows nothing else of the host.
fn is_own_directory(path: &Path) -> bool {
    let shared =
        ["/", "/usr", "/usr/local", "/usr/lib", "/opt", "/root", "/home", "/srv", "/var", "/nix/store"];
    let is_home = path.parent() == Some(Path::new("/home"));
    !is_home
        && !path.starts_with("/usr")
        && !shared.iter().any(|shared| path == Path::new(shared))
        && path.join("bin").is_dir()
}

/// First line that a program prints, when it does so in time.
async fn ask(program: &str, arguments: &[&str]) -> Option<PathBuf> {
    let mut command = tokio::process::Command::from(Command::new(program));
    // Not in a directory of somebody whose files could choose another version, and never downloading one.
    command.args(arguments).current_dir("/").env("RUSTUP_AUTO_INSTALL", "0");
    command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    let line = String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned();
    std::fs::canonicalize(line).ok().filter(|_| output.status.success())
}

/// Toolchains of the operator outside `/usr`.
pub(crate) async fn detect_toolchains() -> Vec<Toolchain> {
    let (rust, node, python, go) = tokio::join!(
        ask("rustc", &["--print", "sysroot"]),
        ask("node", &["-p", "process.execPath"]),
        ask("python3", &["-c", "import sys; print(sys.base_prefix)"]),
        ask("go", &["env", "GOROOT"]),
    );
    let node = node.and_then(|program| Some(program.parent()?.parent()?.to_owned()));
    [(rust, "/opt/rust"), (node, "/opt/node"), (python, "/opt/python"), (go, "/opt/go")]
        .into_iter()
        .filter_map(|(source, target)| {
            let source = source.filter(|source| is_own_directory(source))?;
            Some(Toolchain { source, target: PathBuf::from(target) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn loopback_servers_are_never_given_to_instances() {
        let text = "# stub\nnameserver 127.0.0.53\nnameserver ::1\nnameserver 192.0.2.7\noptions edns0\n";
        assert_eq!(parse_servers(text), vec!["192.0.2.7".parse::<IpAddr>().unwrap()]);
        assert!(!name_servers().is_empty());
    }

    #[test]
    fn directories_shared_with_other_things_are_not_shown() {
        for shared in ["/", "/usr", "/usr/local", "/root", "/home/someone"] {
            assert!(!is_own_directory(Path::new(shared)), "{shared}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            let _ = parse_servers(&text);
        }
    }
}
