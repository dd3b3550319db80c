//! Forwarding: brings every sink up to the end of its tenant's log, in order, at least once.
//!
//! How far a sink is, is one number in its row, moved only from where it was read: of two servers that send the same batch one
//! moves it. A receiver knows a repetition by the `webhook-id`, or by the index of each event.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use serde_json::{Value, json};
use stead_core::audit::{cef, syslog};
use stead_core::operation::RetryPolicy;
use stead_core::{Result, Timestamp};
use stead_db::Nudge;
use stead_db::audit::{self as rows, AuditEvent, Filter, Sink};

use super::destination::Destination;
use super::{Audit, encoded};
use crate::engine::Reconciler;

/// Events in one delivery, and about how many bytes.
const EVENTS: u64 = 200;
const BYTES: usize = 512 << 10;
/// Deliveries to one sink in one round.
const DELIVERIES: usize = 50;
/// Sinks delivered to at once.
const AT_ONCE: usize = 8;
const PAGE: u64 = 200;
const RETRY: RetryPolicy = RetryPolicy {
    attempts: u32::MAX,
    first_delay: Duration::from_secs(5),
    longest_delay: Duration::from_hours(1),
};
const LONGEST_FAILURE: usize = 300;

#[derive(Debug)]
pub(super) struct Forward {
    pub(super) audit: Audit,
}

#[async_trait]
impl Reconciler for Forward {
    fn name(&self) -> &'static str {
        "audit_sinks"
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn heeds(&self, nudge: Nudge) -> bool {
        nudge == Nudge::Audit
    }

    async fn reconcile(&self) -> Result<Value> {
        let events = self.audit.forward().await?;
        Ok(json!({ "events": events }))
    }
}

impl Audit {
    /// One round over all sinks that are due. Returns how many events were delivered.
    pub(super) async fn forward(&self) -> Result<u64> {
        let (mut after, mut delivered) = (String::new(), 0);
        loop {
            let due = rows::due_sinks(&self.inner.system, &after, PAGE).await?;
            let Some(last) = due.last() else { return Ok(delivered) };
            after.clone_from(&last.id);
            let mut rounds = futures::stream::iter(due)
                .map(|sink| async move {
                    let id = sink.id.clone();
                    (id, self.forward_to(sink).await)
                })
                .buffer_unordered(AT_ONCE);
            while let Some((id, outcome)) = rounds.next().await {
                match outcome {
                    Ok(events) => delivered += events,
                    Err(error) => tracing::warn!(
                        audit.sink = id, error.inside = %error.inside(),
                        "a sink of the audit log could not be looked after: {error}"
                    ),
                }
            }
        }
    }

    async fn forward_to(&self, mut sink: Sink) -> Result<u64> {
        let inner = &self.inner;
        let mut delivered = 0;
        for _ in 0..DELIVERIES {
            let from = u64::try_from(sink.next_index).unwrap_or(0);
            let found =
                rows::leaves(&inner.system, &sink.tenant_id, from, &Filter::default(), EVENTS).await?;
            if found.is_empty() {
                break;
            }
            let before = sink.next_index;
            match self.deliver(&sink, &found).await {
                Ok(next) => {
                    delivered += next - from;
                    sink.next_index = i64::try_from(next).unwrap_or(i64::MAX);
                    sink.delivered_at = Some(inner.system.now().micros());
                    (sink.failures, sink.last_failure, sink.retry_at) = (0, None, 0);
                }
                Err(error) => {
                    sink.failures += 1;
                    let failures = u32::try_from(sink.failures).unwrap_or(u32::MAX);
                    let mut jitter = [0; 8];
                    inner.ambient.fill_random(&mut jitter);
                    let wait = RETRY.delay(failures, u64::from_le_bytes(jitter));
                    sink.retry_at = inner.system.now().plus(wait).micros();
                    sink.last_failure = Some(error.to_string().chars().take(LONGEST_FAILURE).collect());
                    tracing::debug!(
                        audit.sink = sink.id, sink.failures, error.inside = %error.inside(),
                        "events could not be forwarded"
                    );
                }
            }
            let row = &sink;
            let moved = inner
                .system
                .transaction(|tx| async move { rows::set_sink_status(&tx, row, before).await })
                .await?;
            // Another server is at it, the sink was removed, or it has to wait.
            if !moved || sink.failures > 0 {
                break;
            }
        }
        Ok(delivered)
    }

    /// Sends the beginning of `found`; returns the index after the last that was sent.
    async fn deliver(&self, sink: &Sink, found: &[AuditEvent]) -> Result<u64> {
        let inner = &self.inner;
        let destination = Destination::stored(&sink.kind, &sink.address)?;
        let sealed = self.sealed(&inner.system, sink).await?;
        let (mut batch, mut next, mut count) = (String::new(), 0, 0);
        for row in found {
            if batch.len() >= BYTES {
                break;
            }
            let evidence = row.row()?;
            let proven = matches!(destination, Destination::Https { .. });
            let event = self.view(&inner.system, row, proven).await?;
            if proven {
                batch.push_str(&encoded(&event)?);
                batch.push('\n');
            } else {
                let from = cef::From { ip: event.ip.as_deref(), user_agent: event.user_agent.as_deref() };
                let line = cef::line(&evidence, env!("CARGO_PKG_VERSION"), from, row.detail.as_deref());
                batch.push_str(&syslog::framed(&syslog::message(&evidence, &inner.host, &line)));
            }
            (next, count) = (evidence.index + 1, count + 1);
        }
        let id = format!("{}_{}_{count}", sink.id, sink.next_index);
        let now: Timestamp = inner.system.now();
        destination.deliver(&inner.outbound, &sealed, &id, now, batch.into_bytes()).await?;
        Ok(next)
    }
}
