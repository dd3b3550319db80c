//! Keys from files, variables and commands.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn key(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

fn variable(text: &str) -> KeyRing {
    let settings = MasterKeySettings::Environment {
        variable: "STEAD_MASTER_KEY".into(),
        value: Zeroizing::new(text.to_owned()),
    };
    KeyRing::new(settings, Ambient::system())
}

fn command(script: &str) -> KeyRing {
    let command = vec!["/bin/sh".into(), "-c".into(), script.into()];
    KeyRing::new(MasterKeySettings::Command(command), Ambient::system())
}

#[tokio::test]
async fn a_file_is_made_once_with_mode_0600_and_keeps_older_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let ring = KeyRing::new(MasterKeySettings::File(path.clone()), Ambient::system());
    assert_eq!(ring.current().await.unwrap(), None);
    let first = ring.advance(None).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let wrapped = ring.wrap(&first, b"for", b"text").await.unwrap();

    // A second process at its first start does not replace the key.
    let other = KeyRing::new(MasterKeySettings::File(path.clone()), Ambient::system());
    assert_eq!(other.advance(None).await.unwrap(), first);
    write_file(&path, &[(String::new(), other.fresh())], true).unwrap();
    assert_eq!(other.current().await.unwrap().as_ref(), Some(&first));

    let second = ring.advance(Some(&first)).await.unwrap();
    assert_ne!(second, first);
    assert_eq!(
        ring.advance(Some(&first)).await.unwrap(),
        second,
        "the same step once more makes no third key"
    );
    assert_eq!(other.open(&first, b"for", &wrapped).await.unwrap().as_slice(), b"text");
    let wrapped_anew = ring.wrap(&second, b"for", b"text").await.unwrap();
    assert_eq!(other.open(&second, b"for", &wrapped_anew).await.unwrap().as_slice(), b"text");

    ring.forget(&first).await.unwrap();
    ring.forget(&first).await.unwrap();
    assert_eq!(ring.open(&first, b"for", &wrapped).await.unwrap_err().code(), "master_key_missing");
    ring.forget(&second).await.unwrap();
    assert_eq!(ring.current().await.unwrap(), Some(second), "the last key is not forgotten");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(ring.current().await.unwrap_err().code(), "master_key_exposed");
}

#[tokio::test]
async fn a_leftover_of_a_killed_first_start_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    std::fs::write(folder.path().join("master.key.new"), "half of a k").unwrap();
    let ring = KeyRing::new(MasterKeySettings::File(path), Ambient::system());
    assert_eq!(ring.current().await.unwrap(), None);
    let made = ring.advance(None).await.unwrap();
    assert_eq!(ring.current().await.unwrap(), Some(made));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_variable_holds_one_key_or_two() {
    let old = variable(&key(1));
    let id = old.current().await.unwrap().unwrap();
    assert_eq!(old.advance(Some(&id)).await.unwrap_err().code(), "master_key_not_changed");
    let both = variable(&format!("{} {}", key(2), key(1)));
    let new = both.advance(Some(&id)).await.unwrap();
    assert_ne!(new, id);
    assert!(both.has(&id).await.unwrap() && both.has(&new).await.unwrap());
    let hex: String = (0..32).map(|_| "01").collect();
    assert_eq!(variable(&hex).current().await.unwrap(), Some(id));
    for wrong in ["", "# only words", "c2hvcnQ=", "not a key", &key(0)] {
        assert_eq!(variable(wrong).current().await.unwrap_err().code(), "master_key_invalid", "{wrong}");
    }
    assert!(!format!("{both:?}").contains(&key(1)));
}

#[tokio::test]
async fn a_command_prints_the_key_and_its_failure_is_told() {
    let ring = command(&format!("echo {}; echo {}", key(3), key(4)));
    let id = ring.current().await.unwrap().unwrap();
    assert_eq!(variable(&key(3)).current().await.unwrap(), Some(id));
    assert!(ring.has(&variable(&key(4)).current().await.unwrap().unwrap()).await.unwrap());
    assert_eq!(command("exit 3").current().await.unwrap_err().code(), "master_key_command_failed");
    assert_eq!(command("echo nonsense").current().await.unwrap_err().code(), "master_key_invalid");
    let missing =
        KeyRing::new(MasterKeySettings::Command(vec!["/no/such/program".into()]), Ambient::system());
    assert_eq!(missing.current().await.unwrap_err().code(), "master_key_command_failed");
}
