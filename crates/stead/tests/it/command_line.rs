//! The journey of a person at a terminal.

use stead_api::v1::instances::Phase;
use stead_testkit::repository::{Repository, git};

use crate::stead;

#[tokio::test(flavor = "multi_thread")]
async fn from_a_repository_to_a_deleted_instance() {
    let stead = stead();
    let run = |arguments: &[&str]| {
        let output = stead.cli(arguments);
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap_or(-1), text)
    };
    let (code, said) = run(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("stead open"), "{said}");
    let repository = Repository::with(&[
        ("README.md", "hello\n"),
        (
            "phazeai.yaml",
            "env: { GREETING: salut }\ntasks:\n  - name: greet\n    command: echo \"$GREETING from the task\"\n  - name: web\n    command: python3 -m http.server 8000\n    background: true\nports:\n  - { port: 8000, label: site, visibility: public }\n",
        ),
    ]);
    git(repository.path(), &["remote", "add", "origin", "https://example.org/me/shop.git"]);
    let (code, said) = run(&["open", repository.path().to_str().expect("a path"), "--name", "shop"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("shop") && said.contains("8000--shop.localhost"), "{said}");

    let (code, said) = run(&["list"]);
    assert!(code == 0 && said.contains("shop") && said.contains("running"), "{said}");
    let (code, said) = run(&["show", "shop"]);
    assert!(code == 0 && said.contains("greet") && said.contains("succeeded"), "{said}");
    let (code, said) = run(&["logs", "shop"]);
    assert!(code == 0 && said.contains("salut from the task"), "{said}");
    let (code, said) = run(&[
        "exec",
        "shop",
        "--",
        "sh",
        "-c",
        "cat README.md; git remote get-url origin; git status --short; exit 7",
    ]);
    assert_eq!(code, 7, "{said}");
    assert!(said.starts_with("hello\nhttps://example.org/me/shop.git\n"), "{said}");
    let (code, said) = run(&["exec", "shop", "--", "cargo", "--version"]);
    assert!(code == 0 && said.starts_with("cargo "), "{said}");

    let page = stead_testkit::wait::until("the preview answers", || async {
        let url = format!("{}README.md", stead.url());
        let port = stead.url().trim_end_matches('/').rsplit(':').next().unwrap_or_default().to_owned();
        let output = std::process::Command::new("curl")
            .args(["--silent", "--fail", "--header", &format!("Host: 8000--shop.localhost:{port}"), &url])
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("{output:?}"))
        }
    })
    .await;
    assert_eq!(page, "hello\n");

    for (arguments, phase) in [
        (&["pause", "shop"][..], Phase::Paused),
        (&["wake", "shop"], Phase::Running),
        (&["stop", "shop"], Phase::Stopped),
        (&["start", "shop"], Phase::Running),
        (&["restart", "shop"], Phase::Running),
        (&["kill", "shop"], Phase::Stopped),
        (&["wake", "shop"], Phase::Running),
    ] {
        let (code, said) = run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {said}");
        stead.until_phase("shop", phase).await;
    }
    let (code, said) = run(&["rename", "shop", "store"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&["operations"]);
    assert!(code == 0 && said.contains("instance.create") && said.contains("succeeded"), "{said}");
    let (code, said) = run(&["delete", "store"]);
    assert!(code == 2 && said.contains("--yes"), "{said}");
    let (code, said) = run(&["delete", "--yes", "store"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&["show", "store"]);
    assert_eq!(code, 4, "{said}");
    let (code, said) = run(&["--json", "list"]);
    assert!(code == 0 && said.trim() == "[]", "{said}");
}

/// `stead up` that cannot come up: what it says.
fn refused_up(stead: &stead_testkit::binary::Stead, arguments: &[&str]) -> String {
    let output = stead.command().args(["--json", "up"]).args(arguments).output().expect("the binary starts");
    assert!(!output.status.success(), "{arguments:?}: {output:?}");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_is_said_to_be_taken() {
    let stead = stead();
    let data = stead.data_dir().to_str().expect("a path");
    let said = refused_up(&stead, &["--listen", "127.0.0.1:0", "--data-dir", data]);
    assert!(said.contains("already_running"), "{said}");
    let other = tempfile::tempdir().expect("a folder");
    let listen = stead.url().trim_end_matches('/').replace("http://localhost", "127.0.0.1");
    let other = other.path().to_str().expect("a path").to_owned();
    let said = refused_up(&stead, &["--listen", &listen, "--data-dir", &other]);
    assert!(said.contains("address_in_use"), "{said}");
    // The first one has not noticed.
    let repository = Repository::with(&[("README.md", "hello\n")]);
    let path = repository.path().to_str().expect("a path");
    assert!(stead.cli(&["open", path, "--name", "shop"]).status.success());
    let again = stead.cli(&["--json", "open", path, "--name", "shop"]);
    let said = String::from_utf8_lossy(&again.stderr).into_owned() + &String::from_utf8_lossy(&again.stdout);
    assert!(!again.status.success() && said.contains("name_taken") && said.contains("next"), "{said}");
    stead.until_phase("shop", Phase::Running).await;
}

/// A clone of a folder has a path for its remote, which means nothing inside.
#[tokio::test(flavor = "multi_thread")]
async fn a_clone_of_a_folder_opens_without_its_remote() {
    let stead = stead();
    let upstream = Repository::with(&[("README.md", "hello\n")]);
    let copy = tempfile::tempdir().expect("a folder");
    let target = copy.path().join("copy");
    let (from, to) = (upstream.path().to_str().expect("a path"), target.to_str().expect("a path"));
    git(copy.path(), &["clone", "--quiet", from, to]);
    let output = stead.cli(&["open", to]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("names a place on this machine"), "{said}");
    let output = stead.cli(&["exec", "copy", "--", "sh", "-c", "cat README.md; git remote"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n");
}
