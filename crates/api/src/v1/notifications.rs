//! What people are told: the inbox, preferences, and the mails of the installation for its operators.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An entry of the caller's inbox.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    pub id: String,
    /// Such as `instance.failed`.
    pub kind: String,
    pub title: String,
    pub text: String,
    /// Where the dashboard shows more, from its root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The tenant it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    pub created_at: String,
    /// Absent while it is unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
}

/// A page of the inbox, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    pub items: Vec<Notification>,
    /// Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Of the whole inbox.
    pub unread: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only what is unread.
    pub unread: Option<bool>,
}

/// Name entries, or say `all`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"all": true}))]
pub struct MarkRead {
    /// At most 200; those that are not the caller's count for nothing.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub ids: Vec<String>,
    #[serde(default)]
    pub all: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Unread {
    pub unread: u64,
}

/// Whether and how the caller is told of a kind of event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotificationPreference {
    pub kind: String,
    /// Words for people.
    pub title: String,
    /// A security notice: it cannot be turned off.
    pub fixed: bool,
    pub mail: bool,
    pub inbox: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NotificationPreferences {
    pub items: Vec<NotificationPreference>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetNotificationPreference {
    pub kind: String,
    /// Stays as it is when absent.
    #[serde(default)]
    pub mail: Option<bool>,
    /// Stays as it is when absent.
    #[serde(default)]
    pub inbox: Option<bool>,
}

/// Kinds that are not named stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"items": [{"kind": "instance.failed", "mail": false}]}))]
pub struct SetNotificationPreferences {
    #[schema(max_items = 100)]
    pub items: Vec<SetNotificationPreference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// It is sent as soon as the mail server takes it.
    Queued,
    /// There is no mail server: what it says is shown here.
    Held,
    Delivered,
    /// It was given up.
    Dead,
}

/// A mail of the installation, for operators.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Mail {
    pub id: String,
    pub kind: String,
    pub address: String,
    pub state: MailState,
    pub attempts: u32,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// What it says, while no mail server takes it: it may hold a link that is as good as a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<MailContent>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct MailContent {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// It may hold the secret of a link.
impl std::fmt::Debug for MailContent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MailContent").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// The mails of the installation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Mails {
    pub items: Vec<Mail>,
    /// Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether a mail server is set.
    pub mail_server: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailTemplate {
    /// Its name, such as `verify_email`.
    pub template: String,
    /// Words for people.
    pub title: String,
    /// Recipients cannot turn it off.
    pub security: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailTemplates {
    pub items: Vec<MailTemplate>,
}
