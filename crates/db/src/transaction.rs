//! Write transactions: what they carry until commit, and repeating those that lost a race.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::DatabaseTransaction;
use stead_core::ids::{InstanceId, OperationId, TenantId, UserId};
use stead_core::{Error, Result, Timestamp};

use crate::audit::{self, Pending, SealPersonal};
use crate::connection::Db;
use crate::failure::{self, Doing};
use crate::nudge::Nudge;
use crate::scope::{
    Access, Actor, INSIDE, Scope, SystemAccess, SystemScope, TenantAccess, TenantScope, sealed,
};
use crate::{dialect, events};

const ATTEMPTS: u32 = 25;

/// What a row of the change feed says. The reader of the feed looks the object up, so it always shows the newest state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Changed {
    Instance(InstanceId),
    InstanceDeleted(InstanceId),
    Operation(OperationId),
    /// Notifications of this user; heard by the user alone.
    Inbox(UserId),
}

/// An open write transaction of a scope. Commits when the closure it was given to returns `Ok`; must be dropped by then.
#[derive(Debug)]
pub struct Tx<S: Scope> {
    inner: Arc<Inner<S>>,
}

#[derive(Debug)]
struct Inner<S: Scope> {
    transaction: DatabaseTransaction,
    db: Db,
    scope: S,
    on_commit: Mutex<OnCommit>,
}

#[derive(Debug, Default)]
struct OnCommit {
    changes: Vec<(TenantId, Changed)>,
    nudges: Vec<Nudge>,
    audited: Vec<Pending>,
}

impl<S: Scope> Tx<S> {
    /// Adds a row to the tenant's change feed and nudges those who wait for the object. Several for one object count once.
    pub fn changed(&self, tenant: TenantId, change: Changed) {
        let mut on_commit = self.inner.on_commit.lock().unwrap_or_else(PoisonError::into_inner);
        if !on_commit.changes.contains(&(tenant, change)) {
            on_commit.changes.push((tenant, change));
        }
        drop(on_commit);
        self.nudge(match change {
            Changed::Instance(id) | Changed::InstanceDeleted(id) => Nudge::Instance(id),
            Changed::Operation(id) => Nudge::Operation(id),
            // The row of the feed nudges those who listen to it.
            Changed::Inbox(_) => Nudge::Events,
        });
    }

    /// Sends the nudge once the transaction has committed.
    pub fn nudge(&self, nudge: Nudge) {
        let mut on_commit = self.inner.on_commit.lock().unwrap_or_else(PoisonError::into_inner);
        if !on_commit.nudges.contains(&nudge) {
            on_commit.nudges.push(nudge);
        }
    }

    /// Writes the row at the commit.
    pub(crate) fn audit(&self, row: Pending) {
        self.inner.on_commit.lock().unwrap_or_else(PoisonError::into_inner).audited.push(row);
    }

    pub(crate) fn seals(&self) -> Option<&Arc<dyn SealPersonal>> {
        self.inner.db.seals()
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.db.ambient().now()
    }

    #[must_use]
    pub fn ambient(&self) -> &stead_core::ambient::Ambient {
        self.inner.db.ambient()
    }
}

impl<S: Scope> sealed::Runs for Tx<S> {
    type Connection = DatabaseTransaction;
    fn connection(&self, _: sealed::Inside) -> &DatabaseTransaction {
        &self.inner.transaction
    }
    fn db(&self, _: sealed::Inside) -> &Db {
        &self.inner.db
    }
}

impl<S: Scope> Access for Tx<S> {
    fn tenant(&self) -> Option<TenantId> {
        self.inner.scope.tenant()
    }
    fn actor(&self) -> Option<&Actor> {
        self.inner.scope.actor()
    }
    fn sees_committed_only(&self) -> bool {
        false
    }
}

impl TenantAccess for Tx<TenantScope> {
    fn scope(&self) -> &TenantScope {
        &self.inner.scope
    }
}

impl SystemAccess for Tx<SystemScope> {
    fn scope(&self) -> &SystemScope {
        &self.inner.scope
    }
}

impl<S: Scope> Inner<S> {
    async fn commit(self) -> Result<Vec<Nudge>> {
        let Self { transaction, db, on_commit, .. } = self;
        let OnCommit { changes, mut nudges, audited } =
            on_commit.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !audited.is_empty() {
            audit::write(&transaction, audited).await?;
            nudges.push(Nudge::Audit);
        }
        if !changes.is_empty() {
            dialect::order_events(&transaction).await.doing("ordering the change feed")?;
            events::append(&transaction, db.ambient().now(), &changes).await?;
            nudges.push(Nudge::Events);
        }
        let committed = transaction.commit().await.doing("committing");
        // Counted when it failed, too: nobody knows then whether it took place.
        db.count_commit();
        committed?;
        Ok(nudges)
    }
}

pub(crate) async fn run<S, T, F, Fut>(scope: &S, db: &Db, mut work: F) -> Result<T>
where
    S: Scope,
    F: FnMut(Tx<S>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let mut attempt = 0;
    // Trees that this transaction appends to, as far as is known.
    let mut trees: BTreeSet<String> = scope.tenant().iter().map(ToString::to_string).collect();
    loop {
        attempt += 1;
        let turn = db.turns().take(&trees, attempt > 1).await;
        let outcome = attempt_once(scope, db, &mut work, &mut trees).await;
        drop(turn);
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !failure::lost_a_race(&error) {
            return Err(error);
        }
        if attempt == ATTEMPTS {
            return Err(Error::unavailable("database_busy", "The database is too busy to take the change.")
                .next_step("Try again in a moment.")
                .context(format!("{ATTEMPTS} attempts lost a race; the last: {}", error.inside())));
        }
        // Full jitter, growing to 50 ms: those who collided must not collide again.
        let ceiling = (1_u64 << attempt.min(6)) * 800;
        tokio::time::sleep(Duration::from_micros(db.ambient().random_u64() % ceiling.min(50_000))).await;
    }
}

async fn attempt_once<S, T, F, Fut>(
    scope: &S,
    db: &Db,
    work: &mut F,
    trees: &mut BTreeSet<String>,
) -> Result<T>
where
    S: Scope,
    F: FnMut(Tx<S>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let transaction = dialect::begin_write(db.writer()).await.doing("beginning a transaction")?;
    let inner = Arc::new(Inner {
        transaction,
        db: db.clone(),
        scope: scope.clone(),
        on_commit: Mutex::new(OnCommit::default()),
    });
    // On the heap: what a service does in a transaction is the largest part of every caller's future.
    let outcome = Box::pin(work(Tx { inner: Arc::clone(&inner) })).await;
    let inner =
        Arc::try_unwrap(inner).map_err(|_| Error::internal("a transaction's handle outlived its closure"))?;
    {
        let on_commit = inner.on_commit.lock().unwrap_or_else(PoisonError::into_inner);
        trees.extend(on_commit.audited.iter().map(|row| row.tree().to_owned()));
    }
    match outcome {
        Ok(value) => {
            for nudge in inner.commit().await? {
                db.nudge(nudge);
            }
            Ok(value)
        }
        Err(error) => {
            inner.transaction.rollback().await.doing("rolling back")?;
            Err(error)
        }
    }
}

/// The connection of anything a query runs on.
pub(crate) fn on<A: Access + ?Sized>(access: &A) -> &A::Connection {
    access.connection(INSIDE)
}
