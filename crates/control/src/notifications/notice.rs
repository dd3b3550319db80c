//! What there is to tell, one variant per event, and who is told by which channels. Pure.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use stead_core::Timestamp;
use stead_core::ids::{InstanceId, OperationId, TenantId, UserId};
use zeroize::Zeroizing;

/// A text that nothing shows by accident.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

/// The secret of a link in a mail. Shown by nothing but the mail.
pub type LinkToken = SecretText;

impl SecretText {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretText(…)")
    }
}

/// Only to be sealed.
impl Serialize for SecretText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Where somebody did something, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// Words for people, such as `Firefox on Linux`.
    pub device: Option<String>,
    pub ip: Option<IpAddr>,
}

/// A change of what somebody signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum FactorChange {
    TotpAdded,
    TotpRemoved,
    PasskeyAdded {
        name: String,
    },
    PasskeyRemoved {
        name: String,
    },
    RecoveryCodesMade,
    RecoveryCodeUsed {
        left: u32,
    },
    /// Another source of sign-in, such as GitHub.
    IdentityLinked {
        source: String,
    },
    IdentityUnlinked {
        source: String,
    },
    /// An API token.
    TokenMade {
        name: String,
    },
}

/// Something worth telling, complete in itself: the objects it names may be gone when it is delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    // To one person, with a link. Security mails: nobody can turn them off.
    /// The address of an account is confirmed by following the link.
    VerifyEmail {
        user: UserId,
        address: String,
        token: LinkToken,
        expires_at: Timestamp,
    },
    /// Somebody signed up with an address that has an account.
    SignUpAgain {
        user: UserId,
        address: String,
    },
    ResetPassword {
        user: UserId,
        address: String,
        token: LinkToken,
        expires_at: Timestamp,
    },
    MagicLink {
        user: UserId,
        address: String,
        token: LinkToken,
        expires_at: Timestamp,
    },
    /// To the new address: it is confirmed by following the link.
    ConfirmEmail {
        user: UserId,
        address: String,
        token: LinkToken,
        expires_at: Timestamp,
    },

    // To one person, about the account. Security mails.
    /// To the address of before.
    EmailChanged {
        user: UserId,
        old_address: String,
        new_address: String,
    },
    PasswordChanged {
        user: UserId,
        whereabouts: Whereabouts,
    },
    SignedInFromNewDevice {
        user: UserId,
        whereabouts: Whereabouts,
    },
    /// A refresh token was used again after its successor: somebody has a copy; the session was ended.
    RefreshReuse {
        user: UserId,
        whereabouts: Whereabouts,
    },
    FactorChanged {
        user: UserId,
        change: FactorChange,
        whereabouts: Whereabouts,
    },
    AccountDisabled {
        user: UserId,
    },
    /// The user is gone when this is delivered.
    AccountDeleted {
        address: String,
        name: String,
    },
    /// An archive that was asked for can be fetched until then.
    ExportReady {
        user: UserId,
        tenant_name: Option<String>,
        expires_at: Timestamp,
    },

    // Of tenants.
    /// To the mailbox that is invited; `user` when it belongs to an account already.
    Invite {
        tenant: TenantId,
        tenant_name: String,
        inviter_name: String,
        role: String,
        address: String,
        user: Option<UserId>,
        token: LinkToken,
        expires_at: Timestamp,
    },
    MemberJoined {
        tenant: TenantId,
        tenant_name: String,
        user: UserId,
        user_name: String,
        role: String,
    },
    /// By somebody else, or by the member (`left`).
    MemberRemoved {
        tenant: TenantId,
        tenant_name: String,
        user: UserId,
        user_name: String,
        left: bool,
    },
    MemberRoleChanged {
        tenant: TenantId,
        tenant_name: String,
        user: UserId,
        user_name: String,
        role: String,
    },
    /// Security settings, sources of sign-in, roles or sinks were changed: `what` says so in a sentence's end, such as
    /// `the second factor is demanded now`.
    TenantSecurityChanged {
        tenant: TenantId,
        tenant_name: String,
        actor_name: Option<String>,
        what: String,
    },
    /// Hidden now, erased for good at this time.
    TenantDeletion {
        tenant: TenantId,
        tenant_name: String,
        erased_at: Timestamp,
    },
    TenantRestored {
        tenant: TenantId,
        tenant_name: String,
    },
    /// The sink of the audit log does not take events.
    AuditSinkFailing {
        tenant: TenantId,
        sink: String,
        reason: String,
    },

    // Of instances and operations.
    InstanceCreated {
        tenant: TenantId,
        instance: InstanceId,
        name: String,
    },
    InstanceStarted {
        tenant: TenantId,
        instance: InstanceId,
        name: String,
    },
    InstanceStopped {
        tenant: TenantId,
        instance: InstanceId,
        name: String,
    },
    InstanceFailed {
        tenant: TenantId,
        instance: InstanceId,
        name: String,
        /// Told besides the owners.
        creator: Option<UserId>,
        reason: String,
    },
    InstanceDeleted {
        tenant: TenantId,
        instance: InstanceId,
        name: String,
    },
    OperationFailed {
        tenant: TenantId,
        operation: OperationId,
        kind: String,
        /// The id of what it was about.
        object: Option<String>,
        /// Told; nobody when the system began it.
        creator: Option<UserId>,
        code: String,
        message: String,
    },
    WebhookDisabled {
        tenant: TenantId,
        webhook: String,
        name: String,
        reason: String,
    },
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Audience {
    /// By the channels of the preferences. `address` instead of the one of the account.
    User { user: UserId, address: Option<String> },
    /// A mailbox, whoever reads it.
    Mailbox { address: String, name: Option<String> },
    /// The owners of the tenant, and this user when still a member.
    Owners { tenant: TenantId, and: Option<UserId> },
    /// Webhooks alone.
    Nobody,
}

/// What a kind of notice is by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// Stable: stands in preferences, in the outbox and names the template.
    pub(super) key: &'static str,
    /// For the page of preferences.
    pub(super) title: &'static str,
    /// Cannot be turned off, has no unsubscribe header.
    pub(super) security: bool,
    pub(super) mail: bool,
    pub(super) inbox: bool,
    /// The type of the webhook event, when there is one.
    pub(super) event: Option<&'static str>,
}

const fn security(key: &'static str, title: &'static str, inbox: bool) -> Kind {
    Kind { key, title, security: true, mail: true, inbox, event: None }
}

const fn told(key: &'static str, title: &'static str, mail: bool, event: Option<&'static str>) -> Kind {
    Kind { key, title, security: false, mail, inbox: true, event }
}

const fn hook(key: &'static str, title: &'static str) -> Kind {
    Kind { key, title, security: false, mail: false, inbox: false, event: Some(key) }
}

/// Every kind, in the order of the preferences page.
pub(super) const KINDS: [Kind; 28] = [
    security("verify_email", "Confirm your e-mail address", false),
    security("sign_up_again", "Somebody signed up with your address", false),
    security("reset_password", "Reset your password", false),
    security("magic_link", "Sign in by mail", false),
    security("confirm_email", "Confirm your new e-mail address", false),
    security("email_changed", "Your e-mail address was changed", true),
    security("password_changed", "Your password was changed", true),
    security("new_device", "You signed in on a new device", true),
    security("refresh_reuse", "A copied session was ended", true),
    security("factor_changed", "What you sign in with was changed", true),
    security("account_disabled", "Your account was disabled", false),
    security("account_deleted", "Your account was deleted", false),
    told("export_ready", "An export is ready", true, None),
    Kind { event: Some("member.invited"), ..security("invite", "An invitation", true) },
    told("member.joined", "Somebody joined", false, Some("member.joined")),
    told("member.removed", "Somebody left or was removed", false, Some("member.removed")),
    told("member.role_changed", "A member has another role", false, Some("member.role_changed")),
    told(
        "security.settings_changed",
        "Security settings were changed",
        true,
        Some("security.settings_changed"),
    ),
    Kind {
        key: "tenant.deletion_scheduled",
        title: "A tenant is going to be erased",
        security: true,
        mail: true,
        inbox: true,
        event: Some("tenant.deletion_scheduled"),
    },
    told("tenant.restored", "A tenant was restored", true, Some("tenant.restored")),
    told(
        "security.audit_sink_failing",
        "The audit log cannot be forwarded",
        true,
        Some("security.audit_sink_failing"),
    ),
    hook("instance.created", "An instance was created"),
    hook("instance.started", "An instance was started"),
    hook("instance.stopped", "An instance was stopped"),
    told("instance.failed", "An instance failed", true, Some("instance.failed")),
    hook("instance.deleted", "An instance was deleted"),
    told("operation.failed", "An operation failed", false, Some("operation.failed")),
    told("webhook_disabled", "A webhook was switched off", true, None),
];

pub(super) fn kind_of(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.key == key)
}

impl Notice {
    /// The key of its kind.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::SignUpAgain { .. } => "sign_up_again",
            Self::ResetPassword { .. } => "reset_password",
            Self::MagicLink { .. } => "magic_link",
            Self::ConfirmEmail { .. } => "confirm_email",
            Self::EmailChanged { .. } => "email_changed",
            Self::PasswordChanged { .. } => "password_changed",
            Self::SignedInFromNewDevice { .. } => "new_device",
            Self::RefreshReuse { .. } => "refresh_reuse",
            Self::FactorChanged { .. } => "factor_changed",
            Self::AccountDisabled { .. } => "account_disabled",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::ExportReady { .. } => "export_ready",
            Self::Invite { .. } => "invite",
            Self::MemberJoined { .. } => "member.joined",
            Self::MemberRemoved { .. } => "member.removed",
            Self::MemberRoleChanged { .. } => "member.role_changed",
            Self::TenantSecurityChanged { .. } => "security.settings_changed",
            Self::TenantDeletion { .. } => "tenant.deletion_scheduled",
            Self::TenantRestored { .. } => "tenant.restored",
            Self::AuditSinkFailing { .. } => "security.audit_sink_failing",
            Self::InstanceCreated { .. } => "instance.created",
            Self::InstanceStarted { .. } => "instance.started",
            Self::InstanceStopped { .. } => "instance.stopped",
            Self::InstanceFailed { .. } => "instance.failed",
            Self::InstanceDeleted { .. } => "instance.deleted",
            Self::OperationFailed { .. } => "operation.failed",
            Self::WebhookDisabled { .. } => "webhook_disabled",
        }
    }

    /// The tenant it is about.
    #[must_use]
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Invite { tenant, .. }
            | Self::MemberJoined { tenant, .. }
            | Self::MemberRemoved { tenant, .. }
            | Self::MemberRoleChanged { tenant, .. }
            | Self::TenantSecurityChanged { tenant, .. }
            | Self::TenantDeletion { tenant, .. }
            | Self::TenantRestored { tenant, .. }
            | Self::AuditSinkFailing { tenant, .. }
            | Self::InstanceCreated { tenant, .. }
            | Self::InstanceStarted { tenant, .. }
            | Self::InstanceStopped { tenant, .. }
            | Self::InstanceFailed { tenant, .. }
            | Self::InstanceDeleted { tenant, .. }
            | Self::OperationFailed { tenant, .. }
            | Self::WebhookDisabled { tenant, .. } => Some(*tenant),
            _ => None,
        }
    }

    /// The user whose account it is about; its rows go with that user.
    #[must_use]
    pub const fn account(&self) -> Option<UserId> {
        match self {
            Self::VerifyEmail { user, .. }
            | Self::SignUpAgain { user, .. }
            | Self::ResetPassword { user, .. }
            | Self::MagicLink { user, .. }
            | Self::ConfirmEmail { user, .. }
            | Self::EmailChanged { user, .. }
            | Self::PasswordChanged { user, .. }
            | Self::SignedInFromNewDevice { user, .. }
            | Self::RefreshReuse { user, .. }
            | Self::FactorChanged { user, .. }
            | Self::AccountDisabled { user }
            | Self::ExportReady { user, .. } => Some(*user),
            _ => None,
        }
    }

    /// The secret of its link, until when it works.
    pub(super) const fn secret(&self) -> Option<(&LinkToken, Timestamp)> {
        match self {
            Self::VerifyEmail { token, expires_at, .. }
            | Self::ResetPassword { token, expires_at, .. }
            | Self::MagicLink { token, expires_at, .. }
            | Self::ConfirmEmail { token, expires_at, .. }
            | Self::Invite { token, expires_at, .. } => Some((token, *expires_at)),
            _ => None,
        }
    }

    /// What several notices of one kind are about: mails of one object are not sent in a flood.
    #[must_use]
    pub fn object(&self) -> Option<String> {
        match self {
            Self::InstanceCreated { instance, .. }
            | Self::InstanceStarted { instance, .. }
            | Self::InstanceStopped { instance, .. }
            | Self::InstanceFailed { instance, .. }
            | Self::InstanceDeleted { instance, .. } => Some(instance.to_string()),
            Self::OperationFailed { operation, object, .. } => {
                object.clone().or_else(|| Some(operation.to_string()))
            }
            Self::WebhookDisabled { webhook, .. } => Some(webhook.clone()),
            Self::AuditSinkFailing { sink, .. } => Some(sink.clone()),
            Self::MemberJoined { user, .. }
            | Self::MemberRemoved { user, .. }
            | Self::MemberRoleChanged { user, .. } => Some(user.to_string()),
            _ => None,
        }
    }

    pub(super) fn audience(&self) -> Audience {
        let user = |user: &UserId| Audience::User { user: *user, address: None };
        match self {
            Self::VerifyEmail { user, address, .. }
            | Self::SignUpAgain { user, address }
            | Self::ResetPassword { user, address, .. }
            | Self::MagicLink { user, address, .. }
            | Self::ConfirmEmail { user, address, .. }
            | Self::EmailChanged { user, old_address: address, .. } => {
                Audience::User { user: *user, address: Some(address.clone()) }
            }
            Self::PasswordChanged { user: who, .. }
            | Self::SignedInFromNewDevice { user: who, .. }
            | Self::RefreshReuse { user: who, .. }
            | Self::FactorChanged { user: who, .. }
            | Self::AccountDisabled { user: who }
            | Self::ExportReady { user: who, .. } => user(who),
            Self::AccountDeleted { address, name } => {
                Audience::Mailbox { address: address.clone(), name: Some(name.clone()) }
            }
            Self::Invite { address, user, .. } => match user {
                Some(user) => Audience::User { user: *user, address: Some(address.clone()) },
                None => Audience::Mailbox { address: address.clone(), name: None },
            },
            Self::MemberJoined { tenant, .. }
            | Self::TenantSecurityChanged { tenant, .. }
            | Self::TenantDeletion { tenant, .. }
            | Self::TenantRestored { tenant, .. }
            | Self::AuditSinkFailing { tenant, .. }
            | Self::WebhookDisabled { tenant, .. } => Audience::Owners { tenant: *tenant, and: None },
            // The one it happened to is not a member any more, or hears of the new role.
            Self::MemberRemoved { tenant, .. } => Audience::Owners { tenant: *tenant, and: None },
            Self::MemberRoleChanged { tenant, user, .. } => {
                Audience::Owners { tenant: *tenant, and: Some(*user) }
            }
            Self::InstanceFailed { tenant, creator, .. } => {
                Audience::Owners { tenant: *tenant, and: *creator }
            }
            Self::OperationFailed { creator, .. } => creator.as_ref().map_or(Audience::Nobody, user),
            Self::InstanceCreated { .. }
            | Self::InstanceStarted { .. }
            | Self::InstanceStopped { .. }
            | Self::InstanceDeleted { .. } => Audience::Nobody,
        }
    }
}
