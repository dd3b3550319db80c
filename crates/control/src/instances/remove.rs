//! The end of an instance: its node is asked to remove everything, and when nothing is left the row ends. Used by the delete
//! operation and, for what that one had to leave, by the reconciler.

use stead_core::Result;
use stead_core::ids::InstanceId;
use stead_core::instance::{ObservedState, Wanted};
use stead_db::Changed;
use stead_db::instances::{InstanceRow, Intent};

use super::steps::Worker;
use crate::notifications::{self, Notice};

/// Makes the intent that nothing is left.
pub(super) async fn want_absent(worker: &Worker, instance: InstanceId) -> Result<InstanceRow> {
    worker
        .set_intent(instance, |row| {
            let given_up = row.current_report().is_some_and(|report| report.state == ObservedState::Failed);
            Ok((row.wanted != Some(Wanted::Absent) || given_up)
                .then(|| Intent { wanted: Some(Wanted::Absent), ..Intent::of(row) }))
        })
        .await
}

/// Whether its node says that nothing is left.
pub(super) fn is_gone(row: &InstanceRow) -> bool {
    row.wanted == Some(Wanted::Absent)
        && row.current_report().is_some_and(|report| report.state == ObservedState::Absent)
}

/// Ends the row; its name is free again.
pub(super) async fn finish(worker: &Worker, row: &InstanceRow) -> Result<()> {
    let (instance, tenant) = (row.id, row.tenant);
    let uploads =
        stead_db::uploads::used_by(&worker.db.system("the uploads of a deleted instance"), instance).await?;
    worker
        .db
        .system("ending a deleted instance")
        .transaction(|tx| async move {
            if let Some(row) = stead_db::instances::find(&tx, instance).await? {
                stead_db::instances::mark_deleted(&tx, instance, tx.now()).await?;
                notifications::announce(&tx, Notice::InstanceDeleted { tenant, instance, name: row.name })
                    .await?;
                tx.changed(tenant, Changed::InstanceDeleted(instance));
            }
            Ok(())
        })
        .await?;
    for upload in uploads {
        worker.uploads.discard(upload.id).await?;
    }
    tracing::info!(instance.id = %instance, "an instance was deleted");
    Ok(())
}
