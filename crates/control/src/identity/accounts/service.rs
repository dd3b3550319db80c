//! The service of accounts: what people without a session ask for by an address, and what they change about themselves.
//!
//! Owns passwords, links in mails and requests by address, and the address, verification and credential version of users.
//! What is asked for by an address is answered the same whether it is known or not: the request is written down, and worked off after
//! the answer (`requests`).

use std::sync::Arc;

use stead_api::v1::accounts as wire;
use stead_core::Result;
use stead_core::ids::UserId;
use stead_db::audit::{self, Entry};
use stead_db::{SystemScope, Tx};

use super::super::sessions::personal_tenant;
use super::super::{Caller, Identity, RequestInfo};
use crate::engine::Reconciler;
use crate::keys::Keys;
use crate::notifications::{self, Notice, Whereabouts};

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignUpPolicy {
    Open,
    /// Whoever was invited into a tenant. The default: a server that a stranger finds must not work for them, and people who are wanted
    /// need no operator's hand.
    #[default]
    Invited,
    Closed,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) identity: Identity,
    pub(super) system: SystemScope,
    pub(super) keys: Keys,
    pub(super) policy: SignUpPolicy,
    /// Mails that were queued, in order: what for, where to, with which secret.
    #[cfg(test)]
    pub(super) mails: std::sync::Mutex<Vec<super::tests::Mail>>,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Accounts").field("policy", &self.inner.policy).finish_non_exhaustive()
    }
}

pub(in crate::identity) fn whereabouts(info: &RequestInfo) -> Whereabouts {
    Whereabouts { device: info.user_agent.clone(), ip: info.ip }
}

impl Accounts {
    #[must_use]
    pub fn new(identity: Identity, keys: Keys, policy: SignUpPolicy) -> Self {
        let system = identity.inner.db.system("accounts");
        let inner = Inner {
            identity,
            system,
            keys,
            policy,
            #[cfg(test)]
            mails: std::sync::Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Works off what was asked for by an address.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn Reconciler>> {
        vec![Arc::new(super::requests::WorkOff::new(self.clone()))]
    }

    /// Measures what a password hash may cost on this machine.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn prepare(&self) -> Result<()> {
        self.inner.identity.inner.passwords.prepare().await
    }

    /// The ways in that this server offers.
    #[must_use]
    pub fn methods(&self) -> wire::AuthMethods {
        wire::AuthMethods {
            sign_up: match self.inner.policy {
                SignUpPolicy::Open => wire::SignUp::Open,
                SignUpPolicy::Invited => wire::SignUp::Invited,
                SignUpPolicy::Closed => wire::SignUp::Closed,
            },
            password: true,
            magic_link: true,
            passkeys: url::Url::parse(&self.inner.identity.inner.base_url)
                .is_ok_and(|url| url.domain().is_some()),
            sources: Vec::new(),
        }
    }

    /// A scope whose audit rows name the caller.
    pub(super) fn as_caller(&self, caller: &Caller) -> SystemScope {
        self.inner.system.on_behalf_of(caller.actor())
    }

    pub(super) async fn tell(&self, tx: &Tx<SystemScope>, notice: Notice) -> Result<()> {
        #[cfg(test)]
        super::tests::note(&self.inner.mails, &notice);
        notifications::queue(tx, &self.inner.keys, notice).await
    }
}

/// A row in the log of the user's personal tenant.
pub(in crate::identity) async fn record(tx: &Tx<SystemScope>, user: UserId, action: &str) -> Result<()> {
    let subject = user.to_string();
    let tenant = personal_tenant(tx, user).await?;
    audit::append(tx, Entry { tenant, ..Entry::new(action, &subject) }).await
}
