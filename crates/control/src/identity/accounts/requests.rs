//! What is asked for by an address: signing up, resetting a password, a link to sign in with.
//!
//! The request is a row, the same for every address; the answer says nothing else. What it leads to (a user, a link, a mail, or nothing)
//! is done afterwards by a reconciler that the row's commit wakes, so that neither body nor time of the answer tells whether somebody has
//! an account.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_core::email::EmailAddress;
use stead_core::error::InternalContext as _;
use stead_core::ids::{AccountRequestId, UserId};
use stead_core::{Error, ErrorKind, Result};
use stead_db::account_requests::{self, AccountRequest};
use stead_db::users::{self, User};
use stead_db::{Nudge, SystemScope, Tx, invites, passwords};
use zeroize::Zeroizing;

use super::super::RequestInfo;
use super::super::passwords::rules;
use super::super::secret;
use super::links::{self, Purpose};
use super::service::{Accounts, SignUpPolicy, record};
use super::{check_name, insert_user};
use crate::attempts::Limited;
use crate::engine::Reconciler;
use crate::notifications::Notice;

const MAX_INVITE: usize = 200;
const SIGN_UP: &str = "sign_up";
/// Worked off again at least this often: a row of a server that died meanwhile.
const LOOK: Duration = Duration::from_secs(30);
/// Who asked an hour ago has asked again since.
const STALE: Duration = Duration::from_hours(1);

/// What somebody signs up with.
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: Zeroizing<String>,
    pub invite: Option<String>,
}

impl std::fmt::Debug for SignUp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SignUp").finish_non_exhaustive()
    }
}

impl Accounts {
    /// Asks for an account. What the mail says depends on whether there is one; the answer does not.
    ///
    /// # Errors
    /// `sign_up_closed`, `sign_up_invited_only`; `name_invalid`, `email_invalid`, `password_refused`; `rate_limited`; `sign_in_busy`.
    pub async fn sign_up(&self, input: SignUp, info: &RequestInfo) -> Result<()> {
        let name = check_name(&input.name)?.to_owned();
        let email = EmailAddress::parse(&input.email)?;
        rules::check(&input.password, Some(&email), "password")?;
        self.may_sign_up(input.invite.as_deref(), &email).await?;
        let identity = &self.inner.identity;
        identity.attempts().take(Limited::SignUp { ip: info.ip }).await?;
        let password_hash = identity.inner.passwords.hash(input.password).await?;
        self.write_down(SIGN_UP, &email, Some(name), Some(password_hash)).await
    }

    async fn may_sign_up(&self, invite: Option<&str>, email: &EmailAddress) -> Result<()> {
        let refused = |code: &str, message: &str, next: &str| {
            Err(Error::new(ErrorKind::Forbidden, code, message).next_step(next))
        };
        match self.inner.policy {
            SignUpPolicy::Open => Ok(()),
            SignUpPolicy::Closed => refused(
                "sign_up_closed",
                "Nobody can sign up here: those who run this server make the accounts.",
                "Ask one of them.",
            ),
            SignUpPolicy::Invited => {
                let invited = match invite {
                    Some(token) if token.len() <= MAX_INVITE => {
                        invites::is_invited(&self.inner.system, &secret::hash(token), email.key()).await?
                    }
                    _ => false,
                };
                if invited {
                    return Ok(());
                }
                refused(
                    "sign_up_invited_only",
                    "Only people who were invited can sign up here, with the address that was invited.",
                    "Follow the link of your invitation, or ask for one.",
                )
            }
        }
    }

    /// Asks for a mail that resets the password.
    ///
    /// # Errors
    /// `email_invalid`; `rate_limited`.
    pub async fn ask_reset(&self, email: &str, info: &RequestInfo) -> Result<()> {
        let email = EmailAddress::parse(email)?;
        self.inner.identity.attempts().take(Limited::Reset { email: email.key(), ip: info.ip }).await?;
        self.write_down(Purpose::ResetPassword.as_str(), &email, None, None).await
    }

    /// Asks for a mail with a link that signs in.
    ///
    /// # Errors
    /// `email_invalid`; `rate_limited`.
    pub async fn ask_magic_link(&self, email: &str, info: &RequestInfo) -> Result<()> {
        let email = EmailAddress::parse(email)?;
        self.inner.identity.attempts().take(Limited::MagicLink { email: email.key(), ip: info.ip }).await?;
        self.write_down(Purpose::MagicLink.as_str(), &email, None, None).await
    }

    async fn write_down(
        &self,
        kind: &str,
        email: &EmailAddress,
        name: Option<String>,
        password_hash: Option<String>,
    ) -> Result<()> {
        self.inner
            .system
            .transaction(|tx| {
                let row = AccountRequest {
                    id: tx.ambient().new_id::<AccountRequestId>().to_string(),
                    kind: kind.to_owned(),
                    email: email.as_str().to_owned(),
                    name: name.clone(),
                    password_hash: password_hash.clone(),
                    created_at: tx.now().micros(),
                };
                async move { account_requests::insert(&tx, row).await }
            })
            .await
    }

    /// Works one request off; `false` when there is none.
    pub(super) async fn work_one_off(&self) -> Result<bool> {
        self.inner
            .system
            .transaction(|tx| async move {
                let Some(request) = account_requests::take_oldest(&tx).await? else { return Ok(false) };
                self.work_off(&tx, request).await?;
                Ok(true)
            })
            .await
    }

    async fn work_off(&self, tx: &Tx<SystemScope>, request: AccountRequest) -> Result<()> {
        let email = EmailAddress::parse(&request.email)?;
        let known = users::by_email_key(tx, email.key()).await?.filter(|user| user.disabled_at.is_none());
        let purpose = match request.kind.as_str() {
            SIGN_UP => return self.signed_up(tx, &email, known, request).await,
            "reset_password" => Purpose::ResetPassword,
            _ => Purpose::MagicLink,
        };
        let Some(user) = known else { return Ok(()) };
        self.mail_link(tx, &user, purpose, email.as_str(), None).await
    }

    async fn signed_up(
        &self,
        tx: &Tx<SystemScope>,
        email: &EmailAddress,
        known: Option<User>,
        request: AccountRequest,
    ) -> Result<()> {
        let user = match known {
            Some(user) if user.email_verified_at.is_some() => {
                let notice = Notice::SignUpAgain {
                    user: user.id.parse().internal("reading a user's id")?,
                    address: email.as_str().to_owned(),
                };
                return self.tell(tx, notice).await;
            }
            // Whoever follows the link of their own sign-up gets the password chosen in it: see `verify_email`.
            Some(user) => user,
            None => {
                // An address that was taken by a user who is disabled stays with them.
                if users::by_email_key(tx, email.key()).await?.is_some() {
                    return Ok(());
                }
                let name = request.name.as_deref().unwrap_or(email.as_str());
                let id = insert_user(tx, name, false).await?;
                users::set_email(tx, id, email, None).await?;
                if let Some(hash) = &request.password_hash {
                    passwords::set(tx, id, hash).await?;
                }
                users::find(tx, id).await?.ok_or_else(|| Error::internal("a new user is gone"))?
            }
        };
        self.mail_link(tx, &user, Purpose::VerifyEmail, email.as_str(), request.password_hash).await
    }

    /// Makes a link and queues the mail with it.
    pub(super) async fn mail_link(
        &self,
        tx: &Tx<SystemScope>,
        user: &User,
        purpose: Purpose,
        address: &str,
        password_hash: Option<String>,
    ) -> Result<()> {
        let id: UserId = user.id.parse().internal("reading a user's id")?;
        let made = links::make(tx, user, purpose, address, password_hash).await?;
        let (user, address, token, expires_at) = (id, address.to_owned(), made.token.into(), made.expires_at);
        let (action, notice) = match purpose {
            Purpose::VerifyEmail => {
                ("email.verify_ask", Notice::VerifyEmail { user, address, token, expires_at })
            }
            Purpose::ResetPassword => {
                ("password.reset_ask", Notice::ResetPassword { user, address, token, expires_at })
            }
            Purpose::MagicLink => {
                ("magic_link.create", Notice::MagicLink { user, address, token, expires_at })
            }
            Purpose::ConfirmEmail => {
                ("email.change_ask", Notice::ConfirmEmail { user, address, token, expires_at })
            }
        };
        record(tx, id, action).await?;
        self.tell(tx, notice).await
    }

    /// A request that cannot be worked off must not keep others waiting.
    async fn drop_oldest(&self) -> Result<()> {
        self.inner
            .system
            .transaction(|tx| async move { account_requests::take_oldest(&tx).await.map(drop) })
            .await
    }
}

/// The reconciler.
pub(super) struct WorkOff {
    accounts: Accounts,
}

impl WorkOff {
    pub(super) const fn new(accounts: Accounts) -> Self {
        Self { accounts }
    }
}

#[async_trait]
impl Reconciler for WorkOff {
    fn name(&self) -> &'static str {
        "account_requests"
    }

    fn interval(&self) -> Duration {
        LOOK
    }

    fn heeds(&self, nudge: Nudge) -> bool {
        nudge == Nudge::AccountRequests
    }

    async fn reconcile(&self) -> Result<Value> {
        let system = &self.accounts.inner.system;
        let before = stead_core::Timestamp::from_micros(
            system.now().micros() - i64::try_from(STALE.as_micros()).unwrap_or(i64::MAX),
        );
        let stale = system
            .transaction(|tx| async move { account_requests::delete_before(&tx, before).await })
            .await?;
        let (mut done, mut dropped) = (0u64, 0u64);
        loop {
            match self.accounts.work_one_off().await {
                Ok(true) => done += 1,
                Ok(false) => return Ok(json!({ "done": done, "dropped": dropped, "stale": stale })),
                Err(error) if error.kind() == ErrorKind::Unavailable => return Err(error),
                Err(error) => {
                    tracing::warn!(error.inside = %error.inside(), "an account request is dropped: {error}");
                    self.accounts.drop_oldest().await?;
                    dropped += 1;
                }
            }
        }
    }
}
