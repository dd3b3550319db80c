//! What the operator of the machine does to every instance of every tenant: stopping or deleting all of them when Stead is taken
//! down.

use std::time::Duration;

use stead_core::ids::TenantId;
use stead_core::instance::{Action, Cause, ObservedState, Wish};
use stead_core::{Error, Result};
use stead_db::SystemScope;
use stead_db::instances::InstanceRow;

use super::Instances;

const PAGE: u64 = 500;
/// Processes may take this long to finish.
const GRACE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

async fn all(scope: &SystemScope) -> Result<Vec<InstanceRow>> {
    let mut rows = Vec::new();
    loop {
        let page =
            stead_db::instances::walk(scope, rows.last().map(|row: &InstanceRow| row.id), PAGE).await?;
        let last = u64::try_from(page.len()).is_ok_and(|count| count < PAGE);
        rows.extend(page);
        if last {
            return Ok(rows);
        }
    }
}

impl Instances {
    /// How many instances have a sandbox now.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn count_running(&self) -> Result<usize> {
        let rows = all(&self.inner.db.system("counting what runs")).await?;
        Ok(rows.iter().filter(|row| is_up(row)).count())
    }

    /// Stops every instance and waits for those whose node is connected; gives how many there were. Wishes become `stopped`.
    ///
    /// # Errors
    /// `taking_down_incomplete` when some are left after five minutes.
    pub async fn stop_everything(&self) -> Result<usize> {
        self.end_everything(Action::Stop, |row| row.wish != Wish::Stopped || is_up(row)).await
    }

    /// Deletes every instance with all its files and waits for those whose node is connected; gives how many there were.
    ///
    /// # Errors
    /// `taking_down_incomplete` when some are left after five minutes.
    pub async fn delete_everything(&self) -> Result<usize> {
        self.end_everything(Action::Delete, |_| true).await
    }

    /// Wishes that every instance of the tenant is stopped; gives how many were not.
    ///
    /// # Errors
    /// A failure of the database.
    pub(crate) async fn stop_tenant(&self, tenant: TenantId) -> Result<usize> {
        self.end_tenant(tenant, Action::Stop).await.map(|(_, begun)| begun)
    }

    /// Wishes that every instance of the tenant is deleted; gives how many are left.
    ///
    /// # Errors
    /// A failure of the database.
    pub(crate) async fn delete_tenant(&self, tenant: TenantId) -> Result<usize> {
        self.end_tenant(tenant, Action::Delete).await.map(|(left, _)| left)
    }

    async fn end_tenant(&self, tenant: TenantId, action: Action) -> Result<(usize, usize)> {
        let scope = self.inner.db.system("ending a deleted tenant");
        let cause = &Cause::System { why: "the tenant was deleted".to_owned() };
        let instances = stead_db::tenants::live_instances(&scope, tenant).await?;
        let mut begun = 0;
        for id in &instances {
            let outcome = scope
                .transaction(|tx| async move {
                    match stead_db::instances::find(&tx, *id).await? {
                        Some(row) if row.wish != action.wish() && row.wish != Wish::Deleted => {
                            self.wish(&tx, &row, action, cause, GRACE).await.map(|_| true)
                        }
                        _ => Ok(false),
                    }
                })
                .await;
            match outcome {
                Ok(did) => begun += usize::from(did),
                // Something else is being done to it: the next round looks again.
                Err(error) => {
                    tracing::debug!(instance.id = %id, "ending an instance of a deleted tenant: {error}")
                }
            }
        }
        Ok((instances.len(), begun))
    }

    async fn end_everything(&self, action: Action, concerns: impl Fn(&InstanceRow) -> bool) -> Result<usize> {
        let scope = self.inner.db.system("taking Stead down");
        let mut nudges = self.inner.db.nudges();
        let cause = &Cause::System { why: "Stead was taken down".to_owned() };
        let rows: Vec<InstanceRow> = all(&scope).await?.into_iter().filter(|row| concerns(row)).collect();
        for row in &rows {
            let id = row.id;
            let begun = scope
                .transaction(|tx| async move {
                    match stead_db::instances::find(&tx, id).await? {
                        Some(row) => self.wish(&tx, &row, action, cause, GRACE).await.map(drop),
                        None => Ok(()),
                    }
                })
                .await;
            if let Err(error) = begun {
                // Already stopped, or being deleted: the wait below tells whether it gets there.
                tracing::debug!(instance.id = %id, "taking an instance down: {error}");
            }
        }
        let patience = tokio::time::sleep(PATIENCE);
        tokio::pin!(patience);
        loop {
            // What lies on a machine that is away cannot end now: its node is told when it comes back.
            let reachable =
                |row: &&InstanceRow| row.node.is_none_or(|node| self.inner.nodes.is_connected(node));
            let left = all(&scope).await?.iter().filter(|row| concerns(row)).filter(reachable).count();
            if left == 0 {
                return Ok(rows.len());
            }
            tokio::select! {
                _ = nudges.recv() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = &mut patience => {
                    return Err(Error::unavailable("taking_down_incomplete", format!("{left} instances are still there after five minutes."))
                        .next_step("`stead up` and `stead operations` tell why; then try again."));
                }
            }
        }
    }
}

fn is_up(row: &InstanceRow) -> bool {
    row.observed.as_ref().is_some_and(|observed| {
        matches!(
            observed.state,
            ObservedState::Starting
                | ObservedState::Running
                | ObservedState::Paused
                | ObservedState::Stopping
        )
    })
}
