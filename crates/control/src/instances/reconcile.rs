//! Reconcilers of instances: what nobody is working on is brought in line with what was wished.
//!
//! * Documents that a connected node does not follow yet are sent again.
//! * Deletes that had to leave something behind are finished when the node is back.
//! * Unused instances are stopped after their idle timeout.
//!
//! Runs that ended with their machine are the node's to start again: it has the document.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;
use stead_core::error::InternalContext as _;
use stead_core::ids::InstanceId;
use stead_core::instance::{Action, Cause, ObservedState, Wish};
use stead_core::{Result, Timestamp};
use stead_db::Nudge;
use stead_db::instances::InstanceRow;

use super::{Instances, remove};
use crate::engine::Reconciler;

const PAGE: u64 = 500;
/// A document gets this long to arrive before it is sent again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Repaired {
    pub looked_at: usize,
    pub sent_again: usize,
    pub deletes_finished: usize,
    pub stopped_idle: usize,
    pub failures: usize,
}

/// Repairs drift; see the module's documentation.
#[derive(Debug)]
pub(crate) struct RepairInstances(pub(crate) Instances);

#[async_trait]
impl Reconciler for RepairInstances {
    fn name(&self) -> &'static str {
        "instances"
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(15)
    }

    fn heeds(&self, nudge: Nudge) -> bool {
        // A node came or went.
        matches!(nudge, Nudge::Node(_))
    }

    async fn reconcile(&self) -> Result<Value> {
        serde_json::to_value(self.0.repair().await?).internal("writing a reconciler's status")
    }
}

/// Removes uploads that nothing uses.
#[derive(Debug)]
pub(crate) struct CleanUploads(pub(crate) crate::uploads::Uploads);

#[async_trait]
impl Reconciler for CleanUploads {
    fn name(&self) -> &'static str {
        "uploads"
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(10)
    }

    async fn reconcile(&self) -> Result<Value> {
        serde_json::to_value(self.0.clean().await?).internal("writing a reconciler's status")
    }
}

/// What to do about one instance that no operation works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repair {
    Nothing,
    SendAgain,
    FinishDelete,
    StopIdle { after: Duration },
}

impl Instances {
    /// One round over all instances.
    ///
    /// # Errors
    /// A failure of the database. What fails for a single instance is logged and tried again in the next round.
    pub async fn repair(&self) -> Result<Repaired> {
        self.flush_activity().await?;
        let mut repaired = Repaired::default();
        let mut after = None;
        loop {
            let system = self.inner.db.system("repairing instances");
            let rows = stead_db::instances::walk(&system, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(repaired) };
            after = Some(last.id);
            let ids: Vec<InstanceId> = rows.iter().map(|row| row.id).collect();
            let resources: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let busy: HashSet<String> = stead_db::operations::holders(&system, &resources)
                .await?
                .into_iter()
                .filter_map(|operation| operation.resource)
                .collect();
            let ended: HashMap<String, _> = stead_db::instances::last_ended_operations(&system, &ids)
                .await?
                .into_iter()
                .filter_map(|operation| operation.resource.clone().map(|resource| (resource, operation)))
                .collect();
            let now = self.inner.db.ambient().now();
            for row in &rows {
                let id = row.id.to_string();
                repaired.looked_at += 1;
                if busy.contains(&id) {
                    continue;
                }
                let last = ended.get(&id);
                let quiet_since = last.map_or(row.created_at, |operation| {
                    Timestamp::from_micros(operation.ended_at.unwrap_or(operation.created_at))
                });
                let connected = row.node.is_none_or(|node| self.inner.nodes.is_connected(node));
                let active = self.last_active(row);
                let repair = decide(row, connected, quiet_since, active, now);
                if let Err(error) = self.carry_out(row, repair, &mut repaired).await {
                    repaired.failures += 1;
                    tracing::warn!(instance.id = %row.id, error.code = error.code(), error = %error.inside(),
                        "an instance could not be repaired; the next round tries again");
                }
            }
        }
    }

    async fn carry_out(&self, row: &InstanceRow, repair: Repair, repaired: &mut Repaired) -> Result<()> {
        match repair {
            Repair::Nothing => {}
            Repair::SendAgain => {
                self.inner.worker.push(row).await?;
                repaired.sent_again += 1;
            }
            Repair::FinishDelete => {
                let row = remove::want_absent(&self.inner.worker, row.id).await?;
                if row.node.is_none() || remove::is_gone(&row) {
                    remove::finish(&self.inner.worker, &row).await?;
                    repaired.deletes_finished += 1;
                } else {
                    self.inner.worker.push(&row).await?;
                    repaired.sent_again += 1;
                }
            }
            Repair::StopIdle { after } => {
                self.act_by_itself(row, Action::Stop, Cause::Idle { after }).await?;
                repaired.stopped_idle += 1;
            }
        }
        Ok(())
    }
}

fn decide(
    row: &InstanceRow,
    connected: bool,
    quiet_since: Timestamp,
    active: Timestamp,
    now: Timestamp,
) -> Repair {
    if !connected {
        return Repair::Nothing;
    }
    if row.wish == Wish::Deleted {
        return Repair::FinishDelete;
    }
    if row.wanted.is_none() {
        return Repair::Nothing;
    }
    let Some(report) = row.current_report() else {
        return if now.since(quiet_since) >= PATIENCE { Repair::SendAgain } else { Repair::Nothing };
    };
    if row.wish != Wish::Running {
        return Repair::Nothing;
    }
    match report.state {
        ObservedState::Running => match row.spec.idle_timeout {
            Some(timeout) if now.since(active.max(report.since)) >= timeout => {
                Repair::StopIdle { after: timeout }
            }
            _ => Repair::Nothing,
        },
        _ => Repair::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stead_core::ambient::Ambient;
    use stead_core::instance::{DriverKind, InstanceReport, InstanceSpec, Wanted};
    use stead_db::instances::InstanceSettings;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn running() -> InstanceRow {
        let (ambient, _) = Ambient::manual(at(0), 1);
        let id = ambient.new_id();
        InstanceRow {
            id,
            tenant: ambient.new_id(),
            name: "a".into(),
            host_label: "a".into(),
            driver: DriverKind::Sim,
            settings: InstanceSettings::default(),
            wish: Wish::Running,
            wish_cause: Cause::System { why: "test".into() },
            wish_since: at(0),
            version: 1,
            created_by: ambient.new_id(),
            created_at: at(0),
            updated_at: at(0),
            node: Some(ambient.new_id()),
            generation: 3,
            run: 1,
            wanted: Some(Wanted::Running { run: 1 }),
            spec: InstanceSpec { idle_timeout: Some(Duration::from_secs(600)), ..InstanceSpec::blank() },
            configured: true,
            observed: Some(InstanceReport {
                instance: id,
                generation: 3,
                state: ObservedState::Running,
                run: 1,
                since: at(100),
                progress: None,
                exit: None,
                source: None,
                tasks: Vec::new(),
                listening: Vec::new(),
                problem: None,
            }),
            observed_at: None,
            last_active_at: None,
        }
    }

    #[test]
    fn an_unused_instance_stops_and_a_used_one_does_not() {
        let row = running();
        let look = |active, now| decide(&row, true, at(50), at(active), at(now));
        assert_eq!(look(0, 650), Repair::Nothing);
        assert_eq!(look(0, 700), Repair::StopIdle { after: Duration::from_secs(600) });
        assert_eq!(look(650, 700), Repair::Nothing);
        assert_eq!(decide(&row, false, at(50), at(0), at(9_000)), Repair::Nothing, "its node is away");
    }

    #[test]
    fn documents_are_sent_again_and_deletes_are_finished() {
        let mut row = running();
        row.generation = 4;
        assert_eq!(decide(&row, true, at(0), at(0), at(2)), Repair::Nothing);
        assert_eq!(decide(&row, true, at(0), at(0), at(200)), Repair::SendAgain);
        let mut row = running();
        row.wish = Wish::Stopped;
        assert_eq!(decide(&row, true, at(100), at(0), at(200)), Repair::Nothing);
        row.wish = Wish::Deleted;
        assert_eq!(decide(&row, true, at(100), at(0), at(200)), Repair::FinishDelete);
    }
}
