//! How an instance's fields read in tables and details.

use stead_api::v1::instances::{Instance, Phase, Resources};
use stead_api::v1::ports::Port;

use crate::output::{Tone, bytes};

/// Shape, word and tone of a phase.
pub(crate) fn phase(phase: Phase) -> (&'static str, &'static str, Tone) {
    match phase {
        Phase::Starting => ("◐", "starting", Tone::Busy),
        Phase::Running => ("●", "running", Tone::Good),
        Phase::Paused => ("❚❚", "paused", Tone::Busy),
        Phase::Stopping => ("◐", "stopping", Tone::Busy),
        Phase::Stopped => ("○", "stopped", Tone::Faint),
        Phase::Unhealthy => ("▲", "unhealthy", Tone::Bad),
        Phase::Failed => ("✕", "failed", Tone::Bad),
        Phase::Deleting => ("◐", "deleting", Tone::Busy),
        Phase::Unknown => ("?", "unknown", Tone::Bad),
    }
}

pub(crate) fn cores(millis: u32) -> String {
    if millis.is_multiple_of(1_000) {
        format!("{}", millis / 1_000)
    } else {
        let text = format!("{}.{:03}", millis / 1_000, millis % 1_000);
        text.trim_end_matches('0').to_owned()
    }
}

pub(crate) fn resources(resources: &Resources) -> String {
    format!(
        "{} CPU · {} memory · {} disk",
        cores(resources.cpu_millis),
        bytes(resources.memory_bytes),
        bytes(resources.disk_bytes)
    )
}

pub(crate) fn source(instance: &Instance) -> String {
    let Some(source) = &instance.source else { return "blank".to_owned() };
    let url = source.url.as_deref().unwrap_or("uploaded repository");
    let url = url.strip_prefix("https://").unwrap_or(url).trim_end_matches(".git");
    match (&source.branch, &source.commit) {
        (Some(branch), Some(commit)) => {
            format!("{url} ({branch} at {})", commit.chars().take(8).collect::<String>())
        }
        (None, Some(commit)) => format!("{url} (at {})", commit.chars().take(8).collect::<String>()),
        _ => url.to_owned(),
    }
}

pub(crate) fn port_state(port: &Port) -> (&'static str, Tone) {
    if port.listening { ("listening", Tone::Good) } else { ("closed", Tone::Faint) }
}
