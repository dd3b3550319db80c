//! A git host on a network of its own, served over HTTP by `git http-backend`: reachable from instances by a real address.
//!
//! Needs root, for the network namespace.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::repository::{Repository, git};
use crate::wait;

/// Paths below `/private/` want a user and password.
pub const USER: &str = "ada";
pub const PASSWORD: &str = "lovelace";

const SERVER: &str = r#"
import base64, http.server, os, subprocess, sys
root, secret = sys.argv[1], 'Basic ' + base64.b64encode(sys.argv[2].encode()).decode()

class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def serve(self):
        path, _, query = self.path.partition('?')
        if path.startswith('/private/') and self.headers.get('Authorization') != secret:
            self.send_response(401)
            self.send_header('WWW-Authenticate', 'Basic realm="git"')
            self.end_headers()
            return
        if self.headers.get('Transfer-Encoding') == 'chunked':
            body = b''
            while size := int(self.rfile.readline().split(b';')[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        environment = dict(os.environ, GIT_PROJECT_ROOT=root, GIT_HTTP_EXPORT_ALL='1', PATH_INFO=path, QUERY_STRING=query,
            REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get('Content-Type', ''), CONTENT_LENGTH=str(len(body)),
            HTTP_CONTENT_ENCODING=self.headers.get('Content-Encoding', ''), GIT_PROTOCOL=self.headers.get('Git-Protocol', ''),
            REMOTE_ADDR=self.client_address[0], GIT_CONFIG_GLOBAL='/dev/null', GIT_CONFIG_SYSTEM='/dev/null')
        answer = subprocess.run(['git', 'http-backend'], input=body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, content = answer.partition(b'\r\n\r\n')
        fields = [line.split(': ', 1) for line in head.decode().split('\r\n') if line]
        self.send_response(int(next((value for name, value in fields if name == 'Status'), '200').split()[0]))
        for name, value in fields:
            if name != 'Status':
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = serve

http.server.ThreadingHTTPServer(('0.0.0.0', 80), Handler).serve_forever()
"#;

/// See the module's documentation. Dropping it takes server and network away.
#[derive(Debug)]
pub struct GitHost {
    root: TempDir,
    namespace: String,
    address: String,
    server: Child,
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().expect("ip starts");
    assert!(output.status.success(), "ip {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl GitHost {
    /// `place` tells the hosts of one test binary apart.
    ///
    /// # Panics
    /// Without root, or when git or the network refuses.
    #[must_use]
    pub fn start(place: u8) -> Self {
        let root = tempfile::Builder::new().prefix("stead-git-host-").tempdir().expect("a temporary folder");
        let pid = std::process::id();
        let namespace = format!("stead-git-{pid}-{place}");
        let (outside, inside) = (format!("sg{pid}.{place}"), format!("sh{pid}.{place}"));
        // Within 192.168.0.0/16, which instances reach only when the operator allows private networks.
        let network = format!("192.168.{}", 100 + (u64::from(pid) * 7 + u64::from(place)) % 150);
        ip(&["netns", "add", &namespace]);
        ip(&["link", "add", &outside, "type", "veth", "peer", "name", &inside, "netns", &namespace]);
        ip(&["addr", "add", &format!("{network}.1/30"), "dev", &outside]);
        ip(&["link", "set", &outside, "up"]);
        ip(&["-n", &namespace, "addr", "add", &format!("{network}.2/30"), "dev", &inside]);
        ip(&["-n", &namespace, "link", "set", &inside, "up"]);
        ip(&["-n", &namespace, "link", "set", "lo", "up"]);
        let server = Command::new("ip")
            .args(["netns", "exec", &namespace, "python3", "-c", SERVER])
            .arg(root.path())
            .arg(format!("{USER}:{PASSWORD}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let address = format!("{network}.2");
        wait::until_blocking("the git host listens", || {
            std::net::TcpStream::connect((address.as_str(), 80)).map(drop)
        });
        Self { root, namespace, address, server }
    }

    /// A bare copy of a repository at `path` (such as `shop.git`), which may be pushed to; gives its address.
    #[must_use]
    pub fn publish(&self, path: &str, repository: &Repository) -> String {
        let bare = self.folder(path);
        let from = repository.path().to_str().expect("a path");
        git(self.root.path(), &["clone", "--quiet", "--bare", from, bare.to_str().expect("a path")]);
        git(&bare, &["config", "http.receivepack", "true"]);
        self.url(path)
    }

    /// Pushes what a published repository has got since.
    pub fn push(&self, path: &str, repository: &Repository) {
        git(repository.path(), &["push", "--quiet", self.folder(path).to_str().expect("a path"), "--all"]);
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    #[must_use]
    pub fn folder(&self, path: &str) -> PathBuf {
        Path::join(self.root.path(), path)
    }
}

impl Drop for GitHost {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        // Takes the pair of interfaces along.
        let _ = Command::new("ip").args(["netns", "delete", &self.namespace]).output();
    }
}
