//! Inbox and webhooks.

use reqwest::Method;
use serde_json::json;

use super::{Client, ClientError};
use crate::v1::Page;
use crate::v1::notifications::{Inbox, MarkRead, Unread};
use crate::v1::webhooks::{CreateWebhook, WebhookDelivery, WebhookWithSecret, Webhooks};

impl Client {
    /// The newest entries of the caller's inbox.
    pub async fn notifications(&self, unread: bool) -> Result<Inbox, ClientError> {
        self.get(&["v1", "notifications"], &[("unread", unread.to_string())]).await
    }

    pub async fn read_notifications(&self, read: &MarkRead) -> Result<Unread, ClientError> {
        self.post(&["v1", "notifications", "read"], read).await
    }

    pub async fn webhooks(&self) -> Result<Webhooks, ClientError> {
        self.get(&["v1", "webhooks"], &[]).await
    }

    pub async fn create_webhook(&self, webhook: &CreateWebhook) -> Result<WebhookWithSecret, ClientError> {
        self.post(&["v1", "webhooks"], webhook).await
    }

    pub async fn delete_webhook(&self, id: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "webhooks", id])).await.map(drop)
    }

    pub async fn test_webhook(&self, id: &str) -> Result<WebhookDelivery, ClientError> {
        self.post(&["v1", "webhooks", id, "test"], &json!({})).await
    }

    /// The newest deliveries of a webhook.
    pub async fn webhook_deliveries(&self, id: &str) -> Result<Vec<WebhookDelivery>, ClientError> {
        let page: Page<WebhookDelivery> = self.get(&["v1", "webhooks", id, "deliveries"], &[]).await?;
        Ok(page.items)
    }

    pub async fn redeliver_webhook(&self, id: &str, delivery: &str) -> Result<WebhookDelivery, ClientError> {
        self.post(&["v1", "webhooks", id, "deliveries", delivery, "redeliver"], &json!({})).await
    }
}
