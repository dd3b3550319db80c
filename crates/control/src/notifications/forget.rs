//! Forgets what was told long ago, so that nothing here grows without bound.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_core::{Result, Timestamp};
use stead_db::{SystemScope, inbox, outbox, webhooks};

use crate::engine::Reconciler;

/// Deliveries and notices.
const OUTBOX: Duration = Duration::from_hours(30 * 24);
const INBOX: Duration = Duration::from_hours(180 * 24);
/// Mails that wait for somebody to look at them, without a mail server.
const HELD_MAILS: u64 = 500;
const PER_WEBHOOK: u64 = 1_000;

#[derive(Debug)]
pub(super) struct ForgetOld {
    scope: SystemScope,
}

impl ForgetOld {
    pub(super) fn new(scope: SystemScope) -> Self {
        Self { scope }
    }
}

fn before(now: Timestamp, age: Duration) -> Timestamp {
    Timestamp::from_micros(now.micros() - i64::try_from(age.as_micros()).unwrap_or(i64::MAX))
}

#[async_trait]
impl Reconciler for ForgetOld {
    fn name(&self) -> &'static str {
        "forget_notifications"
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(10)
    }

    async fn reconcile(&self) -> Result<Value> {
        let mut trimmed = 0;
        for webhook in webhooks::ids(&self.scope).await? {
            let webhook = webhook.as_str();
            trimmed += self
                .scope
                .transaction(|tx| async move { outbox::trim_webhook(&tx, webhook, PER_WEBHOOK).await })
                .await?;
        }
        self.scope
            .transaction(|tx| async move {
                let now = tx.now();
                let pruned = outbox::prune(&tx, before(now, OUTBOX), HELD_MAILS).await?;
                Ok(json!({
                    "mails": pruned.mails,
                    "deliveries": pruned.deliveries + trimmed,
                    "notices": pruned.notices,
                    "inbox": inbox::prune(&tx, before(now, INBOX)).await?,
                }))
            })
            .await
    }
}
