//! Those who run the installation.

use stead_core::access::Permission;
use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result};
use stead_db::users::{self, User};
use stead_db::{SystemAccess, SystemScope, TenantScope};

use super::Identity;
use super::caller::Caller;

/// A caller who runs the installation, held to a permission. Made only by [`Identity::operator`].
#[derive(Debug, Clone)]
pub struct Operator {
    caller: Caller,
    scope: SystemScope,
}

impl Operator {
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// All tenants and users; the audit log names the operator.
    #[must_use]
    pub fn scope(&self) -> &SystemScope {
        &self.scope
    }
}

/// # Errors
/// `account_disabled` for somebody whom an operator keeps out; a failure of the database.
pub(super) async fn check_enabled(access: &impl SystemAccess, user: UserId) -> Result<()> {
    match users::find(access, user).await? {
        Some(user) => refuse_disabled(&user),
        None => Ok(()),
    }
}

/// # Errors
/// `account_disabled` for somebody whom an operator keeps out.
pub(super) fn refuse_disabled(user: &User) -> Result<()> {
    if user.disabled_at.is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unauthenticated,
        "account_disabled",
        "An operator of this installation has disabled this account.",
    )
    .next_step("Ask those who run it."))
}

impl Identity {
    /// The operator's own tenant, which holds the operations that they begin for the installation.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn own_tenant(&self, operator: &Operator) -> Result<TenantScope> {
        self.membership(&operator.caller, None).await
    }

    /// The caller as one who runs the installation.
    ///
    /// # Errors
    /// `operator_only` when they do not; `permission_missing` when their API token does not carry it.
    pub async fn operator(&self, caller: &Caller, permission: Permission) -> Result<Operator> {
        self.require(caller, permission)?;
        let user = users::find(&self.inner.system, caller.user).await?;
        if !user.is_some_and(|user| user.is_operator && user.disabled_at.is_none()) {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "operator_only",
                "Only those who run this installation may do this.",
            )
            .next_step("Ask one of them; the first user is one."));
        }
        let scope = self.inner.db.system("an operator").on_behalf_of(caller.actor());
        Ok(Operator { caller: caller.clone(), scope })
    }
}
