//! What a node's report tells beyond the state: that an instance was started, has stopped or failed. Pure.

use stead_core::instance::{InstanceReport, ObservedState};
use stead_db::instances::InstanceRow;

use crate::notifications::Notice;

/// `before` is the row as it was before the report was stored. A report that repeats what is known is no news.
pub(super) fn of(before: &InstanceRow, report: &InstanceReport) -> Option<Notice> {
    let known = before.observed.as_ref();
    let was = known.map(|known| known.state);
    let new_run = known.is_none_or(|known| known.run != report.run);
    let (tenant, instance, name) = (before.tenant, before.id, before.name.clone());
    use ObservedState as O;
    match (was, report.state) {
        // From a pause it goes on; that is no start.
        (Some(O::Running | O::Paused), O::Running) if !new_run => None,
        (_, O::Running) => Some(Notice::InstanceStarted { tenant, instance, name }),
        (Some(O::Starting | O::Running | O::Paused | O::Stopping), O::Stopped) => {
            Some(Notice::InstanceStopped { tenant, instance, name })
        }
        (Some(O::Failed), O::Failed) => None,
        (_, O::Failed) => Some(Notice::InstanceFailed {
            tenant,
            instance,
            name,
            creator: Some(before.created_by),
            reason: report
                .problem
                .as_ref()
                .map_or_else(|| "its node gave up on it.".to_owned(), |problem| problem.message.clone()),
        }),
        _ => None,
    }
}
