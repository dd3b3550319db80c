//! Queries on instances. Columns are grouped by writer, and so are the functions here: settings and wish are set by
//! `control::instances` on behalf of people, the intent by its operation steps and reconcilers, the observed state by
//! `control::nodes` alone.

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, LikeExpr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use stead_core::ids::{InstanceId, NodeId, TenantId, UserId};
use stead_core::instance::{
    Cause, DriverKind, InstanceDocument, InstanceReport, InstanceSpec, PortSpec, Resources, Source,
    Visibility, Wanted, Wish,
};
use stead_core::workspace_config::RequestedSettings;
use stead_core::{Result, Timestamp};

use crate::entities::{instance, instance_port, operation};
use crate::failure::{Doing, corrupt};
use crate::scope::{Access, Scope, SystemAccess, TenantAccess};
use crate::transaction::{Tx, on};

/// What was asked for when the instance was created, and changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSettings {
    #[serde(default)]
    pub requested: RequestedSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// A live instance.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRow {
    pub id: InstanceId,
    pub tenant: TenantId,
    pub name: String,
    pub host_label: String,
    pub driver: DriverKind,
    pub settings: InstanceSettings,
    pub wish: Wish,
    pub wish_cause: Cause,
    pub wish_since: Timestamp,
    pub version: u64,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub node: Option<NodeId>,
    pub generation: u64,
    pub run: u64,
    pub wanted: Option<Wanted>,
    pub spec: InstanceSpec,
    pub configured: bool,
    pub observed: Option<InstanceReport>,
    pub observed_at: Option<Timestamp>,
    pub last_active_at: Option<Timestamp>,
}

impl InstanceRow {
    /// The document its node has to follow; `None` before it was placed.
    #[must_use]
    pub fn document(&self) -> Option<InstanceDocument> {
        self.node?;
        Some(InstanceDocument {
            instance: self.id,
            tenant: self.tenant,
            name: self.name.clone(),
            generation: self.generation,
            driver: self.driver,
            wanted: self.wanted?,
            spec: self.spec.clone(),
        })
    }

    /// The report, when it reflects the newest document.
    #[must_use]
    pub fn current_report(&self) -> Option<&InstanceReport> {
        self.observed.as_ref().filter(|report| report.generation >= self.generation)
    }
}

/// What placement and the steps decide together, written whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    pub node: Option<NodeId>,
    pub generation: u64,
    pub run: u64,
    pub wanted: Option<Wanted>,
    pub spec: InstanceSpec,
    pub configured: bool,
}

impl Intent {
    #[must_use]
    pub fn of(row: &InstanceRow) -> Self {
        Self {
            node: row.node,
            generation: row.generation,
            run: row.run,
            wanted: row.wanted,
            spec: row.spec.clone(),
            configured: row.configured,
        }
    }
}

/// A port with a label or visibility of its own, or one that the settings declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortRow {
    pub instance: InstanceId,
    pub port: PortSpec,
    pub declared: bool,
}

/// What is known of an instance that was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    pub instance: InstanceId,
    pub tenant: TenantId,
    pub driver: DriverKind,
    pub generation: u64,
}

/// What an instance that is meant to run is promised on its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub node: NodeId,
    pub running: bool,
    pub resources: Resources,
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn stored(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn json(value: &impl Serialize, what: &'static str) -> Result<String> {
    serde_json::to_string(value).map_err(|error| stead_core::Error::internal(what).source_error(error))
}

fn parsed<T: for<'de> Deserialize<'de>>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| corrupt(what).source_error(error))
}

fn id<I: std::str::FromStr>(text: &str, what: &'static str) -> Result<I> {
    text.parse().map_err(|_| corrupt(what))
}

fn driver(text: &str) -> Result<DriverKind> {
    [DriverKind::Oci, DriverKind::Sim]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| corrupt("a driver's name"))
}

fn row(model: instance::Model) -> Result<InstanceRow> {
    let spec = match &model.spec {
        Some(spec) => parsed(spec, "an instance's recipe")?,
        None => InstanceSpec::blank(),
    };
    let wish_cause = match &model.wish_reason {
        Some(cause) => parsed(cause, "the cause of a wish")?,
        None => Cause::System { why: "nobody said why".to_owned() },
    };
    Ok(InstanceRow {
        id: id(&model.id, "an instance's id")?,
        tenant: id(&model.tenant_id, "a tenant's id")?,
        driver: driver(&model.driver)?,
        settings: parsed(&model.settings, "an instance's settings")?,
        wish: Wish::parse(&model.wish).ok_or_else(|| corrupt("a wish"))?,
        wish_cause,
        wish_since: Timestamp::from_micros(model.wish_at),
        version: number(model.version),
        created_by: id(&model.created_by, "a user's id")?,
        created_at: Timestamp::from_micros(model.created_at),
        updated_at: Timestamp::from_micros(model.updated_at),
        node: model.node_id.as_deref().map(|node| id(node, "a node's id")).transpose()?,
        generation: number(model.generation),
        run: number(model.run),
        wanted: model.wanted.as_deref().map(|wanted| parsed(wanted, "a wanted state")).transpose()?,
        spec,
        configured: model.configured,
        observed: model.observed_report.as_deref().map(|report| parsed(report, "a report")).transpose()?,
        observed_at: model.observed_at.map(Timestamp::from_micros),
        last_active_at: model.last_active_at.map(Timestamp::from_micros),
        name: model.name,
        host_label: model.host_label,
    })
}

/// Live rows that the access may see.
fn visible<A: Access + ?Sized>(access: &A) -> sea_orm::Select<instance::Entity> {
    let mut live = Condition::all().add(instance::Column::DeletedAt.is_null());
    if let Some(tenant) = access.tenant() {
        live = live.add(instance::Column::TenantId.eq(tenant.to_string()));
    }
    instance::Entity::find().filter(live)
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, instance: InstanceId) -> Result<Option<InstanceRow>> {
    visible(access)
        .filter(instance::Column::Id.eq(instance.to_string()))
        .one(on(access))
        .await
        .doing("reading an instance")?
        .map(row)
        .transpose()
}

/// # Errors
/// A failure of the database.
pub async fn find_by_name<A: TenantAccess>(access: &A, name: &str) -> Result<Option<InstanceRow>> {
    visible(access)
        .filter(instance::Column::Name.eq(name))
        .one(on(access))
        .await
        .doing("reading an instance by name")?
        .map(row)
        .transpose()
}

/// The instance that previews under this label lead to, of whatever tenant: admission is checked afterwards.
///
/// # Errors
/// A failure of the database.
pub async fn find_by_host_label<A: SystemAccess>(access: &A, label: &str) -> Result<Option<InstanceRow>> {
    visible(access)
        .filter(instance::Column::HostLabel.eq(label))
        .one(on(access))
        .await
        .doing("reading an instance by host label")?
        .map(row)
        .transpose()
}

/// # Errors
/// A failure of the database.
pub async fn find_many<A: Access>(access: &A, instances: &[InstanceId]) -> Result<Vec<InstanceRow>> {
    visible(access)
        .filter(instance::Column::Id.is_in(instances.iter().map(ToString::to_string)))
        .all(on(access))
        .await
        .doing("reading instances")?
        .into_iter()
        .map(row)
        .collect()
}

/// The newest first, from before `before` on. `text` is part of the name or of the repository's address.
///
/// # Errors
/// A failure of the database.
pub async fn list<A: TenantAccess>(
    access: &A,
    text: Option<&str>,
    before: Option<InstanceId>,
    limit: usize,
) -> Result<Vec<InstanceRow>> {
    const CHUNK: u64 = 256;
    let wanted = text.map(str::to_lowercase).filter(|text| !text.is_empty());
    let mut before = before;
    let mut found = Vec::new();
    // The address stands inside JSON, so that the database only narrows the search down and the exact look is taken here.
    loop {
        let mut query = visible(access).order_by_desc(instance::Column::Id);
        if let Some(before) = before {
            query = query.filter(instance::Column::Id.lt(before.to_string()));
        }
        if let Some(wanted) = &wanted {
            let pattern = || LikeExpr::new(format!("%{}%", escaped(wanted))).escape('\\');
            query = query.filter(
                Condition::any()
                    .add(Expr::expr(Func::lower(Expr::col(instance::Column::Name))).like(pattern()))
                    .add(Expr::expr(Func::lower(Expr::col(instance::Column::Settings))).like(pattern())),
            );
        }
        let size = if wanted.is_some() { CHUNK } else { u64::try_from(limit).unwrap_or(CHUNK) };
        let models = query.limit(size).all(on(access)).await.doing("listing instances")?;
        let last_chunk = u64::try_from(models.len()).unwrap_or(0) < size;
        for model in models {
            let row = row(model)?;
            before = Some(row.id);
            if wanted.as_deref().is_none_or(|wanted| matches(&row, wanted)) {
                found.push(row);
                if found.len() == limit {
                    return Ok(found);
                }
            }
        }
        if last_chunk {
            return Ok(found);
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn matches(row: &InstanceRow, wanted: &str) -> bool {
    let address = match &row.settings.source {
        Some(Source::Git(git)) => Some(git.url.as_str()),
        Some(Source::Bundle { origin, .. }) => origin.as_deref(),
        None => None,
    };
    row.name.contains(wanted) || address.is_some_and(|address| address.to_lowercase().contains(wanted))
}

/// Names in use that equal `base` or begin with it and a hyphen.
///
/// # Errors
/// A failure of the database.
pub async fn names_like<A: TenantAccess>(access: &A, base: &str) -> Result<Vec<String>> {
    visible(access)
        .select_only()
        .column(instance::Column::Name)
        .filter(
            Condition::any()
                .add(instance::Column::Name.eq(base))
                .add(instance::Column::Name.like(LikeExpr::new(format!("{}-%", escaped(base))).escape('\\'))),
        )
        .into_tuple()
        .all(on(access))
        .await
        .doing("reading names of instances")
}

/// Whether any tenant's instance has this label.
///
/// # Errors
/// A failure of the database.
pub async fn host_label_taken<A: Access>(access: &A, label: &str) -> Result<bool> {
    let found: Option<String> = instance::Entity::find()
        .select_only()
        .column(instance::Column::Id)
        .filter(instance::Column::DeletedAt.is_null())
        .filter(instance::Column::HostLabel.eq(label))
        .into_tuple()
        .one(on(access))
        .await
        .doing("looking for a host label")?;
    Ok(found.is_some())
}

/// What the tenant's live instances take together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    pub instances: u64,
    pub cpu_millis: u64,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
}

/// # Errors
/// A failure of the database.
pub async fn taken<A: Access>(access: &A, tenant: TenantId) -> Result<Taken> {
    let sum = |column: instance::Column| Expr::col(column).sum().cast_as("bigint");
    /// Count and sums; a sum over nothing is null.
    type Sums = (i64, Option<i64>, Option<i64>, Option<i64>);
    let found: Option<Sums> = visible(access)
        .filter(instance::Column::TenantId.eq(tenant.to_string()))
        .select_only()
        .column_as(instance::Column::Id.count(), "instances")
        .column_as(sum(instance::Column::CpuMillis), "cpu")
        .column_as(sum(instance::Column::MemoryBytes), "memory")
        .column_as(sum(instance::Column::DiskBytes), "disk")
        .into_tuple()
        .one(on(access))
        .await
        .doing("adding up what a tenant's instances take")?;
    let (instances, cpu, memory, disk) = found.unwrap_or_default();
    Ok(Taken {
        instances: number(instances),
        cpu_millis: number(cpu.unwrap_or(0)),
        memory_bytes: number(memory.unwrap_or(0)),
        disk_bytes: number(disk.unwrap_or(0)),
    })
}

/// Every live instance placed on the node.
///
/// # Errors
/// A failure of the database.
pub async fn on_node<A: SystemAccess>(access: &A, node: NodeId) -> Result<Vec<InstanceRow>> {
    visible(access)
        .filter(instance::Column::NodeId.eq(node.to_string()))
        .order_by_asc(instance::Column::Id)
        .all(on(access))
        .await
        .doing("reading the instances of a node")?
        .into_iter()
        .map(row)
        .collect()
}

/// Which of these were deleted once, with tenant, driver and the generation of their last document.
///
/// # Errors
/// A failure of the database.
pub async fn deleted<A: SystemAccess>(access: &A, instances: &[InstanceId]) -> Result<Vec<Tombstone>> {
    let rows: Vec<(String, String, String, i64)> = instance::Entity::find()
        .select_only()
        .column(instance::Column::Id)
        .column(instance::Column::TenantId)
        .column(instance::Column::Driver)
        .column(instance::Column::Generation)
        .filter(instance::Column::DeletedAt.is_not_null())
        .filter(instance::Column::Id.is_in(instances.iter().map(ToString::to_string)))
        .into_tuple()
        .all(on(access))
        .await
        .doing("reading deleted instances")?;
    rows.into_iter()
        .map(|(instance, tenant, kind, generation)| {
            Ok(Tombstone {
                instance: id(&instance, "an instance's id")?,
                tenant: id(&tenant, "a tenant's id")?,
                driver: driver(&kind)?,
                generation: number(generation),
            })
        })
        .collect()
}

/// Live instances in the order of their ids, after `after`: how reconcilers walk through all of them.
///
/// # Errors
/// A failure of the database.
pub async fn walk<A: SystemAccess>(
    access: &A,
    after: Option<InstanceId>,
    limit: u64,
) -> Result<Vec<InstanceRow>> {
    let mut query = visible(access).order_by_asc(instance::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(instance::Column::Id.gt(after.to_string()));
    }
    query.all(on(access)).await.doing("walking through instances")?.into_iter().map(row).collect()
}

/// What is promised on each node.
///
/// # Errors
/// A failure of the database.
pub async fn promises<A: SystemAccess>(access: &A) -> Result<Vec<Promise>> {
    let rows: Vec<(Option<String>, String, Option<String>)> = visible(access)
        .select_only()
        .column(instance::Column::NodeId)
        .column(instance::Column::Wish)
        .column(instance::Column::Spec)
        .filter(instance::Column::NodeId.is_not_null())
        .into_tuple()
        .all(on(access))
        .await
        .doing("reading what is promised on nodes")?;
    rows.into_iter()
        .filter_map(|(node, wish, spec)| node.map(|node| (node, wish, spec)))
        .map(|(node, wish, spec)| {
            let spec: InstanceSpec = match spec {
                Some(spec) => parsed(&spec, "an instance's recipe")?,
                None => InstanceSpec::blank(),
            };
            Ok(Promise {
                node: id(&node, "a node's id")?,
                running: matches!(Wish::parse(&wish), Some(Wish::Running | Wish::Paused)),
                resources: spec.resources,
            })
        })
        .collect()
}

/// Adds a row. The name and the label have been looked up in the same transaction.
///
/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, row: &InstanceRow) -> Result<()> {
    let model = instance::ActiveModel {
        id: Set(row.id.to_string()),
        tenant_id: Set(row.tenant.to_string()),
        name: Set(row.name.clone()),
        host_label: Set(row.host_label.clone()),
        driver: Set(row.driver.as_str().to_owned()),
        settings: Set(json(&row.settings, "writing settings")?),
        wish: Set(row.wish.as_str().to_owned()),
        wish_by: Set(tx.actor().map(|actor| actor.user.to_string())),
        wish_at: Set(row.wish_since.micros()),
        wish_reason: Set(Some(json(&row.wish_cause, "writing a cause")?)),
        version: Set(stored(row.version)),
        created_by: Set(row.created_by.to_string()),
        created_at: Set(row.created_at.micros()),
        updated_at: Set(row.updated_at.micros()),
        deleted_at: Set(None),
        node_id: Set(row.node.map(|node| node.to_string())),
        generation: Set(stored(row.generation)),
        run: Set(stored(row.run)),
        wanted: Set(row.wanted.map(|wanted| json(&wanted, "writing a wanted state")).transpose()?),
        spec: Set(Some(json(&row.spec, "writing a recipe")?)),
        configured: Set(row.configured),
        observed_generation: Set(0),
        observed_state: Set(None),
        observed_run: Set(0),
        observed_since: Set(None),
        observed_report: Set(None),
        observed_at: Set(None),
        last_active_at: Set(row.last_active_at.map(Timestamp::micros)),
        cpu_millis: Set(i64::from(row.spec.resources.cpu_millis)),
        memory_bytes: Set(stored(row.spec.resources.memory_bytes)),
        disk_bytes: Set(stored(row.spec.resources.disk_bytes)),
    };
    instance::Entity::insert(model).exec_without_returning(on(tx)).await.doing("adding an instance")?;
    Ok(())
}

async fn update<S: Scope>(
    tx: &Tx<S>,
    instance: InstanceId,
    model: instance::ActiveModel,
    what: &'static str,
) -> Result<()> {
    let mut query = instance::Entity::update_many()
        .set(model)
        .filter(instance::Column::Id.eq(instance.to_string()))
        .filter(instance::Column::DeletedAt.is_null());
    if let Some(tenant) = tx.tenant() {
        query = query.filter(instance::Column::TenantId.eq(tenant.to_string()));
    }
    query.exec(on(tx)).await.doing(what)?;
    Ok(())
}

/// Writes name, label, settings, version and time of change.
///
/// # Errors
/// A failure of the database.
pub async fn set_settings<S: Scope>(tx: &Tx<S>, row: &InstanceRow) -> Result<()> {
    let model = instance::ActiveModel {
        name: Set(row.name.clone()),
        host_label: Set(row.host_label.clone()),
        settings: Set(json(&row.settings, "writing settings")?),
        version: Set(stored(row.version)),
        updated_at: Set(row.updated_at.micros()),
        ..Default::default()
    };
    update(tx, row.id, model, "changing an instance's settings").await
}

/// # Errors
/// A failure of the database.
pub async fn set_wish<S: Scope>(
    tx: &Tx<S>,
    instance: InstanceId,
    wish: Wish,
    cause: &Cause,
    at: Timestamp,
) -> Result<()> {
    let model = instance::ActiveModel {
        wish: Set(wish.as_str().to_owned()),
        wish_by: Set(tx.actor().map(|actor| actor.user.to_string())),
        wish_at: Set(at.micros()),
        wish_reason: Set(Some(json(cause, "writing a cause")?)),
        updated_at: Set(at.micros()),
        ..Default::default()
    };
    update(tx, instance, model, "changing an instance's wish").await
}

/// # Errors
/// A failure of the database.
pub async fn set_intent<S: Scope>(tx: &Tx<S>, instance: InstanceId, intent: &Intent) -> Result<()> {
    let model = instance::ActiveModel {
        node_id: Set(intent.node.map(|node| node.to_string())),
        generation: Set(stored(intent.generation)),
        run: Set(stored(intent.run)),
        wanted: Set(intent.wanted.map(|wanted| json(&wanted, "writing a wanted state")).transpose()?),
        spec: Set(Some(json(&intent.spec, "writing a recipe")?)),
        configured: Set(intent.configured),
        cpu_millis: Set(i64::from(intent.spec.resources.cpu_millis)),
        memory_bytes: Set(stored(intent.spec.resources.memory_bytes)),
        disk_bytes: Set(stored(intent.spec.resources.disk_bytes)),
        ..Default::default()
    };
    update(tx, instance, model, "changing an instance's intent").await
}

/// Stores what a node reports. Only rows placed on that node are touched; `None` when there is no such row, else the row as it was
/// before.
///
/// # Errors
/// A failure of the database.
pub async fn set_observed<S>(
    tx: &Tx<S>,
    node: NodeId,
    report: &InstanceReport,
    at: Timestamp,
) -> Result<Option<InstanceRow>>
where
    S: Scope,
    Tx<S>: SystemAccess,
{
    let Some(before) = find(tx, report.instance).await?.filter(|row| row.node == Some(node)) else {
        return Ok(None);
    };
    let state =
        serde_json::to_value(report.state).ok().and_then(|state| state.as_str().map(ToOwned::to_owned));
    let model = instance::ActiveModel {
        observed_generation: Set(stored(report.generation)),
        observed_state: Set(state),
        observed_run: Set(stored(report.run)),
        observed_since: Set(Some(report.since.micros())),
        observed_report: Set(Some(json(report, "writing a report")?)),
        observed_at: Set(Some(at.micros())),
        ..Default::default()
    };
    update(tx, report.instance, model, "storing a report").await?;
    Ok(Some(before))
}

/// # Errors
/// A failure of the database.
pub async fn set_last_active<S: Scope>(tx: &Tx<S>, instance: InstanceId, at: Timestamp) -> Result<()> {
    let model = instance::ActiveModel { last_active_at: Set(Some(at.micros())), ..Default::default() };
    update(tx, instance, model, "noting the use of an instance").await
}

/// The row is no longer live: nothing is left of the instance on any node. Name and label are free again.
///
/// # Errors
/// A failure of the database.
pub async fn mark_deleted<S: Scope>(tx: &Tx<S>, instance: InstanceId, at: Timestamp) -> Result<()> {
    instance_port::Entity::delete_many()
        .filter(instance_port::Column::InstanceId.eq(instance.to_string()))
        .exec(on(tx))
        .await
        .doing("removing an instance's ports")?;
    let model = instance::ActiveModel {
        deleted_at: Set(Some(at.micros())),
        updated_at: Set(at.micros()),
        // What may hold secrets does not outlive the instance.
        settings: Set("{}".to_owned()),
        spec: Set(None),
        observed_report: Set(None),
        ..Default::default()
    };
    update(tx, instance, model, "marking an instance as deleted").await
}

/// Ports of several instances, by instance and number.
///
/// # Errors
/// A failure of the database.
pub async fn ports<A: Access>(access: &A, instances: &[InstanceId]) -> Result<Vec<PortRow>> {
    let models = instance_port::Entity::find()
        .filter(instance_port::Column::InstanceId.is_in(instances.iter().map(ToString::to_string)))
        .order_by_asc(instance_port::Column::InstanceId)
        .order_by_asc(instance_port::Column::Port)
        .all(on(access))
        .await
        .doing("reading ports")?;
    models
        .into_iter()
        .map(|model| {
            Ok(PortRow {
                instance: id(&model.instance_id, "an instance's id")?,
                port: PortSpec {
                    port: u16::try_from(model.port).map_err(|_| corrupt("a port"))?,
                    label: model.label,
                    visibility: match model.visibility.as_str() {
                        "public" => Visibility::Public,
                        _ => Visibility::Private,
                    },
                },
                declared: model.declared,
            })
        })
        .collect()
}

/// The operation of each instance that ended last.
///
/// # Errors
/// A failure of the database.
pub async fn last_ended_operations<A: Access>(
    access: &A,
    instances: &[InstanceId],
) -> Result<Vec<operation::Model>> {
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let mut visible = Condition::all()
        .add(operation::Column::Resource.is_in(instances.iter().map(ToString::to_string)))
        .add(operation::Column::EndedAt.is_not_null());
    if let Some(tenant) = access.tenant() {
        visible = visible.add(operation::Column::TenantId.eq(tenant.to_string()));
    }
    let newest: Vec<(Option<String>, Option<i64>)> = operation::Entity::find()
        .select_only()
        .column(operation::Column::Resource)
        .column_as(operation::Column::EndedAt.max(), "newest")
        .filter(visible.clone())
        .group_by(operation::Column::Resource)
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding the last operations of instances")?;
    let times: std::collections::BTreeSet<i64> = newest.iter().filter_map(|(_, at)| *at).collect();
    let mut found = operation::Entity::find()
        .filter(visible)
        .filter(operation::Column::EndedAt.is_in(times))
        .order_by_asc(operation::Column::Id)
        .all(on(access))
        .await
        .doing("reading the last operations of instances")?;
    found.retain(|operation| newest.contains(&(operation.resource.clone(), operation.ended_at)));
    // Two that ended in the same microsecond: the younger one counts.
    let mut last: std::collections::BTreeMap<Option<String>, operation::Model> =
        std::collections::BTreeMap::new();
    for operation in found {
        last.insert(operation.resource.clone(), operation);
    }
    Ok(last.into_values().collect())
}

/// Adds or replaces ports; `declared` never turns from true to false by it.
///
/// # Errors
/// A failure of the database.
pub async fn put_ports<S: Scope>(
    tx: &Tx<S>,
    instance: InstanceId,
    ports: &[PortSpec],
    declared: bool,
) -> Result<()> {
    let now = tx.now().micros();
    for port in ports {
        let model = instance_port::ActiveModel {
            instance_id: Set(instance.to_string()),
            port: Set(i64::from(port.port)),
            label: Set(port.label.clone()),
            visibility: Set(match port.visibility {
                Visibility::Public => "public".to_owned(),
                Visibility::Private => "private".to_owned(),
            }),
            declared: Set(declared),
            updated_at: Set(now),
        };
        let mut columns = vec![
            instance_port::Column::Label,
            instance_port::Column::Visibility,
            instance_port::Column::UpdatedAt,
        ];
        if declared {
            columns.push(instance_port::Column::Declared);
        }
        instance_port::Entity::insert(model)
            .on_conflict(
                OnConflict::columns([instance_port::Column::InstanceId, instance_port::Column::Port])
                    .update_columns(columns)
                    .to_owned(),
            )
            .exec_without_returning(on(tx))
            .await
            .doing("setting a port")?;
    }
    Ok(())
}
