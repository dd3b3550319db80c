//! The one gate into a session. Every first factor ends in [`Identity::admit`], which asks for a second one where the user has
//! any; a pending sign-in is a row with the hash of its secret, ten minutes long.
//!
//! Who signs in gets a new session with a new secret, and the session that their browser had before ends: a value that was known
//! before signing in is worth nothing after it.
//!
//! # What is a recent proof
//!
//! Dangerous actions ask for a proof that is not older than [`RECENT`] ([`Identity::require_recent`]). A session begins with the time of
//! the proof that led to it:
//!
//! * A password, a passkey, another source, any second factor: now.
//! * A link in a mail: now. It shows that somebody reads the account's mailbox, and who reads it can reset the password anyway; a
//!   second factor is asked for all the same.
//! * A sign-in link that the operator made on the machine itself (`stead up` prints one): now. Who may do that can read database and
//!   keys. So does `stead dashboard` there: with the token that the server made for its own machine, from that machine.
//! * A sign-in link made by somebody who was signed in: when *they* last proved it. Otherwise a browser that was left open, or a
//!   program, could make itself a fresh session. For an API token that is never: tokens cannot prove who holds them.
//!
//! What is dangerous to the installation and not to an account, such as rotating keys, takes the same hand on the machine itself as a
//! proof ([`Identity::require_recent_operator`]).
//!
//! A session proves it again by [`super::Factors::step_up`]. Who has neither password nor factor signs in again by a new link of one
//! of the two kinds that count.

use std::time::Duration;

use stead_core::ids::{SessionId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::known_devices::{self, Acquaintance};
use stead_db::pending_sign_ins::{self, PendingSignIn};
use stead_db::sessions::Session;
use stead_db::tenants::Tenant;
use stead_db::users::{self, User};
use stead_db::{Credential, SystemScope, Tx, previews, revocations, sessions};

use super::caller::{Caller, Presented, RequestInfo};
use super::notices::whereabouts;
use super::operators::Operator;
use super::sessions::{self as own_sessions, SignedIn, parse};
use super::{Identity, accounts, devices, operators, second_factors, secret};
use crate::attempts::Limited;
use crate::notifications::Notice;

const PENDING_LIFETIME: Duration = Duration::from_mins(10);
/// Second factors that may be shown to one pending sign-in.
const MOST_TRIES: i64 = 5;
/// Dangerous actions ask for an authentication not older than this.
pub(super) const RECENT: Duration = Duration::from_mins(10);
const MAX_SECRET: usize = 200;

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A one-time link made by somebody who was signed in, or by the operator.
    Link,
    /// A link in a mail.
    MagicLink,
    Password,
    /// With user verification, which makes it both factors.
    Passkey,
    /// Another source of sign-in: OIDC, LDAP.
    Source,
    Totp,
    RecoveryCode,
}

impl Factor {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::MagicLink => "magic_link",
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Source => "source",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Link,
            Self::MagicLink,
            Self::Password,
            Self::Passkey,
            Self::Source,
            Self::Totp,
            Self::RecoveryCode,
        ]
        .into_iter()
        .find(|factor| factor.as_str() == text)
    }

    const fn is_both(self) -> bool {
        matches!(self, Self::Passkey)
    }
}

/// What completes a pending sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    Totp,
    RecoveryCode,
    Passkey,
}

impl SecondFactor {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.factor().as_str()
    }

    const fn factor(self) -> Factor {
        match self {
            Self::Totp => Factor::Totp,
            Self::RecoveryCode => Factor::RecoveryCode,
            Self::Passkey => Factor::Passkey,
        }
    }
}

/// What a first factor leads to.
#[derive(Debug)]
pub enum Admission {
    SignedIn(SignedIn),
    /// A second factor is needed; `pending` is shown with it.
    SecondFactor {
        pending: Pending,
        methods: Vec<SecondFactor>,
    },
}

/// The secret of a pending sign-in. Does not show in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Pending(pub String);

impl std::fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pending(…)")
    }
}

impl Admission {
    /// The session, when one factor was enough.
    #[must_use]
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(signed_in),
            Self::SecondFactor { .. } => None,
        }
    }
}

/// Somebody about to sign in: the ids and secrets of what they may get, made before the transaction that decides.
pub(super) struct Arrival {
    user: UserId,
    session: SessionId,
    secret: String,
    pending: String,
    /// When the holder of what signs in proved who they are; absent: by this very sign-in.
    proved: Option<Timestamp>,
    info: RequestInfo,
    scope: SystemScope,
    identity: Identity,
}

/// Who signs in, as they are in the transaction that admits them.
pub(super) struct Account {
    pub(super) user: User,
    /// Only somebody who is being erased has none.
    pub(super) personal: Option<Tenant>,
}

/// What [`Arrival::admit`] decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// Of this user.
    Session(Box<User>),
    Pending(Vec<SecondFactor>),
}

impl Arrival {
    /// The same, by something whose maker proved then who they are.
    pub(super) fn proved_at(self, at: Timestamp) -> Self {
        Self { proved: Some(at), ..self }
    }

    /// To open the transaction with in which a first factor is used up; the audit log names the user.
    pub(super) fn scope(&self) -> &SystemScope {
        &self.scope
    }

    /// Begins a session, or a pending sign-in where a second factor is needed.
    pub(super) async fn admit(&self, tx: &Tx<SystemScope>, factor: Factor) -> Result<Decision> {
        let account = self.account(tx).await?;
        operators::refuse_disabled(&account.user)?;
        let methods = if factor.is_both() { Vec::new() } else { second_factors::of(tx, self.user).await? };
        if methods.is_empty() {
            let proved = self.proved.unwrap_or(tx.now());
            self.begin_session(tx, &account, factor.as_str(), proved).await?;
            return Ok(Decision::Session(Box::new(account.user)));
        }
        let row = PendingSignIn {
            secret_hash: secret::hash(&self.pending),
            user_id: self.user.to_string(),
            factor: factor.as_str().to_owned(),
            tries: 0,
            created_at: tx.now().micros(),
            expires_at: tx.now().plus(PENDING_LIFETIME).micros(),
        };
        pending_sign_ins::insert(tx, row).await?;
        self.audit(tx, &account, "sign_in.half_way", factor.as_str()).await?;
        Ok(Decision::Pending(methods))
    }

    async fn account(&self, tx: &Tx<SystemScope>) -> Result<Account> {
        let found = users::with_personal_tenant(tx, self.user).await?;
        let (user, personal) = found.ok_or_else(|| Error::internal("somebody signs in who is gone"))?;
        Ok(Account { user, personal })
    }

    async fn begin_session(
        &self,
        tx: &Tx<SystemScope>,
        account: &Account,
        factors: &str,
        proved: Timestamp,
    ) -> Result<()> {
        accounts::come_in(tx, self.user, account).await?;
        self.end_former(tx).await?;
        let row = own_sessions::browser_row(
            self.session,
            self.user,
            secret::hash(&self.secret),
            factors,
            &self.info,
            tx.now(),
        );
        sessions::insert(tx, Session { authenticated_at: proved.micros(), ..row }).await?;
        if self.meet_device(tx).await? == Acquaintance::New {
            let whereabouts = whereabouts(&self.info);
            let notice = Notice::SignedInFromNewDevice { user: self.user, whereabouts };
            self.identity.tell(tx, notice).await?;
        }
        self.audit(tx, account, "session.create", factors).await
    }

    /// The session whose cookie the browser still shows.
    async fn end_former(&self, tx: &Tx<SystemScope>) -> Result<()> {
        let Some(Presented::Session(secret)) = &self.info.presented else { return Ok(()) };
        if secret.len() > MAX_SECRET {
            return Ok(());
        }
        let Some(former) = sessions::by_secret_hash(tx, &secret::hash(secret)).await? else { return Ok(()) };
        sessions::delete(tx, parse(&former.user_id)?, parse(&former.id)?).await?;
        previews::delete_of(tx, &former.id).await?;
        revocations::append(tx, "session", &former.id).await
    }

    async fn meet_device(&self, tx: &Tx<SystemScope>) -> Result<Acquaintance> {
        let device = devices::fingerprint(self.info.user_agent.as_deref(), self.info.ip);
        known_devices::meet(tx, self.user, &device).await
    }

    async fn audit(
        &self,
        tx: &Tx<SystemScope>,
        account: &Account,
        action: &str,
        factors: &str,
    ) -> Result<()> {
        let (subject, detail) = (self.session.to_string(), serde_json::json!({ "factors": factors }));
        let tenant = account.personal.as_ref().map(|tenant| parse(&tenant.id)).transpose()?;
        audit::append(tx, Entry { tenant, detail: Some(&detail), ..Entry::new(action, &subject) }).await
    }
}

fn pending_invalid() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "pending_invalid",
        "This sign-in was completed, has expired, or was tried too often.",
    )
    .next_step("Sign in again from the beginning.")
}

impl Identity {
    pub(super) fn arrival(&self, user: UserId, info: &RequestInfo) -> Arrival {
        let ambient = self.inner.db.ambient();
        let session: SessionId = ambient.new_id();
        let caller =
            Caller { user, credential: Credential::Session(session), scopes: None, request: info.clone() };
        Arrival {
            user,
            session,
            secret: secret::opaque(ambient),
            pending: secret::opaque(ambient),
            proved: None,
            info: info.clone(),
            identity: self.clone(),
            scope: self.inner.system.on_behalf_of(caller.actor()),
        }
    }

    /// After the commit of the transaction in which [`Arrival::admit`] decided.
    pub(super) async fn arrived(&self, arrival: Arrival, decision: Decision) -> Result<Admission> {
        match decision {
            Decision::Pending(methods) => {
                Ok(Admission::SecondFactor { pending: Pending(arrival.pending), methods })
            }
            Decision::Session(user) => {
                if matches!(arrival.info.presented, Some(Presented::Session(_))) {
                    self.rights_ended();
                }
                let caller = Caller {
                    user: arrival.user,
                    credential: Credential::Session(arrival.session),
                    scopes: None,
                    request: arrival.info,
                };
                let scope = self.membership(&caller, None).await?;
                let me = Box::new(self.me_in(&caller, &scope, &user).await?);
                Ok(Admission::SignedIn(SignedIn { secret: arrival.secret, me }))
            }
        }
    }

    /// Admits a user whose first factor was right: a session, or a pending sign-in where they have a second factor.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn admit(&self, user: UserId, factor: Factor, info: &RequestInfo) -> Result<Admission> {
        let arrival = self.arrival(user, info);
        let deciding = &arrival;
        let decision =
            arrival.scope().transaction(|tx| async move { deciding.admit(&tx, factor).await }).await?;
        self.arrived(arrival, decision).await
    }

    /// Whose sign-in this is. Counts a try: call it before looking at a second factor.
    ///
    /// # Errors
    /// `pending_invalid`; a failure of the database.
    pub async fn pending_user(&self, pending: &str) -> Result<UserId> {
        if pending.len() > MAX_SECRET {
            return Err(pending_invalid());
        }
        let hash = secret::hash(pending);
        self.inner
            .system
            .transaction(|tx| {
                let hash = hash.clone();
                async move {
                    if !pending_sign_ins::count_try(&tx, &hash, MOST_TRIES).await? {
                        return Err(pending_invalid());
                    }
                    let row = pending_sign_ins::find(&tx, &hash).await?.ok_or_else(pending_invalid)?;
                    parse(&row.user_id)
                }
            })
            .await
    }

    /// Completes a pending sign-in whose second factor was right; of several who try, one is admitted.
    ///
    /// # Errors
    /// `pending_invalid`; a failure of the database.
    pub async fn complete(
        &self,
        pending: &str,
        second: SecondFactor,
        info: &RequestInfo,
    ) -> Result<SignedIn> {
        let hash = secret::hash(pending);
        let row = pending_sign_ins::find(&self.inner.system, &hash).await?.ok_or_else(pending_invalid)?;
        let arrival = self.arrival(parse(&row.user_id)?, info);
        let factors = format!("{} {}", row.factor, second.as_str());
        let completing = &arrival;
        let limited = Limited::SecondFactor { user: arrival.user, ip: info.ip };
        let user = arrival
            .scope()
            .transaction(|tx| {
                let (hash, factors) = (hash.clone(), factors.clone());
                async move {
                    if !pending_sign_ins::take(&tx, &hash).await? {
                        return Err(pending_invalid());
                    }
                    let account = completing.account(&tx).await?;
                    completing.begin_session(&tx, &account, &factors, tx.now()).await?;
                    self.attempts().forget(&tx, limited).await?;
                    Ok(account.user)
                }
            })
            .await?;
        let admitted = self.arrived(arrival, Decision::Session(Box::new(user))).await?;
        admitted.signed_in().ok_or_else(|| Error::internal("a completed sign-in without a session"))
    }

    /// Refuses a caller who has not proved for a while who they are.
    ///
    /// # Errors
    /// `step_up_required`; a failure of the database.
    pub async fn require_recent(&self, caller: &Caller) -> Result<()> {
        let refused = |message: &str| Error::new(ErrorKind::Forbidden, "step_up_required", message);
        let Some(id) = caller.session() else {
            return Err(refused("This asks who you are once more, which an API token cannot answer.")
                .next_step("Sign in to the dashboard, or use `stead login`, and try again."));
        };
        let session: Option<Session> = sessions::find(&self.inner.system, id).await?;
        let at = session.map_or(Timestamp::default(), |row| Timestamp::from_micros(row.authenticated_at));
        if self.now().since(at) <= RECENT {
            return Ok(());
        }
        Err(refused("This asks who you are once more: you signed in a while ago.")
            .next_step("Confirm it with `POST /v1/auth/step-up`, then try again."))
    }

    /// The same for what concerns the installation. The token that the server made for its own machine, used there, is a proof too.
    ///
    /// # Errors
    /// `step_up_required`; a failure of the database.
    pub async fn require_recent_operator(&self, operator: &Operator) -> Result<()> {
        let caller = operator.caller();
        if !caller.is_session() && self.now().since(self.proved_at(caller).await?) <= RECENT {
            return Ok(());
        }
        self.require_recent(caller).await
    }
}
