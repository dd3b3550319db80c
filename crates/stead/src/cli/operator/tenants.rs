//! `stead operator tenants`.

use clap::{Args, Subcommand};
use stead_api::client::Client;
use stead_api::v1::tenants::{OperatorTenant, OperatorTenantsQuery, Quota, Quotas, SetQuotas};
use stead_core::quota::Limited;

use super::Newest;
use crate::cli::{Context, Failure, named, parse, quotas};
use crate::output::{Table, Tone, ago};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct TenantsArgs {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    command: Option<TenantsCommand>,
}

#[derive(Debug, Args)]
struct Which {
    /// Only those with this in their name, or with this id.
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Only those that are being deleted.
    #[arg(long)]
    deleted: bool,
    /// Without those that belong to one user alone.
    #[arg(long)]
    shared: bool,
    #[command(flatten)]
    newest: Newest,
}

#[derive(Debug, Subcommand)]
enum TenantsCommand {
    /// List all tenants, the newest first.
    List {
        #[command(flatten)]
        which: Which,
    },
    /// Show what a tenant uses and may use, or set it.
    Quotas(QuotasArgs),
}

#[derive(Debug, Args)]
struct QuotasArgs {
    /// Name or id.
    #[arg(id = "subject", value_name = "TENANT")]
    tenant: String,
    /// How many it may have. What is not named stays as it is.
    #[arg(long)]
    instances: Option<u64>,
    /// Of all its instances together: 32, 0.5 or 1500m.
    #[arg(long, value_name = "CORES", value_parser = parse::cpu)]
    cpu: Option<u32>,
    /// Such as 64GiB.
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    memory: Option<u64>,
    /// Such as 500GiB.
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    disk: Option<u64>,
    #[arg(long)]
    members: Option<u64>,
    /// Give what is not named the installation's default again.
    #[arg(long)]
    reset: bool,
}

impl QuotasArgs {
    /// What is to hold from now on; nothing when it is only to be shown.
    fn wish(&self, present: &[Quota]) -> Option<SetQuotas> {
        let Self { instances, cpu, memory, disk, members, reset, .. } = self;
        let named = instances.or(cpu.map(u64::from)).or(*memory).or(*disk).or(*members);
        if named.is_none() && !reset {
            return None;
        }
        let kept = |what: Limited| {
            let said = present.iter().find(|quota| quota.set && quota.what == what.as_str());
            said.filter(|_| !reset).map(|quota| quota.limit)
        };
        Some(SetQuotas {
            instances: instances.or_else(|| kept(Limited::Instances)),
            cpu_millis: cpu.map(u64::from).or_else(|| kept(Limited::CpuMillis)),
            memory_bytes: memory.or_else(|| kept(Limited::MemoryBytes)),
            disk_bytes: disk.or_else(|| kept(Limited::DiskBytes)),
            members: members.or_else(|| kept(Limited::Members)),
        })
    }
}

pub(super) async fn run(context: &Context, args: &TenantsArgs) -> Result<(), Failure> {
    let client = context.client()?;
    match &args.command {
        None => list(context, &client, &args.which).await,
        Some(TenantsCommand::List { which }) => list(context, &client, which).await,
        Some(TenantsCommand::Quotas(quotas)) => of_one(context, &client, quotas).await,
    }
}

async fn list(context: &Context, client: &Client, which: &Which) -> Result<(), Failure> {
    let query = OperatorTenantsQuery {
        cursor: None,
        limit: Some(which.newest.limit),
        q: which.find.clone(),
        deleted: which.deleted.then_some(true),
        personal: which.shared.then_some(false),
    };
    let page = client.all_tenants(&query).await?;
    let output = &context.output;
    if output.json {
        output.json(&page.items);
    } else if output.quiet {
        page.items.iter().for_each(|tenant| output.line(&tenant.id));
    } else if page.items.is_empty() {
        output.note("No tenant is like that.");
    } else {
        table(context, page.items).print(output);
    }
    Newest::say_more(
        context,
        page.next_cursor.is_some(),
        "name part of one with --find TEXT, or use --limit",
    );
    Ok(())
}

fn table(context: &Context, tenants: Vec<OperatorTenant>) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["NAME", "", "INSTANCES", "MEMBERS", "MADE", "ID"]);
    for tenant in tenants {
        let used = |what: Limited| {
            let found = tenant.quotas.iter().find(|quota| quota.what == what.as_str());
            found.map_or_else(|| "–".to_owned(), |quota| format!("{} of {}", quota.used, quota.limit))
        };
        let (instances, members) = (used(Limited::Instances), used(Limited::Members));
        let state = match (&tenant.deleted_at, tenant.personal) {
            (Some(_), _) => ("being deleted", Tone::Bad),
            (None, true) => ("personal", Tone::Faint),
            (None, false) => ("", Tone::Faint),
        };
        table.row(vec![
            (tenant.name, Some(Tone::Strong)),
            (state.0.to_owned(), Some(state.1)),
            (instances, None),
            (members, None),
            (ago(now, &tenant.created_at), None),
            (tenant.id, Some(Tone::Faint)),
        ]);
    }
    table
}

async fn of_one(context: &Context, client: &Client, args: &QuotasArgs) -> Result<(), Failure> {
    let tenant = named::any_tenant(client, &args.tenant).await?;
    let shown = match args.wish(&tenant.quotas) {
        Some(wish) => client.set_quotas(&tenant.id, &wish).await?,
        None => Quotas { items: tenant.quotas },
    };
    if context.output.json {
        context.output.json(&shown);
    } else {
        quotas::table(&shown.items).print(&context.output);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(what: Limited, limit: u64, set: bool) -> Quota {
        Quota { what: what.as_str().to_owned(), used: 0, limit, set }
    }

    #[test]
    fn what_is_not_named_stays() {
        let present = [quota(Limited::Instances, 7, true), quota(Limited::Members, 100, false)];
        let args = |cpu, reset| QuotasArgs {
            tenant: String::new(),
            instances: None,
            cpu,
            memory: None,
            disk: None,
            members: None,
            reset,
        };
        let wish = args(Some(1_500), false).wish(&present).unwrap();
        assert_eq!((wish.instances, wish.cpu_millis, wish.members), (Some(7), Some(1_500), None));
        let wish = args(Some(1_500), true).wish(&present).unwrap();
        assert_eq!((wish.instances, wish.cpu_millis), (None, Some(1_500)));
        assert!(args(None, false).wish(&present).is_none());
    }
}
