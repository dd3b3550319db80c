//! Second factors: codes of an authenticator app, recovery codes, passkeys.
//!
//! Owns the tables `totps`, `recovery_codes`, `passkeys` and `passkey_ceremonies` and is their only writer. Whoever has a confirmed app
//! or a passkey is asked for a second factor after a password, a link or another source; a passkey verifies its user and is both factors
//! at once. Every change asks for a sign-in that is not long ago, raises the credential version and is told by mail.

mod passkeys;
mod recovery;
mod step_up;
#[cfg(test)]
mod tests;
mod totp;

use std::sync::Arc;

use stead_api::v1::factors as wire;
use stead_core::error::InternalContext as _;
use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::{SystemAccess, SystemScope, Tx, factors, passwords, users};
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

pub use self::step_up::StepUp;

use super::accounts::{record, whereabouts};
use super::{Admission, Caller, Identity, RequestInfo, SecondFactor, SignedIn};
use crate::attempts::Limited;
use crate::keys::Keys;
use crate::notifications::{self, FactorChange, Notice};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Factors {
    inner: Arc<Inner>,
}

struct Inner {
    identity: Identity,
    system: SystemScope,
    keys: Keys,
    /// Absent where the base address is no host name: browsers give passkeys to names alone.
    webauthn: Option<Webauthn>,
    /// Shown in authenticator apps.
    issuer: String,
}

impl std::fmt::Debug for Factors {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Factors").finish_non_exhaustive()
    }
}

/// Proof of a second factor, or of being oneself again.
#[derive(Clone)]
pub enum Proof {
    Totp(String),
    RecoveryCode(String),
    Passkey {
        /// The ceremony's secret.
        pending: String,
        credential: serde_json::Value,
    },
}

impl Proof {
    /// From a request, in which exactly one must be given.
    ///
    /// # Errors
    /// `proof_missing`.
    pub fn one_of(
        totp: Option<String>,
        recovery_code: Option<String>,
        passkey: Option<wire::PasskeyProof>,
    ) -> Result<Self> {
        let passkey =
            passkey.map(|proof| Self::Passkey { pending: proof.pending, credential: proof.credential });
        let mut given =
            [totp.map(Self::Totp), recovery_code.map(Self::RecoveryCode), passkey].into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(proof), None) => Ok(proof),
            _ => Err(Error::invalid("proof_missing", "Exactly one proof has to be given.")
                .next_step("Send one of totp, recovery_code and passkey.")),
        }
    }

    const fn kind(&self) -> SecondFactor {
        match self {
            Self::Totp(_) => SecondFactor::Totp,
            Self::RecoveryCode(_) => SecondFactor::RecoveryCode,
            Self::Passkey { .. } => SecondFactor::Passkey,
        }
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.kind().as_str())
    }
}

fn refused() -> Error {
    Error::new(ErrorKind::Unauthenticated, "second_factor_refused", "This is not right, or was used before.")
        .next_step("Try the next code, or another way.")
}

/// The second factors that the user can show; none when one factor is enough.
///
/// # Errors
/// A failure of the database.
pub(super) async fn of(access: &impl SystemAccess, user: UserId) -> Result<Vec<SecondFactor>> {
    let mut methods = Vec::new();
    let kinds = factors::kinds(access, user).await?;
    if kinds.totp {
        methods.push(SecondFactor::Totp);
    }
    if kinds.passkey {
        methods.push(SecondFactor::Passkey);
    }
    if !methods.is_empty() && factors::recovery_codes_left(access, user).await? > 0 {
        methods.push(SecondFactor::RecoveryCode);
    }
    Ok(methods)
}

impl Factors {
    /// # Errors
    /// A base address that cannot be read.
    pub fn new(identity: Identity, keys: Keys) -> Result<Self> {
        let url = Url::parse(&identity.inner.base_url).internal("reading the base address")?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let webauthn = match url.domain() {
            Some(domain) => {
                let builder = WebauthnBuilder::new(domain, &url).internal("preparing passkeys")?;
                Some(builder.rp_name("Stead").build().internal("preparing passkeys")?)
            }
            None => None,
        };
        let system = identity.inner.db.system("factors");
        let issuer = format!("Stead ({})", host.replace(':', "."));
        Ok(Self { inner: Arc::new(Inner { identity, system, keys, webauthn, issuer }) })
    }

    /// Whether browsers can use passkeys with this server.
    #[must_use]
    pub fn has_passkeys(&self) -> bool {
        self.inner.webauthn.is_some()
    }

    /// What the caller signs in with.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self, caller: &Caller) -> Result<wire::Factors> {
        let (system, user) = (&self.inner.system, caller.user());
        let totp = factors::totp(system, user).await?;
        Ok(wire::Factors {
            password: passwords::hash_of(system, user).await?.is_some(),
            totp: totp.is_some_and(|row| row.confirmed_at.is_some()),
            recovery_codes_left: factors::recovery_codes_left(system, user).await?,
            passkeys: u64::try_from(factors::passkeys(system, user).await?.len()).unwrap_or(u64::MAX),
        })
    }

    /// Completes a pending sign-in.
    ///
    /// # Errors
    /// `pending_invalid`; `second_factor_refused`; `rate_limited`.
    pub async fn complete(&self, pending: &str, proof: Proof, info: &RequestInfo) -> Result<SignedIn> {
        let identity = &self.inner.identity;
        let user = identity.pending_user(pending).await?;
        identity.attempts().take(Limited::SecondFactor { user, ip: info.ip }).await?;
        let kind = proof.kind();
        self.prove(user, proof, info).await?;
        identity.complete(pending, kind, info).await
    }

    /// Uses the proof up, when it is right. Counting attempts is the caller's part.
    ///
    /// # Errors
    /// `second_factor_refused`.
    pub async fn prove(&self, user: UserId, proof: Proof, info: &RequestInfo) -> Result<()> {
        let right = match proof {
            Proof::Totp(code) => self.use_totp(user, &code).await?,
            Proof::RecoveryCode(code) => self.use_recovery_code(user, &code, info).await?,
            Proof::Passkey { pending, credential } => {
                return self.prove_passkey(user, &pending, credential).await;
            }
        };
        if right { Ok(()) } else { Err(refused()) }
    }

    /// Signs in by a passkey alone.
    ///
    /// # Errors
    /// `passkey_refused`; `rate_limited`.
    pub async fn sign_in(
        &self,
        pending: &str,
        credential: serde_json::Value,
        info: &RequestInfo,
    ) -> Result<Admission> {
        self.inner.identity.attempts().take(Limited::Link { ip: info.ip }).await?;
        let user = self.passkey_owner(pending, credential).await?;
        self.inner.identity.admit(user, super::Factor::Passkey, info).await
    }

    fn as_caller(&self, caller: &Caller) -> SystemScope {
        self.inner.system.on_behalf_of(caller.actor())
    }

    fn now(&self) -> Timestamp {
        self.inner.system.now()
    }

    /// Everything that goes with a change: version, log, mail.
    async fn changed(
        &self,
        tx: &Tx<SystemScope>,
        user: UserId,
        action: &str,
        change: FactorChange,
        info: &RequestInfo,
    ) -> Result<()> {
        users::raise_credential_version(tx, user).await?;
        record(tx, user, action).await?;
        let notice = Notice::FactorChanged { user, change, whereabouts: whereabouts(info) };
        notifications::queue(tx, &self.inner.keys, notice).await
    }
}
