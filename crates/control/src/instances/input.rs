//! What callers may ask for: API inputs to settings, every wrong field reported at once. Pure.

use std::time::Duration;

use stead_api::v1::instances as wire;
use stead_api::v1::ports::{SetPort, Visibility as WireVisibility};
use stead_core::error::FieldError;
use stead_core::git_url::{GitUrl, check_revision};
use stead_core::ids::UploadId;
use stead_core::instance::{
    DriverKind, GitSource, InstanceSpec, PortSpec, Resources, Source, Visibility, rules,
};
use stead_core::names;
use stead_core::workspace_config::{IdleTimeout, PartialResources, RequestedSettings};
use stead_core::{Error, Result};

/// Longest time between SIGTERM and SIGKILL.
const MAX_GRACE: Duration = Duration::from_secs(600);
const DEFAULT_GRACE: Duration = Duration::from_secs(10);

/// A checked [`wire::CreateInstance`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewInstance {
    pub(super) name: Option<String>,
    /// The name that the source suggests.
    pub(super) suggested_name: Option<String>,
    pub(super) driver: Option<DriverKind>,
    pub(super) source: Option<Source>,
    pub(super) requested: RequestedSettings,
}

/// A checked [`wire::UpdateInstance`].
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Changes {
    pub(super) name: Option<String>,
    pub(super) resources: PartialResources,
    pub(super) env: Option<std::collections::BTreeMap<String, String>>,
    pub(super) idle_timeout: Option<IdleTimeout>,
}

#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
            line: None,
            column: None,
        });
    }

    fn note<T>(&mut self, field: &str, outcome: std::result::Result<T, String>) -> Option<T> {
        outcome.map_err(|message| self.add(field, message)).ok()
    }

    fn note_all<T>(&mut self, outcome: std::result::Result<T, Vec<FieldError>>) {
        if let Err(errors) = outcome {
            self.0.extend(errors);
        }
    }

    fn finish(self) -> Result<()> {
        let Some(first) = self.0.first() else { return Ok(()) };
        let message = match self.0.len() {
            1 => format!("{}: {}", first.field, first.message),
            count => {
                format!("{count} settings are not valid; the first is {}: {}", first.field, first.message)
            }
        };
        Err(self.0.into_iter().fold(
            Error::invalid("invalid_settings", message).next_step("Correct them and send the request again."),
            Error::field,
        ))
    }
}

pub(super) fn driver(driver: wire::Driver) -> DriverKind {
    match driver {
        wire::Driver::Oci => DriverKind::Oci,
        wire::Driver::Sim => DriverKind::Sim,
    }
}

fn idle_timeout(seconds: u64, problems: &mut Problems) -> Option<IdleTimeout> {
    if seconds == 0 {
        return Some(IdleTimeout::Never);
    }
    let timeout = Duration::from_secs(seconds);
    problems.note("idle_timeout_seconds", rules::check_idle_timeout(timeout))?;
    Some(IdleTimeout::After(timeout))
}

fn resources(input: wire::ResourcesInput, problems: &mut Problems) -> PartialResources {
    let partial = PartialResources {
        cpu_millis: input.cpu_millis,
        memory_bytes: input.memory_bytes,
        disk_bytes: input.disk_bytes,
        pids: input.pids,
    };
    problems.note_all(rules::check_resources(&partial.over(Resources::DEFAULT)));
    partial
}

fn source(source: wire::CreateSource, problems: &mut Problems) -> Result<(Option<Source>, Option<String>)> {
    match source {
        wire::CreateSource::Git { url, revision } => {
            let url = GitUrl::parse(&url)?;
            if let Some(revision) = &revision {
                check_revision(revision)?;
            }
            let name = names::from_repository(url.as_str());
            Ok((Some(Source::Git(GitSource { url: url.to_string(), revision })), name))
        }
        wire::CreateSource::Upload { upload_id, origin, branch } => {
            let upload = upload_id.parse::<UploadId>().map_err(|error| error.to_string());
            let upload = problems.note("source.upload_id", upload);
            let origin = origin
                .filter(|origin| !origin.is_empty())
                .map(|origin| GitUrl::parse(&origin))
                .transpose()?;
            if let Some(branch) = &branch {
                check_revision(branch)?;
            }
            let origin = origin.map(|origin| origin.to_string());
            let name = origin.as_deref().and_then(names::from_repository);
            Ok((upload.map(|upload| Source::Bundle { upload, origin, branch }), name))
        }
    }
}

pub(super) fn create(input: wire::CreateInstance) -> Result<NewInstance> {
    let mut problems = Problems::default();
    if let Some(name) = &input.name {
        names::check(name)?;
    }
    let (source, suggested_name) = match input.source {
        Some(given) => source(given, &mut problems)?,
        None => (None, None),
    };
    let image = input.image.and_then(|image| problems.note("image", rules::parse_image(&image)));
    problems.note_all(rules::check_env(&input.env));
    if let Some(command) = &input.command {
        problems.note("command", rules::check_arguments(command));
    }
    let requested = RequestedSettings {
        image,
        resources: input.resources.map(|given| resources(given, &mut problems)).unwrap_or_default(),
        env: input.env,
        command: input.command,
        idle_timeout: input.idle_timeout_seconds.and_then(|seconds| idle_timeout(seconds, &mut problems)),
        ignore_workspace_config: input.ignore_workspace_config,
    };
    problems.finish()?;
    Ok(NewInstance { name: input.name, suggested_name, driver: input.driver.map(driver), source, requested })
}

pub(super) fn update(input: wire::UpdateInstance) -> Result<Changes> {
    let mut problems = Problems::default();
    if let Some(name) = &input.name {
        names::check(name)?;
    }
    if let Some(env) = &input.env {
        problems.note_all(rules::check_env(env));
    }
    let changes = Changes {
        name: input.name,
        resources: input.resources.map(|given| resources(given, &mut problems)).unwrap_or_default(),
        env: input.env,
        idle_timeout: input.idle_timeout_seconds.and_then(|seconds| idle_timeout(seconds, &mut problems)),
    };
    problems.finish()?;
    Ok(changes)
}

impl Changes {
    /// The settings with the changes in, both as they were asked for and as they are run.
    pub(super) fn apply(&self, requested: &mut RequestedSettings, spec: &mut InstanceSpec) {
        requested.resources = self.resources.or(requested.resources);
        spec.resources = self.resources.over(spec.resources);
        if let Some(env) = &self.env {
            requested.env.clone_from(env);
            spec.env.clone_from(env);
        }
        if let Some(idle_timeout) = self.idle_timeout {
            requested.idle_timeout = Some(idle_timeout);
            spec.idle_timeout = idle_timeout.duration();
        }
    }
}

pub(super) fn grace(input: &wire::StopInstance) -> Result<Duration> {
    let grace = input.grace_seconds.map_or(DEFAULT_GRACE, |seconds| Duration::from_secs(u64::from(seconds)));
    if grace > MAX_GRACE {
        return Err(Error::invalid("invalid_settings", "grace_seconds is at most 600.").field(FieldError {
            field: "grace_seconds".into(),
            message: "At most 600.".into(),
            line: None,
            column: None,
        }));
    }
    Ok(grace)
}

/// The ports with one set; a port that was only detected becomes a declared one.
pub(super) fn set_port(ports: &[PortSpec], port: u16, input: SetPort) -> Result<Vec<PortSpec>> {
    let mut problems = Problems::default();
    if port == 0 {
        problems.add("port", "A port is a number from 1 to 65535.");
    }
    let label = match input.label {
        Some(label) if label.trim().is_empty() => Some(None),
        Some(label) => problems.note("label", rules::check_label(&label)).map(|()| Some(label)),
        None => None,
    };
    let visibility = input.visibility.map(|visibility| match visibility {
        WireVisibility::Private => Visibility::Private,
        WireVisibility::Public => Visibility::Public,
    });
    let mut ports = ports.to_vec();
    match ports.iter_mut().find(|known| known.port == port) {
        Some(known) => {
            known.visibility = visibility.unwrap_or(known.visibility);
            if let Some(label) = label {
                known.label = label;
            }
        }
        None => {
            ports.push(PortSpec { port, label: label.flatten(), visibility: visibility.unwrap_or_default() })
        }
    }
    problems.note_all(rules::check_counts(&ports, &[]));
    problems.finish()?;
    ports.sort_by_key(|port| port.port);
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_request_is_a_blank_workspace() {
        let new = create(wire::CreateInstance::default()).unwrap();
        assert_eq!(new.source, None);
        assert_eq!(new.requested, RequestedSettings::default());
    }

    #[test]
    fn every_wrong_setting_is_reported_at_once() {
        let error = create(wire::CreateInstance {
            image: Some("-x".into()),
            resources: Some(wire::ResourcesInput {
                memory_bytes: Some(1),
                pids: Some(1),
                ..Default::default()
            }),
            env: [("1A".to_owned(), "x".to_owned())].into(),
            command: Some(vec![]),
            idle_timeout_seconds: Some(1),
            ..Default::default()
        })
        .unwrap_err();
        let fields: Vec<&str> = error.fields().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "image",
                "env.1A",
                "command",
                "resources.memory_bytes",
                "resources.pids",
                "idle_timeout_seconds"
            ]
        );
    }

    #[test]
    fn the_source_suggests_a_name() {
        let input = wire::CreateInstance {
            source: Some(wire::CreateSource::Git {
                url: "git@github.com:org/Shop.git".into(),
                revision: None,
            }),
            ..Default::default()
        };
        assert_eq!(create(input).unwrap().suggested_name.as_deref(), Some("shop"));
    }

    #[test]
    fn a_detected_port_becomes_a_declared_one() {
        let input = SetPort { visibility: Some(WireVisibility::Public), label: None };
        let ports = set_port(&[], 8000, input).unwrap();
        assert_eq!(ports[0].visibility, Visibility::Public);
        let ports = set_port(&ports, 8000, SetPort { visibility: None, label: Some("web".into()) }).unwrap();
        assert_eq!(
            (ports.len(), ports[0].label.as_deref(), ports[0].visibility),
            (1, Some("web"), Visibility::Public)
        );
        assert!(set_port(&ports, 0, SetPort { visibility: None, label: None }).is_err());
    }

    #[test]
    fn changes_reach_both_the_request_and_the_recipe() {
        let (mut requested, mut spec) = (RequestedSettings::default(), InstanceSpec::blank());
        let changes = update(wire::UpdateInstance {
            resources: Some(wire::ResourcesInput { cpu_millis: Some(500), ..Default::default() }),
            idle_timeout_seconds: Some(0),
            ..Default::default()
        })
        .unwrap();
        changes.apply(&mut requested, &mut spec);
        assert_eq!(spec.resources.cpu_millis, 500);
        assert_eq!(spec.resources.memory_bytes, Resources::DEFAULT.memory_bytes);
        assert_eq!(requested.idle_timeout, Some(IdleTimeout::Never));
    }
}
