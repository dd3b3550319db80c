//! What the database holds about instances, as it is shown: loaded for a page at once, and for single instances kept in memory until
//! something is written. Reads only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use stead_api::v1::instances as wire;
use stead_core::error::Problem;
use stead_core::ids::{InstanceId, NodeId, TenantId};
use stead_core::instance::Action;
use stead_core::operation::OperationState;
use stead_core::{ErrorKind, Result, Timestamp};
use stead_db::instances::{InstanceRow, PortRow};
use stead_db::nodes::NodeRow;
use stead_db::operations::Operation as OperationRow;
use stead_db::{Access, TenantScope};

use super::Instances;
use super::view::{self, Beside, Ending};

/// More are never kept.
const MOST: usize = 10_000;
/// Names longer than this are not looked for in memory.
const LONGEST_REFERENCE: usize = 100;

/// An instance's row and what stands beside it in the database.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) row: InstanceRow,
    node: Option<NodeRow>,
    holder: Option<OperationRow>,
    last: Option<Ending>,
    ports: Vec<PortRow>,
}

/// Single instances as they were read, by what they were asked for. Good as long as this process, the only one that writes, has
/// committed nothing since.
#[derive(Debug, Default)]
pub(super) struct Kept {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    commits: u64,
    found: HashMap<(TenantId, String), Arc<Stored>>,
}

impl Kept {
    fn get(&self, commits: u64, tenant: TenantId, reference: &str) -> Option<Arc<Stored>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.commits != commits {
            return None;
        }
        state.found.get(&(tenant, reference.to_owned())).cloned()
    }

    /// `commits`: how many there were before it was read.
    fn put(&self, commits: u64, tenant: TenantId, reference: &str, stored: &Arc<Stored>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.commits > commits {
            return;
        }
        if state.commits < commits || state.found.len() >= MOST {
            state.found.clear();
            state.commits = commits;
        }
        state.found.insert((tenant, reference.to_owned()), Arc::clone(stored));
    }
}

impl Instances {
    /// An instance by id or name, from memory when nothing was written since it was read.
    pub(super) async fn stored_by_reference(
        &self,
        scope: &TenantScope,
        reference: &str,
    ) -> Result<Arc<Stored>> {
        let tenant = scope.tenant_id();
        let commits = self.inner.db.commits().filter(|_| reference.len() <= LONGEST_REFERENCE);
        if let Some(kept) = commits.and_then(|commits| self.inner.kept.get(commits, tenant, reference)) {
            return Ok(kept);
        }
        let row = Box::pin(self.find(scope, reference)).await?;
        let stored = Arc::new(Box::pin(self.stored_one(scope, row)).await?);
        if let Some(commits) = commits {
            self.inner.kept.put(commits, tenant, reference, &stored);
        }
        Ok(stored)
    }

    async fn stored_one<A: Access>(&self, access: &A, row: InstanceRow) -> Result<Stored> {
        let id = row.id;
        self.stored(access, vec![row]).await?.pop().ok_or_else(|| super::steps::deleted(id))
    }

    /// A fixed number of queries for any number of rows.
    pub(super) async fn stored<A: Access>(&self, access: &A, rows: Vec<InstanceRow>) -> Result<Vec<Stored>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<InstanceId> = rows.iter().map(|row| row.id).collect();
        let resources: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut placed: Vec<NodeId> = rows.iter().filter_map(|row| row.node).collect();
        placed.sort_unstable();
        placed.dedup();
        let nodes: HashMap<NodeId, NodeRow> = stead_db::nodes::find_many(access, &placed)
            .await?
            .into_iter()
            .map(|node| (node.id, node))
            .collect();
        let mut stored: Vec<Stored> = rows
            .into_iter()
            .map(|row| {
                let node = row.node.and_then(|node| nodes.get(&node)).cloned();
                Stored { row, node, holder: None, last: None, ports: Vec::new() }
            })
            .collect();
        let place: HashMap<InstanceId, usize> =
            ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        for port in stead_db::instances::ports(access, &ids).await? {
            if let Some(index) = place.get(&port.instance) {
                stored[*index].ports.push(port);
            }
        }
        for row in stead_db::operations::holders(access, &resources).await? {
            if let Some(index) = resource(&row).and_then(|id| place.get(&id)) {
                stored[*index].holder = Some(row);
            }
        }
        for row in stead_db::instances::last_ended_operations(access, &ids).await? {
            if let Some(index) = resource(&row).and_then(|id| place.get(&id)) {
                stored[*index].last = ending(&row)?;
            }
        }
        Ok(stored)
    }

    /// With what is known in memory alone: whether the node is there, and what the instance uses.
    pub(super) fn beside(&self, stored: &Stored) -> Result<Beside> {
        Ok(Beside {
            node: stored.node.as_ref().map(|node| self.inner.nodes.presence_of(node)),
            operation: stored.holder.as_ref().map(|row| self.inner.operations.view(row)).transpose()?,
            last: stored.last.clone(),
            ports: stored.ports.clone(),
            usage: self.inner.nodes.usage(stored.row.id),
        })
    }

    pub(super) async fn beside_of<A: Access>(&self, access: &A, row: &InstanceRow) -> Result<Beside> {
        self.beside(&self.stored_one(access, row.clone()).await?)
    }

    pub(super) fn show(&self, stored: &Stored) -> Result<wire::Instance> {
        let now = self.inner.db.ambient().now();
        Ok(view::instance(&stored.row, self.beside(stored)?, &self.inner.settings.previews, now))
    }

    pub(super) async fn view(&self, scope: &TenantScope, row: InstanceRow) -> Result<wire::Instance> {
        self.show(&self.stored_one(scope, row).await?)
    }
}

fn resource(row: &OperationRow) -> Option<InstanceId> {
    row.resource.as_deref().and_then(|resource| resource.parse().ok())
}

/// How an ended operation bears on the phase; `None` when it succeeded.
fn ending(row: &OperationRow) -> Result<Option<Ending>> {
    let record = crate::engine::decode(&row.record)?;
    let at = Timestamp::from_micros(row.ended_at.unwrap_or(row.created_at));
    Ok(match (record.state, Action::parse(&row.kind)) {
        (OperationState::Failed, _) => {
            let problem = record.problem.unwrap_or_else(|| Problem {
                kind: ErrorKind::Internal,
                code: "operation_failed".to_owned(),
                message: "The last operation failed.".to_owned(),
                next_step: None,
                fields: Vec::new(),
            });
            Some(Ending::Failed { problem, at })
        }
        (OperationState::Cancelled, Some(action)) => Some(Ending::Cancelled { action, at }),
        _ => None,
    })
}
