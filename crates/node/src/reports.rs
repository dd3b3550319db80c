//! The feed of reports: the newest state of every instance, whole, for any number of readers.
//!
//! A reader gets every instance once, then `CaughtUp`, then changes. States in between are skipped when they pass at once or the
//! reader is slow, which never makes anyone wait: what is kept for it is a set of instances, not a queue. Written by reconcilers (reports) and the sampler (usage,
//! listening ports).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures::stream::{Stream, unfold};
use stead_api::node::NodeMessage;
use stead_core::driver::Usage;
use stead_core::ids::InstanceId;
use stead_core::instance::{InstanceReport, ObservedState};
use tokio::sync::Notify;
use tokio::time::Instant;

const HEARTBEAT: Duration = Duration::from_secs(5);

/// States that only pass are told when they last this long: most are followed by what matters before anybody has read them.
const PASSING: Duration = Duration::from_millis(50);

#[derive(Debug, Default)]
struct Pending {
    /// And when they are to be told.
    reports: BTreeMap<InstanceId, Instant>,
    usages: BTreeMap<InstanceId, (Usage, u32)>,
    needs: BTreeSet<InstanceId>,
    caught_up: bool,
}

#[derive(Debug)]
struct Reader {
    pending: Mutex<Pending>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct State {
    reports: BTreeMap<InstanceId, InstanceReport>,
    gone: BTreeSet<InstanceId>,
    /// Starts that wait for secrets.
    needs: BTreeSet<InstanceId>,
    readers: Vec<Weak<Reader>>,
}

/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ReportFeed(Arc<Mutex<State>>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ReportFeed {
    /// Publishes a state when it differs from the last one.
    pub fn publish(&self, mut report: InstanceReport) {
        let instance = report.instance;
        let mut state = lock(&self.0);
        if has_ports(report.state)
            && let Some(last) = state.reports.get(&instance)
        {
            report.listening.clone_from(&last.listening);
        }
        if !state.gone.remove(&instance) && state.reports.get(&instance) == Some(&report) {
            return;
        }
        let due = Instant::now() + if passes(&report) { PASSING } else { Duration::ZERO };
        state.reports.insert(instance, report);
        state.wake(|pending| pending.tell(instance, due));
    }

    /// Changes the listening ports of a report.
    pub fn listening(&self, instance: InstanceId, ports: Vec<u16>) {
        let mut state = lock(&self.0);
        if let Some(report) = state.reports.get_mut(&instance)
            && has_ports(report.state)
            && report.listening != ports
        {
            report.listening = ports;
            let now = Instant::now();
            state.wake(|pending| pending.tell(instance, now));
        }
    }

    pub fn usage(&self, instance: InstanceId, usage: Usage, cpu_millis: u32) {
        lock(&self.0).wake(|pending| {
            pending.usages.insert(instance, (usage, cpu_millis));
        });
    }

    /// A start waits for secrets.
    pub fn needs_secrets(&self, instance: InstanceId) {
        let mut state = lock(&self.0);
        state.needs.insert(instance);
        state.wake(|pending| {
            pending.needs.insert(instance);
        });
    }

    /// They came, or nothing waits for them any more.
    pub fn has_secrets(&self, instance: InstanceId) {
        lock(&self.0).needs.remove(&instance);
    }

    /// Nothing is left of the instance. Its last report goes out first.
    pub fn gone(&self, instance: InstanceId) {
        let mut state = lock(&self.0);
        if state.gone.insert(instance) {
            let now = Instant::now();
            state.wake(|pending| pending.tell(instance, now));
        }
    }

    /// Drops an instance whose document was forgotten.
    pub fn forget(&self, instance: InstanceId) {
        let mut state = lock(&self.0);
        state.reports.remove(&instance);
        state.gone.remove(&instance);
    }

    #[must_use]
    pub fn report(&self, instance: InstanceId) -> Option<InstanceReport> {
        lock(&self.0).reports.get(&instance).cloned()
    }

    #[must_use]
    pub fn reports(&self) -> Vec<InstanceReport> {
        lock(&self.0).reports.values().cloned().collect()
    }

    /// `disk_free` is asked for each heartbeat.
    pub fn subscribe(
        &self,
        disk_free: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> impl Stream<Item = NodeMessage> + Send + 'static {
        let reader = {
            let mut state = lock(&self.0);
            let now = Instant::now();
            let reports = state.reports.keys().map(|instance| (*instance, now)).collect();
            let pending = Pending { reports, needs: state.needs.clone(), ..Pending::default() };
            let reader = Arc::new(Reader { pending: Mutex::new(pending), wake: Notify::new() });
            state.readers.retain(|reader| reader.strong_count() > 0);
            state.readers.push(Arc::downgrade(&reader));
            reader
        };
        let start = Cursor { feed: self.clone(), reader, disk_free, also_gone: None };
        unfold(start, |mut cursor| async move {
            let message = cursor.next().await;
            Some((message, cursor))
        })
    }
}

/// Listening ports belong to the sampler, as long as there can be any.
const fn has_ports(state: ObservedState) -> bool {
    matches!(state, ObservedState::Starting | ObservedState::Running | ObservedState::Paused)
}

/// A step on the way, without trouble.
const fn passes(report: &InstanceReport) -> bool {
    let on_the_way =
        matches!(report.state, ObservedState::Preparing | ObservedState::Starting | ObservedState::Stopping);
    on_the_way && report.problem.is_none()
}

impl Pending {
    fn tell(&mut self, instance: InstanceId, due: Instant) {
        let told = self.reports.entry(instance).or_insert(due);
        *told = due.min(*told);
    }

    fn take_due(&mut self) -> Option<InstanceId> {
        let now = Instant::now();
        let instance = self.reports.iter().find(|(_, due)| **due <= now).map(|(instance, _)| *instance)?;
        self.reports.remove(&instance);
        Some(instance)
    }
}

impl State {
    fn wake(&mut self, change: impl Fn(&mut Pending)) {
        self.readers.retain(|reader| {
            let Some(reader) = reader.upgrade() else { return false };
            change(&mut lock(&reader.pending));
            reader.wake.notify_one();
            true
        });
    }
}

struct Cursor<F> {
    feed: ReportFeed,
    reader: Arc<Reader>,
    disk_free: F,
    also_gone: Option<InstanceId>,
}

impl<F: Fn() -> u64> Cursor<F> {
    async fn next(&mut self) -> NodeMessage {
        let heartbeat = Instant::now() + HEARTBEAT;
        loop {
            if let Some(message) = self.ready() {
                return message;
            }
            if Instant::now() >= heartbeat {
                return NodeMessage::Heartbeat { disk_free_bytes: (self.disk_free)() };
            }
            let due = lock(&self.reader.pending).reports.values().copied().fold(heartbeat, Instant::min);
            // Either way there may be something to say.
            let _woken = tokio::time::timeout_at(due, self.reader.wake.notified()).await;
        }
    }

    fn ready(&mut self) -> Option<NodeMessage> {
        if let Some(instance) = self.also_gone.take() {
            return Some(NodeMessage::Gone { instance });
        }
        // The feed first, as writers do, so that the two locks are always taken in one order.
        let state = lock(&self.feed.0);
        let mut pending = lock(&self.reader.pending);
        while let Some(instance) = pending.take_due() {
            if let Some(report) = state.reports.get(&instance) {
                if state.gone.contains(&instance) {
                    self.also_gone = Some(instance);
                }
                return Some(NodeMessage::Report(report.clone()));
            }
        }
        if !pending.caught_up {
            pending.caught_up = true;
            return Some(NodeMessage::CaughtUp);
        }
        while let Some(instance) = pending.needs.pop_first() {
            if state.needs.contains(&instance) {
                return Some(NodeMessage::NeedsSecrets { instance });
            }
        }
        let (instance, (usage, interval_cpu_millis)) = pending.usages.pop_first()?;
        Some(NodeMessage::Usage { instance, usage, interval_cpu_millis })
    }
}
