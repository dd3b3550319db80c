//! Secrets from the command line into instances, and nowhere else.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{SeekFrom, seek};
use stead_api::client::{Client, SecretsOf};
use stead_api::v1::audit::AuditQuery;
use stead_api::v1::instances::{CreateInstance, Phase};
use stead_testkit::binary::{Options, Stead};

use crate::inside::{output, shell};

/// Part of every value: what must be found nowhere.
const MARK: &str = "zq7-hidden-from-everybody";
const NO_FILE: [PathBuf; 0] = [];
const MASTER_KEY: &str = "bWFzdGVyLWtleS1vZi1hLXRlc3QtMzItYnl0ZXMtISE=";

fn started() -> Stead {
    let environment = [
        ("STEAD_MASTER_KEY", MASTER_KEY),
        ("STEAD_SMTP_PASSWORD", "zq7-smtp-password"),
        // Something that children may have.
        ("STEAD_TEST_CANARY", "inherited"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Stead::start(env!("CARGO_BIN_EXE_stead"), Options { environment, ..Options::default() })
}

fn set(stead: &Stead, arguments: &[&str], value: &str) {
    let arguments = [&["secrets", "set"], arguments].concat();
    let done = stead.cli_given(&arguments, value);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    assert!(!String::from_utf8_lossy(&done.stderr).contains(MARK));
}

/// Each process's file of this name in `/proc`.
fn of_processes(name: &str) -> Vec<(u32, String)> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    pids.filter_map(|pid| {
        let bytes = fs::read(format!("/proc/{pid}/{name}")).ok()?;
        Some((pid, String::from_utf8_lossy(&bytes).into_owned()))
    })
    .collect()
}

/// Files below the data directory that hold the text. Holes of sparse files hold nothing.
fn files_with(stead: &Stead, text: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![stead.data_dir().to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() && holds(&entry.path(), text.as_bytes()) => {
                    found.push(entry.path())
                }
                _ => {}
            }
        }
    }
    found
}

fn holds(path: &Path, text: &[u8]) -> bool {
    // What is removed meanwhile holds nothing any more.
    let Ok(file) = fs::File::open(path) else { return false };
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    while let Ok(begin) = seek(&file, SeekFrom::Data(at)) {
        let end = seek(&file, SeekFrom::Hole(begin)).expect("the end of what it holds");
        at = begin;
        while at < end {
            let count = file.read_at(&mut buffer, at).expect("it can be read");
            if count == 0 {
                break;
            }
            if buffer[..count].windows(text.len()).any(|window| window == text) {
                return true;
            }
            // What lies across two pieces is in the next.
            let kept = if count > text.len() { text.len() } else { 0 };
            at += u64::try_from(count - kept).expect("a length");
            if count < text.len() {
                break;
            }
        }
        at = end;
    }
    false
}

/// Everything that the API says about it.
async fn said_by_the_api(client: &Client) -> String {
    let mut said = vec![shown(&client.instances().await.expect("instances"))];
    for of in [SecretsOf::Me, SecretsOf::Tenant, SecretsOf::Instance("keeper")] {
        for secret in client.secrets(of).await.expect("secrets") {
            said.push(shown(&client.secret_versions(of, &secret.name).await.expect("versions")));
            said.push(shown(&secret));
        }
    }
    for operation in client.operations(&[]).await.expect("operations") {
        said.push(shown(&client.operation_log(&operation.id).await.expect("a log")));
        said.push(shown(&operation));
    }
    let query = AuditQuery { limit: Some(200), ..AuditQuery::default() };
    said.push(shown(&client.audit(&query).await.expect("the audit log").items));
    said.push(client.console_text("keeper", None).await.expect("the console"));
    said.concat()
}

fn shown(answer: &impl serde::Serialize) -> String {
    serde_json::to_string(answer).expect("an answer is JSON")
}

async fn restart(stead: &Stead) {
    for (verb, phase) in [("stop", Phase::Stopped), ("start", Phase::Running)] {
        let done = stead.cli(&[verb, "keeper"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        stead.until_phase("keeper", phase).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_reach_their_instances_at_start_and_nothing_else() {
    let stead = started();
    let client = stead.client();
    let value = |what: &str| format!("{what}-{MARK}");
    set(&stead, &["--me", "MINE"], &value("mine"));
    set(&stead, &["--me", "SHARED"], &value("of-user"));
    set(&stead, &["SHARED"], &value("of-tenant"));
    set(&stead, &["TOKEN", "--env", "API_TOKEN"], &format!("{}\n", value("token")));
    set(&stead, &["tls", "--file", "tls.key"], &format!("-----BEGIN\n{}\n-----END\n", value("tls")));
    stead.instance("keeper").await;
    set(&stead, &["--instance", "keeper", "SHARED"], &value("of-instance"));

    // What runs keeps what it was given; the start after that brings the new.
    assert_eq!(output(&client, "keeper", "printenv SHARED").await.trim(), value("of-tenant"));
    restart(&stead).await;
    let seen = output(&client, "keeper", "printenv MINE SHARED API_TOKEN").await;
    let expected = [value("mine"), value("of-instance"), value("token")];
    assert_eq!(seen.lines().collect::<Vec<_>>(), expected);
    let file = output(
        &client,
        "keeper",
        "id -un; stat -c '%a %U' /run/secrets/tls.key; stat -f -c %T /run/secrets; cat /run/secrets/tls.key",
    )
    .await;
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines[1], format!("400 {}", lines[0]));
    assert_eq!((lines[2], lines[4]), ("tmpfs", value("tls").as_str()));
    let write = shell(&client, "keeper", "echo x > /run/secrets/more; rm -f /run/secrets/tls.key").await;
    assert_ne!(write.exit_code, 0, "somebody inside can change them");

    // A new version arrives with the next start.
    set(&stead, &["TOKEN"], &value("second"));
    assert_eq!(output(&client, "keeper", "printenv API_TOKEN").await.trim(), value("token"));
    restart(&stead).await;
    assert_eq!(output(&client, "keeper", "printenv API_TOKEN").await.trim(), value("second"));
    let versions = client.secret_versions(SecretsOf::Tenant, "TOKEN").await.expect("versions");
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);

    // An instance of another tenant gets nothing of this one's; what is its creator's own comes with them.
    let other = client.create_tenant("Elsewhere").await.expect("a tenant").id;
    let token = stead.token();
    let there =
        Client::new(stead.url().parse().expect("an address"), Some(token), Some(other)).expect("a client");
    let create = CreateInstance { name: Some("stranger".into()), ..CreateInstance::default() };
    there.create_instance_and_wait(&create, "stranger", "60s").await.expect("created");
    let seen = output(&there, "stranger", "printenv; ls /run/secrets 2>/dev/null; true").await;
    assert!(seen.contains(&value("mine")) && seen.contains(&value("of-user")), "{seen}");
    for foreign in ["token", "second", "of-tenant", "of-instance", "tls"] {
        assert!(!seen.contains(&value(foreign)) && !seen.contains("tls.key"), "{seen}");
    }

    // Nowhere in plain text.
    assert!(!said_by_the_api(&client).await.contains(MARK), "an answer of the API");
    assert!(!stead.log().contains(MARK), "the log");
    assert_eq!(files_with(&stead, MARK), NO_FILE, "files of the data directory");
    for (pid, line) in of_processes("cmdline") {
        assert!(!line.contains(MARK) && !line.contains(MASTER_KEY), "arguments of {pid}: {line}");
    }
    // What Stead itself was given for its own use does not go on to what it starts.
    let mut children = 0;
    for (pid, environment) in of_processes("environ").into_iter().filter(|(pid, _)| *pid != stead.pid()) {
        assert!(!environment.contains(MASTER_KEY), "process {pid} has the master key");
        assert!(!environment.contains("zq7-smtp-password"), "process {pid} has the mail password");
        children += usize::from(environment.contains("STEAD_TEST_CANARY=inherited"));
    }
    assert!(children > 0, "no child of Stead was seen");
    let inside =
        output(&client, "keeper", "printenv; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'").await;
    assert!(!inside.contains("STEAD_"), "{inside}");
    assert_eq!(files_with(&stead, MASTER_KEY), NO_FILE);

    // Stopped or deleted: no process of the machine holds them any more.
    assert!(stead.cli(&["stop", "keeper"]).status.success());
    stead.until_phase("keeper", Phase::Stopped).await;
    there.delete_instance("stranger").await.expect("accepted");
    stead_testkit::wait::until("the processes have gone, and with them the files in memory", || async {
        if let Some((pid, _)) = of_processes("environ").into_iter().find(|(_, text)| text.contains(MARK)) {
            return Err(format!("process {pid} has a secret"));
        }
        match of_processes("mountinfo").into_iter().find(|(_, text)| text.contains(" /run/secrets ")) {
            None => Ok(()),
            Some((pid, _)) => Err(format!("process {pid} has a tmpfs of secrets")),
        }
    })
    .await;
    assert_eq!(files_with(&stead, MARK), NO_FILE);

    // Deleted secrets are given to nobody.
    for arguments in [vec!["secrets", "delete", "TOKEN"], vec!["secrets", "--me", "rm", "MINE"]] {
        assert!(stead.cli(&arguments).status.success());
    }
    assert!(stead.cli(&["start", "keeper"]).status.success());
    stead.until_phase("keeper", Phase::Running).await;
    let seen = output(&client, "keeper", "printenv").await;
    assert!(!seen.contains("API_TOKEN") && !seen.contains("MINE") && seen.contains("SHARED="), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shown_and_rotated_from_the_command_line() {
    let stead = crate::stead();
    let client = stead.client();
    set(&stead, &["A"], MARK);
    stead.instance("keeper").await;
    let text = |arguments: &[&str]| {
        let done = stead.cli(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let before = client.keys().await.expect("the keys");
    let tenant = client.me().await.expect("me").tenant.id;
    assert!(text(&["keys", "rotate", "master", "--plan"]).contains("anew"));
    assert!(text(&["keys", "rotate", "data", "--of", &tenant, "--plan"]).contains("secret_versions"));
    assert_eq!(client.keys().await.expect("the keys").master_keys.len(), before.master_keys.len());
    text(&["keys", "rotate", "master"]);
    text(&["keys", "rotate", "data", "--of", &tenant]);
    text(&["keys", "rotate", "signing"]);
    let after = client.keys().await.expect("the keys");
    let current = |keys: &stead_api::v1::keys::Keys| {
        let found = keys.master_keys.iter().find(|key| key.current).expect("a current key");
        found.id.clone()
    };
    assert_ne!(current(&before), current(&after));
    assert!(text(&["keys"]).contains("in use"));
    restart(&stead).await;
    assert_eq!(output(&client, "keeper", "printenv A").await.trim(), MARK);
    let listed = text(&["--json", "secrets"]);
    assert!(listed.contains("\"A\"") && !listed.contains(MARK), "{listed}");
}
