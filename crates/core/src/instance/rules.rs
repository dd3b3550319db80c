//! What settings of an instance may be: ranges, counts and forms, shared by `phazeai.yaml`, the API and the command line.
//!
//! Every check returns one sentence that says what is allowed.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::FieldError;
use crate::instance::spec::{PortSpec, Resources, Rootfs, TaskSpec};

pub const MAX_ENV_COUNT: usize = 256;
pub const MAX_ENV_NAME_LENGTH: usize = 256;
pub const MAX_ENV_VALUE_LENGTH: usize = 32 << 10;
/// Names and values together.
pub const MAX_ENV_TOTAL: usize = 128 << 10;
pub const MAX_PORTS: usize = 64;
pub const MAX_LABEL_CHARACTERS: usize = 60;
pub const MAX_TASKS: usize = 32;
pub const MAX_TASK_COMMAND_LENGTH: usize = 16 << 10;
/// Arguments of the main process, of an exec and of a terminal.
pub const MAX_ARGUMENTS: usize = 256;
/// All arguments together, bytes.
pub const MAX_ARGUMENTS_LENGTH: usize = 64 << 10;
pub const MAX_IMAGE_LENGTH: usize = 255;

pub const CPU_MILLIS: std::ops::RangeInclusive<u32> = 50..=256_000;
pub const MEMORY_BYTES: std::ops::RangeInclusive<u64> = (32 << 20)..=(16 << 40);
pub const DISK_BYTES: std::ops::RangeInclusive<u64> = (64 << 20)..=(64 << 40);
pub const PIDS: std::ops::RangeInclusive<u32> = 16..=1_000_000;
pub const IDLE_TIMEOUT: std::ops::RangeInclusive<Duration> =
    Duration::from_mins(1)..=Duration::from_hours(30 * 24);

fn field(name: impl Into<String>, message: impl Into<String>) -> FieldError {
    FieldError { field: name.into(), message: message.into(), line: None, column: None }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_cpu(millis: u32) -> Result<(), String> {
    if CPU_MILLIS.contains(&millis) { Ok(()) } else { Err("CPU must be between 0.05 and 256 cores.".into()) }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_memory(bytes: u64) -> Result<(), String> {
    if MEMORY_BYTES.contains(&bytes) { Ok(()) } else { Err("Memory must be between 32MiB and 16TiB.".into()) }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_disk(bytes: u64) -> Result<(), String> {
    if DISK_BYTES.contains(&bytes) { Ok(()) } else { Err("Disk must be between 64MiB and 64TiB.".into()) }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_pids(pids: u32) -> Result<(), String> {
    if PIDS.contains(&pids) {
        Ok(())
    } else {
        Err("The number of processes must be between 16 and 1000000.".into())
    }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_idle_timeout(timeout: Duration) -> Result<(), String> {
    if IDLE_TIMEOUT.contains(&timeout) {
        Ok(())
    } else {
        Err("The idle timeout must be between 1m and 720h, or never.".into())
    }
}

/// # Errors
/// One entry per value that is out of range, with its path beneath `resources`.
pub fn check_resources(resources: &Resources) -> Result<(), Vec<FieldError>> {
    let errors: Vec<FieldError> = [
        ("resources.cpu_millis", check_cpu(resources.cpu_millis)),
        ("resources.memory_bytes", check_memory(resources.memory_bytes)),
        ("resources.disk_bytes", check_disk(resources.disk_bytes)),
        ("resources.pids", check_pids(resources.pids)),
    ]
    .into_iter()
    .filter_map(|(name, outcome)| outcome.err().map(|message| field(name, message)))
    .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_env_name(name: &str) -> Result<(), String> {
    let mut bytes = name.bytes();
    let starts_well = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    if starts_well
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.len() <= MAX_ENV_NAME_LENGTH
    {
        Ok(())
    } else {
        Err(format!(
            "A variable's name has letters, digits and underscores, does not begin with a digit and has at most {MAX_ENV_NAME_LENGTH} characters."
        ))
    }
}

/// # Errors
/// What is allowed, in a sentence. The value itself is never repeated: it may be a secret.
pub fn check_env_value(value: &str) -> Result<(), String> {
    if value.contains('\0') {
        return Err("A variable's value cannot hold a NUL character.".into());
    }
    if value.len() > MAX_ENV_VALUE_LENGTH {
        return Err(format!("A variable's value has at most {} KiB.", MAX_ENV_VALUE_LENGTH >> 10));
    }
    Ok(())
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_env_size(env: &BTreeMap<String, String>) -> Result<(), String> {
    let total: usize = env.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    if env.len() > MAX_ENV_COUNT {
        return Err(format!("There can be at most {MAX_ENV_COUNT} variables."));
    }
    if total > MAX_ENV_TOTAL {
        return Err(format!("All variables together have at most {} KiB.", MAX_ENV_TOTAL >> 10));
    }
    Ok(())
}

/// # Errors
/// One entry per wrong variable, under `env`.
pub fn check_env(env: &BTreeMap<String, String>) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if let Err(message) = check_env_size(env) {
        errors.push(field("env", message));
    }
    for (name, value) in env.iter().take(MAX_ENV_COUNT) {
        let path = || format!("env.{}", shown(name));
        errors.extend(check_env_name(name).err().map(|message| field(path(), message)));
        errors.extend(check_env_value(value).err().map(|message| field(path(), message)));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_arguments(command: &[String]) -> Result<(), String> {
    if command.first().is_none_or(String::is_empty) {
        return Err("A command needs at least the name of a program.".into());
    }
    if command.len() > MAX_ARGUMENTS {
        return Err(format!("A command has at most {MAX_ARGUMENTS} arguments."));
    }
    if command.iter().map(|argument| argument.len() + 1).sum::<usize>() > MAX_ARGUMENTS_LENGTH {
        return Err(format!("A command has at most {} KiB.", MAX_ARGUMENTS_LENGTH >> 10));
    }
    if command.iter().any(|argument| argument.contains('\0')) {
        return Err("A command cannot hold a NUL character.".into());
    }
    Ok(())
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_label(label: &str) -> Result<(), String> {
    if label.trim().is_empty()
        || label.chars().count() > MAX_LABEL_CHARACTERS
        || label.chars().any(char::is_control)
    {
        return Err(format!("A label has 1 to {MAX_LABEL_CHARACTERS} characters on one line."));
    }
    Ok(())
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_task_name(name: &str) -> Result<(), String> {
    check_label(name)
        .map_err(|_| format!("A task's name has 1 to {MAX_LABEL_CHARACTERS} characters on one line."))
}

/// # Errors
/// What is allowed, in a sentence.
pub fn check_task_command(command: &str) -> Result<(), String> {
    if command.trim().is_empty() {
        return Err("A task needs a command.".into());
    }
    if command.len() > MAX_TASK_COMMAND_LENGTH {
        return Err(format!(
            "A task's command has at most {} KiB; put longer ones into a script of the repository.",
            MAX_TASK_COMMAND_LENGTH >> 10
        ));
    }
    if command.contains('\0') {
        return Err("A task's command cannot hold a NUL character.".into());
    }
    Ok(())
}

/// Absolute, without `..`, at most 4,095 bytes.
///
/// # Errors
/// What is allowed, in a sentence.
pub fn check_working_directory(path: &str) -> Result<(), String> {
    let well_formed = path.starts_with('/')
        && path.len() <= 4_095
        && !path.contains('\0')
        && !path.split('/').any(|part| part == "..");
    if well_formed {
        Ok(())
    } else {
        Err("The working directory is an absolute path such as /workspace, without `..`.".into())
    }
}

/// `host`, `archive:NAME`, or an image reference such as `debian:12` or `ghcr.io/org/app@sha256:…`.
///
/// # Errors
/// What is allowed, in a sentence.
pub fn parse_image(text: &str) -> Result<Rootfs, String> {
    if text == "host" {
        return Ok(Rootfs::HostUserland);
    }
    if text.is_empty() || text.len() > MAX_IMAGE_LENGTH {
        return Err(format!(
            "An image is `host` or a reference of 1 to {MAX_IMAGE_LENGTH} characters such as debian:12."
        ));
    }
    if let Some(name) = text.strip_prefix("archive:") {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || name.starts_with(['.', '-']) || !name.bytes().all(plain) {
            return Err("An archive's name has letters, digits, dots, hyphens and underscores, such as archive:my-image.tar.".into());
        }
        return Ok(Rootfs::Image { reference: text.to_owned() });
    }
    if text.contains("://") {
        return Err("An image reference has no scheme; write ghcr.io/org/app:tag.".into());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@[]".contains(&byte);
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let path = name.rsplit_once('/').map_or(name, |(_, last)| last);
    let (_, tag) = path.split_once(':').map_or((path, None), |(repository, tag)| (repository, Some(tag)));
    let name_is_fine = text.bytes().all(allowed)
        && !name.starts_with(['-', '.', '/', ':'])
        && !name.ends_with(['/', ':', '-', '.'])
        && !name.contains("//")
        && !name.contains("..");
    let tag_is_fine = tag.is_none_or(|tag| !tag.is_empty() && tag.len() <= 128 && !tag.contains(':'));
    let digest_is_fine = digest.is_none_or(|digest| {
        digest.split_once(':').is_some_and(|(algorithm, hex)| {
            matches!(algorithm, "sha256" | "sha512")
                && hex.len() >= 64
                && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    });
    if !(name_is_fine && tag_is_fine && digest_is_fine) {
        return Err(
            "An image is `host`, archive:NAME, or a reference such as debian:12 or ghcr.io/org/app@sha256:…."
                .into(),
        );
    }
    Ok(Rootfs::Image { reference: text.to_owned() })
}

/// The text form that [`parse_image`] reads.
#[must_use]
pub fn image_text(rootfs: &Rootfs) -> &str {
    match rootfs {
        Rootfs::HostUserland => "host",
        Rootfs::Image { reference } => reference,
    }
}

/// The ports and tasks as a whole.
///
/// # Errors
/// What is allowed, in a sentence each.
pub fn check_counts(ports: &[PortSpec], tasks: &[TaskSpec]) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if ports.len() > MAX_PORTS {
        errors.push(field("ports", format!("There can be at most {MAX_PORTS} ports.")));
    }
    if tasks.len() > MAX_TASKS {
        errors.push(field("tasks", format!("There can be at most {MAX_TASKS} tasks.")));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Text from outside, fit for a message: at most 40 characters, nothing unprintable.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out: String =
        text.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn images_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_image("host"), Ok(Rootfs::HostUserland));
        let digest = format!("ghcr.io/org/app@sha256:{}", "a".repeat(64));
        for good in
            ["debian:12", "debian", "127.0.0.1:5000/team/app:v1.2_3", "archive:my-image.tar", digest.as_str()]
        {
            let parsed = parse_image(good).unwrap();
            assert_eq!(image_text(&parsed), good);
        }
        for bad in [
            "",
            "-debian",
            "debian:",
            "a b",
            "https://x/y",
            "archive:../x",
            "archive:",
            "archive:a/b",
            "x@sha256:12",
            "a//b",
            "a\nb",
            "../x",
            "x@md5:aa",
        ] {
            assert!(parse_image(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn messages_about_variables_do_not_repeat_the_value() {
        let env =
            BTreeMap::from([("KEY".to_owned(), "hunter2\0".to_owned()), ("1bad".to_owned(), String::new())]);
        let errors = check_env(&env).unwrap_err();
        assert_eq!(errors.len(), 2);
        assert!(errors.iter().all(|error| !error.message.contains("hunter2")));
    }

    proptest! {
        #[test]
        fn images_and_names_never_panic(text in ".{0,300}") {
            let _ = parse_image(&text);
            let _ = check_env_name(&text);
            let _ = check_working_directory(&text);
            prop_assert!(shown(&text).chars().count() <= 41);
        }
    }
}
