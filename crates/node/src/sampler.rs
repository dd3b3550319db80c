//! Looks at what running instances listen on and use. Writes the listening ports of reports, and usage messages.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use stead_core::error::Result;
use stead_core::ids::InstanceId;
use stead_core::instance::ObservedState;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::debug;

use crate::DynDriver;
use crate::agent::Shared;

const AT_A_TIME: usize = 16;
/// An instance that does not answer is skipped this time.
const ANSWER: Duration = Duration::from_secs(2);
const PRUNE: Duration = Duration::from_secs(600);

pub(crate) async fn sample(shared: Arc<Shared>) {
    let mut ports = interval(shared.config.ports_interval);
    let mut usage = interval(shared.config.usage_interval);
    let mut prune = interval(PRUNE);
    for ticker in [&mut ports, &mut usage, &mut prune] {
        ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut last: HashMap<InstanceId, (u64, Instant)> = HashMap::new();
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            _ = ports.tick() => look_at_ports(&shared).await,
            _ = usage.tick() => measure(&shared, &mut last).await,
            _ = prune.tick() => {
                shared.prune();
                shared.uploads.sweep(shared.ambient.now()).await;
            }
        }
    }
}

fn running(shared: &Shared) -> Vec<(InstanceId, Arc<DynDriver>)> {
    shared
        .feed
        .reports()
        .into_iter()
        .filter(|report| matches!(report.state, ObservedState::Starting | ObservedState::Running))
        .filter_map(|report| {
            let document = shared.ledger.document(report.instance)?;
            Some((report.instance, shared.driver(document.driver)?))
        })
        .collect()
}

/// An instance that ends meanwhile makes this fail; that is no news here.
async fn ask<T>(instance: InstanceId, call: impl Future<Output = Result<T>>) -> Option<T> {
    match tokio::time::timeout(ANSWER, call).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            debug!(instance.id = %instance, error = %error, error.inside = %error.inside(), "cannot sample an instance");
            None
        }
        Err(_) => {
            debug!(instance.id = %instance, "an instance does not answer in time");
            None
        }
    }
}

async fn look_at_ports(shared: &Arc<Shared>) {
    for (instance, ports) in
        ask_all(shared, |driver, instance| async move { driver.listening(instance).await }).await
    {
        shared.feed.listening(instance, ports);
    }
}

async fn measure(shared: &Arc<Shared>, last: &mut HashMap<InstanceId, (u64, Instant)>) {
    let measured = ask_all(shared, |driver, instance| async move {
        driver.usage(instance).await.map(|usage| (usage, Instant::now()))
    })
    .await;
    let before = std::mem::take(last);
    for (instance, (usage, at)) in measured {
        last.insert(instance, (usage.cpu_micros, at));
        let cpu_millis = before.get(&instance).map_or(0, |(micros, since)| {
            rate(usage.cpu_micros.saturating_sub(*micros), at.duration_since(*since))
        });
        shared.feed.usage(instance, usage, cpu_millis);
    }
}

/// Asks every running instance, some at a time. The question is a task of its own, so that one instance holds up no other.
async fn ask_all<T, F>(
    shared: &Arc<Shared>,
    question: impl Fn(Arc<DynDriver>, InstanceId) -> F,
) -> Vec<(InstanceId, T)>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let mut asked = JoinSet::new();
    let mut answers = Vec::new();
    for (instance, driver) in running(shared) {
        while asked.len() >= AT_A_TIME {
            answers.extend(asked.join_next().await.and_then(std::result::Result::ok).flatten());
        }
        let answer = question(driver, instance);
        asked.spawn(async move { ask(instance, answer).await.map(|answer| (instance, answer)) });
    }
    while let Some(answer) = asked.join_next().await {
        answers.extend(answer.ok().flatten());
    }
    answers
}

/// Thousandths of a core.
fn rate(cpu_micros: u64, elapsed: Duration) -> u32 {
    let elapsed = elapsed.as_micros().max(1);
    u32::try_from(u128::from(cpu_micros) * 1_000 / elapsed).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_and_a_half_is_1500() {
        assert_eq!(rate(7_500_000, Duration::from_secs(5)), 1_500);
        assert_eq!(rate(5, Duration::ZERO), 5_000);
        assert_eq!(rate(u64::MAX, Duration::from_secs(1)), u32::MAX);
    }
}
