//! `stead demo`: an empty data directory filled with a tenant, members, simulated instances and the history of a week.
//!
//! Everything goes through the API, as it would by hand; only the clock is this file's, so that the history has a past.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use clap::Args;
use stead_api::client::{Action, Client};
use stead_api::v1::instances::{
    CreateInstance, CreateSource, Driver, ResourcesInput, StopInstance, UpdateInstance,
};
use stead_api::v1::ports::{SetPort, Visibility};
use stead_core::Timestamp;
use stead_core::access::Role;
use stead_core::ambient::{Ambient, Clock, Random};
use stead_core::ids::RequestId;

use super::up::HostArgs;
use super::{Context, Failure};
use crate::up::assemble::{OwnNode, Stead};
use crate::up::lock::DataDirLock;
use crate::up::owner;

const OWNER: &str = "Ada Lovelace";
const MEMBERS: [(&str, &str, Role); 5] = [
    ("Grace Hopper", "grace@example.org", Role::Admin),
    ("Alan Turing", "alan@example.org", Role::Member),
    ("Barbara Liskov", "barbara@example.org", Role::Member),
    ("Katherine Johnson", "katherine@example.org", Role::Member),
    ("Edsger Dijkstra", "edsger@example.org", Role::Guest),
];
const HOUR: Duration = Duration::from_secs(3_600);
const BEGAN: Duration = Duration::from_secs(6 * 24 * 3_600);

struct Shown {
    name: &'static str,
    /// 0 is the owner, then the members in their order.
    by: usize,
    /// Part of the repository's address; blank when absent.
    repository: Option<&'static str>,
    image: Option<&'static str>,
    cpu_millis: u32,
    gibibytes: u64,
    /// What happens to it afterwards: hours later, by whom, what.
    then: &'static [(u32, usize, Deed)],
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Act(Action),
    Stop,
    Publish(u16, &'static str),
    Resize(u32, u64),
}

const INSTANCES: [Shown; 10] = [
    Shown {
        name: "storefront",
        by: 0,
        repository: Some("storefront"),
        image: None,
        cpu_millis: 4_000,
        gibibytes: 8,
        then: &[(2, 0, Deed::Publish(3000, "web")), (7, 1, Deed::Stop), (3, 0, Deed::Act(Action::Start))],
    },
    Shown {
        name: "billing-api",
        by: 1,
        repository: Some("billing-api"),
        image: None,
        cpu_millis: 2_000,
        gibibytes: 4,
        then: &[(5, 1, Deed::Resize(4_000, 8)), (1, 1, Deed::Act(Action::Restart))],
    },
    Shown {
        name: "data-notebooks",
        by: 4,
        repository: Some("data-notebooks"),
        image: None,
        cpu_millis: 8_000,
        gibibytes: 16,
        then: &[],
    },
    Shown {
        name: "docs",
        by: 3,
        repository: Some("docs"),
        image: None,
        cpu_millis: 1_000,
        gibibytes: 2,
        then: &[(9, 3, Deed::Act(Action::Pause))],
    },
    Shown {
        name: "orders-migration",
        by: 2,
        repository: Some("orders-migration"),
        image: None,
        cpu_millis: 2_000,
        gibibytes: 4,
        then: &[],
    },
    Shown {
        name: "scratch",
        by: 0,
        repository: None,
        image: None,
        cpu_millis: 1_000,
        gibibytes: 2,
        then: &[(4, 0, Deed::Stop)],
    },
    Shown {
        name: "postgres",
        by: 1,
        repository: None,
        image: Some("postgres:17"),
        cpu_millis: 2_000,
        gibibytes: 4,
        then: &[(1, 1, Deed::Publish(5432, "postgres"))],
    },
    Shown {
        name: "spike-wasm",
        by: 2,
        repository: Some("spike-wasm"),
        image: None,
        cpu_millis: 2_000,
        gibibytes: 4,
        then: &[(6, 2, Deed::Act(Action::Kill))],
    },
    Shown {
        name: "release-rehearsal",
        by: 3,
        repository: None,
        image: Some("missing/release:2.4"),
        cpu_millis: 2_000,
        gibibytes: 4,
        then: &[],
    },
    Shown {
        name: "agent-refactor",
        by: 0,
        repository: Some("payments-engine"),
        image: None,
        cpu_millis: 4_000,
        gibibytes: 8,
        then: &[],
    },
];

/// The real clock, some time back; it comes nearer with every step of the story and never goes back itself.
#[derive(Debug)]
struct StoryClock {
    real: Ambient,
    back_micros: AtomicI64,
}

impl StoryClock {
    fn pass(&self, time: Duration) {
        let step = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        let back = self.back_micros.load(Ordering::SeqCst);
        self.back_micros.store((back - step).max(0), Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.real.now().micros() - self.back_micros.load(Ordering::SeqCst))
    }
}

#[derive(Debug)]
struct RealRandom(Ambient);

impl Random for RealRandom {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill_random(buffer);
    }
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    host: HostArgs,
}

pub(crate) async fn run(context: &Context, args: DemoArgs) -> Result<ExitCode, Failure> {
    args.host.start_logging(context)?;
    let mut settings = args.host.settings(context, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None);
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
    let back = i64::try_from(BEGAN.as_micros()).unwrap_or(0);
    let clock = Arc::new(StoryClock { real: context.ambient.clone(), back_micros: AtomicI64::new(back) });
    let ambient =
        Ambient::new(Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(RealRandom(context.ambient.clone())));
    let stead = Stead::assemble(&settings, OwnNode::Yes, &ambient).await?;
    let filled = fill(&ambient, &clock, &stead, &settings.data_dir.join("credentials.json")).await;
    stead.shutdown().await;
    let count = filled?;
    let place = settings.data_dir.display();
    context.output.line(format!("{place} holds a demonstration with {count} simulated instances. See it with:\n\n  STEAD_CREDENTIALS={place}/credentials.json stead up --simulate --data-dir {place}"));
    Ok(ExitCode::SUCCESS)
}

async fn fill(
    ambient: &Ambient,
    clock: &StoryClock,
    stead: &Stead,
    credentials: &std::path::Path,
) -> Result<usize, Failure> {
    let identity = stead.control().identity();
    let owner = identity.first_owner(OWNER).await?;
    let base = owner::sign_in_this_machine(stead, credentials, ambient).await?.base().clone();
    let tenant = stead.control().tenants().create_for("Analytical Engines", owner).await?;
    let mut people = vec![owner];
    for (name, email, role) in MEMBERS {
        let user = identity.create_user(name, Some(email)).await?;
        stead.control().tenants().add_member(tenant, user, role).await?;
        people.push(user);
    }
    let mut clients = Vec::new();
    for user in people {
        let token = identity.issue_token(user, "Laptop").await?;
        clients.push(Client::new(base.clone(), Some(token), Some(tenant.to_string()))?);
    }
    let client =
        |by: usize| clients.get(by).ok_or_else(|| Failure::new(1, "demo", "The story names nobody."));
    for shown in &INSTANCES {
        let create = CreateInstance {
            name: Some(shown.name.to_owned()),
            source: shown.repository.map(|name| CreateSource::Git {
                url: format!("https://git.example.org/engines/{name}.git"),
                revision: None,
            }),
            image: shown.image.map(str::to_owned),
            driver: Some(Driver::Sim),
            resources: Some(ResourcesInput {
                cpu_millis: Some(shown.cpu_millis),
                memory_bytes: Some(shown.gibibytes << 30),
                ..ResourcesInput::default()
            }),
            idle_timeout_seconds: Some(0),
            ..CreateInstance::default()
        };
        let client_of_creator = client(shown.by)?;
        let begun =
            client_of_creator.create_instance(&create, &ambient.new_id::<RequestId>().to_string()).await?;
        until_ended(client_of_creator, &begun.operation.id).await?;
        for (hours, by, deed) in shown.then {
            clock.pass(HOUR * *hours);
            perform(client(*by)?, shown.name, *deed).await?;
        }
        clock.pass(HOUR * 6);
    }
    // The last day: people come to work.
    for (minutes, by, name, deed) in [
        (0, 1, "storefront", Deed::Act(Action::Restart)),
        (50, 0, "scratch", Deed::Act(Action::Start)),
        (85, 0, "scratch", Deed::Stop),
        (12, 4, "data-notebooks", Deed::Act(Action::Restart)),
    ] {
        clock.pass(Duration::from_secs(60) * minutes);
        perform(client(by)?, name, deed).await?;
    }
    Ok(INSTANCES.len())
}

async fn perform(client: &Client, name: &str, deed: Deed) -> Result<(), Failure> {
    let begun = match deed {
        Deed::Act(action) => client.act(name, action).await?,
        Deed::Stop => client.stop_instance(name, &StopInstance::default()).await?,
        Deed::Publish(port, label) => {
            let set = SetPort { visibility: Some(Visibility::Public), label: Some(label.to_owned()) };
            client.set_port(name, port, &set).await?;
            return Ok(());
        }
        Deed::Resize(cpu_millis, gibibytes) => {
            let resources = ResourcesInput {
                cpu_millis: Some(cpu_millis),
                memory_bytes: Some(gibibytes << 30),
                ..ResourcesInput::default()
            };
            client
                .update_instance(
                    name,
                    &UpdateInstance { resources: Some(resources), ..UpdateInstance::default() },
                )
                .await?;
            return Ok(());
        }
    };
    until_ended(client, &begun.operation.id).await
}

/// Waits for the end, whatever it is: failures belong to the story.
async fn until_ended(client: &Client, operation: &str) -> Result<(), Failure> {
    const PATIENCE: Duration = Duration::from_secs(60);
    let ended = async {
        while client.operation(operation).await?.ended_at.is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, ended).await.map_err(|_| {
        Failure::new(8, "demo", format!("The simulated operation {operation} did not end within a minute."))
    })?
}
