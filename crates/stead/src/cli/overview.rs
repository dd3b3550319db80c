//! `stead` alone: where you are signed in, your instances, the three next commands.

use std::process::ExitCode;

use super::{Context, Failure, list};
use crate::output::Tone;

const SHOWN: usize = 8;

pub(crate) async fn run(context: &Context) -> Result<ExitCode, Failure> {
    let output = &context.output;
    let client = match context.client() {
        Ok(client) => client,
        Err(failure) if failure.code() == "not_signed_in" => {
            output.line("Stead hosts workspaces, agents, servers and apps on machines you own.\n");
            output.line(format!(
                "  {}              start it on this machine",
                output.paint(Tone::Strong, "stead up")
            ));
            output.line(format!(
                "  {}       use a server that runs elsewhere",
                output.paint(Tone::Strong, "stead login URL")
            ));
            output.line(format!("  {}          everything else", output.paint(Tone::Strong, "stead --help")));
            return Ok(ExitCode::SUCCESS);
        }
        Err(failure) => return Err(failure),
    };
    let (me, instances) = tokio::try_join!(client.me(), client.instances())?;
    if output.json {
        output.json(&serde_json::json!({ "server": client.base(), "me": me, "instances": instances }));
        return Ok(ExitCode::SUCCESS);
    }
    output.line(format!(
        "{} at {} · tenant {}\n",
        output.paint(Tone::Strong, &me.user.name),
        client.base().as_str().trim_end_matches('/'),
        me.tenant.name
    ));
    if instances.is_empty() {
        output.line("You have no instance yet.\n");
        output.line(format!(
            "  {}   open a repository as a workspace",
            output.paint(Tone::Strong, "stead open https://…/repo.git")
        ));
        output.line(format!(
            "  {}                       open the repository you stand in",
            output.paint(Tone::Strong, "stead open .")
        ));
        output.line(format!(
            "  {}                    the same in the browser",
            output.paint(Tone::Strong, "stead dashboard")
        ));
        return Ok(ExitCode::SUCCESS);
    }
    list::table(context, &instances[..instances.len().min(SHOWN)]).print(output);
    if instances.len() > SHOWN {
        output
            .line(output.paint(Tone::Faint, &format!("… and {} more: stead list", instances.len() - SHOWN)));
    }
    let name = &instances[0].name;
    output.line("");
    for (command, meaning) in [
        (format!("stead attach {name}"), "a terminal in it"),
        (format!("stead logs {name} -f"), "its console"),
        ("stead dashboard".to_owned(), "all of it in the browser"),
    ] {
        output.line(format!("  {}  {meaning}", output.paint(Tone::Strong, &format!("{command:<32}"))));
    }
    Ok(ExitCode::SUCCESS)
}
