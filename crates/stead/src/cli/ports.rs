//! `stead ports`.

use std::process::ExitCode;

use clap::Args;
use stead_api::v1::ports::{Port, SetPort, Visibility};

use super::instance_fields::port_state;
use super::{Context, Failure};
use crate::output::{Output, Table, Tone};

#[derive(Debug, Args)]
pub(crate) struct PortsArgs {
    /// Name or id.
    name: String,
    /// A port to add or change.
    port: Option<u16>,
    /// Let anyone with the address open it.
    #[arg(long, requires = "port")]
    public: bool,
    /// Only for members who are signed in.
    #[arg(long, requires = "port", conflicts_with = "public")]
    private: bool,
    /// What it is.
    #[arg(long, requires = "port")]
    label: Option<String>,
}

pub(crate) async fn run(context: &Context, args: &PortsArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    let output = &context.output;
    let ports = match args.port {
        Some(port) => {
            let visibility = match (args.public, args.private) {
                (true, _) => Some(Visibility::Public),
                (_, true) => Some(Visibility::Private),
                _ => None,
            };
            vec![client.set_port(&args.name, port, &SetPort { visibility, label: args.label.clone() }).await?]
        }
        None => client.ports(&args.name).await?,
    };
    if output.json {
        output.json(&ports);
    } else if output.quiet {
        for port in &ports {
            output.line(&port.preview_url);
        }
    } else if ports.is_empty() {
        output.note(format!(
            "Nothing listens in {} yet. Start a server inside and its port appears here.",
            args.name
        ));
    } else {
        print(output, &ports);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(output: &Output, ports: &[Port]) {
    let mut table = Table::new(&["PORT", "STATE", "WHO", "LABEL", "PREVIEW"]);
    for port in ports {
        let (word, tone) = port_state(port);
        let who = match port.visibility {
            Visibility::Private => ("private".to_owned(), None),
            Visibility::Public => ("public".to_owned(), Some(Tone::Busy)),
        };
        table.row(vec![
            (port.port.to_string(), Some(Tone::Strong)),
            (word.to_owned(), Some(tone)),
            who,
            (port.label.clone().unwrap_or_default(), None),
            (port.preview_url.clone(), None),
        ]);
    }
    table.print(output);
}
