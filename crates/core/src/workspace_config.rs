//! `phazeai.yaml`, the file in a repository's root that says how to run it.
//!
//! Owns: the meaning of the file. Pure: text in, settings or every error with its place out. `docs/phazeai-yaml.md` explains
//! the format, `docs/phazeai.schema.json` describes it for editors; a test keeps the schema's keys equal to the ones here.
//! [`merge`] lays the request's own settings over the file's.

mod document;
mod fields;
mod quantities;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::FieldError;
use crate::instance::rules;
use crate::instance::{InstanceSpec, PortSpec, Resources, Rootfs, Source, TaskMode, TaskSpec, Visibility};

pub use quantities::{duration_text, parse_bytes, parse_cpu, parse_duration};

/// Longer files are refused unread.
pub const MAX_LENGTH: usize = 64 << 10;
/// After this many errors the rest is not looked for.
pub const MAX_ERRORS: usize = 50;

pub const FILE_NAME: &str = "phazeai.yaml";

/// When an unused instance stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleTimeout {
    Never,
    After(Duration),
}

impl IdleTimeout {
    #[must_use]
    pub const fn duration(self) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::After(duration) => Some(duration),
        }
    }
}

/// Limits, each of which may be left to the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialResources {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_millis: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pids: Option<u32>,
}

impl PartialResources {
    /// These values over `base`.
    #[must_use]
    pub fn over(self, base: Resources) -> Resources {
        Resources {
            cpu_millis: self.cpu_millis.unwrap_or(base.cpu_millis),
            memory_bytes: self.memory_bytes.unwrap_or(base.memory_bytes),
            disk_bytes: self.disk_bytes.unwrap_or(base.disk_bytes),
            pids: self.pids.unwrap_or(base.pids),
        }
    }

    /// These values where given, else those of `base`.
    #[must_use]
    pub fn or(self, base: Self) -> Self {
        Self {
            cpu_millis: self.cpu_millis.or(base.cpu_millis),
            memory_bytes: self.memory_bytes.or(base.memory_bytes),
            disk_bytes: self.disk_bytes.or(base.disk_bytes),
            pids: self.pids.or(base.pids),
        }
    }
}

/// What the file says. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceConfig {
    pub image: Option<Rootfs>,
    pub resources: PartialResources,
    pub env: BTreeMap<String, String>,
    pub ports: Vec<PortSpec>,
    pub tasks: Vec<TaskSpec>,
    pub idle_timeout: Option<IdleTimeout>,
}

/// What the request asked for; kept with the instance, because it wins over a file that is read later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Rootfs>,
    #[serde(default)]
    pub resources: PartialResources,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<IdleTimeout>,
    /// Do not read `phazeai.yaml`.
    #[serde(default)]
    pub ignore_workspace_config: bool,
}

/// Reads the text of a `phazeai.yaml`.
///
/// # Errors
/// Every mistake found, in the order of the text, at most [`MAX_ERRORS`]; a syntax error alone, because what follows it cannot
/// be understood.
pub fn parse(text: &str) -> Result<WorkspaceConfig, Vec<FieldError>> {
    if text.len() > MAX_LENGTH {
        return Err(vec![FieldError {
            field: String::new(),
            message: format!("{FILE_NAME} has {} bytes; at most {MAX_LENGTH} are read.", text.len()),
            line: None,
            column: None,
        }]);
    }
    let mut errors = fields::Errors::default();
    let root = document::read(text, &mut errors);
    let config = match root {
        Some(root) => fields::workspace(&root, &mut errors),
        None => WorkspaceConfig::default(),
    };
    errors.finish().map(|()| config)
}

/// The error of an instance whose file is wrong.
#[must_use]
pub fn invalid(errors: Vec<FieldError>) -> Error {
    let count = errors.len();
    let message = match errors.first() {
        Some(FieldError { message, line: Some(line), column: Some(column), .. }) => {
            format!("{FILE_NAME} has {}: line {line}, column {column}: {message}", counted(count))
        }
        Some(FieldError { message, .. }) => format!("{FILE_NAME} has {}: {message}", counted(count)),
        None => format!("{FILE_NAME} is not valid."),
    };
    errors.into_iter().fold(
        Error::invalid("workspace_config_invalid", message).next_step(format!(
            "Correct it (`stead validate {FILE_NAME}` checks it), push, and start the instance: what was pushed is fetched."
        )),
        Error::field,
    )
}

fn counted(count: usize) -> String {
    if count == 1 { "an error".to_owned() } else { format!("{count} errors") }
}

/// The recipe: defaults, then the file, then the request, the later one winning.
#[must_use]
pub fn merge(
    requested: &RequestedSettings,
    source: Option<Source>,
    config: Option<&WorkspaceConfig>,
) -> InstanceSpec {
    let empty = WorkspaceConfig::default();
    let config = config.unwrap_or(&empty);
    let mut env = config.env.clone();
    env.extend(requested.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    InstanceSpec {
        rootfs: requested.image.clone().or_else(|| config.image.clone()).unwrap_or(Rootfs::HostUserland),
        resources: requested.resources.or(config.resources).over(Resources::DEFAULT),
        env,
        command: requested.command.clone(),
        source,
        tasks: config.tasks.clone(),
        ports: config.ports.clone(),
        idle_timeout: requested.idle_timeout.or(config.idle_timeout).and_then(IdleTimeout::duration),
        secrets: false,
    }
}

impl WorkspaceConfig {
    /// The file that says the same; [`parse`] reads it back unchanged.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        if let Some(image) = &self.image {
            let _ = writeln!(out, "image: {}", quoted(rules::image_text(image)));
        }
        if self.resources != PartialResources::default() {
            out.push_str("resources:\n");
            let PartialResources { cpu_millis, memory_bytes, disk_bytes, pids } = self.resources;
            let _ = cpu_millis.map(|millis| writeln!(out, "  cpu: {millis}m"));
            let _ = memory_bytes.map(|bytes| writeln!(out, "  memory: {}", quantities::bytes_text(bytes)));
            let _ = disk_bytes.map(|bytes| writeln!(out, "  disk: {}", quantities::bytes_text(bytes)));
            let _ = pids.map(|pids| writeln!(out, "  pids: {pids}"));
        }
        let env = |out: &mut String, indent: &str, env: &BTreeMap<String, String>| {
            if !env.is_empty() {
                let _ = writeln!(out, "{indent}env:");
                for (name, value) in env {
                    let _ = writeln!(out, "{indent}  {name}: {}", quoted(value));
                }
            }
        };
        env(&mut out, "", &self.env);
        if !self.ports.is_empty() {
            out.push_str("ports:\n");
            for port in &self.ports {
                let _ = writeln!(out, "  - port: {}", port.port);
                if let Some(label) = &port.label {
                    let _ = writeln!(out, "    label: {}", quoted(label));
                }
                if port.visibility == Visibility::Public {
                    out.push_str("    visibility: public\n");
                }
            }
        }
        if !self.tasks.is_empty() {
            out.push_str("tasks:\n");
            for task in &self.tasks {
                let _ =
                    writeln!(out, "  - name: {}\n    command: {}", quoted(&task.name), quoted(&task.command));
                if task.mode == TaskMode::Background {
                    out.push_str("    background: true\n");
                }
                env(&mut out, "    ", &task.env);
            }
        }
        match self.idle_timeout {
            Some(IdleTimeout::Never) => out.push_str("idle_timeout: never\n"),
            Some(IdleTimeout::After(duration)) => {
                let _ = writeln!(out, "idle_timeout: {}", duration_text(duration));
            }
            None => {}
        }
        out
    }
}

/// A double-quoted YAML scalar; whatever is not plainly printable is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' | '\u{a1}'..='\u{d7ff}' if !matches!(c, '\u{2028}' | '\u{2029}') => out.push(c),
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
