//! `stead dashboard`.

use std::process::ExitCode;

use clap::Args;

use super::{Context, Failure};

#[derive(Debug, Args)]
pub(crate) struct DashboardArgs {}

pub(crate) async fn run(context: &Context, _args: &DashboardArgs) -> Result<ExitCode, Failure> {
    let link = context.client()?.create_sign_in_link().await?;
    let output = &context.output;
    if output.json {
        output.json(&link);
    } else {
        output.note("This link signs you in once, within 15 minutes:");
        output.line(&link.url);
    }
    Ok(ExitCode::SUCCESS)
}
