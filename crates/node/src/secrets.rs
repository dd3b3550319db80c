//! Secrets between their arrival and the start that they are for. In memory only: a start after that one asks again, so that it gets
//! the newest values, and nothing of them is ever on this machine's disks.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_api::node::SecretsAnswer;
use stead_core::error::{Error, Result};
use stead_core::ids::InstanceId;
use stead_core::instance::InstanceSecrets;
use tokio::sync::Notify;

use crate::reports::ReportFeed;

/// The code of a start that waits for the server; the node never gives up on it.
pub(crate) const MISSING: &str = "secrets_missing";
/// A connected server answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Secrets {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The run that asked last.
    asked: BTreeMap<InstanceId, u64>,
    arrived: BTreeMap<InstanceId, SecretsAnswer>,
}

impl Secrets {
    pub(crate) fn put(&self, instance: InstanceId, answer: SecretsAnswer) {
        let mut state = self.state();
        // Nobody asked: the instance was stopped or deleted meanwhile.
        if state.asked.contains_key(&instance) {
            state.arrived.insert(instance, answer);
        }
        drop(state);
        self.news.notify_waiters();
    }

    /// The instance stops or is deleted: what may have come for a start that is not made is not kept.
    pub(crate) fn forget(&self, instance: InstanceId) {
        let mut state = self.state();
        state.asked.remove(&instance);
        state.arrived.remove(&instance);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, instance: InstanceId) -> Option<SecretsAnswer> {
        let mut state = self.state();
        let found = state.arrived.remove(&instance)?;
        state.asked.remove(&instance);
        Some(found)
    }

    /// What came too late for another run is older than what this one would be told.
    fn ask(&self, instance: InstanceId, run: u64) {
        let mut state = self.state();
        if state.asked.insert(instance, run) != Some(run) {
            state.arrived.remove(&instance);
        }
    }

    /// The secrets for a start that is about to be made; asks the server for them.
    pub(crate) async fn for_start(
        &self,
        instance: InstanceId,
        run: u64,
        feed: &ReportFeed,
    ) -> Result<InstanceSecrets> {
        self.ask(instance, run);
        let arrival = async {
            loop {
                let news = self.news.notified();
                tokio::pin!(news);
                // Registered before the look, so that nothing falls between.
                news.as_mut().enable();
                if let Some(answer) = self.take(instance) {
                    return answer;
                }
                feed.needs_secrets(instance);
                news.await;
            }
        };
        match tokio::time::timeout(PATIENCE, arrival).await {
            Ok(SecretsAnswer::Secrets(secrets)) => Ok(secrets),
            Ok(SecretsAnswer::Refused { problem }) => Err(problem.into()),
            Err(_) => Err(Error::unavailable(
                MISSING,
                "The start waits for the instance's secrets: they are at the server, which is not connected.",
            )
            .next_step("It goes on by itself when the server is back.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use stead_core::ambient::Ambient;
    use stead_core::instance::secrets::SecretText;

    use super::*;

    fn answer(value: &str) -> SecretsAnswer {
        let mut secrets = InstanceSecrets::default();
        secrets.env.insert("KEY".into(), SecretText::new(value.into()));
        SecretsAnswer::Secrets(secrets)
    }

    fn holds_anything(secrets: &Secrets) -> bool {
        let state = secrets.state();
        !state.arrived.is_empty() || !state.asked.is_empty()
    }

    #[tokio::test]
    async fn a_start_gets_what_was_said_to_it_and_nothing_stays() {
        let (secrets, feed) = (Secrets::default(), ReportFeed::default());
        let instance: InstanceId = Ambient::system().new_id();
        secrets.put(instance, answer("for nobody"));
        assert!(!holds_anything(&secrets), "nobody had asked");
        // An answer to the first run comes when that has given up.
        secrets.ask(instance, 1);
        secrets.put(instance, answer("old"));
        let start = secrets.for_start(instance, 2, &feed);
        let serve = async {
            while secrets.state().asked.get(&instance) != Some(&2) {
                tokio::task::yield_now().await;
            }
            secrets.put(instance, answer("new"));
        };
        let (got, ()) = tokio::join!(start, serve);
        assert_eq!(got.unwrap().env["KEY"].expose(), "new");
        assert!(!holds_anything(&secrets));
        secrets.ask(instance, 3);
        secrets.put(instance, answer("for a start that is not made"));
        secrets.forget(instance);
        assert!(!holds_anything(&secrets));
    }
}
