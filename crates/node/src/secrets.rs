//! Secrets between their arrival and the start that they are for. In memory only: a start after that one asks again, so that it gets
//! the newest values, and nothing of them is ever on this machine's disks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
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
    arrived: Mutex<BTreeMap<InstanceId, SecretsAnswer>>,
    news: Notify,
}

impl Secrets {
    pub(crate) fn put(&self, instance: InstanceId, answer: SecretsAnswer) {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).insert(instance, answer);
        self.news.notify_waiters();
    }

    fn take(&self, instance: InstanceId) -> Option<SecretsAnswer> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance)
    }

    /// The secrets for a start that is about to be made; asks the server for them.
    pub(crate) async fn for_start(&self, instance: InstanceId, feed: &ReportFeed) -> Result<InstanceSecrets> {
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
