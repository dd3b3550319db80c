//! Webhooks: addresses that are told of a tenant's events.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// Signed calls by the Standard Webhooks specification.
    #[default]
    Standard,
    Discord,
    Slack,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    pub id: String,
    pub name: String,
    pub kind: WebhookKind,
    /// The address without what may be a secret in it.
    pub url: String,
    /// Types of events, or beginnings such as `instance.*`; empty means all.
    pub events: Vec<String>,
    pub enabled: bool,
    /// Why Stead switched it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// Since when no call succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<String>,
    /// Until then calls are signed with the secret of before as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<String>,
    pub created_at: String,
    pub updated_at: String,
}

/// The tenant's webhooks, and what there is to be told of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Webhooks {
    pub items: Vec<Webhook>,
    pub event_types: Vec<EventType>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventType {
    /// Such as `instance.failed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Words for people.
    pub title: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Deployments", "url": "https://example.org/hooks/stead", "events": ["instance.*"]}))]
pub struct CreateWebhook {
    /// 1 to 100 characters.
    pub name: String,
    pub url: String,
    #[serde(default)]
    pub kind: WebhookKind,
    /// Types of events, or beginnings such as `instance.*`; empty means all.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub events: Vec<String>,
}

/// The address may hold a secret.
impl std::fmt::Debug for CreateWebhook {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreateWebhook").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A webhook with its signing secret, which is shown here and when it is rotated.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookWithSecret {
    pub webhook: Webhook,
    /// `whsec_…`; absent for Discord and Slack, whose calls are not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl std::fmt::Debug for WebhookWithSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("WebhookWithSecret").field("webhook", &self.webhook).finish_non_exhaustive()
    }
}

/// What is absent stays as it is.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Deployments and failures"}))]
pub struct UpdateWebhook {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub events: Option<Vec<String>>,
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// The address may hold a secret.
impl std::fmt::Debug for UpdateWebhook {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("UpdateWebhook").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Queued,
    Delivered,
    /// It was given up.
    Dead,
}

/// A call of a webhook, with its newest attempts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookDelivery {
    /// Also the header `webhook-id`: the same in every attempt.
    pub id: String,
    /// The type of the event.
    pub event: String,
    pub state: DeliveryState,
    /// The body of the call, JSON as text.
    pub body: String,
    pub attempts: Vec<DeliveryAttempt>,
    /// When the next attempt begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<String>,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttempt {
    pub at: String,
    pub took_ms: u64,
    /// Of the answer; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The first 500 characters of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only those in this state: `queued`, `delivered` or `dead`.
    pub state: Option<DeliveryState>,
}
