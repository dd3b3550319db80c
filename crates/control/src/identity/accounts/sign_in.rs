//! Signing in by a password or by a link in a mail.

use stead_core::email::EmailAddress;
use stead_core::error::InternalContext as _;
use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result};
use stead_db::audit::{self, Entry};
use stead_db::users::{self, User};
use stead_db::{SystemAccess, SystemScope, Tx, passwords};
use zeroize::Zeroizing;

use super::super::admission::Account;
use super::super::passwords::Verdict;
use super::super::sessions::personal_tenant;
use super::super::{Admission, Factor, Identity, RequestInfo};
use super::links::{self, Purpose};
use super::service::{Accounts, record};
use super::unverified::claim_unverified;
use crate::attempts::Limited;

/// No password is longer, in bytes.
const MAX_PASSWORD: usize = 1_024;

fn refused() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "sign_in_refused",
        "There is no account with this e-mail address and password.",
    )
    .next_step("Check both, or reset the password.")
}

/// Takes back the wish to be deleted of who comes back in time.
///
/// # Errors
/// `account_erased`; a failure of the database.
pub(in crate::identity) async fn come_in(
    tx: &Tx<SystemScope>,
    user: UserId,
    account: &Account,
) -> Result<()> {
    if account.user.deleted_at.is_none() {
        return Ok(());
    }
    // Their personal tenant is marked as deleted when the erasure begins, and by nothing else.
    if account.personal.as_ref().is_none_or(|tenant| tenant.deleted_at.is_some()) {
        return Err(Error::new(
            ErrorKind::Unauthenticated,
            "account_erased",
            "This account was deleted, and its thirty days are over: it is being erased.",
        )
        .next_step("Sign up for a new one."));
    }
    users::set_deleted(tx, user, None).await?;
    record(tx, user, "user.restore").await
}

impl Identity {
    /// Compares a password with the user's; computes a hash even when there is no user or the user has no password.
    ///
    /// # Errors
    /// `sign_in_busy`; a failure of the database.
    pub(crate) async fn password_is(
        &self,
        access: &impl SystemAccess,
        user: Option<UserId>,
        password: Zeroizing<String>,
    ) -> Result<bool> {
        // As many queries for nobody as for somebody.
        let asked = user.unwrap_or_else(|| self.inner.db.ambient().new_id());
        let stored = passwords::hash_of(access, asked).await?;
        Ok(!matches!(self.compare(stored, password).await?, Verdict::Wrong))
    }

    async fn compare(&self, stored: Option<String>, password: Zeroizing<String>) -> Result<Verdict> {
        let password = if password.len() > MAX_PASSWORD { Zeroizing::default() } else { password };
        self.inner.passwords.verify(stored, password).await
    }
}

impl Accounts {
    /// Signs in by address and password.
    ///
    /// # Errors
    /// `sign_in_refused`, whatever was wrong; `rate_limited`; `sign_in_busy`.
    pub async fn sign_in(
        &self,
        email: &str,
        password: Zeroizing<String>,
        info: &RequestInfo,
    ) -> Result<Admission> {
        let identity = &self.inner.identity;
        let limited = Limited::Login { account: email, ip: info.ip };
        identity.attempts().take(limited).await?;
        let found = match EmailAddress::parse(email) {
            Ok(email) => users::with_password(&self.inner.system, email.key()).await?,
            Err(_) => None,
        };
        let (user, stored) = found.unzip();
        let stored = stored.flatten();
        let id = user
            .as_ref()
            .map(|user| user.id.parse::<UserId>())
            .transpose()
            .internal("reading a user's id")?;
        let verdict = identity.compare(stored.clone(), password.clone()).await?;
        let (Some(user), Verdict::Right { outdated }) =
            (id.filter(|_| user.is_some_and(|user| user.disabled_at.is_none())), verdict)
        else {
            self.note_refusal(id).await?;
            return Err(refused());
        };
        let renewed = match (outdated, stored) {
            (true, Some(old)) => Some((old, identity.inner.passwords.hash(password).await?)),
            _ => None,
        };
        let arrival = identity.arrival(user, info);
        let (arriving, renewed) = (&arrival, &renewed);
        let decision = arrival
            .scope()
            .transaction(|tx| async move {
                if let Some((old, new)) = renewed {
                    passwords::rehash(&tx, user, old, new).await?;
                }
                identity.attempts().forget(&tx, limited).await?;
                arriving.admit(&tx, Factor::Password).await
            })
            .await?;
        identity.arrived(arrival, decision).await
    }

    /// One row, whether the address is known or not.
    async fn note_refusal(&self, user: Option<UserId>) -> Result<()> {
        let asked = user.unwrap_or_else(|| self.inner.identity.inner.db.ambient().new_id());
        self.inner
            .system
            .transaction(|tx| async move {
                let tenant = personal_tenant(&tx, asked).await?;
                let subject = user.map_or_else(|| "nobody".to_owned(), |user| user.to_string());
                audit::append(&tx, Entry { tenant, ..Entry::new("sign_in.refuse", &subject) }).await
            })
            .await
    }

    /// Signs in by a link from a mail. Whoever reads the mails of an address that nobody has confirmed takes the account over as theirs.
    ///
    /// # Errors
    /// `mail_link_invalid`; `rate_limited`.
    pub async fn sign_in_with_magic_link(&self, token: &str, info: &RequestInfo) -> Result<Admission> {
        let identity = &self.inner.identity;
        identity.attempts().take(Limited::Link { ip: info.ip }).await?;
        let user = self.owner_of(token, Purpose::MagicLink).await?;
        let arrival = identity.arrival(user, info);
        let arriving = &arrival;
        let decision = arrival
            .scope()
            .transaction(|tx| async move {
                let (_, user, id) = links::redeem(&tx, token, Purpose::MagicLink).await?;
                prove_mailbox(&tx, &user, id).await?;
                arriving.admit(&tx, Factor::MagicLink).await
            })
            .await?;
        identity.rights_ended();
        identity.arrived(arrival, decision).await
    }

    /// Whose link this is, without using it up.
    pub(super) async fn owner_of(&self, token: &str, purpose: Purpose) -> Result<UserId> {
        links::owner(&self.inner.system, token, purpose).await
    }
}

/// Somebody followed a link that was mailed to the account's address.
pub(super) async fn prove_mailbox(tx: &Tx<SystemScope>, user: &User, id: UserId) -> Result<()> {
    if user.email_verified_at.is_none() {
        claim_unverified(tx, id).await?;
    }
    Ok(())
}
