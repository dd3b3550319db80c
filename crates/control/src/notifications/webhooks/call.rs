//! Calls a webhook: by Standard Webhooks, or as a message for Discord or Slack.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};
use stead_core::error::InternalContext as _;
use stead_core::{ErrorKind, Result, Timestamp, webhook_signature};
use stead_db::Access;
use stead_db::webhooks::Webhook;

use super::{Kind, chat};
use crate::keys::{Keys, Owner};
use crate::notifications::attempt::{self, Outcome};
use crate::notifications::notice::SecretText;
use crate::outbound::{Outbound, OutboundRequest};

const LIMIT: Duration = Duration::from_secs(15);
/// Read of an answer.
const ANSWER: usize = 2_048;
/// When somebody is busy and does not say for how long.
const USUAL_WAIT: Duration = Duration::from_secs(30);
/// Slack takes one message per second and webhook.
const SLACK_PACE: Duration = Duration::from_secs(1);

/// What of a webhook is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::notifications) struct Config {
    pub(in crate::notifications) url: SecretText,
    pub(in crate::notifications) secret: SecretText,
    /// Of before the last rotation; signs too until it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::notifications) previous_secret: Option<SecretText>,
}

pub(in crate::notifications) fn owner(webhook: &Webhook) -> Result<Owner> {
    Ok(Owner::Tenant(webhook.tenant_id.parse().internal("reading a tenant's id")?))
}

pub(in crate::notifications) fn context(webhook: &str) -> String {
    format!("webhook/{webhook}")
}

pub(in crate::notifications) async fn config<A: Access>(
    access: &A,
    keys: &Keys,
    webhook: &Webhook,
) -> Result<Config> {
    let opened = keys.open(access, owner(webhook)?, &context(&webhook.id), &webhook.sealed_config).await?;
    serde_json::from_slice(&opened).internal("reading the settings of a webhook")
}

/// What a call brought.
#[derive(Debug)]
pub(in crate::notifications) struct Called {
    pub(in crate::notifications) outcome: Outcome,
    pub(in crate::notifications) status: Option<u16>,
    pub(in crate::notifications) excerpt: Option<String>,
    /// The other side takes nothing for so long.
    pub(in crate::notifications) pause: Option<Duration>,
    /// It says that it is gone for good.
    pub(in crate::notifications) gone: bool,
}

impl Called {
    pub(in crate::notifications) fn refused(problem: &str) -> Self {
        Self {
            outcome: Outcome::Refused { problem: problem.to_owned() },
            status: None,
            excerpt: None,
            pause: None,
            gone: false,
        }
    }
}

/// One attempt. `id` is the delivery's, `body` the event.
pub(in crate::notifications) async fn call(
    outbound: &Outbound,
    webhook: &Webhook,
    config: &Config,
    id: &str,
    body: &str,
    now: Timestamp,
) -> Result<Called> {
    let kind = Kind::parse(&webhook.kind);
    let url = match outbound.check_url(config.url.reveal()) {
        Ok(url) => url,
        Err(error) => return Ok(failed(&error)),
    };
    let request = OutboundRequest {
        time_limit: LIMIT,
        largest_answer: ANSWER,
        ..OutboundRequest::new(Method::POST, url)
    };
    let request = match kind {
        Kind::Standard => {
            let overlap = webhook.previous_secret_until.is_some_and(|until| until > now.micros());
            let mut secrets = vec![config.secret.reveal()];
            secrets.extend(config.previous_secret.as_ref().filter(|_| overlap).map(SecretText::reveal));
            let timestamp = now.micros().div_euclid(1_000_000);
            let signature = webhook_signature::sign(&secrets, id, timestamp, body.as_bytes())?;
            request
                .json(body.as_bytes().to_vec())
                .header(HeaderName::from_static("webhook-id"), id)?
                .header(HeaderName::from_static("webhook-timestamp"), &timestamp.to_string())?
                .header(HeaderName::from_static("webhook-signature"), &signature)?
        }
        Kind::Discord | Kind::Slack => {
            let event = serde_json::from_str(body).internal("reading an event")?;
            let message = if kind == Kind::Discord { chat::discord(&event) } else { chat::slack(&event) };
            request.json(message.to_string().into_bytes())
        }
    };
    let answer = match outbound.send(request).await {
        Ok(answer) => answer,
        Err(error) => return Ok(failed(&error)),
    };
    let mut called = Called {
        outcome: Outcome::Delivered,
        status: Some(answer.status),
        excerpt: attempt::excerpt(&answer.body),
        pause: pace(kind, &answer.headers),
        gone: answer.status == 410,
    };
    let status = answer.status;
    called.outcome = match status {
        200..=299 => Outcome::Delivered,
        410 => Outcome::Refused { problem: "The other side says that it is gone for good (410).".to_owned() },
        429 | 503 if status == 429 || answer.headers.contains_key("retry-after") => {
            let wait = retry_after(&answer.headers).unwrap_or(USUAL_WAIT);
            called.pause = Some(called.pause.unwrap_or_default().max(wait));
            Outcome::Busy { problem: format!("The other side is busy ({status}) and asked to wait."), wait }
        }
        300..=399 => Outcome::Failed {
            problem: format!(
                "The other side redirects ({status}), which is not followed; name the new address."
            ),
        },
        _ => Outcome::Failed { problem: format!("The other side answered with the status {status}.") },
    };
    Ok(called)
}

/// What the transport failed with. An address that is not allowed may be allowed later, so it is a failure like others.
fn failed(error: &stead_core::Error) -> Called {
    let problem = match error.kind() {
        ErrorKind::Internal => "The call could not be made.".to_owned(),
        _ => error.message().to_owned(),
    };
    Called { outcome: Outcome::Failed { problem }, status: None, excerpt: None, pause: None, gone: false }
}

/// `Retry-After` in seconds, whole or with a fraction as Discord writes it. A date is taken as no word.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    seconds(headers, "retry-after")
}

fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let seconds: f64 = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    let seconds = if seconds > 86_400.0 { 86_400.0 } else { seconds };
    Duration::try_from_secs_f64(seconds).ok()
}

/// How long the service wants quiet after a call that it took.
fn pace(kind: Kind, headers: &HeaderMap) -> Option<Duration> {
    match kind {
        Kind::Standard => None,
        Kind::Slack => Some(SLACK_PACE),
        Kind::Discord => {
            let remaining = headers.get("x-ratelimit-remaining")?.to_str().ok()?;
            if remaining.trim() == "0" { seconds(headers, "x-ratelimit-reset-after") } else { None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_services_limits_are_read() {
        let wait = |value| retry_after(&headers(&[("retry-after", value)]));
        assert_eq!(wait("3"), Some(Duration::from_secs(3)));
        assert_eq!(wait("0.64"), Some(Duration::from_millis(640)));
        assert_eq!(wait("1e300"), Some(Duration::from_secs(86_400)));
        for wrong in ["-1", "NaN", "soon", "Fri, 31 Dec 1999 23:59:59 GMT"] {
            assert_eq!(wait(wrong), None, "{wrong}");
        }
        let used_up = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "1.5")]);
        assert_eq!(pace(Kind::Discord, &used_up), Some(Duration::from_millis(1_500)));
        let left = headers(&[("x-ratelimit-remaining", "2"), ("x-ratelimit-reset-after", "1.5")]);
        assert_eq!(pace(Kind::Discord, &left), None);
        assert_eq!(pace(Kind::Slack, &left), Some(SLACK_PACE));
        assert_eq!(pace(Kind::Standard, &used_up), None);
    }
}
