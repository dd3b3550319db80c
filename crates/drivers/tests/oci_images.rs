//! Images from a registry on this machine and from archives. Needs root and Debian's `docker-registry`.

#![expect(clippy::unwrap_used, reason = "the helpers of tests stop a test as the tests themselves do")]

mod inside;
mod machine;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inside::{output, up};
use machine::on_machine;
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use sha2::Digest as _;
use stead_core::driver::{Driver as _, ProgressSink, RunPlan};
use stead_core::instance::{Progress, Rootfs};
use stead_drivers::conformance::{Unwatched, plan};
use stead_drivers::oci::{ImageCleaning, OciDriver};
use tar::{Builder, EntryType, Header};

const REGISTRY: &str = "127.0.0.1:5000";

struct Registry(Child);

impl Drop for Registry {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

async fn registry(directory: &Path) -> Registry {
    let config = directory.join("registry.yml");
    let text = format!(
        "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {REGISTRY}\n",
        directory.join("registry").display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new("docker-registry")
        .args([Path::new("serve"), &config])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let registry = Registry(child);
    let mut left = 600;
    while tokio::net::TcpStream::connect(REGISTRY).await.is_err() {
        left -= 1;
        assert!(left > 0, "the registry does not come up");
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(25));
        tick.tick().await;
        tick.tick().await;
    }
    registry
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_700_000_000);
    header
}

fn file(builder: &mut Builder<Vec<u8>>, path: &str, mode: u32, content: &[u8]) {
    let mut header = header(EntryType::Regular, mode, content.len() as u64);
    builder.append_data(&mut header, path.trim_start_matches('/'), content).unwrap();
}

fn directory(builder: &mut Builder<Vec<u8>>, path: &str) {
    let mut header = header(EntryType::Directory, 0o755, 0);
    builder.append_data(&mut header, path, std::io::empty()).unwrap();
}

/// A tiny system: dash, some tools, and the libraries they need, taken from this machine.
fn base_layer() -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for path in ["bin", "etc", "tmp", "proc", "dev", "sys", "run", "workspace", "opaque", "home"] {
        directory(&mut builder, path);
    }
    let mut libraries = std::collections::BTreeSet::new();
    for program in ["sh", "cat", "ls", "sleep", "id", "stat", "true"] {
        let source = std::fs::canonicalize(format!("/bin/{program}")).unwrap();
        file(&mut builder, &format!("bin/{program}"), 0o755, &std::fs::read(&source).unwrap());
        let needed = Command::new("ldd").arg(&source).output().unwrap();
        let words = String::from_utf8_lossy(&needed.stdout).into_owned();
        libraries.extend(words.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from));
    }
    for library in libraries {
        file(&mut builder, library.to_str().unwrap(), 0o755, &std::fs::read(&library).unwrap());
    }
    file(
        &mut builder,
        "etc/passwd",
        0o644,
        b"root:x:0:0:root:/:/bin/sh\napp:x:1234:1234:app:/home:/bin/sh\n",
    );
    file(&mut builder, "etc/group", 0o644, b"root:x:0:\napp:x:1234:\n");
    file(&mut builder, "removed", 0o644, b"from below");
    file(&mut builder, "opaque/below", 0o644, b"from below");
    builder.into_inner().unwrap()
}

fn top_layer() -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    file(&mut builder, ".wh.removed", 0, b"");
    directory(&mut builder, "opaque");
    file(&mut builder, "opaque/.wh..wh..opq", 0, b"");
    file(&mut builder, "opaque/above", 0o4755, b"from above");
    builder.into_inner().unwrap()
}

fn digest(bytes: &[u8]) -> String {
    format!(
        "sha256:{}",
        sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn config(layers: &[Vec<u8>], architecture: &str) -> Vec<u8> {
    let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
    serde_json::to_vec(&serde_json::json!({
        "architecture": architecture, "os": "linux",
        "config": {
            "Entrypoint": ["/bin/sh", "-c"], "Cmd": ["echo from-the-entry-point; exec sleep 1000"],
            "Env": ["COLOUR=green", "PATH=/bin"], "User": "app", "WorkingDir": "/home", "ExposedPorts": {"8080/tcp": {}},
        },
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }))
    .unwrap()
}

fn machine_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

async fn push(name: &str, layers: &[Vec<u8>], config_bytes: Vec<u8>) {
    let protocol = ClientProtocol::HttpsExcept(vec![REGISTRY.to_owned()]);
    let client = Client::new(ClientConfig { protocol, ..ClientConfig::default() });
    let reference: Reference = format!("{REGISTRY}/{name}").parse().unwrap();
    let layers: Vec<ImageLayer> =
        layers.iter().map(|layer| ImageLayer::oci_v1_gzip(gzip(layer), None)).collect();
    client
        .push(&reference, &layers, Config::oci_v1(config_bytes, None), &RegistryAuth::Anonymous, None)
        .await
        .unwrap();
}

#[derive(Default)]
struct Steps(Mutex<Vec<Progress>>);

impl ProgressSink for Steps {
    fn progress(&self, progress: Progress) {
        self.0.lock().unwrap().push(progress);
    }
}

fn with_image(plan: RunPlan, reference: &str) -> RunPlan {
    RunPlan { rootfs: Rootfs::Image { reference: reference.to_owned() }, ..plan }
}

#[test]
fn images_are_pulled_once_run_and_removed() {
    on_machine(async |machine| {
        let _registry = registry(&machine.settings.directory).await;
        let layers = [base_layer(), top_layer()];
        push("app:1", &layers, config(&layers, machine_architecture())).await;
        push("app:2", &layers[..1], config(&layers[..1], machine_architecture())).await;
        let driver = machine.open().await;
        let plan = with_image(plan(&machine.ambient), &format!("{REGISTRY}/app:1"));
        let steps = Steps::default();
        driver.prepare(&plan, &steps).await.unwrap();
        let last = steps.0.lock().unwrap().pop().unwrap();
        assert!(last.done.is_some_and(|done| done > 100_000) && last.done == last.total, "{last:?}");
        driver.start(&plan).await.unwrap();
        let ask = async |line: &'static str| output(&driver, &machine.ambient, &plan, line).await.0;
        assert_eq!(ask("echo $COLOUR $GREETING; id -u").await, "green hello\n1234\n");
        assert_eq!(ask("cat /removed 2>/dev/null; ls /opaque; cat /opaque/above").await, "above\nfrom above");
        let mut console =
            driver.console(plan.instance, stead_core::driver::ConsolePosition::Start, true).await.unwrap();
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains("from-the-entry-point") {
            assert!(tokio::io::AsyncReadExt::read_buf(&mut console, &mut bytes).await.unwrap() > 0);
        }
        // Another image of the same layer, many times at once: nothing is unpacked twice.
        let layer_directory = machine.settings.directory.join("images/layers");
        let inodes = || {
            let mut inodes: Vec<u64> = std::fs::read_dir(&layer_directory)
                .unwrap()
                .map(|entry| std::os::unix::fs::MetadataExt::ino(&entry.unwrap().metadata().unwrap()))
                .collect();
            inodes.sort_unstable();
            inodes
        };
        let before = inodes();
        let many = (0..4).map(|_| {
            let driver = Arc::clone(&driver);
            let other =
                with_image(stead_drivers::conformance::plan(&machine.ambient), &format!("{REGISTRY}/app:2"));
            async move {
                driver.prepare(&other, &Unwatched).await.unwrap();
                other.instance
            }
        });
        let others = futures::future::join_all(many).await;
        assert_eq!(inodes(), before);
        // Only what no instance uses goes, and not at once.
        for other in others {
            driver.delete(other).await.unwrap();
        }
        assert_eq!(driver.remove_unused_images(Duration::from_secs(3_600)).await.unwrap(), 0);
        assert_eq!(driver.remove_unused_images(Duration::ZERO).await.unwrap(), 1);
        assert_eq!(inodes(), before);
        driver.delete(plan.instance).await.unwrap();
        drop(driver);
        // By itself, too.
        let mut settings = machine.settings.clone();
        settings.image_cleaning = ImageCleaning { every: Duration::from_millis(20), keep: Duration::ZERO };
        let driver = OciDriver::open(settings, machine.ambient.clone()).await.unwrap();
        let gone = async {
            while !inodes().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
        drop(driver);
    });
}

#[test]
fn what_is_wrong_with_an_image_is_said() {
    on_machine(async |machine| {
        let _registry = registry(&machine.settings.directory).await;
        let layers = [top_layer()];
        push("other:1", &layers, config(&layers, "mips")).await;
        push("liar:1", &layers, config(&[base_layer()], machine_architecture())).await;
        let driver = machine.open().await;
        let code = async |reference: String| {
            let plan = with_image(plan(&machine.ambient), &reference);
            let error = driver.prepare(&plan, &Unwatched).await.unwrap_err();
            assert!(error.next_step_text().is_some(), "{error:?}");
            error.code().to_owned()
        };
        assert_eq!(code(format!("{REGISTRY}/nothing:1")).await, "image_not_found");
        assert_eq!(code(format!("{REGISTRY}/other:1")).await, "image_platform_missing");
        assert_eq!(code(format!("{REGISTRY}/liar:1")).await, "image_invalid");
        assert_eq!(code("127.0.0.1:5001/app:1".to_owned()).await, "image_registry_unreachable");
        assert_eq!(code("127.0.0.1:5002/app:1".to_owned()).await, "image_registry_private");
        assert_eq!(code("NOT AN IMAGE".to_owned()).await, "image_reference_invalid");
        assert_eq!(code("archive:nothing".to_owned()).await, "image_not_found");
        let left = std::fs::read_dir(machine.settings.directory.join("images/incoming")).unwrap().count();
        assert_eq!(left, 0, "nothing unfinished is left");
    });
}

/// An archive as `docker save` makes it.
fn saved(layers: &[Vec<u8>]) -> Vec<u8> {
    let config = config(layers, machine_architecture());
    let mut builder = Builder::new(Vec::new());
    let mut names = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        names.push(format!("{number}/layer.tar"));
        file(&mut builder, &names[number], 0o644, layer);
    }
    file(&mut builder, "config.json", 0o644, &config);
    let manifest = serde_json::json!([{"Config": "config.json", "RepoTags": ["x:1"], "Layers": names}]);
    file(&mut builder, "manifest.json", 0o644, &serde_json::to_vec(&manifest).unwrap());
    builder.into_inner().unwrap()
}

/// The files of an OCI layout.
fn layout(layers: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", &digest(bytes)[7..]);
    let describe = |bytes: &[u8], kind: &str| serde_json::json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
    let config = config(layers, machine_architecture());
    let packed: Vec<Vec<u8>> =
        layers.iter().map(|layer| zstd::encode_all(layer.as_slice(), 1).unwrap()).collect();
    let manifest = serde_json::to_vec(&serde_json::json!({
        "schemaVersion": 2,
        "config": describe(&config, "application/vnd.oci.image.config.v1+json"),
        "layers": packed.iter().map(|layer| describe(layer, "application/vnd.oci.image.layer.v1.tar+zstd")).collect::<Vec<_>>(),
    }))
    .unwrap();
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [describe(&manifest, "application/vnd.oci.image.manifest.v1+json")]});
    let mut files: Vec<(String, Vec<u8>)> = packed.into_iter().map(|layer| (blob(&layer), layer)).collect();
    files.push((blob(&config), config));
    files.push((blob(&manifest), manifest));
    files.push(("index.json".to_owned(), serde_json::to_vec(&index).unwrap()));
    files
}

#[test]
fn archives_and_layouts_are_images_too() {
    on_machine(async |machine| {
        let driver = machine.open().await;
        let archives = machine.settings.directory.join("archives");
        let layers = [base_layer(), top_layer()];
        std::fs::write(archives.join("saved.tar"), saved(&layers)).unwrap();
        std::fs::write(archives.join("saved.tar.gz"), gzip(&saved(&layers))).unwrap();
        let mut packed = Builder::new(Vec::new());
        for (path, content) in layout(&layers) {
            file(&mut packed, &path, 0o644, &content);
            let target = archives.join("folder").join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, content).unwrap();
        }
        std::fs::write(archives.join("layout.tar"), packed.into_inner().unwrap()).unwrap();
        for name in ["saved.tar", "saved.tar.gz", "layout.tar", "folder"] {
            let plan = with_image(plan(&machine.ambient), &format!("archive:{name}"));
            up(&driver, &plan).await;
            let (text, _) =
                output(&driver, &machine.ambient, &plan, "cat /opaque/above; echo; echo $COLOUR").await;
            assert_eq!(text, "from above\ngreen\n", "{name}");
            driver.delete(plan.instance).await.unwrap();
        }
        // A layout that points out of its folder is refused.
        let secret = machine.settings.directory.join("secret");
        std::fs::write(&secret, "{}").unwrap();
        std::fs::create_dir(archives.join("evil")).unwrap();
        std::os::unix::fs::symlink(&secret, archives.join("evil/index.json")).unwrap();
        let plan = with_image(plan(&machine.ambient), "archive:evil");
        assert_eq!(driver.prepare(&plan, &Unwatched).await.unwrap_err().code(), "image_invalid");
    });
}
