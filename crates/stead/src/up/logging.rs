//! Logs go to standard error: lines for people on a terminal, JSON elsewhere when asked for.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Starts logging; `filter` is in the syntax of `tracing` (`info,stead=debug`). A second call does nothing.
///
/// # Errors
/// When the filter is not understood.
pub fn start(filter: &str, format: LogFormat) -> stead_core::Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        stead_core::Error::invalid(
            "log_filter_invalid",
            format!("The log filter {filter:?} is not understood: {error}."),
        )
        .next_step("Write a level (info) or levels by part (info,stead_node=debug).")
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let _ = match format {
        LogFormat::Text => registry.with(lines.with_target(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    Ok(())
}
