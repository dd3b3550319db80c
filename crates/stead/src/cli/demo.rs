//! `stead demo`: an empty data directory filled with a tenant, members, simulated instances and history.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use clap::Args;
use stead_api::client::{Action, Client};
use stead_api::v1::instances::{CreateInstance, Driver, ResourcesInput, StopInstance};
use stead_api::v1::ports::{SetPort, Visibility};
use stead_core::access::Role;
use stead_core::ids::RequestId;

use super::up::HostArgs;
use super::{Context, Failure};
use crate::up::assemble::Stead;
use crate::up::lock::DataDirLock;
use crate::up::owner;

const MEMBERS: [(&str, &str, Role); 4] = [
    ("Grace Hopper", "grace@example.org", Role::Admin),
    ("Alan Turing", "alan@example.org", Role::Member),
    ("Barbara Liskov", "barbara@example.org", Role::Member),
    ("Edsger Dijkstra", "edsger@example.org", Role::Guest),
];

/// Name, cores in thousandths, memory in GiB, ports, and what happens to it after it runs.
const INSTANCES: [(&str, u32, u64, &[(u16, &str)], Option<After>); 8] = [
    ("storefront", 4_000, 8, &[(3000, "web"), (5432, "postgres")], None),
    ("billing-api", 2_000, 4, &[(8080, "api")], None),
    ("agent-refactor", 4_000, 8, &[], None),
    ("docs", 1_000, 2, &[(4000, "preview")], Some(After::Pause)),
    ("data-notebooks", 8_000, 16, &[(8888, "jupyter")], None),
    ("scratch", 1_000, 2, &[], Some(After::Stop)),
    ("release-rehearsal", 2_000, 4, &[], Some(After::Restart)),
    ("spike-wasm", 2_000, 4, &[], Some(After::Kill)),
];

#[derive(Debug, Clone, Copy)]
enum After {
    Pause,
    Stop,
    Restart,
    Kill,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    host: HostArgs,
}

pub(crate) async fn run(context: &Context, args: DemoArgs) -> Result<ExitCode, Failure> {
    args.host.start_logging(context)?;
    let mut settings = args.host.settings(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None);
    settings.simulate = true;
    if settings.database_exists() {
        return Err(Failure::new(
            6,
            "data_dir_in_use",
            format!("{} holds a Stead already.", settings.data_dir.display()),
        )
        .next("Name an empty directory: stead demo --data-dir ./demo"));
    }
    let _lock = DataDirLock::acquire(&settings.data_dir)?;
    let stead = Stead::assemble(&settings, &context.ambient).await?;
    let filled = fill(context, &stead, &settings.data_dir.join("credentials.json")).await;
    stead.shutdown().await;
    let count = filled?;
    let place = settings.data_dir.display();
    context.output.line(format!("{place} holds a demonstration with {count} simulated instances. See it with:\n\n  STEAD_CREDENTIALS={place}/credentials.json stead up --simulate --data-dir {place}"));
    Ok(ExitCode::SUCCESS)
}

async fn fill(context: &Context, stead: &Stead, credentials: &std::path::Path) -> Result<usize, Failure> {
    let owner_client = owner::sign_in_this_machine(stead, credentials).await?;
    let me = owner_client.me().await?;
    let identity = stead.control().identity();
    let owner = me.user.id.parse().map_err(|error| Failure::new(1, "demo", format!("{error}")))?;
    let tenant = identity.create_tenant("Analytical Engines", owner).await?;
    for (name, email, role) in MEMBERS {
        let user = identity.create_user(name, Some(email)).await?;
        identity.add_member(tenant, user, role).await?;
    }
    let token = identity.issue_token(owner, "Demonstration").await?;
    let client = Client::new(owner_client.base().clone(), Some(token), Some(tenant.to_string()))?;
    for (name, cpu_millis, gibibytes, ports, after) in INSTANCES {
        let create = CreateInstance {
            name: Some(name.to_owned()),
            driver: Some(Driver::Sim),
            resources: Some(ResourcesInput {
                cpu_millis: Some(cpu_millis),
                memory_bytes: Some(gibibytes << 30),
                ..ResourcesInput::default()
            }),
            idle_timeout_seconds: Some(0),
            ..CreateInstance::default()
        };
        let key = context.ambient.new_id::<RequestId>().to_string();
        client.create_instance_and_wait(&create, &key, "30s").await?;
        for (port, label) in ports {
            let visibility = if *label == "web" { Visibility::Public } else { Visibility::Private };
            client
                .set_port(
                    name,
                    *port,
                    &SetPort { visibility: Some(visibility), label: Some((*label).to_owned()) },
                )
                .await?;
        }
        match after {
            None => {}
            Some(After::Pause) => drop(client.act(name, Action::Pause).await?),
            Some(After::Restart) => drop(client.act(name, Action::Restart).await?),
            Some(After::Kill) => drop(client.act(name, Action::Kill).await?),
            Some(After::Stop) => drop(client.stop_instance(name, &StopInstance::default()).await?),
        }
    }
    Ok(INSTANCES.len())
}
