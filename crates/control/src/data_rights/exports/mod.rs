//! Exports: an archive of what is stored of a user or a tenant, made by an operation, kept for a week.
//!
//! Owns the table of exports and the files in `exports/` of the data directory (mode 0600): an archive is there as long as its row
//! says `ready`; everything else there is removed by the reconciler. Of a user or tenant that is erased the rows go with it, and
//! then the files.

mod archive;
mod collect;
mod make;

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use serde_json::{Value, json};
use stead_api::v1::Page;
use stead_api::v1::exports as wire;
use stead_api::v1::operations::Operation;
use stead_core::access::Permission;
use stead_core::error::InternalContext as _;
use stead_core::ids::{ExportId, OperationId, TenantId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::exports::{self, Export};
use stead_db::{Db, Nudge, SystemScope, TenantScope};
use tokio_util::io::ReaderStream;

use crate::audit::Audit;
use crate::engine::{Engine, NewOperation, Reconciler};
use crate::idempotency::{Mutation, once};
use crate::identity::{Caller, Factors, Identity};
use crate::instances::Instances;
use crate::notifications::Notifications;
use crate::operations::Operations;
use crate::secrets::Secrets;
use crate::tenants::Tenants;

/// An archive is kept this long.
const LIFETIME: Duration = Duration::from_hours(7 * 24);
/// That there was one is known this long.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// Archives of one user or tenant at a time.
const MOST: usize = 5;
const LISTED: u64 = 50;

/// Where what is exported comes from.
#[derive(Debug)]
pub struct Sources {
    pub identity: Identity,
    pub factors: Factors,
    pub tenants: Tenants,
    pub instances: Instances,
    pub operations: Operations,
    pub notifications: Notifications,
    pub secrets: Secrets,
    pub audit: Audit,
}

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Exports {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    system: SystemScope,
    engine: Engine,
    folder: PathBuf,
    from: Sources,
}

fn view(row: &Export) -> wire::Export {
    let time = |at: i64| Timestamp::from_micros(at).to_string();
    wire::Export {
        id: row.id.clone(),
        scope: if row.scope == exports::USER { wire::ExportScope::User } else { wire::ExportScope::Tenant },
        state: match row.state.as_str() {
            exports::RUNNING => wire::ExportState::Running,
            exports::READY => wire::ExportState::Ready,
            exports::EXPIRED => wire::ExportState::Expired,
            _ => wire::ExportState::Failed,
        },
        size_bytes: row.size_bytes.and_then(|size| u64::try_from(size).ok()),
        created_at: time(row.created_at),
        expires_at: row.expires_at.map(time),
        operation_id: row.operation_id.clone(),
    }
}

/// Bytes of an archive, with the name to give it.
#[derive(Debug)]
pub struct Download<S> {
    pub name: String,
    pub length: u64,
    pub bytes: S,
}

impl Exports {
    /// Keeps archives in `folder`, and makes the operation known that makes them.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub async fn open(db: &Db, engine: Engine, folder: PathBuf, from: Sources) -> Result<Self> {
        tokio::fs::create_dir_all(&folder).await.internal("making the folder of exports")?;
        tokio::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))
            .await
            .internal("closing the folder of exports to others")?;
        let inner = Inner { system: db.system("exports"), engine, folder, from };
        let this = Self { inner: Arc::new(inner) };
        this.inner.engine.register(make::kind(&this));
        Ok(this)
    }

    /// Removes archives that are past their time.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn Reconciler>> {
        vec![Arc::new(Clean { exports: self.clone() })]
    }

    fn path(&self, id: &str) -> PathBuf {
        self.inner.folder.join(format!("{id}.tar.gz"))
    }

    fn work(&self, id: &str) -> PathBuf {
        self.inner.folder.join(format!("{id}.work"))
    }

    /// The scope whose data is meant: the caller's personal tenant, or the tenant they act in, which they have to run.
    async fn scope_of(
        &self,
        caller: &Caller,
        scope: wire::ExportScope,
        tenant: Option<TenantId>,
    ) -> Result<TenantScope> {
        let identity = &self.inner.from.identity;
        match scope {
            wire::ExportScope::User => identity.scope(caller, None, Permission::TenantRead).await,
            wire::ExportScope::Tenant => identity.scope(caller, tenant, Permission::TenantWrite).await,
        }
    }

    /// Begins an export.
    ///
    /// # Errors
    /// `step_up_required`; `permission_missing` for a tenant that the caller does not run; `export_running`, `too_many_exports`.
    pub async fn create(
        &self,
        caller: &Caller,
        tenant: Option<TenantId>,
        input: wire::CreateExport,
        mutation: &Mutation,
    ) -> Result<Operation> {
        let inner = &self.inner;
        inner.from.identity.require_recent(caller).await?;
        let scope = self.scope_of(caller, input.scope, tenant).await?;
        let (kind, of) = match input.scope {
            wire::ExportScope::User => (exports::USER, caller.user().to_string()),
            wire::ExportScope::Tenant => (exports::TENANT, scope.tenant_id().to_string()),
        };
        let (of, credential) = (of.as_str(), caller.credential().to_string());
        let credential = credential.as_str();
        let begun = once(&scope, mutation, |tx| async move {
            if exports::runs(tx.as_ref(), of).await? {
                return Err(Error::conflict("export_running", "An export of this is being made already.")
                    .next_step("Wait for it: `GET /v1/exports` says how far it is."));
            }
            let known = match input.scope {
                wire::ExportScope::User => exports::of_user(tx.as_ref(), of, LISTED).await?,
                wire::ExportScope::Tenant => exports::of_tenant(tx.as_ref(), of, LISTED).await?,
            };
            if known.iter().filter(|row| row.state == exports::READY).count() >= MOST {
                return Err(Error::new(
                    ErrorKind::QuotaExceeded,
                    "too_many_exports",
                    format!("There are {MOST} exports already."),
                )
                .next_step("Download one of them; each is removed after a week."));
            }
            let id = tx.ambient().new_id::<ExportId>().to_string();
            let new = NewOperation {
                kind: make::KIND,
                tenant: stead_db::TenantAccess::scope(tx.as_ref()).tenant_id(),
                resource: Some(id.clone()),
                input: Value::Null,
                supersede: false,
            };
            let operation = inner.engine.enqueue(tx.as_ref(), new).await?;
            let row = Export {
                id: id.clone(),
                tenant_id: stead_db::TenantAccess::scope(tx.as_ref()).tenant_id().to_string(),
                user_id: caller.user().to_string(),
                credential: credential.to_owned(),
                scope: kind.to_owned(),
                state: exports::RUNNING.to_owned(),
                running_of: Some(of.to_owned()),
                operation_id: Some(operation.to_string()),
                size_bytes: None,
                created_at: tx.now().micros(),
                expires_at: None,
            };
            exports::insert(tx.as_ref(), row).await?;
            let detail = json!({ "scope": kind });
            audit::append(tx.as_ref(), Entry { detail: Some(&detail), ..Entry::new("export.create", &id) })
                .await?;
            Ok(operation)
        })
        .await?;
        let operation: OperationId = begun.value;
        inner.from.operations.get(&scope, operation).await
    }

    /// The caller's own exports, and those of the tenant they act in if they run it; newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self, caller: &Caller, tenant: Option<TenantId>) -> Result<Page<wire::Export>> {
        let system = &self.inner.system;
        let mut rows = exports::of_user(system, &caller.user().to_string(), LISTED).await?;
        match self.scope_of(caller, wire::ExportScope::Tenant, tenant).await {
            Ok(scope) => {
                rows.extend(exports::of_tenant(&scope, &scope.tenant_id().to_string(), LISTED).await?);
            }
            // Of a tenant that somebody does not run they see no exports, and of one that is not theirs nothing at all.
            Err(error) if error.kind() == ErrorKind::Forbidden => {}
            Err(error) => return Err(error),
        }
        rows.sort_by(|left, right| right.id.cmp(&left.id));
        Ok(Page { items: rows.iter().map(view).collect(), next_cursor: None })
    }

    /// An archive. Only for who is signed in: an API token downloads none.
    ///
    /// # Errors
    /// `export_not_found`; `export_not_ready`, also when it has expired; `session_required`.
    pub async fn download(
        &self,
        caller: &Caller,
        id: ExportId,
    ) -> Result<Download<impl Stream<Item = std::io::Result<Bytes>> + Send + 'static + use<>>> {
        let (id, inner) = (id.to_string(), &self.inner);
        let missing = || Error::not_found("export", &id);
        let row = exports::find(&inner.system, &id).await?.ok_or_else(missing)?;
        let tenant: TenantId = row.tenant_id.parse().internal("reading an export's tenant")?;
        let scope = if row.scope == exports::USER {
            if row.user_id != caller.user().to_string() {
                return Err(missing());
            }
            inner.from.identity.scope_of_work(caller, tenant, Permission::TenantRead).await
        } else {
            inner.from.identity.scope_of_work(caller, tenant, Permission::TenantWrite).await
        };
        let scope = scope.map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(),
            _ => error,
        })?;
        if !caller.is_session() {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "session_required",
                "An API token cannot download an export.",
            )
            .next_step("Sign in to the dashboard, or use `stead login`."));
        }
        let now = inner.system.now().micros();
        if row.state != exports::READY || row.expires_at.is_none_or(|at| at <= now) {
            return Err(Error::conflict("export_not_ready", "This export has no archive.").next_step(
                "Wait until it is ready, or make a new one: an archive is removed after a week.",
            ));
        }
        let file = match tokio::fs::File::open(self.path(&id)).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::conflict(
                    "export_not_ready",
                    "The archive is not on this server any more.",
                )
                .next_step("Make a new export."));
            }
            Err(error) => return Err(error).internal("opening an export"),
        };
        let length = file.metadata().await.internal("opening an export")?.len();
        let object = id.as_str();
        scope
            .transaction(|tx| async move { audit::append(&tx, Entry::new("export.download", object)).await })
            .await?;
        let day = view(&row).created_at.chars().take(10).collect::<String>();
        Ok(Download {
            name: format!("stead-{}-{day}.tar.gz", row.scope),
            length,
            bytes: ReaderStream::with_capacity(file, 256 << 10),
        })
    }

    /// Removes what is past its time: archives, then rows, then files that belong to no row.
    ///
    /// # Errors
    /// A failure of the database or the disk.
    pub async fn clean(&self) -> Result<(u64, usize)> {
        let system = &self.inner.system;
        let before = system.now().micros() - i64::try_from(REMEMBERED.as_micros()).unwrap_or(i64::MAX);
        let expired = system
            .transaction(|tx| async move {
                exports::forget_before(&tx, before).await?;
                exports::expire(&tx).await
            })
            .await?;
        // Files first, rows second: what is made in between is not mistaken for left over.
        let mut files = Vec::new();
        let mut folder = tokio::fs::read_dir(&self.inner.folder).await.internal("listing exports")?;
        while let Some(entry) = folder.next_entry().await.internal("listing exports")? {
            files.push(entry.path());
        }
        let needed: HashSet<String> = exports::with_files(system).await?.into_iter().collect();
        let mut removed = 0;
        for path in files {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let id = name.split('.').next().unwrap_or_default();
            if id.parse::<ExportId>().is_ok() && !needed.contains(id) {
                remove(&path).await?;
                removed += 1;
            }
        }
        Ok((expired, removed))
    }
}

async fn remove(path: &Path) -> Result<()> {
    let outcome = match tokio::fs::remove_file(path).await {
        Err(_) if path.is_dir() => tokio::fs::remove_dir_all(path).await,
        outcome => outcome,
    };
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).internal("removing what an export left")
        }
        _ => Ok(()),
    }
}

#[derive(Debug)]
struct Clean {
    exports: Exports,
}

#[async_trait]
impl Reconciler for Clean {
    fn name(&self) -> &'static str {
        "exports"
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(10)
    }

    fn heeds(&self, nudge: Nudge) -> bool {
        // Somebody may have been erased.
        nudge == Nudge::Revocations
    }

    async fn reconcile(&self) -> Result<Value> {
        let (expired, files) = self.exports.clean().await?;
        Ok(json!({ "expired": expired, "files": files }))
    }
}
