//! Opening and migrating the database; the handle that everything else is reached through.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait;
use stead_core::ambient::Ambient;
use stead_core::{Error, Result};
use tokio::sync::broadcast;

use crate::audit::SealPersonal;
use crate::dialect::{self, Connections};
use crate::failure::Doing;
use crate::migrations::Migrations;
use crate::nudge::Nudge;
use crate::scope::SystemScope;
use crate::turns::Turns;

/// Nudges kept for a receiver that is behind; one that is further behind reads everything anew.
const NUDGES_KEPT: usize = 4_096;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file, created when absent. One server at a time.
    Sqlite(PathBuf),
    /// A `postgres://` address, which may hold a password.
    Postgres(String),
}

impl std::fmt::Debug for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => formatter.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => formatter.write_str("Postgres(…)"),
        }
    }
}

/// The database. Cheap to clone. Gives scopes; has no query of its own.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connections: Connections,
    ambient: Ambient,
    nudges: broadcast::Sender<Nudge>,
    shared: bool,
    commits: Arc<AtomicU64>,
    turns: Turns,
    seals: OnceLock<Arc<dyn SealPersonal>>,
}

impl Inner {
    fn new(connections: Connections, ambient: Ambient, shared: bool) -> Self {
        let (nudges, _) = broadcast::channel(NUDGES_KEPT);
        Self {
            connections,
            ambient,
            nudges,
            shared,
            commits: Arc::default(),
            turns: Turns::default(),
            seals: OnceLock::new(),
        }
    }
}

impl Db {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// `database_unreachable` or `database_migration_failed`, both with what to check.
    pub async fn open(target: &Target, ambient: Ambient) -> Result<Self> {
        let db = Self::open_without_migrating(target, ambient).await?;
        db.migrate().await?;
        Ok(db)
    }

    pub(crate) async fn open_without_migrating(target: &Target, ambient: Ambient) -> Result<Self> {
        let opened = match target {
            Target::Sqlite(path) => dialect::open_sqlite(path).await,
            Target::Postgres(url) => dialect::open_postgres(url).await,
        };
        let connections = opened.map_err(|failure| {
            Error::unavailable("database_unreachable", "The database could not be opened.")
                .next_step("Check that its address or folder is right, that it runs, and that this user may write to it.")
                .source_error(failure)
        })?;
        let shared = matches!(target, Target::Postgres(_));
        Ok(Self { inner: Arc::new(Inner::new(connections, ambient, shared)) })
    }

    async fn migrate(&self) -> Result<()> {
        let failed = |failure| {
            Error::new(
                stead_core::ErrorKind::Internal,
                "database_migration_failed",
                "The database could not be brought to this version's schema.",
            )
            .next_step("Nothing was changed. Go back to the version that last worked, or restore a backup, and report the log.")
            .source_error(failure)
        };
        let transaction = dialect::begin_write(self.writer()).await.map_err(failed)?;
        dialect::lock_migration(&transaction).await.map_err(failed)?;
        Migrations::up(&transaction, None).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// A scope for Stead's own work. `reason` says which part asks, for the log.
    #[must_use]
    pub fn system(&self, reason: &'static str) -> SystemScope {
        SystemScope::new(self.clone(), reason)
    }

    /// The same database with another clock, other ids and other chance.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn with_ambient(&self, ambient: Ambient) -> Self {
        let connections = Connections {
            writer: self.inner.connections.writer.clone(),
            readers: self.inner.connections.readers.clone(),
        };
        let inner = Inner::new(connections, ambient, self.inner.shared);
        Self { inner: Arc::new(Inner { commits: Arc::clone(&self.inner.commits), ..inner }) }
    }

    /// Hints about commits in this process, from now on.
    #[must_use]
    pub fn nudges(&self) -> broadcast::Receiver<Nudge> {
        self.inner.nudges.subscribe()
    }

    /// How many transactions have been committed here; `None` when other processes write as well. What was read when there were as
    /// many as now is as it is now: a commit is counted before anybody hears of its success.
    #[must_use]
    pub fn commits(&self) -> Option<u64> {
        (!self.inner.shared).then(|| self.inner.commits.load(Ordering::Acquire))
    }

    pub(crate) fn count_commit(&self) {
        self.inner.commits.fetch_add(1, Ordering::Release);
    }

    /// Whether other servers may use the same database, so that nudges alone do not tell everything.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.inner.shared
    }

    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.inner.ambient
    }

    /// Ends all connections; later queries fail.
    ///
    /// # Errors
    /// When a connection cannot be closed in order.
    pub async fn close(&self) -> Result<()> {
        self.inner.connections.readers.close_by_ref().await.doing("closing the database's readers")?;
        self.inner.connections.writer.close_by_ref().await.doing("closing the database's writer")
    }

    /// Tells by what personal values of the audit log are sealed. The first one counts.
    pub fn seal_audit_by(&self, seals: Arc<dyn SealPersonal>) {
        let _ = self.inner.seals.set(seals);
    }

    pub(crate) fn seals(&self) -> Option<&Arc<dyn SealPersonal>> {
        self.inner.seals.get()
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }

    /// Sends a hint without a commit: for timers.
    pub fn nudge(&self, nudge: Nudge) {
        // Nobody listening is fine: a nudge is a hint.
        let _ = self.inner.nudges.send(nudge);
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.inner.connections.writer
    }

    pub(crate) fn readers(&self) -> &DatabaseConnection {
        &self.inner.connections.readers
    }
}
