//! Forgets what has expired: credentials, tickets, idempotency keys, old rows of feeds and logs of operations.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_core::Result;
use stead_db::{
    SystemScope, attempts, device_requests, events, factors, idempotency_keys, intents, known_devices,
    mail_links, operations, pending_sign_ins, previews, refresh_tokens, revocations, sessions, sign_in_links,
    sources, tokens,
};

use crate::engine::Reconciler;

/// A reader of the feed that was away longer reads everything anew.
const FEED: Duration = Duration::from_hours(48);
/// Servers look for revocations every second; a day covers any that was stopped in between, which begins with an empty memory.
const REVOCATIONS: Duration = Duration::from_hours(24);
/// A device that was not seen for so long is new again.
const DEVICES: Duration = Duration::from_hours(365 * 24);
const OPERATIONS: Duration = Duration::from_hours(90 * 24);

#[derive(Debug)]
pub(super) struct ForgetExpired {
    scope: SystemScope,
}

impl ForgetExpired {
    pub(super) fn new(scope: SystemScope) -> Self {
        Self { scope }
    }
}

fn before(now: stead_core::Timestamp, age: Duration) -> stead_core::Timestamp {
    stead_core::Timestamp::from_micros(now.micros() - i64::try_from(age.as_micros()).unwrap_or(i64::MAX))
}

#[async_trait]
impl Reconciler for ForgetExpired {
    fn name(&self) -> &'static str {
        "forget_expired"
    }

    fn interval(&self) -> Duration {
        Duration::from_mins(10)
    }

    async fn reconcile(&self) -> Result<Value> {
        self.scope
            .transaction(|tx| async move {
                let now = tx.now();
                Ok(json!({
                    "sessions": sessions::delete_expired(&tx).await?,
                    "tokens": tokens::delete_expired(&tx).await?,
                    "sign_in_links": sign_in_links::delete_expired(&tx).await?,
                    "pending_sign_ins": pending_sign_ins::delete_expired(&tx).await?,
                    "refresh_tokens": refresh_tokens::delete_expired(&tx).await?,
                    "intents": intents::delete_expired(&tx).await?,
                    "device_requests": device_requests::delete_expired(&tx).await?,
                    "known_devices": known_devices::prune(&tx, before(now, DEVICES)).await?,
                    "attempts": attempts::delete_expired(&tx).await?,
                    "passkey_ceremonies": factors::delete_expired_ceremonies(&tx).await?,
                    "source_flows": sources::delete_expired_flows(&tx).await?,
                    "mail_links": mail_links::delete_expired(&tx).await?,
                    "previews": previews::delete_expired(&tx).await?,
                    "idempotency_keys": idempotency_keys::delete_expired(&tx).await?,
                    "events": events::prune(&tx, before(now, FEED)).await?,
                    "revocations": revocations::prune(&tx, before(now, REVOCATIONS)).await?,
                    "operations": operations::prune(&tx, before(now, OPERATIONS)).await?,
                }))
            })
            .await
    }
}
