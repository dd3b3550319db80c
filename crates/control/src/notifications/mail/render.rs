//! Writes mails and entries of inboxes from notices.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde_json::{Map, Value as Json, json};
use stead_core::error::InternalContext as _;
use stead_core::{Error, Result, Timestamp};

use crate::notifications::notice::{FactorChange, LinkToken, Notice, Whereabouts, kind_of};

const LAYOUT: &str = include_str!("templates/layout.html");
/// Characters of a name that somebody chose.
const MOST_NAME: usize = 200;

macro_rules! templates {
    ($($key:literal),+ $(,)?) => {
        &[$(($key, include_str!(concat!("templates/", $key, ".mail")))),+]
    };
}

/// One per kind that is told to people.
const TEMPLATES: &[(&str, &str)] = templates!(
    "verify_email",
    "sign_up_again",
    "reset_password",
    "magic_link",
    "confirm_email",
    "email_changed",
    "password_changed",
    "new_device",
    "refresh_reuse",
    "factor_changed",
    "account_disabled",
    "account_deleted",
    "export_ready",
    "invite",
    "member.joined",
    "member.removed",
    "member.role_changed",
    "security.settings_changed",
    "tenant.deletion_scheduled",
    "tenant.restored",
    "security.audit_sink_failing",
    "instance.failed",
    "operation.failed",
    "webhook_disabled",
);

/// A mail, written.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::notifications) struct Written {
    pub(in crate::notifications) subject: String,
    pub(in crate::notifications) text: String,
    pub(in crate::notifications) html: String,
}

/// It may hold the secret of a link.
impl std::fmt::Debug for Written {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Written").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// An entry of an inbox, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::notifications) struct Entry {
    pub(in crate::notifications) title: String,
    pub(in crate::notifications) text: String,
    /// From the root of the dashboard.
    pub(in crate::notifications) path: Option<String>,
}

/// A template cut into pieces.
struct Pieces {
    subject: &'static str,
    button: Option<&'static str>,
    path: Option<&'static str>,
    /// Whether it is small print, and its text.
    paragraphs: Vec<(bool, &'static str)>,
}

fn cut(template: &'static str) -> Result<Pieces> {
    let wrong = || Error::internal("a template of a mail has no subject or no text");
    let (head, body) = template.split_once("\n\n").ok_or_else(wrong)?;
    let line =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim));
    let paragraphs: Vec<_> = body
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| match paragraph.strip_prefix('~') {
            Some(small) => (true, small.trim()),
            None => (false, paragraph),
        })
        .collect();
    if paragraphs.is_empty() {
        return Err(wrong());
    }
    Ok(Pieces {
        subject: line("subject").ok_or_else(wrong)?,
        button: line("button"),
        path: line("path"),
        paragraphs,
    })
}

/// Writes. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::notifications) struct Renderer {
    environment: std::sync::Arc<Environment<'static>>,
    base_url: String,
}

impl Renderer {
    pub(in crate::notifications) fn new(base_url: &str) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        Self {
            environment: std::sync::Arc::new(environment),
            base_url: base_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Where a person says what they want to be told.
    pub(in crate::notifications) fn preferences_url(&self) -> String {
        format!("{}/account/notifications", self.base_url)
    }

    fn put(&self, piece: &str, format: &str, values: &Json) -> Result<String> {
        let template = self
            .environment
            .template_from_named_str(format, piece)
            .internal("reading a template of a mail")?;
        template.render(Value::from(Serde(values))).internal("writing a mail")
    }

    fn pieces(key: &str) -> Result<Pieces> {
        let found = TEMPLATES.iter().find(|(name, _)| *name == key);
        let (_, template) =
            found.ok_or_else(|| Error::internal(format!("there is no template for {key}")))?;
        cut(template)
    }

    /// `name` is whom it is for.
    pub(in crate::notifications) fn mail(&self, notice: &Notice, name: &str) -> Result<Written> {
        let pieces = Self::pieces(notice.key())?;
        let values = values(notice, name);
        let subject = self.put(pieces.subject, "subject.txt", &values)?;
        let url = match link(notice) {
            Some((path, token)) => Some(format!("{}{path}#{}", self.base_url, token.reveal())),
            None => match pieces.path {
                Some(path) => Some(format!("{}{}", self.base_url, self.put(path, "path.txt", &values)?)),
                None => None,
            },
        };
        let button = pieces.button.zip(url.as_deref());
        // The button stands before the small print.
        let before = pieces.paragraphs.iter().take_while(|(small, _)| !small).count();
        let footer = self.footer(notice);
        let (mut text, mut paragraphs) = (String::new(), Vec::new());
        for (index, (small, piece)) in pieces.paragraphs.iter().enumerate() {
            text.push_str(&self.put(piece, "text.txt", &values)?);
            text.push_str("\n\n");
            let button_follows = button.is_some() && index + 1 == before;
            if let (true, Some((label, url))) = (button_follows, button) {
                text.push_str(&format!("{label}: {url}\n\n"));
            }
            let html = Value::from_safe_string(self.put(piece, "html.html", &values)?);
            paragraphs.push(context! { html, small, button_follows });
        }
        text.push_str("-- \n");
        text.push_str(&footer);
        text.push('\n');
        let button = button.map(|(label, url)| context! { label, url });
        let layout = self
            .environment
            .template_from_named_str("layout.html", LAYOUT)
            .internal("reading the layout of mails")?;
        let html = layout
            .render(context! { subject => subject.as_str(), paragraphs, button, footer })
            .internal("writing a mail")?;
        Ok(Written { subject, text, html })
    }

    fn footer(&self, notice: &Notice) -> String {
        let sent = format!("Sent by Stead at {}.", self.base_url);
        match kind_of(notice.key()) {
            Some(kind) if !kind.security => {
                format!("{sent} Choose what you are told: {}", self.preferences_url())
            }
            _ => sent,
        }
    }

    /// Never holds a secret: links of inboxes lead to pages.
    pub(in crate::notifications) fn entry(&self, notice: &Notice, name: &str) -> Result<Entry> {
        let pieces = Self::pieces(notice.key())?;
        let values = values(notice, name);
        let mut text = String::new();
        for (_, piece) in
            pieces.paragraphs.iter().filter(|(small, piece)| !small && !piece.starts_with("Hello"))
        {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.put(piece, "text.txt", &values)?);
        }
        // A sentence goes on after the greeting of the mail.
        let mut letters = text.chars();
        let text =
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
        Ok(Entry {
            title: self.put(pieces.subject, "subject.txt", &values)?,
            text,
            path: pieces.path.map(|path| self.put(path, "path.txt", &values)).transpose()?,
        })
    }
}

/// The page that the link of a notice opens; the secret follows after `#`, so it is in no log and no `Referer`.
fn link(notice: &Notice) -> Option<(&'static str, &LinkToken)> {
    let (token, _) = notice.secret()?;
    let path = match notice {
        Notice::VerifyEmail { .. } => "/verify-email",
        Notice::ResetPassword { .. } => "/reset-password",
        Notice::MagicLink { .. } => "/magic-link",
        Notice::ConfirmEmail { .. } => "/confirm-email",
        Notice::Invite { .. } => "/invite",
        _ => return None,
    };
    Some((path, token))
}

/// `21 November 2026` would need a calendar; people of every country read this.
fn time(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => text,
    }
}

fn from(whereabouts: &Whereabouts) -> String {
    match (&whereabouts.device, whereabouts.ip) {
        (Some(device), Some(ip)) => format!(" from {device} ({ip})"),
        (Some(device), None) => format!(" from {device}"),
        (None, Some(ip)) => format!(" from {ip}"),
        (None, None) => String::new(),
    }
}

/// A text that somebody chose, on one line, bounded, and without what mail programs make links of.
fn plain(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .filter(|character| !is_invisible(*character))
        .take(MOST_NAME)
        .collect();
    line.replace("://", ":/ /").replace("www.", "www. ")
}

/// Marks that turn the direction of writing, or take no room: they make a name look like another text.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn change_words(change: &FactorChange) -> String {
    match change {
        FactorChange::TotpAdded => "An authenticator app was added to your account".into(),
        FactorChange::TotpRemoved => "The authenticator app was removed from your account".into(),
        FactorChange::PasskeyAdded { name } => format!("The passkey {name} was added to your account"),
        FactorChange::PasskeyRemoved { name } => format!("The passkey {name} was removed from your account"),
        FactorChange::RecoveryCodesMade => "New recovery codes were made for your account".into(),
        FactorChange::RecoveryCodeUsed { left } => {
            format!("A recovery code of your account was used, {left} are left")
        }
        FactorChange::IdentityLinked { source } => {
            format!("Your account can be signed in to with {source} now")
        }
        FactorChange::IdentityUnlinked { source } => {
            format!("Your account cannot be signed in to with {source} any more")
        }
        FactorChange::TokenMade { name } => format!("The API token {name} was made for your account"),
    }
}

/// What the templates can name: texts alone, each on one line.
fn values(notice: &Notice, name: &str) -> Json {
    let mut values = Map::new();
    let mut put = |key: &str, value: &str| values.insert(key.to_owned(), Json::String(plain(value)));
    put("name", if name.trim().is_empty() { "there" } else { name });
    if let Some((_, expires_at)) = notice.secret() {
        put("expires_at", &time(expires_at));
    }
    let mut flags = Vec::new();
    match notice {
        Notice::EmailChanged { old_address, new_address, .. } => {
            put("old_address", old_address);
            put("new_address", new_address);
        }
        Notice::PasswordChanged { whereabouts, .. }
        | Notice::SignedInFromNewDevice { whereabouts, .. }
        | Notice::RefreshReuse { whereabouts, .. } => {
            put("from", &from(whereabouts));
        }
        Notice::FactorChanged { change, whereabouts, .. } => {
            put("what", &change_words(change));
            put("from", &from(whereabouts));
        }
        Notice::ExportReady { tenant_name, expires_at, .. } => {
            put("subject_of", tenant_name.as_deref().unwrap_or("your account"));
            put("expires_at", &time(*expires_at));
        }
        Notice::Invite { tenant_name, inviter_name, role, address, .. } => {
            put("tenant_name", tenant_name);
            put("inviter_name", inviter_name);
            put("role", role);
            put("address", address);
        }
        Notice::MemberJoined { tenant_name, user_name, role, .. }
        | Notice::MemberRoleChanged { tenant_name, user_name, role, .. } => {
            put("tenant_name", tenant_name);
            put("user_name", user_name);
            put("role", role);
        }
        Notice::MemberRemoved { tenant_name, user_name, left, .. } => {
            put("tenant_name", tenant_name);
            put("user_name", user_name);
            flags.push(("left", *left));
        }
        Notice::TenantSecurityChanged { tenant_name, actor_name, what, .. } => {
            put("tenant_name", tenant_name);
            put("what", what);
            put("by", &actor_name.as_ref().map(|name| format!(", by {name}")).unwrap_or_default());
        }
        Notice::TenantDeletion { tenant_name, erased_at, .. } => {
            put("tenant_name", tenant_name);
            put("erased_at", &time(*erased_at));
        }
        Notice::TenantRestored { tenant_name, .. } => {
            put("tenant_name", tenant_name);
        }
        Notice::AuditSinkFailing { sink, reason, .. } => {
            put("sink", sink);
            put("reason", reason);
        }
        Notice::InstanceFailed { instance, name, reason, .. } => {
            put("instance", &instance.to_string());
            put("instance_name", name);
            put("reason", reason);
        }
        Notice::OperationFailed { operation, kind, message, .. } => {
            put("operation", &operation.to_string());
            put("kind", kind);
            put("message", message);
        }
        Notice::WebhookDisabled { name, reason, .. } => {
            put("webhook_name", name);
            put("reason", reason);
        }
        _ => {}
    }
    for (key, flag) in flags {
        values.insert(key.to_owned(), json!(flag));
    }
    Json::Object(values)
}
