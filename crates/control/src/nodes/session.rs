//! One connection of one node, from its hello to its end: reports in, documents out.
//!
//! The node first reports everything in its ledger. When it has caught up, whatever differs from what the database wants is sent
//! anew, and what the database knows as deleted is asked to be removed. Instances the database has never heard of are left alone
//! and logged: they may be another server's, or this database may have been restored from a backup.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::StreamExt as _;
use stead_api::node::{NodeHello, NodeMessage, SecretsAnswer};
use stead_core::error::InternalContext as _;
use stead_core::ids::{InstanceId, NodeId};
use stead_core::instance::{InstanceDocument, InstanceReport, InstanceSpec, ObservedState, Wanted};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::instances::InstanceRow;
use stead_db::nodes::NodeRow;
use stead_db::{Changed, Nudge};
use stead_link::{ByteStream, NodeClient};

use super::{Nodes, UsageSample, news};
use crate::notifications;

/// Messages that are stored in one transaction when they come at once.
const BATCH: usize = 128;
/// The database learns of signs of life this often at most.
const SEEN_INTERVAL: Duration = Duration::from_secs(20);
/// Documents sent at the same time.
const PUSHES: usize = 16;

/// What a node has said since it connected.
#[derive(Debug, Default)]
struct Heard {
    /// Generations of its ledger.
    generations: BTreeMap<InstanceId, u64>,
    caught_up: bool,
}

pub(super) async fn run(nodes: &Nodes, stream: ByteStream, proven: Option<NodeId>) -> Result<()> {
    let client = NodeClient::connect(stream).await?;
    let hello = client.hello().await?;
    if proven.is_some_and(|proven| proven != hello.node) {
        client.close();
        return Err(Error::new(
            ErrorKind::Forbidden,
            "node_mismatch",
            "A node claims to be another one than its certificate says.",
        )
        .context(format!("certificate of {proven:?}, hello of {}", hello.node)));
    }
    let node = hello.node;
    let inner = &nodes.inner;
    let session = inner.registry.enter(node, client.clone(), inner.db.ambient().now());
    tracing::info!(node.id = %node, node.name = %hello.name, node.version = %hello.version, "a node has connected");
    let outcome = serve(nodes, &client, &hello, session).await;
    if inner.registry.leave(node, session) {
        left(nodes, node).await?;
    }
    client.close();
    match &outcome {
        Ok(()) => tracing::info!(node.id = %node, "a node has disconnected"),
        Err(error) => {
            tracing::info!(node.id = %node, error = %error.inside(), "the connection of a node has ended")
        }
    }
    outcome
}

async fn serve(nodes: &Nodes, client: &NodeClient, hello: &NodeHello, session: u64) -> Result<()> {
    let node = hello.node;
    joined(nodes, hello).await?;
    let reports = client.reports().await?;
    let mut reports = reports.ready_chunks(BATCH);
    let mut heard = Heard::default();
    let mut seen = nodes.inner.db.ambient().now();
    while let Some(batch) = reports.next().await {
        if !nodes.inner.registry.is_present(node, session) {
            return Ok(());
        }
        let caught_up_before = heard.caught_up;
        let (messages, failure) = split(batch);
        store(nodes, node, &messages, &mut heard, &mut seen).await?;
        if let Some(error) = failure {
            return Err(error);
        }
        if heard.caught_up && !caught_up_before {
            bring_up_to_date(nodes, client, hello, &heard).await?;
        }
    }
    Ok(())
}

fn split(batch: Vec<Result<NodeMessage>>) -> (Vec<NodeMessage>, Option<Error>) {
    let mut messages = Vec::with_capacity(batch.len());
    for item in batch {
        match item {
            Ok(message) => messages.push(message),
            Err(error) => return (messages, Some(error)),
        }
    }
    (messages, None)
}

/// Stores the hello. The phase of the node's instances may change by it.
async fn joined(nodes: &Nodes, hello: &NodeHello) -> Result<()> {
    let inner = &nodes.inner;
    let drivers = serde_json::to_string(&hello.drivers).internal("writing a node's drivers")?;
    let now = inner.db.ambient().now();
    let row = NodeRow {
        id: hello.node,
        name: hello.name.clone(),
        version: hello.version.clone(),
        drivers,
        cpu_count: hello.cpu_count,
        memory_bytes: hello.memory_bytes,
        disk_free_bytes: hello.disk_free_bytes,
        connected_to: Some(inner.server.clone()),
        last_seen_at: Some(now),
        created_at: now,
    };
    inner
        .db
        .system("a node has connected")
        .transaction(|tx| {
            let row = row.clone();
            async move {
                stead_db::nodes::put(&tx, &row).await?;
                tx.nudge(Nudge::Node(row.id));
                for instance in stead_db::instances::on_node(&tx, row.id).await? {
                    tx.changed(instance.tenant, Changed::Instance(instance.id));
                }
                Ok(())
            }
        })
        .await?;
    for instance in stead_db::instances::on_node(&inner.db.system("instances of a node"), hello.node).await? {
        inner.registry.know(hello.node, instance.id, instance.tenant);
    }
    Ok(())
}

async fn left(nodes: &Nodes, node: NodeId) -> Result<()> {
    let server = nodes.inner.server.clone();
    nodes
        .inner
        .db
        .system("a node is away")
        .transaction(|tx| {
            let server = server.clone();
            async move {
                if stead_db::nodes::disconnected(&tx, node, &server).await? {
                    tx.nudge(Nudge::Node(node));
                    for instance in stead_db::instances::on_node(&tx, node).await? {
                        tx.changed(instance.tenant, Changed::Instance(instance.id));
                    }
                }
                Ok(())
            }
        })
        .await
}

/// Stores a batch of messages. Of several reports of one instance only the last counts: each is whole.
async fn store(
    nodes: &Nodes,
    node: NodeId,
    messages: &[NodeMessage],
    heard: &mut Heard,
    seen: &mut Timestamp,
) -> Result<()> {
    let inner = &nodes.inner;
    let now = inner.db.ambient().now();
    inner.registry.seen(node, now);
    let mut reports: BTreeMap<InstanceId, Option<&InstanceReport>> = BTreeMap::new();
    let mut disk_free_bytes = None;
    for message in messages {
        match message {
            NodeMessage::Report(report) => {
                heard.generations.insert(report.instance, report.generation);
                reports.insert(report.instance, Some(report));
            }
            NodeMessage::Gone { instance } => {
                heard.generations.remove(instance);
                reports.insert(*instance, None);
            }
            NodeMessage::CaughtUp => heard.caught_up = true,
            NodeMessage::Usage { instance, usage, interval_cpu_millis } => {
                let sample = UsageSample { at: now, cpu_millis: *interval_cpu_millis, usage: *usage };
                if let Some(tenant) = inner.registry.measured(node, *instance, sample) {
                    inner.events.usage(tenant, *instance, crate::instances::view::usage(&sample));
                }
            }
            NodeMessage::NeedsSecrets { instance } => {
                let (nodes, instance) = (nodes.clone(), *instance);
                tokio::spawn(async move { hand_secrets_over(&nodes, node, instance).await });
            }
            NodeMessage::Heartbeat { disk_free_bytes: free } => disk_free_bytes = Some(*free),
        }
    }
    let note_seen = now.since(*seen) >= SEEN_INTERVAL;
    if reports.is_empty() && !note_seen {
        return Ok(());
    }
    if note_seen {
        *seen = now;
    }
    let server = &inner.server;
    let reports = &reports;
    let known = inner
        .db
        .system("storing the reports of a node")
        .transaction(|tx| async move {
            if note_seen {
                stead_db::nodes::seen(&tx, node, server, disk_free_bytes, now).await?;
            }
            let mut known = Vec::new();
            for (instance, report) in reports {
                let report = match report {
                    Some(report) => (*report).clone(),
                    None => match gone(&tx, *instance, now).await? {
                        Some(report) => report,
                        None => continue,
                    },
                };
                let Some(before) = stead_db::instances::set_observed(&tx, node, &report, now).await? else {
                    continue;
                };
                if before.observed.as_ref() != Some(&report) {
                    tx.changed(before.tenant, Changed::Instance(*instance));
                }
                if let Some(notice) = news::of(&before, &report) {
                    notifications::announce(&tx, notice).await?;
                }
                known.push((*instance, before.tenant, report.state));
            }
            Ok(known)
        })
        .await?;
    for (instance, tenant, state) in known {
        match state {
            ObservedState::Absent => inner.registry.forget(instance),
            ObservedState::Stopped | ObservedState::Prepared | ObservedState::Failed => {
                inner.registry.know(node, instance, tenant);
                inner.registry.not_running(instance);
            }
            _ => inner.registry.know(node, instance, tenant),
        }
    }
    Ok(())
}

/// Answers a start that waits. A failure of the database is no answer: the node asks again.
async fn hand_secrets_over(nodes: &Nodes, node: NodeId, instance: InstanceId) {
    let (Some(source), Some(client)) = (nodes.inner.secrets.get(), nodes.inner.registry.client(node)) else {
        return;
    };
    let answer = match source.of(node, instance).await {
        Ok(secrets) => SecretsAnswer::Secrets(secrets),
        Err(error) => {
            tracing::warn!(node.id = %node, instance.id = %instance, error.code = error.code(), error.inside = %error.inside(),
                "the secrets of an instance cannot be read");
            if error.kind() == ErrorKind::Unavailable {
                return;
            }
            SecretsAnswer::Refused { problem: error.to_problem() }
        }
    };
    if let Err(error) = client.put_secrets(instance, &answer).await {
        tracing::warn!(node.id = %node, instance.id = %instance, error.inside = %error.inside(), "secrets could not be handed over");
    }
}

/// What it means that a node has nothing of an instance any more: that its removal is done, when that was wanted; else that the
/// node lost it, which reflects no document.
async fn gone<A: stead_db::SystemAccess>(
    access: &A,
    instance: InstanceId,
    now: Timestamp,
) -> Result<Option<InstanceReport>> {
    let Some(row) = stead_db::instances::find(access, instance).await? else { return Ok(None) };
    let generation = if row.wanted == Some(Wanted::Absent) { row.generation } else { 0 };
    Ok(Some(InstanceReport {
        instance,
        generation,
        state: ObservedState::Absent,
        run: row.observed.as_ref().map_or(0, |report| report.run),
        since: now,
        progress: None,
        exit: None,
        source: None,
        tasks: Vec::new(),
        listening: Vec::new(),
        problem: None,
    }))
}

/// Sends every document that the node does not have, and asks for the removal of what was deleted meanwhile.
async fn bring_up_to_date(
    nodes: &Nodes,
    client: &NodeClient,
    hello: &NodeHello,
    heard: &Heard,
) -> Result<()> {
    let system = nodes.inner.db.system("bringing a node up to date");
    let rows = stead_db::instances::on_node(&system, hello.node).await?;
    let mut documents: Vec<InstanceDocument> = rows
        .iter()
        .filter(|row| heard.generations.get(&row.id).is_none_or(|generation| *generation < row.generation))
        .filter_map(InstanceRow::document)
        .collect();
    let placed: BTreeSet<InstanceId> = rows.iter().map(|row| row.id).collect();
    let strangers: Vec<InstanceId> = heard
        .generations
        .keys()
        .chain(&hello.leftovers)
        .copied()
        .filter(|instance| !placed.contains(instance))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let tombstones = stead_db::instances::deleted(&system, &strangers).await?;
    for stranger in &strangers {
        let Some(tombstone) = tombstones.iter().find(|tombstone| tombstone.instance == *stranger) else {
            tracing::warn!(node.id = %hello.node, instance.id = %stranger,
                "a node holds an instance that this server does not know as its; it is left alone");
            continue;
        };
        let reported = heard.generations.get(stranger).copied().unwrap_or(0);
        documents.push(InstanceDocument {
            instance: tombstone.instance,
            tenant: tombstone.tenant,
            name: "deleted".to_owned(),
            generation: tombstone.generation.max(reported) + 1,
            driver: tombstone.driver,
            wanted: Wanted::Absent,
            spec: InstanceSpec::blank(),
        });
    }
    futures::stream::iter(documents)
        .for_each_concurrent(PUSHES, |document| async move {
            // One refused document must not cost the connection; the reconciler of instances sends it again.
            if let Err(error) = client.put_document(&document).await {
                tracing::warn!(node.id = %hello.node, instance.id = %document.instance, error.code = error.code(),
                    error = %error.inside(), "a node refused a document");
            }
        })
        .await;
    Ok(())
}
