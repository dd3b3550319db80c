//! A driver in a process of its own that a test can kill: reads a plan as one line of JSON, starts it, says so, and stays.

use std::io::{BufRead as _, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use stead_core::ambient::Ambient;
use stead_core::driver::{Driver as _, RunPlan};
use stead_core::error::{Error, InternalContext as _, Result};
use stead_drivers::conformance::Unwatched;
use stead_drivers::oci::{OciDriver, OciSettings, SpawnerCommand};

async fn serve() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let missing = || Error::invalid("argument_missing", "Name the data directory and the spawner.");
    let mut settings = OciSettings::new(arguments.next().ok_or_else(missing)?);
    settings.spawner =
        SpawnerCommand { program: arguments.next().ok_or_else(missing)?, arguments: Vec::new() };
    settings.detect_toolchains = false;
    settings.disk_pool = 0;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).internal("reading the plan")?;
    let plan: RunPlan = serde_json::from_str(&line).internal("reading the plan")?;
    let driver = OciDriver::open(settings, Ambient::system()).await?;
    driver.prepare(&plan, &Unwatched).await?;
    driver.start(&plan).await?;
    std::io::stdout().write_all(b"started\n").internal("telling the test")?;
    std::io::stdin().read_to_string(&mut line).internal("waiting to be killed")?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    if serve().await.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
