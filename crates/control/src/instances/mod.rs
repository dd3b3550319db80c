//! Instances: what people ask for, and everything between that and the documents that nodes follow.
//!
//! Owns the table of instances but for its observed columns (those are [`crate::nodes`]'): settings and wish are written here on
//! behalf of people, the intent by the steps of operations ([`ops`], [`steps`]) and by [`reconcile`]. The public phase is computed
//! by [`stead_core::instance::public_state`] whenever somebody looks.

mod activity;
mod exec;
mod input;
mod operator;
mod ops;
mod previews;
mod reconcile;
mod remove;
mod sessions;
mod steps;
mod stored;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod view;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use stead_api::v1::Page;
use stead_api::v1::instances as wire;
use stead_api::v1::ports::{Port, SetPort};
use stead_core::error::InternalContext as _;
use stead_core::ids::{InstanceId, OperationId};
use stead_core::instance::phase::check_action;
use stead_core::instance::rules::shown;
use stead_core::instance::{Action, Cause, DriverKind, InstanceSpec, Resources, Source};
use stead_core::{Error, ErrorKind, Result, Timestamp, names, workspace_config};
use stead_db::instances::{InstanceRow, InstanceSettings, Intent};
use stead_db::page::PageRequest;
use stead_db::{Changed, Db, Scope, TenantAccess, TenantScope, Tx};

pub use previews::{PreviewPresence, PreviewTarget};
pub use reconcile::Repaired;
pub use view::PreviewAddress;

use self::activity::Activity;
use self::previews::PreviewCache;
use self::steps::Worker;
use crate::engine::{Engine, NewOperation};
use crate::events::InstanceReader;
use crate::idempotency::{self, Mutation};
use crate::nodes::Nodes;
use crate::notifications::{self, Notice};
use crate::operations::Operations;
use crate::tenants::quotas::{self, Limited};
use crate::uploads::Uploads;

/// How instances behave on this server.
#[derive(Debug, Clone)]
pub struct InstancesSettings {
    pub previews: PreviewAddress,
    /// For requests that name none.
    pub default_driver: DriverKind,
}

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Instances {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    engine: Engine,
    operations: Operations,
    nodes: Nodes,
    worker: Worker,
    settings: InstancesSettings,
    activity: Activity,
    previews: PreviewCache,
    kept: stored::Kept,
}

impl Instances {
    /// Registers the kinds of operations with the engine.
    #[must_use]
    pub fn new(
        db: Db,
        engine: Engine,
        operations: Operations,
        nodes: Nodes,
        uploads: Uploads,
        settings: InstancesSettings,
    ) -> Self {
        let worker = Worker { db: db.clone(), nodes: nodes.clone(), uploads };
        for kind in ops::InstanceKind::all(&worker) {
            engine.register(kind);
        }
        let previews = PreviewCache::new(&db);
        Self {
            inner: Arc::new(Inner {
                db,
                engine,
                operations,
                nodes,
                worker,
                settings,
                activity: Activity::default(),
                previews,
                kept: stored::Kept::default(),
            }),
        }
    }

    /// The reconcilers of instances and their uploads.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn crate::engine::Reconciler>> {
        vec![
            Arc::new(reconcile::RepairInstances(self.clone())),
            Arc::new(reconcile::CleanUploads(self.inner.worker.uploads.clone())),
        ]
    }

    /// A page of the tenant's instances, the newest first.
    ///
    /// # Errors
    /// `cursor_invalid`, or a failure of the database.
    pub async fn list(
        &self,
        scope: &TenantScope,
        query: &wire::InstanceQuery,
    ) -> Result<Page<wire::Instance>> {
        let request = PageRequest::new(query.cursor.clone(), query.limit);
        let before = request.before.as_deref().map(str::parse::<InstanceId>).transpose().map_err(|_| {
            Error::invalid("cursor_invalid", "The cursor is not one that a list of instances gave.")
                .next_step("Begin again without a cursor.")
        })?;
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let text = query.q.as_deref().map(str::trim).map(|text| text.chars().take(200).collect::<String>());
        let mut rows = stead_db::instances::list(scope, text.as_deref(), before, limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| row.id.to_string()) } else { None };
        let stored = self.stored(scope, rows).await?;
        let items = stored.iter().map(|stored| self.show(stored)).collect::<Result<_>>()?;
        Ok(Page { items, next_cursor })
    }

    /// One instance by id or name.
    ///
    /// # Errors
    /// `instance_not_found`.
    pub async fn get(&self, scope: &TenantScope, reference: &str) -> Result<wire::Instance> {
        self.show(&*self.stored_by_reference(scope, reference).await?)
    }

    /// Creates an instance and begins to bring it up.
    ///
    /// # Errors
    /// `invalid_settings`, `invalid_git_url`, `git_url_has_password`, `invalid_name`, `name_taken` with a name that is free,
    /// `upload_not_found`, `quota_exceeded`.
    pub async fn create(
        &self,
        scope: &TenantScope,
        input: wire::CreateInstance,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        let new = input::create(input)?;
        let new = &new;
        let name = self.actor_name(scope).await?;
        let cause = &Cause::Person { name };
        let once = idempotency::once(scope, mutation, |tx| async move { self.insert(&tx, new, cause).await })
            .await?;
        let (instance, operation) = once.value;
        self.inner.activity.touch(instance, scope.now());
        self.instance_operation(scope, instance, operation).await
    }

    async fn insert(
        &self,
        tx: &Tx<TenantScope>,
        new: &input::NewInstance,
        cause: &Cause,
    ) -> Result<(InstanceId, OperationId)> {
        crate::identity::require_verified_email(tx).await?;
        let (now, ambient) = (tx.now(), tx.ambient());
        let id: InstanceId = ambient.new_id();
        let name = self.choose_name(tx, new).await?;
        let host_label = host_label(tx, &name).await?;
        if let Some(Source::Bundle { upload, .. }) = &new.source {
            let row = stead_db::uploads::find(tx, *upload)
                .await?
                .ok_or_else(|| crate::uploads::missing(*upload))?;
            if row.used_by.is_some() {
                return Err(Error::conflict("upload_in_use", "Another instance was made from this upload.")
                    .next_step("Send the file again, once for each instance."));
            }
        }
        let spec: InstanceSpec = workspace_config::merge(&new.requested, new.source.clone(), None);
        let tenant = TenantAccess::scope(tx).tenant_id();
        let wanted =
            [(Limited::Instances, 1)].into_iter().chain(growth(None, spec.resources)).collect::<Vec<_>>();
        quotas::check_all(tx, tenant, &wanted).await?;
        let row = InstanceRow {
            id,
            tenant,
            name,
            host_label,
            driver: new.driver.unwrap_or(self.inner.settings.default_driver),
            settings: InstanceSettings { requested: new.requested.clone(), source: new.source.clone() },
            wish: Action::Create.wish(),
            wish_cause: cause.clone(),
            wish_since: now,
            version: 1,
            created_by: TenantAccess::scope(tx).user_id(),
            created_at: now,
            updated_at: now,
            node: None,
            generation: 0,
            run: 0,
            wanted: None,
            spec,
            configured: false,
            observed: None,
            observed_at: None,
            last_active_at: Some(now),
        };
        stead_db::instances::insert(tx, &row).await?;
        let name = row.name.clone();
        let notice = Notice::InstanceCreated { tenant: row.tenant, instance: row.id, name };
        notifications::announce(tx, notice).await?;
        if let Some(Source::Bundle { upload, .. }) = &new.source {
            stead_db::uploads::set_used_by(tx, *upload, Some(id)).await?;
        }
        let operation = self.enqueue(tx, &row, Action::Create, Duration::ZERO, false).await?;
        Ok((id, operation))
    }

    async fn choose_name(&self, tx: &Tx<TenantScope>, new: &input::NewInstance) -> Result<String> {
        if let Some(name) = &new.name {
            let used = stead_db::instances::names_like(tx, name).await?;
            if used.contains(name) {
                return Err(name_taken(name, &used));
            }
            return Ok(name.clone());
        }
        let base = new.suggested_name.clone().unwrap_or_else(|| names::made_up(tx.ambient().random_u64()));
        let used = stead_db::instances::names_like(tx, &base).await?;
        let candidate = names::free(&base, |name| used.iter().any(|other| other == name));
        // A long name that was shortened for its number may meet one that does not begin like it.
        let shortened = stead_db::instances::find_by_name(tx, &candidate).await?;
        Ok(match shortened {
            None => candidate,
            Some(_) => names::with_suffix(&base, &names::random_suffix(tx.ambient().random_u64())),
        })
    }

    /// Changes settings. Takes effect at once where the kernel allows it, else at the next start.
    ///
    /// # Errors
    /// `version_mismatch` when `if_match` is not the present version; `name_taken`, `invalid_settings`.
    pub async fn update(
        &self,
        scope: &TenantScope,
        reference: &str,
        input: wire::UpdateInstance,
        if_match: Option<u64>,
    ) -> Result<wire::Instance> {
        let changes = input::update(input)?;
        let id = self.find(scope, reference).await?.id;
        let changes = &changes;
        let row = scope
            .transaction(|tx| async move {
                let mut row = stead_db::instances::find(&tx, id).await?.ok_or_else(|| steps::deleted(id))?;
                check_version(&row, if_match)?;
                check_action(Action::Start, row.wish, stead_core::instance::Phase::Stopped)?;
                if let Some(name) = changes.name.as_ref().filter(|name| **name != row.name) {
                    let used = stead_db::instances::names_like(&tx, name).await?;
                    if used.contains(name) {
                        return Err(name_taken(name, &used));
                    }
                    row.host_label = host_label(&tx, name).await?;
                    row.name.clone_from(name);
                }
                let mut intent = Intent::of(&row);
                changes.apply(&mut row.settings.requested, &mut intent.spec);
                let wanted = growth(Some(row.spec.resources), intent.spec.resources);
                quotas::check_all(&tx, row.tenant, &wanted).await?;
                row.version += 1;
                row.updated_at = tx.now();
                stead_db::instances::set_settings(&tx, &row).await?;
                if row.wanted.is_some() {
                    intent.generation += 1;
                }
                stead_db::instances::set_intent(&tx, id, &intent).await?;
                row.generation = intent.generation;
                row.spec = intent.spec;
                let detail = serde_json::json!({
                    "name": changes.name,
                    "resources": changes.resources,
                    "env": changes.env.as_ref().map(|env| env.keys().cloned().collect::<Vec<_>>()),
                    "idle_timeout": changes.idle_timeout,
                });
                audit(&tx, "instance.update", id, Some(&detail)).await?;
                tx.changed(row.tenant, Changed::Instance(id));
                Ok(row)
            })
            .await?;
        // A node that is away, or does not answer now, gets the document from the reconciler.
        if let Err(error) = self.inner.worker.push(&row).await {
            tracing::debug!(instance.id = %id, error.code = error.code(), "changed settings are sent later");
        }
        self.view(scope, row).await
    }

    /// # Errors
    /// `instance_not_found`, `operation_in_progress`, `instance_deleting`.
    pub async fn start(
        &self,
        scope: &TenantScope,
        reference: &str,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Start, Duration::ZERO, mutation).await
    }

    /// # Errors
    /// See [`Instances::start`].
    pub async fn stop(
        &self,
        scope: &TenantScope,
        reference: &str,
        input: &wire::StopInstance,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Stop, input::grace(input)?, mutation).await
    }

    /// # Errors
    /// See [`Instances::start`].
    pub async fn restart(
        &self,
        scope: &TenantScope,
        reference: &str,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Restart, Duration::ZERO, mutation).await
    }

    /// Stops without giving anything time to end.
    ///
    /// # Errors
    /// See [`Instances::start`].
    pub async fn kill(
        &self,
        scope: &TenantScope,
        reference: &str,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Kill, Duration::ZERO, mutation).await
    }

    /// # Errors
    /// See [`Instances::start`]; `not_running`.
    pub async fn pause(
        &self,
        scope: &TenantScope,
        reference: &str,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Pause, Duration::ZERO, mutation).await
    }

    /// Resumes what is paused, starts what is stopped.
    ///
    /// # Errors
    /// See [`Instances::start`].
    pub async fn wake(
        &self,
        scope: &TenantScope,
        reference: &str,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Wake, Duration::ZERO, mutation).await
    }

    /// Removes the instance with everything in it, whatever its state and whatever is being done to it.
    ///
    /// # Errors
    /// `instance_not_found`.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        reference: &str,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        self.act(scope, reference, Action::Delete, Duration::ZERO, mutation).await
    }

    async fn act(
        &self,
        scope: &TenantScope,
        reference: &str,
        action: Action,
        grace: Duration,
        mutation: &Mutation,
    ) -> Result<wire::InstanceOperation> {
        let name = self.actor_name(scope).await?;
        let cause = &Cause::Person { name };
        // Kept from before: a quick delete may be done, and its row gone, before the answer is made.
        let before = match action {
            Action::Delete => self.get(scope, reference).await.ok().map(Box::new),
            _ => None,
        };
        let bare = &before.as_deref().map(|instance| Box::new(view::bare(instance)));
        let once = idempotency::once(scope, mutation, |tx| async move {
            let row = self.find(&*tx, reference).await?;
            let operation = self.wish(&*tx, &row, action, cause, grace).await?;
            Ok((row.id, operation, bare.clone()))
        })
        .await?;
        let (instance, operation, remembered) = once.value;
        let before = before.or(remembered);
        self.inner.activity.touch(instance, scope.now());
        match (self.instance_operation(scope, instance, operation).await, before) {
            (Err(error), Some(instance)) if error.code() == "instance_not_found" => {
                let operation = self.inner.operations.get(scope, operation).await?;
                Ok(wire::InstanceOperation { instance: *instance, operation })
            }
            (outcome, _) => outcome,
        }
    }

    /// Sets the wish and adds the operation that fulfils it.
    async fn wish<S: Scope>(
        &self,
        tx: &Tx<S>,
        row: &InstanceRow,
        action: Action,
        cause: &Cause,
        grace: Duration,
    ) -> Result<OperationId> {
        let holder = stead_db::operations::holder(tx, &row.id.to_string()).await?;
        let running = holder.as_ref().and_then(|holder| Action::parse(&holder.kind));
        if let (Some(holder), Some(running)) = (&holder, running) {
            // Asking twice for the same end is answered with what is already under way.
            if running == action && matches!(action, Action::Stop | Action::Kill | Action::Delete) {
                return holder.id.parse().internal("reading an operation's id");
            }
        }
        let beside = self.beside_of(tx, row).await?;
        let phase = view::state(row, &beside, tx.now()).phase;
        check_action(action, row.wish, phase)?;
        let supersede = running.is_some_and(|running| action.supersedes(running));
        stead_db::instances::set_wish(tx, row.id, action.wish(), cause, tx.now()).await?;
        self.enqueue(tx, row, action, grace, supersede).await
    }

    async fn enqueue<S: Scope>(
        &self,
        tx: &Tx<S>,
        row: &InstanceRow,
        action: Action,
        grace: Duration,
        supersede: bool,
    ) -> Result<OperationId> {
        let input = ops::Input { run_before: row.run, grace };
        let new = NewOperation {
            kind: action.kind(),
            tenant: row.tenant,
            resource: Some(row.id.to_string()),
            input: serde_json::to_value(input).internal("writing an operation's input")?,
            supersede,
        };
        let operation = self.inner.engine.enqueue(tx, new).await?;
        let detail = serde_json::json!({ "name": row.name, "operation": operation.to_string() });
        audit_in(tx, action.kind(), row, Some(&detail)).await?;
        tx.changed(row.tenant, Changed::Instance(row.id));
        Ok(operation)
    }

    /// An action of Stead's own, such as the idle stop. Nothing happens when somebody wished something else meanwhile.
    async fn act_by_itself(&self, row: &InstanceRow, action: Action, cause: Cause) -> Result<()> {
        let (id, wish, cause) = (row.id, row.wish, &cause);
        self.inner
            .db
            .system("acting on an instance by itself")
            .transaction(|tx| async move {
                match stead_db::instances::find(&tx, id).await? {
                    Some(row)
                        if row.wish == wish
                            && stead_db::operations::holder(&tx, &id.to_string()).await?.is_none() =>
                    {
                        self.wish(&tx, &row, action, cause, Duration::from_secs(10)).await.map(drop)
                    }
                    _ => Ok(()),
                }
            })
            .await
    }

    /// Ports that are declared, were set, or are listened on.
    ///
    /// # Errors
    /// `instance_not_found`.
    pub async fn ports(&self, scope: &TenantScope, reference: &str) -> Result<Vec<Port>> {
        Ok(self.get(scope, reference).await?.ports)
    }

    /// Sets label or visibility of a port.
    ///
    /// # Errors
    /// `instance_not_found`, `invalid_settings`.
    pub async fn set_port(
        &self,
        scope: &TenantScope,
        reference: &str,
        port: u16,
        input: SetPort,
    ) -> Result<Port> {
        let id = self.find(scope, reference).await?.id;
        let input = &input;
        scope
            .transaction(|tx| async move {
                let row = stead_db::instances::find(&tx, id).await?.ok_or_else(|| steps::deleted(id))?;
                let known: Vec<_> = stead_db::instances::ports(&tx, &[id])
                    .await?
                    .into_iter()
                    .map(|known| known.port)
                    .collect();
                let ports = input::set_port(&known, port, input.clone())?;
                let changed: Vec<_> = ports.into_iter().filter(|known| known.port == port).collect();
                stead_db::instances::put_ports(&tx, id, &changed, false).await?;
                let detail =
                    serde_json::json!({ "port": port, "visibility": input.visibility, "label": input.label });
                audit(&tx, "instance.set_port", id, Some(&detail)).await?;
                tx.changed(row.tenant, Changed::Instance(id));
                Ok(())
            })
            .await?;
        let ports = self.ports(scope, &id.to_string()).await?;
        ports
            .into_iter()
            .find(|known| known.port == port)
            .ok_or_else(|| Error::internal("a port that was set is not there"))
    }

    /// Notes that somebody uses the instance, so that it does not count as idle.
    pub fn touch(&self, instance: InstanceId) {
        self.inner.activity.touch(instance, self.inner.db.ambient().now());
    }

    fn last_active(&self, row: &InstanceRow) -> Timestamp {
        let seen = self.inner.activity.last(row.id).max(row.last_active_at);
        seen.unwrap_or(row.created_at).max(row.wish_since)
    }

    async fn flush_activity(&self) -> Result<()> {
        let uses = self.inner.activity.take_unwritten();
        if uses.is_empty() {
            return Ok(());
        }
        let uses = &uses;
        self.inner
            .db
            .system("noting when instances were used")
            .transaction(|tx| async move {
                for (instance, at) in uses {
                    stead_db::instances::set_last_active(&tx, *instance, *at).await?;
                }
                Ok(())
            })
            .await
    }

    /// The id of an instance that is named by id or name.
    ///
    /// # Errors
    /// `instance_not_found`.
    pub async fn id_of(&self, scope: &TenantScope, reference: &str) -> Result<InstanceId> {
        Ok(self.find(scope, reference).await?.id)
    }

    pub(crate) async fn find<A: TenantAccess>(&self, access: &A, reference: &str) -> Result<InstanceRow> {
        let found = match reference.parse::<InstanceId>() {
            Ok(id) => stead_db::instances::find(access, id).await?,
            Err(_) => stead_db::instances::find_by_name(access, reference).await?,
        };
        found.ok_or_else(|| {
            Error::not_found("instance", shown(reference))
                .next_step("`stead list` shows the instances of this tenant.")
        })
    }

    async fn instance_operation(
        &self,
        scope: &TenantScope,
        instance: InstanceId,
        operation: OperationId,
    ) -> Result<wire::InstanceOperation> {
        let instance = self.get(scope, &instance.to_string()).await?;
        let operation = self.inner.operations.get(scope, operation).await?;
        Ok(wire::InstanceOperation { instance, operation })
    }

    async fn actor_name(&self, scope: &TenantScope) -> Result<String> {
        Ok(stead_db::users::myself(scope)
            .await?
            .map_or_else(|| "somebody who has left".to_owned(), |user| user.name))
    }
}

#[async_trait]
impl InstanceReader for Instances {
    async fn read(&self, scope: &TenantScope, id: InstanceId) -> Result<Option<wire::Instance>> {
        match stead_db::instances::find(scope, id).await? {
            Some(row) => self.view(scope, row).await.map(Some),
            None => Ok(None),
        }
    }
}

/// What more an instance takes of its tenant's quotas.
fn growth(before: Option<Resources>, after: Resources) -> [(Limited, u64); 3] {
    let more = |of: fn(&Resources) -> u64| of(&after).saturating_sub(before.as_ref().map_or(0, of));
    [
        (Limited::CpuMillis, more(|resources| u64::from(resources.cpu_millis))),
        (Limited::MemoryBytes, more(|resources| resources.memory_bytes)),
        (Limited::DiskBytes, more(|resources| resources.disk_bytes)),
    ]
}

fn check_version(row: &InstanceRow, if_match: Option<u64>) -> Result<()> {
    match if_match {
        Some(version) if version != row.version => Err(Error::new(
            ErrorKind::PreconditionFailed,
            "version_mismatch",
            format!(
                "Somebody changed this instance meanwhile: it is at version {}, not {version}.",
                row.version
            ),
        )
        .next_step("Read it again, look at what changed, and send your change with the new ETag.")),
        _ => Ok(()),
    }
}

fn name_taken(name: &str, used: &[String]) -> Error {
    let free = names::free(name, |candidate| used.iter().any(|other| other == candidate));
    Error::conflict("name_taken", format!("There is already an instance called {name}."))
        .next_step(format!("{free} is free."))
}

/// The name when no other instance on this server has it as its label, else the name with a random end.
async fn host_label(tx: &Tx<TenantScope>, name: &str) -> Result<String> {
    let mut label = name.to_owned();
    while stead_db::instances::host_label_taken(tx, &label).await? {
        label = names::with_suffix(name, &names::random_suffix(tx.ambient().random_u64()));
    }
    Ok(label)
}

async fn audit(
    tx: &Tx<TenantScope>,
    action: &str,
    instance: InstanceId,
    detail: Option<&serde_json::Value>,
) -> Result<()> {
    let object = instance.to_string();
    stead_db::audit::append(
        tx,
        stead_db::audit::Entry { detail, ..stead_db::audit::Entry::new(action, &object) },
    )
    .await
}

async fn audit_in<S: Scope>(
    tx: &Tx<S>,
    action: &str,
    row: &InstanceRow,
    detail: Option<&serde_json::Value>,
) -> Result<()> {
    let object = row.id.to_string();
    stead_db::audit::append(
        tx,
        stead_db::audit::Entry {
            tenant: Some(row.tenant),
            detail,
            ..stead_db::audit::Entry::new(action, &object)
        },
    )
    .await
}
