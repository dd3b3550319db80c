//! What people change about themselves, and what links in mails confirm.

use stead_core::email::EmailAddress;
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result};
use stead_db::users::{self, User};
use stead_db::{SystemScope, Tx, mail_links, members, passwords};
use zeroize::Zeroizing;

use super::super::passwords::rules;
use super::super::sessions::end_all;
use super::super::{Caller, RequestInfo};
use super::links::{self, Purpose};
use super::service::{Accounts, record, whereabouts};
use super::sign_in::prove_mailbox;
use super::unverified::claim_unverified;
use super::{check_name, end_tokens};
use crate::attempts::Limited;
use crate::notifications::Notice;

/// The user's own address, as far as it is one.
fn address(user: &User) -> Option<EmailAddress> {
    user.email.as_deref().and_then(|text| EmailAddress::parse(text).ok())
}

async fn the_user(tx: &Tx<SystemScope>, id: UserId) -> Result<User> {
    users::find(tx, id).await?.ok_or_else(|| Error::internal("the caller's user is gone"))
}

impl Accounts {
    /// Confirms the address of an account. When the link was made by another sign-up than the one whose password the account has, the
    /// account becomes that of whoever followed it: with the password they chose, and without anything that was there before.
    ///
    /// # Errors
    /// `mail_link_invalid`; `rate_limited`.
    pub async fn verify_email(&self, token: &str, info: &RequestInfo) -> Result<()> {
        self.inner.identity.attempts().take(Limited::Link { ip: info.ip }).await?;
        self.inner
            .system
            .transaction(|tx| async move {
                let (link, user, id) = links::redeem(&tx, token, Purpose::VerifyEmail).await?;
                if user.email_verified_at.is_some() {
                    return Ok(());
                }
                if address(&user).is_none_or(|own| Some(own.key().to_owned()) != address_key(&link.email)) {
                    return Err(links::invalid());
                }
                let stored = passwords::hash_of(&tx, id).await?;
                if let Some(chosen) = link.password_hash.filter(|chosen| stored.as_ref() != Some(chosen)) {
                    claim_unverified(&tx, id).await?;
                    passwords::set(&tx, id, &chosen).await?;
                } else {
                    users::set_email_verified(&tx, id).await?;
                    mail_links::delete_of(&tx, id, Some(Purpose::VerifyEmail.as_str())).await?;
                }
                record(&tx, id, "email.verify").await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(())
    }

    /// Sends the mail that confirms the caller's address once more.
    ///
    /// # Errors
    /// `email_verified`, `email_missing`; `rate_limited`.
    pub async fn ask_verification(&self, caller: &Caller) -> Result<()> {
        let id = caller.user();
        let user = users::find(&self.inner.system, id)
            .await?
            .ok_or_else(|| Error::internal("the caller's user is gone"))?;
        let Some(email) = address(&user) else {
            return Err(Error::conflict("email_missing", "Your account has no e-mail address.")
                .next_step("Give it one; it is confirmed by that."));
        };
        if user.email_verified_at.is_some() {
            return Err(Error::conflict("email_verified", "Your e-mail address is confirmed already."));
        }
        self.inner.identity.attempts().take(Limited::VerifyEmail { email: email.key() }).await?;
        let email = &email;
        self.as_caller(caller)
            .transaction(|tx| async move {
                let user = the_user(&tx, id).await?;
                self.mail_link(&tx, &user, Purpose::VerifyEmail, email.as_str(), None).await
            })
            .await
    }

    /// Sets a new password by a link from a mail. Every session ends; a second factor stays.
    ///
    /// # Errors
    /// `mail_link_invalid`; `password_refused`, which does not use the link up; `rate_limited`; `sign_in_busy`.
    pub async fn reset_password(
        &self,
        token: &str,
        password: Zeroizing<String>,
        info: &RequestInfo,
    ) -> Result<()> {
        let identity = &self.inner.identity;
        identity.attempts().take(Limited::Link { ip: info.ip }).await?;
        let id = self.owner_of(token, Purpose::ResetPassword).await?;
        let user = users::find(&self.inner.system, id).await?.ok_or_else(links::invalid)?;
        rules::check(&password, address(&user).as_ref(), "password")?;
        let hash = identity.inner.passwords.hash(password).await?;
        let hash = &hash;
        self.inner
            .system
            .transaction(|tx| async move {
                let (_, user, id) = links::redeem(&tx, token, Purpose::ResetPassword).await?;
                prove_mailbox(&tx, &user, id).await?;
                passwords::set(&tx, id, hash).await?;
                end_all(&tx, id, None).await?;
                users::raise_credential_version(&tx, id).await?;
                mail_links::delete_of(&tx, id, None).await?;
                record(&tx, id, "password.reset").await?;
                self.tell(&tx, Notice::PasswordChanged { user: id, whereabouts: whereabouts(info) }).await
            })
            .await?;
        identity.rights_ended();
        Ok(())
    }

    /// A link that resets the password, for the operator to hand over where no mail arrives.
    ///
    /// # Errors
    /// `user_not_found`.
    pub async fn reset_link(
        &self,
        scope: &SystemScope,
        id: UserId,
    ) -> Result<(String, stead_core::Timestamp)> {
        let made = scope
            .transaction(|tx| async move {
                let user = users::find(&tx, id).await?.ok_or_else(|| Error::not_found("user", id))?;
                let address = user.email.clone().unwrap_or_default();
                let made = links::make(&tx, &user, Purpose::ResetPassword, &address, None).await?;
                record(&tx, id, "password.reset_link").await?;
                Ok((made.token, made.expires_at))
            })
            .await?;
        Ok((format!("{}/reset-password#{}", self.inner.identity.inner.base_url, made.0), made.1))
    }

    /// Sets or changes the caller's password. Their other sessions end.
    ///
    /// # Errors
    /// `step_up_required`; `password_wrong`; `password_refused`; `rate_limited`; `sign_in_busy`.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: Option<Zeroizing<String>>,
        new: Zeroizing<String>,
    ) -> Result<()> {
        let identity = &self.inner.identity;
        identity.require_recent(caller).await?;
        let id = caller.user();
        let user = users::find(&self.inner.system, id)
            .await?
            .ok_or_else(|| Error::internal("the caller's user is gone"))?;
        rules::check(&new, address(&user).as_ref(), "new")?;
        let stored = passwords::hash_of(&self.inner.system, id).await?;
        if stored.is_some() {
            identity.attempts().take(Limited::StepUp { user: id }).await?;
            let right = match current {
                Some(current) => identity.password_is(&self.inner.system, Some(id), current).await?,
                None => false,
            };
            if !right {
                let field = FieldError {
                    field: "current".to_owned(),
                    message: "this is not your present password".to_owned(),
                    line: None,
                    column: None,
                };
                return Err(Error::invalid("password_wrong", "The present password is not right.")
                    .next_step("Type the password that you sign in with now.")
                    .field(field));
            }
        }
        let hash = identity.inner.passwords.hash(new).await?;
        let (hash, session) = (&hash, caller.session());
        let told = whereabouts(&caller.request);
        let told = &told;
        self.as_caller(caller)
            .transaction(|tx| async move {
                passwords::set(&tx, id, hash).await?;
                users::raise_credential_version(&tx, id).await?;
                mail_links::delete_of(&tx, id, None).await?;
                end_all(&tx, id, session).await?;
                record(&tx, id, "password.change").await?;
                self.tell(&tx, Notice::PasswordChanged { user: id, whereabouts: told.clone() }).await
            })
            .await?;
        identity.rights_ended();
        Ok(())
    }

    /// Asks for another address: it becomes the caller's when the link in the mail to it is followed.
    ///
    /// # Errors
    /// `step_up_required`; `email_invalid`; `rate_limited`.
    pub async fn ask_email_change(&self, caller: &Caller, email: &str) -> Result<()> {
        self.inner.identity.require_recent(caller).await?;
        let email = EmailAddress::parse(email)?;
        self.inner.identity.attempts().take(Limited::VerifyEmail { email: email.key() }).await?;
        let (id, email) = (caller.user(), &email);
        self.as_caller(caller)
            .transaction(|tx| async move {
                let user = the_user(&tx, id).await?;
                // The answer does not say whether somebody has the address; its mailbox learns it.
                match users::by_email_key(&tx, email.key()).await? {
                    Some(other) if other.id != user.id => {
                        let other: UserId = other.id.parse().internal("reading a user's id")?;
                        record(&tx, id, "email.change_ask").await?;
                        self.tell(
                            &tx,
                            Notice::SignUpAgain { user: other, address: email.as_str().to_owned() },
                        )
                        .await
                    }
                    _ => self.mail_link(&tx, &user, Purpose::ConfirmEmail, email.as_str(), None).await,
                }
            })
            .await
    }

    /// Makes the address that the link was sent to the account's. Every session ends, and the former address is told.
    ///
    /// # Errors
    /// `mail_link_invalid`; `email_taken`; `rate_limited`.
    pub async fn confirm_email(&self, token: &str, info: &RequestInfo) -> Result<()> {
        let identity = &self.inner.identity;
        identity.attempts().take(Limited::Link { ip: info.ip }).await?;
        self.inner
            .system
            .transaction(|tx| async move {
                let (link, user, id) = links::redeem(&tx, token, Purpose::ConfirmEmail).await?;
                let email = EmailAddress::parse(&link.email)?;
                users::set_email(&tx, id, &email, Some(tx.now())).await?;
                users::raise_credential_version(&tx, id).await?;
                mail_links::delete_of(&tx, id, None).await?;
                end_all(&tx, id, None).await?;
                record(&tx, id, "email.change").await?;
                match user.email.filter(|_| user.email_verified_at.is_some()) {
                    Some(old_address) => {
                        let new_address = email.as_str().to_owned();
                        self.tell(&tx, Notice::EmailChanged { user: id, old_address, new_address }).await
                    }
                    None => Ok(()),
                }
            })
            .await?;
        identity.rights_ended();
        Ok(())
    }

    /// Changes the caller's name.
    ///
    /// # Errors
    /// `name_invalid`.
    pub async fn rename(&self, caller: &Caller, name: &str) -> Result<()> {
        let (id, name) = (caller.user(), check_name(name)?);
        self.as_caller(caller)
            .transaction(|tx| async move {
                users::rename(&tx, id, name).await?;
                record(&tx, id, "user.rename").await
            })
            .await
    }

    /// The caller's account is to go: sessions and tokens end now; signing in within the next 30 days takes it back.
    ///
    /// # Errors
    /// `step_up_required`; `last_owner`, while a tenant with other members would be left without an owner.
    pub async fn delete(&self, caller: &Caller) -> Result<()> {
        self.inner.identity.require_recent(caller).await?;
        let id = caller.user();
        self.as_caller(caller)
            .transaction(|tx| async move {
                if let Some(tenant) = members::owned_alone(&tx, id).await?.first() {
                    return Err(Error::new(
                        ErrorKind::Conflict,
                        "last_owner",
                        format!("You are the only owner of {}.", tenant),
                    )
                    .next_step("Make another member its owner, or delete it, and try again."));
                }
                users::set_deleted(&tx, id, Some(tx.now())).await?;
                users::raise_credential_version(&tx, id).await?;
                mail_links::delete_of(&tx, id, None).await?;
                end_tokens(&tx, id).await?;
                record(&tx, id, "user.delete").await?;
                end_all(&tx, id, None).await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(())
    }
}

fn address_key(text: &str) -> Option<String> {
    EmailAddress::parse(text).ok().map(|email| email.key().to_owned())
}
