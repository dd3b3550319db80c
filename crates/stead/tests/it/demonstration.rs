//! `stead demo`, and its end.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Ends it when it hangs.
fn stead(data: &Path, arguments: &[&str]) -> Output {
    Command::new("timeout")
        .args(["--kill-after", "5", "90", env!("CARGO_BIN_EXE_stead")])
        .args(arguments)
        .arg("--data-dir")
        .arg(data)
        .env("STEAD_CREDENTIALS", data.with_file_name("credentials.json"))
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts")
}

/// `stead down` is not told how the Stead was started that it takes down, nor that its instances are simulated.
#[test]
fn a_demonstration_can_be_purged() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let filled = stead(&data, &["demo"]);
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let down = stead(&data, &["down", "--purge", "--yes"]);
    let said = String::from_utf8_lossy(&down.stderr);
    assert!(down.status.success() && said.contains("10 instances deleted"), "{}: {said}", down.status);
    assert!(!data.exists(), "nothing is left of it");
}
