//! Webhooks of a tenant: making, changing, testing, and the log of their deliveries.

pub(super) mod call;
pub(super) mod chat;
pub(super) mod event;
mod input;

use std::time::Duration;

use serde_json::json;
use stead_api::v1::{Page, webhooks as wire};
use stead_core::error::InternalContext as _;
use stead_core::ids::{DeliveryId, TenantId, WebhookId};
use stead_core::{Error, Result, Timestamp, webhook_signature};
use stead_db::audit::{self, Entry};
use stead_db::outbox::{self, Delivery};
use stead_db::page::PageRequest;
use stead_db::webhooks::{self, Webhook};
use stead_db::{TenantScope, Tx};

use self::call::Config;
use super::Notifications;
use super::attempt;
use super::notice::SecretText;
use crate::idempotency::{self, Mutation};

/// Of one tenant.
const MOST: u64 = 20;
/// How long the secret of before signs too.
const OVERLAP: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Standard,
    Discord,
    Slack,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Discord => "discord",
            Self::Slack => "slack",
        }
    }

    /// The text comes from the database, where only these are.
    pub(super) fn parse(text: &str) -> Self {
        [Self::Discord, Self::Slack].into_iter().find(|kind| kind.as_str() == text).unwrap_or(Self::Standard)
    }

    const fn of(kind: wire::WebhookKind) -> Self {
        match kind {
            wire::WebhookKind::Standard => Self::Standard,
            wire::WebhookKind::Discord => Self::Discord,
            wire::WebhookKind::Slack => Self::Slack,
        }
    }

    const fn wire(self) -> wire::WebhookKind {
        match self {
            Self::Standard => wire::WebhookKind::Standard,
            Self::Discord => wire::WebhookKind::Discord,
            Self::Slack => wire::WebhookKind::Slack,
        }
    }
}

fn time(at: i64) -> String {
    Timestamp::from_micros(at).to_string()
}

fn view(row: &Webhook, now: Timestamp) -> Result<wire::Webhook> {
    Ok(wire::Webhook {
        id: row.id.clone(),
        name: row.name.clone(),
        kind: Kind::parse(&row.kind).wire(),
        url: row.address_shown.clone(),
        events: serde_json::from_str(&row.events).internal("reading a webhook's events")?,
        enabled: row.enabled,
        disabled_reason: row.disabled_reason.clone(),
        failing_since: row.failing_since.map(time),
        last_success_at: row.last_success_at.map(time),
        previous_secret_until: row.previous_secret_until.filter(|until| *until > now.micros()).map(time),
        created_at: time(row.created_at),
        updated_at: time(row.updated_at),
    })
}

fn delivery_view(row: Delivery) -> wire::WebhookDelivery {
    let attempts = attempt::read_log(&row.attempts_log)
        .into_iter()
        .map(|attempt| wire::DeliveryAttempt {
            at: attempt.at.to_string(),
            took_ms: attempt.took_ms,
            status: attempt.status,
            excerpt: attempt.excerpt,
            problem: attempt.problem,
        })
        .collect();
    let state = match row.state.as_str() {
        outbox::QUEUED => wire::DeliveryState::Queued,
        outbox::DELIVERED => wire::DeliveryState::Delivered,
        _ => wire::DeliveryState::Dead,
    };
    wire::WebhookDelivery {
        id: row.id,
        event: row.kind,
        state,
        body: row.body.unwrap_or_default(),
        attempts,
        next_attempt_at: (state == wire::DeliveryState::Queued).then(|| time(row.due_at)),
        created_at: time(row.created_at),
        ended_at: row.ended_at.map(time),
    }
}

async fn find<A: stead_db::Access>(access: &A, id: WebhookId) -> Result<Webhook> {
    webhooks::find(access, id).await?.ok_or_else(|| Error::not_found("webhook", id))
}

impl Notifications {
    async fn seal(
        &self,
        tx: &Tx<TenantScope>,
        tenant: TenantId,
        id: &str,
        config: &Config,
    ) -> Result<String> {
        let plain = zeroize::Zeroizing::new(
            serde_json::to_vec(config).internal("writing the settings of a webhook")?,
        );
        let owner = crate::keys::Owner::Tenant(tenant);
        self.inner.keys.seal(tx, owner, &call::context(id), &plain).await
    }

    /// The tenant's webhooks, newest first, and the events there are.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn webhooks(&self, scope: &TenantScope) -> Result<wire::Webhooks> {
        let rows = webhooks::list(scope).await?;
        let event_types =
            event::types().map(|(kind, title)| wire::EventType { kind: kind.into(), title: title.into() });
        Ok(wire::Webhooks {
            items: rows.iter().map(|row| view(row, scope.now())).collect::<Result<_>>()?,
            event_types: event_types.collect(),
        })
    }

    /// # Errors
    /// `webhook_not_found`.
    pub async fn webhook(&self, scope: &TenantScope, id: WebhookId) -> Result<wire::Webhook> {
        view(&find(scope, id).await?, scope.now())
    }

    /// A new webhook with its signing secret. A repetition with the same idempotency key shows the same.
    ///
    /// # Errors
    /// `webhook_invalid`, `address_not_allowed`, `too_many_webhooks`.
    pub async fn create_webhook(
        &self,
        scope: &TenantScope,
        input: wire::CreateWebhook,
        mutation: &Mutation,
    ) -> Result<wire::WebhookWithSecret> {
        let kind = Kind::of(input.kind);
        let name = input::name(&input.name)?;
        let events = input::events(&input.events)?;
        let url = input::url(&self.inner.shared.outbound, &input.url)?;
        let shown = input::shown(&url, kind);
        let config = Config {
            url: SecretText::new(url.as_str()),
            secret: SecretText::new(webhook_signature::new_secret(self.inner.db.ambient())),
            previous_secret: None,
        };
        let (name, events, shown, config) = (&name, &events, &shown, &config);
        let once = idempotency::once(scope, mutation, |tx| async move {
            if webhooks::count(tx.as_ref()).await? >= MOST {
                return Err(Error::new(
                    stead_core::ErrorKind::QuotaExceeded,
                    "too_many_webhooks",
                    format!("The tenant has {MOST} webhooks already."),
                )
                .next_step("Delete one that is not needed any more."));
            }
            let id = tx.ambient().new_id::<WebhookId>().to_string();
            let now = tx.now().micros();
            let row = Webhook {
                id: id.clone(),
                tenant_id: scope.tenant_id().to_string(),
                name: name.clone(),
                kind: kind.as_str().to_owned(),
                address_shown: shown.clone(),
                events: events.clone(),
                sealed_config: self.seal(&tx, scope.tenant_id(), &id, config).await?,
                previous_secret_until: None,
                enabled: true,
                disabled_reason: None,
                failing_since: None,
                last_success_at: None,
                paused_until: 0,
                created_by: Some(scope.user_id().to_string()),
                created_at: now,
                updated_at: now,
            };
            webhooks::insert(tx.as_ref(), row).await?;
            let detail = json!({ "name": name, "kind": kind.as_str(), "url": shown });
            let entry = Entry { detail: Some(&detail), ..Entry::new("webhook.create", &id) };
            audit::append(tx.as_ref(), entry).await?;
            Ok(id)
        })
        .await?;
        let id = once.value.parse().internal("reading a webhook's id")?;
        self.with_secret(scope, id).await
    }

    async fn with_secret(&self, scope: &TenantScope, id: WebhookId) -> Result<wire::WebhookWithSecret> {
        let row = find(scope, id).await?;
        let config = call::config(scope, &self.inner.keys, &row).await?;
        let signs = Kind::parse(&row.kind) == Kind::Standard;
        Ok(wire::WebhookWithSecret {
            webhook: view(&row, scope.now())?,
            secret: signs.then(|| config.secret.reveal().to_owned()),
        })
    }

    /// Changes what is named. Switching it on forgets why it was off.
    ///
    /// # Errors
    /// `webhook_not_found`, `webhook_invalid`, `address_not_allowed`.
    pub async fn update_webhook(
        &self,
        scope: &TenantScope,
        id: WebhookId,
        input: wire::UpdateWebhook,
    ) -> Result<wire::Webhook> {
        let name = input.name.as_deref().map(input::name).transpose()?;
        let events = input.events.as_deref().map(input::events).transpose()?;
        let url = input.url.as_deref().map(|url| input::url(&self.inner.shared.outbound, url)).transpose()?;
        let (name, events, url) = (&name, &events, &url);
        let row = scope
            .transaction(|tx| async move {
                let mut row = find(&tx, id).await?;
                if let Some(name) = name {
                    row.name.clone_from(name);
                }
                if let Some(events) = events {
                    row.events.clone_from(events);
                }
                if let Some(url) = url {
                    let mut config = call::config(&tx, &self.inner.keys, &row).await?;
                    config.url = SecretText::new(url.as_str());
                    row.address_shown = input::shown(url, Kind::parse(&row.kind));
                    row.sealed_config = self.seal(&tx, scope.tenant_id(), &row.id, &config).await?;
                    row.paused_until = 0;
                }
                if let Some(enabled) = input.enabled {
                    if enabled && !row.enabled {
                        row.failing_since = None;
                        row.paused_until = 0;
                    }
                    row.enabled = enabled;
                    row.disabled_reason = None;
                }
                row.updated_at = tx.now().micros();
                webhooks::update(&tx, row.clone()).await?;
                let detail = json!({ "name": row.name, "url": row.address_shown, "enabled": row.enabled });
                let entry = Entry { detail: Some(&detail), ..Entry::new("webhook.update", &row.id) };
                audit::append(&tx, entry).await?;
                Ok(row)
            })
            .await?;
        view(&row, scope.now())
    }

    /// Deletes it with the log of its deliveries.
    ///
    /// # Errors
    /// `webhook_not_found`.
    pub async fn delete_webhook(&self, scope: &TenantScope, id: WebhookId) -> Result<()> {
        scope
            .transaction(|tx| async move {
                if !webhooks::delete(&tx, id).await? {
                    return Err(Error::not_found("webhook", id));
                }
                audit::append(&tx, Entry::new("webhook.delete", &id.to_string())).await
            })
            .await
    }

    /// Makes a new signing secret. Calls are signed with the old one too for 24 hours.
    ///
    /// # Errors
    /// `webhook_not_found`; `webhook_unsigned` for Discord and Slack.
    pub async fn rotate_webhook_secret(
        &self,
        scope: &TenantScope,
        id: WebhookId,
    ) -> Result<wire::WebhookWithSecret> {
        scope
            .transaction(|tx| async move {
                let mut row = find(&tx, id).await?;
                if Kind::parse(&row.kind) != Kind::Standard {
                    return Err(Error::conflict(
                        "webhook_unsigned",
                        "Messages to Discord and Slack are not signed.",
                    )
                    .next_step("Make a new address there and set it here."));
                }
                let config = call::config(&tx, &self.inner.keys, &row).await?;
                let config = Config {
                    secret: SecretText::new(webhook_signature::new_secret(tx.ambient())),
                    previous_secret: Some(config.secret),
                    url: config.url,
                };
                row.sealed_config = self.seal(&tx, scope.tenant_id(), &row.id, &config).await?;
                row.previous_secret_until = Some(tx.now().plus(OVERLAP).micros());
                row.updated_at = tx.now().micros();
                webhooks::update(&tx, row.clone()).await?;
                audit::append(&tx, Entry::new("webhook.rotate_secret", &row.id)).await
            })
            .await?;
        self.with_secret(scope, id).await
    }

    /// Sends an event that says nothing but that it is a test, also to a webhook that is switched off.
    ///
    /// # Errors
    /// `webhook_not_found`.
    pub async fn test_webhook(&self, scope: &TenantScope, id: WebhookId) -> Result<wire::WebhookDelivery> {
        let row = scope
            .transaction(|tx| async move {
                let webhook = find(&tx, id).await?;
                let now = tx.now();
                let data = json!({ "tenant_id": webhook.tenant_id, "webhook": { "id": webhook.id, "name": webhook.name } });
                let row = Delivery {
                    id: tx.ambient().new_id::<DeliveryId>().to_string(),
                    notice_id: None,
                    channel: outbox::WEBHOOK.to_owned(),
                    kind: event::TEST.to_owned(),
                    object: None,
                    tenant_id: Some(webhook.tenant_id),
                    user_id: None,
                    webhook_id: Some(webhook.id),
                    address: None,
                    recipient: None,
                    body: Some(event::Event { kind: event::TEST, data }.body(now)),
                    state: outbox::QUEUED.to_owned(),
                    attempts: 0,
                    due_at: now.micros(),
                    // Who tests looks now.
                    expires_at: Some(now.plus(Duration::from_mins(5)).micros()),
                    lease_owner: None,
                    lease_until: 0,
                    problem: None,
                    attempts_log: "[]".to_owned(),
                    created_at: now.micros(),
                    ended_at: None,
                };
                outbox::insert_delivery(&tx, row.clone()).await?;
                audit::append(&tx, Entry::new("webhook.test", &id.to_string())).await?;
                Ok(row)
            })
            .await?;
        Ok(delivery_view(row))
    }

    /// The log of a webhook's deliveries, newest first.
    ///
    /// # Errors
    /// `webhook_not_found`.
    pub async fn webhook_deliveries(
        &self,
        scope: &TenantScope,
        id: WebhookId,
        query: wire::DeliveryQuery,
    ) -> Result<Page<wire::WebhookDelivery>> {
        find(scope, id).await?;
        let state = query.state.map(|state| match state {
            wire::DeliveryState::Queued => outbox::QUEUED,
            wire::DeliveryState::Delivered => outbox::DELIVERED,
            wire::DeliveryState::Dead => outbox::DEAD,
        });
        let page = PageRequest::new(query.cursor, query.limit);
        let rows = outbox::of_webhook(scope, id, state, &page).await?;
        let items = rows.rows.into_iter().map(delivery_view).collect();
        Ok(Page { items, next_cursor: rows.next_cursor })
    }

    /// Sends an ended delivery once more, with the same id and body.
    ///
    /// # Errors
    /// `webhook_not_found`, `delivery_not_found`; `delivery_under_way` while it has not ended.
    pub async fn redeliver(
        &self,
        scope: &TenantScope,
        id: WebhookId,
        delivery: DeliveryId,
    ) -> Result<wire::WebhookDelivery> {
        let row = scope
            .transaction(|tx| async move {
                find(&tx, id).await?;
                let missing = || Error::not_found("delivery", delivery);
                outbox::delivery(&tx, id, delivery).await?.ok_or_else(missing)?;
                if !outbox::send_again(&tx, delivery).await? {
                    return Err(Error::conflict("delivery_under_way", "The delivery has not ended yet.")
                        .next_step("Wait until it was delivered or given up."));
                }
                audit::append(&tx, Entry::new("webhook.redeliver", &delivery.to_string())).await?;
                outbox::delivery(&tx, id, delivery).await?.ok_or_else(missing)
            })
            .await?;
        Ok(delivery_view(row))
    }
}
