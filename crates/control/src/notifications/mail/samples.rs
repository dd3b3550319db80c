//! A notice of every kind, for operators who look at what mails look like, and for tests.

use stead_core::Timestamp;
use stead_core::ambient::Ambient;

use crate::notifications::notice::{FactorChange, LinkToken, Notice, Whereabouts};

/// One of each kind; several for kinds that say different things.
pub(in crate::notifications) fn all() -> Vec<Notice> {
    // The same ids each time, of nothing that exists.
    let (ambient, _) = Ambient::manual(Timestamp::from_micros(1_700_000_000_000_000), 1);
    let (user, tenant, instance, operation) =
        (ambient.new_id(), ambient.new_id(), ambient.new_id(), ambient.new_id());
    let object: stead_core::ids::InstanceId = instance;
    let expires_at = Timestamp::from_micros(1_800_000_000_000_000);
    let token = || LinkToken::new("sample-of-a-link-that-opens-nothing");
    let address = || "ada@example.org".to_owned();
    let tenant_name = || "Analytical Engines".to_owned();
    let name = || "shop".to_owned();
    let whereabouts =
        || Whereabouts { device: Some("Firefox on Linux".into()), ip: Some([192, 0, 2, 7].into()) };
    vec![
        Notice::VerifyEmail { user, address: address(), token: token(), expires_at },
        Notice::SignUpAgain { user, address: address() },
        Notice::ResetPassword { user, address: address(), token: token(), expires_at },
        Notice::MagicLink { user, address: address(), token: token(), expires_at },
        Notice::ConfirmEmail { user, address: address(), token: token(), expires_at },
        Notice::EmailChanged { user, old_address: address(), new_address: "countess@example.org".into() },
        Notice::PasswordChanged { user, whereabouts: whereabouts() },
        Notice::SignedInFromNewDevice { user, whereabouts: whereabouts() },
        Notice::RefreshReuse { user, whereabouts: Whereabouts::default() },
        Notice::FactorChanged {
            user,
            change: FactorChange::PasskeyAdded { name: "Laptop".into() },
            whereabouts: whereabouts(),
        },
        Notice::AccountDisabled { user },
        Notice::AccountDeleted { address: address(), name: "Ada".into() },
        Notice::ExportReady { user, tenant_name: Some(tenant_name()), expires_at },
        Notice::Invite {
            tenant,
            tenant_name: tenant_name(),
            inviter_name: "Charles".into(),
            role: "member".into(),
            address: address(),
            user: None,
            token: token(),
            expires_at,
        },
        Notice::MemberJoined {
            tenant,
            tenant_name: tenant_name(),
            user,
            user_name: "Ada".into(),
            role: "member".into(),
        },
        Notice::MemberRemoved {
            tenant,
            tenant_name: tenant_name(),
            user,
            user_name: "Ada".into(),
            left: true,
        },
        Notice::MemberRoleChanged {
            tenant,
            tenant_name: tenant_name(),
            user,
            user_name: "Ada".into(),
            role: "admin".into(),
        },
        Notice::TenantSecurityChanged {
            tenant,
            tenant_name: tenant_name(),
            actor_name: Some("Charles".into()),
            what: "a second factor is demanded now".into(),
        },
        Notice::TenantDeletion { tenant, tenant_name: tenant_name(), erased_at: expires_at },
        Notice::TenantRestored { tenant, tenant_name: tenant_name() },
        Notice::AuditSinkFailing {
            tenant,
            sink: "https://siem.example.org/events".into(),
            reason: "the other side did not answer within 15 seconds.".into(),
        },
        Notice::InstanceCreated { tenant, instance, name: name() },
        Notice::InstanceStarted { tenant, instance, name: name() },
        Notice::InstanceStopped { tenant, instance, name: name() },
        Notice::InstanceFailed {
            tenant,
            instance,
            name: name(),
            creator: Some(user),
            reason: "its main process ended with status 1.".into(),
        },
        Notice::InstanceDeleted { tenant, instance, name: name() },
        Notice::OperationFailed {
            tenant,
            operation,
            kind: "instance.create".into(),
            object: Some(object.to_string()),
            creator: Some(user),
            code: "git_unreachable".into(),
            message: "the repository cannot be reached.".into(),
        },
        Notice::WebhookDisabled {
            tenant,
            webhook: "hook_sample".into(),
            name: "Deployments".into(),
            reason: "it has not taken a call for five days.".into(),
        },
    ]
}

/// The sample of a kind.
pub(in crate::notifications) fn of(key: &str) -> Option<Notice> {
    all().into_iter().find(|notice| notice.key() == key)
}
